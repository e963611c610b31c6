//! What of a problem and its plan is to be seen.

use super::days;
use super::hours::Hours;
use super::picture::{Block, Due, Look, Mark, Picture, Remark};
use super::words;
use crate::constraint::permission::{self, Role};
use crate::constraint::window;
use crate::model::{Action, Change, Event, Kind, Mode, Plan, Problem};
use crate::time::Interval;

impl Picture {
    /// Draws the week of `problem`, as it is or as it would be with `plan`.
    ///
    /// The days shown are those from today, or from the start of the window where that is far ahead, to the due time,
    /// and those on which something moves or is stranded. The order of the problem's lists does not matter.
    pub fn of(problem: &Problem, plan: Option<&Plan>) -> Self {
        let scene = Scene::of(problem, plan);
        let mut blocks = scene.blocks();
        let days = days::shown(problem, scene.window, &places_of_interest(&blocks));
        let zone = &problem.settings.zone;
        let visible: Vec<Interval> = days.iter().filter_map(|day| zone.whole_day(*day)).collect();
        blocks.retain(|block| visible.iter().any(|day| day.overlaps(block.interval)));
        let rows = days::rows(&days);
        let mut picture = Self {
            headline: words::headline(problem, &days),
            subline: words::subline(problem, plan),
            zone: zone.clone(),
            now: problem.now,
            open: scene.open(),
            waking_minutes: (problem.settings.day_start_minute, problem.settings.day_end_minute),
            due: scene.due(),
            rows,
            hours: Hours::default(),
            blocks,
            remarks: scene.remarks(),
        };
        picture.hours = Hours::needed_by(&picture);
        picture
    }
}

/// Where something changes, or stands where it is of no use.
fn places_of_interest(blocks: &[Block]) -> Vec<Interval> {
    let of_interest = |block: &&Block| {
        block.look.is_gone() || block.look.is_proposed() || matches!(block.mark, Some(Mark::Stranded))
    };
    blocks.iter().filter(of_interest).map(|block| block.interval).collect()
}

/// A problem and what is planned for it.
struct Scene<'a> {
    problem: &'a Problem,
    plan: Option<&'a Plan>,
    window: Option<Interval>,
}

impl<'a> Scene<'a> {
    fn of(problem: &'a Problem, plan: Option<&'a Plan>) -> Self {
        let window = match problem.mode {
            Mode::Demand { .. } => problem
                .trigger()
                .and_then(|trigger| window::before_due(trigger, problem.now, &problem.settings).ok()),
            Mode::Conflict => window::from_now(problem.now, &problem.settings),
        };
        Self { problem, plan, window }
    }

    /// The window, and how far past its end a moved event may land.
    fn open(&self) -> Option<Interval> {
        self.window.and_then(|window| window::for_relocation(window, &self.problem.settings, None))
    }

    fn due(&self) -> Option<Due> {
        self.problem.trigger().map(|trigger| Due {
            title: trigger.title.clone(),
            at: trigger.due,
            effort_minutes: trigger.effort_minutes,
        })
    }

    /// Every block of the calendar, whenever it is, in an order that the order of the lists does not change.
    fn blocks(&self) -> Vec<Block> {
        let events = self.problem.events.iter().flat_map(|event| self.event(event));
        let busy = self.problem.busy.iter().map(|at| busy(*at));
        let made = self.changes().filter(|(_, change)| change.action.event().is_none());
        let made = made.flat_map(|(number, change)| self.made(number, change));
        let mut blocks: Vec<Block> = events.chain(busy).chain(made).collect();
        blocks.sort_by(|one, other| {
            let key = |block: &Block| (block.interval, block.look, block.event, block.mark);
            key(one).cmp(&key(other))
        });
        blocks
    }

    /// The plan's changes, numbered from 1.
    fn changes(&self) -> impl Iterator<Item = (usize, &'a Change)> + use<'a> {
        self.plan
            .into_iter()
            .flat_map(|plan| &plan.changes)
            .enumerate()
            .map(|(index, change)| (index + 1, change))
    }

    /// An event where it is, or where it was and where it goes.
    fn event(&self, event: &Event) -> Vec<Block> {
        let Some((number, change)) =
            self.changes().find(|(_, change)| change.action.event() == Some(event.id))
        else {
            return vec![self.unchanged(event)];
        };
        let (was, goes) = match change.action {
            Action::Delete { .. } => (Look::GivenUp, Look::Moved),
            Action::Split { .. } => (Look::Ghost, Look::Piece),
            _ => (Look::Ghost, Look::Moved),
        };
        let place = |interval, look| Block {
            interval,
            mark: Some(Mark::Change(number)),
            reason: Some(change.reason),
            ..self.block(event, look)
        };
        let mut places = vec![place(event.interval, was)];
        places.extend(change.action.intervals().iter().map(|at| place(*at, goes)));
        places
    }

    fn unchanged(&self, event: &Event) -> Block {
        let is_claimed = self.plan.is_some_and(|plan| plan.claims.contains(&event.id));
        let look = match self.role(event) {
            _ if is_claimed => Look::Claimed,
            Role::Fixed => Look::Fixed,
            Role::Flexible => Look::Flexible,
            Role::Stranded => Look::Stranded,
        };
        let mark = match look {
            Look::Claimed => Some(Mark::Claimed),
            Look::Stranded => Some(Mark::Stranded),
            _ => None,
        };
        let note = self.plan.and_then(|plan| plan.notes.iter().find(|note| note.event == event.id));
        Block { mark, reason: note.map(|note| note.reason), ..self.block(event, look) }
    }

    fn block(&self, event: &Event, look: Look) -> Block {
        Block {
            interval: event.interval,
            title: event.title.clone(),
            look,
            transparent: event.transparent,
            linked: self.problem.trigger().is_some_and(|trigger| event.task == Some(trigger.id)),
            kind: Some(event.kind),
            event: Some(event.id),
            mark: None,
            reason: None,
        }
    }

    fn role(&self, event: &Event) -> Role {
        let Some(window) = self.window else { return Role::Fixed };
        let problem = self.problem;
        match problem.trigger() {
            Some(trigger) => {
                let earliest = window::earliest(problem.now, &problem.settings);
                permission::for_trigger(event, trigger, &problem.tasks, window, earliest, problem.now)
            }
            None => permission::for_conflicts(event, window, problem.now),
        }
    }

    fn made(&self, number: usize, change: &Change) -> Vec<Block> {
        let title = self.problem.trigger().map_or_else(String::new, |task| format!("Study: {}", task.title));
        let block = |at: &Interval| Block {
            interval: *at,
            title: title.clone(),
            look: Look::New,
            transparent: false,
            linked: true,
            kind: Some(Kind::Focus),
            event: None,
            mark: Some(Mark::Change(number)),
            reason: Some(change.reason),
        };
        change.action.intervals().iter().map(block).collect()
    }

    /// The changes in the order of the plan, then what is kept, then what is too late.
    fn remarks(&self) -> Vec<Remark> {
        let Some(plan) = self.plan else { return Vec::new() };
        let changes = self
            .changes()
            .map(|(number, change)| Remark { mark: Mark::Change(number), sentence: change.detail.clone() });
        let kept = plan.notes.iter().filter(|note| plan.claims.contains(&note.event));
        let kept = kept.map(|note| Remark { mark: Mark::Claimed, sentence: note.detail.clone() });
        let late = self.problem.events.iter().filter(|event| plan.left_stranded.contains(&event.id));
        let late =
            late.map(|event| Remark { mark: Mark::Stranded, sentence: words::too_late(self.problem, event) });
        let mut late: Vec<Remark> = late.collect();
        late.sort_by(|one, other| one.sentence.cmp(&other.sentence));
        changes.chain(kept).chain(late).collect()
    }
}

fn busy(interval: Interval) -> Block {
    Block {
        interval,
        title: "Busy".to_owned(),
        look: Look::Busy,
        transparent: false,
        linked: false,
        kind: None,
        event: None,
        mark: None,
        reason: None,
    }
}
