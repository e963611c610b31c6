//! `GET /api/v1/availability`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller};

const ENDPOINT: Ask = Ask::get("/api/v1/availability");

/// The gaps that a query is told, as `02T07:00-02T08:00`.
async fn gaps(ada: &Caller, query: &str) -> Vec<String> {
    let answer = ada.get(&format!("/api/v1/availability{query}")).await.json(200);
    let short = |value: &Value| value.as_str().unwrap()[8..16].to_owned();
    let gaps = answer["gaps"].as_array().unwrap();
    let minutes: i64 = gaps.iter().map(|gap| gap["minutes"].as_i64().unwrap()).sum();
    assert_eq!(answer["free_minutes"], minutes);
    gaps.iter().map(|gap| format!("{}-{}", short(&gap["start_ts"]), short(&gap["end_ts"]))).collect()
}

/// Monday, from eight o'clock on.
const MONDAY: &str = "?from=2026-03-02T08:00:00Z&to=2026-03-03T00:00:00Z";

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_does_takes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let before = ENDPOINT.by(&eve).await.json(200);
    ada.lecture().await;
    assert_eq!(ENDPOINT.by(&eve).await.json(200), before);
    assert_ne!(ENDPOINT.by(&ada).await.json(200), before);
}

#[tokio::test]
async fn a_week_from_now_is_what_is_told_of_by_itself() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.lecture().await;
    api.clock.set("2026-03-02T08:00:30Z".parse().unwrap());
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.json(200));
}

#[tokio::test]
async fn what_blocks_takes_time_and_what_is_transparent_does_not() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("Lecture", "CLASS", "2026-03-02T07:00", "2026-03-02T10:00").await;
    ada.event("Gym", "CHILL", "2026-03-02T12:00", "2026-03-02T13:00").await;
    ada.event("Lunch", "OTHER", "2026-03-02T13:29", "2026-03-02T14:00").await;
    let open = json!({
        "title": "On call", "type": "WORK", "start_ts": "2026-03-02T15:00:00Z", "end_ts": "2026-03-02T18:00:00Z",
        "transparent": true,
    });
    ada.post("/api/v1/events", open).await.json(201);
    assert_eq!(gaps(&ada, MONDAY).await, ["02T10:00-02T12:00", "02T14:00-02T23:00"]);
    let with_29 = gaps(&ada, &format!("{MONDAY}&min_minutes=29")).await;
    assert_eq!(with_29, ["02T10:00-02T12:00", "02T13:00-02T13:29", "02T14:00-02T23:00"]);
    assert_eq!(gaps(&ada, &format!("{MONDAY}&min_minutes=121")).await, ["02T14:00-02T23:00"]);
    assert_eq!(gaps(&ada, &format!("{MONDAY}&min_minutes=1440")).await, Vec::<String>::new());
}

#[tokio::test]
async fn with_rest_what_is_too_close_to_focus_is_no_gap() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"rest_gap_min": 120})).await.json(200);
    ada.event("Deep work", "FOCUS", "2026-03-02T12:00", "2026-03-02T13:00").await;
    let plain = ["02T08:00-02T12:00", "02T13:00-02T23:00"];
    assert_eq!(gaps(&ada, MONDAY).await, plain);
    assert_eq!(gaps(&ada, &format!("{MONDAY}&rest=false")).await, plain);
    assert_eq!(gaps(&ada, &format!("{MONDAY}&rest=true")).await, ["02T08:00-02T10:00", "02T15:00-02T23:00"]);
    // Focus before and after the stretch reaches into it.
    let beside = "?from=2026-03-02T13:30:00Z&to=2026-03-02T16:00:00Z&rest=true";
    assert_eq!(gaps(&ada, beside).await, ["02T15:00-02T16:00"]);
    let before = "?from=2026-03-02T08:30:00Z&to=2026-03-02T11:00:00Z&rest=true";
    assert_eq!(gaps(&ada, before).await, ["02T08:30-02T10:00"]);
}

#[tokio::test]
async fn waking_hours_are_the_users_own_on_the_users_clock() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let own = json!({"time_zone": "America/New_York", "day_start_min": 540, "day_end_min": 1020});
    ada.put("/api/v1/settings", own).await.json(200);
    // The clocks of New York go forward on the eighth.
    let days = "?from=2026-03-07T00:00:00Z&to=2026-03-09T00:00:00Z";
    assert_eq!(gaps(&ada, days).await, ["07T14:00-07T22:00", "08T13:00-08T21:00"]);
    let answer = ada.get(&format!("/api/v1/availability{days}")).await.json(200);
    assert_eq!(answer["zone"], "America/New_York");
}

#[tokio::test]
async fn two_months_and_the_ends_of_time_can_be_asked_for() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for query in [
        "?from=2026-03-02T08:00:00Z&to=2026-05-03T08:00:00Z",
        "?from=1900-01-01T00:00:00Z&to=1900-01-02T00:00:00Z",
        "?from=9000-12-01T00:00:00Z&to=9000-12-31T23:59:00Z",
        "?from=2026-03-02T09:00:00%2B01:00&to=2026-03-02T08:01:00Z&min_minutes=1",
    ] {
        assert!(!gaps(&ada, query).await.is_empty(), "{query}");
    }
    assert_eq!(gaps(&ada, "?to=2026-03-02T09:00:00Z").await, ["02T08:00-02T09:00"]);
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let told = api
        .user("ada")
        .refused_queries(
            "/api/v1/availability",
            &[
                "from=",
                "from=today",
                "from=2026-03-04T12:00:01Z",
                "to=2026-03-02T08:00:00Z",
                "from=2026-03-04T12:00:00Z&to=2026-03-04T12:00:00Z",
                "from=2026-03-02T08:00:00Z&to=2026-05-03T08:01:00Z",
                "to=9000-12-31T23:59:00Z",
                "from=1899-12-31T23:59:00Z",
                "from=9001-01-01T00:00:00Z",
                "to=9999-12-31T23:59:00Z",
                "min_minutes=0",
                "min_minutes=1441",
                "min_minutes=-1",
                "min_minutes=half",
                "min_minutes=4294967296",
                "rest=",
                "rest=yes",
                "rest=1",
                "rest=true&rest=false",
                "limit=7",
            ],
        )
        .await;
    insta::assert_json_snapshot!(told);
}
