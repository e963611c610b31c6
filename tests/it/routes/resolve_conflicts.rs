//! `POST /api/rebalancing/conflicts`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller};

const ENDPOINT: Ask = Ask::post("/api/rebalancing/conflicts");

/// Two hours of games, and then a lecture in the middle of them.
async fn a_lecture_amid_games(ada: &Caller) -> Value {
    let games = ada.event("Games", "CHILL", "2026-03-04T18:00", "2026-03-04T20:00").await;
    ada.event("Guest lecture", "CLASS", "2026-03-04T18:30", "2026-03-04T19:30").await;
    games
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.with(json!({})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    ENDPOINT.wants_json(&Api::start().await).await;
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_lecture_gets_another_place_when_that_is_accepted_and_none_when_it_is_undone()
 {
    let api = Api::start().await;
    let ada = api.user("ada");
    let games = a_lecture_amid_games(&ada).await;
    let before = ada.events().await;
    let proposal = ENDPOINT.with(json!({})).by(&ada).await.json(201);
    insta::assert_json_snapshot!(proposal);
    assert_eq!(ada.events().await, before, "nothing changes before it is accepted");
    let accepted = ada.accept(&proposal).await;
    let moved = ada.events().await.into_iter().find(|event| event["id"] == games["id"]).unwrap();
    assert_eq!(moved["start_ts"], proposal["proposed_changes"][0]["to_range"]["start_ts"]);
    ada.post("/api/rebalancing/undo", json!({"undo_token": accepted["undo_token"]})).await.json(200);
    let times = |events: Vec<Value>| -> Vec<(Value, Value)> {
        events.into_iter().map(|event| (event["id"].clone(), event["start_ts"].clone())).collect()
    };
    assert_eq!(times(ada.events().await), times(before));
}

#[tokio::test]
async fn where_nothing_is_in_conflict_there_is_nothing_to_propose() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.lecture().await;
    insta::assert_json_snapshot!(ENDPOINT.with(json!({})).by(&ada).await.json(200));
}

#[tokio::test]
async fn what_finds_no_other_place_stays_and_is_told() {
    let api = Api::start().await;
    let ada = api.user("ada");
    a_lecture_amid_games(&ada).await;
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    ENDPOINT.with(json!({})).by(&ada).await.problem(409, "churn-cap-exceeded");
    // Every other hour is taken.
    ada.put("/api/v1/settings", json!({"churn_cap": 3, "lookahead_days": 3, "relocation_spill_days": 0}))
        .await
        .json(200);
    ada.event("Excursion", "CLASS", "2026-03-02T08:00", "2026-03-05T09:00").await;
    let told = ENDPOINT.with(json!({})).by(&ada).await.json(200);
    assert_eq!((&told["proposal_id"], &told["reason"]), (&Value::Null, &json!("CONFLICTS_STAY")), "{told}");
}

#[tokio::test]
async fn a_newer_proposal_replaces_the_open_one_and_leaves_those_for_tasks_alone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    a_lecture_amid_games(&ada).await;
    let exam = ada.exam("2026-03-07T12:00", 60).await;
    let for_exam = ada.propose(&exam).await;
    let first = ENDPOINT.with(json!({})).by(&ada).await.json(201);
    let second = ENDPOINT.with(json!({})).by(&ada).await.json(201);
    let status = async |proposal: &Value| {
        let path = format!("/api/rebalancing/proposals/{}", proposal["proposal_id"].as_str().unwrap());
        ada.get(&path).await.json(200)["status"].clone()
    };
    assert_eq!(status(&first).await, "REJECTED");
    assert_eq!(status(&second).await, "PROPOSED");
    assert_eq!(status(&for_exam).await, "PROPOSED");
}

#[tokio::test]
async fn what_others_have_is_in_nobodys_way() {
    let api = Api::start().await;
    a_lecture_amid_games(&api.user("ada")).await;
    let told = ENDPOINT.with(json!({})).by(&api.user("eve")).await.json(200);
    assert_eq!(told["reason"], "NO_CONFLICT");
}

#[tokio::test]
async fn each_field_has_bounds() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for (body, field) in [
        (json!({"lookahead_days": 0}), "#/lookahead_days"),
        (json!({"lookahead_days": 15}), "#/lookahead_days"),
        (json!({"override_churn_cap": 6}), "#/override_churn_cap"),
    ] {
        let problem = ENDPOINT.with(body).by(&ada).await.problem(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], field);
    }
}
