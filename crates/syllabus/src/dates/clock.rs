//! Times of the day as they are written.

use crate::words::among;
use std::ops::Range;

use time::Time;

use super::token::Token;

/// A time, or a stretch between two, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) start: Time,
    pub(crate) end: Option<Time>,
    /// It was written as midnight, and is the end of the day.
    pub(crate) midnight: bool,
    /// The tokens that it takes.
    pub(crate) tokens: Range<usize>,
}

/// Which half of the day a time is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// A time of which the half of the day may not be known.
#[derive(Clone, Copy, Debug)]
struct Face {
    hour: u32,
    minute: u32,
    half: Option<Half>,
    /// It looks like a time by itself: `11:59`, `9 am`, `14 Uhr`, `9h15`.
    sure: bool,
    midnight: bool,
    /// It says neither half nor that it counts to 24.
    short: bool,
    end: usize,
}

/// The times of a line; `taken` tells which tokens are dates.
pub(crate) fn clocks(tokens: &[Token], taken: &[bool]) -> Vec<Clock> {
    let mut clocks = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match clock(tokens, taken, at) {
            Some(clock) => {
                at = clock.tokens.end.max(at + 1);
                clocks.push(clock);
            }
            None => at += 1,
        }
    }
    clocks
}

fn clock(tokens: &[Token], taken: &[bool], at: usize) -> Option<Clock> {
    let first = face(tokens, taken, at)?;
    let is_parted = tokens
        .get(first.end)
        .is_some_and(|token| token.is_dash() || among("to bis until till a", token.word()))
        && !taken[first.end];
    let second = if is_parted { face(tokens, taken, first.end + 1) } else { None };
    if let Some(second) = second.filter(|second| second.sure || first.sure) {
        let end = second.time(None)?;
        // `2–4 pm`: the first is of the same half, unless it would come after the second.
        let start = match (first.half, second.half) {
            (None, Some(half)) if first.hour <= 12 => {
                let same = first.time(Some(half))?;
                if same < end { same } else { first.time(Some(Half::Morning))? }
            }
            _ => first.time(None)?,
        };
        if start < end || second.midnight {
            return Some(Clock { start, end: Some(end), midnight: false, tokens: at..second.end });
        }
    }
    if !first.sure {
        return None;
    }
    Some(Clock { start: first.time(None)?, end: None, midnight: first.midnight, tokens: at..first.end })
}

impl Face {
    fn time(self, half: Option<Half>) -> Option<Time> {
        if self.midnight {
            return Time::from_hms(23, 59, 0).ok();
        }
        let hour = match self.half.or(half) {
            Some(Half::Afternoon) if self.hour < 12 => self.hour + 12,
            Some(Half::Morning) if self.hour == 12 => 0,
            // Nobody has class at three in the morning.
            None if self.short && (1..=6).contains(&self.hour) => self.hour + 12,
            _ => self.hour,
        };
        Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(self.minute).ok()?, 0).ok()
    }
}

fn face(tokens: &[Token], taken: &[bool], at: usize) -> Option<Face> {
    let token = tokens.get(at).filter(|_| !taken[at])?;
    let word = |place: usize| tokens.get(place).filter(|_| !taken[place]).map_or("", Token::word);
    let named = |hour, midnight| {
        Some(Face { hour, minute: 0, half: None, sure: true, midnight, short: false, end: at + 1 })
    };
    match token.word() {
        "noon" | "midi" | "mittag" | "mittags" => return named(12, false),
        "midnight" | "minuit" | "mitternacht" => return named(0, true),
        _ => {}
    }
    let hour = token.number(2).filter(|hour| *hour <= 24)?;
    if at > 0
        && !token.apart
        && (tokens[at - 1].is(':')
            || tokens[at - 1].is('.')
            || tokens[at - 1].is('$')
            || tokens[at - 1].is('#'))
        && tokens[at - 1].at.end == token.at.start
        && at > 1
        && tokens[at - 2].number(4).is_some()
    {
        return None;
    }
    let close = |place: usize| tokens.get(place).is_some_and(|token| !token.apart);
    let mut face = Face {
        hour,
        minute: 0,
        half: None,
        sure: false,
        midnight: false,
        short: token.at.len() == 1,
        end: at + 1,
    };
    let minute = |place: usize| {
        let token = tokens.get(place).filter(|token| !token.apart && !taken[place] && token.at.len() == 2)?;
        token.number(2).filter(|minute| *minute < 60)
    };
    let parted = tokens.get(at + 1).filter(|_| close(at + 1) && !taken[at + 1]);
    if parted.is_some_and(|sign| sign.is(':'))
        && let Some(minute) = minute(at + 2)
    {
        (face.minute, face.sure, face.end) = (minute, true, at + 3);
        // Seconds are left aside.
        if tokens.get(at + 3).is_some_and(|sign| sign.is(':'))
            && tokens.get(at + 4).is_some_and(|token| token.number(2).is_some())
        {
            face.end = at + 5;
        }
    } else if word(at + 1) == "h" {
        (face.sure, face.short, face.end) = (true, false, at + 2);
        if let Some(minute) = minute(at + 2) {
            (face.minute, face.end) = (minute, at + 3);
        }
    } else if parted.is_some_and(|sign| sign.is('.'))
        && let Some(minute) = minute(at + 2)
        && (word(at + 3) == "uhr" || meridiem(tokens, taken, at + 3).is_some())
    {
        (face.minute, face.sure, face.end) = (minute, true, at + 3);
    }
    // `1h30` is how long something lasts, unless it is said to be when.
    let said = at > 0 && (among("a de des avant vers", tokens[at - 1].word()) || tokens[at - 1].is_dash());
    if word(at + 1) == "h" && face.hour < 7 && !said {
        return None;
    }
    let parts = |at: usize| tokens.get(at).is_some_and(Token::is_dash);
    let letter_tells = face.sure
        || parts(face.end + 1)
        || (at > 0 && (parts(at - 1) || matches!(tokens[at - 1].word(), "at" | "by")));
    let letter = word(face.end).len() == 1 && !tokens.get(face.end + 1).is_some_and(|dot| dot.is('.'));
    if let Some((half, end)) = meridiem(tokens, taken, face.end).filter(|_| !letter || letter_tells) {
        (face.half, face.sure, face.end) = ((face.hour <= 12).then_some(half), true, end);
    } else if matches!(word(face.end), "uhr" | "heures" | "heure") {
        (face.sure, face.short, face.end) = (true, false, face.end + 1);
    }
    if face.hour == 24 {
        (face.midnight, face.hour) = (true, 0);
    }
    Some(face)
}

/// `am`, `p.m.`, `PM`, and the token behind it; a single letter only right behind the number.
fn meridiem(tokens: &[Token], taken: &[bool], at: usize) -> Option<(Half, usize)> {
    let token = tokens.get(at).filter(|_| !taken[at])?;
    let half = match token.word() {
        "am" | "pm" => {
            return Some((if token.word() == "am" { Half::Morning } else { Half::Afternoon }, at + 1));
        }
        "a" => Half::Morning,
        "p" => Half::Afternoon,
        _ => return None,
    };
    let dots = tokens.get(at + 1).is_some_and(|dot| dot.is('.'))
        && tokens.get(at + 2).is_some_and(|m| m.word() == "m");
    if dots {
        return Some((
            half,
            at + 3 + usize::from(tokens.get(at + 3).is_some_and(|dot| dot.is('.') && !dot.apart)),
        ));
    }
    (!token.apart).then_some((half, at + 1))
}
