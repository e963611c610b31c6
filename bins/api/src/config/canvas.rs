//! The keys that tell which Canvas may be asked, and how people prove that they may.

use std::collections::BTreeSet;
use std::sync::Arc;

use canvas::{DeveloperKey, Hosts};
use vault::Keyring;

use super::clerk::address;
use super::google::{SignIn, is_visible};
use super::keys;
use super::reader::Reader;

/// What stands for every Canvas that is on the Internet.
const ANY: &str = "*";

/// Which Canvas may be asked, where any may be.
#[derive(Clone, Debug)]
pub struct CanvasSettings {
    /// Which ones.
    pub hosts: Hosts,
    /// What people sign in with; without it they make tokens by hand.
    pub key: Option<DeveloperKey>,
    /// Where people may be sent back to from signing in, to the letter.
    pub redirect_uris: Vec<String>,
    /// The root of one on this machine, for trying things.
    pub here: Option<String>,
    /// What seals tokens at rest.
    pub keys: Arc<Keyring>,
}

/// `None` where there is no Canvas, and where something is wrong with it, which is told.
pub(super) fn read(
    reader: &mut Reader,
    sign_in: SignIn,
    keyring: Option<Arc<Keyring>>,
) -> Option<CanvasSettings> {
    let (names, here) = (reader.list(keys::CANVAS_HOSTS), here(reader));
    if names.is_empty() && reader.text(keys::CANVAS_ENDPOINTS).is_none() {
        for key in [keys::CANVAS_CLIENT_ID, keys::CANVAS_CLIENT_SECRET, keys::CANVAS_REDIRECT_URIS] {
            if reader.text(key).is_some() {
                reader.refuse(key, format!("says nothing without {}", keys::CANVAS_HOSTS));
            }
        }
        return None;
    }
    let hosts = hosts(reader, &names);
    let (key, redirect_uris) = developer_key(reader, sign_in);
    if key.is_some() && hosts == Hosts::Public {
        reader.refuse(
            keys::CANVAS_HOSTS,
            format!(
                "must name the hosts where there is a {}: its secret goes to them",
                keys::CANVAS_CLIENT_ID
            ),
        );
    }
    if reader.text(keys::TOKEN_KEYS).is_none() {
        reader.refuse(
            keys::TOKEN_KEYS,
            format!("is required with {}: `canvascal google new-key` makes one", keys::CANVAS_HOSTS),
        );
    }
    Some(CanvasSettings { hosts, key, redirect_uris, here, keys: keyring? })
}

fn hosts(reader: &mut Reader, names: &[String]) -> Hosts {
    if names == [ANY] {
        return Hosts::Public;
    }
    for name in names.iter().filter(|name| !canvas::is_public_name(name)) {
        let why =
            format!("{name:?} is neither * nor the name of a host in lower case, such as canvas.example.edu");
        reader.refuse(keys::CANVAS_HOSTS, why);
    }
    Hosts::Named(names.iter().cloned().collect::<BTreeSet<_>>())
}

fn here(reader: &mut Reader) -> Option<String> {
    let text = reader.text(keys::CANVAS_ENDPOINTS)?;
    let root = text.trim_end_matches('/').to_owned();
    let is_here = address(&root).is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.path() == "/");
    if !is_here {
        reader.refuse(
            keys::CANVAS_ENDPOINTS,
            format!("{text:?} is not on this machine, as http://127.0.0.1:4702 is"),
        );
    }
    Some(root)
}

fn developer_key(reader: &mut Reader, sign_in: SignIn) -> (Option<DeveloperKey>, Vec<String>) {
    let redirect_uris = reader.list(keys::CANVAS_REDIRECT_URIS);
    let Some(id) = reader.text(keys::CANVAS_CLIENT_ID) else {
        for key in [keys::CANVAS_CLIENT_SECRET, keys::CANVAS_REDIRECT_URIS, keys::CANVAS_SCOPES] {
            if reader.text(key).is_some() {
                reader.refuse(key, format!("says nothing without {}", keys::CANVAS_CLIENT_ID));
            }
        }
        return (None, Vec::new());
    };
    if redirect_uris.is_empty() && sign_in == SignIn::Here {
        let why = format!("is required with {}: where people come back to", keys::CANVAS_CLIENT_ID);
        reader.refuse(keys::CANVAS_REDIRECT_URIS, why);
    }
    for uri in &redirect_uris {
        match address(uri) {
            Err(why) => reader.refuse(keys::CANVAS_REDIRECT_URIS, why),
            Ok(_) if uri.contains('#') => {
                reader.refuse(keys::CANVAS_REDIRECT_URIS, format!("{uri:?} must not have a fragment"));
            }
            Ok(_) => {}
        }
    }
    let secret = reader.text(keys::CANVAS_CLIENT_SECRET);
    if secret.is_none() {
        reader.refuse(keys::CANVAS_CLIENT_SECRET, format!("is required with {}", keys::CANVAS_CLIENT_ID));
    }
    // The value of a secret is not repeated.
    for (key, text) in [(keys::CANVAS_CLIENT_ID, Some(&id)), (keys::CANVAS_CLIENT_SECRET, secret.as_ref())] {
        if text.is_some_and(|text| !is_visible(text)) {
            reader.refuse(key, "must consist of visible ASCII characters");
        }
    }
    let scopes = reader.list(keys::CANVAS_SCOPES);
    (Some(DeveloperKey { id, secret: secret.unwrap_or_default().into(), scopes }), redirect_uris)
}
