use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use http::Uri;
use outbound::Bounds;
use secrecy::SecretString;

/// What it takes to speak with Canvas.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which ones may be asked.
    pub hosts: Hosts,
    /// What people sign in with; `None` where they make tokens by hand. Its secret goes to each of the hosts, so these have
    /// to be named.
    pub key: Option<DeveloperKey>,
    /// The root of a Canvas on this machine that may be asked as well, such as `http://127.0.0.1:4702`. For tests, and for
    /// trying things.
    pub here: Option<String>,
    /// How much, how long, how often.
    pub limits: Limits,
}

/// Which Canvases may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Any that is on the Internet.
    Public,
    /// These, by their names in lower case.
    Named(BTreeSet<String>),
}

/// The program's registration.
#[derive(Clone, Debug)]
pub struct DeveloperKey {
    /// The program's name.
    pub id: String,
    /// What proves that it is the program.
    pub secret: SecretString,
    /// What is asked for, where the key is held to scopes; none asks for whatever the user may see.
    pub scopes: Vec<String>,
}

/// How much is asked of Canvas, and for how long it is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one request.
    pub bounds: Bounds,
    /// How often something is asked again that failed.
    pub tries_again: u32,
    /// How often something is asked again of a Canvas that says it is too much. The waits between double.
    pub tries_again_throttled: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let bounds = Bounds {
            connect: Duration::from_secs(5),
            answer: Duration::from_mins(1),
            // A hundred assignments with all that is said of them.
            answer_bytes: 32 << 20,
        };
        Self { bounds, tries_again: 2, tries_again_throttled: 6 }
    }
}

/// Why nothing can be asked of Canvas.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It may be reached over the network without https.
    #[error("a Canvas of one's own has to be http on this machine, such as http://127.0.0.1:4702")]
    NotHere,
    /// The secret would go to whoever asks for it.
    #[error("with a developer key the hosts have to be named")]
    KeyForEverybody,
    /// Nobody's https can be trusted.
    #[error(
        "this machine has no CA certificates, so Canvas cannot be reached; install them (Debian: apt-get install \
         ca-certificates) or set SSL_CERT_FILE"
    )]
    NoCertificates(#[source] std::io::Error),
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.key.is_some() && self.hosts == Hosts::Public {
            return Err(ConfigError::KeyForEverybody);
        }
        if self.here.is_some() && self.authority_here().is_none() {
            return Err(ConfigError::NotHere);
        }
        Ok(())
    }

    /// The name and port of the Canvas on this machine.
    pub(crate) fn authority_here(&self) -> Option<String> {
        let uri: Uri = self.here.as_deref()?.parse().ok()?;
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        let is_here =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let is_root = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
        uri.authority().filter(|_| is_here && is_root).map(ToString::to_string)
    }

    /// Whether anything but this machine is asked.
    pub(crate) fn needs_certificates(&self) -> bool {
        match &self.hosts {
            Hosts::Public => true,
            Hosts::Named(names) => !names.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(here: &str) -> Config {
        let hosts = Hosts::Named(BTreeSet::new());
        Config { hosts, key: None, here: Some(here.to_owned()), limits: Limits::default() }
    }

    #[test]
    fn only_this_machine_is_asked_without_https() {
        for here in ["http://127.0.0.1:4702", "http://localhost:1/", "http://[::1]:80"] {
            assert!(config(here).check().is_ok(), "{here}");
        }
        for here in
            ["http://10.0.0.1", "https://127.0.0.1", "http://127.0.0.1/canvas", "http://evil.test", "x", ""]
        {
            assert!(config(here).check().is_err(), "{here}");
        }
    }

    #[test]
    fn a_secret_goes_to_nobody_in_particular() {
        let key = DeveloperKey { id: "1".to_owned(), secret: "s3cret".into(), scopes: Vec::new() };
        let config = Config { hosts: Hosts::Public, key: Some(key), here: None, limits: Limits::default() };
        assert!(matches!(config.check(), Err(ConfigError::KeyForEverybody)));
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
