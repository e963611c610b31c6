//! The keys that tell whose tokens to trust.

use http::Uri;
use jsonwebtoken::DecodingKey;

use super::keys;
use super::reader::Reader;

/// Which Clerk instance vouches for callers, and for which of its front ends.
#[derive(Clone, Debug)]
pub struct ClerkSettings {
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// Where its public keys come from.
    pub keys: KeySource,
    /// The `azp` values accepted; never empty.
    pub authorized_parties: Vec<String>,
    /// Organizations whose admins count as admins here; none named means all.
    pub admin_organizations: Vec<String>,
}

/// Where public keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Fetched from the issuer.
    Jwks(Uri),
    /// Given once, never fetched.
    Static(DecodingKey),
}

pub(super) fn read(reader: &mut Reader) -> Option<ClerkSettings> {
    let issuer = issuer(reader);
    let keys = key_source(reader, issuer.as_deref());
    let authorized_parties = authorized_parties(reader);
    let admin_organizations = reader.list(keys::ADMIN_ORGANIZATIONS);
    Some(ClerkSettings { issuer: issuer?, keys: keys?, authorized_parties, admin_organizations })
}

fn issuer(reader: &mut Reader) -> Option<String> {
    let Some(issuer) = reader.text(keys::ISSUER) else {
        reader.refuse(keys::ISSUER, "is required (or run with --dev-auth)");
        return None;
    };
    if let Err(why) = address(&issuer) {
        reader.refuse(keys::ISSUER, why);
    } else if issuer.ends_with('/') {
        // `iss` is compared letter by letter, and Clerk's has no slash.
        reader.refuse(keys::ISSUER, "must not end with a slash");
    }
    Some(issuer)
}

fn key_source(reader: &mut Reader, issuer: Option<&str>) -> Option<KeySource> {
    match (reader.text(keys::JWT_KEY), reader.text(keys::JWKS_URL)) {
        (Some(_), Some(_)) => {
            reader.refuse(keys::JWT_KEY, format!("excludes {}: choose one", keys::JWKS_URL));
            None
        }
        (Some(pem), None) => static_key(reader, &pem).map(KeySource::Static),
        (None, Some(url)) => match address(&url) {
            Ok(uri) => Some(KeySource::Jwks(uri)),
            Err(why) => {
                reader.refuse(keys::JWKS_URL, why);
                None
            }
        },
        // A broken issuer was refused already.
        (None, None) => address(&format!("{}/.well-known/jwks.json", issuer?)).ok().map(KeySource::Jwks),
    }
}

fn static_key(reader: &mut Reader, pem: &str) -> Option<DecodingKey> {
    // Environment files often hold a PEM on one line with `\n` written out.
    let pem = pem.replace("\\n", "\n");
    let is_public =
        pem.starts_with("-----BEGIN PUBLIC KEY-----") || pem.starts_with("-----BEGIN RSA PUBLIC KEY-----");
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).ok().filter(|_| is_public);
    if key.is_none() {
        reader.refuse(keys::JWT_KEY, "is not an RSA public key in PEM (-----BEGIN PUBLIC KEY-----)");
    }
    key
}

fn authorized_parties(reader: &mut Reader) -> Vec<String> {
    let parties = reader.list(keys::AUTHORIZED_PARTIES);
    if parties.is_empty() {
        reader.refuse(
            keys::AUTHORIZED_PARTIES,
            "is required: the origins of your front ends, such as https://app.example.com",
        );
    }
    for party in parties.iter().filter(|party| !is_origin(party)) {
        reader.refuse(
            keys::AUTHORIZED_PARTIES,
            format!("{party:?} is not an origin: scheme://host, no path, no slash at the end"),
        );
    }
    parties
}

fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
    })
}

/// An absolute address that secrets and keys may go over: a person in the middle could read or swap them.
pub(super) fn address(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|_| format!("{text:?} is not a URL"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) | (Some("http"), Some("localhost" | "127.0.0.1" | "[::1]")) => Ok(uri),
        (Some("http"), Some(_)) => Err(format!("{text:?} must be https")),
        _ => Err(format!("{text:?} is not a URL, such as https://clerk.example.com")),
    }
}
