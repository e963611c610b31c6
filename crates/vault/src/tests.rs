use app::identity::UserId;
use app::ports::{Vault as _, VaultError};
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{Key, KeyError, Keyring, KeysError};

/// 32 bytes of the same kind, which tells keys apart.
fn key(id: &str, letter: char) -> String {
    // A base64 text of 43 characters and a padding stands for 32 bytes; its last character may hold two bits only.
    format!("{id}:{}A=", String::from(letter).repeat(42))
}

fn ring(keys: &[String]) -> Keyring {
    Keyring::parse(&keys.join(",").into()).unwrap()
}

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

proptest! {
    #[test]
    fn what_was_sealed_opens_for_whom_and_what_it_was_sealed(secret in any::<String>(), id: u128, purpose in any::<String>()) {
        let ring = ring(&[key("new", 'b'), key("old", 'c')]);
        let sealed = ring.seal(user(id), &purpose, &secret.clone().into());
        let opened = ring.open(user(id), &purpose, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), &secret);
        prop_assert!(ring.is_fresh(&sealed));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        prop_assert!(sealed.bytes().all(is_plain), "{}", sealed);
    }

    #[test]
    fn a_digest_is_that_of_its_secret_and_of_no_other(secret in any::<String>(), other in any::<String>()) {
        let ring = ring(&[key("new", 'b')]);
        let digest = ring.digest(&secret.clone().into());
        prop_assert_eq!(ring.is_digest(&digest, &other.clone().into()), secret == other);
        prop_assert!(ring.is_digest(&digest, &secret.into()));
        prop_assert!(!ring.is_digest(&digest[1..], &other.into()));
    }

    #[test]
    fn it_opens_for_no_other_user_and_no_other_purpose(one: u128, other: u128, purpose in "[a-z.]{0,9}", else_ in "[a-z.]{0,9}") {
        let ring = ring(&[key("k", 'b')]);
        let sealed = ring.seal(user(one), &purpose, &"1//secret".into());
        if one != other {
            prop_assert_eq!(ring.open(user(other), &purpose, &sealed).unwrap_err(), VaultError::Broken);
        }
        if purpose != else_ {
            prop_assert_eq!(ring.open(user(one), &else_, &sealed).unwrap_err(), VaultError::Broken);
        }
    }

    #[test]
    fn no_bit_of_it_can_be_changed(secret in "[ -~]{0,40}", place: prop::sample::Index, bit in 0_u8..7) {
        let ring = ring(&[key("k1", 'b'), key("k0", 'c')]);
        let sealed = ring.seal(user(1), "p", &secret.into());
        let mut bytes = sealed.into_bytes();
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(ring.open(user(1), "p", &changed).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in any::<String>()) {
        let ring = ring(&[key("k", 'b')]);
        prop_assert!(ring.open(user(1), "p", &text).is_err());
        let addressed = format!("v1.k.{text}");
        prop_assert!(ring.open(user(1), "p", &addressed).is_err());
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let ring = ring(&[key("k", 'b')]);
    assert_ne!(ring.seal(user(1), "p", &"s".into()), ring.seal(user(1), "p", &"s".into()));
}

#[test]
fn a_key_that_was_replaced_still_opens_what_it_sealed() {
    let before = ring(&[key("a", 'b')]);
    let sealed = before.seal(user(1), "p", &"s".into());
    let after = ring(&[key("c", 'd'), key("a", 'b')]);
    assert!(!after.is_fresh(&sealed));
    let again = after.seal(user(1), "p", &after.open(user(1), "p", &sealed).unwrap());
    assert!(after.is_fresh(&again));
    assert_eq!(before.open(user(1), "p", &again).unwrap_err(), VaultError::UnknownKey);
}

#[test]
fn another_key_of_the_same_id_does_not_open_it() {
    let sealed = ring(&[key("k", 'b')]).seal(user(1), "p", &"s".into());
    assert_eq!(ring(&[key("k", 'c')]).open(user(1), "p", &sealed).unwrap_err(), VaultError::Broken);
}

#[test]
fn a_key_that_was_made_is_good_and_no_other_is_like_it() {
    let (one, other) = (Key::generate("2026-03").unwrap(), Key::generate("2026-03").unwrap());
    assert_ne!(one.expose_secret(), other.expose_secret());
    let sealed = Keyring::parse(&one).unwrap().seal(user(1), "p", &"s".into());
    assert_eq!(Keyring::parse(&other).unwrap().open(user(1), "p", &sealed).unwrap_err(), VaultError::Broken);
    assert_eq!(Key::generate("a b").unwrap_err(), KeyError::Id);
}

#[test]
fn what_is_wrong_with_keys_is_told_and_no_key_shown() {
    let good = key("a", 'b');
    for (text, refusal) in [
        (String::new(), KeysError::Empty),
        (" ".to_owned(), KeysError::Empty),
        ("abc".to_owned(), KeysError::Key(1, KeyError::Form)),
        (format!("{good},"), KeysError::Key(2, KeyError::Form)),
        (format!("{good},b.c:AAAA"), KeysError::Key(2, KeyError::Id)),
        (":AAAA".to_owned(), KeysError::Key(1, KeyError::Id)),
        ("a:AAAA".to_owned(), KeysError::Key(1, KeyError::Bytes)),
        ("a:no base64".to_owned(), KeysError::Key(1, KeyError::Bytes)),
        (format!("{good},{}", key("a", 'c')), KeysError::Twice(2)),
    ] {
        let error = Keyring::parse(&SecretString::from(text.clone())).unwrap_err();
        assert_eq!(error, refusal, "{text}");
        assert!(!error.to_string().contains("AAAA"), "{error}");
    }
    let spaced = format!(" {good} , {} ", key("b", 'c').trim_end_matches('='));
    assert!(Keyring::parse(&spaced.into()).is_ok(), "spaces and a missing padding do no harm");
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?}", ring(&[key("id1", 'b')]));
    assert!(shown.contains("id1") && !shown.contains("bbb"), "{shown}");
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let old = ring(&[key("old", 'c')]).seal(user(1), "p", &"1//secret".into());
    assert_eq!(ring(&[key("new", 'b')]).missing_key(&old), Some("old"));
    assert_eq!(ring(&[key("new", 'b'), key("old", 'c')]).missing_key(&old), None);
}
