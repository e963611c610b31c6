//! When calendars are busy.

use app::ports::google::{Busy, Google as _};
use planner_core::time::Interval;
use serde_json::json;

use crate::support::{ADA, Stage};

fn span(start: &str, end: &str) -> Interval {
    Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn each_calendar_is_busy_when_it_is_and_unknown_where_google_does_not_say() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let classes = ada.calendar("Classes");
    let (start, end) =
        (json!({"dateTime": "2026-03-04T10:00:20Z"}), json!({"dateTime": "2026-03-04T11:00:20Z"}));
    ada.insert_event(&classes, json!({"start": start, "end": end}));
    let calendars = [ADA.to_owned(), "nobody@example.edu".to_owned(), classes];
    let week = span("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z");
    let busy = stage.gcal.busy(&account, &calendars, week).await.unwrap();
    let class = span("2026-03-04T10:00:00Z", "2026-03-04T11:01:00Z");
    assert_eq!(
        busy,
        [Busy::Known(Vec::new()), Busy::Unknown("notFound".to_owned()), Busy::Known(vec![class]),]
    );
}

#[tokio::test]
async fn many_calendars_and_a_long_time_are_asked_about_in_pieces_and_put_together() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    // From one piece of 90 days into the next.
    let (start, end) =
        (json!({"dateTime": "2026-05-31T22:00:00Z"}), json!({"dateTime": "2026-06-01T02:00:00Z"}));
    ada.insert_event(ADA, json!({"start": start, "end": end}));
    let others = (0..60).map(|number| format!("nobody{number}@example.edu"));
    let calendars: Vec<String> = others.chain([ADA.to_owned()]).collect();
    let half_a_year = span("2026-03-03T00:00:00Z", "2026-08-30T00:00:00Z");
    let busy = stage.gcal.busy(&account, &calendars, half_a_year).await.unwrap();
    assert_eq!(busy.len(), 61);
    assert_eq!(busy[60], Busy::Known(vec![span("2026-05-31T22:00:00Z", "2026-06-01T02:00:00Z")]));
    assert!(busy[..60].iter().all(|busy| matches!(busy, Busy::Unknown(_))));
    assert_eq!(stage.requests("freebusy.query").len(), 4);
}

#[tokio::test]
async fn no_calendars_are_asked_about_without_a_question() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let day = span("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
    assert!(stage.gcal.busy(&account, &[], day).await.unwrap().is_empty());
    assert!(stage.asked().is_empty());
}
