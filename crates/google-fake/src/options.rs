//! What a fake is started with.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};

/// What a fake is started with. The default is what tests mostly want.
#[derive(Clone)]
pub struct Options {
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Ids, codes and tokens are the same for the same seed.
    pub seed: u64,
    /// The port of 127.0.0.1, or 0 for any that is free.
    pub port: u16,
    /// The program that asks for access.
    pub client: Client,
    /// How notifications get on their way.
    pub delivery: Delivery,
    /// Addresses of channels that begin with the first are reached at the second: so a server that is known as
    /// `https://calendar.example` can be told at `http://127.0.0.1:8080`.
    pub reach: Vec<(String, String)>,
    /// What is allowed and limited.
    pub rules: Rules,
    /// Whether `/_fake/` is served, over which anybody may act as anyone and break anything.
    pub control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            port: 0,
            client: Client::default(),
            delivery: Delivery::default(),
            reach: Vec::new(),
            rules: Rules::default(),
            control: false,
        }
    }
}

/// A program that is registered with Google.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Where people may be sent back to, to the letter. None means anywhere.
    pub redirect_uris: Vec<String>,
    /// Whether its consent screen is in testing, so that refresh tokens live for seven days.
    pub is_testing: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            id: "fake-client.apps.googleusercontent.com".to_owned(),
            secret: "fake-client-secret".to_owned(),
            redirect_uris: Vec::new(),
            is_testing: false,
        }
    }
}

/// How notifications get on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Only when told to, by [`GoogleFake::deliver_due`](crate::GoogleFake::deliver_due).
    #[default]
    Manual,
    /// By themselves, as soon as they are due.
    Automatic,
    /// By themselves, and `sync` before the watch is answered.
    SyncFirst,
}

/// What is allowed and limited.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whether channels may have addresses with `http` on loopback.
    pub plain_webhooks: bool,
    /// Quotas per minute; `None` for none.
    pub quota: Option<Quota>,
    /// The most requests in a batch.
    pub most_parts: usize,
    /// The longest range of a free/busy query, in days.
    pub busy_days: i64,
    /// The most rows on a page, whatever is asked for: so that few events make many pages.
    pub page_rows: Option<usize>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { plain_webhooks: true, quota: None, most_parts: 50, busy_days: 90, page_rows: None }
    }
}

/// Units per minute; a PATCH costs three, everything else one.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Of one person.
    pub per_person: u32,
    /// Of all together.
    pub per_project: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self { per_person: 600, per_project: 10_000 }
    }
}
