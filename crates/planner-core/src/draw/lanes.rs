//! What stands side by side on a day.

use super::clock::{Clock, Stretch};
use super::picture::{Block, Picture};

/// How much narrower a light part is than another one beside it.
const LIGHT: f64 = 0.45;

/// The part of a block that lies on one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'p> {
    pub(super) block: &'p Block,
    pub(super) stretch: Stretch,
    /// The block began on an earlier day.
    pub(super) goes_on_before: bool,
    /// The block ends on a later day.
    pub(super) goes_on_after: bool,
}

impl Part<'_> {
    /// What takes no time away makes room for what does.
    fn is_light(&self) -> bool {
        self.block.look.is_gone() || self.block.transparent
    }
}

/// Where a part stands across its day, in shares of the day's width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lane {
    pub(super) left: f64,
    pub(super) right: f64,
}

/// The parts of the picture's blocks on the day of `clock`, from morning to evening, the longer one first.
pub(super) fn parts<'p>(picture: &'p Picture, clock: &Clock) -> Vec<Part<'p>> {
    let part = |block: &'p Block| {
        Some(Part {
            block,
            stretch: clock.stretch(block.interval)?,
            goes_on_before: block.interval.start() < clock.day.start(),
            goes_on_after: clock.day.end() < block.interval.end(),
        })
    };
    let mut parts: Vec<Part<'p>> = picture.blocks.iter().filter_map(part).collect();
    parts.sort_by_key(|part| (part.stretch.from, -part.stretch.to));
    parts
}

/// For each stretch the first lane that is free; the stretches come in the order in which they start.
pub(super) fn first_free(stretches: &[Stretch]) -> Vec<usize> {
    let mut ends: Vec<i32> = Vec::new();
    let mut lane_of = |stretch: &Stretch| {
        let free = ends.iter().position(|end| *end <= stretch.from);
        let lane = free.unwrap_or(ends.len());
        match ends.get_mut(lane) {
            Some(end) => *end = stretch.to,
            None => ends.push(stretch.to),
        }
        lane
    };
    stretches.iter().map(&mut lane_of).collect()
}

/// The lanes of `parts`, in their order: parts that overlap share the width of the day.
pub(super) fn side_by_side(parts: &[Part<'_>]) -> Vec<Lane> {
    let mut lanes = Vec::with_capacity(parts.len());
    let mut rest = parts;
    while !rest.is_empty() {
        let (crowd, others) = rest.split_at(crowd(rest));
        lanes.extend(share(crowd));
        rest = others;
    }
    lanes
}

/// How many of the first parts hang together by overlaps.
fn crowd(parts: &[Part<'_>]) -> usize {
    let mut end = 0;
    let apart = parts.iter().enumerate().position(|(index, part)| {
        let is_apart = index > 0 && end <= part.stretch.from;
        end = end.max(part.stretch.to);
        is_apart
    });
    apart.unwrap_or(parts.len())
}

/// Shares the width among parts that hang together; each then widens to the right as far as nothing is in its way.
fn share(crowd: &[Part<'_>]) -> Vec<Lane> {
    let columns = columns(crowd);
    let width = |column: usize| if crowd_has_weight(crowd) && columns.is_light(column) { LIGHT } else { 1.0 };
    let mut lefts = vec![0.0];
    for column in 0..columns.count() {
        lefts.push(lefts[column] + width(column));
    }
    let whole = lefts[columns.count()];
    let is_in_the_way = |column: usize, part: &Part<'_>| {
        let others = columns.of.iter().zip(crowd);
        others.filter(|(of, _)| **of == column).any(|(_, other)| other.stretch.overlaps(part.stretch))
    };
    let lane = |(part, column): (&Part<'_>, &usize)| {
        let wider = (column + 1..columns.count()).take_while(|next| !is_in_the_way(*next, part)).count();
        Lane { left: lefts[*column] / whole, right: lefts[column + 1 + wider] / whole }
    };
    crowd.iter().zip(&columns.of).map(lane).collect()
}

fn crowd_has_weight(crowd: &[Part<'_>]) -> bool {
    crowd.iter().any(|part| !part.is_light())
}

/// The columns of a crowd: those of what takes time first, then the light ones.
struct Columns {
    of: Vec<usize>,
    heavy: usize,
    light: usize,
}

impl Columns {
    const fn count(&self) -> usize {
        self.heavy + self.light
    }

    const fn is_light(&self, column: usize) -> bool {
        column >= self.heavy
    }
}

fn columns(crowd: &[Part<'_>]) -> Columns {
    let stretches = |light: bool| -> Vec<Stretch> {
        crowd.iter().filter(|part| part.is_light() == light).map(|part| part.stretch).collect()
    };
    let (heavy, light) = (first_free(&stretches(false)), first_free(&stretches(true)));
    let count = |lanes: &[usize]| lanes.iter().max().map_or(0, |last| last + 1);
    let (heavies, lights) = (count(&heavy), count(&light));
    let (mut heavy, mut light) = (heavy.into_iter(), light.into_iter());
    let mut next = |part: &Part<'_>| {
        if part.is_light() { light.next().unwrap_or(0) + heavies } else { heavy.next().unwrap_or(0) }
    };
    Columns { of: crowd.iter().map(&mut next).collect(), heavy: heavies, light: lights }
}
