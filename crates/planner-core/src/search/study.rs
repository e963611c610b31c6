use std::collections::BTreeSet;

use super::Week;
use super::layout::Placement;
use crate::model::{Event, Kind, Objective};
use crate::time::{GRID_MINUTES, Instant, Interval};

/// A choice of study blocks, with what has to yield to them.
pub(super) struct Candidate {
    pub(super) placements: Vec<Placement>,
    pub(super) displaced: BTreeSet<usize>,
    /// The objective if everything displaced could stay nearly where it was.
    pub(super) estimate: Objective,
}

/// Stranded events considered at once. More than two blocks after a due time that moved are rare.
const MOST_STRANDED: usize = 2;

/// The places for study blocks, for each choice of stranded events to bring in.
pub(super) struct Places(Vec<(usize, Vec<Place>)>);

impl Places {
    /// Every place in the week, with what has to yield to a block there.
    pub(super) fn of(week: &Week<'_>, work: &mut u64) -> Self {
        let considered = week.stranded.len().min(MOST_STRANDED);
        let subsets = (0..1_usize << considered).filter(|subset| subset.count_ones() <= week.budget);
        Self(subsets.map(|subset| (subset, places(week, subset, work))).collect())
    }

    /// The best choices of study blocks for each number of changes and minutes placed.
    ///
    /// Events in `held` are not to be displaced.
    pub(super) fn candidates(
        &self,
        week: &Week<'_>,
        held: &BTreeSet<usize>,
        work: &mut u64,
    ) -> Vec<Candidate> {
        let programmes = self.0.iter().map(|(subset, places)| {
            let open = |place: &&Place| place.displaced.iter().all(|index| !held.contains(index));
            Programme::new(week, *subset, places.iter().filter(open).collect())
        });
        programmes.flat_map(|programme| programme.solve(work)).collect()
    }
}

/// One place for one study block.
struct Place {
    placement: Placement,
    displaced: Vec<usize>,
    /// What is added to the cost of the blocks before it.
    cost: Cost,
}

/// The part of the objective that grows block by block, in the objective's order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    focus_disturbed: u32,
    created: u32,
    low_priority_disturbed: u32,
    proximity: u32,
    energy: u32,
    lateness: u32,
}

impl Cost {
    fn plus(self, more: Self) -> Self {
        Self {
            focus_disturbed: self.focus_disturbed + more.focus_disturbed,
            created: self.created + more.created,
            low_priority_disturbed: self.low_priority_disturbed + more.low_priority_disturbed,
            proximity: self.proximity + more.proximity,
            energy: self.energy + more.energy,
            lateness: self.lateness + more.lateness,
        }
    }
}

/// The cheapest way to some number of changes and minutes with the blocks that end by some instant.
#[derive(Clone, Copy)]
struct Label {
    cost: Cost,
    /// How it was reached; `None` at the start.
    last: Option<Step>,
}

/// A place added to the label of an earlier row.
#[derive(Clone, Copy)]
struct Step {
    place: u32,
    row: u32,
    cell: u32,
}

impl Step {
    fn new(place: usize, row: usize, cell: usize) -> Self {
        // There are a few thousand of each; the labels are many, so their size matters.
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { place: small(place), row: small(row), cell: small(cell) }
    }
}

/// A dynamic programme over the blocks in order of their ends.
struct Programme<'w, 'p> {
    week: &'w Week<'p>,
    /// The stranded events that this programme brings in, as bits.
    subset: usize,
    places: Vec<&'w Place>,
    /// Cells: (stranded events placed, churn, created grid steps).
    churn_levels: usize,
    step_levels: usize,
    rows: Vec<(Instant, Vec<Option<Label>>)>,
}

impl<'w, 'p> Programme<'w, 'p> {
    fn new(week: &'w Week<'p>, subset: usize, places: Vec<&'w Place>) -> Self {
        let most_created = most_created(week, stranded_minutes(week, subset));
        let churn_levels = week.budget as usize + 1;
        let step_levels = usize::try_from(most_created / GRID_MINUTES).unwrap_or(0) + 1;
        // Never more than the longest blocks that the budget pays for.
        let affordable = usize::from(week.problem.settings.focus_max_minutes) / 15 * week.budget as usize + 1;
        Self {
            week,
            subset,
            places,
            churn_levels,
            step_levels: step_levels.min(affordable),
            rows: Vec::new(),
        }
    }

    fn cell(&self, stranded: usize, churn: usize, steps: usize) -> usize {
        (stranded * self.churn_levels + churn) * self.step_levels + steps
    }

    fn solve(mut self, work: &mut u64) -> Vec<Candidate> {
        let mut first = vec![None; self.cell(self.subset, self.churn_levels - 1, self.step_levels - 1) + 1];
        first[0] = Some(Label { cost: Cost::default(), last: None });
        self.rows.push((self.week.window.start(), first));
        for index in 0..self.places.len() {
            self.extend(index, work);
        }
        let last = self.rows.len() - 1;
        let mut found = Vec::new();
        for churn in 0..self.churn_levels {
            for steps in 0..self.step_levels {
                let cell = self.cell(self.subset, churn, steps);
                if self.rows[last].1[cell].is_some() {
                    found.push(self.candidate(last, cell, churn, steps));
                }
            }
        }
        found
    }

    /// Adds one place to the labels of all blocks that end a rest before it.
    fn extend(&mut self, index: usize, work: &mut u64) {
        let place = self.places[index];
        let at = place.placement.at;
        let churn_cost = 1 + place.displaced.len();
        let steps_cost = match place.placement.stranded {
            None => usize::try_from(at.minutes() / GRID_MINUTES).unwrap_or(0),
            Some(_) => 0,
        };
        let bit = place.placement.stranded.map_or(0, |index| 1_usize << index);
        let cost = place.cost;
        if self.rows.last().is_some_and(|(end, _)| *end < at.end()) {
            let row = self.rows.last().map(|(_, row)| row.clone()).unwrap_or_default();
            self.rows.push((at.end(), row));
        }
        let rested = at.start().plus(-self.week.rest_gap);
        // The first row holds no block at all, so it rests before everything.
        let before = self.rows.partition_point(|(end, _)| *end <= rested).max(1) - 1;
        let last = self.rows.len() - 1;
        for stranded in
            (0..=self.subset).filter(|stranded| stranded & !self.subset == 0 && stranded & bit == 0)
        {
            for churn in 0..self.churn_levels.saturating_sub(churn_cost) {
                for steps in 0..self.step_levels.saturating_sub(steps_cost) {
                    let from = self.cell(stranded, churn, steps);
                    let Some(label) = self.rows[before].1[from] else { continue };
                    *work += 1;
                    let to = self.cell(stranded | bit, churn + churn_cost, steps + steps_cost);
                    let cost = label.cost.plus(cost);
                    let target = &mut self.rows[last].1[to];
                    if target.is_none_or(|known| cost < known.cost) {
                        *target = Some(Label { cost, last: Some(Step::new(index, before, from)) });
                    }
                }
            }
        }
    }

    fn candidate(&self, row: usize, cell: usize, churn: usize, steps: usize) -> Candidate {
        let mut placements = Vec::new();
        let mut displaced = BTreeSet::new();
        let (mut row, mut cell) = (row, cell);
        while let Some(Label { last: Some(step), .. }) = self.rows[row].1[cell] {
            let place = self.places[step.place as usize];
            placements.push(place.placement);
            displaced.extend(place.displaced.iter().copied());
            (row, cell) = (step.row as usize, step.cell as usize);
        }
        placements.reverse();
        let cost = self.rows[self.rows.len() - 1].1[self.cell(self.subset, churn, steps)]
            .map_or_else(Cost::default, |label| label.cost);
        let created = i64::try_from(steps).unwrap_or(0) * GRID_MINUTES;
        let placed = created + stranded_minutes(self.week, self.subset);
        let unmet = minutes(self.week.demand.need_minutes - placed);
        let estimate = Objective {
            missing_blocks: unmet / u32::from(self.week.problem.settings.focus_min_minutes),
            focus_disturbed: cost.focus_disturbed,
            // An event that yields to two blocks was counted twice on the way.
            churn: minutes(i64::try_from(placements.len() + displaced.len()).unwrap_or(0)),
            unmet_minutes: unmet,
            created: cost.created,
            low_priority_disturbed: cost.low_priority_disturbed,
            proximity: cost.proximity,
            energy: cost.energy,
            displacement_minutes: 0,
            lateness_minutes: cost.lateness,
            ..Objective::default()
        };
        Candidate { placements, displaced, estimate }
    }
}

/// Every place for a block, in order of end, start and kind, with what has to yield.
fn places(week: &Week<'_>, subset: usize, work: &mut u64) -> Vec<Place> {
    let settings = &week.problem.settings;
    let longest =
        i64::from(settings.focus_max_minutes).min(most_created(week, stranded_minutes(week, subset)));
    let mut places = Vec::new();
    let mut start = week.window.start().ceil_to_grid();
    while start < week.window.end() {
        let mut lengths = (i64::from(settings.focus_min_minutes)..=longest).step_by(15);
        // What a longer block needs includes what a shorter one does: the first that fits nowhere ends the row.
        let mut consider = |stranded: Option<usize>, length: i64| -> bool {
            *work += 1;
            let Some(at) = Interval::starting(start, length).filter(|at| week.window.contains(*at)) else {
                return false;
            };
            let Some(displaced) = displaced_by(week, at, stranded, subset) else { return false };
            if displaced.len() < week.budget as usize {
                let placement = Placement { at, stranded };
                places.push(Place { cost: cost(week, placement, &displaced), placement, displaced });
            }
            true
        };
        while lengths.next().is_some_and(|length| consider(None, length)) {}
        for (index, event) in week.stranded.iter().enumerate() {
            if subset >> index & 1 == 1 && start != event.interval.start() {
                consider(Some(index), event.interval.minutes());
            }
        }
        start = start.plus(GRID_MINUTES);
    }
    places.sort_by_key(|place| (place.placement.at.end(), place.placement));
    places
}

/// The flexible events that have to yield to a study block at `at`, or `None` where it can't be.
fn displaced_by(week: &Week<'_>, at: Interval, stranded: Option<usize>, subset: usize) -> Option<Vec<usize>> {
    let hits_stranded = week.stranded.iter().enumerate().any(|(index, event)| {
        let leaves = subset >> index & 1 == 1;
        Some(index) != stranded && !leaves && week.is_blocked_by(at, true, event, event.interval)
    });
    if hits_stranded || !week.is_open(at, true) {
        return None;
    }
    let yields = |(_, event): &(usize, &Event)| week.is_blocked_by(at, true, event, event.interval);
    Some(week.flexible_near(at, true).filter(yields).map(|(index, _)| index).collect())
}

fn cost(week: &Week<'_>, placement: Placement, displaced: &[usize]) -> Cost {
    let of_kind = |kind| displaced.iter().filter(|index| week.flexible[**index].kind == kind).count();
    let (proximity, energy) = week.study_cost(placement.at);
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Cost {
        focus_disturbed: count(of_kind(Kind::Focus)),
        created: u32::from(placement.stranded.is_none()),
        low_priority_disturbed: count(of_kind(Kind::LowPriority)),
        proximity,
        energy,
        lateness: minutes(placement.at.start().minutes_since(week.window.start())),
    }
}

/// The most minutes that may be made when `stranded` minutes are brought in.
fn most_created(week: &Week<'_>, stranded: i64) -> i64 {
    crate::demand::placeable(week.demand.need_minutes - stranded, &week.problem.settings)
}

fn stranded_minutes(week: &Week<'_>, subset: usize) -> i64 {
    let brought_in = week.stranded.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1);
    brought_in.map(|(_, event)| event.interval.minutes()).sum()
}

/// A count of minutes that is never below 0.
fn minutes(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}
