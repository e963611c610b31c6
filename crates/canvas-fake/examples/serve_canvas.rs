//! Serves a fake for programs in other languages, and for trying by hand: `cargo run -p canvas-fake --example serve_canvas`.
//!
//! It prints one line of JSON with its address and a token, and runs until it is killed. The port may be named:
//! `serve_canvas 4702`.

use std::error::Error;
use std::future::pending;

use canvas_fake::{CanvasFake, Options};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let options = Options { port, control: true, ..Options::default() };
    let client = options.client.clone();
    let canvas = CanvasFake::start(options).await?;

    let ada = canvas.student("Ada Lovelace");
    let biology = canvas.course(
        "Biology",
        json!({"course_code": "BIO 101", "time_zone": "America/Denver", "apply_assignment_group_weights": true,
               "syllabus_body": "<p>See <a href=\"/courses/1/pages/week-1\">week 1</a>.</p>"}),
    );
    biology.enroll(&ada);
    let homework = biology.group("Homework", 40.0);
    let exams = biology.group("Exams", 60.0);
    for number in 1..=25 {
        biology.assign(json!({
            "name": format!("Homework {number}"), "due_at": format!("2026-03-{number:02}T06:59:59Z"),
            "points_possible": 10, "assignment_group_id": homework,
        }));
    }
    let midterm = biology.assign(json!({
        "name": "Midterm exam", "due_at": "2026-03-27T16:00:00Z", "points_possible": 100,
        "assignment_group_id": exams, "submission_types": ["on_paper"],
    }));
    biology.due_for(midterm, &ada, "2026-03-28T16:00:00Z");
    biology.quiz(json!({"title": "Practice", "due_at": "2026-03-20T22:00:00Z"}));
    biology.discussion(json!({"title": "Introduce yourself", "todo_date": "2026-03-03T22:00:00Z"}));
    biology.page("week-1", "<p>Cells</p>", json!({"todo_date": "2026-03-04T22:00:00Z"}));
    biology.begin_with("week-1");
    let history = canvas.course("History", json!({"course_code": "HIS 7"}));
    history.enroll(&ada);
    history.assign(json!({"name": "Essay", "due_at": null, "description": "x".repeat(200_000)}));
    ada.note(json!({"title": "Buy a lab coat", "todo_date": "2026-03-02T12:00:00Z"}));

    println!(
        "{}",
        json!({
            "url": canvas.url(), "host": canvas.host(), "token": ada.token(), "student": ada.id(),
            "biology": biology.id(), "history": history.id(), "midterm": midterm,
            "client_id": client.id, "client_secret": client.secret,
        })
    );
    pending::<()>().await;
    Ok(())
}
