//! `PUT /api/v1/canvas/courses/{id}`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, with, without};

const ENDPOINT: Ask = Ask::put("/api/v1/canvas/courses/{id}");

fn usual() -> Value {
    json!({"is_ignored": false, "effort_percent": 100, "priority_score": null})
}

/// A server where Ada's account is connected, and her course.
async fn connected() -> (Api, Value) {
    let api = Api::with_canvas().await;
    let (student, _) = api.ada_at_canvas();
    api.connect_canvas(&api.user("ada"), &student).await;
    let course = api.user("ada").get("/api/v1/canvas/courses").await.json(200)["items"][0].clone();
    (api, course)
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let (api, course) = connected().await;
    ENDPOINT.of(&course).with(usual()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let (api, course) = connected().await;
    ENDPOINT.of(&course).with(usual()).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn a_body_is_read_as_json() {
    let (api, course) = connected().await;
    ENDPOINT.of(&course).wants_json(&api).await;
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_by_field() {
    let (api, course) = connected().await;
    let good = usual();
    let told = ENDPOINT.of(&course).refusals(
        &api,
        [
            ("no effort", without(&good, "effort_percent")),
            ("too little effort", with(&good, json!({"effort_percent": 9}))),
            ("too much effort", with(&good, json!({"effort_percent": 1001}))),
            ("no priority", without(&good, "priority_score")),
            ("too much priority", with(&good, json!({"priority_score": 101}))),
            ("something else", with(&good, json!({"name": "x"}))),
        ],
    );
    insta::assert_json_snapshot!(told.await);
}

#[tokio::test]
async fn the_tasks_of_a_course_follow_what_is_settled() {
    let (api, course) = connected().await;
    let ada = api.user("ada");
    let task = async || ada.walk("/api/v1/tasks").await[0].clone();
    let before = task().await;
    for (settled, priority, effort, status) in [
        (json!({"effort_percent": 200, "priority_score": 80.5}), json!(80.5), json!(480), "OPEN"),
        (
            json!({"is_ignored": true}),
            before["priority_score"].clone(),
            before["effort_minutes"].clone(),
            "DONE",
        ),
        (json!({}), before["priority_score"].clone(), before["effort_minutes"].clone(), "OPEN"),
    ] {
        let told = ENDPOINT.of(&course).with(with(&usual(), settled.clone())).by(&ada).await.json(200);
        for (name, value) in settled.as_object().unwrap() {
            assert_eq!(&told[name], value);
        }
        api.settle().await;
        let task = task().await;
        assert_eq!(task["status"], status, "{settled}");
        if status == "OPEN" {
            assert_eq!((&task["priority_score"], &task["effort_minutes"]), (&priority, &effort), "{settled}");
        }
    }
}
