//! What is kept of Google Calendar, one file for each table.

pub(crate) mod accounts;
pub(crate) mod busy;
pub(crate) mod calendars;
pub(crate) mod channels;
pub(crate) mod choice;
pub(crate) mod links;
pub(crate) mod mirror;
pub(crate) mod sign_ins;
pub(crate) mod synced;

use std::collections::BTreeMap;

use planner_core::time::Moment;
use time::OffsetDateTime;

/// The last item of each key, in order of key. One statement writes a row once only.
pub(super) fn last_of_each<K: Ord, T>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let items: BTreeMap<K, T> = items.into_iter().map(|item| (key(&item), item)).collect();
    items.into_values().collect()
}

pub(super) fn column(moment: Option<Moment>) -> Option<OffsetDateTime> {
    moment.map(OffsetDateTime::from)
}
