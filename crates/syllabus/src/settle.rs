//! Makes found dates of what was mentioned: days, confidences, one for each thing.

use std::collections::{BTreeMap, BTreeSet};

use time::{Date, Duration};

use crate::confidence::{BEST, CONFIDENT_FROM, under};
use crate::context::Context;
use crate::dates::token::folded;
use crate::evidence::Evidence;
use crate::layouts::{At, Lead, MOST_MENTIONS, Mention};
use crate::limits::{MOST_FOUND, MOST_SNIPPET_BYTES, MOST_TITLE_CHARS};
use crate::reading::{Band, Flag, Found, Kind, Provenance, Rule, Warning, When};
use crate::resolve::{Resolved, in_week, is_outside, resolve};

/// A date that was found, and what is needed to compare it with others.
struct Draft {
    found: Found,
    key: Option<String>,
    moved: bool,
}

/// The found dates of what was mentioned in a source.
pub(crate) fn settle(
    source: &str,
    mentions: &[Mention],
    evidence: &Evidence,
    context: &Context,
    warnings: &mut Vec<Warning>,
) -> Vec<Found> {
    let lines = Lines::of(source);
    let mut drafts: Vec<Draft> = Vec::new();
    for mention in mentions {
        if drafts.len() >= MOST_MENTIONS {
            warnings.push(Warning::TooManyFound);
            break;
        }
        drafts.extend(draft(mention, evidence, context, source, &lines));
    }
    supersede(&mut drafts);
    conflict(&mut drafts);
    let mut found = unique(drafts);
    if found.len() > MOST_FOUND {
        found.truncate(MOST_FOUND);
        if !warnings.contains(&Warning::TooManyFound) {
            warnings.push(Warning::TooManyFound);
        }
    }
    found
}

fn draft(
    mention: &Mention,
    evidence: &Evidence,
    context: &Context,
    source: &str,
    lines: &Lines,
) -> Option<Draft> {
    let mut resolved = lead(&mention.lead, evidence, context)?;
    resolved.flags.extend(&mention.flags);
    let mut rules = mention.rules.clone();
    rules.append(&mut resolved.rules);
    if mention.moved {
        rules.push(Rule::Moved);
    }
    let when = when(mention, &resolved, evidence, &mut rules);
    rules.dedup();
    resolved.flags.sort_unstable();
    resolved.flags.dedup();
    let range = bounded(source, mention.source.clone());
    let title: String = mention.title.chars().take(MOST_TITLE_CHARS).collect();
    let found = Found {
        title: title.trim().to_owned(),
        kind: mention.kind,
        when,
        worth: mention.worth,
        confidence: BEST * mention.share,
        band: Band::Doubtful,
        provenance: Provenance {
            snippet: snippet(&mention.text),
            line: lines.number(range.start),
            range,
            rules,
        },
        flags: resolved.flags,
    };
    (!found.title.is_empty()).then(|| Draft { found, key: mention.key.clone(), moved: mention.moved })
}

/// The day of a lead.
fn lead(lead: &Lead, evidence: &Evidence, context: &Context) -> Option<Resolved> {
    let in_term = |week: u32| {
        let (start, named) = evidence.first_day?;
        let monday =
            start.checked_sub(Duration::days(i64::from(start.weekday().number_days_from_monday())))?;
        let date = monday.checked_add(Duration::weeks(i64::from(week) - 1))?;
        let mut flags = vec![Flag::YearInferred];
        if !named || !evidence.window.sure || evidence.copied {
            flags.push(Flag::Ambiguous);
        }
        if is_outside(date, context) {
            flags.push(Flag::FarFromTerm);
        }
        Some(Resolved { date, last: None, flags, rules: vec![Rule::WeekOfTerm { week, start }] })
    };
    match &lead.at {
        At::Day(written) => resolve(written, evidence, context),
        At::Days(first, last) => {
            let mut resolved = resolve(first, evidence, context)?;
            let last = last.as_ref().and_then(|last| resolve(last, evidence, context)).map(|last| last.date);
            resolved.last = last.filter(|last| *last > resolved.date).or(resolved.last);
            resolved.flags.push(Flag::DayUnknown);
            if resolved.last.is_none() {
                resolved.last = resolved.date.checked_add(Duration::days(4));
            }
            Some(resolved)
        }
        At::DayOfWeek(written, weekday) => {
            let mut resolved = resolve(written, evidence, context)?;
            resolved.rules.insert(0, Rule::WeekdayOfWeek(lead.text.clone()));
            resolved.date = in_week(resolved.date, *weekday)?;
            resolved.last = None;
            Some(resolved)
        }
        At::Week(week) => {
            let mut resolved = in_term(*week)?;
            resolved.last = resolved.date.checked_add(Duration::days(4));
            resolved.flags.push(Flag::DayUnknown);
            Some(resolved)
        }
        At::DayOfTermWeek(week, weekday) => {
            let mut resolved = in_term(*week)?;
            resolved.date = in_week(resolved.date, *weekday)?;
            resolved.rules.insert(0, Rule::WeekdayOfWeek(lead.text.clone()));
            Some(resolved)
        }
        At::Month(..) => None,
    }
}

fn when(mention: &Mention, resolved: &Resolved, evidence: &Evidence, rules: &mut Vec<Rule>) -> When {
    let mut when = When { date: resolved.date, time: None, last_date: resolved.last, end_time: None };
    if let Some(clock) = &mention.clock {
        (when.time, when.end_time) = (Some(clock.start), clock.end);
        if clock.midnight {
            rules.push(Rule::Midnight);
        }
    } else if mention.in_class {
        let mut starts =
            evidence.meetings.iter().filter(|meeting| meeting.days.contains(&resolved.date.weekday()));
        if let (Some(meeting), None) = (starts.next(), starts.next()) {
            when.time = Some(meeting.start);
            rules.push(Rule::ClassTime);
        }
    } else if let (true, Some(time)) = (mention.is_work, evidence.usual_time) {
        when.time = Some(time);
        rules.push(Rule::UsualTime);
    }
    when
}

/// What was moved takes the place of what has its name and an earlier word on its date.
fn supersede(drafts: &mut [Draft]) {
    let moved: BTreeMap<String, Date> = drafts
        .iter()
        .filter(|draft| draft.moved && !draft.found.flags.contains(&Flag::Superseded))
        .filter_map(|draft| Some((draft.key.clone()?, draft.found.when.date)))
        .collect();
    for draft in drafts.iter_mut().filter(|draft| !draft.moved) {
        let key = draft.key.as_ref().filter(|key| is_unique(key));
        if key.and_then(|key| moved.get(key)).is_some_and(|date| *date != draft.found.when.date) {
            draft.found.flags.push(Flag::Superseded);
        }
    }
}

/// Whether there is but one thing of this name in a course.
fn is_unique(key: &str) -> bool {
    key.chars().any(|letter| letter.is_ascii_digit())
        || ["final", "midterm", "final paper", "final project", "klausur", "examen final"].contains(&key)
}

/// One name with two dates: nobody can tell which is right.
fn conflict(drafts: &mut [Draft]) {
    let mut dates: BTreeMap<String, Vec<(Date, BTreeSet<String>)>> = BTreeMap::new();
    let counts = |draft: &Draft| {
        !draft.found.flags.iter().any(|flag| {
            matches!(flag, Flag::Superseded | Flag::CommentedOut | Flag::MaybeNotDue | Flag::DayUnknown)
        })
    };
    for draft in drafts.iter().filter(|draft| counts(draft)) {
        if let Some(key) = draft.key.as_ref().filter(|key| is_unique(key)) {
            let list = dates.entry(format!("{key} {:?}", draft.found.kind)).or_default();
            if list.len() < MOST_NAMESAKES {
                list.push((draft.found.when.date, words(&draft.found.title)));
            }
        }
    }
    for draft in drafts.iter_mut().filter(|draft| counts(draft)) {
        let Some(key) = draft.key.as_ref() else { continue };
        let others = dates.get(&format!("{key} {:?}", draft.found.kind));
        let own = words(&draft.found.title);
        // “Problem set 1” and “Problem set 1 reflection” are two things.
        let differs = |(date, other): &(Date, BTreeSet<String>)| {
            let within = own.is_subset(other) || other.is_subset(&own);
            *date != draft.found.when.date && within && own.len().abs_diff(other.len()) <= 1
        };
        if others.is_some_and(|dates| dates.iter().any(differs)) && !draft.moved {
            draft.found.flags.push(Flag::Conflict);
        }
    }
}

/// How many things of one name are compared.
const MOST_NAMESAKES: usize = 20;

fn words(title: &str) -> BTreeSet<String> {
    folded(title)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One for each thing, by date and place: of those with one name and one date that which is surest.
fn unique(drafts: Vec<Draft>) -> Vec<Found> {
    let mut list: Vec<Draft> = drafts
        .into_iter()
        .map(|mut draft| {
            let found = &mut draft.found;
            found.flags.sort_unstable();
            found.flags.dedup();
            found.confidence = found
                .flags
                .iter()
                .fold(found.confidence, |confidence, flag| confidence * under(*flag))
                .clamp(0.0, 1.0);
            // Nothing that is flagged lies above the line, but for a year that was inferred well.
            if found.flags.iter().any(|flag| *flag != Flag::YearInferred) {
                found.confidence = found.confidence.min(CONFIDENT_FROM - 0.01);
            }
            found.confidence = (found.confidence * 100.0).round() / 100.0;
            found.band = Band::of(found.confidence);
            draft
        })
        .collect();
    list.sort_by(|one, other| {
        let surer = other.found.confidence.total_cmp(&one.found.confidence);
        (one.found.when.date, surer, one.found.provenance.range.start).cmp(&(
            other.found.when.date,
            std::cmp::Ordering::Equal,
            other.found.provenance.range.start,
        ))
    });
    let mut kept: Vec<Draft> = Vec::new();
    let mut day = 0;
    for draft in list {
        if kept.last().is_some_and(|last| last.found.when.date != draft.found.when.date) {
            day = kept.len();
        }
        match kept[day..].iter_mut().find(|other| is_same(other, &draft)) {
            Some(other) => merge(&mut other.found, &draft.found),
            None => kept.push(draft),
        }
    }
    let mut found: Vec<Found> = kept.into_iter().map(|draft| draft.found).collect();
    found.sort_by(|one, other| {
        let place = |found: &Found| (found.when.date, found.when.time, found.provenance.range.start);
        place(one).cmp(&place(other)).then_with(|| one.title.cmp(&other.title))
    });
    found
}

/// What one mention of a thing says and the other does not.
fn merge(into: &mut Found, from: &Found) {
    if into.when.time.is_none() {
        (into.when.time, into.when.end_time) = (from.when.time, from.when.end_time);
    }
    into.worth = into.worth.or(from.worth);
}

fn is_same(one: &Draft, other: &Draft) -> bool {
    let (first, second) = (&one.found, &other.found);
    if first.when.date != second.when.date || first.kind != second.kind && one.key != other.key {
        return false;
    }
    let told = first.title.to_lowercase() == second.title.to_lowercase();
    let bare = |key: &str| !key.chars().any(|letter| letter.is_ascii_digit());
    let keys = match (&one.key, &other.key) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.trim_end_matches(" several"), other.trim_end_matches(" several"));
            // “The exam on 10/8 is closed book” is the midterm of that day.
            let exams = first.kind == Kind::Exam && second.kind == Kind::Exam;
            let bare_exam = exams && (one == "exam" || other == "exam");
            let within = one.ends_with(other)
                || other.ends_with(one)
                || one.starts_with(other)
                || other.starts_with(one);
            bare_exam
                || one == other && (!bare(one) || first.provenance.range != second.provenance.range)
                || within && (bare(one) || bare(other))
        }
        _ => false,
    };
    told || keys
}

/// A part of the source that lies in it, on boundaries of characters.
fn bounded(source: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = source.floor_char_boundary(range.start.min(source.len()));
    let end = source.ceil_char_boundary(range.end.min(source.len()));
    start..end.max(start)
}

fn snippet(text: &str) -> String {
    text[..text.floor_char_boundary(MOST_SNIPPET_BYTES)].to_owned()
}

/// Where the lines of a source begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(source: &str) -> Self {
        Self(source.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line that a byte is in, from 1.
    pub(crate) fn number(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at) + 1
    }
}
