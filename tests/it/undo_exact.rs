//! Undoing puts back exactly what was there, to the last column and microsecond, once; it never takes an edit away, and
//! rejecting takes nothing away at all.

use std::collections::BTreeSet;

use app::identity::User;
use planner_core::model::{Action, EventId};
use planner_core::time::{Instant, Interval};
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::harness::{Api, Caller, NOW, accept_path};
use crate::tools::by_hand::{self, event_id, interval, task_id};
use crate::tools::crowd::{event_path, reject_path};
use crate::tools::dice::Dice;
use crate::tools::odd::Odd;
use crate::tools::rows::{calendar, number, picture, texts, user};

const UNDO: &str = "/api/rebalancing/undo";

/// What a week is made to lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pattern {
    /// Recreation yields.
    Chill,
    /// A chore yields.
    LowPriority,
    /// Focus for a lesser task yields, and goes past the due time.
    Focus,
    /// Both recreation and a chore yield.
    Both,
    /// Focus without a task is taken as it stands.
    Claim,
    /// Study blocks stand after a due time that moved, and are brought before it.
    Stranded,
}

const PATTERNS: [Pattern; 6] =
    [Pattern::Chill, Pattern::LowPriority, Pattern::Focus, Pattern::Both, Pattern::Claim, Pattern::Stranded];

/// Somebody's week, and the task that it has no room for.
struct Sown {
    exam: Value,
    claims: usize,
    moves: usize,
}

/// A Monday on which nothing but what `pattern` says can yield, with more around it that stays.
async fn sow(api: &Api, sql: &Client, name: &str, pattern: Pattern, dice: &mut Dice) -> Sown {
    let who = api.user(name);
    let energy: Vec<u64> = (0..24).map(|_| 50 + dice.below(101)).collect();
    let settings = json!({
        "relocation_spill_days": 2, "churn_cap": 5, "energy": energy, "priority_threshold": 12.125,
        "lead_minutes": dice.below(15), "allow_delete": dice.chance(50),
    });
    who.put("/api/v1/settings", settings).await.json(200);
    let user = user(sql, name).await;
    let other = json!({
        "title": "Essay", "type": "ASSIGNMENT", "due_ts": "2026-03-06T12:00:00Z", "priority_score": 10.5,
        "effort_minutes": 600,
    });
    let other = who.post("/api/v1/tasks", other).await.json(201);
    let other = other["id"].as_str().unwrap();
    sow_what_stays(sql, dice, &user, other).await;
    let mut fixed = vec![
        ("CLASS", "2026-03-02T17:00", "2026-03-02T19:00"),
        ("WORK", "2026-03-02T21:00", "2026-03-02T23:00"),
    ];
    let (mut effort, mut claims, mut moves) = (120, 0, 1);
    match pattern {
        Pattern::Chill | Pattern::LowPriority | Pattern::Both => {
            let until_nine =
                Odd { is_movable: false, ..Odd::at("FOCUS", "2026-03-02T08:00", "2026-03-02T09:00") };
            until_nine.write(sql, dice, &user).await;
            let yielding: &[Odd<'_>] = match pattern {
                Pattern::Chill => &[Odd::at("CHILL", "2026-03-02T19:00", "2026-03-02T21:00")],
                Pattern::LowPriority => &[Odd::at("LOW_PRIORITY", "2026-03-02T19:00", "2026-03-02T21:00")],
                _ => &[
                    Odd::at("CHILL", "2026-03-02T19:00", "2026-03-02T20:00"),
                    Odd::at("LOW_PRIORITY", "2026-03-02T20:00", "2026-03-02T21:00"),
                ],
            };
            moves = yielding.len();
            for odd in yielding {
                let task = dice.chance(50).then_some(other);
                Odd { task, ..*odd }.write(sql, dice, &user).await;
            }
        }
        Pattern::Focus => {
            fixed.push(("DND", "2026-03-02T06:00", "2026-03-02T17:00"));
            let focus = Odd::at("FOCUS", "2026-03-02T19:00", "2026-03-02T21:00");
            Odd { task: Some(other), ..focus }.write(sql, dice, &user).await;
        }
        Pattern::Claim => {
            (effort, claims, moves) = (dice.pick(&[60, 90, 200]), 1, 0);
            fixed.clear();
            let focus = Odd::at("FOCUS", "2026-03-02T12:00", "2026-03-02T13:30");
            Odd { transparent: dice.chance(50), ..focus }.write(sql, dice, &user).await;
        }
        Pattern::Stranded => {
            (effort, moves) = (240, 2);
            fixed = vec![("WORK", "2026-03-02T07:00", "2026-03-02T23:00")];
        }
    }
    for (kind, start, end) in fixed {
        Odd { protected: dice.chance(50), ..Odd::at(kind, start, end) }.write(sql, dice, &user).await;
    }
    let exam = if pattern == Pattern::Stranded {
        strand(api, &who, effort).await
    } else {
        who.exam("2026-03-03T07:00", effort).await
    };
    Sown { exam, claims, moves }
}

/// Events of every sort that a plan for Monday and Tuesday leaves alone.
async fn sow_what_stays(sql: &Client, dice: &mut Dice, user: &User, other: &str) {
    for _ in 0..dice.below(12) {
        let kinds = ["CLASS", "WORK", "SLEEP", "DND", "EXAM", "CHILL", "LOW_PRIORITY", "OTHER"];
        let day = dice.pick(&["2025-12-31", "2026-02-20", "2026-03-07", "2026-03-08", "2026-06-01"]);
        let hour = dice.below(20);
        let (start, end) = (format!("{day}T{hour:02}:00"), format!("{day}T{:02}:05", hour + dice.below(4)));
        let odd = Odd::at(dice.pick(&kinds), &start, &end);
        let (is_movable, protected, transparent) = (dice.chance(50), dice.chance(20), dice.chance(20));
        let task = dice.chance(20).then_some(other);
        Odd { is_movable, protected, transparent, task, ..odd }.write(sql, dice, user).await;
    }
}

/// An exam whose accepted study blocks on Wednesday are too late, since it was put forward to Tuesday night.
async fn strand(api: &Api, who: &Caller, effort: u32) -> Value {
    let busy = who.event("Shift", "WORK", "2026-03-03T07:00", "2026-03-03T23:00").await;
    let exam = who.exam("2026-03-05T12:00", effort).await;
    let proposal = who.propose(&exam).await;
    who.accept(&proposal).await;
    api.clock.advance_minutes(1);
    assert_eq!(who.delete(&event_path(&busy)).await.status, 204);
    let path = format!("/api/v1/tasks/{}", exam["id"].as_str().unwrap());
    who.patch(&path, json!({"due_ts": "2026-03-03T23:00:00Z"})).await.json(200)
}

const UNTOUCHED: [&str; 4] = ["users", "tasks", "user_settings", "churn_settings"];

#[tokio::test]
async fn what_was_accepted_is_undone_exactly_whatever_the_calendar() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let mut seen = BTreeSet::new();
    for seed in 0..42 {
        api.clock.set(NOW.parse().unwrap());
        let dice = &mut Dice::new(seed);
        let pattern = PATTERNS[usize::try_from(seed).unwrap() % PATTERNS.len()];
        let name = format!("seed{seed}");
        let sown = sow(&api, &sql, &name, pattern, dice).await;
        let who = api.user(&name);
        let before = calendar(&sql).await;
        let untouched = picture(&sql, &UNTOUCHED).await;

        let proposal = who.propose(&sown.exam).await;
        assert_eq!(calendar(&sql).await, before, "{name}: a proposal changes nothing");
        let changes = proposal["proposed_changes"].as_array().unwrap();
        let moves = changes.iter().filter(|change| change["action"] == "MOVE").count();
        let claims = proposal["claims"].as_array().unwrap().len();
        assert_eq!((moves, claims), (sown.moves, sown.claims), "{name}, {pattern:?}: {proposal:#}");
        for change in changes {
            seen.insert(format!(
                "{} {}",
                change["action"].as_str().unwrap(),
                change["reason_code"].as_str().unwrap()
            ));
        }
        let accepted = who.accept(&proposal).await;
        assert_ne!(calendar(&sql).await, before, "{name}");

        let target = if dice.chance(50) {
            json!({"proposal_id": proposal["proposal_id"]})
        } else {
            json!({"undo_token": accepted["undo_token"]})
        };
        let undone = who.post(UNDO, target.clone()).await.json(200);

        assert_eq!(calendar(&sql).await, before, "{name}, {pattern:?}: {proposal:#}");
        assert_eq!(picture(&sql, &UNTOUCHED).await, untouched, "{name}");
        let count = |field: &str| undone[field].as_array().unwrap().len();
        assert_eq!(
            (count("restored"), count("removed"), count("kept")),
            (moves + claims, changes.len() - moves, 0)
        );
        let problem = who.post(UNDO, target).await.problem(409, "not-undoable");
        assert_eq!(problem["proposal_status"], "UNDONE");
        assert_eq!(calendar(&sql).await, before, "{name}: nothing is undone twice");
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "CREATE INSUFFICIENT_CAPACITY_CREATE_FOCUS",
            "MOVE CONFLICT_WITH_CHILL",
            "MOVE DEADLINE_PROXIMITY",
            "MOVE HIGH_PRIORITY_PREEMPTION",
        ]
    );
    let moved = "SELECT DISTINCT e.type FROM proposal_moves m JOIN calendar_events e ON e.user_id = m.user_id
        AND e.id = m.event_id WHERE m.action = 'move' ORDER BY 1";
    assert_eq!(texts(&sql, moved).await, ["CHILL", "FOCUS", "LOW_PRIORITY"]);
}

#[tokio::test]
async fn proposals_on_top_of_each_other_are_undone_one_after_the_other() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    ada.event("Shift", "WORK", "2026-03-02T07:00", "2026-03-02T23:00").await;
    let claimed = ada.event("Reading", "FOCUS", "2026-03-04T07:00", "2026-03-04T08:00").await;
    let start = calendar(&sql).await.len();
    let exam = ada.exam("2026-03-05T12:00", 180).await;
    let path = format!("/api/v1/tasks/{}", exam["id"].as_str().unwrap());
    let before_first = calendar(&sql).await;
    let first = ada.propose(&exam).await;
    assert_eq!(first["claims"], json!([claimed["id"]]));
    ada.accept(&first).await;
    assert!(calendar(&sql).await.len() > start);
    // What the first one made and claimed is too late now, and the second one brings it in.
    api.clock.advance_minutes(1);
    ada.patch(&path, json!({"due_ts": "2026-03-03T23:00:00Z"})).await.json(200);
    let before_second = calendar(&sql).await;
    let second = ada.propose(&exam).await;
    let moved: Vec<&Value> =
        second["proposed_changes"].as_array().unwrap().iter().map(|change| &change["event_id"]).collect();
    assert!(moved.contains(&&claimed["id"]), "{second:#}");
    ada.accept(&second).await;

    // The first one cannot go first: the second one stands on it.
    let problem = ada.undo(&first).await.problem(409, "undo-conflict");
    assert!(!problem["edited"].as_array().unwrap().is_empty());
    ada.undo(&second).await.json(200);
    assert_eq!(calendar(&sql).await, before_second);
    // Nobody has edited anything in between, so the first one follows.
    ada.undo(&first).await.json(200);
    assert_eq!(calendar(&sql).await, before_first);
}

#[tokio::test]
async fn an_undo_does_not_hide_an_edit_from_the_next_one() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    ada.event("Shift", "WORK", "2026-03-02T07:00", "2026-03-03T07:00").await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let path = format!("/api/v1/tasks/{}", exam["id"].as_str().unwrap());
    let first = ada.propose(&exam).await;
    ada.accept(&first).await;
    let block = ada.events().await.into_iter().find(|event| event["task_id"] == exam["id"]).unwrap();
    let late = json!({"start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T12:00:00Z", "title": "Mine"});
    ada.patch_event(&block, late).await;
    api.clock.advance_minutes(1);
    ada.patch(&path, json!({"due_ts": "2026-03-03T23:00:00Z"})).await.json(200);
    let second = ada.propose(&exam).await;
    assert_eq!(second["proposed_changes"][0]["event_id"], block["id"]);
    ada.accept(&second).await;
    ada.undo(&second).await.json(200);

    let before = calendar(&sql).await;
    let problem = ada.undo(&first).await.problem(409, "undo-conflict");
    assert_eq!(problem["edited"], json!([{"event_id": block["id"], "title": "Mine", "gone": false}]));
    assert_eq!(calendar(&sql).await, before);
}

/// A proposal for a Monday with two events in the only place, accepted.
struct Accepted {
    proposal: Value,
    film: Value,
    chore: Value,
    block: Value,
    before: Vec<String>,
}

async fn accepted(who: &Caller, sql: &Client) -> Accepted {
    who.event("Reading group", "FOCUS", "2026-03-02T08:00", "2026-03-02T09:00").await;
    who.event("Shift", "WORK", "2026-03-02T17:00", "2026-03-02T19:00").await;
    let film = who.event("Film", "CHILL", "2026-03-02T19:00", "2026-03-02T20:00").await;
    let chore = who.event("Laundry", "LOW_PRIORITY", "2026-03-02T20:00", "2026-03-02T21:00").await;
    who.event("Seminar", "CLASS", "2026-03-02T21:00", "2026-03-02T23:00").await;
    let exam = who.exam("2026-03-03T07:00", 120).await;
    let before = calendar(sql).await;
    let proposal = who.propose(&exam).await;
    assert_eq!(proposal["churn_cost"], 3);
    who.accept(&proposal).await;
    let block = who.events().await.into_iter().find(|event| event["task_id"] == exam["id"]).unwrap();
    Accepted { proposal, film, chore, block, before }
}

const EDITS: [&str; 5] = ["renamed", "moved", "locked", "moved by the sync", "deleted"];

async fn edit(how: &str, who: &Caller, event: &Value, sql: &Client) {
    let id = event["id"].as_str().unwrap();
    match how {
        "renamed" => drop(who.patch_event(event, json!({"title": "Mine now"})).await),
        "moved" => {
            let at = json!({"start_ts": "2026-03-09T10:00:00Z", "end_ts": "2026-03-09T11:00:00Z"});
            who.patch_event(event, at).await;
        }
        "locked" => drop(who.patch_event(event, json!({"protected": true})).await),
        "moved by the sync" => sql
            .batch_execute(&format!(
                "BEGIN; SET LOCAL canvascal.actor = 'sync';
                 UPDATE calendar_events SET start_ts = start_ts + interval '1 minute' WHERE id = '{id}'; COMMIT"
            ))
            .await
            .unwrap(),
        "deleted" => assert_eq!(who.delete(&event_path(event)).await.status, 204),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_undo_is_refused_where_something_was_edited_and_keeps_that_where_it_is_asked_to() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    // Which of film, chore and block are edited.
    let choices =
        [[true, false, false], [false, true, false], [false, false, true], [true, false, true], [true; 3]];
    for (how_number, how) in EDITS.into_iter().enumerate() {
        for (choice_number, choice) in choices.into_iter().enumerate() {
            let what = format!("{how}: {choice:?}");
            let who = api.user(&format!("editor{how_number}x{choice_number}"));
            let Accepted { proposal, film, chore, block, before } = accepted(&who, &sql).await;
            let edited: Vec<&Value> = [&film, &chore, &block]
                .into_iter()
                .zip(choice)
                .filter(|(_, is)| *is)
                .map(|(event, _)| event)
                .collect();
            for event in &edited {
                edit(how, &who, event, &sql).await;
            }
            let ids: BTreeSet<&str> = edited.iter().map(|event| event["id"].as_str().unwrap()).collect();
            let now = calendar(&sql).await;

            let problem = who.undo(&proposal).await.problem(409, "undo-conflict");

            assert_eq!(named(&problem["edited"], how == "deleted"), ids, "{what}");
            assert_eq!(calendar(&sql).await, now, "{what}: a refusal changes nothing");

            let body = json!({"proposal_id": proposal["proposal_id"], "keep_edited": true});
            let undone = who.post(UNDO, body.clone()).await.json(200);

            assert_eq!(named(&undone["kept"], how == "deleted"), ids, "{what}");
            let of = |event: &Value| json!(event["id"]);
            let rest = |events: &[&Value]| -> Vec<Value> {
                events
                    .iter()
                    .filter(|event| !ids.contains(event["id"].as_str().unwrap()))
                    .map(|event| of(event))
                    .collect()
            };
            assert_eq!(sorted(&undone["restored"]), rest(&[&film, &chore]), "{what}");
            assert_eq!(sorted(&undone["removed"]), rest(&[&block]), "{what}");
            // What was edited is as it was before the undo, and all the rest as it was before the proposal.
            let is_edited = |row: &&String| ids.iter().any(|id| row.contains(id));
            let mut expected: Vec<&String> = before.iter().filter(|row| !is_edited(row)).collect();
            expected.extend(now.iter().filter(is_edited));
            expected.sort();
            let after = calendar(&sql).await;
            let mut after: Vec<&String> = after.iter().collect();
            after.sort();
            assert_eq!(after, expected, "{what}");
            who.post(UNDO, body).await.problem(409, "not-undoable");
        }
    }
}

/// The events that are named, all of which exist no longer, or all of which do.
fn named(events: &Value, gone: bool) -> BTreeSet<&str> {
    let events = events.as_array().unwrap();
    assert!(events.iter().all(|event| event["gone"] == gone), "{events:?}");
    assert!(events.iter().all(|event| !event["title"].as_str().unwrap().is_empty()), "{events:?}");
    events.iter().map(|event| event["event_id"].as_str().unwrap()).collect()
}

fn sorted(ids: &Value) -> Vec<Value> {
    let mut ids = ids.as_array().unwrap().clone();
    ids.sort_by_key(Value::to_string);
    ids
}

#[tokio::test]
async fn deleting_the_task_is_an_edit_of_the_blocks_that_serve_it() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    let Accepted { proposal, block, before, .. } = accepted(&ada, &sql).await;
    let task = format!("/api/v1/tasks/{}", block["task_id"].as_str().unwrap());
    assert_eq!(ada.delete(&task).await.status, 204);
    let problem = ada.undo(&proposal).await.problem(409, "undo-conflict");
    assert_eq!(named(&problem["edited"], false), BTreeSet::from([block["id"].as_str().unwrap()]));
    let body = json!({"proposal_id": proposal["proposal_id"], "keep_edited": true});
    ada.post(UNDO, body).await.json(200);
    let mut rest = calendar(&sql).await;
    rest.retain(|row| !row.contains(block["id"].as_str().unwrap()));
    assert_eq!(rest, before);
}

#[tokio::test]
async fn a_rejection_takes_nothing_away() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let tables = [
        "users",
        "user_settings",
        "churn_settings",
        "tasks",
        "calendar_events",
        "proposal_moves",
        "churn_ledger",
        "rebalancing_apply_attempts",
    ];
    for (number_of_edit, how) in EDITS.into_iter().enumerate() {
        let who = api.user(&format!("editor{number_of_edit}"));
        let week = who.crowded_monday("CHILL").await;
        let proposal = who.propose(&week.exam).await;
        edit(how, &who, &week.yielding, &sql).await;
        let before = picture(&sql, &tables).await;
        let audited = number(&sql, "SELECT count(*) FROM rebalancing_audit").await;

        who.call(&reject_path(&proposal)).await.json(200);

        assert_eq!(picture(&sql, &tables).await, before, "{how}");
        assert_eq!(number(&sql, "SELECT count(*) FROM rebalancing_audit").await, audited + 1);
        let id = proposal["proposal_id"].as_str().unwrap();
        let stands = format!(
            "SELECT p.status || ' ' || s.rows || ' ' || (s.released_at IS NOT NULL) FROM rebalancing_proposals p
              JOIN rebalancing_snapshots s ON s.user_id = p.user_id AND s.proposal_id = p.id WHERE p.id = '{id}'"
        );
        assert_eq!(texts(&sql, &stands).await, ["REJECTED [] true"]);
        // Nothing more can be done with it.
        who.call(&reject_path(&proposal)).await.problem(409, "not-open");
        who.call(&accept_path(&proposal)).await.problem(409, "not-open");
        who.undo(&proposal).await.problem(409, "not-undoable");
        assert_eq!(
            picture(&sql, &tables[..7]).await,
            before.into_iter().filter(|(table, _)| tables[..7].contains(table)).collect(),
            "{how}"
        );
    }
}

/// Gives an event what only another program would write, and a column that this one knows nothing of.
async fn make_odd(sql: &Client, event: &Value, task: &Value) {
    let (event, task) = (event["id"].as_str().unwrap(), task["id"].as_str().unwrap());
    sql.batch_execute(&format!(
        "ALTER TABLE calendar_events ADD COLUMN IF NOT EXISTS mood text;
         UPDATE calendar_events SET mood = 'glad', source = 'google', source_id = 'abc_R20260302', task_id = '{task}',
                metadata = '{{\"a\": [1.50, null]}}', created_at = '2025-01-02T03:04:05.678901Z' WHERE id = '{event}'"
    ))
    .await
    .unwrap();
}

#[tokio::test]
async fn what_is_given_up_comes_back_and_what_is_split_is_made_whole() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let store = api.db.store(&api.clock).unwrap();
    let study = Action::Create { at: interval("2026-03-02T19:00", "2026-03-02T21:00") };
    for what in ["DELETE", "SPLIT"] {
        let who = api.user(what);
        let week = who.crowded_monday("CHILL").await;
        who.put("/api/v1/settings", json!({"allow_delete": true, "churn_cap": 5})).await.json(200);
        let other = json!({"title": "Essay", "type": "OTHER", "priority_score": 1, "effort_minutes": 0});
        make_odd(&sql, &week.yielding, &who.post("/api/v1/tasks", other).await.json(201)).await;
        let event = event_id(&week.yielding);
        let pieces = [
            interval("2026-03-02T09:00", "2026-03-02T10:15"),
            interval("2026-03-02T15:00", "2026-03-02T15:45"),
        ];
        let yields = if what == "SPLIT" { Action::Split { event, pieces } } else { Action::Delete { event } };
        let before = calendar(&sql).await;
        let ada = user(&sql, what).await;
        let actions = vec![study.clone(), yields];
        let proposal =
            by_hand::propose(store.as_ref(), &api.clock, &ada, task_id(&week.exam), actions, Vec::new())
                .await;
        let proposal = who.get(&format!("/api/rebalancing/proposals/{}", proposal.id)).await.json(200);
        assert_eq!(proposal["proposed_changes"][1]["action"], what);

        let accepted = who.accept(&proposal).await;

        let events = who.events().await;
        assert_eq!(accepted["churn_usage_today"], if what == "SPLIT" { 3 } else { 2 });
        assert_eq!(events.len(), if what == "SPLIT" { 6 } else { 4 });
        if what == "SPLIT" {
            let pieces: Vec<&Value> = events.iter().filter(|event| event["title"] == "Film").collect();
            let at = |piece: &Value| [piece["start_ts"].clone(), piece["end_ts"].clone()];
            assert_eq!(at(pieces[0]), ["2026-03-02T09:00:00Z", "2026-03-02T10:15:00Z"]);
            assert_eq!(at(pieces[1]), ["2026-03-02T15:00:00Z", "2026-03-02T15:45:00Z"]);
            assert_eq!(
                [&pieces[0]["source_id"], &pieces[1]["source_id"]],
                [&json!("abc_R20260302"), &Value::Null]
            );
            let moods = "SELECT mood FROM calendar_events WHERE title = 'Film' ORDER BY start_ts";
            assert_eq!(texts(&sql, moods).await, ["glad", "glad"]);
        }
        who.undo(&proposal).await.json(200);
        assert_eq!(calendar(&sql).await, before, "{what}");
        who.undo(&proposal).await.problem(409, "not-undoable");
        // What came back may yield again.
        let fresh = who.exam("2026-03-03T07:00", 120).await;
        assert_eq!(who.propose(&fresh).await["proposed_changes"][1]["event_id"], week.yielding["id"]);
        assert_eq!(who.delete(&event_path(&week.yielding)).await.status, 204);
    }
}

#[tokio::test]
async fn of_a_split_event_both_pieces_are_kept_or_neither() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let store = api.db.store(&api.clock).unwrap();
    for (name, edited) in [("first", 0), ("second", 1)] {
        let who = api.user(name);
        let week = who.crowded_monday("CHILL").await;
        let pieces = [
            interval("2026-03-02T09:00", "2026-03-02T10:00"),
            interval("2026-03-02T15:00", "2026-03-02T16:00"),
        ];
        let actions = vec![
            Action::Create { at: interval("2026-03-02T19:00", "2026-03-02T21:00") },
            Action::Split { event: event_id(&week.yielding), pieces },
        ];
        let ada = user(&sql, name).await;
        let proposal =
            by_hand::propose(store.as_ref(), &api.clock, &ada, task_id(&week.exam), actions, Vec::new())
                .await;
        let proposal = json!({"proposal_id": proposal.id});
        who.accept(&proposal).await;
        let films: Vec<Value> =
            who.events().await.into_iter().filter(|event| event["title"] == "Film").collect();
        let film = who.patch_event(&films[edited], json!({"title": "A short film"})).await;
        let problem = who.undo(&proposal).await.problem(409, "undo-conflict");
        assert_eq!(
            problem["edited"],
            json!([{"event_id": film["id"], "title": "A short film", "gone": false}])
        );
        let body = json!({"proposal_id": proposal["proposal_id"], "keep_edited": true});
        let undone = who.post(UNDO, body).await.json(200);
        let kept: BTreeSet<&str> = named(&undone["kept"], false);
        assert_eq!(kept, films.iter().map(|film| film["id"].as_str().unwrap()).collect());
        assert_eq!(undone["restored"], json!([]));
        assert_eq!(undone["removed"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn any_mixture_of_writes_is_taken_back_exactly() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let store = api.db.store(&api.clock).unwrap();
    for seed in 100..116 {
        let dice = &mut Dice::new(seed);
        let name = format!("seed{seed}");
        let who = api.user(&name);
        let exam = who.exam("2026-03-20T07:00", 600).await;
        let ada = user(&sql, &name).await;
        let mut events = Vec::new();
        for number in 0..6 + dice.below(8) {
            let (start, end) =
                (format!("2026-03-{:02}T10:00", 3 + number), format!("2026-03-{:02}T12:30", 3 + number));
            let odd = Odd::at(dice.pick(&["FOCUS", "CHILL", "LOW_PRIORITY"]), &start, &end);
            let task = dice.chance(30).then(|| exam["id"].as_str().unwrap());
            let id = Odd { transparent: dice.chance(20), task, ..odd }.write(&sql, dice, &ada).await;
            events.push(EventId(id.parse().unwrap()));
        }
        let before = calendar(&sql).await;
        let mut actions = vec![Action::Create { at: interval("2026-03-02T12:00", "2026-03-02T14:00") }];
        let mut claims = Vec::new();
        for event in events {
            let start =
                Instant::from_unix_minutes(29_600_000 + 15 * i64::try_from(dice.below(2000)).unwrap());
            let piece = |after: i64, minutes| Interval::starting(start.plus(after), minutes).unwrap();
            match dice.below(5) {
                0 => actions.push(Action::Move { event, to: piece(0, 150) }),
                1 => actions.push(Action::Split { event, pieces: [piece(0, 60), piece(600, 90)] }),
                2 => actions.push(Action::Delete { event }),
                3 => claims.push(event),
                _ => {}
            }
        }
        actions.sort_by_key(|action| (action.event(), action.intervals().first().copied()));
        let proposal =
            by_hand::propose(store.as_ref(), &api.clock, &ada, task_id(&exam), actions, claims).await;

        by_hand::apply(store.as_ref(), &api.clock, &ada, &proposal).await.unwrap();
        assert_ne!(calendar(&sql).await, before);
        by_hand::restore(store.as_ref(), &api.clock, &ada, proposal.id).await;

        assert_eq!(calendar(&sql).await, before, "{name}: {:#?}", proposal.changes);
    }
}
