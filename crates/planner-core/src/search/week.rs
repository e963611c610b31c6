use crate::constraint::permission::{self, Role};
use crate::constraint::{overlap, rest, waking, window};
use crate::demand::{self, Demand};
use crate::energy::EnergyProfile;
use crate::model::{Event, Mode, Problem, Refusal, Task};
use crate::time::{Interval, MINUTES_PER_24H, Spans};

/// A problem made ready for the search: who may go where, and what it costs.
pub(crate) struct Week<'p> {
    pub(crate) problem: &'p Problem,
    /// The trigger, in demand mode.
    pub(crate) trigger: Option<&'p Task>,
    pub(crate) window: Interval,
    /// Events that may be moved, in order of start and id.
    pub(crate) flexible: Vec<&'p Event>,
    /// Focus for the trigger that stands after its due time, in order of start and id.
    pub(crate) stranded: Vec<&'p Event>,
    pub(crate) demand: Demand,
    pub(crate) budget: u32,
    pub(crate) rest_gap: i64,
    /// Waking hours from the window's start to where anything may land.
    pub(crate) waking: Vec<Interval>,
    /// Time that fixed events and other calendars take. Stranded events hold theirs until they are moved.
    pub(crate) taken: Spans,
    /// Time too close to fixed focus.
    pub(crate) too_close: Spans,
    /// How well the student works at any time of the window.
    energy: EnergyProfile,
    /// The longest of the flexible events, in minutes.
    longest_flexible: i64,
}

/// Why there is nothing to search.
pub(crate) enum Settled {
    Refused(Refusal),
    NothingToPlan,
}

impl<'p> Week<'p> {
    /// Reads a validated problem.
    pub(crate) fn new(problem: &'p Problem) -> Result<Self, Settled> {
        match (problem.mode, problem.trigger()) {
            (Mode::Demand { .. }, Some(trigger)) => Self::for_trigger(problem, trigger),
            // A validated problem in demand mode has its trigger, so what is left is conflict mode.
            _ => Self::for_conflicts(problem),
        }
    }

    fn for_trigger(problem: &'p Problem, trigger: &'p Task) -> Result<Self, Settled> {
        let settings = &problem.settings;
        let window = window::before_due(trigger, problem.now, settings).map_err(Settled::Refused)?;
        let earliest = window::earliest(problem.now, settings);
        let role = |event: &Event| {
            permission::for_trigger(event, trigger, &problem.tasks, window, earliest, problem.now)
        };
        let of_role =
            |wanted: Role| in_order(problem.events.iter().filter(move |event| role(event) == wanted));
        let flexible = of_role(Role::Flexible);
        let claimable = flexible.iter().copied().filter(|event| event.is_focus() && event.task.is_none());
        let demand =
            demand::of(trigger, settings, &problem.events, claimable).ok_or(Settled::NothingToPlan)?;
        let flexible = flexible.into_iter().filter(|event| !demand.claims.contains(&event.id)).collect();
        Ok(Self::assemble(problem, Some(trigger), window, flexible, of_role(Role::Stranded), demand))
    }

    fn for_conflicts(problem: &'p Problem) -> Result<Self, Settled> {
        let window = window::from_now(problem.now, &problem.settings).ok_or(Settled::NothingToPlan)?;
        let is_flexible =
            |event: &&Event| permission::for_conflicts(event, window, problem.now) == Role::Flexible;
        let flexible = in_order(problem.events.iter().filter(is_flexible));
        let demand = Demand { need_minutes: 0, exact_need_minutes: 0, claims: Vec::new() };
        Ok(Self::assemble(problem, None, window, flexible, Vec::new(), demand))
    }

    fn assemble(
        problem: &'p Problem,
        trigger: Option<&'p Task>,
        window: Interval,
        flexible: Vec<&'p Event>,
        stranded: Vec<&'p Event>,
        demand: Demand,
    ) -> Self {
        let settings = &problem.settings;
        let rest_gap = i64::from(settings.rest_gap_minutes);
        let may_change: std::collections::BTreeSet<_> =
            flexible.iter().chain(&stranded).map(|event| event.id).collect();
        let fixed = || problem.events.iter().filter(|event| !may_change.contains(&event.id));
        let reach = window::for_relocation(window, settings, None).unwrap_or(window);
        Self {
            problem,
            trigger,
            window,
            demand,
            budget: problem.budget(),
            rest_gap,
            waking: waking::hours(reach, settings),
            taken: overlap::taken(fixed(), &problem.busy),
            too_close: rest::too_close(fixed(), rest_gap),
            energy: EnergyProfile::over(window, settings),
            longest_flexible: flexible.iter().map(|event| event.interval.minutes()).max().unwrap_or(0),
            flexible,
            stranded,
        }
    }

    /// The flexible events that could stand in the way of something placed at `at`, where they are: those whose start
    /// is near enough. Being ordered by start, all others need not be looked at.
    pub(crate) fn flexible_near(
        &self,
        at: Interval,
        is_focus: bool,
    ) -> impl Iterator<Item = (usize, &'p Event)> {
        let rest = if is_focus { self.rest_gap } else { 0 };
        let (from, to) = (at.start().plus(-rest - self.longest_flexible), at.end().plus(rest));
        let first = self.flexible.partition_point(|event| event.interval.start() < from);
        let near = self.flexible[first..].iter().take_while(move |event| event.interval.start() < to);
        near.enumerate().map(move |(index, event)| (first + index, *event))
    }

    /// Whether `at` lies in waking hours and keeps clear of all that is fixed.
    pub(crate) fn is_open(&self, at: Interval, is_focus: bool) -> bool {
        let index = self.waking.partition_point(|waking| waking.end() <= at.start());
        self.waking.get(index).is_some_and(|waking| waking.contains(at))
            && !self.taken.overlaps(at)
            && !(is_focus && self.too_close.overlaps(at))
    }

    /// Whether `other`, where it is, stands in the way of something placed at `at`.
    pub(crate) fn is_blocked_by(
        &self,
        at: Interval,
        is_focus: bool,
        other: &Event,
        other_at: Interval,
    ) -> bool {
        (other.blocks() && at.overlaps(other_at))
            || (is_focus && other.is_focus() && rest::broken(at, other_at, self.rest_gap))
    }

    /// Where a flexible event may land.
    pub(crate) fn reach_of(&self, event: &Event) -> Option<Interval> {
        let other_task =
            if event.is_focus() { permission::linked(event.task, &self.problem.tasks) } else { None };
        window::for_relocation(self.window, &self.problem.settings, other_task)
    }

    /// What a study interval costs in closeness to the due time and in the student's energy.
    pub(crate) fn study_cost(&self, at: Interval) -> (u32, u32) {
        let Some(trigger) = self.trigger else { return (0, 0) };
        let before = |days: i64| {
            let limit = trigger.due.plus(-days * MINUTES_PER_24H);
            limit.minutes_since(at.start()).clamp(0, at.minutes())
        };
        let proximity = before(3) + before(5);
        (u32::try_from(proximity).unwrap_or(0), self.energy_cost(at))
    }

    fn energy_cost(&self, at: Interval) -> u32 {
        let best = 150 * u64::try_from(at.minutes()).unwrap_or(0);
        u32::try_from(best - self.energy.sum(at)).unwrap_or(u32::MAX)
    }
}

fn in_order<'p>(events: impl Iterator<Item = &'p Event>) -> Vec<&'p Event> {
    let mut events: Vec<&Event> = events.collect();
    events.sort_by_key(|event| (event.interval.start(), event.id));
    events
}
