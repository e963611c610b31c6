use store::migrate::{self, MigrateError};
use testkit::TestDb;

/// How many migrations there are.
async fn all(db: &TestDb) -> usize {
    let status = migrate::status(&db.url()).await.unwrap();
    status.pending.len() + status.applied.len()
}

/// Everything that a schema is made of, as text.
async fn shape(db: &TestDb) -> String {
    let sql = "
        SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (
            SELECT format('%s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) AS line
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid
             WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL
            SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ) lines WHERE line NOT LIKE '%\\_\\_diesel%'";
    db.client().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

/// What somebody made by hand before us, with believable rows.
const BY_HAND: &str = "
    CREATE TABLE users (id uuid PRIMARY KEY, email text);
    CREATE TABLE calendar_events (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users (id),
        title text, start_ts timestamptz NOT NULL, end_ts timestamptz NOT NULL, is_movable boolean DEFAULT true);
    CREATE TABLE rebalancing_proposals (
        id uuid PRIMARY KEY, user_id uuid NOT NULL, trigger_item_id uuid NOT NULL, status text NOT NULL);
    CREATE TABLE proposal_moves (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), proposal_id uuid NOT NULL,
        event_id uuid, to_start_ts timestamptz, to_end_ts timestamptz);
    INSERT INTO users VALUES (md5('u')::uuid, 'u@example.org');
    INSERT INTO calendar_events (user_id, title, start_ts, end_ts)
    SELECT md5('u')::uuid, 'event ' || n, ts, ts + interval '1 hour'
      FROM generate_series(1, 500) n, LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '3 hours' AS ts) t;
    INSERT INTO rebalancing_proposals SELECT md5('p' || n)::uuid, md5('u')::uuid, md5('t' || n)::uuid, 'PROPOSED'
      FROM generate_series(1, 20) n;
    INSERT INTO proposal_moves (proposal_id, event_id, to_start_ts, to_end_ts)
    SELECT p.id, e.id, e.start_ts + interval '1 day', e.end_ts + interval '1 day'
      FROM rebalancing_proposals p, LATERAL (SELECT * FROM calendar_events ORDER BY md5(id::text || p.id) LIMIT 3) e;";

#[tokio::test]
async fn an_empty_database_goes_up_down_and_up_again() {
    let db = TestDb::empty().await.unwrap();
    let before = shape(&db).await;
    let done = migrate::up(&db.url()).await.unwrap();
    assert_eq!(done.len(), all(&db).await);
    let there = shape(&db).await;
    assert!(migrate::up(&db.url()).await.unwrap().is_empty());

    for (reverted, name) in done.iter().rev().enumerate() {
        assert_eq!(migrate::down(&db.url(), 1).await.unwrap(), std::slice::from_ref(name));
        assert_eq!(migrate::status(&db.url()).await.unwrap().pending.len(), reverted + 1);
        // From each step on the way down it can be gone up again.
        assert_eq!(migrate::up(&db.url()).await.unwrap().len(), reverted + 1);
        assert_eq!(shape(&db).await, there, "after reverting {name}");
        migrate::down(&db.url(), reverted + 1).await.unwrap();
    }
    assert_eq!(shape(&db).await, before);
    assert_eq!(migrate::up(&db.url()).await.unwrap(), done);
    assert_eq!(shape(&db).await, there);
}

#[tokio::test]
async fn a_full_database_goes_down_and_up() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(include_str!("believable.sql")).await.unwrap();
    let count = all(&db).await;
    migrate::down(&db.url(), count - 2).await.unwrap();
    assert_eq!(migrate::up(&db.url()).await.unwrap().len(), count - 2);
    let kept = sql.query_one("SELECT count(*), min(version) FROM calendar_events", &[]).await.unwrap();
    assert_eq!((kept.get::<_, i64>(0), kept.get::<_, i64>(1)), (300, 1));
    let moves =
        sql.query_one("SELECT count(*), max(position)::bigint FROM proposal_moves", &[]).await.unwrap();
    assert_eq!((moves.get::<_, i64>(0), moves.get::<_, i64>(1)), (60, 2));
    migrate::down(&db.url(), count).await.unwrap();
    migrate::up(&db.url()).await.unwrap();
}

#[tokio::test]
async fn tables_that_somebody_made_by_hand_are_adopted_and_given_back() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(BY_HAND).await.unwrap();
    migrate::up(&db.url()).await.unwrap();

    let row = sql
        .query_one(
            "SELECT count(*), count(user_id), count(DISTINCT (proposal_id, position)), max(position)::bigint
               FROM proposal_moves",
            &[],
        )
        .await
        .unwrap();
    let counts: Vec<i64> = (0..4).map(|column| row.get(column)).collect();
    assert_eq!(counts, [60, 60, 60, 2]);
    // The guards hold for what was there before.
    sql.batch_execute("UPDATE calendar_events SET is_movable = false").await.unwrap();
    let error = sql.batch_execute("DELETE FROM calendar_events").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23514");

    migrate::down(&db.url(), all(&db).await).await.unwrap();
    let given_back: String = sql
        .query_one(
            "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, ordinal_position)
               FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(
        given_back,
        "calendar_events.id calendar_events.user_id calendar_events.title calendar_events.start_ts \
         calendar_events.end_ts calendar_events.is_movable \
         proposal_moves.id proposal_moves.proposal_id proposal_moves.event_id proposal_moves.to_start_ts \
         proposal_moves.to_end_ts \
         rebalancing_proposals.id rebalancing_proposals.user_id rebalancing_proposals.trigger_item_id \
         rebalancing_proposals.status users.id users.email"
    );
    let rows = sql.query_one(
        "SELECT (SELECT count(*) FROM calendar_events) + (SELECT count(*) FROM proposal_moves)",
        &[],
    );
    assert_eq!(rows.await.unwrap().get::<_, i64>(0), 560);
    migrate::up(&db.url()).await.unwrap();
}

#[tokio::test]
async fn a_minimal_table_of_moves_is_adopted_alone() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute("CREATE TABLE proposal_moves (id uuid PRIMARY KEY, proposal_id uuid)").await.unwrap();
    migrate::up(&db.url()).await.unwrap();
    let keys: Vec<String> = sql
        .query(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint
              WHERE conrelid = 'proposal_moves'::regclass AND contype IN ('p', 'u', 'f') ORDER BY 1",
            &[],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(
        keys,
        [
            "FOREIGN KEY (user_id, proposal_id) REFERENCES rebalancing_proposals(user_id, id) ON DELETE CASCADE",
            "PRIMARY KEY (id)",
            "UNIQUE (user_id, id)",
            "UNIQUE (user_id, proposal_id, \"position\")",
        ]
    );
}

#[tokio::test]
async fn moves_without_an_owner_stop_the_migration_and_change_nothing() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    let by_hand = "CREATE TABLE proposal_moves (id uuid PRIMARY KEY, proposal_id uuid);
                   INSERT INTO proposal_moves VALUES (gen_random_uuid(), gen_random_uuid())";
    sql.batch_execute(by_hand).await.unwrap();
    let error = migrate::up(&db.url()).await.unwrap_err();
    assert!(
        matches!(&error, MigrateError::Migration { name, .. } if name.contains("base_tables")),
        "{error}"
    );
    assert!(error.to_string().contains("1 rows whose proposal"), "{error}");
    let left = sql.query_one("SELECT to_regclass('users') IS NULL AND count(*) = 1 FROM proposal_moves", &[]);
    assert!(left.await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn what_has_our_names_elsewhere_is_not_taken_for_ours() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(
        "CREATE SCHEMA other;
         CREATE TABLE other.calendar_events (id uuid, end_ts timestamptz, start_ts timestamptz,
             CONSTRAINT calendar_events_order_check CHECK (end_ts > start_ts));
         CREATE FUNCTION other.prevent_move_immovable() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER trg_prevent_move_immovable BEFORE UPDATE ON other.calendar_events
             FOR EACH ROW EXECUTE FUNCTION other.prevent_move_immovable();
         CREATE TABLE calendar_events (id uuid PRIMARY KEY, note text,
             CONSTRAINT calendar_events_order_check CHECK (note <> ''));",
    )
    .await
    .unwrap();
    migrate::up(&db.url()).await.unwrap();
    let checks: Vec<String> = sql
        .query(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint
              WHERE conrelid = 'public.calendar_events'::regclass AND conname LIKE '%order_check' ORDER BY conname",
            &[],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(checks, ["CHECK ((note <> ''::text))", "CHECK ((end_ts > start_ts))"]);
    let guards = "SELECT count(*) FROM pg_trigger WHERE tgname = 'trg_prevent_move_immovable'
                     AND tgrelid = 'public.calendar_events'::regclass
                     AND tgfoid = 'public.prevent_move_immovable()'::regprocedure";
    assert_eq!(sql.query_one(guards, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn a_database_that_has_everything_but_the_record_is_adopted_as_it_is() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(include_str!("believable.sql")).await.unwrap();
    let before = shape(&db).await;
    sql.batch_execute("DELETE FROM __diesel_schema_migrations").await.unwrap();
    assert_eq!(migrate::up(&db.url()).await.unwrap().len(), all(&db).await);
    assert_eq!(shape(&db).await, before);
    // They are somebody's tables now: they outlive the way down.
    migrate::down(&db.url(), all(&db).await).await.unwrap();
    let events = sql.query_one("SELECT count(*) FROM calendar_events", &[]).await.unwrap();
    assert_eq!(events.get::<_, i64>(0), 300);
}

#[tokio::test]
async fn four_migrators_at_once_all_succeed() {
    let db = TestDb::empty().await.unwrap();
    let migrating: Vec<_> = (0..4)
        .map(|_| {
            let url = db.url();
            tokio::spawn(async move { migrate::up(&url).await })
        })
        .collect();
    let mut done = 0;
    for migrated in migrating {
        done += migrated.await.unwrap().unwrap().len();
    }
    assert_eq!(done, all(&db).await);
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute("INSERT INTO __diesel_schema_migrations VALUES ('99991231235959')").await.unwrap();
    assert!(migrate::up(&db.url()).await.unwrap().is_empty());
    let status = migrate::status(&db.url()).await.unwrap();
    assert_eq!(
        (status.unknown.as_slice(), status.pending.len()),
        (["99991231235959".to_owned()].as_slice(), 0)
    );

    let before = shape(&db).await;
    let error = migrate::down(&db.url(), 2).await.unwrap_err();
    assert!(matches!(&error, MigrateError::Unknown { version } if version == "99991231235959"), "{error}");
    assert_eq!(shape(&db).await, before);
}

#[tokio::test]
async fn asking_for_the_status_changes_nothing() {
    let db = TestDb::empty().await.unwrap();
    let status = migrate::status(&db.url()).await.unwrap();
    assert!(status.applied.is_empty() && !status.pending.is_empty() && status.unknown.is_empty());
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(db.client().await.unwrap().query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn an_ordinary_user_can_migrate_its_own_database() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    let name = db.url().split("/test_").nth(1).unwrap().split('?').next().unwrap().to_owned();
    let role = format!("role_{name}");
    sql.batch_execute(&format!("CREATE ROLE {role} LOGIN; ALTER DATABASE test_{name} OWNER TO {role}"))
        .await
        .unwrap();
    let url = db.url().replace("user=app", &format!("user={role}"));
    migrate::up(&url).await.unwrap();
    migrate::down(&url, all(&db).await).await.unwrap();
    sql.batch_execute(&format!(
        "ALTER DATABASE test_{name} OWNER TO app; REASSIGN OWNED BY {role} TO app;
        DROP OWNED BY {role}; DROP ROLE {role}"
    ))
    .await
    .unwrap();
}

#[tokio::test]
async fn an_error_tells_no_password() {
    for url in [
        "postgres://me:s3cret@127.0.0.1:1/db",
        "postgres://me:s3?cret@host/db",
        "postgres://me:s3cret@h:p/db",
    ] {
        let error = migrate::up(url).await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("s3") && !told.contains("cret"), "{told}");
    }
}
