use std::collections::BTreeMap;

use super::Unreadable;
use crate::model::Kind;
use crate::time::{LocalDay, Zone};

/// The days of a drawing that does not say which they are follow this one, a Monday.
const FIRST_DAY: (i16, i8, i8) = (2025, 3, 3);
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What the lines of a drawing say.
pub(super) struct Drawing {
    pub(super) zone: Zone,
    /// When the first cell begins, in minutes since 00:00, and the minutes of each cell.
    pub(super) first_minute: u16,
    pub(super) cell_minutes: u16,
    /// The lines of days, from the first day on.
    pub(super) rows: Vec<(LocalDay, Vec<char>)>,
    pub(super) letters: BTreeMap<char, Letter>,
    /// The waking hours, in minutes since 00:00, if they are said.
    pub(super) wake: Option<(u16, u16)>,
    pub(super) now: Option<When>,
    pub(super) due: Option<Due>,
    /// The first day that the next line can be.
    next: Option<LocalDay>,
}

/// A day and a minute of it, up to its last midnight.
pub(super) type When = (LocalDay, u16);

/// The task that is due.
pub(super) struct Due {
    pub(super) when: When,
    pub(super) effort_minutes: u32,
    pub(super) title: String,
}

/// What is said of a letter.
#[derive(Clone)]
pub(super) struct Letter {
    pub(super) kind: Kind,
    pub(super) is_fixed: bool,
    pub(super) is_transparent: bool,
    pub(super) is_linked: bool,
    pub(super) title: Option<String>,
}

impl Letter {
    /// An event of `kind` of which nothing else is known.
    pub(super) const fn of(kind: Kind) -> Self {
        Self { kind, is_fixed: false, is_transparent: false, is_linked: false, title: None }
    }
}

impl Drawing {
    pub(super) fn of(text: &str) -> Result<Self, Unreadable> {
        let (year, month, day) = FIRST_DAY;
        let mut drawing = Self {
            zone: Zone::utc(),
            first_minute: 9 * 60,
            cell_minutes: 30,
            rows: Vec::new(),
            letters: BTreeMap::new(),
            wake: None,
            now: None,
            due: None,
            next: LocalDay::new(year, month, day),
        };
        for (index, line) in text.lines().map(str::trim).enumerate() {
            if !line.is_empty() {
                drawing.line(line).map_err(|reason| Unreadable { line: index + 1, reason })?;
            }
        }
        Ok(drawing)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "from" => self.from(rest)?,
            "wake" => {
                let times =
                    rest.split_once('-').and_then(|(from, to)| Some((minute_of(from)?, minute_of(to)?)));
                self.wake = Some(times.ok_or("waking hours such as 07:00-23:00 should follow")?);
            }
            "now" => self.now = Some(self.when(rest)?),
            "due" => self.due = Some(self.due(rest)?),
            _ if word.bytes().all(|byte| byte.is_ascii_digit()) => self.ruler(line)?,
            _ if WEEKDAYS.contains(&word) => self.day(word, rest)?,
            _ => match (word.parse(), letter(rest)) {
                (Ok('a'..='z' | 'A'..='Z'), said) => {
                    self.letters.extend([(word.chars().next().unwrap_or_default(), said?)]);
                }
                _ => {
                    return Err(format!(
                        "“{word}” is no day, no letter, and none of from, wake, now and due"
                    ));
                }
            },
        }
        Ok(())
    }

    /// Such as `2025-03-03 in Europe/Berlin`.
    fn from(&mut self, text: &str) -> Result<(), String> {
        let (date, zone) = text.split_once(" in ").unwrap_or((text, "UTC"));
        self.next = Some(date_of(date).ok_or("a date such as 2025-03-03 should follow")?);
        self.zone = Zone::named(zone.trim()).map_err(|unknown| unknown.to_string())?;
        Ok(())
    }

    /// Such as `09  11  13`: an hour above the cell that it begins.
    fn ruler(&mut self, line: &str) -> Result<(), String> {
        let mut hours =
            line.split_whitespace().map(|word| word.parse::<u16>().ok().filter(|hour| *hour <= 24));
        let first = hours.next().flatten().ok_or("hours should be 0 to 24")?;
        self.first_minute = first * 60;
        let Some(second) = hours.next() else { return Ok(()) };
        let width = line.find(char::is_whitespace).unwrap_or(0);
        let cells = line.len() - line[width..].trim_start().len();
        let minutes = second.and_then(|second| second.checked_sub(first)).map_or(0, |hours| hours * 60);
        self.cell_minutes = match u16::try_from(cells) {
            Ok(cells) if minutes == 15 * cells => 15,
            Ok(cells) if minutes == 30 * cells => 30,
            _ => return Err("by the distance of the hours a cell is neither 15 minutes nor 30".to_owned()),
        };
        Ok(())
    }

    fn day(&mut self, weekday: &str, cells: &str) -> Result<(), String> {
        let is_same = |day: &LocalDay| day.weekday().eq_ignore_ascii_case(weekday);
        let last = self.rows.last().map(|(day, _)| *day);
        let day = match last.filter(|last| is_same(last) && Some(last.next()) == self.next) {
            Some(last) => last,
            None => std::iter::successors(self.next, |day| Some(day.next()))
                .take(7)
                .find(is_same)
                .ok_or("no such day follows")?,
        };
        let is_known = |cell: &char| matches!(cell, '.' | '_' | '#' | '%') || cell.is_ascii_alphabetic();
        if let Some(unknown) = cells.chars().find(|cell| !is_known(cell)) {
            return Err(format!("the sign “{unknown}” means nothing here"));
        }
        if cells.len() > usize::from((24 * 60 - self.first_minute) / self.cell_minutes) {
            return Err("the day has fewer hours".to_owned());
        }
        self.next = Some(day.next());
        self.rows.push((day, cells.chars().collect()));
        Ok(())
    }

    /// Such as `tue 18:00, 3 h: Algebra`.
    fn due(&self, text: &str) -> Result<Due, String> {
        let (when, rest) = text.split_once(',').ok_or("a comma and the effort should follow the time")?;
        let (effort, title) = rest.split_once(": ").unwrap_or((rest, "exam"));
        let effort_minutes =
            minutes_of(effort).ok_or("an effort such as 1 h 30 min should follow the comma")?;
        Ok(Due { when: self.when(when)?, effort_minutes, title: title.trim().to_owned() })
    }

    /// Such as `mon 08:45`, on the first such day drawn, or `2025-03-03 08:45`.
    fn when(&self, text: &str) -> Result<When, String> {
        let (day, time) = text.trim().split_once(' ').ok_or("a day and a time should follow")?;
        let is_named = |shown: &LocalDay| shown.weekday().eq_ignore_ascii_case(day);
        let named = || self.rows.iter().map(|(shown, _)| *shown).find(is_named);
        let date = date_of(day).or_else(named).ok_or_else(|| format!("“{day}” is no day drawn above"))?;
        Ok((date, minute_of(time).ok_or("a time such as 08:45 should follow the day")?))
    }
}

/// Such as `focus, fixed: Deep work`.
fn letter(text: &str) -> Result<Letter, String> {
    let (words, title) = match text.split_once(": ") {
        Some((words, title)) => (words, Some(title.trim().to_owned())),
        None => (text, None),
    };
    let mut words = words.split(',').map(str::trim);
    let kind = words.next().unwrap_or("");
    let kind = Kind::from_name(&kind.to_uppercase().replace(' ', "_"))
        .ok_or_else(|| format!("“{kind}” is no kind of event"))?;
    let mut letter = Letter { title, ..Letter::of(kind) };
    for word in words {
        match word {
            "fixed" => letter.is_fixed = true,
            "transparent" => letter.is_transparent = true,
            "linked" => letter.is_linked = true,
            _ => return Err(format!("“{word}” is none of fixed, transparent and linked")),
        }
    }
    Ok(letter)
}

/// Such as `2025-03-03`.
fn date_of(text: &str) -> Option<LocalDay> {
    let mut numbers = text.trim().splitn(3, '-');
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    LocalDay::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Such as `08:45`, up to `24:00`.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute).filter(|minute| *minute <= 24 * 60)
}

/// Such as `1 h 30 min`.
fn minutes_of(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let minutes = words.chunks(2).map(|pair| match pair {
        [number, "h"] => number.parse::<u32>().ok()?.checked_mul(60),
        [number, "min"] => number.parse().ok(),
        _ => None,
    });
    let sum = minutes.reduce(|sum, part| sum?.checked_add(part?));
    sum.flatten()
}
