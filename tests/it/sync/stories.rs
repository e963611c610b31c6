use app::google::{Hearing, Notification, Readout, SyncError};
use app::ports::google::{AccountState, CalendarChoice, GoogleError, ImportRule};
use app::ports::{Clock as _, EventRecord};
use google_fake::Fault;
use planner_core::model::Kind;
use planner_core::time::Moment;
use serde_json::json;

use super::pair::{Pair, at};

fn timed(title: &str, start: &str, end: &str) -> serde_json::Value {
    json!({"summary": title, "start": {"dateTime": start}, "end": {"dateTime": end}})
}

#[tokio::test]
async fn what_is_made_on_either_side_is_soon_on_both() {
    let pair = Pair::connected().await;
    let primary = pair.person.primary();
    pair.person.insert_event(primary, timed("Lecture", "2026-03-03T09:00:00Z", "2026-03-03T10:30:00Z"));
    pair.make("Study", "2026-03-03T11:00:00Z", "2026-03-03T12:00:00Z").await;
    assert_eq!(pair.sync().await.unwrap(), Readout::UpToDate);
    let lecture = pair.event("Lecture").await.unwrap();
    assert_eq!((lecture.fields.start_ts, lecture.fields.is_movable), (at("2026-03-03T09:00:00Z"), false));
    let there = pair.there();
    let titles: Vec<&str> = there.iter().map(|event| event.title.as_str()).collect();
    assert_eq!(titles, ["Lecture", "Study"]);
    // An echo changes nothing.
    let before = pair.events().await;
    assert_eq!(pair.sync().await.unwrap(), Readout::UpToDate);
    assert_eq!((pair.events().await, pair.there()), (before, there));
}

#[tokio::test]
async fn a_block_that_a_person_drags_stays_where_they_put_it() {
    let pair = Pair::connected().await;
    pair.make("Study", "2026-03-03T11:00:00Z", "2026-03-03T12:00:00Z").await;
    pair.sync().await.unwrap();
    let there = pair.there().remove(0);
    let drag =
        json!({"start": {"dateTime": "2026-03-04T15:00:00Z"}, "end": {"dateTime": "2026-03-04T16:00:00Z"}});
    pair.person.edit(pair.person.primary(), &there.id, drag);
    pair.sync().await.unwrap();
    let study = pair.event("Study").await.unwrap();
    assert_eq!(study.fields.start_ts, at("2026-03-04T15:00:00Z"));
    assert!(study.fields.protected);
    assert!(!pair.plan(&study, at("2026-03-05T11:00:00Z")).await);
    assert_eq!(pair.number("SELECT count(*) FROM realtime_events WHERE kind = 'event.locked'").await, 1);
}

#[tokio::test]
async fn a_calendar_that_is_no_longer_wanted_takes_along_what_was_imported_and_nothing_else() {
    let pair = Pair::connected().await;
    let classes = pair.person.calendar("Classes");
    pair.person.insert_event(&classes, timed("Algebra", "2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z"));
    pair.make("Study", "2026-03-03T11:00:00Z", "2026-03-03T12:00:00Z").await;
    let primary_only = pair.app.google_overview(&pair.user).await.unwrap().choice;
    pair.app.refresh_calendars(pair.user.id).await.unwrap();
    let rule = ImportRule { kind: Kind::Class, is_movable: false, protected: true };
    let both = CalendarChoice {
        read_calendar_ids: vec!["primary".to_owned(), classes.clone()],
        calendar_rules: [(classes.clone(), rule)].into(),
        ..primary_only.clone()
    };
    pair.choose(both).await;
    pair.settle().await;
    let algebra = pair.event("Algebra").await.unwrap();
    assert_eq!((algebra.fields.kind, algebra.fields.protected), (Kind::Class, true));
    pair.choose(primary_only).await;
    pair.settle().await;
    assert_eq!(pair.event("Algebra").await, None);
    assert!(pair.event("Study").await.is_some());
    assert_eq!(pair.person.events(&classes).len(), 1);
}

#[tokio::test]
async fn what_was_imported_by_a_rule_follows_it_but_for_what_the_student_has_said() {
    let pair = Pair::connected().await;
    let primary = pair.person.primary();
    pair.person.insert_event(primary, timed("Algebra", "2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z"));
    pair.person.insert_event(primary, timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    pair.sync().await.unwrap();
    let gym = pair.event("Gym").await.unwrap();
    pair.edit(&gym, |fields| (fields.kind, fields.is_movable) = (Kind::Chill, true)).await;
    pair.settle().await;
    let rule = ImportRule { kind: Kind::Class, is_movable: false, protected: true };
    let before = pair.app.google_overview(&pair.user).await.unwrap().choice;
    let ruled = CalendarChoice { calendar_rules: [("primary".to_owned(), rule)].into(), ..before.clone() };
    let kinds = async || {
        let (algebra, gym) = (pair.event("Algebra").await.unwrap(), pair.event("Gym").await.unwrap());
        (algebra.fields.kind, algebra.fields.protected, gym.fields.kind)
    };
    pair.choose(ruled).await;
    assert_eq!(kinds().await, (Kind::Class, true, Kind::Chill));
    pair.google.take_requests();
    pair.settle().await;
    let written = pair.google.take_requests().into_iter().filter(|asked| asked.operation == "batch").count();
    assert_eq!(written, 0, "it is no business of Google's");
    pair.choose(before).await;
    assert_eq!(kinds().await, (Kind::Other, false, Kind::Chill));
}

#[tokio::test]
async fn listing_the_calendars_does_not_undo_what_is_read_meanwhile() {
    let pair = Pair::connected().await;
    pair.clock.advance_minutes(5);
    let primary = pair.primary().await;
    pair.google.fail(Fault::slow(std::time::Duration::from_millis(100)).on("calendarList.list"));
    let (listed, read) = tokio::join!(
        pair.app.refresh_calendars(pair.user.id),
        pair.app.read_calendar(pair.user.id, primary.id)
    );
    listed.unwrap();
    read.unwrap();
    let after = pair.primary().await;
    assert_eq!(after.health.succeeded_at, Some(pair.clock.now()));
    assert_ne!(after.sealed_position, primary.sealed_position);
}

#[tokio::test]
async fn an_empty_calendar_is_believed_the_second_time() {
    let pair = Pair::connected().await;
    let primary = pair.person.primary();
    let lecture =
        pair.person.insert_event(primary, timed("Lecture", "2026-03-03T09:00:00Z", "2026-03-03T10:30:00Z"));
    pair.sync().await.unwrap();
    pair.person.delete(primary, lecture["id"].as_str().unwrap());
    pair.google.forget_sync_tokens(primary);
    assert_eq!(pair.sync().await.unwrap(), Readout::Doubtful);
    assert!(pair.event("Lecture").await.is_some());
    assert_eq!(pair.sync().await.unwrap(), Readout::UpToDate);
    assert_eq!(pair.event("Lecture").await, None);
}

#[tokio::test]
async fn what_has_to_be_read_anew_keeps_what_the_student_has_said_of_it() {
    let pair = Pair::connected().await;
    let primary = pair.person.primary();
    pair.person.insert_event(primary, timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    pair.sync().await.unwrap();
    let gym = pair.event("Gym").await.unwrap();
    pair.edit(&gym, |fields| (fields.kind, fields.is_movable, fields.protected) = (Kind::Chill, true, true))
        .await;
    pair.sync().await.unwrap();
    let gym = pair.event("Gym").await.unwrap();
    pair.google.forget_sync_tokens(primary);
    pair.sync().await.unwrap();
    assert_eq!(pair.event("Gym").await.unwrap(), gym);
}

#[tokio::test]
async fn where_consent_is_gone_syncing_stops_and_nothing_is_deleted() {
    let pair = Pair::connected().await;
    pair.person
        .insert_event(pair.person.primary(), timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    pair.sync().await.unwrap();
    let events = pair.events().await;
    pair.google.revoke("ada@example.edu");
    assert!(matches!(pair.sync().await, Err(SyncError::Google(GoogleError::Disconnected(_)))));
    let account = pair.app.google_overview(&pair.user).await.unwrap().account.unwrap();
    assert_eq!((account.state, account.sealed_token), (AccountState::ReconnectRequired, None));
    assert_eq!(pair.events().await, events);
    assert_eq!(
        pair.number("SELECT count(*) FROM realtime_events WHERE kind = 'google.reconnect_required'").await,
        1
    );
    pair.google.take_requests();
    assert!(matches!(pair.sync().await, Err(SyncError::NotConnected)));
    assert_eq!(pair.google.round_trips(), 0);
    // Connected again, everything goes on.
    pair.connect().await;
    pair.settle().await;
    assert_eq!(pair.events().await, events);
}

#[tokio::test]
async fn whoever_gives_the_account_up_keeps_their_own_events_and_gets_none_twice_when_they_come_back() {
    let pair = Pair::connected().await;
    pair.person
        .insert_event(pair.person.primary(), timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    pair.make("Study", "2026-03-03T11:00:00Z", "2026-03-03T12:00:00Z").await;
    pair.sync().await.unwrap();
    pair.app.disconnect_google(&pair.user).await.unwrap();
    let titles = |events: Vec<EventRecord>| -> Vec<String> {
        events.into_iter().map(|event| event.fields.title).collect()
    };
    assert_eq!(titles(pair.events().await), ["Study"]);
    assert_eq!(pair.there().len(), 2);
    pair.connect().await;
    pair.settle().await;
    assert_eq!(titles(pair.events().await), ["Study", "Gym"]);
    assert_eq!(pair.there().len(), 2);
}

#[tokio::test]
async fn ten_thousand_words_of_a_change_lead_to_two_readings_at_most() {
    let pair = Pair::connected().await;
    pair.google.take_requests();
    let word = pair.google.notifications().into_iter().next_back();
    pair.person
        .insert_event(pair.person.primary(), timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    let word =
        pair.google.take_notifications().into_iter().next_back().or(word).expect("the calendar is watched");
    // Three milliseconds from one to the next.
    for _ in 0..10_000 {
        assert_eq!(pair.hear(&word).await, Hearing::Believed);
        pair.clock.set(Moment::from_unix_micros(pair.clock.now().unix_micros() + 3000));
    }
    pair.settle().await;
    assert!(pair.event("Gym").await.is_some());
    let asked =
        pair.google.take_requests().into_iter().filter(|asked| asked.operation == "events.list").count();
    assert!(asked <= 2, "{asked}");
}

#[tokio::test]
async fn word_that_does_not_prove_itself_is_not_believed() {
    let pair = Pair::connected().await;
    pair.google.take_notifications();
    pair.person
        .insert_event(pair.person.primary(), timed("Gym", "2026-03-03T18:00:00Z", "2026-03-03T19:00:00Z"));
    let word = pair.google.take_notifications().into_iter().next_back().expect("the calendar is watched");
    let good = Pair::word(&word);
    let mut other = good.channel.clone();
    other.replace_range(40..41, if &other[40..41] == "0" { "1" } else { "0" });
    for bad in [
        Notification { token: "guessed".into(), ..good.clone() },
        Notification { resource: "another".to_owned(), ..good.clone() },
        Notification { channel: other, ..good.clone() },
        Notification { channel: "short".to_owned(), ..good.clone() },
        Notification { channel: "é".repeat(32), ..good.clone() },
    ] {
        assert_eq!(pair.app.hear(&bad).await.unwrap(), Hearing::Rejected, "{bad:?}");
    }
    assert_eq!(pair.app.hear(&good).await.unwrap(), Hearing::Believed);
}
