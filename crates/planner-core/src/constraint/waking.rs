//! Nothing is placed outside the student's waking hours, as the wall clock shows them.

use crate::model::Settings;
use crate::time::{Interval, LocalDay};

/// The waking hours of every local day that touches `span`, earliest first.
///
/// They are not joined where they touch: what is placed lies within those of one day.
pub(crate) fn hours(span: Interval, settings: &Settings) -> Vec<Interval> {
    let (start, end) = (settings.day_start_minute, settings.day_end_minute);
    of_each_day(span, settings, |day| settings.zone.between(day, start, end))
}

/// The whole of every local day that touches `span`, earliest first.
pub(crate) fn whole_days(span: Interval, settings: &Settings) -> Vec<Interval> {
    of_each_day(span, settings, |day| settings.zone.whole_day(day))
}

fn of_each_day(
    span: Interval,
    settings: &Settings,
    hours_of: impl Fn(LocalDay) -> Option<Interval>,
) -> Vec<Interval> {
    let last = settings.zone.local(span.end()).day;
    let mut day = settings.zone.local(span.start()).day.previous();
    let mut hours = Vec::new();
    loop {
        hours.extend(hours_of(day).filter(|waking| waking.overlaps(span)));
        if day > last {
            return hours;
        }
        day = day.next();
    }
}
