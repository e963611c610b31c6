//! What is immovable or protected stays where it is, whoever asks the database, but for the calendar's owner and sync.

use std::fs;
use std::path::Path;

use app::ports::{Access, Actor, Store, StoreError};
use planner_core::model::Action;
use serde_json::{Value, json};
use store::Options;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::harness::{Api, Caller, accept_path};
use crate::tools::by_hand::{self, event_id, interval, task_id};
use crate::tools::crowd::event_path;
use crate::tools::rows::{STATE, calendar, number, picture, user};

/// A class, a film that its owner has locked, and an event that is both immovable and locked.
async fn locked_events(who: &Caller) -> [Value; 3] {
    let mut made = Vec::new();
    for (number, (kind, is_movable, protected)) in
        [("CLASS", false, false), ("CHILL", true, true), ("SLEEP", false, true)].into_iter().enumerate()
    {
        let body = json!({
            "title": kind, "type": kind, "start_ts": format!("2026-03-03T{:02}:00:00Z", 10 + number),
            "end_ts": format!("2026-03-03T{:02}:00:00Z", 11 + number), "is_movable": is_movable, "protected": protected,
        });
        made.push(who.post("/api/v1/events", body).await.json(201));
    }
    made.try_into().unwrap()
}

/// Every way to take an event out of its place that came to mind.
const MOVES: [&str; 11] = [
    "UPDATE calendar_events SET start_ts = start_ts - interval '1 microsecond' WHERE id = $1",
    "UPDATE calendar_events SET end_ts = end_ts + interval '1 minute' WHERE id = $1",
    "UPDATE calendar_events SET start_ts = start_ts + interval '1 day', end_ts = end_ts + interval '1 day' WHERE id = $1",
    "UPDATE calendar_events SET is_movable = true, protected = false WHERE id = $1",
    "UPDATE calendar_events SET is_movable = true, protected = false, end_ts = end_ts + interval '1 minute' WHERE id = $1",
    "UPDATE calendar_events SET id = gen_random_uuid() WHERE id = $1",
    "DELETE FROM calendar_events WHERE id = $1",
    "DELETE FROM users WHERE id = (SELECT user_id FROM calendar_events WHERE id = $1)",
    "WITH gone AS (DELETE FROM calendar_events WHERE id = $1 RETURNING *) SELECT * FROM gone",
    "INSERT INTO calendar_events SELECT * FROM calendar_events WHERE id = $1
         ON CONFLICT (user_id, id) DO UPDATE SET end_ts = excluded.end_ts + interval '1 hour'",
    "MERGE INTO calendar_events e USING (SELECT $1 AS id) x ON e.id = x.id WHEN MATCHED THEN DELETE",
];

async fn in_transaction(sql: &Client, actor: Option<&str>, statement: &str, event: &Value) -> Option<String> {
    let declare = actor.map(|actor| format!("SET LOCAL canvascal.actor = '{actor}';")).unwrap_or_default();
    let id = format!("'{}'::uuid", event["id"].as_str().unwrap());
    let outcome = sql.batch_execute(&format!("BEGIN; {declare} {}", statement.replace("$1", &id))).await;
    sql.batch_execute("ROLLBACK").await.unwrap();
    let error = outcome.err()?;
    assert_eq!(error.code(), Some(&SqlState::CHECK_VIOLATION), "{statement}: {error}");
    error.as_db_error().and_then(|error| error.constraint()).map(str::to_owned)
}

#[tokio::test]
async fn whoever_has_not_declared_to_be_owner_or_sync_moves_nothing_that_is_locked() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let events = locked_events(&api.user("ada")).await;
    let guarded = Some("prevent_move_immovable".to_owned());
    for event in &events {
        for statement in MOVES {
            for actor in
                [None, Some(""), Some("planner"), Some("admin"), Some("Owner"), Some("owner "), Some("synch")]
            {
                let told = in_transaction(&sql, actor, statement, event).await;
                assert_eq!(told, guarded, "{actor:?}: {statement}: {event}");
            }
            for actor in ["owner", "sync"] {
                let told = in_transaction(&sql, Some(actor), statement, event).await;
                assert_eq!(told, None, "{actor}: {statement}: {event}");
            }
        }
    }
}

#[tokio::test]
async fn what_moves_nothing_is_nobodys_privilege() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    let film = ada.event("Film", "CHILL", "2026-03-04T10:00", "2026-03-04T11:00").await;
    for event in &locked_events(&ada).await {
        for statement in [
            "UPDATE calendar_events SET title = 'Something else', metadata = '{\"a\": 1}' WHERE id = $1",
            "UPDATE calendar_events SET start_ts = start_ts, end_ts = end_ts WHERE id = $1",
            "UPDATE calendar_events SET protected = true, is_movable = false WHERE id = $1",
            "UPDATE calendar_events SET task_id = NULL, transparent = true WHERE id = $1",
        ] {
            assert_eq!(in_transaction(&sql, None, statement, event).await, None, "{statement}: {event}");
        }
    }
    for statement in MOVES.into_iter().filter(|statement| !statement.contains("users")) {
        assert_eq!(in_transaction(&sql, None, statement, &film).await, None, "{statement}");
    }
}

#[tokio::test]
async fn a_declaration_ends_with_its_transaction() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let [class, ..] = locked_events(&api.user("ada")).await;
    let id = class["id"].as_str().unwrap();
    let push = format!("UPDATE calendar_events SET end_ts = end_ts + interval '1 minute' WHERE id = '{id}'");
    for end in ["COMMIT", "ROLLBACK"] {
        sql.batch_execute(&format!("BEGIN; SET LOCAL canvascal.actor = 'owner'; {push}; {end}"))
            .await
            .unwrap();
        let error = sql.batch_execute(&push).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::CHECK_VIOLATION));
    }
}

#[tokio::test]
async fn the_store_declares_the_owner_and_the_sync_and_nobody_else_even_on_the_same_connection() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let events = locked_events(&api.user("ada")).await;
    let ada = user(&sql, "ada").await;
    let store = api.db.pg(Options { max_connections: 1, ..Options::default() }).unwrap();
    for event in events.iter().map(event_id) {
        for actor in [Actor::Planner, Actor::Owner, Actor::Planner, Actor::Sync, Actor::Planner] {
            let before = calendar(&sql).await;
            let mut unit = store.begin(&ada, Access::Write(actor)).await.unwrap();
            let mut fields = unit.event(event).await.unwrap().unwrap().fields;
            fields.end_ts += time::Duration::minutes(1);
            let moved = unit.update_event(event, &fields).await;
            match actor {
                Actor::Planner => {
                    assert!(matches!(moved, Err(StoreError::Guarded(_))), "{moved:?}");
                    drop(unit);
                    let mut unit = store.begin(&ada, Access::Write(actor)).await.unwrap();
                    let deleted = unit.delete_event(event).await;
                    assert!(matches!(deleted, Err(StoreError::Guarded(_))), "{deleted:?}");
                    drop(unit);
                    assert_eq!(calendar(&sql).await, before);
                }
                Actor::Owner | Actor::Sync => {
                    assert_eq!(moved.unwrap().unwrap().fields.end_ts, fields.end_ts);
                    unit.commit().await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_forged_proposal_is_caught_by_the_checker_and_nothing_is_written() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    for (number, kind) in ["CLASS", "CHILL", "SLEEP"].into_iter().enumerate() {
        let who = api.user(&format!("forged{number}"));
        let week = who.crowded_monday("CHILL").await;
        let victim = locked_events(&who).await.into_iter().find(|event| event["type"] == kind).unwrap();
        let proposal = who.propose(&week.exam).await;
        let forge = format!(
            "UPDATE proposal_moves SET event_id = '{}', event_title = '{kind}', baseline_version = 1
              WHERE proposal_id = '{}' AND action = 'move'",
            victim["id"].as_str().unwrap(),
            proposal["proposal_id"].as_str().unwrap(),
        );
        assert_eq!(sql.execute(&forge, &[]).await.unwrap(), 1);
        let before = picture(&sql, &STATE).await;

        let problem = who.call(&accept_path(&proposal)).await.problem(409, "stale");

        let rules: Vec<&str> = problem["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|broken| broken["rule"].as_str().unwrap())
            .collect();
        assert!(rules.contains(&"permission"), "{rules:?}");
        assert_eq!(picture(&sql, &STATE).await, before);
    }
}

#[tokio::test]
async fn a_forged_proposal_that_gets_past_the_checker_fails_in_the_database_as_a_whole() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let store = api.db.store(&api.clock).unwrap();
    let ada = api.user("ada");
    let film = ada.event("Film", "CHILL", "2026-03-04T10:00", "2026-03-04T11:00").await;
    let victims = locked_events(&ada).await;
    let user = user(&sql, "ada").await;
    for victim in &victims {
        for what in ["move", "split", "delete"] {
            let exam = ada.exam("2026-03-10T12:00", 120).await;
            let event = event_id(victim);
            let forged = match what {
                "move" => Action::Move { event, to: interval("2026-03-05T10:00", "2026-03-05T11:00") },
                "split" => Action::Split {
                    event,
                    pieces: [
                        interval("2026-03-05T10:00", "2026-03-05T10:30"),
                        interval("2026-03-06T10:00", "2026-03-06T10:30"),
                    ],
                },
                _ => Action::Delete { event },
            };
            // What may be done comes first and last, and has to go with the rest.
            let create = Action::Create { at: interval("2026-03-05T18:00", "2026-03-05T20:00") };
            let moved =
                Action::Move { event: event_id(&film), to: interval("2026-03-06T18:00", "2026-03-06T19:00") };
            let actions = vec![create, forged, moved];
            let task = task_id(&exam);
            let proposal =
                by_hand::propose(store.as_ref(), &api.clock, &user, task, actions, Vec::new()).await;
            let before = picture(&sql, &STATE).await;

            let applied = by_hand::apply(store.as_ref(), &api.clock, &user, &proposal).await;

            assert!(matches!(applied, Err(StoreError::Guarded(_))), "{what}: {applied:?}");
            assert_eq!(picture(&sql, &STATE).await, before, "{what}: {victim}");
        }
    }
    assert_eq!(number(&sql, "SELECT count(*) FROM churn_ledger").await, 0);
}

#[tokio::test]
async fn a_forged_snapshot_restores_nothing() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    let [class, ..] = locked_events(&ada).await;
    let week = ada.crowded_monday("CHILL").await;
    let proposal = ada.propose(&week.exam).await;
    ada.accept(&proposal).await;
    let id = class["id"].as_str().unwrap();
    // The class of tomorrow, as if it had been yesterday.
    let forge = format!(
        "UPDATE rebalancing_snapshots SET rows = rows || (
             SELECT to_jsonb(e) || jsonb_build_object('start_ts', e.start_ts - interval '2 days')
               FROM calendar_events e WHERE e.id = '{id}')"
    );
    assert_eq!(sql.execute(&forge, &[]).await.unwrap(), 1);
    let before = picture(&sql, &STATE).await;
    ada.undo(&proposal).await.problem(500, "internal");
    assert_eq!(picture(&sql, &STATE).await, before);
}

#[tokio::test]
async fn the_owner_edits_and_deletes_what_is_locked() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for event in &locked_events(&ada).await {
        let later = json!({"start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T12:00:00Z"});
        let moved = ada.patch_event(event, later).await;
        assert_eq!(moved["start_ts"], "2026-03-04T10:00:00Z");
        assert_eq!((&moved["is_movable"], &moved["protected"]), (&event["is_movable"], &event["protected"]));
        let whole = json!({
            "title": "Moved again", "type": event["type"], "protected": true,
            "start_ts": "2026-03-05T10:00:00Z", "end_ts": "2026-03-05T12:00:00Z",
        });
        assert_eq!(ada.put(&event_path(event), whole).await.json(200)["start_ts"], "2026-03-05T10:00:00Z");
        let unlocked = ada.patch_event(event, json!({"protected": false, "is_movable": true})).await;
        assert_eq!((&unlocked["is_movable"], &unlocked["protected"]), (&json!(true), &json!(false)));
        ada.patch_event(event, json!({"protected": true, "is_movable": false})).await;
        assert_eq!(ada.delete(&event_path(event)).await.status, 204);
        assert_eq!(ada.get(&event_path(event)).await.status, 404);
    }
}

#[test]
fn only_the_owner_s_and_the_sync_s_access_declare_anything() {
    const SETTING: &str = "canvascal.actor";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut places = Vec::new();
    for crate_ in [
        "crates/store/src",
        "crates/app/src",
        "crates/pgserver/src",
        "crates/planner-core/src",
        "bins/api/src",
    ] {
        mentions(&root.join(crate_), SETTING, &mut places);
    }
    // For one transaction, and each as itself.
    let expected = [("Owner", "owner"), ("Sync", "sync")].map(|(actor, name)| {
        format!("Access::Write(Actor::{actor}) => \"SET LOCAL {SETTING} = '{name}'; \".to_owned(),")
    });
    let lines: Vec<&str> = places.iter().map(|(_, line)| line.trim()).collect();
    assert_eq!(lines, expected, "{places:#?}");
    assert!(places.iter().all(|(file, _)| file.ends_with("crates/store/src/pool.rs")), "{places:#?}");
}

/// The lines below a folder that mention something.
fn mentions(folder: &Path, what: &str, places: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            mentions(&path, what, places);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let lines = text.lines().filter(|line| line.contains(what));
            places.extend(lines.map(|line| (path.display().to_string(), line.to_owned())));
        }
    }
}
