//! A calendar's events, as they are and as they change.

use app::ports::google::{Google as _, GoogleError, RemoteTime, Since};
use google_fake::Fault;
use serde_json::{Value, json};
use time::macros::datetime;

use crate::support::{ADA, Stage, ids, insert, since_now, token};

fn meeting(title: &str) -> Value {
    json!({
        "summary": title,
        "start": {"dateTime": "2026-03-04T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-04T11:00:00+01:00", "timeZone": "Europe/Berlin"},
    })
}

fn id(event: &Value) -> &str {
    event["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_reading_ends_with_a_position_and_the_next_one_brings_what_changed() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let (stays, goes) = (ada.insert_event(ADA, meeting("Stays")), ada.insert_event(ADA, meeting("Goes")));
    let (events, position) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(ids(&events), [id(&stays), id(&goes)].into());

    let (events, position) = stage.read(&account, ADA, &position).await.unwrap();
    assert!(events.is_empty());

    ada.delete(ADA, id(&goes));
    ada.edit(ADA, id(&stays), json!({"summary": "Still here"}));
    let (events, _) = stage.read(&account, ADA, &position).await.unwrap();
    let find = |wanted: &Value| events.iter().find(|event| event.id == id(wanted)).unwrap();
    assert!(find(&goes).is_cancelled);
    assert_eq!(find(&stays).fields.as_ref().unwrap().title, "Still here");
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn every_page_and_every_reading_of_changes_has_the_same_parameters() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    (0..5).for_each(|number| drop(ada.insert_event(ADA, meeting(&number.to_string()))));
    stage.google.cut_pages(2);
    let (events, position) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(events.len(), 5);
    (0..5).for_each(|number| drop(ada.insert_event(ADA, meeting(&number.to_string()))));
    assert_eq!(stage.read(&account, ADA, &position).await.unwrap().0.len(), 5);
    let changing = ["pageToken", "syncToken", "timeMin"];
    let mut forms = stage.requests("events.list").into_iter().map(|asked| {
        let fixed = asked.parameters.into_iter().filter(|(name, _)| !changing.contains(&name.as_str()));
        fixed.collect::<Vec<_>>()
    });
    let first = forms.next().unwrap();
    assert!(forms.all(|form| form == first));
    for asked in stage.requests("events.list") {
        assert_ne!(asked.parameter("timeMin").is_some(), asked.parameter("syncToken").is_some());
    }
}

#[tokio::test]
async fn ten_thousand_events_take_four_pages() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    (0..10_000).for_each(|number| drop(ada.insert_event(ADA, meeting(&number.to_string()))));
    let (events, _) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(events.len(), 10_000);
    assert_eq!(stage.asked(), ["token", "events.list", "events.list", "events.list", "events.list"]);
}

#[tokio::test]
async fn a_position_that_is_no_longer_valid_asks_for_everything_on_whatever_page_that_is_found() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let (_, position) = stage.read(&account, ADA, &since_now()).await.unwrap();
    (0..3).for_each(|number| drop(ada.insert_event(ADA, meeting(&number.to_string()))));
    stage.google.cut_pages(2);
    stage.google.fail(Fault::full_sync_required().on("events.list").on_page(2));
    assert_eq!(stage.read(&account, ADA, &position).await.unwrap_err(), GoogleError::Outdated);
    stage.google.forget_sync_tokens(ADA);
    assert_eq!(stage.read(&account, ADA, &position).await.unwrap_err(), GoogleError::Outdated);
    let (events, _) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn a_position_that_never_was_asks_for_everything_too() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let invented = Since::Position("invented".into());
    assert_eq!(stage.read(&account, ADA, &invented).await.unwrap_err(), GoogleError::Outdated);
    let error = stage.gcal.events(&account, ADA, &since_now(), Some("invented")).await.unwrap_err();
    assert_eq!(error, GoogleError::Outdated);
}

#[tokio::test]
async fn a_series_comes_as_its_rule_and_its_exceptions() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let mut lecture = meeting("Lecture");
    lecture["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=5"]);
    let series = ada.insert_event(ADA, lecture);
    ada.edit_instance(ADA, id(&series), "2026-03-11T09:00:00Z", json!({"summary": "Guest lecture"}));
    ada.delete_instance(ADA, id(&series), "2026-03-18T09:00:00Z");
    let (events, _) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event.group() == id(&series)));
    let master = events.iter().find(|event| event.id == id(&series)).unwrap();
    assert_eq!(master.fields.as_ref().unwrap().recurrence, ["RRULE:FREQ=WEEKLY;COUNT=5"]);
    let left_out = events.iter().find(|event| event.is_cancelled).unwrap();
    let RemoteTime::At { moment, .. } = left_out.place.as_ref().unwrap().original_start else {
        panic!("a day")
    };
    assert_eq!(moment, datetime!(2026-03-18 09:00 UTC));
}

#[tokio::test]
async fn what_the_account_declined_is_known_among_any_number_of_guests() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let mut party = meeting("Party");
    let guests = (0..30).map(|number| json!({"email": format!("guest{number}@example.edu")}));
    party["attendees"] = guests.chain([json!({"email": ADA})]).collect();
    let party = ada.insert_event(ADA, party);
    ada.respond(ADA, id(&party), "declined");
    let (events, _) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert!(events[0].fields.as_ref().unwrap().declined);
}

#[tokio::test]
async fn what_was_made_here_says_for_what() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.gcal.write(&account, &[insert(ADA, "block1", "Study", 1)]).await.unwrap();
    let (events, _) = stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(events[0].fields.as_ref().unwrap().made_for, Some(uuid::Uuid::from_u128(7)));
}

#[tokio::test]
async fn one_event_is_there_deleted_or_not_and_another_is_not() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let event = ada.insert_event(ADA, meeting("One"));
    let find = async |id: &str| stage.gcal.event(&account, ADA, id).await.unwrap();
    assert_eq!(find(id(&event)).await.unwrap().fields.unwrap().title, "One");
    ada.delete(ADA, id(&event));
    assert!(find(id(&event)).await.unwrap().is_cancelled);
    assert_eq!(find("neverwas").await, None);
}

#[tokio::test]
async fn an_occurrence_that_is_no_exception_is_found_by_its_own_name() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let mut lecture = meeting("Lecture");
    lecture["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=5"]);
    let series = ada.insert_event(ADA, lecture);
    let second = ada.instance_id(id(&series), "2026-03-11T09:00:00Z");
    let occurrence = stage.gcal.event(&account, ADA, &second).await.unwrap().unwrap();
    assert_eq!(occurrence.group(), id(&series));
}

#[tokio::test]
async fn a_calendar_that_is_gone_is_not_found() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let classes = ada.calendar("Classes");
    let (_, position) = stage.read(&account, &classes, &since_now()).await.unwrap();
    ada.delete_calendar(&classes);
    assert_eq!(stage.read(&account, &classes, &since_now()).await.unwrap_err(), GoogleError::NotFound);
    assert_eq!(stage.read(&account, &classes, &position).await.unwrap_err(), GoogleError::NotFound);
    assert!(!token(&position).is_empty());
}
