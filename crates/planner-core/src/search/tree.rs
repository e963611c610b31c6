//! Branch and bound.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::conflicts::{self, Conflict, Prospect};
use super::escape::Escapes;
use super::ground::Ground;
use super::items::{Fate, Floor, Item};
use super::score::{CHURN, Offset, Score};
use super::shortfall::Shortfall;
use super::sweep::{Best, Outcome, Question, Sweeper};
use super::{Found, Week};
use crate::model::{Action, EventId};
use crate::time::Instant;

/// Some decisions.
#[derive(Clone, Default)]
struct Decisions {
    /// Stranded events that are brought in; all others are left.
    brought_in: Vec<usize>,
    /// What becomes of flexible events, as far as it is decided.
    fates: Vec<(usize, Fate)>,
}

/// Plans that agree in some decisions, and what is known of them.
struct Node {
    decisions: Decisions,
    /// No plan of the node is better.
    bound: Score,
    /// The event to decide next, once the bound is worked out as well as can be.
    next: Option<usize>,
}

/// The order in which nodes are looked at: the best bound first, then the one that is closest to a plan.
type Rank = (Score, Reverse<bool>, Reverse<u32>);

/// The search for one week.
pub(super) struct Tree<'w> {
    week: &'w Week<'w>,
    ground: &'w Ground<'w>,
    escapes: &'w Escapes<'w>,
    shortfall: Shortfall<'w>,
    conflicts: Vec<Conflict>,
    offset: Offset,
    /// The least that a change of each flexible event costs.
    floors: Vec<Option<Floor>>,
    /// The decisions of the node that is looked at.
    fates: Vec<Fate>,
    sweeper: Sweeper,
    nodes: Vec<Option<Node>>,
    queue: BinaryHeap<Reverse<(Rank, usize)>>,
    best: Score,
    actions: Vec<Action>,
    work: u64,
    most_work: u64,
}

/// What a node has to place, and what it pays and gives up in any case.
struct Load {
    items: Vec<Item>,
    given_up: Vec<EventId>,
    base: Score,
    /// Churn that is left.
    spare: u32,
}

impl<'w> Tree<'w> {
    pub(super) fn new(
        week: &'w Week<'w>,
        ground: &'w Ground<'w>,
        escapes: &'w Escapes<'w>,
        most_work: u64,
    ) -> Self {
        let conflicts = if week.trigger.is_none() { conflicts::in_week(week) } else { Vec::new() };
        let shortfall = Shortfall::of(week);
        let offset = if week.trigger.is_some() {
            shortfall.offset()
        } else {
            Offset { missing: conflicts::least_left(week, &conflicts), unmet: 0 }
        };
        Self {
            week,
            ground,
            escapes,
            shortfall,
            conflicts,
            offset,
            floors: vec![None; week.flexible.len()],
            fates: vec![Fate::Open; week.flexible.len()],
            sweeper: Sweeper::default(),
            nodes: Vec::new(),
            queue: BinaryHeap::new(),
            best: Score::IMPOSSIBLE,
            actions: Vec::new(),
            work: 0,
            most_work,
        }
    }

    pub(super) fn search(mut self) -> Found {
        self.best = self.score_of_nothing();
        let mut bound = self.best;
        let nothing = self.best.objective(self.offset);
        // Any change costs churn, so where nothing is missing nothing is changed, and all there is without budget.
        let is_settled = (nothing.missing_blocks, nothing.unmet_minutes) == (0, 0) || self.week.budget == 0;
        if !is_settled {
            if self.week.trigger.is_some() {
                self.leave_all_in_place();
            }
            self.plant();
            bound = self.grow();
        }
        Found {
            objective: self.best.objective(self.offset),
            proven_optimal: bound >= self.best,
            bound: bound.min(self.best).objective(self.offset),
            actions: self.actions,
            work: self.work,
        }
    }

    fn score_of_nothing(&self) -> Score {
        if self.week.trigger.is_some() {
            self.shortfall.by_steps(0)[0]
        } else {
            self.score_of_conflicts(self.prospect(0).left_now)
        }
    }

    fn prospect(&self, spare: u32) -> Prospect {
        conflicts::prospect(&self.conflicts, &self.fates, &self.floors, spare)
    }

    fn score_of_conflicts(&self, left: u32) -> Score {
        conflicts::score(left, self.offset.missing)
    }

    /// The best plan that only makes study blocks. Mostly it is the best of all.
    fn leave_all_in_place(&mut self) {
        self.fates.fill(Fate::Stays);
        let load =
            Load { items: Vec::new(), given_up: Vec::new(), base: Score::NOTHING, spare: self.week.budget };
        let outcome = self.sweep(&[], &load, self.best, None);
        self.fates.fill(Fate::Open);
        if let Some(best) = outcome.bound {
            self.keep(best);
        }
    }

    /// The first nodes: one for each choice of stranded events to bring in that may lead to the best plan.
    fn plant(&mut self) {
        self.floors =
            self.week.flexible.iter().map(|event| Floor::of(self.week, self.ground, event)).collect();
        let held = self.floors.iter().enumerate().filter(|(_, floor)| floor.is_none());
        let fates = held.map(|(index, _)| (index, Fate::Stays)).collect();
        self.plant_from(0, &Decisions { brought_in: Vec::new(), fates });
    }

    fn plant_from(&mut self, next: usize, decisions: &Decisions) {
        let churn = count(decisions.brought_in.len());
        let minutes = self.minutes_of(&decisions.brought_in);
        if next < self.week.stranded.len() && churn < self.week.budget {
            if self.shortfall.least_with_more(minutes, churn, next) > self.best {
                return;
            }
            let mut more = decisions.clone();
            more.brought_in.push(next);
            self.plant_from(next + 1, &more);
            return self.plant_from(next + 1, decisions);
        }
        let bound = if self.week.trigger.is_none() {
            Score::NOTHING
        } else if churn > 0 {
            self.shortfall.least(minutes, churn, Score::NOTHING, 0)
        } else {
            // The plans that leave everything in place are known already, so something yields.
            let floors = self.floors.iter().flatten().map(|floor| floor.score);
            self.shortfall.least(0, 0, floors.min().unwrap_or(Score::IMPOSSIBLE), 1)
        };
        self.enqueue(Node { decisions: decisions.clone(), bound, next: None });
    }

    fn minutes_of(&self, stranded: &[usize]) -> i64 {
        stranded.iter().map(|index| self.week.stranded[*index].interval.minutes()).sum()
    }

    fn enqueue(&mut self, node: Node) {
        if node.bound <= self.best {
            let depth = node.decisions.fates.iter().map(|(_, fate)| fate.churn()).sum();
            let rank = (node.bound, Reverse(node.next.is_some()), Reverse(depth));
            self.queue.push(Reverse((rank, self.nodes.len())));
            self.nodes.push(Some(node));
        }
    }

    /// Looks at nodes, the most promising first, until none can hold a better plan; the answer is a bound for all
    /// plans.
    fn grow(&mut self) -> Score {
        while let Some(Reverse(((bound, ..), index))) = self.queue.pop() {
            if bound > self.best {
                break;
            }
            if self.work >= self.most_work {
                return bound;
            }
            let Some(node) = self.nodes[index].take() else { continue };
            match node.next {
                Some(event) => self.branch(&node, event),
                None => self.evaluate(node),
            }
        }
        self.best
    }

    fn branch(&mut self, node: &Node, event: usize) {
        for fate in [Fate::Moves, Fate::Splits, Fate::Goes, Fate::Stays] {
            let mut decisions = node.decisions.clone();
            decisions.fates.push((event, fate));
            self.enqueue(Node { decisions, bound: node.bound, next: None });
        }
    }

    /// Works out the bound of a node, or a better one; keeps the best plan where the bound is one.
    fn evaluate(&mut self, mut node: Node) {
        for (event, fate) in &node.decisions.fates {
            self.fates[*event] = *fate;
        }
        let bound = self.bound_of(&node);
        for (event, _) in &node.decisions.fates {
            self.fates[*event] = Fate::Open;
        }
        let (bound, next) = match bound {
            Bound::Closed => return,
            Bound::Beyond(bound) => (bound, None),
            Bound::Relaxed(bound, next) => (bound, Some(next)),
        };
        (node.bound, node.next) = (bound.max(node.bound), next);
        self.enqueue(node);
    }

    /// The bound of the node whose decisions are laid out.
    fn bound_of(&mut self, node: &Node) -> Bound {
        let Some(load) = self.load(&node.decisions) else { return Bound::Closed };
        let prospect = self.prospect(load.spare);
        let is_demand = self.week.trigger.is_some();
        let conflicts = |left| if is_demand { Score::NOTHING } else { self.score_of_conflicts(left) };
        let (at_best, as_is) = (conflicts(prospect.left_at_best), conflicts(prospect.left_now));
        if at_best > self.best {
            return Bound::Closed;
        }
        // With much to place at once it pays to look first for what is as good as hoped for in what matters most.
        let class = node.bound.max(at_best).worst_down_from(CHURN);
        let cutoff = if load.items.is_empty() { self.best } else { self.best.min(class) };
        let escapes = Some(self.escapes);
        let outcome = self.sweep(&node.decisions.brought_in, &load, cutoff.without(at_best), escapes);
        let Some(best) = outcome.bound else {
            let bound = outcome.beyond.checked_add(at_best);
            return if bound > self.best { Bound::Closed } else { Bound::Beyond(bound) };
        };
        let bound = outcome.least.checked_add(prospect.price).max(best.score).checked_add(at_best);
        let next = best.pushed.first().copied().or(prospect.next);
        let plan = if best.pushed.is_empty() { Some(best) } else { outcome.plan };
        if let Some(mut plan) = plan {
            plan.score += as_is;
            plan.actions.extend(load.given_up.into_iter().map(|event| Action::Delete { event }));
            self.keep(plan);
        }
        next.map_or(Bound::Closed, |next| Bound::Relaxed(bound, next))
    }

    /// What the decisions ask to be placed, or `None` where they can't be carried out.
    fn load(&self, decisions: &Decisions) -> Option<Load> {
        let (week, ground) = (self.week, self.ground);
        let brought_in = decisions.brought_in.iter().map(|index| week.stranded[*index]);
        let items = brought_in.map(|event| Item::stranded(week, ground, event)).collect();
        let churn = count(decisions.brought_in.len());
        let spare = week.budget.checked_sub(churn)?;
        let mut load = Load { items, given_up: Vec::new(), base: Score::of(CHURN, churn), spare };
        for (index, fate) in decisions.fates.iter().filter(|(_, fate)| fate.churn() > 0) {
            let event = week.flexible[*index];
            load.spare = load.spare.checked_sub(fate.churn())?;
            load.base += fate.score(event);
            match fate {
                Fate::Moves => load.items.push(Item::moved(week, ground, event)),
                Fate::Splits => load.items.push(Item::split(week, ground, event)?),
                Fate::Goes if week.may_give_up(event) => load.given_up.push(event.id),
                _ => return None,
            }
        }
        Some(load)
    }

    fn sweep(
        &mut self,
        brought_in: &[usize],
        load: &Load,
        cutoff: Score,
        escapes: Option<&Escapes<'_>>,
    ) -> Outcome {
        let week = self.week;
        let shortfall = if week.trigger.is_some() {
            self.shortfall.by_steps(self.minutes_of(brought_in))
        } else {
            vec![Score::NOTHING]
        };
        let left_stranded: Vec<usize> =
            (0..week.stranded.len()).filter(|index| !brought_in.contains(index)).collect();
        let outcome = self.sweeper.run(&Question {
            week,
            ground: self.ground,
            fates: &self.fates,
            escapes,
            left_stranded: &left_stranded,
            items: &load.items,
            base: load.base,
            spare: load.spare,
            shortfall: &shortfall,
            cutoff,
        });
        self.work += outcome.work;
        outcome
    }

    fn keep(&mut self, plan: Best) {
        let mut actions = plan.actions;
        actions.sort_by_key(|action| canonical(action)[0]);
        let is_better = plan.score < self.best
            || plan.score == self.best && canonical_form(&actions) < canonical_form(&self.actions);
        if is_better {
            (self.best, self.actions) = (plan.score, actions);
        }
    }
}

/// What is found out about a node.
enum Bound {
    /// Its best plan is known, if it has one that is worth keeping.
    Closed,
    /// No plan is better than this, and it may be that none is as good.
    Beyond(Score),
    /// No plan is better than this, which leaves an event undecided.
    Relaxed(Score, usize),
}

/// An interval as the canonical form has it.
type Entry = (Option<EventId>, Instant, Instant);

fn canonical(action: &Action) -> Vec<Entry> {
    if let Action::Delete { event } = action {
        return vec![(Some(*event), Instant::MAX, Instant::MAX)];
    }
    action.intervals().iter().map(|at| (action.event(), at.start(), at.end())).collect()
}

fn canonical_form(actions: &[Action]) -> Vec<Entry> {
    actions.iter().flat_map(canonical).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
