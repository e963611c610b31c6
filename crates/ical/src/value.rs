//! The values of properties: dates, times, durations, periods and offsets, as they are written.

use jiff::civil::{Date, DateTime, Time};

/// What a DATE, a DATE-TIME or a DATE-TIME in UTC says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Day(Date),
    Local(DateTime),
    Utc(DateTime),
}

impl Written {
    /// Reads `20260329`, `20260329T101500` or `20260329T081500Z`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((day, time)) = text.split_once(['T', 't']) else { return Some(Self::Day(date(text)?)) };
        let (time, is_utc) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, true),
            None => (time, false),
        };
        let wall = date(day)?.to_datetime(time_of_day(time)?);
        Some(if is_utc { Self::Utc(wall) } else { Self::Local(wall) })
    }
}

/// A DURATION. Days are those of the calendar, which may last 23 or 25 hours; seconds are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Duration {
    pub(crate) days: i64,
    pub(crate) seconds: i64,
}

impl Duration {
    /// Reads `P1W`, `P1DT12H`, `PT1H30M`, `-PT15M`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(&text)),
        };
        let text = text.strip_prefix('P')?;
        let (days, time) = text.split_once('T').unwrap_or((text, ""));
        if days.is_empty() && time.is_empty() {
            return None;
        }
        let days = sum(days, &[('W', 7), ('D', 1)])?;
        let seconds = sum(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
        Some(Self { days: sign * days, seconds: sign * seconds })
    }
}

/// How a PERIOD ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeriodEnd {
    At(Written),
    After(Duration),
}

/// Reads `20260329T101500Z/20260329T115500Z` or `20260329T101500Z/PT1H40M`.
pub(crate) fn period(text: &str) -> Option<(Written, PeriodEnd)> {
    let (start, end) = text.split_once('/')?;
    let end = match Duration::parse(end) {
        Some(duration) => PeriodEnd::After(duration),
        None => PeriodEnd::At(Written::parse(end)?),
    };
    Some((Written::parse(start)?, end))
}

/// Reads a UTC-OFFSET such as `+0100` or `-043000`, as seconds.
pub(crate) fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let part = |range: std::ops::Range<usize>| number(digits.get(range)?);
    let seconds = if digits.len() == 6 { part(4..6)? } else { 0 };
    let (hours, minutes) = (part(0..2)?, part(2..4)?);
    let is_offset = [4, 6].contains(&digits.len()) && hours < 24 && minutes < 60 && seconds < 60;
    is_offset.then(|| i32::try_from(sign * (hours * 3600 + minutes * 60 + seconds)).ok()).flatten()
}

fn date(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    let part = |range: std::ops::Range<usize>| number(text.get(range)?);
    let year = i16::try_from(part(0..4)?).ok().filter(|year| (1..=9998).contains(year))?;
    Date::new(year, i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?).ok()
}

fn time_of_day(text: &str) -> Option<Time> {
    if text.len() != 6 {
        return None;
    }
    let part = |range: std::ops::Range<usize>| i8::try_from(number(text.get(range)?)?).ok();
    // A leap second is read as the second before it.
    let second = part(4..6)?;
    let second = if second == 60 { 59 } else { second };
    Time::new(part(0..2)?, part(2..4)?, second, 0).ok()
}

/// The sum of numbers with units, each unit at most once and in this order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    for (unit, worth) in units {
        if let Some((count, rest)) = text.split_once(*unit) {
            sum = sum.checked_add(number(count)?.checked_mul(*worth)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

/// A number of up to nine digits.
fn number(digits: &str) -> Option<i64> {
    let is_number = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    #[test]
    fn a_time_is_a_day_a_local_time_or_one_in_utc() {
        let wall = civil::date(2026, 3, 29).at(10, 15, 0, 0);
        assert_eq!(Written::parse("20260329"), Some(Written::Day(wall.date())));
        assert_eq!(Written::parse("20260329T101500"), Some(Written::Local(wall)));
        assert_eq!(Written::parse(" 20260329T101500Z "), Some(Written::Utc(wall)));
        assert_eq!(Written::parse("20260329T101560Z"), Written::parse("20260329T101559Z"));
        for wrong in [
            "",
            "2026-03-29",
            "20260230",
            "20260329T1015",
            "20260329T251500",
            "00000101",
            "２０２６0329",
            "é0260329",
        ] {
            assert_eq!(Written::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_keeps_days_apart_from_hours() {
        let duration = |days, seconds| Some(Duration { days, seconds });
        assert_eq!(Duration::parse("P1W"), duration(7, 0));
        assert_eq!(Duration::parse("P1DT12H30M5S"), duration(1, 45_005));
        assert_eq!(Duration::parse("-PT15M"), duration(0, -900));
        assert_eq!(Duration::parse("+PT0S"), duration(0, 0));
        for wrong in ["", "P", "PT", "1H", "P1H", "PT1D", "PT1M1H", "PT1.5H", "PTH", "P9999999999D"] {
            assert_eq!(Duration::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_period_ends_at_a_time_or_after_a_duration() {
        let start = Written::parse("20260329T101500Z").unwrap();
        let end = Written::parse("20260329T115500Z").unwrap();
        assert_eq!(period("20260329T101500Z/20260329T115500Z"), Some((start, PeriodEnd::At(end))));
        let duration = Duration { days: 0, seconds: 6000 };
        assert_eq!(period("20260329T101500Z/PT1H40M"), Some((start, PeriodEnd::After(duration))));
        assert_eq!(period("20260329T101500Z"), None);
    }

    #[test]
    fn an_offset_has_a_sign_hours_and_minutes() {
        assert_eq!(
            [offset("+0100"), offset("-0430"), offset("+005328")],
            [Some(3600), Some(-16_200), Some(3208)]
        );
        assert_eq!([offset("0100"), offset("+1"), offset("+2400"), offset("+01:00")], [None; 4]);
    }
}
