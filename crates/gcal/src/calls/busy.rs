//! When calendars are busy.

use std::collections::BTreeMap;

use app::ports::google::{Account, Busy, GoogleError};
use google_calendar3::api::{FreeBusyCalendar, FreeBusyResponse, TimePeriod};
use planner_core::time::{Instant, Interval, MINUTES_PER_24H, Moment};
use serde_json::json;

use crate::convert;
use crate::gcal::Gcal;
use crate::road::decode;
use crate::wire::word;

const QUERY: &str = "freebusy.query";
/// Calendars that Google tells of at once.
const MOST_CALENDARS: usize = 50;
/// Minutes that Google tells of at once; how many it would in truth, it does not say.
const LONGEST: i64 = 90 * MINUTES_PER_24H;

impl Gcal {
    pub(crate) async fn find_busy(
        &self,
        account: &Account,
        calendars: &[String],
        span: Interval,
    ) -> Result<Vec<Busy>, GoogleError> {
        let mut all = Vec::with_capacity(calendars.len());
        for some in calendars.chunks(MOST_CALENDARS) {
            let mut found: Vec<Busy> = some.iter().map(|_| Busy::Known(Vec::new())).collect();
            for stretch in stretches(span) {
                let told = self.ask_busy(account, some, stretch).await?;
                for (busy, id) in found.iter_mut().zip(some) {
                    add(busy, told.get(id), stretch);
                }
            }
            all.extend(found);
        }
        all.iter_mut().for_each(merge);
        Ok(all)
    }

    async fn ask_busy(
        &self,
        account: &Account,
        calendars: &[String],
        span: Interval,
    ) -> Result<BTreeMap<String, FreeBusyCalendar>, GoogleError> {
        let items: Vec<_> = calendars.iter().map(|id| json!({"id": id})).collect();
        let body = json!({
            "timeMin": span.start().to_string(),
            "timeMax": span.end().to_string(),
            "timeZone": "UTC",
            "calendarExpansionMax": MOST_CALENDARS,
            "items": items,
        });
        // It is a POST that changes nothing.
        let answer = self.read(account, &self.post(QUERY, "freeBusy", &body)).await?;
        let told: FreeBusyResponse = decode(QUERY, &answer)?;
        Ok(told.calendars.unwrap_or_default().into_iter().collect())
    }
}

/// The span in pieces that Google takes.
fn stretches(span: Interval) -> impl Iterator<Item = Interval> {
    let mut from = span.start();
    std::iter::from_fn(move || {
        let stretch = Interval::new(from, from.plus(LONGEST).min(span.end()))?;
        from = stretch.end();
        Some(stretch)
    })
}

/// Adds what was told of one stretch. Where that is not known, the whole is not.
fn add(busy: &mut Busy, told: Option<&FreeBusyCalendar>, stretch: Interval) {
    let Busy::Known(known) = busy else { return };
    match read(told, stretch) {
        Ok(more) => known.extend(more),
        Err(reason) => *busy = Busy::Unknown(reason),
    }
}

/// A calendar of which nothing is told, or nothing that makes sense, is not free for that.
fn read(told: Option<&FreeBusyCalendar>, stretch: Interval) -> Result<Vec<Interval>, String> {
    let told = told.ok_or("missing")?;
    if let Some(error) = told.errors.iter().flatten().next() {
        let reason = error.reason.as_deref().map(word).filter(|reason| !reason.is_empty());
        return Err(reason.unwrap_or_else(|| "notUnderstood".to_owned()));
    }
    let periods = told.busy.as_ref().ok_or("missing")?;
    let mut busy = Vec::with_capacity(periods.len());
    for period in periods {
        let (start, end) = minutes(period).ok_or("notUnderstood")?;
        busy.extend(Interval::new(start.max(stretch.start()), end.min(stretch.end())));
    }
    Ok(busy)
}

fn minutes(period: &TimePeriod) -> Option<(Instant, Instant)> {
    let moment = |time| convert::moment(time).map(Moment::from);
    Some((moment(period.start?)?.floor(), moment(period.end?)?.ceil()))
}

/// Puts stretches in order, and those together that touch.
fn merge(busy: &mut Busy) {
    let Busy::Known(known) = busy else { return };
    known.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(known.len());
    for next in known.drain(..) {
        match merged.last_mut() {
            Some(last) if next.start() <= last.end() => {
                *last = Interval::new(last.start(), last.end().max(next.end())).unwrap_or(*last);
            }
            _ => merged.push(next),
        }
    }
    *known = merged;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        Interval::new(Instant::from_unix_minutes(start), Instant::from_unix_minutes(end)).unwrap()
    }

    fn calendar(told: serde_json::Value) -> FreeBusyCalendar {
        serde_json::from_value(told).unwrap()
    }

    #[test]
    fn what_is_not_known_is_not_free() {
        let day = interval(0, MINUTES_PER_24H);
        let unknown = |told: Option<&FreeBusyCalendar>| read(told, day).unwrap_err();
        assert_eq!(unknown(None), "missing");
        assert_eq!(unknown(Some(&calendar(json!({})))), "missing");
        let refused = calendar(json!({"busy": [], "errors": [{"domain": "global", "reason": "notFound"}]}));
        assert_eq!(unknown(Some(&refused)), "notFound");
        let endless = calendar(json!({"busy": [{"start": "1970-01-01T10:00:00Z"}]}));
        assert_eq!(unknown(Some(&endless)), "notUnderstood");
        assert_eq!(read(Some(&calendar(json!({"busy": []}))), day), Ok(Vec::new()));
    }

    #[test]
    fn seconds_are_widened_to_minutes_within_what_was_asked() {
        let told = calendar(json!({"busy": [
            {"start": "1970-01-01T00:09:59Z", "end": "1970-01-01T02:10:01+02:00"},
            {"start": "1969-12-31T23:00:00Z", "end": "1970-01-01T00:01:00Z"},
            {"start": "1970-01-02T00:00:00Z", "end": "1970-01-02T01:00:00Z"},
        ]}));
        assert_eq!(
            read(Some(&told), interval(0, MINUTES_PER_24H)),
            Ok(vec![interval(9, 11), interval(0, 1)])
        );
    }

    proptest! {
        #[test]
        fn a_span_is_asked_about_piece_by_piece(start in -1_000_000..1_000_000_i64, minutes in 1..1_000_000_i64) {
            let span = interval(start, start + minutes);
            let pieces: Vec<Interval> = stretches(span).collect();
            prop_assert_eq!(pieces[0].start(), span.start());
            prop_assert_eq!(pieces.last().unwrap().end(), span.end());
            prop_assert!(pieces.windows(2).all(|pair| pair[0].end() == pair[1].start()));
            prop_assert!(pieces.iter().all(|piece| piece.minutes() <= LONGEST));
        }

        #[test]
        fn merging_loses_no_minute_and_adds_none(list in prop::collection::vec((0..100_i64, 1..20_i64), 0..20)) {
            let list: Vec<Interval> = list.into_iter().map(|(start, long)| interval(start, start + long)).collect();
            let minutes = |list: &[Interval]| -> BTreeSet<i64> {
                let each = |one: &Interval| one.start().unix_minutes()..one.end().unix_minutes();
                list.iter().flat_map(each).collect()
            };
            let mut busy = Busy::Known(list.clone());
            merge(&mut busy);
            let Busy::Known(merged) = busy else { unreachable!() };
            prop_assert_eq!(minutes(&merged), minutes(&list));
            prop_assert!(merged.windows(2).all(|pair| pair[0].end() < pair[1].start()));
        }
    }
}
