//! Draws a picture with letters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::clock::{Clock, Oddity, Stretch};
use super::lanes::{self, Part};
use super::letters;
use super::picture::{Block, Look, Mark, Picture};
use super::words;
use crate::model::EventId;
use crate::time::{LocalDay, spell_minutes};

/// The picture for a terminal: a line for a day, a letter for half an hour.
///
/// ```text
/// from 2025-03-03 in UTC
///      09  11  13  15  17
/// mon  ##++++ff....____
/// was  ....ffff........
/// now  mon 08:45
/// due  mon 15:00, 2 h: Algebra
/// f    chill: Film
/// 1    2 h of focus on …
/// ```
///
/// | sign | what it stands for |
/// | --- | --- |
/// | `.` | nothing: something may be placed here |
/// | `_` | nothing, outside waking hours, or an hour that this day lacks |
/// | `#` | what may not move |
/// | `%` | taken in another calendar |
/// | `+` | study that is made for the trigger |
/// | a letter | what may move, and focus and transparent events that may not; what it is stands below |
///
/// What overlaps stands in further lines of the same day, and what is gone in lines called `was`. Where something
/// starts or ends between the half hours, a letter stands for a quarter of an hour. What overlaps a cell at all is in
/// it. [`read`](super::read) understands such a drawing as long as nothing has been planned in it.
pub fn text(picture: &Picture) -> String {
    let sheet = Sheet::of(picture);
    let mut out = String::new();
    let mut expected = None;
    for (index, day) in picture.days().enumerate() {
        let Some(clock) = Clock::of(&picture.zone, day) else { continue };
        if !expected.is_some_and(|expected| expected <= day && is_within_a_week(expected, day)) {
            // Writing to a string can't fail.
            let _ = writeln!(out, "from {day} in {}", picture.zone.name());
        }
        if index == 0 {
            let _ = writeln!(out, "     {}", sheet.ruler());
        }
        sheet.day(&clock, &mut out);
        expected = Some(day.next());
    }
    sheet.below(&mut out);
    out
}

/// Whether a weekday alone says which of the days from `first` on `day` is.
fn is_within_a_week(first: LocalDay, day: LocalDay) -> bool {
    std::iter::successors(Some(first), |day| Some(day.next())).take(6).any(|other| other == day)
}

/// A picture cut into cells.
struct Sheet<'p> {
    picture: &'p Picture,
    letters: BTreeMap<EventId, char>,
    /// The seconds that a letter stands for.
    cell: i32,
}

impl<'p> Sheet<'p> {
    fn of(picture: &'p Picture) -> Self {
        let (start, end) = picture.waking_minutes;
        let mut edges = BTreeSet::from([i32::from(start) * 60, i32::from(end) * 60]);
        for clock in picture.days().filter_map(|day| Clock::of(&picture.zone, day)) {
            let parts = lanes::parts(picture, &clock);
            edges.extend(parts.iter().flat_map(|part| [part.stretch.from, part.stretch.to]));
        }
        let halves_do = edges.iter().all(|edge| edge % 1800 == 0);
        Self { picture, letters: letters::of(picture), cell: if halves_do { 1800 } else { 900 } }
    }

    /// The hours, each above its first cell.
    fn ruler(&self) -> String {
        let hours = self.picture.hours;
        let step = if self.cell == 1800 { 2 } else { 1 };
        let labels: Vec<String> =
            (hours.first()..=hours.end()).step_by(step).map(|hour| format!("{hour:02}")).collect();
        labels.join("  ")
    }

    /// The lines of a day: what is there, then what was.
    fn day(&self, clock: &Clock, out: &mut String) {
        let parts = lanes::parts(self.picture, clock);
        let (gone, there): (Vec<Part<'_>>, Vec<Part<'_>>) =
            parts.into_iter().partition(|part| part.block.look.is_gone());
        let label = clock.date.weekday().to_lowercase();
        for line in self.lines(clock, &there, true) {
            let _ = writeln!(out, "{label}  {line}");
        }
        for line in self.lines(clock, &gone, false) {
            let _ = writeln!(out, "was  {line}");
        }
    }

    /// As many lines as `parts` need not to hide each other; one without any where `at_least_one`.
    fn lines(&self, clock: &Clock, parts: &[Part<'_>], at_least_one: bool) -> Vec<String> {
        let mut parts: Vec<(Stretch, char)> =
            parts.iter().map(|part| (self.cells(part.stretch), self.sign(part.block))).collect();
        parts.sort_by_key(|(cells, sign)| (cells.from, -cells.to, *sign));
        let stretches: Vec<Stretch> = parts.iter().map(|(cells, _)| *cells).collect();
        let lanes = lanes::first_free(&stretches);
        let count = lanes.iter().max().map_or(usize::from(at_least_one), |last| last + 1);
        let mut lines = vec![self.empty(clock); count];
        for (lane, (cells, sign)) in lanes.into_iter().zip(parts) {
            for (from, cell) in &mut lines[lane] {
                if cells.from <= *from && *from < cells.to {
                    *cell = sign;
                }
            }
        }
        lines.into_iter().map(|line| line.into_iter().map(|(_, cell)| cell).collect()).collect()
    }

    /// The whole cells that a stretch touches.
    fn cells(&self, stretch: Stretch) -> Stretch {
        let floor = |seconds: i32| seconds / self.cell * self.cell;
        Stretch::new(floor(stretch.from), floor(stretch.to + self.cell - 1))
    }

    /// A line with nothing in it: where each cell begins, and its sign.
    fn empty(&self, clock: &Clock) -> Vec<(i32, char)> {
        let (start, end) = self.picture.waking_minutes;
        let waking = self.picture.zone.between(clock.date, start, end).and_then(|at| clock.stretch(at));
        let is_missing = |cell: Stretch| {
            clock.oddities.iter().any(|oddity| matches!(oddity, Oddity::Missing(gap) if gap.overlaps(cell)))
        };
        let sign = |from: i32| {
            let cell = Stretch::new(from, from + self.cell);
            let is_awake = waking.is_some_and(|waking| waking.from <= cell.from && cell.to <= waking.to);
            (from, if is_awake && !is_missing(cell) { '.' } else { '_' })
        };
        let hours = self.picture.hours;
        let seconds = i32::from(hours.first()) * 3600..i32::from(hours.end()) * 3600;
        let cells = std::iter::successors(Some(seconds.start), |from| Some(from + self.cell));
        cells.take_while(|from| *from < seconds.end).map(sign).collect()
    }

    fn sign(&self, block: &Block) -> char {
        match (block.look, block.event.and_then(|event| self.letters.get(&event))) {
            (Look::Busy, _) => '%',
            (Look::New, _) => '+',
            (_, Some(letter)) => *letter,
            _ => '#',
        }
    }

    /// Now, the due time, the letters and the remarks.
    fn below(&self, out: &mut String) {
        let picture = self.picture;
        let (start, end) = picture.waking_minutes;
        let shown = (u16::from(picture.hours.first()) * 60, u16::from(picture.hours.end()) * 60);
        if (start, end) != shown {
            let _ = writeln!(out, "wake {}-{}", words::time(start), words::time(end));
        }
        let now = picture.zone.local(picture.now.floor());
        let _ = writeln!(out, "now  {}", self.when(now.day, now.minute_of_day));
        if let Some(due) = &picture.due {
            let local = picture.zone.local(due.at);
            let last = picture.zone.local(due.at.plus(-1));
            // Midnight is the end of the day before.
            let when = if local.minute_of_day == 0 {
                self.when(last.day, 24 * 60)
            } else {
                self.when(local.day, local.minute_of_day)
            };
            let effort = spell_minutes(i64::from(due.effort_minutes));
            let _ = writeln!(out, "due  {when}, {effort}: {}", words::title(&due.title));
        }
        for (letter, says) in letters::told(picture, &self.letters) {
            let _ = writeln!(out, "{letter}    {says}");
        }
        for remark in &picture.remarks {
            let label = match remark.mark {
                Mark::Change(number) => number.to_string(),
                Mark::Claimed => "kept".to_owned(),
                Mark::Stranded => "late".to_owned(),
            };
            let _ = writeln!(out, "{label:<4} {}", words::clean(&remark.sentence));
        }
    }

    /// A weekday and a time, where that says which day; else the date.
    fn when(&self, day: LocalDay, minute_of_day: u16) -> String {
        let time = words::time(minute_of_day);
        let namesake = self.picture.days().find(|shown| shown.weekday() == day.weekday());
        if namesake == Some(day) {
            format!("{} {time}", day.weekday().to_lowercase())
        } else {
            format!("{day} {time}")
        }
    }
}
