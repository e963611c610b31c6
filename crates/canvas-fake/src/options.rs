//! What a fake is started with.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};

/// What a fake is started with. The default is what tests mostly want.
#[derive(Clone)]
pub struct Options {
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Codes, tokens and bookmarks are the same for the same seed.
    pub seed: u64,
    /// The port of 127.0.0.1, or 0 for any that is free.
    pub port: u16,
    /// The program that asks for access.
    pub client: Client,
    /// The first id that is given out. Those of hosted schools are beyond 2^53.
    pub first_id: u64,
    /// How much a token may ask for; `None` for as much as it likes.
    pub bucket: Option<Bucket>,
    /// Whether `/_fake/` is served, over which anybody may break anything.
    pub control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            port: 0,
            client: Client::default(),
            first_id: 35_871_700_000_000_001,
            bucket: None,
            control: false,
        }
    }
}

/// A developer key.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl Default for Client {
    fn default() -> Self {
        Self { id: "10000000000001".to_owned(), secret: "fake-developer-key".to_owned() }
    }
}

/// A bucket that each request pours into, and that leaks.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// What it holds before requests are refused.
    pub high_water: f64,
    /// What leaks out in a second.
    pub outflow: f64,
    /// What a request costs.
    pub cost: f64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { high_water: 600.0, outflow: 10.0, cost: 1.0 }
    }
}
