//! Why not all of the study could be placed, and the smallest thing that would help.

use std::fmt;

use crate::model::{Action, Event, EventId, Kind, Plan, Problem, names};
use crate::reason;
use crate::search::{self, Found, Lift, Week};
use crate::time::{Interval, spell_minutes};

names! {
    /// A rule that keeps study from being placed.
    pub enum Obstacle {
        /// The day's changes are limited.
        ChurnBudget = "CHURN_BUDGET",
        /// Between focus blocks lies a rest.
        Rest = "REST",
        /// Nothing is placed outside the student's day.
        WakingHours = "WAKING_HOURS",
        /// Some events never move.
        FixedEvents = "FIXED_EVENTS",
    }
}

/// What one rule alone costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The rule.
    pub obstacle: Obstacle,
    /// Missing blocks of the shortest length that there would be less without it, at least 1.
    pub blocks_gained: u32,
    /// Minutes of study that could be placed in addition without it.
    pub minutes_gained: u32,
}

/// Something a student may agree to so that more study fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concession {
    /// One change more than the day's cap.
    OneMoreChange {
        /// The cap to ask for.
        churn_cap: u32,
    },
    /// The last session of a day may end a little later, though never past 23:00.
    LaterEvening {
        /// The end of the day to set, in minutes since 00:00.
        day_end_minute: u16,
    },
    /// Focus blocks may lie an hour closer to each other.
    ShorterRest {
        /// The rest to set, in minutes.
        rest_gap_minutes: u16,
    },
    /// One event is given up by the student.
    GiveUp {
        /// Which.
        event: EventId,
    },
    /// Changes may begin earlier before the due time.
    LongerLookahead {
        /// The look-ahead to set, in times 24 hours.
        lookahead_days: u8,
    },
}

/// The cheapest concession that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What to agree to.
    pub concession: Concession,
    /// Missing blocks of the shortest length that there would be less, at least 1.
    pub blocks_gained: u32,
    /// Minutes of study that could be placed in addition.
    pub minutes_gained: u32,
    /// The offer, for people.
    pub detail: String,
}

/// Why a plan leaves study blocks missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// Blocks of the shortest length that are missing, at least 1.
    pub missing_blocks: u32,
    /// Minutes that stay uncovered, never more than were asked for.
    pub uncovered_minutes: u32,
    /// The rules without one of which more would fit, in the order of [`Obstacle`]'s variants. Empty where only several
    /// together keep the study out.
    pub causes: Vec<Cause>,
    /// The fixed events that stand where study would otherwise go, earliest first.
    pub in_the_way: Vec<EventId>,
    /// Time of other calendars that does, earliest first.
    pub busy_in_the_way: Vec<Interval>,
    /// The cheapest concession that helps, if a single one does.
    pub offer: Option<Offer>,
}

/// Work that all questions about one plan may take together; each takes a tenth of it at most.
const MOST_WORK: u64 = search::MOST_WORK;

/// Explains what `plan`, the answer to `problem`, leaves uncovered; `None` where no whole block is missing.
///
/// Every gain is the difference between two optima: that of the problem and that of the problem without the rule, or
/// with the concession granted. Where the work limit ends a question early, the gain is what was surely found.
pub fn explain(problem: &Problem, plan: &Plan) -> Option<WhyNot> {
    if plan.objective.missing_blocks == 0 || problem.trigger().is_none() {
        return None;
    }
    let mut questions = Questions { problem, plan, work_left: MOST_WORK };
    let mut causes = Vec::new();
    let mut in_the_way = (Vec::new(), Vec::new());
    for (obstacle, lift) in [
        (Obstacle::ChurnBudget, Lift::Budget),
        (Obstacle::Rest, Lift::Rest),
        (Obstacle::WakingHours, Lift::WakingHours),
        (Obstacle::FixedEvents, Lift::FixedEvents),
    ] {
        let Some(found) = questions.lifted(lift) else { continue };
        let Some((blocks_gained, minutes_gained)) = questions.gain(&found) else { continue };
        causes.push(Cause { obstacle, blocks_gained, minutes_gained });
        if lift == Lift::FixedEvents {
            in_the_way = questions.in_the_way(&found);
        }
    }
    Some(WhyNot {
        missing_blocks: plan.objective.missing_blocks,
        uncovered_minutes: plan.objective.unmet_minutes.min(plan.exact_need_minutes),
        causes,
        in_the_way: in_the_way.0,
        busy_in_the_way: in_the_way.1,
        offer: questions.cheapest_offer(),
    })
}

impl Concession {
    /// The problem with the concession granted.
    pub fn grant(&self, problem: &Problem) -> Problem {
        let mut granted = problem.clone();
        match *self {
            Self::OneMoreChange { churn_cap } => granted.override_churn_cap = Some(churn_cap),
            Self::LaterEvening { day_end_minute } => granted.settings.day_end_minute = day_end_minute,
            Self::ShorterRest { rest_gap_minutes } => granted.settings.rest_gap_minutes = rest_gap_minutes,
            Self::GiveUp { event } => granted.events.retain(|other| other.id != event),
            Self::LongerLookahead { lookahead_days } => granted.settings.lookahead_days = lookahead_days,
        }
        granted
    }

    /// The name used in files and over HTTP.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OneMoreChange { .. } => "ONE_MORE_CHANGE",
            Self::LaterEvening { .. } => "LATER_EVENING",
            Self::ShorterRest { .. } => "SHORTER_REST",
            Self::GiveUp { .. } => "GIVE_UP",
            Self::LongerLookahead { .. } => "LONGER_LOOKAHEAD",
        }
    }
}

impl fmt::Display for Concession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

struct Questions<'p> {
    problem: &'p Problem,
    plan: &'p Plan,
    work_left: u64,
}

impl Questions<'_> {
    fn lifted(&mut self, lift: Lift) -> Option<Found> {
        Week::with(self.problem, lift).ok().map(|week| self.ask(&week))
    }

    fn ask(&mut self, week: &Week<'_>) -> Found {
        let found = search::best_plan(week, self.work_left.min(MOST_WORK / 10));
        self.work_left = self.work_left.saturating_sub(found.work);
        found
    }

    /// Blocks and minutes by which less is missing, if at least a block.
    fn gain(&self, found: &Found) -> Option<(u32, u32)> {
        let before = &self.plan.objective;
        let blocks = before.missing_blocks.checked_sub(found.objective.missing_blocks)?;
        let minutes = before.unmet_minutes.checked_sub(found.objective.unmet_minutes)?;
        (blocks > 0).then_some((blocks, minutes))
    }

    /// The fixed events, and the time of other calendars, on which a plan without regard for them places something.
    fn in_the_way(&self, found: &Found) -> (Vec<EventId>, Vec<Interval>) {
        let placed: Vec<Interval> = found.actions.iter().flat_map(Action::intervals).copied().collect();
        let is_hit = |at: Interval| placed.iter().any(|placed| placed.overlaps(at));
        let changed = |event: &Event| found.actions.iter().any(|action| action.event() == Some(event.id));
        let mut events: Vec<&Event> = self
            .problem
            .events
            .iter()
            .filter(|event| event.blocks() && !changed(event) && is_hit(event.interval))
            .collect();
        events.sort_by_key(|event| (event.interval.start(), event.id));
        let mut busy: Vec<Interval> = self.problem.busy.iter().copied().filter(|at| is_hit(*at)).collect();
        busy.sort_unstable();
        (events.into_iter().map(|event| event.id).collect(), busy)
    }

    /// The first that helps, in the order of what it asks of the student.
    fn cheapest_offer(&mut self) -> Option<Offer> {
        self.one_more_change()
            .or_else(|| self.an_evening_or_a_rest())
            .or_else(|| self.one_event_given_up())
            .or_else(|| self.a_longer_lookahead())
    }

    fn one_more_change(&mut self) -> Option<Offer> {
        let settings = &self.problem.settings;
        let churn_cap = settings.effective_cap(self.problem.override_churn_cap) + 1;
        (churn_cap <= u32::from(settings.churn_cap_max))
            .then(|| self.offer(Concession::OneMoreChange { churn_cap }))?
    }

    /// Half an hour in the evening or an hour of rest, whichever gains more.
    fn an_evening_or_a_rest(&mut self) -> Option<Offer> {
        let settings = &self.problem.settings;
        let day_end_minute =
            (settings.day_end_minute + 30).min(crate::model::Settings::LATEST_DAY_END_MINUTE);
        let rest_gap_minutes = settings.rest_gap_minutes.saturating_sub(60);
        let evening = (day_end_minute > settings.day_end_minute)
            .then(|| self.offer(Concession::LaterEvening { day_end_minute }))
            .flatten();
        let rest = (rest_gap_minutes < settings.rest_gap_minutes)
            .then(|| self.offer(Concession::ShorterRest { rest_gap_minutes }))
            .flatten();
        match (evening, rest) {
            (Some(evening), Some(rest)) if rest.minutes_gained > evening.minutes_gained => Some(rest),
            (evening, rest) => evening.or(rest),
        }
    }

    /// The recreation or chore whose loss gains most; the shortest, then the earliest of those.
    fn one_event_given_up(&mut self) -> Option<Offer> {
        let week = Week::with(self.problem, Lift::Nothing).ok()?;
        let mut best: Option<(Offer, i64)> = None;
        for event in week.flexible.iter().filter(|event| event.kind != Kind::Focus && event.blocks()) {
            let minutes = event.interval.minutes();
            let Some(offer) = self.offer(Concession::GiveUp { event: event.id }) else { continue };
            let is_better = best.as_ref().is_none_or(|(best, best_minutes)| {
                (best.minutes_gained, -best_minutes) < (offer.minutes_gained, -minutes)
            });
            if is_better {
                best = Some((offer, minutes));
            }
        }
        best.map(|(offer, _)| offer)
    }

    fn a_longer_lookahead(&mut self) -> Option<Offer> {
        let now = self.problem.settings.lookahead_days;
        (now + 1..=14).find_map(|lookahead_days| self.offer(Concession::LongerLookahead { lookahead_days }))
    }

    /// The offer to grant `concession`, if that gains at least a block.
    fn offer(&mut self, concession: Concession) -> Option<Offer> {
        if self.work_left == 0 {
            return None;
        }
        let granted = concession.grant(self.problem);
        let found = Week::new(&granted).ok().map(|week| self.ask(&week))?;
        let (blocks_gained, minutes_gained) = self.gain(&found)?;
        let detail = self.detail(&concession, minutes_gained);
        Some(Offer { concession, blocks_gained, minutes_gained, detail })
    }

    fn detail(&self, concession: &Concession, minutes: u32) -> String {
        let gained = spell_minutes(i64::from(minutes.min(self.plan.exact_need_minutes)));
        match concession {
            Concession::OneMoreChange { churn_cap } => {
                format!("With {churn_cap} changes today, {gained} more would fit.")
            }
            Concession::LaterEvening { day_end_minute } => format!(
                "If the day might end at {:02}:{:02}, {gained} more would fit.",
                day_end_minute / 60,
                day_end_minute % 60
            ),
            Concession::ShorterRest { rest_gap_minutes } => format!(
                "With {} of rest between focus blocks, {gained} more would fit.",
                spell_minutes(i64::from(*rest_gap_minutes))
            ),
            Concession::GiveUp { event } => {
                let event = self.problem.events.iter().find(|other| other.id == *event);
                let named = event.map(|event| reason::named(&self.problem.settings.zone, event));
                format!("Without {}, {gained} more would fit.", named.unwrap_or_default())
            }
            Concession::LongerLookahead { lookahead_days } => {
                format!("Looking {lookahead_days} days ahead, {gained} more would fit.")
            }
        }
    }
}
