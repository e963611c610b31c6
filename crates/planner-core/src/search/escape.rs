//! What it costs at least to get a flexible event out of the way.

use std::cell::OnceCell;

use super::Week;
use super::ground::Ground;
use super::items::{Fate, Floor, Item};
use super::score::Score;

/// The ways out of all flexible events, each worked out when it is first asked for.
///
/// They keep clear of what is fixed, and of what pushes the event away; not of one another.
pub(super) struct Escapes<'w> {
    week: &'w Week<'w>,
    ground: &'w Ground<'w>,
    routes: Vec<OnceCell<Routes>>,
}

/// Where one event may go.
struct Routes {
    item: Item,
    /// By point: the latest start from which it ends by there.
    before: Vec<u16>,
    /// By point: the earliest start from there on.
    after: Vec<u16>,
    /// What a move costs wherever it leads.
    base: Score,
    /// The price if it is split or given up instead.
    otherwise: Option<Floor>,
}

const NOWHERE: u16 = u16::MAX;

impl<'w> Escapes<'w> {
    pub(super) fn new(week: &'w Week<'w>, ground: &'w Ground<'w>) -> Self {
        Self { week, ground, routes: week.flexible.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The least price of getting `event` out of the way of something placed from minute to minute; `None` where it
    /// has nowhere to go.
    pub(super) fn of(&self, event: usize, (start, end): (i32, i32), of_focus: bool) -> Option<Floor> {
        let routes = self.routes[event].get_or_init(|| self.routes(event));
        let rest = if of_focus && routes.item.is_focus { self.ground.rest } else { 0 };
        // Rounded to the outside, so that no place is missed.
        let before = routes.before[Ground::point_from(start - rest).min(self.ground.points)];
        let after = routes.after[Ground::point_from(end + rest).min(self.ground.points)];
        // What pushes the event lies between the two, so the nearest to it are the nearest to where it was.
        let ways = [before, after].into_iter().filter(|point| *point != NOWHERE);
        let nearest = ways.min_by_key(|point| routes.item.shift(usize::from(*point)));
        let price = |point: u16| routes.base + routes.item.price(self.ground, usize::from(point));
        nearest.map(|point| Floor { churn: 1, score: price(point) }).or(routes.otherwise)
    }

    fn routes(&self, index: usize) -> Routes {
        let (week, ground) = (self.week, self.ground);
        let event = week.flexible[index];
        let item = Item::moved(week, ground, event);
        let mut before = vec![NOWHERE; ground.points + 1];
        let mut after = before.clone();
        for (point, open) in ground.open(item.is_focus).iter().enumerate() {
            if let Some(end) = item.end_of_move(point, *open) {
                let start = u16::try_from(point).unwrap_or(NOWHERE);
                after[point] = start;
                before[Ground::point_from(end).min(ground.points)] = start;
            }
        }
        let mut last = NOWHERE;
        for start in &mut before {
            last = if *start == NOWHERE { last } else { *start };
            *start = last;
        }
        let mut next = NOWHERE;
        for start in after.iter_mut().rev() {
            next = next.min(*start);
            *start = next;
        }
        let otherwise = Floor::of_any(week, ground, event, &[Fate::Splits, Fate::Goes]);
        Routes { item, before, after, base: Fate::Moves.score(event), otherwise }
    }
}
