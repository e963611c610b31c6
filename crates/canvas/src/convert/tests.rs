use proptest::prelude::*;
use serde_json::json;
use time::macros::datetime;

use super::*;

fn biology() -> RemoteCourse {
    course(json!({"id": "7", "name": "Biology", "time_zone": "America/Denver"})).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "it reads better where it is used")]
fn assigned(said: Value) -> RemoteItem {
    let mut row = json!({"id": "35871700000000003", "name": "Essay"});
    row.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    assignment(&biology(), row).unwrap()
}

#[test]
fn what_is_due_in_the_last_second_of_a_day_is_due_on_that_day() {
    let due = |text: &str| assigned(json!({"due_at": text})).due;
    assert_eq!(due("2026-03-06T06:59:59Z"), Some(datetime!(2026-03-06 06:59 UTC)));
    assert_eq!(due("2026-03-05T23:59:59.999-07:00"), Some(datetime!(2026-03-06 06:59 UTC)));
    // A day alone ends in the zone of its course: in winter, and when the clocks have changed.
    assert_eq!(due("2026-03-05"), Some(datetime!(2026-03-06 06:59 UTC)));
    assert_eq!(due("2026-07-05"), Some(datetime!(2026-07-06 05:59 UTC)));
    for odd in ["", "tomorrow", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2026-02-30"] {
        assert_eq!(due(odd), None, "{odd}");
    }
}

#[test]
fn ids_are_beyond_what_others_take_for_whole() {
    assert_eq!(assigned(json!({})).id, "35871700000000003");
    assert_eq!(assigned(json!({"id": 35_871_700_000_000_003_u64})).id, "35871700000000003");
    for odd in [json!(null), json!(""), json!("../7"), json!("7/8"), json!(-1), json!(1.5), json!([])] {
        assert!(assignment(&biology(), json!({"id": odd, "name": "x"})).is_none(), "{odd}");
    }
}

#[test]
fn a_due_time_that_only_all_dates_know_is_taken_where_there_is_one() {
    let one = json!({"all_dates": [{"due_at": "2026-03-06T06:59:59Z"}, {"due_at": null}, {"due_at": "2026-03-06T06:59:59Z"}]});
    assert!(assigned(one).due.is_some());
    let two = json!({"all_dates": [{"due_at": "2026-03-06T06:59:59Z"}, {"due_at": "2026-03-07T06:59:59Z"}]});
    assert!(assigned(two).due.is_none());
    assert!(assigned(json!({"all_dates_count": 30})).due.is_none());
}

#[test]
fn what_was_handed_in_graded_or_excused_is_done() {
    for (submission, is_done) in [
        (json!(null), false),
        (json!({"workflow_state": "unsubmitted", "submitted_at": null}), false),
        (json!({"workflow_state": "submitted", "submitted_at": "2026-03-01T00:00:00Z"}), true),
        (json!({"workflow_state": "graded", "submitted_at": null, "score": 7}), true),
        (json!({"workflow_state": "pending_review"}), true),
        (json!({"workflow_state": "unsubmitted", "excused": true}), true),
        (json!({"workflow_state": "graded", "redo_request": true}), false),
    ] {
        assert_eq!(assigned(json!({"submission": submission})).is_done, is_done, "{submission}");
    }
}

#[test]
fn what_students_do_not_see_or_does_not_count_is_told() {
    assert!(assigned(json!({})).is_published && assigned(json!({})).is_counted);
    assert!(!assigned(json!({"published": false})).is_published);
    assert!(!assigned(json!({"workflow_state": "unpublished"})).is_published);
    assert!(!assigned(json!({"omit_from_final_grade": true})).is_counted);
    for (points, hundredths) in
        [(json!(12.5), Some(1250)), (json!(0), None), (json!(-1), None), (json!(1e300), None)]
    {
        assert_eq!(assigned(json!({"points_possible": points})).points, hundredths);
    }
}

#[test]
fn what_is_an_assignment_as_well_is_read_as_that() {
    let quizzed = |more: Value| {
        let mut row =
            json!({"id": 1, "title": "Quiz", "due_at": "2026-03-06T06:59:59Z", "assignment_id": null});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        quiz(&biology(), row)
    };
    assert!(quizzed(json!({})).is_some());
    assert!(quizzed(json!({"assignment_id": 9})).is_none());
    assert!(quizzed(json!({"due_at": null})).is_none());
    assert!(
        discussion(&biology(), json!({"id": 1, "title": "x", "todo_date": "2026-03-06T06:59:59Z"})).is_some()
    );
    assert!(discussion(&biology(), json!({"id": 1, "title": "x", "todo_date": null})).is_none());
    assert!(planned(json!({"plannable_type": "assignment", "plannable_id": 1})).is_none());
}

#[test]
fn a_course_that_dates_keep_the_user_out_of_is_none() {
    assert!(course(json!({"id": 7, "access_restricted_by_date": true})).is_none());
    let odd = course(json!({"id": 7, "name": "x", "time_zone": "Mars/Olympus", "syllabus_body": "a\u{0}b"}))
        .unwrap();
    assert_eq!((odd.time_zone, odd.syllabus.as_deref()), (None, Some("ab")));
}

proptest! {
    #[test]
    fn a_time_is_cut_to_its_minute_and_never_moved_on(second in 0_i64..4_000_000_000, micros in 0_i64..1_000_000) {
        let at = OffsetDateTime::from_unix_timestamp(second).unwrap() + time::Duration::microseconds(micros);
        let due = assigned(json!({"due_at": at.format(&Rfc3339).unwrap()})).due.unwrap();
        prop_assert!(due <= at && at - due < time::Duration::minutes(1));
        prop_assert_eq!((due.second(), due.nanosecond()), (0, 0));
    }
}
