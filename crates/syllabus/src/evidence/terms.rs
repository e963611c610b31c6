//! Terms that the page names, and the day from which it counts its weeks.

use time::{Date, Month};

use super::Witness;
use super::order::{Order, read};
use super::years::{Window, place};
use crate::dates::token::Token;
use crate::words::among;
use crate::words::calendar::{Season, season};

/// A term, as the page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) start: Date,
    pub(super) end: Date,
    /// It stands in a heading or among the first lines.
    pub(super) leads: bool,
}

/// The terms that the page names, in the order of the page.
pub(super) fn terms(witnesses: &[Witness]) -> Vec<Named> {
    let mut list: Vec<Named> = Vec::new();
    for witness in witnesses {
        let tokens = &witness.notes.tokens;
        for at in 0..tokens.len() {
            if let Some((start, end, last)) = seasonal(tokens, at).or_else(|| academic(tokens, at)) {
                let first = if last == at { at.saturating_sub(1) } else { at };
                let name = witness.text[tokens[first].at.start..tokens[last].at.end].to_owned();
                if !list
                    .iter()
                    .any(|term| (term.start, term.end) == (start, end) && term.leads >= witness.leads)
                {
                    list.push(Named { name, start, end, leads: witness.leads });
                }
            }
        }
    }
    list
}

/// `Fall 2026`, `WS 2026/27`, `2026 Spring`, `Fall Semester, 2026`, `F26` as `fa26`.
fn seasonal(tokens: &[Token], at: usize) -> Option<(Date, Date, usize)> {
    let word = tokens[at].word();
    let season = season(word).or_else(|| short_season(tokens, at))?;
    let bare = word.len() <= 2;
    for next in at + 1..(at + 5).min(tokens.len()) {
        if let Some(year) = tokens[next].number(4).filter(|year| (1990..2100).contains(year)) {
            return stretch(season, year, next);
        }
        let apostrophe = tokens[next - 1].is('\'');
        let short =
            tokens[next].number(2).filter(|_| tokens[next].at.len() == 2 && (apostrophe || next == at + 1));
        if let Some(year) = short.filter(|year| (10..60).contains(year)) {
            let goes_on =
                tokens.get(next + 1).is_some_and(|token| token.is(':') || token.is('.') || token.is('%'));
            let date = apostrophe
                || matches!(season, Season::WinterSemester | Season::SummerSemester)
                || !tokens[next].apart;
            return (!goes_on && date).then(|| stretch(season, 2000 + year, next)).flatten();
        }
        let counted = tokens[next].number(1).is_some() && tokens[next].apart;
        let fills = counted
            || among("term semester quarter session of de trimestre i ii iii a b", tokens[next].word());
        if !(fills
            || tokens[next].is(',')
            || tokens[next].is('\'')
            || tokens[next].is('-')
            || tokens[next].is('.'))
        {
            break;
        }
    }
    let before = at.checked_sub(1)?;
    let year = tokens[before].number(4).filter(|year| (1990..2100).contains(year) && !bare)?;
    let (start, end, _) = stretch(season, year, at)?;
    Some((start, end, at))
}

/// `fa26`, `sp2026`.
fn short_season(tokens: &[Token], at: usize) -> Option<Season> {
    let close = tokens.get(at + 1).is_some_and(|next| !next.apart);
    match tokens[at].word() {
        "fa" | "f" if close => Some(Season::Fall),
        "sp" | "s" if close => Some(Season::Spring),
        "su" if close => Some(Season::Summer),
        "wi" if close => Some(Season::Winter),
        _ => None,
    }
}

fn stretch(season: Season, year: u32, last: usize) -> Option<(Date, Date, usize)> {
    let year = i32::try_from(year).ok()?;
    let day = |year, month, day| Date::from_calendar_date(year, month, day).ok();
    let (start, end) = match season {
        Season::Fall => (day(year, Month::August, 1)?, day(year + 1, Month::January, 31)?),
        Season::Winter => (day(year, Month::January, 1)?, day(year, Month::May, 15)?),
        Season::Spring => (day(year, Month::January, 1)?, day(year, Month::July, 15)?),
        Season::Summer => (day(year, Month::May, 1)?, day(year, Month::September, 20)?),
        Season::WinterSemester => (day(year, Month::September, 1)?, day(year + 1, Month::April, 30)?),
        Season::SummerSemester => (day(year, Month::February, 15)?, day(year, Month::October, 31)?),
    };
    Some((start, end, last))
}

/// `2026-2027`, `2026/27`.
fn academic(tokens: &[Token], at: usize) -> Option<(Date, Date, usize)> {
    let year = tokens[at].number(4).filter(|year| (1990..2100).contains(year))?;
    let parted = tokens.get(at + 1).is_some_and(|sign| sign.is('-') || sign.is('/'));
    let next = tokens.get(at + 2).filter(|next| !next.apart && parted)?;
    let follows = next.number(4).is_some_and(|next| next == year + 1)
        || next.at.len() == 2 && next.number(2).is_some_and(|next| next == (year + 1) % 100);
    let date = tokens.get(at + 3).is_some_and(|sign| !sign.apart && (sign.is('-') || sign.is('/')));
    if !follows || date {
        return None;
    }
    let year = i32::try_from(year).ok()?;
    let start = Date::from_calendar_date(year, Month::August, 1).ok()?;
    Some((start, Date::from_calendar_date(year + 1, Month::August, 31).ok()?, at + 2))
}

/// The first day of classes, where the page names it, or the date that it gives its first week.
pub(super) fn first_day(witnesses: &[Witness], order: Order, window: &Window) -> Option<Date> {
    let resolve = |witness: &Witness| {
        let date = witness.notes.dates.first()?;
        let month_first = !matches!(order, Order::DayFirst(_));
        let (month, day) = read(date.form, month_first)?;
        place(month, day, date.year, window).map(|(date, _)| date)
    };
    let says = |witness: &&Witness| {
        let words = witness.notes.words(0..witness.notes.tokens.len());
        let pairs = words.windows(2).any(|pair| {
            matches!(
                (pair[0], pair[1]),
                (
                    "classes"
                        | "class"
                        | "instruction"
                        | "lectures"
                        | "semester"
                        | "term"
                        | "quarter"
                        | "vorlesungen"
                        | "vorlesung"
                        | "cours"
                        | "course",
                    "begin"
                        | "begins"
                        | "start"
                        | "starts"
                        | "meets"
                        | "beginnt"
                        | "beginnen"
                        | "commence"
                        | "commencent"
                        | "debutent"
                ) | ("first", "class" | "lecture" | "day" | "meeting")
                    | ("erste", "vorlesung")
                    | ("premier" | "premiere", "cours" | "seance")
            )
        });
        (pairs || words.contains(&"vorlesungsbeginn")) && words.len() < 25
    };
    let named = witnesses.iter().filter(says).find_map(resolve);
    let numbered = || {
        witnesses.iter().find_map(|witness| {
            let week = witness.notes.week.as_ref()?;
            let start = resolve(witness)?;
            let offset = time::Duration::weeks(i64::from(week.number) - 1);
            (week.number <= 2).then(|| start.checked_sub(offset)).flatten()
        })
    };
    named.or_else(numbered)
}
