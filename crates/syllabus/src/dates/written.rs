//! Dates as they are written.

use std::ops::Range;

use time::{Month, Weekday};

use super::token::Token;
use crate::words::among;
use crate::words::calendar::{Sure, month, weekday};

/// A date as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) form: Form,
    /// The year, where it is said.
    pub(crate) year: Option<i32>,
    /// The last day of a stretch.
    pub(crate) until: Option<Until>,
    /// The weekday that stands beside it.
    pub(crate) weekday: Option<Weekday>,
    /// The tokens that it takes.
    pub(crate) tokens: Range<usize>,
    /// Nothing around it says that it is a date, and it may be a fraction or the number of a section.
    pub(crate) bare: bool,
}

/// What of a date is known from its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The month has its name, or stands where it must: `2026-12-04`.
    Named(Month, u8),
    /// Two numbers, parted by this sign.
    Numbers(u8, u8, char),
}

/// The last day of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// A day of the same month.
    Day(u8),
    /// A day of another month, written in the same form.
    Other(Form, Option<i32>),
}

/// The dates of a line. In the column of a table that has dates, what looks like one is one.
pub(crate) fn written(tokens: &[Token], in_column: bool) -> Vec<Written> {
    let mut dates = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match (Reader { tokens, in_column }).date(at) {
            Some((list, end)) if end > at => {
                dates.extend(list);
                at = end;
            }
            _ => at += 1,
        }
    }
    dates
}

struct Reader<'a> {
    tokens: &'a [Token],
    in_column: bool,
}

/// A day and its month, the year where it is said, and the first token behind it.
type Day = (Form, Option<i32>, usize);

impl Reader<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn is(&self, at: usize, sign: char) -> bool {
        self.token(at).is_some_and(|token| token.is(sign))
    }

    fn word(&self, at: usize) -> &str {
        self.token(at).map_or("", Token::word)
    }

    fn number(&self, at: usize, digits: usize) -> Option<u32> {
        self.token(at)?.number(digits)
    }

    fn close(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| !token.apart)
    }

    /// The dates that begin at a token, and the first token behind them.
    fn date(&self, at: usize) -> Option<(Vec<Written>, usize)> {
        let (mut before, mut day_at) = self.weekday_before(at);
        // “Mar. 1” and “Mar 1-7” are no Tuesdays in French.
        let dashed = |day: Option<Day>| day.is_none_or(|(form, ..)| matches!(form, Form::Numbers(_, _, '-')));
        if day_at > at && month(self.word(at)).is_some() && dashed(self.day(day_at)) {
            (before, day_at) = (None, at);
        }
        if let Some((list, end)) = self.leading_list(day_at) {
            let written =
                |form, year| Written { form, year, until: None, weekday: None, tokens: at..end, bare: false };
            return Some((list.into_iter().map(|(form, year, _)| written(form, year)).collect(), end));
        }
        let (leading, read) = match self.leading_range(day_at) {
            Some((until, first)) => (Some(until), first),
            None => (None, self.day(day_at)?),
        };
        let (form, mut year, mut end) = read;
        let (mut until, mut others) = (leading, Vec::new());
        let mut weekday = before;
        if weekday.is_none()
            && let Some((after, next)) = self.weekday_after(end)
        {
            (weekday, end) = (Some(after), next);
        }
        if until.is_none()
            && let Some((last, last_year, after)) = self.range(form, end)
        {
            until = Some(last);
            year = year.or(last_year);
            end = after;
            if weekday.is_none()
                && let Some((_, next)) = self.weekday_after(end)
            {
                end = next;
            }
        }
        if until.is_none() {
            (others, end) = self.others(form, end);
        }
        if year.is_none()
            && let Some((late, after)) = self.year(end)
            && !others.is_empty()
        {
            (year, end) = (Some(late), after);
        }
        let bare = weekday.is_none() && year.is_none() && !self.in_column && self.is_bare(form, day_at, end);
        let first = Written { form, year, until, weekday, tokens: at..end, bare };
        let mut list = vec![first];
        for other in others {
            list.push(Written { form: other, year, until: None, weekday: None, tokens: at..end, bare });
        }
        Some((list, end))
    }

    /// The weekday that a date may follow, and where the date would begin.
    fn weekday_before(&self, at: usize) -> (Option<Weekday>, usize) {
        let Some((day, _)) = weekday(self.word(at)) else { return (None, at) };
        // A letter behind an apostrophe or a hyphen is no weekday.
        if at > 0 && self.close(at) && !self.is(at - 1, '(') && !self.is(at - 1, '|') {
            return (None, at);
        }
        let mut next = at + 1;
        // `Mon/Wed`, `Tue–Thu`: the first.
        while (self.is(next, '/') || self.is(next, '-') || self.is(next, '&'))
            && weekday(self.word(next + 1)).is_some()
        {
            next += 2;
        }
        while self.is(next, '.')
            || self.is(next, ',')
            || self.is(next, ':')
            || (self.is(next, '-') && self.token(next).is_some_and(|dash| dash.apart))
            || self.is(next, '(')
        {
            next += 1;
        }
        while among("the den dem der le am", self.word(next)) {
            next += 1;
        }
        (Some(day), next)
    }

    /// The weekday behind a date: `12/4 (Fri)`, `Oct 8, Thursday`.
    fn weekday_after(&self, at: usize) -> Option<(Weekday, usize)> {
        let bracket = self.is(at, '(') || self.is(at, '[');
        let comma = self.is(at, ',') || (self.is(at, '-') && !bracket);
        let place = at + usize::from(bracket || comma);
        let (day, sure) = weekday(self.word(place))?;
        let mut end = place + 1;
        if bracket {
            if self.is(end, '-') && weekday(self.word(end + 1)).is_some() {
                end += 2;
            }
            end += usize::from(self.is(end, '.'));
            let closes = self.is(end, ')') || self.is(end, ']');
            // `May 8 (M)`, but not `Oct 8 (Friday section)`.
            return (closes || (sure == Sure::Always && self.is(end, ',')))
                .then_some((day, end + usize::from(closes)));
        }
        // `Oct 8 Thursday`, but not `Oct 8, Friday Oct 9`, where it leads the next date.
        let (_, next) = self.weekday_before(place);
        if sure != Sure::Always || self.day(next).is_some() || (comma && self.word(end) == "at") {
            return None;
        }
        Some((day, end))
    }

    /// A day with its month.
    fn day(&self, at: usize) -> Option<Day> {
        self.iso(at)
            .or_else(|| self.month_first(at))
            .or_else(|| self.day_first(at))
            .or_else(|| self.numbers(at))
    }

    /// `2026-12-04`.
    fn iso(&self, at: usize) -> Option<Day> {
        let year = self.full_year(at)?;
        let sign = ['-', '/', '.'].into_iter().find(|sign| self.is(at + 1, *sign))?;
        let (month, day) = (self.number(at + 2, 2)?, self.number(at + 4, 2)?);
        if !self.is(at + 3, sign) || self.is(at + 5, sign) && self.number(at + 6, 4).is_some() {
            return None;
        }
        Some((named(month, day)?, Some(year), at + 5))
    }

    /// `Dec. 4th, 2026`.
    fn month_first(&self, at: usize) -> Option<Day> {
        let name = month(self.word(at))?;
        let mut next = at + 1;
        next += usize::from(self.is(next, '.') || self.is(next, ','));
        next += usize::from(self.is(next, '-') && self.close(next) && self.close(next + 1));
        next += usize::from(self.word(next) == "the");
        let day = self.number(next, 2).filter(|day| (1..=31).contains(day))?;
        // `May 10:30` has no day, and neither has `March 5 pages`.
        if self.is(next + 1, ':')
            && self.close(next + 1)
            && self.number(next + 2, 2).is_some()
            && self.close(next + 2)
        {
            return None;
        }
        if self.is(next + 1, '%')
            || (at > 0 && self.word(at) == "may" && !self.in_column && self.word(next + 1) == "points")
        {
            return None;
        }
        let end = self.ordinal(next + 1);
        let (year, end) = self.year(end).map_or((None, end), |(year, end)| (Some(year), end));
        Some((Form::Named(name, u8::try_from(day).ok()?), year, end))
    }

    /// `4 Dec 2026`, `4. Dezember`, `1er décembre`, `5th of May`.
    fn day_first(&self, at: usize) -> Option<Day> {
        let day = self.number(at, 2).filter(|day| (1..=31).contains(day))?;
        if at > 0
            && self.close(at)
            && (self.is(at - 1, ':') || self.is(at - 1, '/') || self.is(at - 1, '.') || self.is(at - 1, '$'))
            && self.number(at.saturating_sub(2), 4).is_some()
        {
            return None;
        }
        let mut next = self.ordinal(at + 1);
        next += usize::from(self.is(next, '.'));
        next += usize::from(self.is(next, '-') && self.close(next) && self.close(next + 1));
        next += usize::from(matches!(self.word(next), "of" | "de" | "d"));
        let name = month(self.word(next))?;
        // `Week 3 Oct 12`: the number belongs to what is before it.
        if self.number(next + 1, 2).is_some_and(|day| (1..=31).contains(&day))
            && !self.is(next + 2, ':')
            && (at > 0 && !self.word(at - 1).is_empty() && weekday(self.word(at - 1)).is_none())
        {
            return None;
        }
        // `2 may be`: a verb.
        if self.word(next) == "may" && among("be not also have use only", self.word(next + 1)) {
            return None;
        }
        let end = next + 1 + usize::from(self.is(next + 1, '.') && self.number(next + 2, 4).is_some());
        let (year, end) = self.year(end).map_or((None, end), |(year, end)| (Some(year), end));
        Some((Form::Named(name, u8::try_from(day).ok()?), year, end))
    }

    /// `12/4/26`, `4.12.`, `09-14-2026`.
    fn numbers(&self, at: usize) -> Option<Day> {
        let (first, second) = (self.number(at, 2)?, self.number(at + 2, 2)?);
        let sign = ['/', '.', '-'].into_iter().find(|sign| self.is(at + 1, *sign))?;
        let fits = (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
        let tight = sign == '.' || (self.close(at + 1) && self.close(at + 2));
        // Versions and addresses go on: `1.2.3.4`.
        let stretch = at > 2
            && self.is(at - 1, '-')
            && ['/', '.'].iter().any(|sign| self.is(at - 3, *sign) || self.is(at - 2, *sign));
        let signs = ['/', '.', '-', ':', '$', '_', '+', '='];
        let preceded =
            at > 0 && self.close(at) && !stretch && signs.iter().any(|sign| self.is(at - 1, *sign));
        if !fits || !tight || preceded {
            return None;
        }
        let form = Form::Numbers(u8::try_from(first).ok()?, u8::try_from(second).ok()?, sign);
        let third =
            self.token(at + 4).filter(|_| self.is(at + 3, sign)).and_then(|token| match token.number(4) {
                Some(_) if !token.apart || sign == '.' => self.any_year(at + 4),
                _ => None,
            });
        if let Some(year) = third {
            return (!self.goes_on(at + 5, sign)).then_some((form, Some(year), at + 5));
        }
        let dotted = self.is(at + 3, '.');
        match sign {
            // `4.12.` is a date, `4.12` may be anything.
            '.' if dotted && !(self.number(at + 4, 4).is_some() && self.close(at + 4)) => {
                let ends_sentence =
                    !self.in_column && self.token(at + 4).is_none() && at > 0 && self.is_section(at);
                (!ends_sentence).then_some((form, None, at + 4))
            }
            '.' if self.in_column || self.follows_weekday(at) => Some((form, None, at + 3)),
            '-' if self.follows_weekday(at) || (self.in_column && first <= 12 && at == 0) => {
                Some((form, None, at + 3))
            }
            '/' if !self.goes_on(at + 3, '/') => Some((form, None, at + 3)),
            _ => None,
        }
    }

    fn goes_on(&self, at: usize, sign: char) -> bool {
        self.is(at, sign) && self.close(at) && self.number(at + 1, 9).is_some() && self.close(at + 1)
    }

    fn follows_weekday(&self, at: usize) -> bool {
        let dot = usize::from(at > 0 && (self.is(at - 1, '.') || self.is(at - 1, ',')));
        at > dot && weekday(self.word(at - 1 - dot)).is_some()
    }

    /// `th`, `st`, `er`, and marks around them.
    fn ordinal(&self, at: usize) -> usize {
        let marked = usize::from(self.is(at, '^'));
        if among("st nd rd th er e eme ter ten", self.word(at + marked)) {
            let end = at + marked + 1;
            return end + usize::from(marked > 0 && self.is(end, '^'));
        }
        at
    }

    /// A year behind a date, and the token behind it.
    fn year(&self, at: usize) -> Option<(i32, usize)> {
        let comma =
            usize::from(self.is(at, ',') || (self.is(at, '-') && self.close(at) && self.close(at + 1)));
        if let Some(year) = self.full_year(at + comma) {
            return Some((year, at + comma + 1));
        }
        let mark = at + usize::from(self.is(at, ','));
        if self.is(mark, '\'') && self.close(mark + 1) {
            return Some((
                2000 + i32::try_from(self.number(mark + 1, 2).filter(|year| *year >= 10)?).ok()?,
                mark + 2,
            ));
        }
        None
    }

    fn full_year(&self, at: usize) -> Option<i32> {
        let year = self.token(at)?.number(4).filter(|year| (1900..2100).contains(year))?;
        // `2026-27` is no year of a date, and neither is `2000 words`.
        let is_count = among("words word points pts h hours mots worter", self.word(at + 1));
        (!is_count).then_some(i32::try_from(year).ok()?)
    }

    /// A year of two digits or four.
    fn any_year(&self, at: usize) -> Option<i32> {
        let token = self.token(at)?;
        let year = i32::try_from(token.number(4)?).ok()?;
        match token.at.len() {
            2 => Some(2000 + year),
            4 if (1900..2100).contains(&year) => Some(year),
            _ => None,
        }
    }

    /// What parts the ends of a stretch, and where the second would begin.
    fn parted(&self, at: usize) -> Option<usize> {
        if self.is(at, '-') {
            return Some(at + 1 + usize::from(self.is(at + 1, '-')));
        }
        among("to through thru bis au until", self.word(at)).then_some(at + 1)
    }

    /// The last day of a stretch: `–11`, `to January 3`, `-10/9`.
    fn range(&self, form: Form, at: usize) -> Option<(Until, Option<i32>, usize)> {
        let mut next = self.parted(at)?;
        if weekday(self.word(next)).is_some() {
            (_, next) = self.weekday_before(next);
        }
        if let Some((other, year, end)) = self.day(next) {
            return Some((Until::Other(other, year), year, end));
        }
        let Form::Named(_, first) = form else { return None };
        let last = self.number(next, 2).filter(|day| *day > u32::from(first) && *day <= 31)?;
        let end = self.ordinal(next + 1);
        // `Oct 7 – 10:30` and `Oct 7 – 9 am` are times.
        let clock = self.is(end, ':')
            || self.is(end, '%')
            || among("am pm h uhr a p points pts noon", self.word(end));
        if clock {
            return None;
        }
        let (year, end) = self.year(end).map_or((None, end), |(year, end)| (Some(year), end));
        Some((Until::Day(u8::try_from(last).ok()?), year, end))
    }

    /// `7–11 December`, `7. bis 11.12.`: a day whose month stands behind the last day.
    fn leading_range(&self, at: usize) -> Option<(Until, Day)> {
        let first = u8::try_from(self.number(at, 2).filter(|day| (1..=31).contains(day))?).ok()?;
        let mut parting = self.ordinal(at + 1);
        parting += usize::from(self.is(parting, '.'));
        let next = self.parted(parting)?;
        let tight = self.close(parting) && self.close(next);
        let opens = at == 0 || self.word(at - 1).is_empty() && self.number(at - 1, 9).is_none();
        let led = at > 0
            && (among("du vom from den le between week of", self.word(at - 1))
                || weekday(self.word(at - 1)).is_some());
        if !(tight || opens || led)
            || (at > 0 && self.close(at) && self.number(at - 1, 9).is_none() && !opens)
        {
            return None;
        }
        let (form, year, end) = self.day_first(next).or_else(|| self.numbers(next))?;
        match form {
            Form::Named(month, last) if last > first => {
                Some((Until::Day(last), (Form::Named(month, first), year, end)))
            }
            Form::Numbers(last, month, '.') if last > first => {
                Some((Until::Other(form, year), (Form::Numbers(first, month, '.'), year, end)))
            }
            _ => None,
        }
    }

    /// `15 et 17 décembre`, `6. und 8. Oktober`: days whose month stands behind the last.
    fn leading_list(&self, at: usize) -> Option<([Day; 2], usize)> {
        let first = u8::try_from(self.number(at, 2).filter(|day| (1..=31).contains(day))?).ok()?;
        let mut next = self.ordinal(at + 1);
        next += usize::from(self.is(next, '.'));
        if !matches!(self.word(next), "et" | "und" | "and") && !self.is(next, '&') {
            return None;
        }
        let (form, year, end) = self.day_first(next + 1)?;
        let Form::Named(month, last) = form else { return None };
        let led =
            at == 0 || among("les le am on den the of", self.word(at - 1)) || self.word(at - 1).is_empty();
        (last > first && led).then_some(([(Form::Named(month, first), year, end), (form, year, end)], end))
    }

    /// Further days of the month: `Oct 6 & 8`, `Dec 10, 11 and 14`.
    fn others(&self, form: Form, from: usize) -> (Vec<Form>, usize) {
        let Form::Named(month, first) = form else { return (Vec::new(), from) };
        let (mut list, mut at, mut last) = (Vec::new(), from, u32::from(first));
        loop {
            let mut next = at;
            next += usize::from(self.is(next, ',') || self.is(next, '&') || self.is(next, '/'));
            next += usize::from(among("and und et or", self.word(next)));
            let day = self.number(next, 2).filter(|day| next > at && *day > last && *day <= 31);
            let end = self.ordinal(next + 1);
            let follows = self.token(end).is_none_or(|token| {
                token.is(',')
                    || token.is('.')
                    || token.is(')')
                    || token.is(';')
                    || token.is(':')
                    || token.is('|')
                    || token.is('&')
                    || token.is('/')
                    || (token.is('-') && token.apart)
                    || matches!(token.word(), "and" | "und" | "et")
            });
            let is_time = self.is(end, ':') && self.number(end + 1, 2).is_some() && self.close(end + 1);
            let Some(day) = day.filter(|_| follows && !is_time && self.day(next).is_none()) else {
                return (list, at);
            };
            list.push(Form::Named(month, u8::try_from(day).unwrap_or(1)));
            (at, last) = (end, day);
            if list.len() > 8 {
                return (list, at);
            }
        }
    }

    /// Whether a number is that of a chapter, a page, a room, a score.
    fn is_section(&self, at: usize) -> bool {
        const BEFORE: &str = "chapter chapters ch chap chaps chs section sections sec secs page pages pp p problems problem \
    exercise exercises ex score scored room version v no nr kapitel kap seite seiten raum saal horsaal \
    salle chapitre chapitres python java part parts lectures vol unit units";
        let mut before = at;
        while before > 0
            && (self.is(before - 1, '.')
                || self.is(before - 1, '#')
                || self.is(before - 1, '(')
                || self.is(before - 1, '§'))
        {
            if self.is(before - 1, '§') {
                return true;
            }
            before -= 1;
        }
        let scores = before > 1
            && self.word(before - 1) == "of"
            && among("score out grade average total minimum most least", self.word(before - 2));
        scores || before > 0 && among(BEFORE, self.word(before - 1))
    }

    /// Whether nothing says that two numbers are a date.
    fn is_bare(&self, form: Form, at: usize, end: usize) -> bool {
        const AFTER: &str = "of page pages points pts cup hours credit credits th semester time";
        const CUES: &str = "due on by until before from to and through starting beginning after date week of for bis am vom le \
    du au avant jusqu assigned posted released out deadline held thru abgabe";
        let Form::Numbers(first, second, sign) = form else { return false };
        if self.is_section(at)
            || among(AFTER, self.word(end))
            || self.is(end, '%')
            || (first, second) == (24, 7)
        {
            return true;
        }
        if sign == '.' {
            return false;
        }
        let starts = at == 0
            || ['|', '(', ':', '-', ',', '@', '[', ';', '.', '&', '/']
                .iter()
                .any(|sign| self.is(at - 1, *sign));
        let cued = at > 0 && among(CUES, self.word(at - 1));
        let ends = self.token(end).is_none_or(|next| {
            next.is('.')
                || next.is(')')
                || next.is(',')
                || next.is(':')
                || next.is('|')
                || next.is(';')
                || next.is('@')
        });
        let fraction = matches!((first, second), (1, 2..=5) | (2, 3) | (3, 4));
        !(starts || cued || (ends && !fraction))
    }
}

fn named(month: u32, day: u32) -> Option<Form> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    Some(Form::Named(month, day))
}
