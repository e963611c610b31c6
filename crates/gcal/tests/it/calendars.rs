//! The account's list of calendars.

use app::ports::google::{AccessRole, Google as _};

use crate::support::{ADA, Stage, insert, since_now};

const HOLIDAYS: &str = "en.usa#holiday@group.v.calendar.google.com";

#[tokio::test]
async fn the_list_has_the_accounts_own_calendars_and_those_it_looks_at() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let classes = stage.ada().calendar_in("Classes", "Europe/Berlin");
    stage.ada().subscribe(HOLIDAYS, "Holidays");
    let calendars = stage.gcal.calendars(&account).await.unwrap();
    assert_eq!(calendars.len(), 3);
    let named = |id: &str| calendars.iter().find(|calendar| calendar.id == id).unwrap();
    assert!(named(ADA).is_primary && !named(&classes).is_primary);
    assert_eq!(named(&classes).title, "Classes");
    assert_eq!(named(&classes).time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(named(&classes).access, AccessRole::Owner);
    assert_eq!(named(HOLIDAYS).access, AccessRole::Reader);
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    (0..7).for_each(|number| drop(stage.ada().calendar(&format!("No. {number}"))));
    stage.google.cut_pages(3);
    assert_eq!(stage.gcal.calendars(&account).await.unwrap().len(), 8);
    assert_eq!(stage.requests("calendarList.list").len(), 3);
}

#[tokio::test]
async fn a_calendar_that_is_made_is_ours_to_write_to() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let made = stage.gcal.create_calendar(&account, "CanvasCal", "Europe/Berlin").await.unwrap();
    assert_eq!((made.title.as_str(), made.access, made.is_primary), ("CanvasCal", AccessRole::Owner, false));
    assert_eq!(made.time_zone.as_deref(), Some("Europe/Berlin"));
    stage.gcal.write(&account, &[insert(&made.id, "block1", "Study", 1)]).await.unwrap();
    assert_eq!(stage.ada().events(&made.id).len(), 1);
}

#[tokio::test]
async fn a_calendar_with_a_hash_in_its_name_is_read_and_no_other() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.ada().subscribe(HOLIDAYS, "Holidays");
    let day = serde_json::json!({"date": "2026-07-04"});
    let end = serde_json::json!({"date": "2026-07-05"});
    stage
        .google
        .publish(HOLIDAYS, serde_json::json!({"summary": "Independence Day", "start": day, "end": end}));
    let (events, _) = stage.read(&account, HOLIDAYS, &since_now()).await.unwrap();
    assert_eq!(events[0].fields.as_ref().unwrap().title, "Independence Day");
    let path = &stage.requests("events.list")[0].path;
    assert!(path.contains("en.usa"), "{path}");
}
