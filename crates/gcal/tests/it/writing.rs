//! What is written, and what becomes of it.

use app::identity::UserId;
use app::ports::google::{Account, Edit, Google as _, GoogleError, RemoteEvent, RemoteTime, Write, Written};
use gcal::Limits;
use google_fake::Fault;
use serde_json::json;
use uuid::Uuid;

use crate::support::{ADA, Stage, delete, edit, gcal_at, hour, insert, new_time};

impl Stage {
    async fn write(&self, account: &Account, writes: &[Write]) -> Vec<Written> {
        self.gcal.write(account, writes).await.unwrap()
    }

    async fn written(&self, account: &Account, write: Write) -> RemoteEvent {
        done(self.write(account, &[write]).await.remove(0))
    }
}

fn done(written: Written) -> RemoteEvent {
    let Written::Done(event) = written else { panic!("{written:?}") };
    *event
}

fn renamed(title: &str) -> Edit {
    Edit { title: Some(title.to_owned()), ..Edit::default() }
}

fn many(count: usize) -> Vec<Write> {
    (0..count).map(|number| insert(ADA, &format!("block{number}"), &number.to_string(), 1)).collect()
}

#[tokio::test]
async fn an_event_is_made_changed_and_deleted() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let made = stage.written(&account, insert(ADA, "block1", "Study", 1)).await;
    let there = stage.ada().event(ADA, "block1");
    assert_eq!(there["start"]["dateTime"], "2026-03-02T09:00:00Z");
    assert_eq!(there["extendedProperties"]["private"]["canvascal"], "00000000-0000-0000-0000-000000000007");
    assert_eq!(there["etag"], made.etag.as_str());

    let times = Edit { times: Some(hour(5)), transparent: Some(true), ..Edit::default() };
    let moved = stage.written(&account, edit(ADA, &made, times)).await;
    let fields = moved.fields.clone().unwrap();
    assert_eq!((fields.title.as_str(), fields.transparent), ("Study", true));
    assert_eq!(fields.start, RemoteTime::At { moment: hour(5).0, zone: Some("UTC".to_owned()) });
    assert_eq!(fields.made_for, made.fields.unwrap().made_for);
    assert_ne!(moved.etag, made.etag);

    let gone = stage.written(&account, delete(ADA, &moved)).await;
    assert!(gone.is_cancelled && gone.fields.is_none());
    assert_eq!(stage.ada().event(ADA, "block1")["status"], "cancelled");
}

#[tokio::test]
async fn what_the_edit_does_not_name_stays() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let time = json!({"dateTime": "2026-03-04T10:00:00+01:00", "timeZone": "Europe/Berlin"});
    let end = json!({"dateTime": "2026-03-04T11:00:00+01:00", "timeZone": "Europe/Berlin"});
    let event =
        ada.insert_event(ADA, json!({"summary": "A", "description": "notes", "start": time, "end": end}));
    let id = event["id"].as_str().unwrap();
    let remote = stage.gcal.event(&account, ADA, id).await.unwrap().unwrap();
    stage.written(&account, edit(ADA, &remote, renamed("B"))).await;
    let there = ada.event(ADA, id);
    assert_eq!((&there["summary"], &there["description"]), (&json!("B"), &json!("notes")));
    assert_eq!(there["start"]["timeZone"], "Europe/Berlin");
}

#[tokio::test]
async fn a_whole_day_may_become_an_hour() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let (start, end) = (json!({"date": "2026-03-04"}), json!({"date": "2026-03-05"}));
    let event = ada.insert_event(ADA, json!({"summary": "A", "start": start, "end": end}));
    let id = event["id"].as_str().unwrap();
    let remote = stage.gcal.event(&account, ADA, id).await.unwrap().unwrap();
    let times = Edit { times: Some(hour(5)), ..Edit::default() };
    let moved = stage.written(&account, edit(ADA, &remote, times)).await;
    let start = moved.fields.unwrap().start;
    assert!(matches!(start, RemoteTime::At { moment, .. } if moment == hour(5).0), "{start:?}");
}

#[tokio::test]
async fn two_hundred_writes_take_four_requests() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let written = stage.write(&account, &many(200)).await;
    let titles: Vec<String> = written.into_iter().map(|event| done(event).fields.unwrap().title).collect();
    assert_eq!(titles, (0..200).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(stage.asked(), ["token", "batch", "batch", "batch", "batch"]);
}

#[tokio::test]
async fn nothing_to_write_asks_nothing() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    assert!(stage.write(&account, &[]).await.is_empty());
    assert!(stage.asked().is_empty());
}

#[tokio::test]
async fn parts_are_matched_by_their_names_in_whatever_order_they_come() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::reordered_parts());
    for (number, written) in stage.write(&account, &many(20)).await.into_iter().enumerate() {
        assert_eq!(done(written).id, format!("block{number}"));
    }
}

#[tokio::test]
async fn of_a_part_that_is_missing_nobody_knows_what_became() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::missing_part(1));
    let written = stage.write(&account, &many(3)).await;
    assert!(matches!(written[0], Written::Done(_)) && matches!(written[2], Written::Done(_)));
    assert!(matches!(&written[1], Written::Failed(GoogleError::Unavailable(_))), "{:?}", written[1]);
    assert_eq!(stage.asked(), ["token", "batch"], "it is not written again unasked");
}

#[tokio::test]
async fn what_changed_meanwhile_is_left_as_it_is() {
    let stage = Stage::new().await;
    let (account, ada) = (stage.account().await, stage.ada());
    let made = stage.written(&account, insert(ADA, "block1", "Study", 1)).await;
    ada.edit(ADA, "block1", json!({"summary": "Mine now"}));
    let writes = [edit(ADA, &made, renamed("Ours"))];
    assert_eq!(stage.write(&account, &writes).await, [Written::Changed]);
    assert_eq!(stage.write(&account, &[delete(ADA, &made)]).await, [Written::Changed]);
    assert_eq!(ada.event(ADA, "block1")["summary"], "Mine now");
}

#[tokio::test]
async fn an_identity_is_taken_even_by_an_event_that_was_deleted() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let made = stage.written(&account, insert(ADA, "block1", "Study", 1)).await;
    let again = [insert(ADA, "block1", "Study", 1)];
    assert_eq!(stage.write(&account, &again).await, [Written::Taken]);
    stage.written(&account, delete(ADA, &made)).await;
    assert_eq!(stage.write(&account, &again).await, [Written::Taken]);
}

#[tokio::test]
async fn what_is_gone_cannot_be_changed() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let mut event = stage.written(&account, insert(ADA, "block1", "Study", 1)).await;
    event.id = "neverwas".to_owned();
    let writes = [edit(ADA, &event, renamed("B"))];
    assert_eq!(stage.write(&account, &writes).await, [Written::Gone]);
    assert_eq!(stage.write(&account, &[delete(ADA, &event)]).await, [Written::Gone]);
}

#[tokio::test]
async fn a_new_event_for_a_calendar_that_is_gone_is_not_said_to_be_gone_itself() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let written = stage.write(&account, &[insert("nobody@example.edu", "block1", "Study", 1)]).await;
    assert_eq!(written, [Written::Failed(GoogleError::NotFound)]);
}

#[tokio::test]
async fn parts_that_were_too_much_are_asked_for_again_and_no_others() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::user_rate_limit().on("events.insert").times(2).after(3));
    stage.google.fail(Fault::backend_error().on("events.insert").after(7));
    let written = stage.write(&account, &many(10)).await;
    let failed: Vec<usize> = (0..10).filter(|number| !matches!(written[*number], Written::Done(_))).collect();
    assert_eq!(failed.len(), 1, "{written:?}");
    assert!(matches!(written[failed[0]], Written::Failed(GoogleError::Unavailable(_))));
    assert_eq!(stage.requests("events.insert").len(), 12);
    assert_eq!(stage.requests("batch").len(), 2);
    assert_eq!(stage.time.naps().len(), 1);
}

#[tokio::test]
async fn of_parts_that_were_asked_for_again_and_not_heard_of_nobody_knows() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::user_rate_limit().on("events.insert"));
    stage.google.fail(Fault::cut_after().on("batch").after(1));
    let written = stage.write(&account, &many(3)).await;
    let failed =
        written.iter().filter(|written| matches!(written, Written::Failed(GoogleError::Unavailable(_))));
    assert_eq!(failed.count(), 1, "{written:?}");
    assert_eq!(stage.ada().events(ADA).len(), 3);
}

#[tokio::test]
async fn what_is_too_much_twice_is_left_to_whoever_asked() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::rate_limit().retry_after(3).on("events.insert").times(9));
    let written = stage.write(&account, &many(1)).await;
    let throttled = GoogleError::Throttled(Some(std::time::Duration::from_secs(3)));
    assert_eq!(written, [Written::Failed(throttled)]);
    assert_eq!(stage.requests("batch").len(), 2);
    assert!(stage.time.naps()[0].as_secs() >= 3);
}

#[tokio::test]
async fn a_batch_that_is_cut_off_is_not_sent_again_and_the_rest_is_not_tried() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::cut_after().on("batch").after(1));
    let written = stage.write(&account, &many(150)).await;
    assert!(written[..50].iter().all(|written| matches!(written, Written::Done(_))));
    assert!(
        written[50..].iter().all(|written| matches!(written, Written::Failed(GoogleError::Unavailable(_))))
    );
    assert_eq!(stage.requests("batch").len(), 2);
    assert_eq!(stage.ada().events(ADA).len(), 100, "the second batch was done, though nobody heard");
}

#[tokio::test]
async fn writes_without_access_are_an_error_and_no_results() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.kill_refresh_tokens(ADA);
    let error = stage.gcal.write(&account, &many(60)).await.unwrap_err();
    assert_eq!(error, GoogleError::Disconnected("invalid_grant".to_owned()));
    assert_eq!(stage.asked(), ["token"]);
}

#[tokio::test]
async fn writes_that_reach_nobody_are_an_error_and_no_results() {
    let gcal = gcal_at("http://127.0.0.1:1", Limits::default(), &new_time());
    let account = Account { user: UserId(Uuid::from_u128(1)), refresh_token: "1//x".into() };
    let error = gcal.write(&account, &many(60)).await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("no connection".to_owned()));
}

#[tokio::test]
async fn a_batch_whose_access_is_refused_is_sent_again_with_new_access() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.gcal.calendars(&account).await.unwrap();
    stage.google.expire_access_tokens();
    stage.google.take_requests();
    assert!(stage.write(&account, &many(2)).await.iter().all(|written| matches!(written, Written::Done(_))));
    assert_eq!(stage.requests("token").len(), 1);
}

#[tokio::test]
async fn an_etag_that_would_break_out_of_its_line_is_not_sent() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let mut event = stage.written(&account, insert(ADA, "block1", "Study", 1)).await;
    event.etag = "\"1\"\r\nX-Evil: 1".to_owned();
    stage.google.take_requests();
    let written = stage.write(&account, &[delete(ADA, &event)]).await;
    assert!(matches!(&written[0], Written::Failed(GoogleError::NotUnderstood(_))), "{written:?}");
    assert!(stage.asked().is_empty());
}

#[tokio::test]
async fn a_users_writes_keep_their_pace() {
    let limits = Limits {
        per_user_a_minute: 100,
        longest_wait: std::time::Duration::from_mins(1),
        ..Limits::default()
    };
    let stage = Stage::with(limits).await;
    let account = stage.account().await;
    assert!(
        stage.write(&account, &many(100)).await.iter().all(|written| matches!(written, Written::Done(_)))
    );
    assert!(stage.time.naps().is_empty());
    stage.gcal.calendars(&account).await.unwrap();
    assert_eq!(stage.time.naps().len(), 1, "the hundred and first waits for the next minute");
}

#[tokio::test]
async fn a_change_counts_for_three() {
    let stage = Stage::with(Limits { per_user_a_minute: 100, ..Limits::default() }).await;
    let account = stage.account().await;
    let made = stage.write(&account, &many(40)).await;
    let edits = made.into_iter().map(|event| edit(ADA, &done(event), renamed("B")));
    let edits: Vec<Write> = edits.collect();
    assert!(
        stage.write(&account, &edits[..20]).await.iter().all(|written| matches!(written, Written::Done(_)))
    );
    assert!(matches!(stage.gcal.calendars(&account).await, Err(GoogleError::Throttled(Some(_)))));
}

#[tokio::test]
async fn whoever_would_have_to_wait_for_too_long_is_told_for_how_long() {
    let stage = Stage::with(Limits { per_user_a_minute: 50, ..Limits::default() }).await;
    let account = stage.account().await;
    let written = stage.write(&account, &many(60)).await;
    assert!(matches!(written[49], Written::Done(_)));
    let Written::Failed(GoogleError::Throttled(Some(wait))) = &written[50] else {
        panic!("{:?}", written[50])
    };
    assert!(wait.as_secs() > 50, "{wait:?}");
    let error = stage.gcal.write(&account, &many(1)).await.unwrap_err();
    assert!(matches!(error, GoogleError::Throttled(Some(_))), "{error:?}");
    assert!(stage.time.naps().is_empty());
}
