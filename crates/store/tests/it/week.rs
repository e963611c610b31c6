use app::ports::{TaskFields, WeekSpan};
use planner_core::model::{EventId, Kind, TaskId};
use planner_core::time::{Interval, Moment};
use uuid::Uuid;

use crate::support::{PLANNER, World, at, exam, fields, moment, on, user};

const MONDAY: &str = "2026-03-02";
const TUESDAY: &str = "2026-03-03";

fn tuesday(trigger: TaskId) -> WeekSpan {
    WeekSpan {
        span: on(TUESDAY, "08:00", "18:00"),
        trigger: Some(trigger),
        also: Vec::new(),
        accepted_after: moment("2026-03-01T08:00"),
    }
}

fn ids(week: &app::ports::WeekRows) -> Vec<u128> {
    week.events.iter().map(|(event, _)| event.id.0.as_u128()).collect()
}

#[tokio::test]
async fn a_week_has_what_touches_it_and_the_triggers_focus_and_what_is_named() {
    let world = World::new().await;
    let trigger = world.task(1, 100, Some("2026-03-06T12:00")).await;
    let other = world.task(1, 101, Some("2026-03-09T12:00")).await;
    let without_due = world.task(1, 102, None).await;
    world.task(1, 103, Some("2026-03-09T12:00")).await;
    let with = |mut event: app::ports::EventFields, task| {
        event.task_id = Some(task);
        event
    };
    // Ends as it begins, begins as it ends: outside.
    world.event(1, 1, &fields(Kind::Class, on(TUESDAY, "07:00", "08:00"))).await;
    world.event(1, 2, &fields(Kind::Class, on(TUESDAY, "18:00", "19:00"))).await;
    world.event(1, 3, &with(fields(Kind::Focus, on(TUESDAY, "17:59", "18:30")), other)).await;
    world.event(1, 4, &with(fields(Kind::Chill, on(TUESDAY, "07:59", "08:01")), without_due)).await;
    // Focus for the trigger, ages ago; what is no focus does not count.
    world.event(1, 5, &with(fields(Kind::Focus, on("2025-11-03", "09:00", "10:00")), trigger)).await;
    world.event(1, 6, &with(fields(Kind::Chill, on("2025-11-03", "09:00", "10:00")), trigger)).await;
    world.event(1, 7, &fields(Kind::Other, on("2027-01-01", "09:00", "10:00"))).await;
    world.event(2, 8, &fields(Kind::Class, on(TUESDAY, "09:00", "10:00"))).await;

    let mut unit = world.begin(1, PLANNER).await;
    let also = vec![EventId(Uuid::from_u128(7)), EventId(Uuid::from_u128(8)), EventId(Uuid::from_u128(3))];
    let week = unit.week(&WeekSpan { also, ..tuesday(trigger) }).await.unwrap();
    assert_eq!(ids(&week), [5, 4, 3, 7]);
    assert_eq!(week.tasks.iter().map(|task| task.id).collect::<Vec<_>>(), [trigger, other]);
    let link = |n: usize| week.events[n].0.task;
    assert_eq!([link(0), link(1), link(2), link(3)], [Some(trigger), None, Some(other), None]);

    // A trigger without a due time is not among the tasks, and its focus is there without the link.
    drop(unit);
    let mut unit = world.begin(1, PLANNER).await;
    unit.update_task(trigger, &TaskFields { due_ts: None, ..exam() }).await.unwrap();
    let week = unit.week(&tuesday(trigger)).await.unwrap();
    assert_eq!(ids(&week), [5, 4, 3]);
    assert_eq!(week.events[0].0.task, None);
}

#[tokio::test]
async fn a_week_is_told_in_whole_minutes() {
    let world = World::new().await;
    let trigger = world.task(1, 100, Some("2026-03-06T12:00")).await;
    world
        .sql
        .execute(
            "INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts)
             VALUES ($1, $2, 'crooked', '2026-03-03 09:00:59.999999Z', '2026-03-03 09:10:00.000001Z')",
            &[&user(1).id.0, &Uuid::from_u128(1)],
        )
        .await
        .unwrap();
    let week = world.begin(1, PLANNER).await.week(&tuesday(trigger)).await.unwrap();
    assert_eq!(week.events[0].0.interval, on(TUESDAY, "09:00", "09:11"));
}

#[tokio::test]
async fn the_longest_event_is_found_from_its_far_end() {
    let world = World::new().await;
    let trigger = world.task(1, 100, Some("2026-03-06T12:00")).await;
    let mut long = fields(Kind::Other, on(MONDAY, "09:00", "10:00"));
    long.end_ts = at("2026-03-03T08:01");
    long.start_ts = long.end_ts - time::Duration::days(62) + time::Duration::minutes(1);
    world.event(1, 1, &long).await;
    let week = world.begin(1, PLANNER).await.week(&tuesday(trigger)).await.unwrap();
    assert_eq!(ids(&week), [1]);
    let interval: Interval = week.events[0].0.interval;
    assert_eq!(interval.end(), Moment::from(at("2026-03-03T08:01")).floor());
}
