use std::fmt;
use std::sync::{Arc, Mutex};

use app::identity::UserId;
use app::ports::Clock;
use app::ports::google::{
    Account, Busy, EventsPage, Google, GoogleError, Granted, Lease, NewChannel, RemoteCalendar, RemoteEvent,
    SignIn, Since, Write, Written,
};
use async_trait::async_trait;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use outbound::{Bounds, Connector, Sleeper};
use planner_core::time::Interval;
use secrecy::SecretString;

use crate::access::Tokens;
use crate::circuit::Circuits;
use crate::config::{Config, ConfigError};
use crate::pace::Pace;
use crate::wire::Client;

/// Google, asked over its APIs.
///
/// Its methods may be called at once by as many as there are; there is one of it in a process, or accounts would keep
/// their pace in none.
pub struct Gcal {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) client: Client<Connector<GaiResolver>>,
    pub(crate) tokens: Tokens<UserId>,
    pub(crate) pace: Mutex<Pace>,
    pub(crate) circuits: Circuits,
}

impl Gcal {
    /// Google at the configured addresses. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ConfigError`] where an address would take secrets over an open line, or where no certificates are to be had.
    pub fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Self, ConfigError> {
        config.endpoints.check()?;
        let limits = config.limits;
        Ok(Self {
            client: Client::new(connector(&config)?, bounds(&config)),
            tokens: Tokens::default(),
            pace: Mutex::new(Pace::new(limits.per_user_a_minute, limits.in_all_a_minute)),
            circuits: Circuits::new(limits.failures_in_a_row, limits.rest),
            config,
            clock,
            sleeper,
        })
    }
}

/// What connects to Google.
pub(crate) fn connector(config: &Config) -> Result<Connector<GaiResolver>, ConfigError> {
    let needs_certificates = config.endpoints.needs_certificates();
    outbound::connector(GaiResolver::new(), bounds(config), needs_certificates)
        .map_err(ConfigError::NoCertificates)
}

fn bounds(config: &Config) -> Bounds {
    let limits = config.limits;
    Bounds { connect: limits.connect, answer: limits.answer, answer_bytes: limits.answer_bytes }
}

/// Shows the configuration, in which nothing secret is shown.
impl fmt::Debug for Gcal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gcal").field("config", &self.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Google for Gcal {
    fn sign_in_url(&self, ask: &SignIn) -> String {
        self.sign_in_address(ask)
    }

    async fn exchange(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, GoogleError> {
        self.exchange_code(code, verifier, redirect_uri).await
    }

    async fn revoke(&self, account: &Account) -> Result<(), GoogleError> {
        self.give_back(account).await
    }

    async fn calendars(&self, account: &Account) -> Result<Vec<RemoteCalendar>, GoogleError> {
        self.list_calendars(account).await
    }

    async fn create_calendar(
        &self,
        account: &Account,
        title: &str,
        time_zone: &str,
    ) -> Result<RemoteCalendar, GoogleError> {
        self.make_calendar(account, title, time_zone).await
    }

    async fn events(
        &self,
        account: &Account,
        calendar: &str,
        since: &Since,
        page: Option<&str>,
    ) -> Result<EventsPage, GoogleError> {
        self.list_events(account, calendar, since, page).await
    }

    async fn event(
        &self,
        account: &Account,
        calendar: &str,
        id: &str,
    ) -> Result<Option<RemoteEvent>, GoogleError> {
        self.find_event(account, calendar, id).await
    }

    async fn write(&self, account: &Account, writes: &[Write]) -> Result<Vec<Written>, GoogleError> {
        self.write_all(account, writes).await
    }

    async fn busy(
        &self,
        account: &Account,
        calendars: &[String],
        span: Interval,
    ) -> Result<Vec<Busy>, GoogleError> {
        self.find_busy(account, calendars, span).await
    }

    async fn watch(&self, account: &Account, channel: &NewChannel) -> Result<Lease, GoogleError> {
        self.open_channel(account, channel).await
    }

    async fn stop(&self, account: &Account, channel: &str, resource: &str) -> Result<(), GoogleError> {
        self.close_channel(account, channel, resource).await
    }
}
