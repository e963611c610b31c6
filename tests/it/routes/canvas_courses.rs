//! `GET /api/v1/canvas/courses`

use serde_json::json;

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/canvas/courses");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn courses_are_told_with_the_pages_that_are_kept_of_them() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let id = biology.id();
    biology.say(
        json!({"syllabus_body": format!("<p>Read <a href=\"/courses/{id}/pages/week-1\">week 1</a></p>")}),
    );
    biology.page("home", &format!("<a href='/courses/{id}/pages/week-2'>2</a>"), json!({"title": "Home"}));
    biology.page("week-1", "<p>Cells</p>", json!({"title": "Week 1"}));
    biology.page("week-2", &"x".repeat((1 << 20) + 1), json!({"title": "Week 2"}));
    biology.page("unlinked", "<p>Nobody reads this</p>", json!({}));
    biology.begin_with("home");
    let history = api.canvas().course("History", json!({"course_code": "", "term": null}));
    history.enroll(&student);
    api.connect_canvas(&ada, &student).await;
    let told = ENDPOINT.by(&ada).await.json(200);
    insta::assert_json_snapshot!(told, {".items[].id" => "…"});
    assert_eq!(ENDPOINT.by(&api.user("eve")).await.json(200), json!({"items": []}));
    // What they say is there for the use cases.
    let course = told["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let user = crate::tools::rows::user(&api.db.client().await.unwrap(), "ada").await;
    let pages = api.app.canvas_pages(&user, course).await.unwrap();
    let bodies: Vec<usize> = pages.iter().map(|page| page.body.len()).collect();
    assert_eq!((pages.len(), bodies[2]), (4, 1 << 20), "{bodies:?}");
}
