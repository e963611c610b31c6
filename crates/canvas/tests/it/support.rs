use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::identity::UserId;
use app::ports::Clock;
use app::ports::canvas::{Account, Canvas as _, Credential, RemoteCourse};
use async_trait::async_trait;
use canvas::{CanvasApi, Config, DeveloperKey, Hosts, Limits, Names, Sleeper};
use canvas_fake::{CanvasFake, Client, Options, Student, TestClock};
use planner_core::time::Moment;
use uuid::Uuid;

/// The fake's clock, for our side.
#[derive(Clone, Debug)]
pub(crate) struct Now(pub(crate) TestClock);

impl Clock for Now {
    fn now(&self) -> Moment {
        Moment::from_unix_micros(canvas_fake::Clock::now(&self.0).as_microsecond())
    }
}

/// Lets no time pass but the clock's, and remembers how much.
#[derive(Clone, Debug)]
pub(crate) struct Slept(Arc<Mutex<Vec<Duration>>>, TestClock);

#[async_trait]
impl Sleeper for Slept {
    async fn sleep(&self, time: Duration) {
        self.1.advance_seconds(i64::try_from(time.as_secs()).unwrap());
        self.0.lock().unwrap().push(time);
    }
}

/// What every name resolves to.
pub(crate) struct Told(pub(crate) Vec<IpAddr>);

#[async_trait]
impl Names for Told {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(self.0.clone())
    }
}

/// A Canvas, and our side of it.
pub(crate) struct World {
    pub(crate) fake: CanvasFake,
    pub(crate) ours: CanvasApi,
    pub(crate) clock: TestClock,
    pub(crate) slept: Slept,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default(), Limits::default()).await
    }

    pub(crate) async fn with(options: Options, limits: Limits) -> Self {
        let clock = TestClock::at("2026-03-02T08:00:00Z");
        let fake = CanvasFake::start(Options { clock: Arc::new(clock.clone()), ..options }).await.unwrap();
        let client = Client::default();
        let config = Config {
            hosts: Hosts::Named(BTreeSet::from(["canvas.example.edu".to_owned()])),
            key: Some(DeveloperKey {
                id: client.id,
                secret: client.secret.into(),
                scopes: vec!["url:GET|/api/v1/courses".to_owned()],
            }),
            here: Some(fake.url()),
            limits,
        };
        let slept = Slept(Arc::default(), clock.clone());
        let (names, now) = (Arc::new(Told(Vec::new())), Arc::new(Now(clock.clone())));
        let ours = CanvasApi::new(config, names, now, Arc::new(slept.clone())).unwrap();
        Self { fake, ours, clock, slept }
    }

    /// An account that a token made by hand is for.
    pub(crate) fn personal(&self, student: &Student) -> Account {
        self.account(Credential::Personal(student.token().into()))
    }

    pub(crate) fn account(&self, credential: Credential) -> Account {
        let host = self.ours.host(&self.fake.host()).unwrap();
        Account { user: UserId(Uuid::from_u128(1)), host, credential }
    }

    /// Every pause that was made, in whole seconds.
    pub(crate) fn pauses(&self) -> Vec<u64> {
        self.slept.0.lock().unwrap().iter().map(Duration::as_secs).collect()
    }

    /// Everything of a course's assignments, part by part.
    pub(crate) async fn assignments(&self, account: &Account, course: &RemoteCourse) -> Vec<String> {
        let (mut titles, mut next) = (Vec::new(), None);
        loop {
            let listed = self.ours.assignments(account, course, next.as_deref()).await.unwrap();
            titles.extend(listed.items.into_iter().map(|item| item.title));
            next = listed.next;
            if next.is_none() {
                return titles;
            }
        }
    }
}
