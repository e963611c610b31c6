use uuid::Uuid;

use super::lines::{Drawing, Letter, When};
use crate::model::{Event, EventId, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind};
use crate::time::{Instant, Interval, LocalDay, Moment};

const TRIGGER: TaskId = TaskId(Uuid::from_u128(1));
/// Events without a letter have the ids from here on, those with one its number.
const FIRST_WITHOUT_LETTER: u128 = 0x1_0000;
/// The furthest that a window can reach.
const MOST_DAYS: usize = 14;

impl Drawing {
    pub(super) fn problem(&self) -> Result<Problem, String> {
        let (first_day, _) = *self.rows.first().ok_or("no day is drawn")?;
        let settings = self.settings(first_day);
        let now = match self.now {
            Some(now) => self.instant(now)?.moment(),
            None => self.just_before((first_day, settings.day_start_minute), &settings)?,
        };
        let task = self.task()?;
        let (events, busy) = self.events()?;
        let problem = Problem {
            mode: task.as_ref().map_or(Mode::Conflict, |task| Mode::Demand { trigger: task.id }),
            now,
            settings,
            used_churn_today: 0,
            override_churn_cap: None,
            tasks: task.into_iter().collect(),
            events,
            busy,
        };
        problem.validate().map_err(|invalid| invalid.to_string())?;
        Ok(problem)
    }

    fn settings(&self, first_day: LocalDay) -> Settings {
        let longest = self.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let minutes = u16::try_from(longest).unwrap_or(u16::MAX).saturating_mul(self.cell_minutes);
        let drawn = (self.first_minute, self.first_minute.saturating_add(minutes));
        let (day_start_minute, day_end_minute) = self.wake.unwrap_or(drawn);
        // All that is drawn lies in the window, as far as there can be one.
        let last_day = self.due.as_ref().map(|due| due.when.0).or(self.rows.last().map(|(day, _)| *day));
        let days = std::iter::successors(Some(first_day), |day| Some(day.next()))
            .take_while(|day| last_day.is_some_and(|last| *day <= last))
            .take(MOST_DAYS)
            .count();
        Settings {
            zone: self.zone.clone(),
            day_start_minute,
            day_end_minute,
            lookahead_days: u8::try_from(days.max(1)).unwrap_or(1),
            ..Settings::default()
        }
    }

    /// The moment at which `when` is the first time that may change.
    fn just_before(&self, when: When, settings: &Settings) -> Result<Moment, String> {
        Ok(self.instant(when)?.moment().plus_minutes(-i64::from(settings.lead_minutes)))
    }

    fn task(&self) -> Result<Option<Task>, String> {
        let Some(due) = &self.due else { return Ok(None) };
        Ok(Some(Task {
            id: TRIGGER,
            title: due.title.clone(),
            kind: TaskKind::Exam,
            due: self.instant(due.when)?,
            priority: Priority::from_thousandths(80_000),
            effort_minutes: due.effort_minutes,
            due_changed_at: None,
        }))
    }

    fn instant(&self, (day, minute): When) -> Result<Instant, String> {
        let whole = self.zone.whole_day(day).ok_or_else(|| format!("there is no {day} in the zone"))?;
        Ok(match minute {
            0 => whole.start(),
            _ => self.zone.between(day, minute, 24 * 60).map_or(whole.end(), Interval::start),
        })
    }

    fn events(&self) -> Result<(Vec<Event>, Vec<Interval>), String> {
        let runs = self.rows.iter().flat_map(|(day, cells)| self.runs(*day, cells));
        let (mut events, mut busy) = (Vec::new(), Vec::new());
        for (sign, at) in joined(runs) {
            match sign {
                '%' => busy.push(at),
                '#' => {
                    let class =
                        Letter { is_fixed: true, title: Some("Class".to_owned()), ..Letter::of(Kind::Class) };
                    events.push(event(FIRST_WITHOUT_LETTER + events.len() as u128, sign, class, at));
                }
                _ => {
                    let said = self.letters.get(&sign).cloned().unwrap_or(Letter::of(Kind::Chill));
                    if said.is_linked && self.due.is_none() {
                        return Err(format!("“{sign}” is linked, but nothing is due"));
                    }
                    let made = event(u128::from(u32::from(sign)), sign, said, at);
                    if events.iter().any(|other: &Event| other.id == made.id) {
                        return Err(format!("“{sign}” is there twice"));
                    }
                    events.push(made);
                }
            }
        }
        Ok((events, busy))
    }

    /// From one wall time to another; what begins at midnight begins with the day, even if midnight comes twice.
    fn between(&self, day: LocalDay, start: u16, end: u16) -> Option<Interval> {
        let at = self.zone.between(day, start, end)?;
        let whole = self.zone.whole_day(day)?;
        if start == 0 { Interval::new(whole.start(), at.end()) } else { Some(at) }
    }

    /// Cells in a row that have the same sign.
    fn runs(&self, day: LocalDay, cells: &[char]) -> Vec<(char, Interval)> {
        let mut runs = Vec::new();
        let mut start = self.first_minute;
        for run in cells.chunk_by(|one, other| one == other) {
            let end = start + u16::try_from(run.len()).unwrap_or(0) * self.cell_minutes;
            if let Some(sign) = run.first().filter(|sign| !matches!(sign, '.' | '_')) {
                runs.extend(self.between(day, start, end).map(|at| (*sign, at)));
            }
            start = end;
        }
        runs
    }
}

fn event(id: u128, sign: char, said: Letter, interval: Interval) -> Event {
    Event {
        id: EventId(Uuid::from_u128(id)),
        title: said.title.unwrap_or_else(|| sign.to_string()),
        interval,
        kind: said.kind,
        is_movable: !said.is_fixed,
        protected: false,
        transparent: said.is_transparent,
        task: said.is_linked.then_some(TRIGGER),
        accepted_at: None,
    }
}

/// Runs of a sign that touch are one: those over midnight.
fn joined(runs: impl Iterator<Item = (char, Interval)>) -> Vec<(char, Interval)> {
    let mut joined: Vec<(char, Interval)> = Vec::new();
    for (sign, at) in runs {
        let goes_on = joined.iter_mut().find(|(other, before)| *other == sign && before.end() == at.start());
        match goes_on.map(|(_, before)| (Interval::new(before.start(), at.end()), before)) {
            Some((Some(whole), before)) => *before = whole,
            _ => joined.push((sign, at)),
        }
    }
    joined
}
