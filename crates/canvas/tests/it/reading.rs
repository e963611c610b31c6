//! What is read, and with which tokens.

use app::ports::canvas::{Canvas as _, CanvasError, Credential, ItemKind};
use canvas_fake::Fault;
use planner_core::time::{Instant, Interval};
use secrecy::SecretString;
use serde_json::json;

use crate::support::World;

const BACK: &str = "https://app.example.com/canvas";

#[tokio::test]
async fn courses_and_what_is_in_them_are_read_part_by_part() {
    let world = World::new().await;
    let ada = world.fake.student("Ada Lovelace");
    ada.live_in("America/Denver");
    let taught = world.fake.course(
        "Biology",
        json!({"course_code": "BIO 1", "time_zone": "America/Denver",
        "apply_assignment_group_weights": true, "syllabus_body": "<p>Hello</p>"}),
    );
    taught.enroll(&ada);
    taught.group("Homework", 37.5);
    let ids: Vec<u64> = (0..25).map(|number| taught.assign(json!({"name": number.to_string()}))).collect();
    taught.due_for(ids[0], &ada, "2026-03-07T06:59:59Z");
    taught.page("week 1/ü", "<p>Cells</p>", json!({"title": "Week 1"}));
    world.fake.cut_pages(10);
    let account = world.personal(&ada);
    let me = world.ours.user(&account).await.unwrap();
    assert_eq!((me.name.as_str(), me.time_zone.as_deref()), ("Ada Lovelace", Some("America/Denver")));
    let course = world.ours.courses(&account, None).await.unwrap().items.remove(0);
    assert_eq!(course.id, taught.id().to_string(), "beyond 2^53, and to the last digit");
    assert_eq!((course.term.as_deref(), course.syllabus.as_deref()), (Some("Spring"), Some("<p>Hello</p>")));
    assert_eq!(world.assignments(&account, &course).await.len(), 25);
    let first = world.ours.assignments(&account, &course, None).await.unwrap().items.remove(0);
    assert_eq!(first.due.unwrap().to_string(), "2026-03-07 6:59:00.0 +00:00:00");
    let group = world.ours.groups(&account, &course.id, None).await.unwrap().items.remove(0);
    assert_eq!(group.weight_permille, 375);
    for slug in ["week 1/ü", "week%201%2F%C3%BC"] {
        assert_eq!(world.ours.page(&account, &course.id, slug).await.unwrap().unwrap().title, "Week 1");
    }
    for slug in ["..", "%2e%2e", "nothing"] {
        assert_eq!(world.ours.page(&account, &course.id, slug).await.unwrap(), None, "{slug}");
    }
    assert_eq!(world.ours.front_page(&account, &course.id).await.unwrap(), None);
    let asked = world.fake.requests();
    assert!(
        asked.iter().all(|one| one.has_token && one.accept.contains("application/json+canvas-string-ids"))
    );
}

#[tokio::test]
async fn the_planner_is_asked_for_a_time_and_not_for_two_weeks() {
    let world = World::new().await;
    let ada = world.fake.student("Ada");
    ada.note(json!({"title": "Buy a coat", "todo_date": "2026-06-01T12:00:00Z"}));
    let account = world.personal(&ada);
    let now = Instant::from_unix_minutes(29_540_640);
    let span = Interval::new(now, now.plus(180 * 24 * 60)).unwrap();
    let items = world.ours.planner(&account, span, None).await.unwrap().items;
    assert_eq!(items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::Note]);
    let asked = world.fake.requests().pop().unwrap();
    assert!(
        asked.query.contains("start_date=2026-") && asked.query.contains("end_date=2026-"),
        "{}",
        asked.query
    );
}

#[tokio::test]
async fn access_is_got_once_an_hour_and_consent_stays_the_same() {
    let world = World::new().await;
    let ada = world.fake.student("Ada");
    let host = world.ours.host(&world.fake.host()).unwrap();
    let state: SecretString = "state".into();
    let address = world.ours.sign_in_url(&host, &state, BACK);
    assert!(address.ends_with("&scope=url%3AGET%7C%2Fapi%2Fv1%2Fcourses"), "{address}");
    let back = world.fake.consent(&address, &ada, true);
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let granted = world.ours.exchange(&host, &code.clone().into(), BACK).await.unwrap();
    let again = world.ours.exchange(&host, &code.into(), BACK).await.unwrap_err();
    assert!(matches!(again, CanvasError::Disconnected(_)), "a code is good once: {again}");
    let account = world.account(Credential::Consent(granted.refresh_token));
    let tokens = || world.fake.requests().iter().filter(|one| one.name == "token").count();
    let before = tokens();
    for (minutes, expected) in [(0, 1), (30, 1), (29, 2), (61, 3)] {
        world.clock.advance_seconds(minutes * 60);
        world.ours.user(&account).await.unwrap();
        assert_eq!(tokens() - before, expected, "{minutes}");
    }
    // One that was refused is got anew, once.
    world.fake.expire_access_tokens();
    world.ours.user(&account).await.unwrap();
    assert_eq!(tokens() - before, 4);
    world.fake.fail(Fault::bad_token().on("profile").times(2));
    assert!(matches!(world.ours.user(&account).await, Err(CanvasError::Disconnected(_))));
    world.ours.revoke(&account).await.unwrap();
    assert!(matches!(world.ours.user(&account).await, Err(CanvasError::Disconnected(_))));
}
