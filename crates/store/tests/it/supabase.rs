//! A database as Supabase makes it, in stand-ins of the same shape.

use app::ports::{LiveEvents as _, LiveKind, NewLiveEvent, Store as _};
use planner_core::model::TaskId;
use serde_json::{Value, json};
use store::{Options, migrate};
use testkit::TestDb;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::support::{PLANNER, World, moment, user};

const SUPABASE: &str = include_str!("supabase.sql");

/// Tables that users' own clients may read.
const READABLE: [&str; 17] = [
    "users",
    "user_settings",
    "churn_settings",
    "tasks",
    "calendar_events",
    "rebalancing_proposals",
    "proposal_moves",
    "churn_ledger",
    "rebalancing_audit",
    "realtime_events",
    "google_accounts",
    "google_calendars",
    "busy_intervals",
    "canvas_accounts",
    "canvas_courses",
    "canvas_items",
    "canvas_pages",
];

/// A project that was migrated, with two students' fortnights.
async fn project() -> (TestDb, Client) {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(SUPABASE).await.unwrap();
    migrate::up(&db.url()).await.unwrap();
    sql.batch_execute(include_str!("believable.sql")).await.unwrap();
    (db, sql)
}

/// What Supabase's own servers do before they ask for a client whose token has these claims.
async fn become_client(sql: &Client, role: &str, claims: &Value) {
    let declared = format!(
        "RESET ROLE; SELECT set_config('request.jwt.claims', '{claims}', false), set_config('role', '{role}', false)"
    );
    sql.batch_execute(&declared).await.unwrap();
}

async fn become_user(sql: &Client, name: &str) {
    become_client(sql, "authenticated", &json!({"sub": name, "role": "authenticated", "iss": "https://x"}))
        .await;
}

async fn number(sql: &Client, query: &str) -> i64 {
    sql.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error:?}")).get(0)
}

async fn texts(sql: &Client, query: &str) -> Vec<String> {
    sql.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn is_forbidden(sql: &Client, statement: &str) {
    let error = sql.batch_execute(statement).await.expect_err(statement);
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{statement}: {error:?}");
}

fn created(at: &str) -> NewLiveEvent {
    NewLiveEvent {
        kind: LiveKind::ProposalCreated,
        proposal_id: Some(Uuid::from_u128(7)),
        trigger: Some(TaskId(Uuid::from_u128(8))),
        payload: json!({"status": "PROPOSED"}).as_object().cloned().unwrap(),
        at: moment(at),
    }
}

#[tokio::test]
async fn a_user_reads_their_own_rows_and_nobody_elses() {
    let (_db, sql) = project().await;
    for table in READABLE {
        let owner = if table == "users" { "id" } else { "user_id" };
        for name in ["user_1", "user_2"] {
            sql.batch_execute("RESET ROLE").await.unwrap();
            let owned = format!(
                "SELECT count(*) FROM {table} WHERE {owner} = (SELECT id FROM users WHERE external_id = '{name}')"
            );
            let of_theirs = number(&sql, &owned).await;
            assert!(of_theirs > 0, "{name} has no row in {table}");
            become_user(&sql, name).await;
            assert_eq!(number(&sql, &owned).await, of_theirs, "{table}");
            assert_eq!(number(&sql, &format!("SELECT count(*) FROM {table}")).await, of_theirs, "{table}");
        }
        for claims in [json!({"sub": "user_3"}), json!({"sub": ""}), json!({"sub": null}), json!({})] {
            become_client(&sql, "authenticated", &claims).await;
            assert_eq!(
                number(&sql, &format!("SELECT count(*) FROM {table}")).await,
                0,
                "{table} to {claims}"
            );
        }
    }
}

#[tokio::test]
async fn no_client_writes_and_none_reads_what_is_secret() {
    let (_db, sql) = project().await;
    become_user(&sql, "user_1").await;
    for statement in [
        "SELECT * FROM users",
        "SELECT encrypted_refresh_token FROM users",
        "SELECT undo_token_digest FROM rebalancing_proposals",
        "SELECT problem FROM rebalancing_proposals",
        "SELECT sealed_position FROM google_calendars",
        "SELECT sealed_token FROM canvas_accounts",
        "UPDATE users SET time_zone = 'UTC'",
        "INSERT INTO realtime_events (user_id, seq, kind) SELECT id, 99, 'x' FROM users",
        "DELETE FROM calendar_events",
        "TRUNCATE rebalancing_audit",
        "SELECT canvascal_drop('users')",
        "SELECT canvascal_open_to_supabase()",
    ] {
        is_forbidden(&sql, statement).await;
    }
    for table in [
        "jobs",
        "idempotency_keys",
        "rate_limits",
        "rebalancing_snapshots",
        "rebalancing_apply_attempts",
        "canvas_sign_ins",
        "google_sign_ins",
        "google_events",
        "google_links",
        "google_channels",
        "canvascal_adopted_tables",
    ] {
        is_forbidden(&sql, &format!("SELECT FROM {table}")).await;
    }
    become_client(&sql, "anon", &json!({})).await;
    for table in READABLE {
        is_forbidden(&sql, &format!("SELECT count(*) FROM {table}")).await;
    }
}

#[tokio::test]
async fn every_table_is_closed_but_for_what_is_opened() {
    let (_db, sql) = project().await;
    let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')";
    // A new table belongs into `canvascal_readable()`, and its migration calls `canvascal_open_to_supabase()`.
    assert_eq!(texts(&sql, &format!("{tables} AND NOT relrowsecurity")).await, Vec::<String>::new());
    for role in ["anon", "authenticated"] {
        let writable = format!(
            "{tables} AND has_table_privilege('{role}', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
        );
        assert_eq!(texts(&sql, &writable).await, Vec::<String>::new());
        let readable = format!("{tables} AND has_any_column_privilege('{role}', oid, 'SELECT') ORDER BY 1");
        let mut expected = if role == "anon" { Vec::new() } else { READABLE.to_vec() };
        expected.sort_unstable();
        assert_eq!(texts(&sql, &readable).await, expected);
    }
    let unruled = format!(
        "{tables} AND has_any_column_privilege('authenticated', oid, 'SELECT')
           AND (SELECT array_agg(polname::text) FROM pg_policy WHERE polrelid = pg_class.oid) <> '{{canvascal_own_rows}}'"
    );
    assert_eq!(texts(&sql, &unruled).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_clients_query_reads_no_table_from_end_to_end() {
    let (_db, sql) = project().await;
    sql.batch_execute(
        "INSERT INTO users (id, external_id) SELECT md5('more' || n)::uuid, 'more_' || n FROM generate_series(1, 500) n;
         INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts)
         SELECT u.id, gen_random_uuid(), 'event', ts, ts + interval '1 hour'
           FROM users u, generate_series(1, 50) n, LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 day' AS ts) t",
    )
    .await
    .unwrap();
    sql.batch_execute("VACUUM ANALYZE").await.unwrap();
    become_user(&sql, "more_7").await;
    for query in [
        "SELECT title FROM calendar_events WHERE start_ts < '2026-02-01' ORDER BY start_ts",
        "SELECT last_event_seq FROM users",
    ] {
        let plan = texts(&sql, &format!("EXPLAIN {query}")).await.join("\n");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}

#[tokio::test]
async fn a_live_event_is_sent_to_the_users_private_topic() {
    let world = World::new().await;
    world.sql.batch_execute(SUPABASE).await.unwrap();
    let mut unit = world.begin(1, PLANNER).await;
    unit.tell(&created("2026-03-02T08:00")).await.unwrap();
    drop(unit);
    assert_eq!(world.count("SELECT count(*) FROM realtime.messages").await, 0, "nothing had happened");
    let mut unit = world.begin(1, PLANNER).await;
    unit.tell(&created("2026-03-02T08:00")).await.unwrap();
    unit.commit().await.unwrap();
    let sent = "SELECT jsonb_build_object('topic', topic, 'event', event, 'private', private, 'payload', payload - 'id',
                                          'has_id', payload -> 'id' = to_jsonb(id))::text FROM realtime.messages";
    let sent: Value = serde_json::from_str(&texts(&world.sql, sent).await[0]).unwrap();
    let expected = json!({
        "topic": "user:user_1", "event": "proposal.created", "private": true, "has_id": true,
        "payload": {
            "seq": 1, "kind": "proposal.created", "proposal_id": Uuid::from_u128(7).to_string(),
            "trigger_item_id": Uuid::from_u128(8).to_string(), "payload": {"status": "PROPOSED"},
            "at": "2026-03-02T08:00:00.000000Z",
        },
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn what_goes_wrong_with_sending_is_no_concern_of_the_transaction() {
    let world = World::new().await;
    world.sql.batch_execute(SUPABASE).await.unwrap();
    let tell = async || {
        let mut unit = world.begin(1, PLANNER).await;
        unit.tell(&created("2026-03-02T08:00")).await.unwrap();
        unit.commit().await.unwrap();
    };
    for broken in [
        // There is no partition for today.
        "DROP TABLE realtime.messages_of_all_days",
        "CREATE OR REPLACE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true)
         RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
        "CREATE OR REPLACE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true)
         RETURNS void LANGUAGE sql AS $$ SELECT 1 / (length(topic) - length(topic)) $$",
        "DROP FUNCTION realtime.send; CREATE FUNCTION realtime.send(text) RETURNS void LANGUAGE sql AS ''",
        "DROP SCHEMA realtime CASCADE",
    ] {
        world.sql.batch_execute(broken).await.unwrap();
        tell().await;
    }
    let told = "SELECT count(*) FROM realtime_events WHERE seq BETWEEN 1 AND 5";
    assert_eq!(world.count(told).await, 5);
}

#[tokio::test]
async fn a_lock_on_messages_holds_nobody_up_for_long() {
    let world = World::new().await;
    world.sql.batch_execute(SUPABASE).await.unwrap();
    world.sql.batch_execute("BEGIN; LOCK TABLE realtime.messages").await.unwrap();
    let mut unit = world.begin(1, PLANNER).await;
    unit.tell(&created("2026-03-02T08:00")).await.unwrap();
    unit.commit().await.unwrap();
    world.sql.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM realtime.messages").await, 0);
    assert_eq!(world.count("SELECT count(*) FROM realtime_events").await, 1);
}

#[tokio::test]
async fn a_user_listens_to_their_own_topic_and_sends_on_none() {
    let (_db, sql) = project().await;
    sql.batch_execute(
        "DELETE FROM realtime.messages; SELECT realtime.send('{}', 'e', 'user:user_1'); SELECT realtime.send('{}', 'e', 'user:user_2')",
    )
    .await
    .unwrap();
    for (topic, seen) in [("user:user_1", 1), ("user:user_2", 0), ("user:", 0), ("room", 0), ("", 0)] {
        become_user(&sql, "user_1").await;
        sql.execute("SELECT set_config('realtime.topic', $1, false)", &[&topic]).await.unwrap();
        let messages = format!("SELECT count(*) FROM realtime.messages WHERE topic = '{topic}'");
        assert_eq!(number(&sql, &messages).await, seen, "{topic}");
        is_forbidden(
            &sql,
            "INSERT INTO realtime.messages (topic, extension) VALUES ('user:user_1', 'broadcast')",
        )
        .await;
    }
    become_client(&sql, "authenticated", &json!({})).await;
    sql.batch_execute("SELECT set_config('realtime.topic', 'user:', false)").await.unwrap();
    assert_eq!(number(&sql, "SELECT count(*) FROM realtime.messages").await, 0);
    become_client(&sql, "anon", &json!({"sub": "user_1"})).await;
    sql.batch_execute("SELECT set_config('realtime.topic', 'user:user_1', false)").await.unwrap();
    assert_eq!(number(&sql, "SELECT count(*) FROM realtime.messages").await, 0);
}

const PUBLISHED: &str =
    "SELECT tablename::text FROM pg_publication_tables WHERE pubname = 'supabase_realtime' ORDER BY 1";

#[tokio::test]
async fn supabase_may_come_later_and_be_opened_to_as_often_as_one_likes() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute("SELECT canvascal_open_to_supabase()").await.unwrap();
    sql.batch_execute(SUPABASE).await.unwrap();
    for _ in 0..2 {
        sql.batch_execute("SELECT canvascal_open_to_supabase()").await.unwrap();
        assert_eq!(texts(&sql, PUBLISHED).await, ["realtime_events", "rebalancing_proposals"]);
        let policies =
            number(&sql, "SELECT count(*) FROM pg_policies WHERE policyname LIKE 'canvascal%'").await;
        assert_eq!(policies, 18);
    }
    // A publication of all tables has ours already.
    sql.batch_execute(
        "DROP PUBLICATION supabase_realtime; CREATE PUBLICATION supabase_realtime FOR ALL TABLES",
    )
    .await
    .unwrap();
    sql.batch_execute("SELECT canvascal_open_to_supabase()").await.unwrap();
}

#[tokio::test]
async fn the_way_down_takes_it_back() {
    let (db, sql) = project().await;
    let mine = "CREATE POLICY mine ON tasks FOR SELECT TO anon USING (false)";
    sql.batch_execute(mine).await.unwrap();
    let status = migrate::status(&db.url()).await.unwrap();
    let steps = status.applied.iter().rev().position(|name| name.contains("supabase")).unwrap() + 1;
    migrate::down(&db.url(), steps).await.unwrap();
    assert_eq!(texts(&sql, PUBLISHED).await, Vec::<String>::new());
    let policies = "SELECT policyname::text FROM pg_policies";
    assert_eq!(texts(&sql, policies).await, ["mine"]);
    let guarded =
        "SELECT relname::text FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace";
    assert_eq!(texts(&sql, guarded).await, ["tasks"]);
    become_user(&sql, "user_1").await;
    is_forbidden(&sql, "SELECT id FROM users").await;
    is_forbidden(&sql, "SELECT id FROM calendar_events").await;
    migrate::up(&db.url()).await.unwrap();
    become_user(&sql, "user_1").await;
    assert_eq!(number(&sql, "SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn an_ordinary_owner_of_the_tables_sees_everything_and_is_not_stopped_by_what_is_supabases() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    let name = db.url().split("/test_").nth(1).unwrap().split('?').next().unwrap().to_owned();
    let role = format!("role_{name}");
    sql.batch_execute(SUPABASE).await.unwrap();
    sql.batch_execute(&format!("CREATE ROLE {role} LOGIN; ALTER DATABASE test_{name} OWNER TO {role}"))
        .await
        .unwrap();
    // Not even the name of what sends may be looked up.
    sql.batch_execute("REVOKE ALL ON SCHEMA realtime FROM PUBLIC").await.unwrap();
    let url = db.url().replace("user=app", &format!("user={role}"));
    migrate::up(&url).await.unwrap();
    assert_eq!(texts(&sql, PUBLISHED).await, Vec::<String>::new());
    let pg = store::Pg::new(&url, Options::default()).unwrap();
    for who in [1, 2] {
        let mut unit = pg.begin(&user(who), PLANNER).await.unwrap();
        unit.tell(&created("2026-03-02T08:00")).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(pg.live_events(user(who).id, 0, 10).await.unwrap().events.len(), 1);
    }
    become_user(&sql, "user_1").await;
    assert_eq!(number(&sql, "SELECT count(*) FROM realtime_events").await, 1);
    sql.batch_execute("RESET ROLE").await.unwrap();
    drop(pg);
    sql.batch_execute(&format!(
        "ALTER DATABASE test_{name} OWNER TO app; REASSIGN OWNED BY {role} TO app;
         DROP OWNED BY {role}; DROP ROLE {role}"
    ))
    .await
    .unwrap();
}
