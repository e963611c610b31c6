use super::Week;
use super::ground::{Ground, STEP};
use super::score::{CHURN, DELETED, DISPLACEMENT, ENERGY, FOCUS, LOW_PRIORITY, PROXIMITY, Score};
use crate::model::{Action, Event, EventId, Kind};

/// What is decided about a flexible event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Nothing yet.
    Open,
    /// It stays where it is and is in the way there.
    Stays,
    /// It leaves its place for another.
    Moves,
    /// It leaves its place in two pieces.
    Splits,
    /// It is given up.
    Goes,
}

impl Fate {
    /// What it costs of the budget.
    pub(super) const fn churn(self) -> u32 {
        match self {
            Self::Open | Self::Stays => 0,
            Self::Moves | Self::Goes => 1,
            Self::Splits => 2,
        }
    }

    /// What it costs whatever place is found.
    pub(super) fn score(self, event: &Event) -> Score {
        if self.churn() == 0 {
            return Score::NOTHING;
        }
        Score::of(CHURN, self.churn())
            + Score::of(DELETED, u32::from(self == Self::Goes))
            + Score::of(FOCUS, u32::from(event.is_focus()))
            + Score::of(LOW_PRIORITY, u32::from(event.kind == Kind::LowPriority))
    }
}

/// An event that has to be given a place.
pub(super) struct Item {
    pub(super) event: EventId,
    pub(super) is_focus: bool,
    is_study: bool,
    /// Where it is.
    old: i32,
    /// The minute by which it has to end.
    reach_end: i32,
    minutes: i32,
    /// The lengths that the first of two pieces may have; empty where the event is moved whole.
    firsts: Vec<i32>,
}

/// One way to place an item, or a piece of it, from one phase to the next.
#[derive(Clone, Copy)]
pub(super) struct Leap {
    pub(super) to_phase: u8,
    pub(super) minutes: i32,
    /// Where it would start if nothing were moved; a start in vain for a move.
    home: i32,
}

impl Item {
    /// A stranded event that is brought in.
    pub(super) fn stranded(week: &Week<'_>, ground: &Ground<'_>, event: &Event) -> Self {
        Self { is_study: true, reach_end: ground.study_end, ..Self::moved(week, ground, event) }
    }

    /// A flexible event that is moved.
    pub(super) fn moved(week: &Week<'_>, ground: &Ground<'_>, event: &Event) -> Self {
        let reach_end = week.reach_of(event).map_or(i32::MIN, |reach| ground.minute(reach.end()));
        Self {
            event: event.id,
            is_focus: event.is_focus(),
            is_study: false,
            old: ground.minute(event.interval.start()),
            reach_end,
            minutes: ground.minute(event.interval.end()) - ground.minute(event.interval.start()),
            firsts: Vec::new(),
        }
    }

    /// A flexible event that is split, or `None` where it is too short.
    pub(super) fn split(week: &Week<'_>, ground: &Ground<'_>, event: &Event) -> Option<Self> {
        let whole = Self::moved(week, ground, event);
        let shortest = i32::from(week.problem.settings.focus_min_minutes);
        // No piece is longer than a day, whatever the clock does that day.
        let longest = Ground::longest_day(week);
        let first = Ground::minute_of(Ground::point_from((whole.minutes - longest).max(shortest)));
        let last = (whole.minutes - shortest).min(longest);
        let firsts: Vec<i32> = (first..=last).step_by(STEP.unsigned_abs() as usize).collect();
        (!firsts.is_empty()).then_some(Self { firsts, ..whole })
    }

    /// The phase in which all of it is placed. In 0 it is unplaced, in those between the first piece is placed, one for
    /// each length that it may have.
    pub(super) fn last_phase(&self) -> u8 {
        1 + u8::try_from(self.firsts.len()).unwrap_or(u8::MAX - 1)
    }

    /// Every way to place what comes next in `phase`, the shortest first.
    pub(super) fn leaps(&self, phase: u8) -> impl Iterator<Item = Leap> + '_ {
        let to_phase = |index: usize| u8::try_from(index + 1).unwrap_or(0);
        let whole = (self.firsts.is_empty() && phase == 0).then_some(Leap {
            to_phase: 1,
            minutes: self.minutes,
            home: self.old,
        });
        let firsts = if phase == 0 { &self.firsts[..] } else { &[] };
        let firsts = firsts.iter().enumerate().map(move |(index, minutes)| Leap {
            to_phase: to_phase(index),
            minutes: *minutes,
            home: self.old,
        });
        let second =
            phase.checked_sub(1).and_then(|index| self.firsts.get(usize::from(index))).map(|first| Leap {
                to_phase: self.last_phase(),
                minutes: self.minutes - first,
                home: self.old + first,
            });
        whole.into_iter().chain(firsts).chain(second)
    }

    /// What the leap costs at `point`, or `None` where it may not be made; `open` is the ground for the item.
    pub(super) fn cost(
        &self,
        week: &Week<'_>,
        ground: &Ground<'_>,
        leap: Leap,
        point: usize,
        open: i32,
    ) -> Option<Score> {
        let start = Ground::minute_of(point);
        let is_unmoved = self.firsts.is_empty() && start == leap.home;
        if is_unmoved || start + leap.minutes > open.min(self.reach_end) {
            return None;
        }
        let place = if self.is_study {
            let (proximity, energy) = week.study_cost(ground.interval(point, leap.minutes));
            Score::of(PROXIMITY, proximity) + Score::of(ENERGY, energy)
        } else {
            Score::of(DISPLACEMENT, start.abs_diff(leap.home))
        };
        Some(place + ground.lateness(point))
    }

    /// The minute at which the item ends if it is moved whole to `point`, or `None` where it may not be.
    pub(super) fn end_of_move(&self, point: usize, open: i32) -> Option<i32> {
        let (start, end) = (Ground::minute_of(point), Ground::minute_of(point) + self.minutes);
        (start != self.old && end <= open.min(self.reach_end)).then_some(end)
    }

    /// What it costs to move the item whole to `point`.
    pub(super) fn price(&self, ground: &Ground<'_>, point: usize) -> Score {
        Score::of(DISPLACEMENT, self.shift(point)) + ground.lateness(point)
    }

    /// Minutes by which a move to `point` shifts the item.
    pub(super) fn shift(&self, point: usize) -> u32 {
        Ground::minute_of(point).abs_diff(self.old)
    }

    /// The least that it costs to move the item, looking from where it is to both sides.
    fn least_move(&self, ground: &Ground<'_>) -> Option<Score> {
        let open = ground.open(self.is_focus);
        let price = |point: usize| self.end_of_move(point, open[point]).map(|_| self.price(ground, point));
        let home = Ground::point_from(self.old).min(open.len());
        let later = (home..open.len()).find_map(price);
        let earlier = (0..home).rev().find_map(price);
        // To both sides the costs only grow.
        later.into_iter().chain(earlier).min()
    }

    /// For each phase but the last and each point, the least that is still to pay if what comes next is placed at that
    /// point or later.
    pub(super) fn floors(&self, week: &Week<'_>, ground: &Ground<'_>, open: &[i32]) -> Vec<Vec<Score>> {
        let phases = usize::from(self.last_phase());
        let mut floors = vec![Vec::new(); phases];
        // The later phases first, since an earlier one pays for them too.
        for phase in (0..phases).rev() {
            let mut least = Score::IMPOSSIBLE;
            let mut floor = vec![least; ground.points + 1];
            for point in (0..ground.points).rev().filter(|point| open[*point] > 0) {
                for leap in self.leaps(u8::try_from(phase).unwrap_or(0)) {
                    if let Some(cost) = self.cost(week, ground, leap, point, open[point]) {
                        let next =
                            Ground::point_from(Ground::minute_of(point) + leap.minutes).min(ground.points);
                        let rest = floors
                            .get(usize::from(leap.to_phase))
                            .map_or(Score::NOTHING, |floor| floor[next]);
                        least = least.min(cost.checked_add(rest));
                    }
                }
                floor[point] = least;
            }
            // What holds for an open point holds for the shut ones before it.
            for point in (0..ground.points).rev() {
                floor[point] = floor[point].min(floor[point + 1]);
            }
            floors[phase] = floor;
        }
        floors
    }

    /// The action that puts the item at these intervals.
    pub(super) fn action(&self, at: &[crate::time::Interval]) -> Action {
        match at {
            [first, second] => Action::Split { event: self.event, pieces: [*first, *second] },
            _ => Action::Move { event: self.event, to: at[0] },
        }
    }
}

/// The least that a change of an event costs, whatever else is decided.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    pub(super) churn: u32,
    pub(super) score: Score,
}

impl Floor {
    /// The floor of all changes; `None` where the event has nowhere to go and can't be given up.
    pub(super) fn of(week: &Week<'_>, ground: &Ground<'_>, event: &Event) -> Option<Self> {
        // To split costs more and to give up weighs more, so a move is the least of them.
        Self::of_any(week, ground, event, &[Fate::Moves])
            .or_else(|| Self::of_any(week, ground, event, &[Fate::Splits, Fate::Goes]))
    }

    /// The floor of some kinds of change.
    pub(super) fn of_any(
        week: &Week<'_>,
        ground: &Ground<'_>,
        event: &Event,
        fates: &[Fate],
    ) -> Option<Self> {
        let floor = |fate: &Fate| {
            let place = least_place(week, ground, event, *fate)?;
            Some(Self { churn: fate.churn(), score: fate.score(event) + place })
        };
        fates.iter().filter_map(floor).reduce(|one, other| Self {
            churn: one.churn.min(other.churn),
            score: one.score.min(other.score),
        })
    }
}

fn least_place(week: &Week<'_>, ground: &Ground<'_>, event: &Event, fate: Fate) -> Option<Score> {
    let item = match fate {
        Fate::Moves => return Item::moved(week, ground, event).least_move(ground),
        Fate::Splits => Item::split(week, ground, event)?,
        Fate::Goes => return week.may_give_up(event).then_some(Score::NOTHING),
        Fate::Open | Fate::Stays => return None,
    };
    let floors = item.floors(week, ground, ground.open(item.is_focus));
    let least = floors.first().and_then(|floor| floor.first()).copied();
    least.filter(|least| *least < Score::IMPOSSIBLE)
}
