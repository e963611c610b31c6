use std::time::Duration as StdDuration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::testing::{FIRST, ManualClock, SECOND};

struct Fixture {
    issuer: MockServer,
    clock: Arc<ManualClock>,
    keys: Arc<RemoteKeys>,
}

impl Fixture {
    async fn new(answer: ResponseTemplate) -> Self {
        let issuer = MockServer::start().await;
        let clock = ManualClock::new();
        let url = format!("{}/.well-known/jwks.json", issuer.uri()).parse().unwrap();
        let keys = Arc::new(RemoteKeys::new(url, Arc::clone(&clock) as Arc<_>).unwrap());
        let fixture = Self { issuer, clock, keys };
        fixture.serve(answer).await;
        fixture
    }

    async fn serving(keys: &[Value]) -> Self {
        Self::new(set(keys)).await
    }

    /// From now on the issuer answers this.
    async fn serve(&self, answer: ResponseTemplate) {
        self.issuer.reset().await;
        let get = Mock::given(method("GET")).and(path("/.well-known/jwks.json"));
        get.respond_with(answer).mount(&self.issuer).await;
    }

    /// Since the issuer's answer last changed.
    async fn fetches(&self) -> usize {
        self.issuer.received_requests().await.unwrap().len()
    }

    async fn find(&self, kid: &str) -> Result<(), Rejection> {
        self.keys.find(kid).await.map(drop)
    }

    fn advance(&self, seconds: i64) {
        self.clock.advance(Duration::seconds(seconds));
    }
}

fn set(keys: &[Value]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "keys": keys }))
}

fn down() -> ResponseTemplate {
    ResponseTemplate::new(503)
}

fn unknown() -> Result<(), Rejection> {
    Err(Fault::UnknownKey.into())
}

fn unavailable(seconds: u64) -> Result<(), Rejection> {
    Err(Rejection::KeysUnavailable { retry_after: StdDuration::from_secs(seconds) })
}

#[actix_web::test]
async fn keys_are_fetched_once_and_believed_for_five_minutes() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    for _ in 0..3 {
        fixture.find("ins_first").await.unwrap();
    }
    fixture.advance(299);
    fixture.find("ins_first").await.unwrap();
    assert_eq!(fixture.fetches().await, 1);
    fixture.advance(1);
    fixture.find("ins_first").await.unwrap();
    assert_eq!(fixture.fetches().await, 2);
}

#[actix_web::test]
async fn a_rotated_key_is_learned_before_the_five_minutes_are_over() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    fixture.find("ins_first").await.unwrap();
    fixture.serve(set(&[SECOND.jwk()])).await;
    fixture.advance(30);
    fixture.find("ins_second").await.unwrap();
    assert_eq!(fixture.find("ins_first").await, unknown());
    assert_eq!(fixture.fetches().await, 1);
}

#[actix_web::test]
async fn a_storm_of_unknown_keys_is_one_fetch() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    fixture.find("ins_first").await.unwrap();
    fixture.advance(30);
    let kids: Vec<String> = (0..200).map(|i| format!("ins_{i}")).collect();
    let verdicts = join_all(kids.iter().map(|kid| fixture.find(kid))).await;
    assert!(verdicts.into_iter().all(|verdict| verdict == unknown()));
    assert_eq!(fixture.fetches().await, 2);
    fixture.advance(29);
    assert_eq!(fixture.find("ins_x").await, unknown());
    assert_eq!(fixture.fetches().await, 2);
    fixture.advance(1);
    assert_eq!(fixture.find("ins_x").await, unknown());
    assert_eq!(fixture.fetches().await, 3);
}

#[actix_web::test]
async fn a_cold_start_under_load_is_one_fetch() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    let verdicts = join_all((0..100).map(|_| fixture.find("ins_first"))).await;
    assert!(verdicts.into_iter().all(|verdict| verdict.is_ok()));
    assert_eq!(fixture.fetches().await, 1);
}

#[actix_web::test]
async fn an_outage_keeps_the_keys_for_an_hour_and_asks_every_half_minute() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    fixture.find("ins_first").await.unwrap();
    fixture.serve(down()).await;
    fixture.advance(300);
    for _ in 0..5 {
        fixture.find("ins_first").await.unwrap();
    }
    assert_eq!(fixture.fetches().await, 1);
    fixture.advance(30);
    fixture.find("ins_first").await.unwrap();
    assert_eq!(fixture.fetches().await, 2);
    // A key that may be new cannot be called wrong now.
    assert_eq!(fixture.find("ins_second").await, unavailable(30));
    fixture.advance(3600 - 330);
    assert_eq!(fixture.find("ins_first").await, unavailable(30));
    fixture.serve(set(&[FIRST.jwk()])).await;
    fixture.advance(30);
    fixture.find("ins_first").await.unwrap();
}

#[actix_web::test]
async fn without_any_keys_the_issuer_is_asked_again_soon_but_not_at_once() {
    let fixture = Fixture::new(down()).await;
    assert_eq!(fixture.find("ins_first").await, unavailable(2));
    assert_eq!(fixture.find("ins_first").await, unavailable(2));
    assert_eq!(fixture.fetches().await, 1);
    fixture.serve(set(&[FIRST.jwk()])).await;
    fixture.advance(2);
    fixture.find("ins_first").await.unwrap();
}

#[actix_web::test]
async fn answers_that_are_no_key_set_count_as_an_outage() {
    let oct = json!({"kty": "oct", "kid": "ins_first", "k": "AAAA", "alg": "HS256"});
    let for_encryption = {
        let mut key = FIRST.jwk();
        key["use"] = "enc".into();
        key
    };
    let moved = ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/");
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 65 * 1024]);
    for answer in [
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_string("{}"),
        set(&[]),
        set(&[oct]),
        set(&[for_encryption]),
        moved,
        huge,
    ] {
        let fixture = Fixture::new(answer).await;
        assert_eq!(fixture.find("ins_first").await, unavailable(2));
    }
}

#[actix_web::test]
async fn keys_of_other_kinds_do_not_spoil_the_set() {
    let fixture = Fixture::serving(&[
        json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA"}),
        json!({"kty": "unheard of"}),
        json!("not a key"),
        FIRST.jwk(),
    ])
    .await;
    fixture.find("ins_first").await.unwrap();
    assert_eq!(fixture.find("ec").await, unknown());
}

#[actix_web::test]
async fn an_issuer_that_does_not_answer_is_given_up() {
    let fixture = Fixture::new(set(&[FIRST.jwk()]).set_delay(StdDuration::from_hours(1))).await;
    let url = format!("{}/.well-known/jwks.json", fixture.issuer.uri()).parse().unwrap();
    let client = Client::new(url).unwrap().with_time(StdDuration::from_millis(1));
    assert!(matches!(client.fetch().await, Err(client::FetchError::Slow(_))));
}

#[actix_web::test]
async fn a_clock_that_is_set_back_does_not_stop_fetching() {
    let fixture = Fixture::serving(&[FIRST.jwk()]).await;
    fixture.find("ins_first").await.unwrap();
    fixture.advance(-3600);
    fixture.find("ins_first").await.unwrap();
    assert_eq!(fixture.fetches().await, 2);
}

/// The whole way: tokens against a verifier that fetches.
mod verified {
    use super::*;
    use crate::auth::Verifier;
    use crate::config::KeySource;
    use crate::testing::settings;

    async fn verdict(issuer: &MockServer, token: &str) -> Result<(), Rejection> {
        let url = format!("{}/.well-known/jwks.json", issuer.uri()).parse().unwrap();
        let verifier = Verifier::clerk(&settings(KeySource::Jwks(url)), ManualClock::new()).unwrap();
        verifier.verify(token).await.map(drop)
    }

    #[actix_web::test]
    async fn the_key_is_the_one_the_token_names() {
        let fixture = Fixture::serving(&[FIRST.jwk(), SECOND.jwk()]).await;
        verdict(&fixture.issuer, &FIRST.token(&json!({}))).await.unwrap();
        verdict(&fixture.issuer, &SECOND.token(&json!({}))).await.unwrap();
        let swapped = FIRST.token(&json!({"header": {"kid": "ins_second"}}));
        assert_eq!(verdict(&fixture.issuer, &swapped).await, Err(Fault::Signature.into()));
    }

    #[actix_web::test]
    async fn a_token_that_names_no_key_is_refused_and_fetches_nothing() {
        let fixture = Fixture::serving(&[FIRST.jwk()]).await;
        let nameless = FIRST.token(&json!({"header": {"kid": null}}));
        assert_eq!(verdict(&fixture.issuer, &nameless).await, Err(Fault::NoKeyId.into()));
        assert_eq!(fixture.fetches().await, 0);
    }

    #[actix_web::test]
    async fn another_issuers_key_is_refused_whatever_it_is_called() {
        let fixture = Fixture::serving(&[FIRST.jwk()]).await;
        assert_eq!(verdict(&fixture.issuer, &SECOND.token(&json!({}))).await, unknown());
        let disguised = SECOND.token(&json!({"header": {"kid": "ins_first"}}));
        assert_eq!(verdict(&fixture.issuer, &disguised).await, Err(Fault::Signature.into()));
    }

    #[actix_web::test]
    async fn nonsense_fetches_nothing() {
        let fixture = Fixture::serving(&[FIRST.jwk()]).await;
        for changes in [
            json!({"header": {"alg": "HS256", "kid": "x"}}),
            json!({"header": {"alg": "EdDSA", "kid": "x"}}),
            json!({"header": {"typ": "at+jwt", "kid": "x"}}),
        ] {
            assert!(verdict(&fixture.issuer, &FIRST.token(&changes)).await.is_err());
        }
        assert_eq!(fixture.fetches().await, 0);
    }
}
