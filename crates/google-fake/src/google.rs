//! The handle on a running fake.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::clock::Shifted;
use crate::faults::{Fault, Script};
use crate::log::Asked;
use crate::options::{Delivery, Options};
use crate::person::Person;
use crate::server::deliver::{Delivered, deliver};
use crate::server::{Shared, lock, serve};
use crate::state::World;
use crate::state::calendar::{Calendar, Kind};
use crate::state::channel::{Mishap, Notification};
use crate::state::oauth::Grant;
use crate::wire::query::Query;
use crate::wire::scope::Scopes;

/// A running fake. It ends when the last clone is dropped.
#[derive(Clone)]
pub struct GoogleFake {
    shared: Arc<Shared>,
    address: SocketAddr,
    _tasks: Arc<Tasks>,
}

struct Tasks(Vec<JoinHandle<std::convert::Infallible>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Where everything is. Google has it on several hosts; here it is under one root, by the same paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where people are sent to consent.
    pub authorize: String,
    /// Where codes and refresh tokens are exchanged.
    pub token: String,
    /// Where tokens are revoked.
    pub revoke: String,
    /// What the paths of the Calendar API begin with. It ends with a slash.
    pub calendar: String,
    /// Where batches go.
    pub batch: String,
}

impl GoogleFake {
    /// Starts a fake on loopback, in the tokio runtime that this is called in.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            clock: Shifted::new(options.clock),
            client: options.client,
            delivery: options.delivery,
            reach: Mutex::new(options.reach),
            control: options.control,
            world: Mutex::new(World::new(options.seed, options.rules)),
            script: Mutex::new(Script::default()),
            log: Mutex::default(),
            news: Notify::new(),
        });
        let mut tasks = vec![tokio::spawn(serve(listener, Arc::clone(&shared)))];
        if options.delivery != Delivery::Manual {
            tasks.push(tokio::spawn(deliver(Arc::clone(&shared))));
        }
        Ok(Self { shared, address, _tasks: Arc::new(Tasks(tasks)) })
    }

    /// The root, such as `http://127.0.0.1:4701`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where everything is.
    pub fn endpoints(&self) -> Endpoints {
        let url = self.url();
        Endpoints {
            authorize: format!("{url}/o/oauth2/v2/auth"),
            token: format!("{url}/token"),
            revoke: format!("{url}/revoke"),
            calendar: format!("{url}/calendar/v3/"),
            batch: format!("{url}/batch/calendar/v3"),
        }
    }

    /// The person with this address, made with a primary calendar in UTC if there is none.
    pub fn account(&self, email: &str) -> Person {
        self.account_in(email, "UTC")
    }

    /// The person with this address, made with a primary calendar in this zone if there is none.
    pub fn account_in(&self, email: &str, zone: &str) -> Person {
        lock(&self.shared.world).add_account(email, zone, self.shared.now());
        Person::new(Arc::clone(&self.shared), email)
    }

    /// Lets a person answer the consent screen at `authorize_url`, which makes the account if there is none. The
    /// address that they are sent back to, with a code or an error.
    ///
    /// # Panics
    /// Where Google shows a page of its own instead: for another client, or an address to go back to that is not its.
    #[track_caller]
    pub fn consent(&self, authorize_url: &str, email: &str, grant: Grant<'_>) -> String {
        self.account(email);
        let (_, query) = authorize_url.split_once('?').unwrap_or((authorize_url, ""));
        match self.shared.consent(&Query::parse(query), email, grant) {
            Ok(to) => to,
            Err((status, error)) => panic!("Google shows an error page: {status} {error}"),
        }
    }

    /// An access token as if the person had consented to these scopes (with or without what they begin with).
    pub fn access_token(&self, email: &str, scopes: &[&str]) -> String {
        self.account(email);
        let world = &mut *lock(&self.shared.world);
        let scopes = Scopes::parse(&scopes.join(" "));
        let answer = world.oauth.access(email, scopes, &mut world.ids, self.shared.now());
        answer["access_token"].as_str().unwrap_or_default().to_owned()
    }

    /// Puts an event into a calendar of Google's own, such as one of holidays, which is made if there is none.
    ///
    /// # Panics
    /// If Google would not take the event.
    #[track_caller]
    pub fn publish(&self, calendar: &str, event: Value) -> Value {
        self.published(calendar);
        Person::new(Arc::clone(&self.shared), "publisher@google.example").insert_event(calendar, event)
    }

    fn published(&self, id: &str) {
        publish(&mut lock(&self.shared.world), id, id, self.shared.now());
    }

    /// Lets something go wrong. Earlier faults come first.
    pub fn fail(&self, fault: Fault) {
        lock(&self.shared.script).push(fault);
    }

    /// How many faults have not happened yet.
    pub fn faults_left(&self) -> usize {
        lock(&self.shared.script).left()
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        lock(&self.shared.script).clear();
    }

    /// Lets something become of the next notification; said again, of the one after it.
    pub fn mishap(&self, mishap: Mishap) {
        lock(&self.shared.world).channels.mishaps.push(mishap);
    }

    /// What was asked for, the earliest first; parts of a batch before their batch.
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.shared.log).clone()
    }

    /// What was asked for since this was last called.
    pub fn take_requests(&self) -> Vec<Asked> {
        std::mem::take(&mut *lock(&self.shared.log))
    }

    /// How many requests came, a batch counted as one.
    pub fn round_trips(&self) -> usize {
        lock(&self.shared.log).iter().filter(|asked| !asked.is_part).count()
    }

    /// Every code, access token, refresh token, sync token and page token that was ever handed out: none of them may be in a
    /// log. Page tokens of long ago are left out.
    pub fn issued_tokens(&self) -> Vec<String> {
        let world = lock(&self.shared.world);
        world.oauth.issued.iter().chain(world.listings.tokens()).cloned().collect()
    }

    /// The person takes back what they granted, in Google's own pages. All their tokens are dead.
    pub fn revoke(&self, email: &str) {
        lock(&self.shared.world).oauth.revoke_person(email);
    }

    /// The person's refresh tokens are dead, for one of Google's many reasons. Access tokens live on.
    pub fn kill_refresh_tokens(&self, email: &str) {
        lock(&self.shared.world).oauth.kill_refresh_tokens(email);
    }

    /// Every access token has expired.
    pub fn expire_access_tokens(&self) {
        lock(&self.shared.world).oauth.expire_access_tokens();
    }

    /// The next so many codes are exchanged without a refresh token, whatever was asked for.
    pub fn withhold_refresh_tokens(&self, codes: u32) {
        lock(&self.shared.world).oauth.withheld = codes;
    }

    /// The next so many renewals answer with a new refresh token, and the old one is dead.
    pub fn replace_refresh_tokens(&self, renewals: u32) {
        lock(&self.shared.world).oauth.replaced = renewals;
    }

    /// Sync tokens of the calendar's events that were handed out until now are no longer valid.
    ///
    /// # Panics
    /// If there is no such calendar.
    #[track_caller]
    pub fn forget_sync_tokens(&self, calendar: &str) {
        let mut world = lock(&self.shared.world);
        let serial = world.next_serial();
        let calendar = world.calendars.get_mut(calendar).unwrap_or_else(|| panic!("there is no {calendar}"));
        calendar.floors.insert(String::new(), serial);
    }

    /// Sync tokens of the person's list of calendars that were handed out until now are no longer valid.
    pub fn forget_list_sync_tokens(&self, email: &str) {
        let mut world = lock(&self.shared.world);
        let serial = world.next_serial();
        if let Some(account) = world.accounts.get_mut(email) {
            account.floor = serial;
        }
    }

    /// From now on a page has so many rows at most, whatever is asked for.
    pub fn cut_pages(&self, rows: usize) {
        lock(&self.shared.world).rules.page_rows = Some(rows.max(1));
    }

    /// Addresses of channels that begin with `known` are reached at `reached` instead.
    pub fn reach(&self, known: &str, reached: &str) {
        lock(&self.shared.reach).push((known.to_owned(), reached.to_owned()));
    }

    /// Puts the fake's time forward, on top of what its clock says.
    pub fn advance(&self, by: SignedDuration) {
        self.shared.clock.advance(by);
        self.shared.news.notify_one();
    }

    /// The notifications that wait to be delivered.
    pub fn notifications(&self) -> Vec<Notification> {
        lock(&self.shared.world).channels.outbox.clone()
    }

    /// The notifications that wait to be delivered, which then no longer do: for delivering them in an order of one's
    /// own.
    pub fn take_notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut lock(&self.shared.world).channels.outbox)
    }

    /// Sends one notification now, and answers with the status that it got.
    pub async fn deliver(&self, notification: &Notification) -> Option<u16> {
        self.shared.post(notification).await
    }

    /// Sends the notifications that are due, in order.
    pub async fn deliver_due(&self) -> Vec<Delivered> {
        self.shared.deliver_due().await
    }

    /// How many channels are open.
    pub fn open_channels(&self) -> usize {
        let now = self.shared.now();
        lock(&self.shared.world).channels.open.iter().filter(|channel| channel.expires > now).count()
    }
}

/// Makes one of Google's own calendars if there is none.
pub(crate) fn publish(world: &mut World, id: &str, summary: &str, now: jiff::Timestamp) {
    if !world.calendars.contains_key(id) {
        world.add_calendar(Calendar::new(id, Kind::of(id), summary, "UTC", now));
    }
}

impl std::fmt::Debug for GoogleFake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GoogleFake").field("url", &self.url()).finish_non_exhaustive()
    }
}
