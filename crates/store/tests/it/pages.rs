use app::ports::{Access, EventPage, Origin, Page, Position, TaskStatus};
use planner_core::model::{EventId, Kind, Priority, TaskId};
use planner_core::time::Zone;
use uuid::Uuid;

use crate::support::{OWNER, World, at, exam, fields, on};

const MONDAY: &str = "2026-03-02";

#[tokio::test]
async fn events_are_paged_in_order_and_none_is_lost_among_equals() {
    let world = World::new().await;
    for id in [5, 3, 1, 4, 2] {
        world.event(1, id, &fields(Kind::Other, on(MONDAY, "09:00", "10:00"))).await;
    }
    world.event(1, 6, &fields(Kind::Other, on(MONDAY, "08:00", "08:30"))).await;
    let mut unit = world.begin(1, Access::Read).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = EventPage { from: None, to: None, page: Page { after, limit: 2 } };
        let events = unit.events(&page).await.unwrap();
        let Some(last) = events.last() else { break };
        after = Some(Position { at: last.fields.start_ts, id: last.id.0 });
        seen.extend(events.iter().map(|event| event.id.0.as_u128()));
    }
    assert_eq!(seen, [6, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_span_has_the_events_that_touch_it_however_long_they_are() {
    let world = World::new().await;
    let mut long = fields(Kind::Other, on(MONDAY, "09:00", "10:00"));
    long.start_ts = at("2026-01-01T00:00");
    long.end_ts = at("2026-03-03T23:59");
    world.event(1, 1, &long).await;
    world.event(1, 2, &fields(Kind::Other, on(MONDAY, "09:00", "10:00"))).await;
    world.event(1, 3, &fields(Kind::Other, on(MONDAY, "10:00", "11:00"))).await;
    world.event(1, 4, &fields(Kind::Other, on(MONDAY, "11:00", "12:00"))).await;
    let mut unit = world.begin(1, Access::Read).await;
    let page = EventPage {
        from: Some(at("2026-03-02T10:00")),
        to: Some(at("2026-03-02T11:00")),
        page: Page { after: None, limit: 10 },
    };
    let events = unit.events(&page).await.unwrap();
    assert_eq!(events.iter().map(|event| event.id.0.as_u128()).collect::<Vec<_>>(), [1, 3]);
}

#[tokio::test]
async fn what_is_written_is_read_again() {
    let world = World::new().await;
    let task = world.task(1, 9, None).await;
    let mut unit = world.begin(1, OWNER).await;
    let mut event = fields(Kind::Focus, on(MONDAY, "09:00", "10:00"));
    event.task_id = Some(task);
    event.transparent = true;
    event.metadata.insert("room".to_owned(), serde_json::json!({"no": 7, "name": "Säal"}));
    let origin = Origin { source: "google".to_owned(), source_id: Some("abc".to_owned()) };
    let id = EventId(Uuid::from_u128(1));
    let written = unit.insert_event(id, &event, &origin).await.unwrap();
    assert_eq!((&written.fields, &written.origin, written.version), (&event, &origin, 1));
    assert_eq!((written.created_at, written.updated_at), (at("2026-03-02T08:00"), at("2026-03-02T08:00")));
    assert_eq!(unit.event(id).await.unwrap().unwrap(), written);

    event.task_id = None;
    event.kind = Kind::Chill;
    let updated = unit.update_event(id, &event).await.unwrap().unwrap();
    assert_eq!((&updated.fields, &updated.origin, updated.version), (&event, &origin, 2));
    assert!(unit.delete_event(id).await.unwrap());
    assert!(!unit.delete_event(id).await.unwrap());
    assert!(unit.update_event(id, &event).await.unwrap().is_none());

    let mut fields = exam();
    fields.status = TaskStatus::Done;
    fields.priority = Priority::from_thousandths(70_001);
    let updated = unit.update_task(task, &fields).await.unwrap().unwrap();
    assert_eq!((updated.fields, updated.version), (fields, 2));
    let page = unit.tasks(&Page { after: None, limit: 5 }).await.unwrap();
    assert_eq!(page.iter().map(|task| task.id).collect::<Vec<_>>(), [task]);
    let after = Some(Position { at: page[0].created_at, id: task.0 });
    assert!(unit.tasks(&Page { after, limit: 5 }).await.unwrap().is_empty());
    assert!(unit.delete_task(task).await.unwrap());
    assert!(unit.task(TaskId(Uuid::nil())).await.unwrap().is_none());
}

#[tokio::test]
async fn settings_are_the_defaults_until_they_are_stored() {
    let world = World::new().await;
    let mut unit = world.begin(1, Access::Read).await;
    let mut settings = unit.settings().await.unwrap();
    assert_eq!(settings, app::ports::UserSettings::default());
    drop(unit);

    settings.planning.zone = Zone::named("America/New_York").unwrap();
    settings.planning.day_start_minute = 480;
    settings.planning.energy[9] = 140;
    settings.planning.churn_cap = 1;
    settings.planning.allow_delete = true;
    settings.priority_threshold = Priority::from_thousandths(65_500);
    for _ in 0..2 {
        let mut unit = world.begin(1, OWNER).await;
        unit.put_settings(&settings).await.unwrap();
        unit.commit().await.unwrap();
        settings.planning.focus_max_minutes += 15;
    }
    settings.planning.focus_max_minutes -= 15;
    let mut unit = world.begin(1, Access::Read).await;
    assert_eq!(unit.settings().await.unwrap(), settings);
    assert_eq!(
        world.begin(2, Access::Read).await.settings().await.unwrap(),
        app::ports::UserSettings::default()
    );
}
