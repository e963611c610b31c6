//! Sign-in, access and its end.

use app::ports::google::{Google as _, GoogleError};
use google_fake::{Fault, Grant};

use crate::support::{ADA, BACK, SCOPES, Stage, parameter, secret, sign_in, since_now};

#[tokio::test]
async fn somebody_who_consents_comes_back_with_a_code_for_lasting_access() {
    let stage = Stage::new().await;
    let url = stage.gcal.sign_in_url(&sign_in());
    let back = stage.google.consent(&url, ADA, Grant::All);
    assert!(back.starts_with(BACK));
    assert_eq!(parameter(&back, "state"), "a state");
    let code = parameter(&back, "code").into();
    let granted = stage.gcal.exchange(&code, &sign_in().verifier, BACK).await.unwrap();
    assert!(granted.refresh_token.is_some());
    assert_eq!(granted.scopes, sign_in().scopes);
}

#[tokio::test]
async fn the_address_to_sign_in_at_asks_for_lasting_access_and_proof_of_who_began() {
    let stage = Stage::new().await;
    let url = stage.gcal.sign_in_url(&sign_in());
    for (name, value) in [
        ("response_type", "code"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("include_granted_scopes", "true"),
        ("code_challenge_method", "S256"),
        // `printf a-verifier-… | openssl dgst -sha256 -binary | basenc --base64url`, without the padding
        ("code_challenge", "y5UF_tmp_ICTDGza-Ou2vUvx2cu7DBN-Xwf_z0RDfTw"),
        ("redirect_uri", BACK),
    ] {
        assert_eq!(parameter(&url, name), value, "{name}");
    }
    assert!(!url.contains("verifier-of"));
}

#[tokio::test]
async fn a_code_is_good_for_whoever_began_and_once() {
    let stage = Stage::new().await;
    let url = stage.gcal.sign_in_url(&sign_in());
    let code = parameter(&stage.google.consent(&url, ADA, Grant::All), "code").into();
    let gone = GoogleError::Disconnected("invalid_grant".to_owned());
    let stolen =
        stage.gcal.exchange(&code, &"another-verifier-of-more-than-forty-three-letters".into(), BACK).await;
    assert_eq!(stolen.unwrap_err(), gone);
    assert_eq!(stage.gcal.exchange(&code, &sign_in().verifier, BACK).await.unwrap_err(), gone);
}

#[tokio::test]
async fn what_was_unticked_is_not_granted() {
    let stage = Stage::new().await;
    let url = stage.gcal.sign_in_url(&sign_in());
    let code = parameter(&stage.google.consent(&url, ADA, Grant::Only(&SCOPES[..1])), "code").into();
    let granted = stage.gcal.exchange(&code, &sign_in().verifier, BACK).await.unwrap();
    assert_eq!(granted.scopes, [SCOPES[0].to_owned()].into());
}

#[tokio::test]
async fn a_feature_that_was_not_granted_is_forbidden() {
    let stage = Stage::new().await;
    let account = stage.consented(Grant::Only(&SCOPES[..1])).await;
    let error = stage.gcal.calendars(&account).await.unwrap_err();
    assert!(matches!(error, GoogleError::Forbidden(_)), "{error:?}");
    assert!(stage.read(&account, "primary", &since_now()).await.is_ok());
}

#[tokio::test]
async fn consent_without_a_refresh_token_is_told_as_such() {
    let stage = Stage::new().await;
    stage.google.withhold_refresh_tokens(1);
    let url = stage.gcal.sign_in_url(&sign_in());
    let code = parameter(&stage.google.consent(&url, ADA, Grant::All), "code").into();
    let granted = stage.gcal.exchange(&code, &sign_in().verifier, BACK).await.unwrap();
    assert!(granted.refresh_token.is_none());
}

#[tokio::test]
async fn many_questions_at_once_get_access_once() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    let questions = (0..20).map(|_| stage.gcal.calendars(&account));
    let answers = futures_util::future::join_all(questions).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(stage.requests("token").len(), 1);
}

#[tokio::test]
async fn access_is_got_anew_before_it_ends() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    for (minutes, asked) in [(0, 1), (58, 1), (1, 2)] {
        stage.time.clock.advance_seconds(minutes * 60);
        stage.gcal.calendars(&account).await.unwrap();
        assert_eq!(stage.requests("token").len(), asked, "{minutes} minutes later");
    }
}

#[tokio::test]
async fn access_that_is_refused_is_got_anew_once() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.gcal.calendars(&account).await.unwrap();
    stage.google.expire_access_tokens();
    stage.google.take_requests();
    stage.gcal.calendars(&account).await.unwrap();
    assert_eq!(stage.asked(), ["calendarList.list", "token", "calendarList.list"]);
    assert!(stage.time.naps().is_empty());
}

#[tokio::test]
async fn fresh_access_that_is_refused_ends_no_consent() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::unauthorized().on("calendars.insert").times(9));
    let error = stage.gcal.create_calendar(&account, "Study", "UTC").await.unwrap_err();
    assert!(matches!(error, GoogleError::Unavailable(_)), "{error:?}");
    assert_eq!(stage.asked(), ["token", "calendars.insert", "token", "calendars.insert"]);
}

#[tokio::test]
async fn a_consent_that_was_taken_back_is_gone_and_a_bad_line_is_not_that() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::bad_gateway().on("token"));
    let error = stage.gcal.create_calendar(&account, "Study", "UTC").await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("HTTP 502".to_owned()));
    stage.google.revoke(ADA);
    let error = stage.gcal.calendars(&account).await.unwrap_err();
    assert_eq!(error, GoogleError::Disconnected("invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_registration_that_is_gone_is_the_operators_to_mend() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.google.fail(Fault::oauth(401, "deleted_client", "The OAuth client was deleted."));
    let error = stage.gcal.calendars(&account).await.unwrap_err();
    assert_eq!(error, GoogleError::Misconfigured("deleted_client".to_owned()));
}

#[tokio::test]
async fn consent_that_is_given_back_is_gone_and_may_be_given_back_again() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    stage.gcal.calendars(&account).await.unwrap();
    stage.gcal.revoke(&account).await.unwrap();
    stage.gcal.revoke(&account).await.unwrap();
    assert!(matches!(stage.gcal.calendars(&account).await.unwrap_err(), GoogleError::Disconnected(_)));
}

#[tokio::test]
async fn an_account_is_shown_without_its_token() {
    let stage = Stage::new().await;
    let account = stage.account().await;
    assert!(!format!("{account:?} {:?}", stage.gcal).contains(secret(&account)));
    assert!(!format!("{:?}", stage.gcal).contains("fake-client-secret"));
}
