//! Channels, and the notifications that wait to be delivered over them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::ids::Ids;

/// What a channel tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// The events of a calendar.
    Events(String),
    /// A person's list of calendars.
    Calendars(String),
}

/// A channel that notifications go over, until it expires or is stopped.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) resource_id: String,
    pub(crate) resource_uri: String,
    pub(crate) watched: Watched,
    pub(crate) address: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
    pub(crate) email: String,
    pub(crate) client: Option<String>,
    /// Of the last notification.
    pub(crate) number: u64,
}

/// A notification: a POST without a body.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// Where it goes.
    pub address: String,
    /// All headers that it has.
    pub headers: Vec<(String, String)>,
    /// When it is next tried.
    pub due: Timestamp,
    /// How often it was tried in vain.
    pub attempts: u32,
}

impl Notification {
    /// The value of a header, such as `X-Goog-Resource-State`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for Notification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notification")
            .field("channel", &self.header("X-Goog-Channel-ID"))
            .field("state", &self.header("X-Goog-Resource-State"))
            .field("number", &self.header("X-Goog-Message-Number"))
            .field("due", &self.due)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Something that becomes of notifications on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The next notification is lost.
    Drop,
    /// The next notification comes twice.
    Duplicate,
    /// The next notification comes after the one that follows it.
    Overtaken,
    /// The next notification comes so many seconds late.
    Delay(u32),
}

/// All channels there are, and what is to be delivered.
#[derive(Default)]
pub(crate) struct Channels {
    pub(crate) open: Vec<Channel>,
    /// Ids of channels may be used once.
    used: BTreeSet<String>,
    resources: BTreeMap<String, String>,
    pub(crate) outbox: Vec<Notification>,
    pub(crate) mishaps: Vec<Mishap>,
    held_back: Option<Notification>,
}

impl Channels {
    /// Whether the id is free, which it then no longer is.
    pub(crate) fn take_id(&mut self, id: &str) -> bool {
        self.used.insert(id.to_owned())
    }

    /// The id of what is watched: one for all channels of a person on one thing.
    pub(crate) fn resource_id(&mut self, uri: &str, email: &str, ids: &mut Ids) -> String {
        let resource = self.resources.entry(format!("{email} {uri}"));
        resource.or_insert_with(|| ids.token("", 20)).clone()
    }

    /// Opens a channel, which says so over itself.
    pub(crate) fn open(&mut self, channel: Channel, now: Timestamp) {
        let sync = channel.notification("sync", now);
        self.open.push(channel);
        self.send(sync);
    }

    /// Closes a channel. Only who opened it may.
    pub(crate) fn stop(
        &mut self,
        id: &str,
        resource_id: &str,
        email: &str,
        client: Option<&str>,
        now: Timestamp,
    ) -> bool {
        let before = self.open.len();
        self.open.retain(|channel| {
            channel.expires <= now
                || channel.id != id
                || channel.resource_id != resource_id
                || channel.email != email
                || channel.client.as_deref() != client
        });
        self.open.len() < before
    }

    pub(crate) fn announce(&mut self, watched: &Watched, ids: &mut Ids, now: Timestamp) {
        self.open.retain(|channel| channel.expires > now);
        let mut news = Vec::new();
        for channel in self.open.iter_mut().filter(|channel| channel.watched == *watched) {
            // Numbers rise, but not by one.
            channel.number += ids.step(7);
            news.push(channel.notification("exists", now));
        }
        for notification in news {
            self.send(notification);
        }
    }

    fn send(&mut self, mut notification: Notification) {
        let mishap = if self.mishaps.is_empty() { None } else { Some(self.mishaps.remove(0)) };
        match mishap {
            Some(Mishap::Drop) => return,
            Some(Mishap::Duplicate) => self.outbox.push(notification.clone()),
            Some(Mishap::Delay(seconds)) => {
                notification.due += jiff::SignedDuration::from_secs(seconds.into());
            }
            Some(Mishap::Overtaken) => {
                self.outbox.extend(self.held_back.replace(notification));
                return;
            }
            None => {}
        }
        self.outbox.push(notification);
        self.outbox.extend(self.held_back.take());
    }
}

impl Channel {
    fn notification(&self, state: &str, now: Timestamp) -> Notification {
        let expires = self.expires.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![
            ("X-Goog-Channel-ID".to_owned(), self.id.clone()),
            ("X-Goog-Channel-Expiration".to_owned(), expires),
            ("X-Goog-Message-Number".to_owned(), self.number.to_string()),
            ("X-Goog-Resource-ID".to_owned(), self.resource_id.clone()),
            ("X-Goog-Resource-State".to_owned(), state.to_owned()),
            ("X-Goog-Resource-URI".to_owned(), self.resource_uri.clone()),
        ];
        headers.extend(self.token.clone().map(|token| ("X-Goog-Channel-Token".to_owned(), token)));
        Notification { address: self.address.clone(), headers, due: now, attempts: 0 }
    }
}
