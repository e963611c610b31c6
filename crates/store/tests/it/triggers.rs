use planner_core::model::Kind;
use tokio_postgres::error::SqlState;

use crate::support::{OWNER, World, fields, moment, on};

const MONDAY: &str = "2026-03-02";

async fn locked() -> World {
    let world = World::new().await;
    let mut class = fields(Kind::Class, on(MONDAY, "09:00", "10:00"));
    world.event(1, 1, &class).await;
    class.is_movable = true;
    class.protected = true;
    world.event(1, 2, &class).await;
    world.event(1, 3, &fields(Kind::Chill, on(MONDAY, "11:00", "12:00"))).await;
    world
}

const SHIFT: &str =
    "UPDATE calendar_events SET start_ts = start_ts + interval '1 hour', end_ts = end_ts + interval '1 hour'";

#[tokio::test]
async fn nobody_in_particular_may_touch_what_is_locked() {
    let world = locked().await;
    for actor in ["", "planner", "Owner", "nobody"] {
        for (statement, words) in [
            (
                format!("{SHIFT} WHERE id = uuid_in('00000000-0000-0000-0000-000000000001')"),
                "immovable and may not be moved",
            ),
            (
                format!("{SHIFT} WHERE id = uuid_in('00000000-0000-0000-0000-000000000002')"),
                "protected and may not be moved",
            ),
            (
                "UPDATE calendar_events SET end_ts = end_ts + interval '1 minute' WHERE protected".to_owned(),
                "be moved",
            ),
            (
                "UPDATE calendar_events SET start_ts = start_ts - interval '1 minute' WHERE NOT is_movable"
                    .to_owned(),
                "be moved",
            ),
            ("DELETE FROM calendar_events WHERE protected".to_owned(), "be deleted"),
            ("DELETE FROM calendar_events WHERE NOT is_movable".to_owned(), "be deleted"),
            ("DELETE FROM users".to_owned(), "be deleted"),
            ("UPDATE calendar_events SET protected = false WHERE protected".to_owned(), "be unlocked"),
            ("UPDATE calendar_events SET is_movable = true WHERE NOT is_movable".to_owned(), "be unlocked"),
            (
                "UPDATE calendar_events SET id = gen_random_uuid() WHERE protected".to_owned(),
                "become another event",
            ),
        ] {
            let declared =
                format!("BEGIN; SELECT set_config('canvascal.actor', '{actor}', true); {statement}");
            let error = world.sql.batch_execute(&declared).await.unwrap_err();
            world.sql.batch_execute("ROLLBACK").await.unwrap();
            let error = error.as_db_error().unwrap();
            assert_eq!(error.code(), &SqlState::CHECK_VIOLATION);
            assert_eq!(error.constraint(), Some("prevent_move_immovable"));
            assert!(error.message().contains(words), "{statement}: {}", error.message());
        }
    }
}

#[tokio::test]
async fn the_owner_and_the_sync_may_do_anything() {
    let world = locked().await;
    for actor in ["owner", "sync"] {
        for statement in [
            SHIFT,
            "UPDATE calendar_events SET protected = false, is_movable = true",
            "DELETE FROM calendar_events",
        ] {
            let declared = format!(
                "BEGIN; SELECT set_config('canvascal.actor', '{actor}', true); {statement}; ROLLBACK"
            );
            world.sql.batch_execute(&declared).await.unwrap();
        }
    }
    // The declaration ends with its transaction.
    world.sql.batch_execute("BEGIN; SET LOCAL canvascal.actor = 'owner'; COMMIT").await.unwrap();
    world.sql.batch_execute(SHIFT).await.unwrap_err();
}

#[tokio::test]
async fn everyone_may_do_what_leaves_the_locks_alone() {
    let world = locked().await;
    let task = world.task(1, 9, None).await;
    for statement in [
        "UPDATE calendar_events SET title = 'Renamed'",
        "UPDATE calendar_events SET protected = true, is_movable = false",
        "UPDATE calendar_events SET task_id = '00000000-0000-0000-0000-000000000009'",
        "DELETE FROM tasks",
    ] {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let mut unit = world.begin(1, OWNER).await;
    assert!(unit.task(task).await.unwrap().is_none());
    assert_eq!(world.count("SELECT count(*) FROM calendar_events WHERE task_id IS NULL").await, 3);
    // Locking is for everyone, unlocking is not.
    world.sql.batch_execute(SHIFT).await.unwrap_err();
    world
        .sql
        .batch_execute("DELETE FROM calendar_events WHERE id = '00000000-0000-0000-0000-000000000003'")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn what_is_free_moves_freely() {
    let world = locked().await;
    let id = "id = '00000000-0000-0000-0000-000000000003'";
    world.sql.batch_execute(&format!("{SHIFT} WHERE {id}")).await.unwrap();
    world.sql.batch_execute(&format!("DELETE FROM calendar_events WHERE {id}")).await.unwrap();
}

#[tokio::test]
async fn every_change_counts_by_whatever_road() {
    let world = locked().await;
    let task = world.task(1, 9, Some("2026-03-06T12:00")).await;
    let version = "SELECT version FROM calendar_events WHERE title = 'a CHILL'";
    assert_eq!(world.count(version).await, 1);
    world
        .sql
        .batch_execute("UPDATE calendar_events SET version = 77, updated_at = '2001-01-01Z'")
        .await
        .unwrap();
    assert_eq!(world.count(version).await, 2);
    assert_eq!(world.count("SELECT count(*) FROM calendar_events WHERE updated_at < '2020-01-01Z'").await, 0);

    let due = "SELECT count(*) FROM tasks WHERE due_changed_at IS NOT NULL";
    world.sql.batch_execute("UPDATE tasks SET title = 'Analysis'").await.unwrap();
    assert_eq!((world.count("SELECT version FROM tasks").await, world.count(due).await), (2, 0));
    world.clock.advance_minutes(30);
    let mut unit = world.begin(1, OWNER).await;
    let mut changed = unit.task(task).await.unwrap().unwrap().fields;
    changed.due_ts = None;
    let record = unit.update_task(task, &changed).await.unwrap().unwrap();
    unit.commit().await.unwrap();
    assert_eq!(record.version, 3);
    // The unit of work dates it by the program's clock.
    assert_eq!(record.due_changed_at.map(Into::into), Some(moment("2026-03-02T08:30")));
    assert_eq!(record.updated_at, crate::support::at("2026-03-02T08:30"));
    world
        .sql
        .batch_execute("UPDATE tasks SET due_ts = '2026-03-09 12:00Z', due_changed_at = NULL")
        .await
        .unwrap();
    assert_eq!(world.count(due).await, 1);
}

#[tokio::test]
async fn the_audit_only_grows() {
    let world = World::new().await;
    let insert = "INSERT INTO rebalancing_audit (user_id, id, action) VALUES (gen_random_uuid(), gen_random_uuid(), 'CREATED')";
    world.sql.batch_execute(insert).await.unwrap();
    for statement in [
        "UPDATE rebalancing_audit SET action = 'UNDONE'",
        "DELETE FROM rebalancing_audit",
        "TRUNCATE rebalancing_audit",
        "BEGIN; SET LOCAL canvascal.actor = 'owner'; DELETE FROM rebalancing_audit",
    ] {
        let error = world.sql.batch_execute(statement).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::RESTRICT_VIOLATION), "{statement}");
        world.sql.batch_execute("ROLLBACK").await.unwrap();
    }
    assert_eq!(world.count("SELECT count(*) FROM rebalancing_audit").await, 1);
}

#[tokio::test]
async fn the_checks_refuse_what_breaks_our_rules() {
    let world = locked().await;
    world.task(1, 9, None).await;
    for statement in [
        "UPDATE calendar_events SET end_ts = start_ts WHERE title = 'a CHILL'",
        "UPDATE calendar_events SET end_ts = start_ts + interval '62 days' WHERE title = 'a CHILL'",
        "UPDATE calendar_events SET start_ts = '9500-01-01Z', end_ts = '9500-01-02Z' WHERE title = 'a CHILL'",
        "UPDATE calendar_events SET type = 'PARTY'",
        "UPDATE calendar_events SET title = ' '",
        "UPDATE calendar_events SET metadata = '[]'",
        r#"UPDATE calendar_events SET metadata = '{"a": [{"b": 1e309}]}'"#,
        r#"UPDATE calendar_events SET metadata = '{"": -1e309}'"#,
        "UPDATE tasks SET priority_score = 70.0001",
        "UPDATE tasks SET priority_score = 'NaN'",
        "UPDATE tasks SET priority_score = -1",
        "UPDATE tasks SET effort_minutes = -1",
        "UPDATE tasks SET due_ts = 'infinity'",
        "UPDATE tasks SET status = 'open'",
        "INSERT INTO user_settings (user_id, focus_min) SELECT id, 40 FROM users",
        "INSERT INTO user_settings (user_id, day_end_min) SELECT id, 1381 FROM users",
        "INSERT INTO user_settings (user_id, day_start_min, day_end_min) SELECT id, 600, 600 FROM users",
        "INSERT INTO user_settings (user_id, energy) SELECT id, array_fill(100::smallint, ARRAY[23]) FROM users",
        "INSERT INTO user_settings (user_id, energy) SELECT id, array_fill(49::smallint, ARRAY[24]) FROM users",
        "INSERT INTO churn_settings (user_id, churn_cap) SELECT id, 6 FROM users",
    ] {
        let error = world.sql.batch_execute(statement).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::CHECK_VIOLATION), "{statement}");
    }
}
