//! Where things are on the page.

use super::canvas::Rect;
use crate::draw::clock::Clock;
use crate::draw::hours::Hours;
use crate::draw::lanes::{self, Part};
use crate::draw::picture::Picture;
use crate::time::LocalDay;

/// Empty space around everything.
pub(super) const MARGIN: f64 = 28.0;
/// What the labels of the hours take.
const AXIS: f64 = 46.0;
/// What the names of the days take.
pub(super) const HEADING: f64 = 34.0;
/// What the headline takes.
const TOP: f64 = 72.0;
const BETWEEN_ROWS: f64 = 30.0;
const BELOW_ROWS: f64 = 28.0;

/// The width to fill, if the days are many enough to fill it.
const FULL_WIDTH: f64 = 1180.0;
const WIDEST_COLUMN: f64 = 188.0;
const LEAST_WIDTH: f64 = 660.0;

/// The outline of the page.
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) rows: Vec<Row>,
    pub(super) scale: Scale,
    /// Where what is below the days begins.
    pub(super) below: f64,
}

/// A row of days.
pub(super) struct Row {
    pub(super) columns: Vec<Column>,
    /// Where the hours are.
    pub(super) plot: Rect,
}

/// A day.
pub(super) struct Column {
    pub(super) clock: Clock,
    pub(super) area: Rect,
    /// The day before it on the page is not the day before it.
    pub(super) is_after_a_gap: bool,
}

/// A part of a block, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Placed<'p> {
    pub(super) part: Part<'p>,
    pub(super) area: Rect,
    /// Which row and which column it is in.
    pub(super) at: (usize, usize),
}

impl Frame {
    pub(super) fn of(picture: &Picture) -> Self {
        let longest = picture.rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let longest = u32::try_from(longest).map_or(1.0, f64::from);
        let column = ((FULL_WIDTH - 2.0 * MARGIN - AXIS) / longest).min(WIDEST_COLUMN).floor();
        let scale = Scale { hours: picture.hours, full: if picture.rows.len() > 1 { 32.0 } else { 42.0 } };
        let mut below = TOP;
        let mut rows = Vec::new();
        for days in &picture.rows {
            let top = below + HEADING;
            let bottom = top + scale.height();
            rows.push(row(picture, days, column, (top, bottom)));
            below = bottom + BETWEEN_ROWS;
        }
        Self {
            width: (2.0 * MARGIN + AXIS + column * longest).max(LEAST_WIDTH),
            rows,
            scale,
            below: below - BETWEEN_ROWS + BELOW_ROWS,
        }
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.rows.iter().flat_map(|row| &row.columns)
    }

    /// Every part of every block, where it is drawn.
    pub(super) fn place<'p>(&self, picture: &'p Picture) -> Vec<Placed<'p>> {
        let mut placed = Vec::new();
        for (row_index, row) in self.rows.iter().enumerate() {
            for (column_index, column) in row.columns.iter().enumerate() {
                let parts = lanes::parts(picture, &column.clock);
                let lanes = lanes::side_by_side(&parts);
                placed.extend(parts.into_iter().zip(lanes).map(|(part, lane)| Placed {
                    part,
                    area: self.area(column, part, lane),
                    at: (row_index, column_index),
                }));
            }
        }
        placed
    }

    fn area(&self, column: &Column, part: Part<'_>, lane: lanes::Lane) -> Rect {
        /// Kept free, so that the day can be seen behind a full column.
        const LEFT: f64 = 2.0;
        const RIGHT: f64 = 7.0;
        const LEAST_HEIGHT: f64 = 3.0;
        let width = column.area.width() - LEFT - RIGHT;
        let left = column.area.left + LEFT + width * lane.left;
        let right = column.area.left + LEFT + width * lane.right;
        let top = column.area.top + self.scale.offset(part.stretch.from);
        let top = top.min(column.area.bottom - LEAST_HEIGHT);
        let bottom = (column.area.top + self.scale.offset(part.stretch.to)).max(top + LEAST_HEIGHT);
        Rect { left, top, right: (right - 1.5).max(left + 1.0), bottom: (bottom - 1.5).max(top + 1.5) }
    }
}

fn row(picture: &Picture, days: &[LocalDay], width: f64, (top, bottom): (f64, f64)) -> Row {
    let start = MARGIN + AXIS;
    let mut columns: Vec<Column> = Vec::new();
    let mut left = start;
    for day in days {
        if let Some(clock) = Clock::of(&picture.zone, *day) {
            let is_after_a_gap =
                columns.last().is_some_and(|before| before.clock.day.end() != clock.day.start());
            let area = Rect { left, top, right: left + width, bottom };
            columns.push(Column { clock, area, is_after_a_gap });
            left += width;
        }
    }
    Row { columns, plot: Rect { left: start, top, right: left, bottom } }
}

/// How the clock is laid out from top to bottom.
pub(super) struct Scale {
    hours: Hours,
    /// The height of an hour in pixels.
    full: f64,
}

impl Scale {
    const SMALL: f64 = 9.0;

    pub(super) fn height_of(&self, hour: u8) -> f64 {
        if self.hours.is_small(hour) { Self::SMALL } else { self.full }
    }

    fn height(&self) -> f64 {
        self.offset(i32::from(self.hours.end()) * 3600)
    }

    /// Pixels from the top to a time of the clock; held between top and bottom.
    pub(super) fn offset(&self, seconds: i32) -> f64 {
        let share = |hour: u8| {
            let into = (seconds - i32::from(hour) * 3600).clamp(0, 3600);
            self.height_of(hour) * f64::from(into) / 3600.0
        };
        (self.hours.first()..self.hours.end()).map(share).sum()
    }

    /// The full hours worth a line and a label, from the first to the end.
    pub(super) fn ticks(&self) -> Vec<u8> {
        let (first, end) = (self.hours.first(), self.hours.end());
        let is_inside_small = |hour: u8| {
            hour > first && hour < end && self.hours.is_small(hour) && self.hours.is_small(hour - 1)
        };
        (first..=end).filter(|hour| !is_inside_small(*hour)).collect()
    }
}
