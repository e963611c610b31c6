//! Places study blocks and all events that have to leave their places at once, as well as can be.
//!
//! A dynamic programme that sweeps over the grid. A [`Label`] stands for one way to have placed some of the items by
//! some point; at each point every label may be extended by a study block or by an item that is still unplaced. What
//! is placed keeps clear of all that stays, while flexible events of which nothing is decided yet may be pushed away
//! at the least price their change can have. So the answer is a bound for every plan that agrees with what is decided,
//! and a plan itself where nothing is pushed.

mod labels;
mod placing;

use super::Week;
use super::escape::Escapes;
use super::ground::{Ground, STEP, keeps_clear, shut};
use super::items::{Fate, Item};
use super::score::{CHURN, CREATED, Score};
use crate::model::{Action, EventId};
use crate::time::Interval;
use labels::{Label, Labels, NONE};
use placing::{Known, Placing, STUDY};

/// Churn is at most five on a day.
const MOST_CHURN: usize = 5;

/// What a sweep is asked.
pub(super) struct Question<'s> {
    pub(super) week: &'s Week<'s>,
    pub(super) ground: &'s Ground<'s>,
    /// What is decided about each flexible event.
    pub(super) fates: &'s [Fate],
    /// The least price of pushing flexible events; `None` where nothing is undecided.
    pub(super) escapes: Option<&'s Escapes<'s>>,
    /// Stranded events, by index, that stay where they are.
    pub(super) left_stranded: &'s [usize],
    /// All that has to be placed.
    pub(super) items: &'s [Item],
    /// What is paid before anything is placed.
    pub(super) base: Score,
    /// Churn left for study blocks and for pushing.
    pub(super) spare: u32,
    /// By created grid steps: what the minutes still missing cost. Longer than one only where study is asked for.
    pub(super) shortfall: &'s [Score],
    /// Plans worse than this are of no interest.
    pub(super) cutoff: Score,
}

/// The best that was found.
pub(super) struct Best {
    pub(super) score: Score,
    /// The events that are pushed, earliest first; with none it is a plan.
    pub(super) pushed: Vec<usize>,
    pub(super) actions: Vec<Action>,
}

/// What came of a sweep.
pub(super) struct Outcome {
    /// No plan that agrees with what is decided is better; `None` where there is none within the cutoff.
    pub(super) bound: Option<Best>,
    /// The best plan met on the way, if the bound is none itself.
    pub(super) plan: Option<Best>,
    /// Where there is no bound within the cutoff: no plan is better than this.
    pub(super) beyond: Score,
    /// What is to be paid for the items at least, if nothing is created.
    pub(super) least: Score,
    /// Ways to place something that were looked at.
    pub(super) work: u64,
}

/// Runs sweeps over one week, in memory that is kept from one to the next.
#[derive(Default)]
pub(super) struct Sweeper {
    labels: Labels,
    open: [Vec<i32>; 2],
    known: Known,
}

impl Sweeper {
    pub(super) fn run(&mut self, question: &Question<'_>) -> Outcome {
        self.clear_ground(question);
        let Self { labels, open, known } = self;
        let mut sweep = Sweep::new(question, labels, Placing::new(question, open, known));
        sweep.begin();
        for point in 0..question.ground.points {
            sweep.arrive(point);
            sweep.extend(point);
        }
        sweep.outcome()
    }

    /// The ground less what stays.
    fn clear_ground(&mut self, question: &Question<'_>) {
        let Question { week, ground, .. } = question;
        for is_focus in [false, true] {
            let open = &mut self.open[usize::from(is_focus)];
            open.clear();
            open.extend_from_slice(ground.open(is_focus));
            let stays = week.flexible.iter().zip(question.fates).filter(|(_, fate)| **fate == Fate::Stays);
            let left = question.left_stranded.iter().map(|index| &week.stranded[*index]);
            for event in stays.map(|(event, _)| event).chain(left) {
                if let Some((from, to)) = keeps_clear(week, ground, event, is_focus) {
                    shut(open, from, to);
                }
            }
        }
    }
}

struct Sweep<'s> {
    q: &'s Question<'s>,
    labels: &'s mut Labels,
    placing: Placing<'s>,
    /// By item, phase and point: the least that is still to pay for the item.
    floors: Vec<Vec<Vec<Score>>>,
    /// The phases of a label in which every item is placed.
    full: [u8; MOST_CHURN],
    /// Created steps at most.
    most_steps: usize,
    /// The length of the longest study block in grid steps.
    longest: usize,
    /// By blocks left and steps: the least that more study blocks can make of the shortfall.
    prospects: Vec<Vec<Score>>,
    cutoff: Score,
    /// Steps below which no plan is within the cutoff.
    least_steps: usize,
    beyond: Score,
    /// The best label that places everything, and the best of those that push nothing.
    best: (Score, u32),
    plan: (Score, u32),
    work: u64,
}

impl<'s> Sweep<'s> {
    fn new(q: &'s Question<'s>, labels: &'s mut Labels, placing: Placing<'s>) -> Self {
        let longest = usize::from(q.week.problem.settings.focus_max_minutes) / STEP as usize;
        let most_steps = (q.shortfall.len() - 1).min(longest * q.spare as usize);
        let mut full = [0; MOST_CHURN];
        for (phase, item) in full.iter_mut().zip(q.items) {
            *phase = item.last_phase();
        }
        labels.clear(q, most_steps);
        let floors = q.items.iter().map(|item| item.floors(q.week, q.ground, placing.open(item.is_focus)));
        let floors = floors.collect();
        let mut sweep = Self {
            q,
            labels,
            placing,
            floors,
            full,
            most_steps,
            longest,
            prospects: prospects(q, most_steps, longest),
            cutoff: Score::IMPOSSIBLE,
            least_steps: 0,
            beyond: Score::IMPOSSIBLE,
            best: (Score::IMPOSSIBLE, NONE),
            plan: (Score::IMPOSSIBLE, NONE),
            work: 0,
        };
        sweep.lower_cutoff(q.cutoff);
        sweep
    }

    fn lower_cutoff(&mut self, cutoff: Score) {
        self.cutoff = cutoff;
        let within = |steps: &usize| self.q.shortfall[*steps] <= cutoff;
        self.least_steps = (self.least_steps..=self.most_steps).find(within).unwrap_or(usize::MAX);
    }

    fn begin(&mut self) {
        self.add(Label::first(self.q.base));
    }

    /// Takes in the labels that may be extended from `point` on.
    fn arrive(&mut self, point: usize) {
        let mut id = self.labels.take_arrivals(point);
        while id != NONE {
            let next = self.labels[id].next;
            self.labels.admit(self.q, id, point);
            id = next;
        }
    }

    fn extend(&mut self, point: usize) {
        if self.labels.frontier_is_empty() || !self.placing.look_at(point) {
            return;
        }
        let mut at = 0;
        while let Some(id) = self.labels.frontier_at(at) {
            if !self.is_alive(id, point) {
                self.labels.drop_from_frontier(at);
                continue;
            }
            at += 1;
            let label = self.labels[id];
            let is_rested = usize::from(label.rested) <= point;
            if is_rested {
                self.extend_by_study(&label, id, point);
            }
            for index in 0..self.q.items.len() {
                if is_rested || !self.q.items[index].is_focus {
                    for placing in self.placing.of_item(index, label.phases[index]) {
                        self.put(&label, id, point, placing);
                    }
                }
            }
        }
    }

    /// Whether something within the cutoff may still come of a label.
    fn is_alive(&mut self, id: u32, point: usize) -> bool {
        let label = self.labels[id];
        // Hope fades slowly, so it is enough to look now and then.
        if label.is_dead || !point.is_multiple_of(8) {
            return !label.is_dead;
        }
        let hope = self.hope(&label, point);
        self.is_within(hope)
    }

    /// Whether a score is within the cutoff; notes the best that is not.
    fn is_within(&mut self, score: Score) -> bool {
        if score > self.cutoff {
            self.beyond = self.beyond.min(score);
        }
        score <= self.cutoff
    }

    fn extend_by_study(&mut self, label: &Label, id: u32, point: usize) {
        let left = self.q.spare as usize - usize::from(label.spent);
        if left == 0 {
            return;
        }
        let steps = usize::from(label.steps);
        let least = self.least_steps.saturating_sub(steps + (left - 1) * self.longest);
        let blocks = self.placing.of_study();
        if !blocks.is_empty() && least > self.placing[blocks.start].steps {
            // Shorter blocks leave too much missing, whatever else is done.
            let most = self.prospects[left - 1][(steps + least - 1).min(self.most_steps)];
            self.is_within(label.score.checked_add(block() + most));
        }
        for index in blocks {
            let length = self.placing[index].steps;
            if length >= least && steps + length <= self.most_steps && !self.put(label, id, point, index) {
                break;
            }
        }
    }

    /// Extends a label by one placing; `false` where the budget does not allow it.
    fn put(&mut self, label: &Label, id: u32, point: usize, index: usize) -> bool {
        self.work += 1;
        let Some(next) = self.placing.extend(label, id, point, index) else { return false };
        self.add(next);
        true
    }

    /// Keeps a label if something within the cutoff may come of it.
    fn add(&mut self, label: Label) {
        let hope = self.hope(&label, 0);
        if !self.is_within(hope) {
            return;
        }
        let is_full = label.phases == self.full;
        let may_grow = u32::from(label.spent) < self.q.spare && usize::from(label.steps) < self.most_steps;
        let arrival = if is_full && !may_grow {
            None
        } else if self.waits_for_rest(&label) {
            Some(label.free.max(label.rested))
        } else {
            Some(label.free)
        };
        let id = self.labels.add(label, arrival);
        if is_full {
            self.complete(id);
        }
    }

    /// The least that any plan costs which extends the label from `point` on.
    fn hope(&self, label: &Label, point: usize) -> Score {
        let left = self.q.spare as usize - usize::from(label.spent);
        let mut sum = label.score.checked_add(self.prospects[left][usize::from(label.steps)]);
        for ((item, floors), phase) in self.q.items.iter().zip(&self.floors).zip(label.phases) {
            let from = if item.is_focus { label.free.max(label.rested) } else { label.free };
            if let Some(floor) = floors.get(usize::from(phase)) {
                sum = sum.checked_add(floor[usize::from(from).max(point).min(self.q.ground.points)]);
            }
        }
        sum
    }

    /// Whether nothing but focus is still to come.
    fn waits_for_rest(&self, label: &Label) -> bool {
        let mut items = self.q.items.iter().zip(label.phases.iter().zip(self.full));
        items.all(|(item, (phase, full))| item.is_focus || *phase == full)
    }

    fn complete(&mut self, id: u32) {
        let label = self.labels[id];
        let score = label.score.checked_add(self.q.shortfall[usize::from(label.steps)]);
        if !self.is_within(score) {
            return;
        }
        let comes_before =
            |other: u32| self.labels.canonical(self.q, id) < self.labels.canonical(self.q, other);
        if !label.has_pushed && (score < self.plan.0 || score == self.plan.0 && comes_before(self.plan.1)) {
            self.plan = (score, id);
        }
        // Where a plan is as good as the bound, what might be pushed may still make one that comes first in order.
        let is_better = |other: u32| match (label.has_pushed, self.labels[other].has_pushed) {
            (true, false) => true,
            (false, true) => false,
            _ => comes_before(other),
        };
        if score < self.best.0 || score == self.best.0 && is_better(self.best.1) {
            self.best = (score, id);
            self.lower_cutoff(score);
        }
    }

    fn outcome(mut self) -> Outcome {
        let plan = (self.plan.1 != self.best.1).then_some(self.plan);
        Outcome {
            bound: self.read_out(self.best),
            plan: plan.and_then(|plan| self.read_out(plan)),
            beyond: self.beyond,
            least: self
                .floors
                .iter()
                .filter_map(|floors| floors.first())
                .fold(self.q.base, |sum, floor| sum.checked_add(floor[0])),
            work: self.work,
        }
    }

    fn read_out(&mut self, (score, id): (Score, u32)) -> Option<Best> {
        if id == NONE {
            return None;
        }
        let mut path: Vec<Label> = self.labels.path(id).copied().collect();
        path.reverse();
        let mut pushed = Vec::new();
        let mut places: Vec<Vec<Interval>> = vec![Vec::new(); self.q.items.len()];
        let mut actions = Vec::new();
        for label in &path {
            let at = self.q.ground.interval(usize::from(label.start), label.minutes);
            if label.item == STUDY {
                actions.push(Action::Create { at });
            } else {
                places[usize::from(label.item)].push(at);
            }
            for event in self.placing.pushed_by(label) {
                if !pushed.contains(&event) {
                    pushed.push(event);
                }
            }
        }
        actions.extend(self.q.items.iter().zip(places).map(|(item, at)| item.action(&at)));
        Some(Best { score, pushed, actions })
    }
}

fn prospects(q: &Question<'_>, most_steps: usize, longest: usize) -> Vec<Vec<Score>> {
    let mut all: Vec<Vec<Score>> = vec![q.shortfall[..=most_steps].to_vec()];
    for _ in 0..q.spare {
        let fewer = &all[all.len() - 1];
        let with_one_more = |steps: usize| block() + fewer[(steps + longest).min(most_steps)];
        all.push((0..=most_steps).map(|steps| fewer[steps].min(with_one_more(steps))).collect());
    }
    all
}

/// What a study block costs wherever it is.
fn block() -> Score {
    Score::of(CHURN, 1) + Score::of(CREATED, 1)
}

/// An interval in canonical form: the event (none for a study block), where it starts, how long it is.
type Entry = (Option<EventId>, u16, i32);
