//! `PUT /api/v1/settings`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, with};

const ENDPOINT: Ask = Ask::put("/api/v1/settings");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.with(json!({"churn_cap": 1})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn every_setting_can_be_changed() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let settings = json!({
        "time_zone": "America/St_Johns", "day_start_min": 0, "day_end_min": 1380, "rest_gap_min": 0,
        "focus_min": 15, "focus_max": 1440, "lookahead_days": 14, "lead_minutes": 1440,
        "relocation_spill_days": 7, "allow_delete": true,
        "energy": [
            50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 150,
        ],
        "churn_cap": 5, "churn_cap_max": 0, "priority_threshold": 99.999,
    });
    assert_eq!(ENDPOINT.with(settings.clone()).by(&ada).await.json(200), settings);
    assert_eq!(ada.get("/api/v1/settings").await.json(200), settings);
}

#[tokio::test]
async fn a_setting_that_is_left_out_stays() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut expected = ada.get("/api/v1/settings").await.json(200);
    for members in [
        json!({}),
        json!({"time_zone": "Europe/Berlin"}),
        json!({"day_start_min": 480}),
        json!({"day_end_min": 1320}),
        json!({"focus_min": 45}),
        json!({"focus_max": 90}),
        json!({"allow_delete": true}),
        json!({"churn_cap": 0}),
        json!({"priority_threshold": 0}),
        json!({"energy": vec![150; 24]}),
    ] {
        expected = with(&expected, members.clone());
        assert_eq!(ENDPOINT.with(members).by(&ada).await.json(200), expected);
        assert_eq!(ada.get("/api/v1/settings").await.json(200), expected);
    }
    insta::assert_json_snapshot!(expected);
}

#[tokio::test]
async fn what_lies_on_the_bounds_is_taken() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for members in [
        json!({"day_start_min": 0, "day_end_min": 1}),
        json!({"day_start_min": 1379, "day_end_min": 1380}),
        json!({"rest_gap_min": 0}),
        json!({"rest_gap_min": 1440}),
        json!({"focus_min": 15, "focus_max": 30}),
        json!({"focus_min": 720, "focus_max": 1440}),
        json!({"lookahead_days": 1}),
        json!({"lead_minutes": 0}),
        json!({"relocation_spill_days": 0}),
        json!({"churn_cap": 0, "churn_cap_max": 5}),
        json!({"priority_threshold": 100}),
        json!({"time_zone": "UTC"}),
        json!({"time_zone": "Etc/GMT+12"}),
        json!({"time_zone": "America/Argentina/ComodRivadavia"}),
    ] {
        let settings = ENDPOINT.with(members.clone()).by(&ada).await.json(200);
        for (name, value) in members.as_object().unwrap() {
            assert_eq!(settings[name], *value);
        }
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let energy = |hours: usize, hour: i32| json!({"energy": vec![hour; hours]});
    let bodies = [
        ("an unknown field", json!({"colour": "red"})),
        ("an unknown zone", json!({"time_zone": "Mars/Olympus"})),
        ("no zone", json!({"time_zone": ""})),
        ("an offset", json!({"time_zone": "+01:00"})),
        ("a path", json!({"time_zone": "../UTC"})),
        ("NUL in the zone", json!({"time_zone": "UTC\0"})),
        ("a day that starts when it ends", json!({"day_start_min": 1380})),
        ("a day that ends when it starts", json!({"day_end_min": 420})),
        ("a negative start", json!({"day_start_min": -1})),
        ("an end after 23:00", json!({"day_end_min": 1381})),
        ("more than a day of rest", json!({"rest_gap_min": 1441})),
        ("a negative rest", json!({"rest_gap_min": -1})),
        ("no shortest block", json!({"focus_min": 0})),
        ("a shortest block off the grid", json!({"focus_min": 20})),
        ("a longest block off the grid", json!({"focus_max": 100})),
        ("a longest block below twice the shortest", json!({"focus_max": 45})),
        ("a shortest block above half the longest", json!({"focus_min": 75})),
        ("a longest block above a day", json!({"focus_max": 1455})),
        ("no look-ahead", json!({"lookahead_days": 0})),
        ("15 days of look-ahead", json!({"lookahead_days": 15})),
        ("more than a day of lead", json!({"lead_minutes": 1441})),
        ("8 days of spill", json!({"relocation_spill_days": 8})),
        ("a number for a truth", json!({"allow_delete": 1})),
        ("23 hours", energy(23, 100)),
        ("25 hours", energy(25, 100)),
        ("an hour without energy", energy(24, 49)),
        ("an hour with too much energy", energy(24, 151)),
        ("an hour with far too much energy", energy(24, 256)),
        ("a cap above 5", json!({"churn_cap": 6})),
        ("a maximum above 5", json!({"churn_cap_max": 6})),
        ("a negative cap", json!({"churn_cap": -1})),
        ("a negative threshold", json!({"priority_threshold": -1})),
        ("a threshold above 100", json!({"priority_threshold": 100.001})),
        ("a threshold with four decimals", json!({"priority_threshold": 70.0001})),
        ("a large number", json!({"lookahead_days": 1e3})),
        ("a list of the fields", json!(["UTC"])),
    ];
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}

#[tokio::test]
async fn null_is_no_value_of_any_setting() {
    let api = Api::start().await;
    let settings = api.user("ada").get("/api/v1/settings").await.json(200);
    let names: Vec<&str> = settings.as_object().unwrap().keys().map(String::as_str).collect();
    let bodies = names.into_iter().map(|name| (name, json!({name: Value::Null})));
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}

#[tokio::test]
async fn a_zone_is_known_by_its_name_however_it_is_written() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let settings = ENDPOINT.with(json!({"time_zone": "europe/BERLIN"})).by(&ada).await.json(200);
    assert_eq!(settings["time_zone"], "Europe/Berlin");
    assert_eq!(ada.get("/api/v1/settings").await.json(200), settings);
}
