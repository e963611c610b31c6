use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::google::{Hearing, Notification, Readout, Settings, SyncError};
use app::identity::{User, UserId};
use app::ports::google::{CalendarChoice, CalendarRecord};
use app::ports::{Access, Actor, Clock as _, EventFields, EventPage, EventRecord, Page};
use app::work::{Options, Worker};
use async_trait::async_trait;
use gcal::{Config, Endpoints, Gcal, Limits, Sleeper};
use google_fake::{Client, GoogleFake, Grant, Person};
use planner_core::model::Kind;
use secrecy::SecretString;
use testkit::{TestClock, TestDb, TestIds};
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Keyring;

/// When every test begins: a Monday.
const NOW: &str = "2026-03-02T08:00:00Z";

pub(super) const BACK: &str = "http://127.0.0.1/back";

/// Sleeping moves the clock that all have in common.
#[derive(Debug)]
struct Naps(TestClock);

#[async_trait]
impl Sleeper for Naps {
    async fn sleep(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.0.set(planner_core::time::Moment::from_unix_micros(self.0.now().unix_micros() + micros));
    }
}

/// A student, and their account at Google.
pub(super) struct Pair {
    pub(super) db: TestDb,
    pub(super) app: App,
    pub(super) google: GoogleFake,
    pub(super) clock: TestClock,
    pub(super) user: User,
    pub(super) person: Person,
    pub(super) worker: Worker,
}

impl Pair {
    /// They know nothing of each other yet.
    pub(super) async fn strangers() -> Self {
        let db = TestDb::new().await.unwrap();
        let clock = TestClock::at(NOW);
        let theirs = clock.clone();
        let options = google_fake::Options {
            clock: Arc::new(move || jiff::Timestamp::from_microsecond(theirs.now().unix_micros()).unwrap()),
            ..google_fake::Options::default()
        };
        let google = GoogleFake::start(options).await.unwrap();
        let client = Client::default();
        let config = Config {
            endpoints: Endpoints::below(&google.url()),
            client_id: client.id,
            client_secret: client.secret.into(),
            limits: Limits::default(),
        };
        let gcal = Gcal::new(config, Arc::new(clock.clone()), Arc::new(Naps(clock.clone()))).unwrap();
        let keys = SecretString::from(format!("k1:{}=", "b".repeat(42) + "A"));
        let settings = Settings { webhook: Some("http://127.0.0.1:9/webhooks/google".to_owned()) };
        let app = App::new(db.store(&clock).unwrap(), Arc::new(clock.clone()), Arc::new(TestIds::new()))
            .with_google(Arc::new(gcal), Arc::new(Keyring::parse(&keys).unwrap()), settings);
        let worker = app.worker(Options::default());
        let user = User { id: UserId(Uuid::from_u128(1)), external_id: "user_ada".to_owned() };
        let person = google.account("ada@example.edu");
        Self { db, app, google, clock, user, person, worker }
    }

    /// The account is connected, and its own first calendar is read and written to.
    pub(super) async fn connected() -> Self {
        let pair = Self::strangers().await;
        pair.connect().await;
        pair.settle().await;
        pair.google.take_requests();
        pair
    }

    pub(super) async fn connect(&self) {
        let begun = self.app.begin_google_sign_in(&self.user, BACK, false).await.unwrap();
        let back = self.google.consent(&begun.url, "ada@example.edu", Grant::All);
        let (code, state) = (parameter(&back, "code"), parameter(&back, "state"));
        self.app.connect_google(&self.user, &state.into(), &code.into(), BACK).await.unwrap();
    }

    /// Does what there is to do, and what becomes due meanwhile within an hour.
    pub(super) async fn settle(&self) {
        for _ in 0..200 {
            if self.worker.work_once().await.unwrap() > 0 {
                continue;
            }
            let next = self.number("SELECT coalesce(min((extract(epoch FROM run_at) * 1000000)::bigint), 0)
                                      FROM jobs WHERE status = 'QUEUED' AND kind LIKE 'google.%' AND kind <> 'google.keep'");
            let next = planner_core::time::Moment::from_unix_micros(next.await);
            if next.unix_micros() == 0 || next > self.clock.now().plus_minutes(60) {
                return;
            }
            self.clock.set(next.max(self.clock.now()));
        }
        panic!("there is always something left to do");
    }

    pub(super) async fn number(&self, question: &str) -> i64 {
        self.db.client().await.unwrap().query_one(question, &[]).await.unwrap().get(0)
    }

    pub(super) async fn calendars(&self) -> Vec<CalendarRecord> {
        self.app.google_overview(&self.user).await.unwrap().calendars
    }

    pub(super) async fn primary(&self) -> CalendarRecord {
        self.calendars().await.into_iter().find(|calendar| calendar.is_primary).unwrap()
    }

    pub(super) async fn choose(&self, choice: CalendarChoice) {
        self.app.choose_calendars(&self.user, choice).await.unwrap();
    }

    /// Reads the first calendar and writes what differs, one after the other.
    pub(super) async fn sync(&self) -> Result<Readout, SyncError> {
        let calendar = self.primary().await.id;
        let read = self.app.read_calendar(self.user.id, calendar).await?;
        self.app.write_out(self.user.id).await?;
        Ok(read)
    }

    /// Every event here, in order of start and id.
    pub(super) async fn events(&self) -> Vec<EventRecord> {
        let page = EventPage { page: Page { after: None, limit: 10_000 }, from: None, to: None };
        let (events, more) = self.app.list_events(&self.user, page).await.unwrap();
        assert!(!more);
        events
    }

    /// The event here that is called so.
    pub(super) async fn event(&self, title: &str) -> Option<EventRecord> {
        let mut found = self.events().await.into_iter().filter(|event| event.fields.title == title);
        let event = found.next();
        assert!(found.next().is_none(), "{title} is there twice");
        event
    }

    /// Makes an event here, as its owner.
    pub(super) async fn make(&self, title: &str, start: &str, end: &str) -> EventRecord {
        self.app.create_event(&self.user, fields(title, at(start), at(end))).await.unwrap()
    }

    /// Changes an event here, as its owner.
    pub(super) async fn edit(&self, event: &EventRecord, edit: impl FnOnce(&mut EventFields) + Send) {
        let change = |mut fields: EventFields| {
            edit(&mut fields);
            fields
        };
        self.app.edit_event(&self.user, event.id, |_| true, change).await.unwrap();
    }

    /// Moves an event as the planner does, which the database holds to the locks.
    pub(super) async fn plan(&self, event: &EventRecord, start: OffsetDateTime) -> bool {
        let store = self.db.store(&self.clock).unwrap();
        let mut unit = store.begin(&self.user, Access::Write(Actor::Planner)).await.unwrap();
        let length = event.fields.end_ts - event.fields.start_ts;
        let moved = EventFields { start_ts: start, end_ts: start + length, ..event.fields.clone() };
        match unit.update_event(event.id, &moved).await {
            Ok(_) => unit.commit().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Word as it comes to us.
    pub(super) fn word(told: &google_fake::Notification) -> Notification {
        let header = |name: &str| told.header(name).unwrap_or_default().to_owned();
        Notification {
            channel: header("X-Goog-Channel-ID"),
            token: header("X-Goog-Channel-Token").into(),
            resource: header("X-Goog-Resource-ID"),
            is_greeting: header("X-Goog-Resource-State") == "sync",
        }
    }

    pub(super) async fn hear(&self, told: &google_fake::Notification) -> Hearing {
        self.app.hear(&Self::word(told)).await.unwrap()
    }

    /// What the calendar there holds in these months, occurrence by occurrence.
    pub(super) fn there(&self) -> Vec<There> {
        let (from, to) = ("2026-02-01T00:00:00Z", "2026-06-01T00:00:00Z");
        let mut all: Vec<There> =
            self.person.week(self.person.primary(), from, to).iter().map(There::read).collect();
        all.sort();
        all
    }
}

/// An event as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct There {
    pub(super) start: OffsetDateTime,
    pub(super) end: OffsetDateTime,
    pub(super) title: String,
    pub(super) transparent: bool,
    pub(super) id: String,
}

impl There {
    fn read(event: &serde_json::Value) -> Self {
        let time = |name: &str| {
            let time = &event[name];
            let text = time["dateTime"]
                .as_str()
                .map_or_else(|| format!("{}T00:00:00Z", time["date"].as_str().unwrap()), str::to_owned);
            at(&text)
        };
        Self {
            start: time("start"),
            end: time("end"),
            title: event["summary"].as_str().unwrap_or_default().to_owned(),
            transparent: event["transparency"] == "transparent",
            id: event["id"].as_str().unwrap().to_owned(),
        }
    }
}

pub(super) fn fields(title: &str, start: OffsetDateTime, end: OffsetDateTime) -> EventFields {
    EventFields {
        title: title.to_owned(),
        start_ts: start,
        end_ts: end,
        kind: Kind::Focus,
        is_movable: true,
        protected: false,
        transparent: false,
        task_id: None,
        metadata: serde_json::Map::new(),
    }
}

pub(super) fn at(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
}

pub(super) fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name).unwrap().1.into_owned()
}
