//! What becomes of questions when Google, or the way to it, is not well.

use std::time::Duration;

use app::identity::UserId;
use app::ports::google::{Account, Google as _, GoogleError};
use gcal::Limits;
use google_fake::Fault;
use uuid::Uuid;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{ADA, Stage, gcal_at, new_time, since_now};

#[tokio::test]
async fn what_only_reads_is_tried_three_times_with_growing_pauses() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::backend_error().on("events.list"));
    stage.google.fail(Fault::cut_before().on("events.list"));
    stage.read(&account, ADA, &since_now()).await.unwrap();
    assert_eq!(stage.requests("events.list").len(), 3);
    let naps = stage.time.naps();
    assert_eq!(naps.iter().map(Duration::as_secs).collect::<Vec<_>>(), [1, 2]);

    stage.google.fail(Fault::unavailable().on("events.list").times(3));
    let error = stage.read(&account, ADA, &since_now()).await.unwrap_err();
    assert!(matches!(error, GoogleError::Unavailable(_)), "{error:?}");
    assert_eq!(stage.google.faults_left(), 0);
}

#[tokio::test]
async fn access_that_cannot_be_got_is_tried_for_again_where_something_is_read() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::bad_gateway().on("token").times(2));
    stage.gcal.calendars(&account).await.unwrap();
    assert_eq!(stage.time.naps().len(), 2);
}

#[tokio::test]
async fn a_precondition_that_nobody_set_is_tried_again() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::precondition_check_failed().on("events.list"));
    assert!(stage.read(&account, ADA, &since_now()).await.is_ok());
}

#[tokio::test]
async fn an_answer_of_which_half_is_missing_is_no_answer() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::bad_json().on("calendars.insert"));
    let error = stage.gcal.create_calendar(&account, "Study", "UTC").await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("the answer to calendars.insert is no JSON".to_owned()));
}

#[tokio::test]
async fn what_writes_is_tried_once() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::backend_error().on("calendars.insert"));
    let error = stage.gcal.create_calendar(&account, "Study", "UTC").await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("HTTP 500 backendError".to_owned()));
    assert_eq!(stage.requests("calendars.insert").len(), 1);
}

#[tokio::test]
async fn whoever_is_to_come_back_later_does_unless_that_is_too_late() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::too_many_requests().retry_after(7).on("calendarList.list"));
    stage.gcal.calendars(&account).await.unwrap();
    assert_eq!(stage.time.naps(), [Duration::from_secs(7)]);
    stage.google.fail(Fault::rate_limit().retry_after(300).on("calendarList.list"));
    let error = stage.gcal.calendars(&account).await.unwrap_err();
    assert_eq!(error, GoogleError::Throttled(Some(Duration::from_mins(5))));
    assert!(stage.time.naps().is_empty());
}

#[tokio::test]
async fn an_allowance_that_is_used_up_is_not_asked_for_again() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::quota_exceeded().on("calendarList.list"));
    assert_eq!(stage.gcal.calendars(&account).await.unwrap_err(), GoogleError::Exhausted);
    assert_eq!(stage.requests("calendarList.list").len(), 1);
}

#[tokio::test]
async fn an_account_that_fails_and_fails_is_left_alone_for_a_while() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::bad_gateway().on("calendars.insert").times(5));
    let make = || stage.gcal.create_calendar(&account, "Study", "UTC");
    for _ in 0..5 {
        assert_eq!(make().await.unwrap_err(), GoogleError::Unavailable("HTTP 502".to_owned()));
    }
    stage.google.take_requests();
    let error = make().await.unwrap_err();
    assert!(matches!(&error, GoogleError::Unavailable(why) if why.contains("left alone")), "{error:?}");
    assert!(stage.asked().is_empty());
    stage.time.clock.advance_seconds(61);
    make().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_does_not_end_is_given_up() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let hurried = Limits { answer: Duration::from_millis(50), ..Limits::default() };
    let gcal = gcal_at(&stage.google.url(), hurried, &stage.time);
    stage.google.fail(Fault::slow(Duration::from_mins(1)).on("calendars.insert"));
    let error = gcal.create_calendar(&account, "Study", "UTC").await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("no answer within 50ms".to_owned()));

    let stage = Stage::with(Limits { answer_bytes: 2000, ..Limits::default() }).await;
    let account = stage.account().await;
    (0..20).for_each(|number| drop(stage.ada().calendar(&number.to_string())));
    let error = stage.gcal.calendars(&account).await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("the answer is longer than 2000 bytes".to_owned()));
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let gcal = gcal_at("http://127.0.0.1:1", Limits::default(), &new_time());
    let error = gcal.calendars(&somebody()).await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("no connection".to_owned()));
}

fn somebody() -> Account {
    Account { user: UserId(Uuid::from_u128(1)), refresh_token: "1//x".into() }
}

/// A server that gives access, and answers questions about calendars like this.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let access = serde_json::json!({"access_token": "ya29.x", "expires_in": 3599, "token_type": "Bearer"});
    let token = ResponseTemplate::new(200).set_body_json(access);
    Mock::given(method("POST")).and(path("/token")).respond_with(token).mount(&server).await;
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_what_is_secret() {
    let elsewhere = MockServer::start().await;
    let server = answering(ResponseTemplate::new(302).insert_header("Location", elsewhere.uri())).await;
    let gcal = gcal_at(&server.uri(), Limits::default(), &new_time());
    assert!(gcal.calendars(&somebody()).await.is_err());
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_page_for_people_is_no_word_of_googles() {
    for status in [200, 403, 404, 410, 412] {
        let page =
            ResponseTemplate::new(status).set_body_raw("<html>Log in to the Wi-Fi</html>", "text/html");
        let server = answering(page).await;
        let gcal = gcal_at(&server.uri(), Limits::default(), &new_time());
        let error = gcal.event(&somebody(), ADA, "e1").await.unwrap_err();
        assert!(matches!(error, GoogleError::Unavailable(_)), "{status}: {error:?}");
        let error = gcal.events(&somebody(), ADA, &since_now(), None).await.unwrap_err();
        assert!(matches!(error, GoogleError::Unavailable(_)), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_of_another_form_is_not_understood_and_not_shown() {
    let answer = serde_json::json!({"items": [{"id": 7, "summary": "My secret"}]});
    let server = answering(ResponseTemplate::new(200).set_body_json(answer)).await;
    let gcal = gcal_at(&server.uri(), Limits::default(), &new_time());
    let error = gcal.events(&somebody(), ADA, &since_now(), None).await.unwrap_err();
    assert_eq!(error, GoogleError::NotUnderstood("the answer to events.list".to_owned()));
}

#[tokio::test]
async fn ids_stay_in_their_piece_of_the_path_and_whoever_asks_says_who_they_are() {
    let server = answering(ResponseTemplate::new(404)).await;
    let gcal = gcal_at(&server.uri(), Limits::default(), &new_time());
    let _ = gcal.event(&somebody(), "a/../b?c#d", "e/f").await;
    let asked = server.received_requests().await.unwrap().pop().unwrap();
    assert!(
        asked.url.path().starts_with("/calendar/v3/calendars/a%2F..%2Fb%3Fc%23d/events/e%2Ff"),
        "{}",
        asked.url
    );
    assert!(asked.headers["user-agent"].to_str().unwrap().starts_with("canvascal/"));
    assert_eq!(asked.headers["authorization"], "Bearer ya29.x");
}

#[tokio::test]
async fn a_list_whose_pages_go_round_is_given_up() {
    let page = serde_json::json!({"items": [], "nextPageToken": "again"});
    let server = answering(ResponseTemplate::new(200).set_body_json(page)).await;
    let gcal = gcal_at(&server.uri(), Limits::default(), &new_time());
    let error = gcal.calendars(&somebody()).await.unwrap_err();
    assert_eq!(error, GoogleError::NotUnderstood("the answer to calendarList.list".to_owned()));
}
