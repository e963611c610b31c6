//! Random problems that are small enough to try everything, and nasty enough to be worth it.
//!
//! In a week of no particular shape hardly anything has to give, so most kinds of problem are built around something
//! that has to: hours without a gap, places that only a chain of moves sets free, places that hold an event in pieces
//! only.

use proptest::prelude::*;

use super::changes;
use super::outline::{Frame, Sketch, busy, sketches, task_id, week};
use super::week::Week;
use crate::model::{Kind, Mode, Problem};
use crate::time::Interval;

/// A valid problem of which every solution can be looked at.
pub(super) fn tiny_problem() -> impl Strategy<Value = Problem> {
    let problem = prop_oneof![
        4 => scattered(),
        4 => packed(),
        2 => passed_on(),
        2 => in_pieces(),
        3 => stranded(),
        2 => far_ahead(),
    ];
    problem.prop_map(bounded)
}

/// Events anywhere, also on top of each other and outside the waking hours.
fn scattered() -> impl Strategy<Value = Problem> {
    (week(1..=2, 12..=24), sketches(0..=6), busy(0..=2)).prop_map(|((frame, mut problem), sketches, busy)| {
        // Where conflicts are asked for there should be some, so all is put into half the time.
        let half = |position| if problem.mode == Mode::Conflict { position / 2 } else { position };
        let sketches =
            sketches.into_iter().map(|sketch| Sketch { position: half(sketch.position), ..sketch });
        let sketches: Vec<Sketch> = sketches.collect();
        scatter(&frame, &mut problem, &sketches);
        take(&frame, &mut problem, &busy);
        problem
    })
}

/// Events one after the other with little between them, so that something has to yield or to be given up.
fn packed() -> impl Strategy<Value = Problem> {
    let flags = (prop::bool::weighted(0.5), any::<bool>());
    (week(1..=2, 12..=16), sketches(4..=6), busy(0..=1), flags).prop_map(
        |((frame, mut problem), sketches, busy, (gives_up, is_open))| {
            problem.settings.allow_delete |= gives_up;
            problem.settings.rest_gap_minutes %= 120;
            take(&frame, &mut problem, &busy);
            let overlap = if problem.mode == Mode::Conflict { 15 } else { 0 };
            let mut minute = 0;
            for sketch in &sketches {
                minute += sketch.gap - overlap;
                place(&frame, &mut problem, sketch, minute);
                minute += sketch.minutes;
            }
            if !is_open {
                close(&frame, &mut problem, minute, frame.minutes());
            }
            problem
        },
    )
}

/// Places for events: quarters of an hour, and how many of them an event takes. Study needs the widest.
type Cells = Vec<(i64, i64)>;

/// An event in the way of study fits only where another one is, and that only where nothing or a third one is; or two
/// are in the way.
fn passed_on() -> impl Strategy<Value = Problem> {
    let cells: Vec<Cells> = vec![
        vec![(3, 2), (2, 1), (1, 0)],
        vec![(4, 2), (2, 1), (1, 0)],
        vec![(4, 2), (3, 1), (1, 0)],
        vec![(4, 3), (3, 1), (1, 0)],
        vec![(4, 3), (3, 1), (2, 0)],
        vec![(4, 3), (3, 2), (2, 0)],
        vec![(4, 3), (3, 2), (2, 1), (1, 0)],
        vec![(3, 2), (3, 1), (2, 0), (1, 0)],
        vec![(4, 3), (4, 2), (3, 0), (2, 0)],
        vec![(3, 2), (3, 1), (2, 1), (1, 0), (1, 0)],
    ];
    let cells = prop::sample::select(cells).prop_flat_map(|cells| Just(cells).prop_shuffle());
    (week(1..=1, 18..=22), cells, sketches(3..=3)).prop_map(|((frame, mut problem), cells, sketches)| {
        // With longer rests no focus is passed on.
        problem.settings.rest_gap_minutes %= 60;
        ask_for_the_widest(&mut problem, &cells, widest(&cells));
        lay_out(&frame, &mut problem, &cells, &sketches);
        problem
    })
}

/// An event in the way of study fits nowhere but in pieces.
fn in_pieces() -> impl Strategy<Value = Problem> {
    let cells: Vec<(i64, Cells)> = vec![
        (1, vec![(2, 2), (1, 0), (1, 0)]),
        (1, vec![(3, 3), (2, 0), (1, 0)]),
        (1, vec![(3, 3), (2, 0), (2, 0)]),
        (2, vec![(4, 4), (2, 0), (2, 0)]),
        (2, vec![(5, 5), (3, 0), (2, 0)]),
        (2, vec![(5, 5), (3, 0), (3, 0)]),
        (2, vec![(4, 4), (2, 1), (2, 0), (1, 0)]),
    ];
    let shuffled = |(shortest, cells)| (Just(shortest), Just::<Cells>(cells).prop_shuffle());
    let cells = prop::sample::select(cells).prop_flat_map(shuffled);
    (week(1..=1, 18..=22), cells, sketches(2..=2)).prop_map(
        |((frame, mut problem), (shortest, cells), sketches)| {
            // The free places together would do for study, too, if it had not to rest.
            problem.settings.rest_gap_minutes += 120;
            ask_for_the_widest(&mut problem, &cells, shortest);
            // Focus would have to rest between its pieces as well.
            let kind = |kind| if kind == Kind::Focus { Kind::Chill } else { kind };
            let sketches: Vec<Sketch> =
                sketches.into_iter().map(|sketch| Sketch { kind: kind(sketch.kind), ..sketch }).collect();
            lay_out(&frame, &mut problem, &cells, &sketches);
            problem
        },
    )
}

/// Focus for the trigger after a due time that has come closer.
fn stranded() -> impl Strategy<Value = Problem> {
    let due = 300..800_i64;
    (week(1..=2, 12..=16), due, sketches(1..=2), sketches(0..=4), busy(0..=1)).prop_map(
        |((frame, mut problem), due, late, sketches, busy)| {
            problem.mode = Mode::Demand { trigger: task_id(0) };
            problem.settings.rest_gap_minutes %= 200;
            let minute = frame.minutes() * due / 15_000 * 15;
            problem.tasks[0].due = frame.at(minute);
            for (index, sketch) in (0..).zip(late) {
                let sketch = Sketch { kind: Kind::Focus, task: Some(0), is_movable: true, ..sketch };
                place(&frame, &mut problem, &sketch, minute + sketch.gap + index * 180);
            }
            scatter(&frame, &mut problem, &sketches);
            take(&frame, &mut problem, &busy);
            problem
        },
    )
}

/// An hour or so of each of many days, the later of which are rather taken.
fn far_ahead() -> impl Strategy<Value = Problem> {
    (week(4..=6, 4..=6), sketches(0..=3), sketches(2..=3), busy(2..=4)).prop_map(
        |((frame, mut problem), sketches, fixed, busy)| {
            problem.settings.lookahead_days += 2;
            scatter(&frame, &mut problem, &sketches);
            let later = |sketch: Sketch| Sketch { position: sketch.position.max(0) / 2 + 500, ..sketch };
            let fixed: Vec<Sketch> = fixed.into_iter().map(later).collect();
            scatter(&frame, &mut problem, &fixed);
            let later: Vec<(i64, i64)> =
                busy.iter().map(|(position, minutes)| (position.max(&0) / 2 + 500, *minutes)).collect();
            take(&frame, &mut problem, &later);
            problem
        },
    )
}

fn widest(cells: &Cells) -> i64 {
    cells.iter().map(|(quarters, _)| *quarters).max().unwrap()
}

/// Makes the trigger want what the widest cells hold, and leaves the changes that it takes to have it.
fn ask_for_the_widest(problem: &mut Problem, cells: &Cells, shortest: i64) {
    let minutes = |quarters: i64| u16::try_from(quarters * 15).unwrap();
    let longest = widest(cells);
    let wanted = cells.iter().map(|(quarters, _)| *quarters).filter(|quarters| *quarters == longest).sum();
    problem.settings.focus_min_minutes = minutes(shortest);
    problem.settings.focus_max_minutes = minutes(longest.max(2 * shortest));
    problem.settings.churn_cap = problem.settings.churn_cap.max(u8::try_from(cells.len()).unwrap());
    // At most fourteen minutes less.
    problem.tasks[0].effort_minutes = u32::from(minutes(wanted)) - problem.tasks[0].effort_minutes % 15;
}

/// Puts events into cells, with nothing to be had between the cells and after them.
///
/// In conflict mode something else needs the widest one.
fn lay_out(frame: &Frame, problem: &mut Problem, cells: &Cells, sketches: &[Sketch]) {
    let mut sketches = sketches.iter();
    let mut minute = 0;
    for (quarters, filled) in cells {
        if *filled > 0
            && let Some(sketch) = sketches.next()
        {
            let kind = if sketch.kind.may_move() { sketch.kind } else { Kind::LowPriority };
            // Focus without a task would be claimed.
            let task = if kind == Kind::Focus { Some(1) } else { None };
            let sketch = Sketch {
                kind,
                task,
                minutes: filled * 15,
                is_movable: true,
                protected: false,
                accepted_ago: None,
                ..sketch.clone()
            };
            place(frame, problem, &sketch, minute);
        }
        if problem.mode == Mode::Conflict && *quarters == widest(cells) {
            close(frame, problem, minute, minute + quarters * 15);
        }
        minute += quarters * 15;
        close(frame, problem, minute, minute + 15);
        minute += 15;
    }
    close(frame, problem, minute, frame.minutes());
}

fn scatter(frame: &Frame, problem: &mut Problem, sketches: &[Sketch]) {
    for sketch in sketches {
        place(frame, problem, sketch, frame.minutes() * sketch.position / 15_000 * 15);
    }
}

fn place(frame: &Frame, problem: &mut Problem, sketch: &Sketch, minute: i64) {
    let start = frame.at(minute).plus(sketch.off_grid);
    problem.events.push(sketch.at(start, problem.events.len(), problem.now));
}

fn take(frame: &Frame, problem: &mut Problem, busy: &[(i64, i64)]) {
    for (position, minutes) in busy {
        problem.busy.extend(Interval::starting(frame.at(frame.minutes() * position / 1000), *minutes));
    }
}

/// Takes the waking minutes from one to the other.
fn close(frame: &Frame, problem: &mut Problem, from: i64, to: i64) {
    problem.busy.extend(Interval::new(frame.at(from), frame.at(to - 1).plus(1)));
}

/// Sets of changes that a problem may have. Most of them are given up half way.
const MOST_SETS: u64 = 100_000_000;

/// The same problem with as much of the budget as leaves it small.
fn bounded(mut problem: Problem) -> Problem {
    while sets(&problem) > MOST_SETS {
        if problem.override_churn_cap.take().is_none() {
            problem.settings.churn_cap -= 1;
        }
    }
    problem
}

/// About how many sets of changes cost no more than the budget.
fn sets(problem: &Problem) -> u64 {
    let Ok(week) = Week::read(problem) else { return 0 };
    let of_events = week.changeable.iter().flat_map(|event| changes::of_event(&week, event));
    let changes: Vec<u32> =
        of_events.chain(changes::creations(&week)).map(|change| change.cost.churn).collect();
    sets_of(&changes, week.budget)
}

/// About how many sets of changes of this churn each cost no more than `budget`.
pub(super) fn sets_of(churns: &[u32], budget: u32) -> u64 {
    let count = |churn| churns.iter().filter(|other| **other == churn).count() as u64;
    let (ones, twos) = (count(1), count(2));
    let mut of_churn = vec![1_u64, ones];
    for churn in 2..=budget as usize {
        let sets = of_churn[churn - 1] * ones + of_churn[churn - 2] * 2 * twos;
        of_churn.push(sets / churn as u64);
    }
    of_churn.iter().take(budget as usize + 1).sum()
}
