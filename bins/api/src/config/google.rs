//! The keys that tell how to reach Google, and what seals what it gives us.

use std::sync::Arc;

use secrecy::SecretString;
use vault::Keyring;

use super::clerk::address;
use super::keys;
use super::reader::Reader;

/// How to reach Google, where it is to be reached.
#[derive(Clone, Debug)]
pub struct GoogleSettings {
    /// The program's name at Google.
    pub client_id: String,
    /// What proves that it is the program.
    pub client_secret: SecretString,
    /// Where people may be sent back to from signing in, to the letter.
    pub redirect_uris: Vec<String>,
    /// Where Google sends word of changes to, if it can reach us.
    pub webhook: Option<String>,
    /// The root that Google is under, where that is not Google's own.
    pub root: Option<String>,
    /// What seals tokens at rest.
    pub keys: Arc<Keyring>,
}

/// Whether people sign in through this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignIn {
    /// They are sent back to one of the addresses.
    Here,
    /// They do so elsewhere.
    Elsewhere,
}

/// `None` where there is no Google, and where something is wrong with it, which is told.
pub(super) fn read(
    reader: &mut Reader,
    sign_in: SignIn,
    keyring: Option<Arc<Keyring>>,
) -> Option<GoogleSettings> {
    let webhook = webhook(reader);
    let Some(client_id) = reader.text(keys::GOOGLE_CLIENT_ID) else {
        for key in [keys::GOOGLE_CLIENT_SECRET, keys::GOOGLE_REDIRECT_URIS, keys::GOOGLE_ENDPOINTS] {
            if reader.text(key).is_some() {
                reader.refuse(key, format!("says nothing without {}", keys::GOOGLE_CLIENT_ID));
            }
        }
        return None;
    };
    if !is_visible(&client_id) {
        reader.refuse(keys::GOOGLE_CLIENT_ID, "must consist of visible ASCII characters");
    }
    let client_secret = client_secret(reader);
    let redirect_uris = redirect_uris(reader, sign_in);
    let root = root(reader);
    if keyring.is_none() && reader.text(keys::TOKEN_KEYS).is_none() {
        reader.refuse(
            keys::TOKEN_KEYS,
            format!("is required with {}: `canvascal google new-key` makes one", keys::GOOGLE_CLIENT_ID),
        );
    }
    Some(GoogleSettings {
        client_id,
        client_secret: client_secret?,
        redirect_uris,
        webhook,
        root,
        keys: keyring?,
    })
}

/// What seals tokens at rest, whoever gave them.
pub(super) fn keyring(reader: &mut Reader) -> Option<Arc<Keyring>> {
    let keys = SecretString::from(reader.text(keys::TOKEN_KEYS)?);
    // The error counts keys and shows nothing of them.
    Keyring::parse(&keys).inspect_err(|error| reader.refuse(keys::TOKEN_KEYS, error)).ok().map(Arc::new)
}

fn client_secret(reader: &mut Reader) -> Option<SecretString> {
    let Some(secret) = reader.text(keys::GOOGLE_CLIENT_SECRET) else {
        reader.refuse(keys::GOOGLE_CLIENT_SECRET, format!("is required with {}", keys::GOOGLE_CLIENT_ID));
        return None;
    };
    if !is_visible(&secret) {
        // The value is a secret: it is not repeated.
        reader.refuse(keys::GOOGLE_CLIENT_SECRET, "must consist of visible ASCII characters");
    }
    Some(secret.into())
}

fn redirect_uris(reader: &mut Reader, sign_in: SignIn) -> Vec<String> {
    let uris = reader.list(keys::GOOGLE_REDIRECT_URIS);
    if uris.is_empty() && sign_in == SignIn::Here {
        reader.refuse(
            keys::GOOGLE_REDIRECT_URIS,
            format!(
                "is required with {}: where people come back to, such as https://app.example.com/google",
                keys::GOOGLE_CLIENT_ID
            ),
        );
    }
    for uri in &uris {
        match address(uri) {
            Err(why) => reader.refuse(keys::GOOGLE_REDIRECT_URIS, why),
            Ok(_) if uri.contains('#') => {
                reader.refuse(keys::GOOGLE_REDIRECT_URIS, format!("{uri:?} must not have a fragment"));
            }
            Ok(_) => {}
        }
    }
    uris
}

fn root(reader: &mut Reader) -> Option<String> {
    root_of(reader, keys::GOOGLE_ENDPOINTS)
}

fn webhook(reader: &mut Reader) -> Option<String> {
    Some(format!("{}/webhooks/google", root_of(reader, keys::PUBLIC_URL)?))
}

/// An address that paths are put behind.
fn root_of(reader: &mut Reader, key: &'static str) -> Option<String> {
    let text = reader.text(key)?;
    match address(&text) {
        Err(why) => reader.refuse(key, why),
        Ok(_) if text.contains(['?', '#']) => {
            reader.refuse(key, format!("{text:?} must have neither a query nor a fragment"));
        }
        Ok(_) => return Some(text.trim_end_matches('/').to_owned()),
    }
    None
}

pub(super) fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
