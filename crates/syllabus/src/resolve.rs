//! Makes days of dates as they are written.

use time::{Date, Duration, Month, Weekday};

use crate::context::{Context, Language};
use crate::dates::written::{Form, Until, Written};
use crate::evidence::{Evidence, Order, Window, place};
use crate::reading::{Flag, Rule};

/// A day, or a stretch of days, and what it was inferred from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) date: Date,
    pub(crate) last: Option<Date>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) rules: Vec<Rule>,
}

/// How many days outside of the course's term a date is odd; exams come after the last day of classes.
const FAR: i64 = 21;

/// The day of a date, as far as there is one.
pub(crate) fn resolve(written: &Written, evidence: &Evidence, context: &Context) -> Option<Resolved> {
    let (date, mut flags, mut rules) = day(written, evidence)?;
    let last = until(written, date, evidence);
    let distance = |window: &Window| (window.start - date).whole_days().max((date - window.end).whole_days());
    if (evidence.window.named && distance(&evidence.window) > 3) || is_outside(date, context) {
        flags.push(Flag::FarFromTerm);
    }
    if written.year.is_some() {
        rules.push(Rule::OwnYear);
        if written.year.is_some_and(|year| (year - evidence.window.start.year()).abs() > 2) {
            flags.push(Flag::FarFromTerm);
        }
    } else {
        rules.push(evidence.window.rule.clone());
        flags.push(Flag::YearInferred);
        if !evidence.window.sure {
            flags.push(Flag::YearUncertain);
        }
        if evidence.copied {
            flags.push(Flag::CopiedFromOtherYear);
        }
    }
    if let Some(weekday) = written.weekday {
        let over = |last: Date| {
            (0..=6).any(|day| {
                date.checked_add(Duration::days(day)).is_some_and(|at| at <= last && at.weekday() == weekday)
            })
        };
        if date.weekday() == weekday || last.is_some_and(over) {
            rules.push(Rule::WeekdayAgrees);
        } else {
            flags.push(Flag::WeekdayMismatch);
        }
    }
    Some(Resolved { date, last, flags, rules })
}

/// Whether a date is outside of the term that the course is known to be in.
pub(crate) fn is_outside(date: Date, context: &Context) -> bool {
    context.term.as_ref().is_some_and(|term| {
        (term.start - date).whole_days() > FAR || (date - term.end).whole_days() > FAR + 7
    })
}

fn day(written: &Written, evidence: &Evidence) -> Option<(Date, Vec<Flag>, Vec<Rule>)> {
    let put = |month, day| place(month, day, written.year, &evidence.window).map(|(date, _)| date);
    let (first, second, sign) = match written.form {
        Form::Named(month, day) => return Some((put(month, day)?, Vec::new(), Vec::new())),
        Form::Numbers(first, second, sign) => (first, second, sign),
    };
    let read = |month: u8, day: u8| put(Month::try_from(month).ok()?, day);
    let (month_first, day_first) = (read(first, second), read(second, first));
    let told = |why: &str| vec![Rule::Order(why.to_owned())];
    let order = if sign == '.'
        && (first > 12 || evidence.language != Language::English || evidence.order == Order::Unknown)
    {
        Order::DayFirst("the dots")
    } else {
        evidence.order
    };
    match (month_first, day_first) {
        (Some(date), None) if first != second => Some((date, Vec::new(), told("a number beyond 12"))),
        (None, Some(date)) if first != second => Some((date, Vec::new(), told("a number beyond 12"))),
        (Some(one), Some(_)) if first == second => Some((one, Vec::new(), Vec::new())),
        (Some(one), Some(other)) => Some(match order {
            Order::MonthFirst(why) => (one, Vec::new(), told(why)),
            Order::DayFirst(why) => (other, Vec::new(), told(why)),
            Order::Unknown => between(one, other, written.weekday),
        }),
        _ => None,
    }
}

/// One of the two days that a date may be: that of its weekday, or else that of Americans, with a flag.
fn between(one: Date, other: Date, weekday: Option<Weekday>) -> (Date, Vec<Flag>, Vec<Rule>) {
    let agree = |date: Date| weekday.is_some_and(|weekday| weekday == date.weekday());
    let told = vec![Rule::Order("its weekday".to_owned())];
    match (agree(one), agree(other)) {
        (true, false) => (one, Vec::new(), told),
        (false, true) => (other, Vec::new(), told),
        _ => (one, vec![Flag::Ambiguous], Vec::new()),
    }
}

/// The last day of a stretch that begins on `date`.
fn until(written: &Written, date: Date, evidence: &Evidence) -> Option<Date> {
    let last = match written.until? {
        Until::Day(day) => Date::from_calendar_date(date.year(), date.month(), day).ok()?,
        Until::Other(form, year) => {
            let year = year.or(written.year);
            let other = Written { form, year, until: None, weekday: None, tokens: 0..0, bare: false };
            let (last, ..) = day(&other, evidence)?;
            // `Dec 28 – Jan 3`: the year turns in between.
            if last < date && year.is_none() { last.replace_year(date.year() + 1).ok()? } else { last }
        }
    };
    (last > date && (last - date).whole_days() <= 60).then_some(last)
}

/// The day of a weekday in the week of `date`; weeks begin on Monday, but for a stretch that begins on a Sunday.
pub(crate) fn in_week(date: Date, weekday: Weekday) -> Option<Date> {
    let from_monday = i64::from(date.weekday().number_days_from_monday());
    let monday = if date.weekday() == Weekday::Sunday {
        date.checked_add(Duration::days(1))?
    } else {
        date.checked_sub(Duration::days(from_monday))?
    };
    if date.weekday() == Weekday::Sunday && weekday == Weekday::Sunday {
        return Some(date);
    }
    monday.checked_add(Duration::days(i64::from(weekday.number_days_from_monday())))
}
