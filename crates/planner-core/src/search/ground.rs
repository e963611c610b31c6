use std::cell::OnceCell;

use super::Week;
use super::score::{ENERGY, LATENESS, PROXIMITY, Score};
use crate::model::Event;
use crate::time::{GRID_MINUTES, Instant, Interval, Spans};

/// Minutes between grid points, as the search counts.
pub(super) const STEP: i32 = 15;
const _: () = assert!(STEP as i64 == GRID_MINUTES);

/// A week laid out on the grid: from each point at which something may start, how far it may reach and what it meets.
///
/// Times are minutes after `origin`, points of the grid are counted from it. Each table is there twice, since focus has
/// to keep its rest where other events only need the place: index 0 is for any event, 1 for focus.
pub(super) struct Ground<'w> {
    week: &'w Week<'w>,
    /// The first point of the grid in the window.
    origin: Instant,
    /// Minutes of rest between focus.
    pub(super) rest: i32,
    /// Minutes from the window's start to `origin`.
    first_lateness: i32,
    /// How many points there are.
    pub(super) points: usize,
    /// For each point, the minute up to which an interval that starts there keeps clear of all that is fixed.
    open: [Vec<i32>; 2],
    /// Worked out when it is first asked for: only who may disturb something needs it.
    near: OnceCell<[Near; 2]>,
    /// What study from the first point up to each point costs in closeness and energy.
    study: Vec<Score>,
    /// The minute by which study has to end.
    pub(super) study_end: i32,
}

/// For each point, the flexible events that an interval which starts there may meet.
struct Near {
    first: Vec<u32>,
    met: Vec<Met>,
}

/// A flexible event that is met by an interval which ends after `from`.
#[derive(Clone, Copy)]
pub(super) struct Met {
    pub(super) from: i32,
    pub(super) event: u32,
}

impl<'w> Ground<'w> {
    pub(super) fn of(week: &'w Week<'w>) -> Self {
        let origin = week.window.start().ceil_to_grid();
        let minute = |instant: Instant| clamp(instant.minutes_since(origin));
        let points = usize::try_from((minute(week.reach.end()) + STEP - 1) / STEP).unwrap_or(0);
        let mut ground = Self {
            week,
            origin,
            rest: clamp(week.rest_gap),
            first_lateness: clamp(origin.minutes_since(week.window.start())),
            points,
            open: [Vec::new(), Vec::new()],
            near: OnceCell::new(),
            study: Vec::new(),
            study_end: minute(week.window.end()),
        };
        let open = ground.open_to(week);
        ground.open = open;
        ground.study = ground.study_sums(week);
        ground
    }

    pub(super) fn minute(&self, instant: Instant) -> i32 {
        clamp(instant.minutes_since(self.origin))
    }

    /// The minute at which a point lies.
    pub(super) fn minute_of(point: usize) -> i32 {
        clamp(i64::try_from(point).unwrap_or(i64::MAX) * GRID_MINUTES)
    }

    /// The first point at or after a minute.
    pub(super) fn point_from(minute: i32) -> usize {
        usize::try_from((minute + STEP - 1).div_euclid(STEP)).unwrap_or(0)
    }

    pub(super) fn interval(&self, point: usize, minutes: i32) -> Interval {
        let start = self.origin.plus(i64::from(Self::minute_of(point)));
        Interval::starting(start, i64::from(minutes))
            .unwrap_or_else(|| unreachable!("what is placed lasts a while"))
    }

    /// Minutes of the longest waking day.
    pub(super) fn longest_day(week: &Week<'_>) -> i32 {
        week.waking.iter().map(|waking| clamp(waking.minutes())).max().unwrap_or(0)
    }

    /// The open ground as it is, for a copy to hold events on.
    pub(super) fn open(&self, is_focus: bool) -> &[i32] {
        &self.open[usize::from(is_focus)]
    }

    /// The flexible events that an interval from `point` may meet, in the order in which a growing one meets them.
    pub(super) fn near(&self, point: usize, is_focus: bool) -> &[Met] {
        let near = &self.near.get_or_init(|| self.survey())[usize::from(is_focus)];
        match (near.first.get(point), near.first.get(point + 1)) {
            (Some(first), Some(end)) => &near.met[*first as usize..*end as usize],
            _ => &[],
        }
    }

    /// What something that starts at `point` costs in lateness.
    pub(super) fn lateness(&self, point: usize) -> Score {
        Score::of(LATENESS, (Self::minute_of(point) + self.first_lateness).unsigned_abs())
    }

    /// What a study block costs in closeness, energy and lateness.
    pub(super) fn study(&self, point: usize, steps: usize) -> Score {
        self.study[point + steps].without(self.study[point]) + self.lateness(point)
    }

    fn survey(&self) -> [Near; 2] {
        let week = self.week;
        let longest = |is_focus: bool| {
            let lengths = week.flexible.iter().filter(|event| event.is_focus() == is_focus);
            lengths.map(|event| clamp(event.interval.minutes())).max().unwrap_or(0)
        };
        let stranded = week.stranded.iter().map(|event| clamp(event.interval.minutes())).max().unwrap_or(0);
        let study = i32::from(week.problem.settings.focus_max_minutes).max(stranded);
        [Near::of(week, self, false, longest(false)), Near::of(week, self, true, longest(true).max(study))]
    }

    fn open_to(&self, week: &Week<'_>) -> [Vec<i32>; 2] {
        let mut any = vec![0; self.points];
        for waking in &week.waking {
            let (from, to) = (self.minute(waking.start()), self.minute(waking.end()));
            for (point, open) in any.iter_mut().enumerate().skip(Self::point_from(from)) {
                if Self::minute_of(point) >= to {
                    break;
                }
                *open = to;
            }
        }
        self.shut_spans(&mut any, &week.taken);
        let mut focus = any.clone();
        self.shut_spans(&mut focus, &week.too_close);
        [any, focus]
    }

    fn shut_spans(&self, open: &mut [i32], spans: &Spans) {
        for span in spans.iter() {
            shut(open, self.minute(span.start()), self.minute(span.end()));
        }
    }

    fn study_sums(&self, week: &Week<'_>) -> Vec<Score> {
        let mut sum = Score::NOTHING;
        let mut sums = vec![sum];
        for point in 0..self.points {
            // Beyond the due time nothing is studied; what is there only keeps the table as long as the grid.
            if Self::minute_of(point + 1) <= self.study_end {
                let (proximity, energy) = week.study_cost(self.interval(point, STEP));
                sum += Score::of(PROXIMITY, proximity) + Score::of(ENERGY, energy);
            }
            sums.push(sum);
        }
        sums
    }
}

impl Near {
    fn of(week: &Week<'_>, ground: &Ground<'_>, is_focus: bool, longest: i32) -> Self {
        let mut ranges = Vec::new();
        for (index, event) in week.flexible.iter().enumerate() {
            if let Some((from, to)) = keeps_clear(week, ground, event, is_focus) {
                let first = Ground::point_from(from - longest + 1);
                let end = Ground::point_from(to).min(ground.points);
                ranges.push((from, u32::try_from(index).unwrap_or(u32::MAX), first, end));
            }
        }
        ranges.sort_unstable();
        let mut first = vec![0_u32; ground.points + 1];
        for (.., from, to) in &ranges {
            for point in *from..*to {
                first[point + 1] += 1;
            }
        }
        for point in 0..ground.points {
            first[point + 1] += first[point];
        }
        let mut next = first.clone();
        let mut met = vec![Met { from: 0, event: 0 }; first[ground.points] as usize];
        for (start, event, from, to) in ranges {
            for next in &mut next[from..to.max(from)] {
                met[*next as usize] = Met { from: start, event };
                *next += 1;
            }
        }
        Self { first, met }
    }
}

/// The minutes that something placed has to keep clear of for the sake of `event`, where it is.
pub(super) fn keeps_clear(
    week: &Week<'_>,
    ground: &Ground<'_>,
    event: &Event,
    of_focus: bool,
) -> Option<(i32, i32)> {
    let (from, to) = (ground.minute(event.interval.start()), ground.minute(event.interval.end()));
    if of_focus && event.is_focus() {
        let rest = clamp(week.rest_gap);
        Some((from - rest, to + rest))
    } else {
        event.blocks().then_some((from, to))
    }
}

/// Takes the minutes from `from` to `to` out of open ground.
pub(super) fn shut(open: &mut [i32], from: i32, to: i32) {
    let first = Ground::point_from(from);
    for (point, open) in open.iter_mut().enumerate().skip(first) {
        if Ground::minute_of(point) >= to {
            break;
        }
        *open = 0;
    }
    // What starts before may reach up to there and no further.
    let before = first.min(open.len());
    for open in open[..before].iter_mut().rev() {
        if *open <= from {
            break;
        }
        *open = from;
    }
}

fn clamp(minutes: i64) -> i32 {
    // Far beyond any week, and far from overflow.
    i32::try_from(minutes.clamp(-(1 << 28), 1 << 28)).unwrap_or(0)
}
