//! A Canvas in the demo's own process, where the student takes two courses.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use app::App;
use app::identity::User;
use app::ports::Clock as _;
use canvas::Hosts;
use canvas_fake::{CanvasFake, Options, Student};
use serde_json::json;
use vault::{Key, Keyring};

use crate::clock::SystemClock;
use crate::config::CanvasSettings;

/// A Canvas in which anybody on this machine may break things. A port of 0 is any.
///
/// # Errors
/// Where the port cannot be had.
pub async fn start(port: u16) -> anyhow::Result<CanvasFake> {
    let options = Options { port, control: true, ..Options::default() };
    CanvasFake::start(options).await.with_context(|| format!("listening on 127.0.0.1:{port}"))
}

/// What a server needs to know to reach it.
///
/// # Errors
/// Where the machine gives no random numbers.
pub fn settings(canvas: &CanvasFake) -> anyhow::Result<CanvasSettings> {
    Ok(CanvasSettings {
        hosts: Hosts::Named(BTreeSet::new()),
        key: None,
        redirect_uris: Vec::new(),
        here: Some(canvas.url()),
        keys: Arc::new(Keyring::parse(&Key::generate("demo")?)?),
    })
}

/// Teaches two courses, from today on, to a student.
pub fn teach(canvas: &CanvasFake) -> Student {
    let ada = canvas.student("Ada Lovelace");
    let today = time::OffsetDateTime::from(SystemClock.now()).date();
    let due = |days: i64| format!("{}T21:59:59Z", today + time::Duration::days(days));
    let statistics = canvas.course(
        "Statistics",
        json!({"course_code": "STAT 2", "apply_assignment_group_weights": true,
            "syllabus_body": "<p>Homework is due each week. The final exam is at the end of the term.</p>"}),
    );
    let (homework, exams) = (statistics.group("Homework", 40.0), statistics.group("Exams", 60.0));
    for number in 1..=8 {
        statistics.assign(json!({"name": format!("Homework {number}"), "due_at": due(number * 7 - 3),
            "points_possible": 10, "assignment_group_id": homework}));
    }
    for (name, days) in [("Midterm exam", 24), ("Final exam", 55)] {
        statistics.assign(
            json!({"name": name, "due_at": due(days), "points_possible": 100, "assignment_group_id": exams}),
        );
    }
    let history = canvas.course("History", json!({"course_code": "HIS 7"}));
    history.assign(json!({"name": "Essay on the printing press", "due_at": due(12), "points_possible": 100}));
    history.discussion(json!({"title": "Was it a revolution?", "todo_date": due(5)}));
    for course in [&statistics, &history] {
        course.enroll(&ada);
    }
    ada
}

/// Teaches the student, and connects the account.
///
/// # Errors
/// Where it is refused, which is not expected.
pub async fn connect(app: &App, student: &User, canvas: &CanvasFake) -> anyhow::Result<()> {
    let token = teach(canvas).token();
    app.connect_canvas(student, &canvas.host(), token.into()).await.map(drop).map_err(anyhow::Error::new)
}
