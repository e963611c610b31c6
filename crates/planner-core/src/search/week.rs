use crate::constraint::permission::{self, Role};
use crate::constraint::{overlap, rest, waking, window};
use crate::demand::{self, Demand};
use crate::energy::EnergyProfile;
use crate::model::{Event, Mode, Problem, Refusal, Task};
use crate::time::{Instant, Interval, MINUTES_PER_24H, Spans};

/// A problem made ready for the search: who may go where, and what it costs.
pub(crate) struct Week<'p> {
    pub(crate) problem: &'p Problem,
    /// The trigger, in demand mode.
    pub(crate) trigger: Option<&'p Task>,
    pub(crate) window: Interval,
    /// From the window's start to where anything may land.
    pub(crate) reach: Interval,
    /// Events that may be moved, in order of start and id.
    pub(crate) flexible: Vec<&'p Event>,
    /// Focus for the trigger that stands after its due time, in order of start and id.
    pub(crate) stranded: Vec<&'p Event>,
    pub(crate) demand: Demand,
    pub(crate) budget: u32,
    pub(crate) rest_gap: i64,
    /// Waking hours of the reach.
    pub(crate) waking: Vec<Interval>,
    /// Time that fixed events and other calendars take. Stranded events hold theirs until they are moved.
    pub(crate) taken: Spans,
    /// Time too close to fixed focus.
    pub(crate) too_close: Spans,
    /// How well the student works at any time of the window.
    energy: EnergyProfile,
}

/// A rule left out, to see what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lift {
    Nothing,
    /// As many changes as the user's maximum, whatever was used today.
    Budget,
    /// No rest between focus blocks.
    Rest,
    /// The whole of every local day.
    WakingHours,
    /// Fixed events and busy intervals take no time; fixed focus still asks for its rest.
    FixedEvents,
}

/// Why there is nothing to search.
pub(crate) enum Settled {
    Refused(Refusal),
    NothingToPlan,
}

impl<'p> Week<'p> {
    /// Reads a validated problem.
    pub(crate) fn new(problem: &'p Problem) -> Result<Self, Settled> {
        Self::with(problem, Lift::Nothing)
    }

    /// Reads a validated problem as it would be without one of its rules.
    pub(crate) fn with(problem: &'p Problem, lift: Lift) -> Result<Self, Settled> {
        match (problem.mode, problem.trigger()) {
            (Mode::Demand { .. }, Some(trigger)) => Self::for_trigger(problem, trigger, lift),
            // A validated problem in demand mode has its trigger, so what is left is conflict mode.
            _ => Self::for_conflicts(problem, lift),
        }
    }

    fn for_trigger(problem: &'p Problem, trigger: &'p Task, lift: Lift) -> Result<Self, Settled> {
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
        let stranded = of_role(Role::Stranded);
        Ok(Self::assemble(problem, Some(trigger), window, Changeable { flexible, stranded }, demand, lift))
    }

    /// The time before `until` with everything that is in it kept in its place.
    pub(crate) fn as_it_stands(problem: &'p Problem, trigger: &'p Task, until: Instant) -> Option<Self> {
        let window = Interval::new(window::earliest(problem.now, &problem.settings), until)?;
        let demand = Demand { need_minutes: 0, exact_need_minutes: 0, claims: Vec::new() };
        let nothing = Changeable { flexible: Vec::new(), stranded: Vec::new() };
        Some(Self::assemble(problem, Some(trigger), window, nothing, demand, Lift::Nothing))
    }

    fn for_conflicts(problem: &'p Problem, lift: Lift) -> Result<Self, Settled> {
        let window = window::from_now(problem.now, &problem.settings).ok_or(Settled::NothingToPlan)?;
        let is_flexible =
            |event: &&Event| permission::for_conflicts(event, window, problem.now) == Role::Flexible;
        let flexible = in_order(problem.events.iter().filter(is_flexible));
        let demand = Demand { need_minutes: 0, exact_need_minutes: 0, claims: Vec::new() };
        let changeable = Changeable { flexible, stranded: Vec::new() };
        Ok(Self::assemble(problem, None, window, changeable, demand, lift))
    }

    fn assemble(
        problem: &'p Problem,
        trigger: Option<&'p Task>,
        window: Interval,
        Changeable { flexible, stranded }: Changeable<'p>,
        demand: Demand,
        lift: Lift,
    ) -> Self {
        let settings = &problem.settings;
        let rest_gap = if lift == Lift::Rest { 0 } else { i64::from(settings.rest_gap_minutes) };
        let may_change: std::collections::BTreeSet<_> =
            flexible.iter().chain(&stranded).map(|event| event.id).collect();
        let fixed = || problem.events.iter().filter(|event| !may_change.contains(&event.id));
        let reach = window::for_relocation(window, settings, None).unwrap_or(window);
        Self {
            problem,
            trigger,
            window,
            reach,
            demand,
            budget: if lift == Lift::Budget { u32::from(settings.churn_cap_max) } else { problem.budget() },
            rest_gap,
            waking: if lift == Lift::WakingHours {
                waking::whole_days(reach, settings)
            } else {
                waking::hours(reach, settings)
            },
            taken: if lift == Lift::FixedEvents {
                Spans::default()
            } else {
                overlap::taken(fixed(), &problem.busy)
            },
            too_close: rest::too_close(fixed(), rest_gap),
            energy: EnergyProfile::over(window, settings),
            flexible,
            stranded,
        }
    }

    /// Minutes of study that may be created at most, since all that leaves its place needs as much of another: what is
    /// free in waking hours, and what can be given up.
    pub(crate) fn most_created(&self) -> i64 {
        let unfixed = self.flexible.iter().chain(&self.stranded).filter(|event| event.blocks());
        let taken = Spans::union(self.taken.iter().chain(unfixed.map(|event| event.interval)));
        let free = self.waking.iter().map(|waking| taken.minutes_free_in(*waking)).sum::<i64>();
        let mut losses: Vec<i64> = self
            .flexible
            .iter()
            .filter(|event| self.may_give_up(event))
            .map(|event| event.interval.minutes())
            .collect();
        losses.sort_unstable_by_key(|minutes| std::cmp::Reverse(*minutes));
        free + losses.iter().take(self.budget as usize).sum::<i64>()
    }

    /// Whether the student lets the planner give the event up.
    pub(crate) fn may_give_up(&self, event: &Event) -> bool {
        self.problem.settings.allow_delete && event.kind.may_be_deleted()
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

/// The events that may change.
struct Changeable<'p> {
    flexible: Vec<&'p Event>,
    stranded: Vec<&'p Event>,
}

fn in_order<'p>(events: impl Iterator<Item = &'p Event>) -> Vec<&'p Event> {
    let mut events: Vec<&Event> = events.collect();
    events.sort_by_key(|event| (event.interval.start(), event.id));
    events
}
