//! A stored proposal planned once more.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};
use testkit::TestDb;

use crate::cli::{said, text};
use crate::harness::{Api, NOBODYS};
use crate::routes::split_and_deletion;
use crate::tools::program::command;

fn replay(db: &TestDb, arguments: &[&str]) -> Output {
    let arguments: Vec<&str> = ["replay"].into_iter().chain(arguments.iter().copied()).collect();
    command(&arguments).env("DATABASE_URL", db.url()).output().unwrap()
}

fn id(proposal: &Value) -> &str {
    proposal["proposal_id"].as_str().unwrap()
}

/// The digest that is stored with a proposal, of the bytes given here.
async fn is_digest_of(api: &Api, proposal: &Value, bytes: &[u8]) -> bool {
    let sql = "SELECT sha256($1) = answer_sha256 FROM rebalancing_proposals WHERE id::text = $2";
    api.db.client().await.unwrap().query_one(sql, &[&bytes, &id(proposal)]).await.unwrap().get(0)
}

async fn change(api: &Api, assignment: &str) {
    let sql = format!("UPDATE rebalancing_proposals SET {assignment}");
    api.db.client().await.unwrap().batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn a_proposal_planned_again_is_the_same_to_the_byte() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"time_zone": "America/New_York"})).await.json(200);
    ada.event("“Deep” \\work/", "FOCUS", "2026-03-02T18:00", "2026-03-02T18:30").await;
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    let before = api.rows().await;
    // What the week has become since does not matter.
    let output = replay(&api.db, &[id(&proposal)]);
    let lines: Vec<&str> = said(&output, 0).lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("agrees  ")), "{lines:?}");
    assert_eq!(lines.len(), proposal["proposed_changes"].as_array().unwrap().len() + 2);
    assert_eq!(api.rows().await, before, "replaying changed something");
    ada.accept(&proposal).await;
    assert_eq!(said(&replay(&api.db, &[id(&proposal)]), 0).lines().collect::<Vec<_>>(), lines);
}

#[tokio::test]
async fn the_problem_of_a_proposal_is_one_to_plan_on() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("problem.json");
    let path = path.to_str().unwrap();
    said(&replay(&api.db, &[id(&proposal), "--problem", path]), 0);
    let planned = command(&["plan", path]).output().unwrap();
    assert!(said(&planned, 0).contains("\"proven_optimal\": true"));
    assert!(is_digest_of(&api, &proposal, &planned.stdout).await);
    let written: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!((&written["id"], &written["schema"]), (&proposal["proposal_id"], &json!(1)));
    // A file that cannot be written is told.
    let nowhere = folder.path().join("none/problem.json");
    let output = replay(&api.db, &[id(&proposal), "--problem", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot be written"), "{}", text(&output.stderr));
}

#[tokio::test]
async fn what_was_changed_in_the_database_shows() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    let told = |status| said(&replay(&api.db, &[id(&proposal)]), status).to_owned();
    told(0);
    // Another digest: the changes agree and the bytes do not.
    change(&api, "answer_sha256 = sha256('')").await;
    let digest = told(1);
    let (last, changes) = digest.trim_end().rsplit_once('\n').map(|(rest, last)| (last, rest)).unwrap();
    assert!(last.starts_with("differs  answer, sha256 ") && last.contains("stored e3b0c442"), "{digest}");
    assert!(changes.lines().all(|line| line.starts_with("agrees")), "{digest}");
    // Less to study: fewer changes than were proposed.
    change(&api, "problem = jsonb_set(problem, '{tasks,0,effort_minutes}', '30')").await;
    let less = told(1);
    assert!(less.lines().any(|line| line.starts_with("differs  change 1, CREATE [")), "{less}");
    assert!(less.contains("differs  change 2, nothing, stored MOVE "), "{less}");
    // Nothing to study at all.
    change(&api, "problem = jsonb_set(problem, '{tasks,0,effort_minutes}', '0')").await;
    assert!(told(1).contains("differs  change 1, nothing, stored CREATE ["));
    // No problem at all.
    change(&api, "problem = problem - 'now'").await;
    let none = told(1);
    assert!(
        none.starts_with("differs  the stored problem is none any more: document: missing field `now`"),
        "{none}"
    );
}

#[tokio::test]
async fn what_cannot_be_replayed_is_told_with_status_2() {
    let api = Api::start().await;
    let by_hand = split_and_deletion(&api).await;
    let told = |output: &Output| {
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{}", text(&output.stderr));
        text(&output.stderr).trim_end().to_owned()
    };
    let unknown = told(&replay(&api.db, &[NOBODYS]));
    assert_eq!(unknown, format!("canvascal: there is no proposal {NOBODYS}"));
    let before = told(&replay(&api.db, &[id(&by_hand)]));
    assert!(before.ends_with("was made before problems were kept with proposals"), "{before}");
    for wrong in [&[][..], &["algebra"], &[NOBODYS, NOBODYS]] {
        told(&replay(&api.db, wrong));
    }
    // A database that does not answer, or lacks the tables, is no answer that differs.
    told(&replay(&TestDb::empty().await.unwrap(), &[NOBODYS]));
    let url = "postgres://app:hunter2@127.0.0.1:1/app";
    let output = command(&["replay", NOBODYS]).env("DATABASE_URL", url).output().unwrap();
    assert!(!told(&output).contains("hunter2"));
}

#[tokio::test]
async fn an_id_that_two_users_have_is_not_guessed_at() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let of_ada = ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await;
    let of_eve = eve.propose(&eve.exam("2026-03-05T12:00", 60).await).await;
    let sql = "INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id)
               SELECT (SELECT user_id FROM rebalancing_proposals WHERE id::text = $2), id, id
                 FROM rebalancing_proposals WHERE id::text = $1";
    api.db.client().await.unwrap().execute(sql, &[&id(&of_ada), &id(&of_eve)]).await.unwrap();
    let output = replay(&api.db, &[id(&of_ada)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("2 users have a proposal"), "{}", text(&output.stderr));
    said(&replay(&api.db, &[id(&of_eve)]), 0);
}
