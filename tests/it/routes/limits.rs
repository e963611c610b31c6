//! `GET /api/rebalancing/limits`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, with};

const ENDPOINT: Ask = Ask::get("/api/rebalancing/limits");

async fn limits(caller: &Caller) -> Value {
    ENDPOINT.by(caller).await.json(200)
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_has_changed_nothing_has_the_whole_cap_left() {
    let api = Api::start().await;
    insta::assert_json_snapshot!(limits(&api.user("ada")).await);
}

#[tokio::test]
async fn what_is_accepted_is_used_and_stays_so_when_it_is_undone() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let before = limits(&ada).await;
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    assert_eq!(limits(&ada).await, before, "a proposal uses nothing");
    let accepted = ada.accept(&proposal).await;
    let after = limits(&ada).await;
    assert_eq!(after, with(&before, json!({"churn_usage_today": 2, "churn_remaining": 1})));
    assert_eq!(accepted["churn_usage_today"], after["churn_usage_today"]);
    assert_eq!(accepted["churn_remaining"], after["churn_remaining"]);
    ada.post("/api/rebalancing/undo", json!({"proposal_id": proposal["proposal_id"]})).await.json(200);
    assert_eq!(limits(&ada).await, after, "undoing gives nothing back");
    assert_eq!(limits(&eve).await, before, "another user has used nothing");
}

#[tokio::test]
async fn the_cap_is_the_users_own() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let before = limits(&ada).await;
    ada.put("/api/v1/settings", json!({"churn_cap": 5, "churn_cap_max": 4})).await.json(200);
    let higher = json!({"churn_cap": 5, "churn_cap_max": 5, "churn_remaining": 5});
    assert_eq!(limits(&ada).await, with(&before, higher));
    ada.accept(&ada.propose(&ada.crammed_monday().await).await).await;
    ada.put("/api/v1/settings", json!({"churn_cap": 1})).await.json(200);
    let lower = json!({"churn_cap": 1, "churn_cap_max": 4, "churn_usage_today": 2, "churn_remaining": 0});
    assert_eq!(limits(&ada).await, with(&before, lower));
}

#[tokio::test]
async fn the_day_ends_at_the_users_own_midnight() {
    let api = Api::start().await;
    let ada = api.user("ada");
    // 08:00 in UTC is 17:00 in Tokyo, so that seven hours are left of the day.
    ada.put("/api/v1/settings", json!({"time_zone": "Asia/Tokyo"})).await.json(200);
    ada.accept(&ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await).await;
    let used = json!({
        "local_day": "2026-03-02", "churn_cap": 3, "churn_cap_max": 5, "churn_usage_today": 1, "churn_remaining": 2,
        "resets_at": "2026-03-02T15:00:00Z",
    });
    assert_eq!(limits(&ada).await, used);
    api.clock.advance_minutes(7 * 60 - 1);
    assert_eq!(limits(&ada).await, used);
    api.clock.advance_minutes(1);
    let next = json!({
        "local_day": "2026-03-03", "churn_usage_today": 0, "churn_remaining": 3, "resets_at": "2026-03-03T15:00:00Z",
    });
    assert_eq!(limits(&ada).await, with(&used, next));
}

#[tokio::test]
async fn a_move_to_another_zone_moves_the_day_and_not_what_was_used_on_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.accept(&ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await).await;
    let mut seen = Vec::new();
    for zone in ["UTC", "Pacific/Pago_Pago", "Pacific/Kiritimati", "America/New_York"] {
        ada.put("/api/v1/settings", json!({"time_zone": zone})).await.json(200);
        let limits = limits(&ada).await;
        seen.push(json!([zone, limits["local_day"], limits["churn_usage_today"], limits["resets_at"]]));
    }
    assert_eq!(
        seen,
        [
            json!(["UTC", "2026-03-02", 1, "2026-03-03T00:00:00Z"]),
            json!(["Pacific/Pago_Pago", "2026-03-01", 0, "2026-03-02T11:00:00Z"]),
            json!(["Pacific/Kiritimati", "2026-03-02", 1, "2026-03-02T10:00:00Z"]),
            json!(["America/New_York", "2026-03-02", 1, "2026-03-03T05:00:00Z"]),
        ]
    );
}

#[tokio::test]
async fn a_day_of_23_hours_is_a_day() {
    let api = Api::start().await;
    api.clock.set("2026-03-29T00:30:00Z".parse().unwrap());
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"time_zone": "Europe/Berlin"})).await.json(200);
    let limits = limits(&ada).await;
    assert_eq!(
        (&limits["local_day"], &limits["resets_at"]),
        (&json!("2026-03-29"), &json!("2026-03-29T22:00:00Z"))
    );
}
