use std::net::IpAddr;
use std::time::Duration;

use http::Uri;
use secrecy::SecretString;

/// What it takes to speak with Google.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where Google is.
    pub endpoints: Endpoints,
    /// The program's name at Google.
    pub client_id: String,
    /// What proves that it is the program.
    pub client_secret: SecretString,
    /// How much, how long, how often.
    pub limits: Limits,
}

/// Where Google is. Each is `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where people are sent to sign in.
    pub authorize: String,
    /// Where tokens are got.
    pub token: String,
    /// Where consent is given back.
    pub revoke: String,
    /// What the paths of the calendar API follow, with a slash at its end.
    pub calendar: String,
    /// Where batches go.
    pub batch: String,
}

impl Endpoints {
    /// Google's own.
    pub fn google() -> Self {
        Self {
            authorize: "https://accounts.google.com/o/oauth2/v2/auth".to_owned(),
            token: "https://oauth2.googleapis.com/token".to_owned(),
            revoke: "https://oauth2.googleapis.com/revoke".to_owned(),
            calendar: "https://www.googleapis.com/calendar/v3/".to_owned(),
            batch: "https://www.googleapis.com/batch/calendar/v3".to_owned(),
        }
    }

    /// The same paths under one root, such as `http://127.0.0.1:4701`.
    pub fn below(root: &str) -> Self {
        let root = root.trim_end_matches('/');
        Self {
            authorize: format!("{root}/o/oauth2/v2/auth"),
            token: format!("{root}/token"),
            revoke: format!("{root}/revoke"),
            calendar: format!("{root}/calendar/v3/"),
            batch: format!("{root}/batch/calendar/v3"),
        }
    }

    /// Whether secrets may be sent to all of them.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let named = [
            ("authorize", &self.authorize),
            ("token", &self.token),
            ("revoke", &self.revoke),
            ("calendar", &self.calendar),
            ("batch", &self.batch),
        ];
        let wrong = named.into_iter().find(|(_, url)| !is_trusted(url)).map(|(name, _)| name);
        let wrong = wrong.or((!self.calendar.ends_with('/')).then_some("calendar"));
        wrong.map_or(Ok(()), |name| Err(ConfigError::Endpoint(name)))
    }

    /// Whether any of them is to be reached over the network, and so needs certificates.
    pub(crate) fn needs_certificates(&self) -> bool {
        let all = [&self.token, &self.revoke, &self.calendar, &self.batch];
        all.into_iter().any(|url| url.starts_with("https:"))
    }
}

fn is_trusted(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => {
            let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        _ => false,
    }
}

/// How much is asked of Google, and for how long it is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// From connecting to the last byte of an answer.
    pub answer: Duration,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Requests of one user's within a minute; each part of a batch counts.
    pub per_user_a_minute: u32,
    /// Requests of all users' within a minute.
    pub in_all_a_minute: u32,
    /// For its turn, and between one try and the next. Whoever would have to wait for longer is told so at once.
    pub longest_wait: Duration,
    /// How often in a row an account's requests may fail before nothing is asked for it for a while.
    pub failures_in_a_row: u32,
    /// That while.
    pub rest: Duration,
}

/// Google's own limits, and times in which it answers if it ever does.
impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            // A page of 2,500 events is about 2 MiB.
            answer_bytes: 32 << 20,
            per_user_a_minute: 600,
            in_all_a_minute: 10_000,
            longest_wait: Duration::from_secs(10),
            failures_in_a_row: 5,
            rest: Duration::from_mins(1),
        }
    }
}

/// Why nothing can be asked of Google.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An address that no secret may be sent to.
    #[error(
        "Google's `{0}` address has to be https, or http on this machine; that of the calendar ends with a slash"
    )]
    Endpoint(&'static str),
    /// Nobody's https can be trusted.
    #[error(
        "this machine has no CA certificates, so Google cannot be reached; install them (Debian: apt-get install \
         ca-certificates) or set SSL_CERT_FILE"
    )]
    NoCertificates(#[source] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_https_or_stay_on_this_machine() {
        for root in ["https://google.test", "http://127.0.0.1:1", "http://localhost", "http://[::1]:80/"] {
            assert!(Endpoints::below(root).check().is_ok(), "{root}");
        }
        for root in [
            "http://google.test",
            "http://10.0.0.1",
            "http://localhost.evil.test",
            "ftp://localhost",
            "x",
            "",
        ] {
            assert!(Endpoints::below(root).check().is_err(), "{root}");
        }
        assert!(Endpoints::google().check().is_ok());
    }

    #[test]
    fn a_secret_is_not_shown() {
        let config = Config {
            endpoints: Endpoints::google(),
            client_id: "id".to_owned(),
            client_secret: "GOCSPX-secret".into(),
            limits: Limits::default(),
        };
        assert!(!format!("{config:?}").contains("GOCSPX"));
    }
}
