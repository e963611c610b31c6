//! Channels.

use std::time::Duration;

use app::ports::google::{Google as _, GoogleError, NewChannel};
use planner_core::time::Moment;

use crate::support::{ADA, NOW, Stage};

fn channel(id: &str, calendar: &str) -> NewChannel {
    NewChannel {
        id: id.to_owned(),
        calendar: calendar.to_owned(),
        address: "https://canvascal.test/google".to_owned(),
        token: "a token".into(),
        ttl: Duration::from_hours(24),
    }
}

#[tokio::test]
async fn a_channel_is_opened_for_as_long_as_google_says_and_closed() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let lease = stage.gcal.watch(&account, &channel("0190-1", ADA)).await.unwrap();
    assert_eq!(lease.until, Moment::from(NOW + time::Duration::DAY));
    let notification = stage.google.take_notifications().remove(0);
    assert_eq!(notification.header("x-goog-channel-id"), Some("0190-1"));
    assert_eq!(notification.header("x-goog-channel-token"), Some("a token"));
    assert_eq!(notification.header("x-goog-resource-id"), Some(lease.resource.as_str()));
    stage.gcal.stop(&account, "0190-1", &lease.resource).await.unwrap();
    assert_eq!(stage.google.open_channels(), 0);
    stage.gcal.stop(&account, "0190-1", &lease.resource).await.unwrap();
}

#[tokio::test]
async fn more_than_google_grants_is_cut_to_what_it_does() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let long = NewChannel { ttl: Duration::from_hours(24 * 30), ..channel("0190-1", ADA) };
    let lease = stage.gcal.watch(&account, &long).await.unwrap();
    assert_eq!(lease.until, Moment::from(NOW + time::Duration::WEEK));
}

#[tokio::test]
async fn a_calendar_without_channels_says_so() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let holidays = "en.usa#holiday@group.v.calendar.google.com";
    stage.ada().subscribe(holidays, "Holidays");
    let error = stage.gcal.watch(&account, &channel("0190-1", holidays)).await.unwrap_err();
    let GoogleError::Forbidden(reason) = &error else { panic!("{error:?}") };
    assert!(reason.starts_with("pushNotSupported"), "{reason}");
}

#[tokio::test]
async fn an_address_that_google_does_not_tell_is_the_operators_to_mend() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let open = NewChannel { address: "http://canvascal.test/google".to_owned(), ..channel("0190-1", ADA) };
    let error = stage.gcal.watch(&account, &open).await.unwrap_err();
    assert!(matches!(error, GoogleError::Misconfigured(_)), "{error:?}");
}
