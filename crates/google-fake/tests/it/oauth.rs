//! Consent, codes and tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use google_fake::{Client, Fault, Grant};
use http::Method;
use serde_json::Value;

use crate::client::{Reply, World, send, world, world_with};

const BACK: &str = "https://app.example/callback";
// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";
const FREE_BUSY: &str = "https://www.googleapis.com/auth/calendar.freebusy";

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn authorize_url(world: &World, more: &[(&str, &str)]) -> String {
    let scope = format!("{EVENTS} {FREE_BUSY}");
    let client = Client::default().id;
    let mut query = vec![
        ("client_id", client.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", &scope),
        ("access_type", "offline"),
        ("state", "st&te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    query.extend(more);
    format!("{}?{}", world.google.endpoints().authorize, form(&query))
}

/// A parameter of the address that someone was sent back to.
fn parameter(back: &str, name: &str) -> Option<String> {
    let query = back.strip_prefix(&format!("{BACK}?")).expect("they are sent back to us");
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}

async fn post(url: &str, pairs: &[(&str, &str)]) -> Reply {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(Method::POST, url, &headers, form(pairs)).await.unwrap()
}

async fn exchange(world: &World, code: &str, verifier: &str, back: &str) -> Reply {
    let client = Client::default();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
        ("redirect_uri", back),
        ("code_verifier", verifier),
    ];
    post(&world.google.endpoints().token, &pairs).await
}

async fn refresh(world: &World, token: &str) -> Reply {
    let client = Client::default();
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
    ];
    post(&world.google.endpoints().token, &pairs).await
}

/// Consents and exchanges the code.
async fn connect(world: &World, more: &[(&str, &str)], grant: Grant<'_>) -> Value {
    let back = world.google.consent(&authorize_url(world, more), "ada@example.edu", grant);
    assert_eq!(parameter(&back, "state").as_deref(), Some("st&te"));
    exchange(world, &parameter(&back, "code").unwrap(), VERIFIER, BACK).await.json(200)
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

#[track_caller]
fn denied(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.json(status)["error"], error);
}

#[tokio::test]
async fn consent_leads_to_tokens_that_open_the_calendar() {
    let world = world().await;
    let tokens = connect(&world, &[], Grant::All).await;
    assert_eq!(tokens["expires_in"], 3599);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], format!("{EVENTS} {FREE_BUSY}"));
    let renewed = refresh(&world, text(&tokens, "refresh_token")).await.json(200);
    assert!(renewed.get("refresh_token").is_none());
    let mut program = world.program.clone();
    program.token = text(&renewed, "access_token").to_owned();
    program.get("/calendars/primary/events").await.json(200);
    let issued = world.google.issued_tokens();
    for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), &program.token] {
        assert!(issued.contains(&token.to_owned()));
        assert!(token.len() < 512);
    }
    let log = format!("{:?}", world.google.requests());
    assert!(issued.iter().all(|token| !log.contains(token)), "the log has no tokens");
}

#[tokio::test]
async fn the_page_sends_whoever_tries_by_hand_back_at_once() {
    let world = world().await;
    let reply = send(Method::GET, &authorize_url(&world, &[]), &[], "").await.unwrap();
    assert_eq!(reply.status, 302);
    assert!(parameter(reply.header("location").unwrap(), "code").is_some());
}

#[tokio::test]
async fn a_code_is_used_up_even_by_an_exchange_that_fails() {
    let world = world().await;
    for (verifier, back, error) in [
        ("wrong", BACK, "invalid_grant"),
        (VERIFIER, "https://app.example/callback/", "redirect_uri_mismatch"),
    ] {
        let sent = world.google.consent(&authorize_url(&world, &[]), "ada@example.edu", Grant::All);
        let code = parameter(&sent, "code").unwrap();
        denied(&exchange(&world, &code, verifier, back).await, 400, error);
        denied(&exchange(&world, &code, VERIFIER, BACK).await, 400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_lives_for_ten_minutes() {
    let world = world().await;
    let back = world.google.consent(&authorize_url(&world, &[]), "ada@example.edu", Grant::All);
    world.clock.advance_seconds(601);
    denied(&exchange(&world, &parameter(&back, "code").unwrap(), VERIFIER, BACK).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_comes_once_unless_consent_is_asked_for_again() {
    let world = world().await;
    assert!(connect(&world, &[], Grant::All).await.get("refresh_token").is_some());
    assert!(connect(&world, &[], Grant::All).await.get("refresh_token").is_none());
    assert!(connect(&world, &[("prompt", "consent")], Grant::All).await.get("refresh_token").is_some());
    world.google.withhold_refresh_tokens(1);
    assert!(connect(&world, &[("prompt", "consent")], Grant::All).await.get("refresh_token").is_none());
    world.google.revoke("ada@example.edu");
    assert!(connect(&world, &[], Grant::All).await.get("refresh_token").is_some(), "it is the first again");
}

#[tokio::test]
async fn a_renewal_may_bring_a_new_refresh_token() {
    let world = world().await;
    let tokens = connect(&world, &[], Grant::All).await;
    world.google.replace_refresh_tokens(1);
    let renewed = refresh(&world, text(&tokens, "refresh_token")).await.json(200);
    denied(&refresh(&world, text(&tokens, "refresh_token")).await, 400, "invalid_grant");
    let again = refresh(&world, text(&renewed, "refresh_token")).await.json(200);
    assert!(again.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_client_may_name_itself_in_a_header() {
    let world = world().await;
    let back = world.google.consent(&authorize_url(&world, &[]), "ada@example.edu", Grant::All);
    let code = parameter(&back, "code").unwrap();
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ]);
    let client = Client::default();
    let named = STANDARD.encode(format!("{}:{}", client.id, client.secret));
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("authorization", &format!("Basic {named}"))];
    send(Method::POST, &world.google.endpoints().token, &headers, body).await.unwrap().json(200);
}

#[tokio::test]
async fn people_may_untick_and_deny() {
    let world = world().await;
    let tokens = connect(&world, &[], Grant::Only(&["calendar.freebusy"])).await;
    assert_eq!(tokens["scope"], FREE_BUSY);
    let back = world.google.consent(&authorize_url(&world, &[]), "ada@example.edu", Grant::Deny);
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "code"), None);
    let more = [("include_granted_scopes", "true"), ("scope", EVENTS)];
    let url = authorize_url(&world, &more).replacen("calendar.events+", "calendar.readonly+", 1);
    let back = world.google.consent(&url, "ada@example.edu", Grant::All);
    let scope = parameter(&back, "scope").unwrap();
    assert!(scope.contains("calendar.freebusy"), "what was granted before comes along: {scope}");
}

#[tokio::test]
async fn a_revoked_token_is_dead_and_so_is_all_that_was_granted_with_it() {
    let world = world().await;
    let tokens = connect(&world, &[], Grant::All).await;
    let revoke = world.google.endpoints().revoke;
    assert_eq!(post(&revoke, &[("token", text(&tokens, "access_token"))]).await.status, 200);
    denied(&post(&revoke, &[("token", text(&tokens, "access_token"))]).await, 400, "invalid_token");
    let reply = refresh(&world, text(&tokens, "refresh_token")).await;
    denied(&reply, 400, "invalid_grant");
    assert_eq!(reply.json(400)["error_description"], "Token has been expired or revoked.");
}

#[tokio::test]
async fn refresh_tokens_die_of_age_disuse_and_number() {
    let testing = world_with(|options| options.client.is_testing = true).await;
    let tokens = connect(&testing, &[], Grant::All).await;
    testing.clock.advance_seconds(6 * 86_400);
    refresh(&testing, text(&tokens, "refresh_token")).await.json(200);
    testing.clock.advance_seconds(86_400);
    denied(&refresh(&testing, text(&tokens, "refresh_token")).await, 400, "invalid_grant");

    let world = world().await;
    let tokens = connect(&world, &[], Grant::All).await;
    world.clock.advance_seconds(184 * 86_400);
    denied(&refresh(&world, text(&tokens, "refresh_token")).await, 400, "invalid_grant");

    let first = connect(&world, &[("prompt", "consent")], Grant::All).await;
    for _ in 0..100 {
        world.clock.advance_seconds(1);
        connect(&world, &[("prompt", "consent")], Grant::All).await;
    }
    denied(&refresh(&world, text(&first, "refresh_token")).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_client_that_is_not_registered_is_refused() {
    let world = world_with(|options| options.client.redirect_uris = vec![BACK.to_owned()]).await;
    let other = authorize_url(&world, &[]).replace("callback", "elsewhere");
    assert_eq!(send(Method::GET, &other, &[], "").await.unwrap().status, 400);
    let pairs = [("grant_type", "refresh_token"), ("client_id", "other"), ("client_secret", "x")];
    denied(&post(&world.google.endpoints().token, &pairs).await, 401, "invalid_client");
    let client = Client::default().id;
    let pairs = [("grant_type", "refresh_token"), ("client_id", &client), ("client_secret", "wrong")];
    denied(&post(&world.google.endpoints().token, &pairs).await, 401, "invalid_client");
}

#[tokio::test]
async fn the_token_endpoint_fails_when_told_to() {
    let world = world().await;
    let tokens = connect(&world, &[], Grant::All).await;
    world.google.fail(Fault::backend_error().on("token"));
    world.google.fail(Fault::oauth(400, "invalid_grant", "Account has been deleted"));
    let token = text(&tokens, "refresh_token");
    assert_eq!(refresh(&world, token).await.status, 500);
    denied(&refresh(&world, token).await, 400, "invalid_grant");
    refresh(&world, token).await.json(200);
    world.google.kill_refresh_tokens("ada@example.edu");
    denied(&refresh(&world, token).await, 400, "invalid_grant");
}
