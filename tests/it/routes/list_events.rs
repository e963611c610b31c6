//! `GET /api/v1/events`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, without};

const ENDPOINT: Ask = Ask::get("/api/v1/events");

async fn titles(ada: &Caller, query: &str) -> Vec<String> {
    let page = ada.get(&format!("/api/v1/events{query}")).await.json(200);
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    api.user("ada").lecture().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_listed() {
    let api = Api::start().await;
    api.user("ada").lecture().await;
    let page = ENDPOINT.by(&api.user("eve")).await.json(200);
    assert_eq!(page, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn events_come_in_order_of_their_start() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("third", "CLASS", "2026-03-05T10:00", "2026-03-05T11:00").await;
    ada.event("first", "CHILL", "2026-03-03T10:00", "2026-03-03T11:00").await;
    ada.event("second", "FOCUS", "2026-03-04T10:00", "2026-03-04T11:00").await;
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.json(200));
}

#[tokio::test]
async fn a_walk_over_pages_meets_every_event_once() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.lecture().await;
    // Many that start together, a few before and after, some to the microsecond.
    let sql = "INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts)
               SELECT u.id, gen_random_uuid(), 'event ' || n, at, at + interval '1 hour'
                 FROM users u, generate_series(1, 500) n,
                      LATERAL (SELECT timestamptz '2026-03-04 10:00Z' + (n / 100 - 2) * interval '0.000001 s' AS at) t";
    api.db.client().await.unwrap().batch_execute(sql).await.unwrap();
    let whole = ada.walk("/api/v1/events?limit=200").await;
    assert_eq!(whole.len(), 501);
    let mut ids: Vec<&Value> = whole.iter().map(|event| &event["id"]).collect();
    ids.sort_by_key(|id| id.as_str());
    ids.dedup();
    assert_eq!(ids.len(), 501);
    assert!(whole.is_sorted_by_key(|event| (
        event["start_ts"].as_str().map(at),
        event["id"].as_str().map(str::to_owned)
    )));
    assert_eq!(ada.walk("/api/v1/events?limit=7").await, whole);
    assert_eq!(ada.walk("/api/v1/events").await, whole);
    assert_eq!(
        ada.walk("/api/v1/events?limit=33&from=2026-03-04T10:00:00Z&to=2026-03-04T10:01:00Z").await,
        whole
    );
}

/// A timestamp with as many decimals as every other.
fn at(text: &str) -> String {
    let (seconds, decimals) =
        text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    format!("{seconds}.{decimals:0<6}")
}

#[tokio::test]
async fn a_page_that_holds_all_has_no_next() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.lecture().await;
    ada.lecture().await;
    assert_eq!(ada.get("/api/v1/events?limit=2").await.json(200)["next_cursor"], Value::Null);
    assert!(ada.get("/api/v1/events?limit=1").await.json(200)["next_cursor"].is_string());
}

#[tokio::test]
async fn a_walk_goes_on_where_it_was_though_events_come_and_go() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = async |title: &str, day| {
        ada.event(title, "CLASS", &format!("2026-03-{day}T10:00"), &format!("2026-03-{day}T11:00")).await
    };
    let first = event("first", "03").await;
    event("third", "05").await;
    let page = ada.get("/api/v1/events?limit=1").await.json(200);
    assert_eq!(without(&page, "next_cursor"), json!({"items": [first]}));
    Ask::delete("/api/v1/events/{id}").of(&first).by(&ada).await.nothing();
    event("before", "02").await;
    event("second", "04").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(titles(&ada, &format!("?cursor={cursor}")).await, ["second", "third"]);
}

#[tokio::test]
async fn from_and_to_give_what_touches_the_time_between() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("before", "CLASS", "2026-03-04T08:00", "2026-03-04T10:00").await;
    ada.event("into", "CLASS", "2026-03-04T09:00", "2026-03-04T10:01").await;
    ada.event("inside", "CLASS", "2026-03-04T10:00", "2026-03-04T11:00").await;
    ada.event("out of", "CLASS", "2026-03-04T11:59", "2026-03-04T13:00").await;
    ada.event("after", "CLASS", "2026-03-04T12:00", "2026-03-04T13:00").await;
    ada.event("around", "OTHER", "2026-01-20T12:00", "2026-03-20T12:00").await;
    let between = "?from=2026-03-04T10:00:00Z&to=2026-03-04T12:00:00Z";
    assert_eq!(titles(&ada, between).await, ["around", "into", "inside", "out of"]);
    assert_eq!(titles(&ada, "?from=2026-03-04T11:00:00Z").await, ["around", "out of", "after"]);
    assert_eq!(titles(&ada, "?to=2026-03-04T09:00:00Z").await, ["around", "before"]);
    assert_eq!(titles(&ada, "?from=2026-03-04T13:00:00%2B02:00&to=2026-03-04T11:01:00Z").await, ["around"]);
    assert_eq!(titles(&ada, "?from=9999-12-31T23:00:00Z").await, Vec::<String>::new());
    assert_eq!(titles(&ada, "?to=0001-01-01T00:00:00Z").await, Vec::<String>::new());
    assert_eq!(titles(&ada, "?from=0001-01-01T00:00:00Z").await.len(), 6);
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let told = api
        .user("ada")
        .refused_queries(
            "/api/v1/events",
            &[
                "limit=0",
                "limit=201",
                "limit=-1",
                "limit=70000",
                "limit=many",
                "limit=",
                "limit=1&limit=2",
                "offset=7",
                "cursor=",
                "cursor=abc",
                "cursor=1.2",
                "cursor=zz.00000000000000000000000000000001",
                "cursor=9223372036854775808.00000000000000000000000000000001",
                "cursor=%00",
                "from=",
                "from=today",
                "from=2026-03-04",
                "from=2026-03-04T12:99:00Z",
                "from=2026-03-04T12:00:01Z",
                "to=2026-03-04T12:00:00",
                "from=2026-03-04T12:00:00+01:00",
                "from=2026-03-04T12:00:00Z&to=2026-03-04T12:00:00Z",
                "from=2026-03-05T12:00:00Z&to=2026-03-04T12:00:00Z",
            ],
        )
        .await;
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn a_cursor_from_the_ends_of_time_is_as_good_as_any() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.lecture().await;
    let id = "0".repeat(32);
    for (micros, found) in [(i64::MIN, 1), (-100_000_000_000_000_000, 1), (0, 1), (i64::MAX, 0)] {
        let page = ada.get(&format!("/api/v1/events?cursor={micros}.{id}")).await.json(200);
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{micros}");
    }
}
