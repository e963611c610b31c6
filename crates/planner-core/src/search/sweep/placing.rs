use std::ops::{Index, Range};

use super::labels::Label;
use super::{MOST_CHURN, Question, block};
use crate::search::ground::{Ground, STEP};
use crate::search::items::{Fate, Floor};
use crate::search::score::Score;

/// Stands for a study block where other labels name their item.
pub(super) const STUDY: u8 = u8::MAX;

/// A way to place something at the point that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Way {
    item: u8,
    to_phase: u8,
    /// What it adds to the stage.
    stage: u32,
    /// Grid steps of study created.
    pub(super) steps: usize,
    minutes: i32,
    is_focus: bool,
    /// Its price, all that it pushes away included.
    score: Score,
    /// The same of the budget.
    churn: u32,
    /// How many of the events met at the point it pushes away.
    pushes: usize,
    /// Where their prices begin.
    first_price: usize,
}

/// Ways to place study where nothing near is decided, kept from one sweep to the next.
#[derive(Default)]
pub(super) struct Known {
    points: Vec<Option<KnownPoint>>,
    ways: Vec<Way>,
    prices: Vec<Floor>,
}

#[derive(Clone)]
struct KnownPoint {
    /// How far it was open.
    open: i32,
    ways: Range<usize>,
    prices: Range<usize>,
}

/// All ways to place something at one point, worked out once for all labels.
pub(super) struct Placing<'s> {
    q: &'s Question<'s>,
    open: &'s [Vec<i32>; 2],
    known: &'s mut Known,
    /// Lengths of study blocks in grid steps.
    shortest: usize,
    longest: usize,
    /// By item: what a phase counts in a stage.
    radix: Vec<u32>,
    ways: Vec<Way>,
    study: Range<usize>,
    /// By item and phase, the last left out: the ways to place what comes next.
    of_items: Vec<Range<usize>>,
    /// By item: where its phases begin in that list.
    first_phase: Vec<usize>,
    /// Undecided events that may be met, with the minute from which on: for anything and for focus.
    met: [Vec<(i32, u32)>; 2],
    prices: Vec<Floor>,
}

impl Index<usize> for Placing<'_> {
    type Output = Way;

    fn index(&self, index: usize) -> &Way {
        &self.ways[index]
    }
}

impl<'s> Placing<'s> {
    pub(super) fn new(q: &'s Question<'s>, open: &'s [Vec<i32>; 2], known: &'s mut Known) -> Self {
        known.points.resize(q.ground.points, None);
        let steps = |minutes: u16| usize::from(minutes) / STEP as usize;
        let (mut radix, mut first_phase) = (Vec::new(), Vec::new());
        let (mut stages, mut phases) = (1, 0);
        for item in q.items {
            radix.push(stages);
            first_phase.push(phases);
            stages *= u32::from(item.last_phase()) + 1;
            phases += usize::from(item.last_phase());
        }
        Self {
            q,
            open,
            known,
            shortest: steps(q.week.problem.settings.focus_min_minutes),
            longest: steps(q.week.problem.settings.focus_max_minutes),
            radix,
            ways: Vec::new(),
            study: 0..0,
            of_items: Vec::new(),
            first_phase,
            met: [Vec::new(), Vec::new()],
            prices: Vec::new(),
        }
    }

    /// The ground that is open, for anything or for focus.
    pub(super) fn open(&self, is_focus: bool) -> &[i32] {
        &self.open[usize::from(is_focus)]
    }

    /// Gathers what may be placed at `point`; `false` where nothing may.
    pub(super) fn look_at(&mut self, point: usize) -> bool {
        self.ways.clear();
        self.prices.clear();
        self.of_items.clear();
        let [any, focus] = [self.open[0][point], self.open[1][point]];
        if any == 0 && focus == 0 {
            return false;
        }
        let is_undecided = self.meet(point);
        self.recall_blocks(point, focus, is_undecided);
        self.find_items(point, [any, focus]);
        !self.ways.is_empty()
    }

    /// The ways to place a study block, the shortest first.
    pub(super) fn of_study(&self) -> Range<usize> {
        self.study.clone()
    }

    /// The ways to place what comes next of an item.
    pub(super) fn of_item(&self, item: usize, phase: u8) -> Range<usize> {
        if phase == self.q.items[item].last_phase() {
            return 0..0;
        }
        self.of_items[self.first_phase[item] + usize::from(phase)].clone()
    }

    /// A label extended in one of the ways, or `None` where the budget does not allow it.
    pub(super) fn extend(&self, label: &Label, id: u32, point: usize, way: usize) -> Option<Label> {
        let way = self.ways[way];
        let small = |point: usize| u16::try_from(point).unwrap_or(u16::MAX);
        let end = Ground::minute_of(point) + way.minutes;
        let mut next = Label {
            score: label.score + way.score,
            stage: label.stage + way.stage,
            steps: label.steps + u16::try_from(way.steps).unwrap_or(u16::MAX),
            item: way.item,
            start: small(point),
            minutes: way.minutes,
            free: small(Ground::point_from(end)),
            before: id,
            ..*label
        };
        if way.item != STUDY {
            next.phases[usize::from(way.item)] = way.to_phase;
        }
        if way.is_focus {
            next.rested = small(Ground::point_from(end + self.q.ground.rest));
        }
        let mut churn = way.churn;
        // What was paid for when it was met before is not paid for again.
        for (price, (_, event)) in self.pushes(&way) {
            if label.has_paid_for(*event) {
                next.score = next.score.without(price.score);
                churn -= price.churn;
            }
        }
        let spent = u32::from(label.spent) + churn;
        if spent > self.q.spare {
            return None;
        }
        next.spent = u8::try_from(spent).unwrap_or(u8::MAX);
        for (_, (_, event)) in self.pushes(&way) {
            if !label.has_paid_for(*event) {
                next.pay_for(*event);
            }
        }
        Some(next)
    }

    /// The events that the last step of a label pushes away.
    pub(super) fn pushed_by(&mut self, label: &Label) -> Vec<usize> {
        let point = usize::from(label.start);
        self.meet(point);
        let is_focus = self.q.items.get(usize::from(label.item)).is_none_or(|item| item.is_focus);
        let end = Ground::minute_of(point) + label.minutes;
        let met = self.met[usize::from(is_focus)].iter().take_while(|(from, _)| *from < end);
        met.map(|(_, event)| *event as usize).collect()
    }

    fn pushes(&self, way: &Way) -> impl Iterator<Item = (&Floor, &(i32, u32))> {
        let prices = &self.prices[way.first_price..way.first_price + way.pushes];
        prices.iter().zip(&self.met[usize::from(way.is_focus)])
    }

    /// Gathers the undecided events that may be met; says whether all that focus may meet is undecided.
    fn meet(&mut self, point: usize) -> bool {
        if self.q.escapes.is_none() {
            return false;
        }
        for is_focus in [false, true] {
            let met = &mut self.met[usize::from(is_focus)];
            met.clear();
            for near in self.q.ground.near(point, is_focus) {
                if self.q.fates[near.event as usize] == Fate::Open {
                    met.push((near.from, near.event));
                }
            }
        }
        self.met[1].len() == self.q.ground.near(point, true).len()
    }

    fn recall_blocks(&mut self, point: usize, open: i32, is_undecided: bool) {
        match &self.known.points[point] {
            Some(known) if is_undecided && known.open == open => {
                self.ways.extend_from_slice(&self.known.ways[known.ways.clone()]);
                self.prices.extend_from_slice(&self.known.prices[known.prices.clone()]);
                self.study = 0..self.ways.len();
            }
            known => {
                let is_new = known.is_none() && is_undecided;
                self.find_blocks(point, open);
                if is_new {
                    let (ways, prices) = (self.known.ways.len(), self.known.prices.len());
                    self.known.ways.extend_from_slice(&self.ways);
                    self.known.prices.extend_from_slice(&self.prices);
                    self.known.points[point] = Some(KnownPoint {
                        open,
                        ways: ways..self.known.ways.len(),
                        prices: prices..self.known.prices.len(),
                    });
                }
            }
        }
    }

    fn find_blocks(&mut self, point: usize, open: i32) {
        let room = open.min(self.q.ground.study_end) - Ground::minute_of(point);
        let most = usize::try_from(room / STEP).unwrap_or(0).min(self.longest);
        for steps in self.shortest..=most {
            let way = Way {
                item: STUDY,
                to_phase: 0,
                stage: 0,
                steps,
                minutes: Ground::minute_of(steps),
                is_focus: true,
                score: block() + self.q.ground.study(point, steps),
                churn: 1,
                pushes: 0,
                first_price: 0,
            };
            if !self.offer(way, point) {
                break;
            }
        }
        self.study = 0..self.ways.len();
    }

    fn find_items(&mut self, point: usize, open: [i32; 2]) {
        for (index, item) in self.q.items.iter().enumerate() {
            let open = open[usize::from(item.is_focus)];
            for phase in 0..item.last_phase() {
                let first = self.ways.len();
                for leap in item.leaps(phase).filter(|_| open > 0) {
                    let Some(score) = item.cost(self.q.week, self.q.ground, leap, point, open) else {
                        continue;
                    };
                    let way = Way {
                        item: u8::try_from(index).unwrap_or(STUDY),
                        to_phase: leap.to_phase,
                        stage: u32::from(leap.to_phase - phase) * self.radix[index],
                        steps: 0,
                        minutes: leap.minutes,
                        is_focus: item.is_focus,
                        score,
                        churn: 0,
                        pushes: 0,
                        first_price: 0,
                    };
                    self.offer(way, point);
                }
                self.of_items.push(first..self.ways.len());
            }
        }
    }

    /// Adds the way with what it pushes away; `false` where something in the way can't be pushed within the budget.
    fn offer(&mut self, mut way: Way, point: usize) -> bool {
        let start = Ground::minute_of(point);
        let at = (start, start + way.minutes);
        way.first_price = self.prices.len();
        for (from, event) in &self.met[usize::from(way.is_focus)] {
            if *from >= at.1 {
                break;
            }
            let price = self.q.escapes.and_then(|escapes| escapes.of(*event as usize, at, way.is_focus));
            let Some(price) = price.filter(|_| way.pushes < MOST_CHURN - 1) else { return false };
            way.score += price.score;
            way.churn += price.churn;
            way.pushes += 1;
            self.prices.push(price);
        }
        self.ways.push(way);
        true
    }
}
