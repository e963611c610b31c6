use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::identity::UserId;
use app::ports::Clock;
use app::ports::google::{
    Account, Edit, EventsPage, Feature, Google as _, GoogleError, RemoteEvent, SignIn, Since, Wanted, Write,
    WriteKind,
};
use async_trait::async_trait;
use gcal::{Config, Endpoints, Gcal, Limits, Sleeper};
use google_fake::{Asked, Client, Clock as _, GoogleFake, Grant, Options, Person, TestClock};
use planner_core::model::EventId;
use planner_core::time::Moment;
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

pub(crate) const ADA: &str = "ada@example.edu";
pub(crate) const BACK: &str = "https://canvascal.test/back";
pub(crate) const SCOPES: [&str; 4] = [
    Feature::Events.scope(),
    Feature::OwnCalendar.scope(),
    Feature::CalendarList.scope(),
    Feature::BusyTimes.scope(),
];
/// When every test begins.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-02 08:00 UTC);

/// A clock that moves when somebody sleeps by it, or when it is told to.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(crate) clock: TestClock,
    naps: Arc<Mutex<Vec<Duration>>>,
}

impl Time {
    fn new() -> Self {
        Self { clock: TestClock::at("2026-03-02T08:00:00Z"), naps: Arc::default() }
    }

    /// How long was slept since this was last asked.
    pub(crate) fn naps(&self) -> Vec<Duration> {
        std::mem::take(&mut self.naps.lock().unwrap())
    }
}

impl Clock for Time {
    fn now(&self) -> Moment {
        Moment::from_unix_micros(self.clock.now().as_microsecond())
    }
}

#[async_trait]
impl Sleeper for Time {
    async fn sleep(&self, time: Duration) {
        self.naps.lock().unwrap().push(time);
        self.clock.advance_seconds(time.as_secs().cast_signed() + 1);
    }
}

/// A Google and ours to ask it.
pub(crate) struct Stage {
    pub(crate) google: GoogleFake,
    pub(crate) gcal: Gcal,
    pub(crate) time: Time,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let time = Time::new();
        let options = Options { clock: Arc::new(time.clock.clone()), ..Options::default() };
        let google = GoogleFake::start(options).await.unwrap();
        let gcal = gcal_at(&google.url(), limits, &time);
        Self { google, gcal, time }
    }

    /// Ada at Google's own pages.
    pub(crate) fn ada(&self) -> Person {
        self.google.account(ADA)
    }

    /// Ada's account, connected with every scope.
    pub(crate) async fn account(&self) -> Account {
        let account = self.consented(Grant::All).await;
        self.google.take_requests();
        account
    }

    pub(crate) async fn consented(&self, grant: Grant<'_>) -> Account {
        let url = self.gcal.sign_in_url(&sign_in());
        let code = parameter(&self.google.consent(&url, ADA, grant), "code");
        let granted = self.gcal.exchange(&code.into(), &sign_in().verifier, BACK).await.unwrap();
        Account { user: UserId(Uuid::from_u128(1)), refresh_token: granted.refresh_token.unwrap() }
    }

    /// Every page of a reading, and the position at its end.
    pub(crate) async fn read(
        &self,
        account: &Account,
        calendar: &str,
        since: &Since,
    ) -> Result<(Vec<RemoteEvent>, Since), GoogleError> {
        let (mut events, mut next) = (Vec::new(), None);
        loop {
            let page: EventsPage = self.gcal.events(account, calendar, since, next.as_deref()).await?;
            events.extend(page.events);
            match (page.next_page, page.position) {
                (Some(page), None) => next = Some(page),
                (None, Some(token)) => return Ok((events, Since::Position(token))),
                other => panic!("a page with {other:?}"),
            }
        }
    }

    /// What was asked for since this was last asked, by its name, parts of a batch left out.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.google.take_requests().into_iter();
        asked.filter(|asked| !asked.is_part).map(|asked| asked.operation).collect()
    }

    pub(crate) fn requests(&self, operation: &str) -> Vec<Asked> {
        self.google.requests().into_iter().filter(|asked| asked.operation == operation).collect()
    }
}

pub(crate) fn gcal_at(root: &str, limits: Limits, time: &Time) -> Gcal {
    let client = Client::default();
    let config = Config {
        endpoints: Endpoints::below(root),
        client_id: client.id,
        client_secret: client.secret.into(),
        limits,
    };
    Gcal::new(config, Arc::new(time.clone()), Arc::new(time.clone())).unwrap()
}

pub(crate) fn new_time() -> Time {
    Time::new()
}

pub(crate) fn sign_in() -> SignIn {
    SignIn {
        state: "a state".into(),
        verifier: "a-verifier-of-forty-three-characters-or-more".into(),
        redirect_uri: BACK.to_owned(),
        scopes: SCOPES.map(str::to_owned).into(),
    }
}

/// A parameter of an address.
pub(crate) fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name);
    found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

/// An hour that begins so many hours from now.
pub(crate) fn hour(number: i64) -> (OffsetDateTime, OffsetDateTime) {
    let start = NOW + time::Duration::hours(number);
    (start, start + time::Duration::HOUR)
}

pub(crate) fn insert(calendar: &str, id: &str, title: &str, number: i64) -> Write {
    let (start, end) = hour(number);
    let wanted = Wanted {
        title: title.to_owned(),
        start,
        end,
        transparent: false,
        made_for: EventId(Uuid::from_u128(7)),
    };
    Write { calendar: calendar.to_owned(), id: id.to_owned(), kind: WriteKind::Insert(wanted) }
}

pub(crate) fn edit(calendar: &str, event: &RemoteEvent, edit: Edit) -> Write {
    let kind = WriteKind::Edit(edit, event.etag.clone());
    Write { calendar: calendar.to_owned(), id: event.id.clone(), kind }
}

pub(crate) fn delete(calendar: &str, event: &RemoteEvent) -> Write {
    let kind = WriteKind::Delete(event.etag.clone());
    Write { calendar: calendar.to_owned(), id: event.id.clone(), kind }
}

pub(crate) fn since_now() -> Since {
    Since::Start(NOW)
}

pub(crate) fn ids(events: &[RemoteEvent]) -> BTreeSet<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

pub(crate) fn token(since: &Since) -> String {
    match since {
        Since::Position(position) => position.expose_secret().to_owned(),
        Since::Start(_) => panic!("no token"),
    }
}

pub(crate) fn secret(account: &Account) -> &str {
    account.refresh_token.expose_secret()
}
