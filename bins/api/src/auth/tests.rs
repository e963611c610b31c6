use std::sync::Arc;

use serde_json::{Value, json};
use time::Duration;

use super::*;
use crate::config::KeySource;
use crate::testing::{self, FIRST, FIRST_PUBLIC, ISSUER, ManualClock, NOW, SECOND, claims};

type Verdict = Result<(), Rejection>;

async fn verdict(token: &str) -> Verdict {
    testing::verifier(ManualClock::new()).verify(token).await.map(drop)
}

async fn identity(claims: Value) -> Identity {
    let token = FIRST.token(&json!({ "claims": claims }));
    testing::verifier(ManualClock::new()).verify(&token).await.unwrap()
}

fn invalid(fault: Fault) -> Verdict {
    Err(Rejection::Invalid(fault))
}

fn at(seconds: i64) -> i64 {
    NOW.unix_timestamp() + seconds
}

/// What Clerk's own verifier was seen to do with each of these, and where we are stricter.
#[actix_web::test]
async fn tokens_are_judged_as_by_clerks_own_verifier_or_more_strictly() {
    use Fault::{Algorithm, Issuer, Malformed, NoSession, NotASessionToken, NotYetValid, Party, Subject};
    let table: Vec<(&str, Value, Verdict)> = vec![
        ("good", json!({}), Ok(())),
        ("azp wrong", json!({"claims": {"azp": "http://localhost:3001"}}), invalid(Party)),
        ("azp with trailing slash", json!({"claims": {"azp": "http://localhost:3000/"}}), invalid(Party)),
        ("azp in capitals", json!({"claims": {"azp": "HTTP://localhost:3000"}}), invalid(Party)),
        // Clerk's documents say to skip a missing `azp`; its verifier and we refuse.
        ("azp missing", json!({"claims": {"azp": null}}), invalid(Party)),
        ("exp 4 s ago", json!({"claims": {"exp": at(-4)}}), Ok(())),
        ("exp 5 s ago", json!({"claims": {"exp": at(-5)}}), Err(Rejection::Expired)),
        ("exp 6 s ago", json!({"claims": {"exp": at(-6)}}), Err(Rejection::Expired)),
        ("exp missing", json!({"claims": {"exp": null}}), invalid(Malformed)),
        ("exp as text", json!({"claims": {"exp": "9999999999"}}), invalid(Malformed)),
        ("exp at the end of numbers", json!({"claims": {"exp": i64::MIN}}), Err(Rejection::Expired)),
        ("nbf in 4 s", json!({"claims": {"nbf": at(4)}}), Ok(())),
        ("nbf in 7 s", json!({"claims": {"nbf": at(7)}}), invalid(NotYetValid)),
        ("nbf missing", json!({"claims": {"nbf": null}}), Ok(())),
        ("iat in 4 s", json!({"claims": {"iat": at(4)}}), Ok(())),
        ("iat in 7 s", json!({"claims": {"iat": at(7)}}), invalid(NotYetValid)),
        // The library does not know `none` as an algorithm at all.
        ("alg none", json!({"header": {"alg": "none"}}), invalid(Malformed)),
        ("alg HS256 with the PEM", json!({"header": {"alg": "HS256"}}), invalid(Algorithm)),
        ("alg RS512, well signed", json!({"header": {"alg": "RS512"}}), invalid(Algorithm)),
        ("alg EdDSA", json!({"header": {"alg": "EdDSA"}}), invalid(Algorithm)),
        ("typ at+jwt", json!({"header": {"typ": "at+jwt"}}), invalid(NotASessionToken)),
        ("typ missing", json!({"header": {"typ": null}}), Ok(())),
        ("cat session", json!({"header": {"cat": "cl_B7d4PD111AAA"}}), Ok(())),
        (
            "cat machine to machine",
            json!({"header": {"cat": "cl_B7d4PD333AAA"}, "claims": {"sub": "mch_1"}}),
            invalid(NotASessionToken),
        ),
        (
            "cat JWT template, no sid",
            json!({"header": {"cat": "cl_B7d4PD222AAA"}, "claims": {"sid": null}}),
            invalid(NotASessionToken),
        ),
        ("cat not a text", json!({"header": {"cat": 1}}), invalid(NotASessionToken)),
        ("crit", json!({"header": {"crit": ["exp"]}}), invalid(NotASessionToken)),
        ("unknown header members", json!({"header": {"oiat": 1, "x": [2]}}), Ok(())),
        ("sid missing", json!({"claims": {"sid": null}}), invalid(NoSession)),
        ("sid empty", json!({"claims": {"sid": ""}}), invalid(NoSession)),
        ("sub of a machine", json!({"claims": {"sub": "mch_1"}}), invalid(Subject)),
        ("sub missing", json!({"claims": {"sub": null}}), invalid(Subject)),
        ("sub with nothing behind", json!({"claims": {"sub": "user_"}}), invalid(Subject)),
        ("sub with a NUL", json!({"claims": {"sub": "user_a\u{0}b"}}), invalid(Subject)),
        // Clerk's verifier takes a token of another instance if the key fits.
        ("iss of another, same key", json!({"claims": {"iss": "https://clerk.other.com"}}), invalid(Issuer)),
        (
            "iss with trailing slash",
            json!({"claims": {"iss": "https://clerk.example.com/"}}),
            invalid(Issuer),
        ),
        ("iss missing", json!({"claims": {"iss": null}}), invalid(Issuer)),
        ("sts pending", json!({"claims": {"sts": "pending"}}), Err(Rejection::Pending)),
        (
            "sts pending, but expired",
            json!({"claims": {"sts": "pending", "exp": at(-9)}}),
            Err(Rejection::Expired),
        ),
        ("sts missing", json!({"claims": {"sts": null}}), Ok(())),
        ("act present", json!({"claims": {"act": {"iss": "i", "sid": "s", "sub": "user_9"}}}), Ok(())),
        ("v1 with org claims", json!({"claims": {"v": null, "jti": null, "org_id": "org_1"}}), Ok(())),
        // One configured key is the key, whatever the token calls it.
        ("kid missing", json!({"header": {"kid": null}}), Ok(())),
        ("kid unknown", json!({"header": {"kid": "ins_unknown"}}), Ok(())),
        ("aud present", json!({"claims": {"aud": "anybody"}}), Ok(())),
    ];
    for (case, changes, expected) in table {
        assert_eq!(verdict(&FIRST.token(&changes)).await, expected, "{case}");
    }
}

#[actix_web::test]
async fn what_is_no_token_is_refused_without_a_panic() {
    let good = FIRST.token(&json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let nested = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for token in [
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        "a.b.c.d".into(),
        parts[0].into(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}."),
        format!("{good}="),
        format!("{} .{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], testing::base64url(&[0; 256])),
        FIRST.sign(&json!({"alg": "RS256"}), &json!("user_1")),
        FIRST.sign(&json!([]), &claims()),
        format!("{}.{}.{}", parts[0], testing::base64url(nested.as_bytes()), parts[2]),
        "x".repeat(1_000_000),
    ] {
        let refused = verdict(&token).await;
        let shown: String = token.chars().take(40).collect();
        assert!(matches!(refused, Err(Rejection::Invalid(Fault::Malformed | Fault::Signature))), "{shown}");
    }
}

#[actix_web::test]
async fn a_changed_token_and_another_key_have_the_wrong_signature() {
    assert_eq!(verdict(&SECOND.token(&json!({}))).await, invalid(Fault::Signature));
    let good = FIRST.token(&json!({}));
    let forged = FIRST.token(&json!({"claims": {"sub": "user_other"}}));
    let (message, _) = forged.rsplit_once('.').unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(verdict(&format!("{message}.{signature}")).await, invalid(Fault::Signature));
}

#[actix_web::test]
async fn an_identity_says_who_and_by_whose_word() {
    let caller = identity(json!({})).await;
    assert_eq!(
        caller,
        Identity {
            user_id: user_id(ISSUER, "user_2abc"),
            external_id: "user_2abc".into(),
            session_id: "sess_1".into(),
            issuer: ISSUER.into(),
            admin: false,
            impersonator: None,
            may_write: true,
        }
    );
    assert_eq!(caller.user_id.get_version_num(), 5);
    let impersonated = identity(json!({"act": {"sub": "user_9"}})).await;
    assert_eq!(impersonated.impersonator.as_deref(), Some("user_9"));
}

#[test]
fn user_ids_never_change() {
    let id = user_id("https://clerk.example.com", "user_2abc").to_string();
    assert_eq!(id, "978e6419-2005-5ad0-90d7-c7765fe8f4dd");
    assert_ne!(user_id("https://clerk.other.com", "user_2abc").to_string(), id);
}

#[actix_web::test]
async fn admins_are_known_by_metadata_or_by_role_in_either_version() {
    for (claims, admin) in [
        (json!({"metadata": {"role": "admin"}}), true),
        (json!({"metadata": {"role": "student"}}), false),
        (json!({"metadata": null}), false),
        (json!({"metadata": "admin"}), false),
        (json!({"unsafe_metadata": {"role": "admin"}}), false),
        (json!({"role": "admin"}), false),
        (json!({"o": {"id": "org_1", "rol": "admin"}}), true),
        (json!({"o": {"id": "org_1", "rol": "member"}}), false),
        (json!({"o": {"id": "org_1", "rol": "org:admin"}}), false),
        (json!({"v": null, "org_id": "org_1", "org_role": "org:admin"}), true),
        (json!({"v": null, "org_id": "org_1", "org_role": "org:member"}), false),
        (json!({"v": null, "org_id": "org_1", "org_role": "admin"}), false),
        // Version 2 has no flat role; one that is there is a custom claim and means nothing.
        (json!({"v": 2, "org_id": "org_1", "org_role": "org:admin"}), false),
    ] {
        assert_eq!(identity(claims.clone()).await.admin, admin, "{claims}");
    }
}

#[actix_web::test]
async fn named_organizations_are_the_only_ones_whose_admins_count() {
    let key = jsonwebtoken::DecodingKey::from_rsa_pem(FIRST_PUBLIC.as_bytes()).unwrap();
    let mut settings = testing::settings(KeySource::Static(key));
    settings.admin_organizations = vec!["org_staff".into()];
    let verifier = Verifier::clerk(&settings, ManualClock::new()).unwrap();
    for (organization, admin) in [("org_staff", true), ("org_mine", false)] {
        let token = FIRST.token(&json!({"claims": {"o": {"id": organization, "rol": "admin"}}}));
        assert_eq!(verifier.verify(&token).await.unwrap().admin, admin, "{organization}");
    }
}

fn student() -> DevUser {
    DevUser { name: "student".into(), admin: false }
}

#[actix_web::test]
async fn development_tokens_are_good_where_they_were_made() {
    let clock = ManualClock::new();
    let issuer = DevIssuer::generate(Arc::clone(&clock) as Arc<_>).unwrap();
    let verifier = issuer.verifier();
    let token = issuer.token(&student()).unwrap();
    let caller = verifier.verify(&token).await.unwrap();
    assert_eq!(caller.external_id, "user_student");
    assert_eq!(caller.user_id, DevIssuer::user_id(&student()));
    assert!(!caller.admin);
    let admin = issuer.token(&DevUser { name: "dean".into(), admin: true }).unwrap();
    assert!(verifier.verify(&admin).await.unwrap().admin);
    clock.advance(Duration::days(31));
    assert_eq!(verifier.verify(&token).await, Err(Rejection::Expired));
}

#[actix_web::test]
async fn a_clerk_verifier_refuses_development_tokens() {
    let token = DevIssuer::generate(ManualClock::new()).unwrap().token(&student()).unwrap();
    assert_eq!(verdict(&token).await, invalid(Fault::Algorithm));
}

#[actix_web::test]
async fn a_development_verifier_refuses_everything_but_its_own() {
    let issuer = DevIssuer::generate(ManualClock::new()).unwrap();
    let verifier = issuer.verifier();
    let earlier_run = DevIssuer::generate(ManualClock::new()).unwrap().token(&student()).unwrap();
    let own_claims = json!({"iss": "https://development.canvascal.invalid", "azp": "http://localhost"});
    for (case, token, fault) in [
        ("another run's", earlier_run, Fault::Signature),
        ("Clerk's", FIRST.token(&json!({})), Fault::Algorithm),
        ("RS256 in our name", FIRST.token(&json!({"claims": own_claims})), Fault::Algorithm),
        ("HS256", FIRST.token(&json!({"header": {"alg": "HS256"}, "claims": own_claims})), Fault::Algorithm),
        ("none", FIRST.token(&json!({"header": {"alg": "none"}, "claims": own_claims})), Fault::Malformed),
        (
            "EdDSA by another key",
            FIRST.token(&json!({"header": {"alg": "EdDSA"}, "claims": own_claims})),
            Fault::Signature,
        ),
    ] {
        assert_eq!(verifier.verify(&token).await, Err(fault.into()), "{case}");
    }
}

#[test]
fn a_verifier_does_not_print_its_keys() {
    let shown = format!("{:?}", testing::verifier(ManualClock::new()));
    assert!(!shown.contains("keys"), "{shown}");
}
