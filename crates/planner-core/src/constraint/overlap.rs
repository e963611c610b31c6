//! Two things do not happen at once, unless one of them is transparent.

use crate::model::Event;
use crate::time::{Interval, Spans};

/// The time that fixed events and other calendars keep to themselves.
pub(crate) fn taken<'a>(fixed: impl Iterator<Item = &'a Event>, busy: &[Interval]) -> Spans {
    let events = fixed.filter(|event| event.blocks()).map(|event| event.interval);
    Spans::union(events.chain(busy.iter().copied()))
}
