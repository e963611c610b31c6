//! What is behind the blocks: days, hours, and where nothing is placed.

use super::canvas::{Anchor, Canvas, Paint, Rect};
use super::frame::{Column, Frame, HEADING, MARGIN, Placed, Row};
use super::hatch;
use super::ink::Ink;
use super::measure::{self, Font};
use crate::draw::clock::Oddity;
use crate::draw::picture::Picture;
use crate::draw::words;
use crate::time::{Interval, MINUTES_PER_24H, spell_minutes};

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture, frame: &Frame, placed: &[Placed<'_>]) {
    for row in &frame.rows {
        for column in &row.columns {
            heading(canvas, picture, column);
            canvas.rect(column.area, 0.0, Paint::fill(Ink::Shade));
            open_time(canvas, picture, frame, column);
        }
        hours(canvas, frame, row);
        for column in &row.columns {
            oddities(canvas, frame, column, placed);
            edge(canvas, column);
        }
        canvas.line((row.plot.left, row.plot.bottom), (row.plot.right, row.plot.bottom), 1.0, Ink::Line);
    }
}

/// The weekday and the date, today's marked.
fn heading(canvas: &mut Canvas, picture: &Picture, column: &Column) {
    const WEEKDAY: Font = Font::regular(11.5);
    const DATE: Font = Font::bold(13.0);
    let baseline = column.area.top - 12.0;
    let weekday = column.clock.date.weekday();
    let date = words::day_and_month(column.clock.date);
    let left = column.area.left + 6.0;
    canvas.text(weekday, left, baseline, WEEKDAY, Anchor::Start, Ink::Muted);
    let date_left = left + WEEKDAY.width(weekday) + 5.0;
    let is_today = picture.zone.day_of(picture.now) == column.clock.date;
    if is_today {
        let pill = Rect {
            left: date_left - 2.0,
            right: date_left + DATE.width(&date) + 4.0,
            top: baseline - 14.0,
            bottom: baseline + 5.0,
        };
        canvas.rect(pill, 9.5, Paint::fill(Ink::Now));
        let middle = f64::midpoint(pill.left, pill.right);
        canvas.text(&date, middle, baseline, DATE, Anchor::Middle, Ink::Paper);
    } else {
        canvas.text(&date, date_left, baseline, DATE, Anchor::Start, Ink::Text);
    }
    let minutes = column.clock.day.minutes();
    if minutes != MINUTES_PER_24H {
        let length = spell_minutes(minutes);
        canvas.text(&length, column.area.right - 8.0, baseline, WEEKDAY, Anchor::End, Ink::Muted);
    }
}

/// The waking hours of the day, as far as something may be placed in them.
fn open_time(canvas: &mut Canvas, picture: &Picture, frame: &Frame, column: &Column) {
    let (start, end) = picture.waking_minutes;
    let waking = picture.zone.between(column.clock.date, start, end);
    let open = waking.and_then(|waking| match picture.open {
        None => Some(waking),
        Some(open) => Interval::new(waking.start().max(open.start()), waking.end().min(open.end())),
    });
    if let Some(stretch) = open.and_then(|open| column.clock.stretch(open)) {
        let top = column.area.top + frame.scale.offset(stretch.from);
        let bottom = column.area.top + frame.scale.offset(stretch.to);
        if top < bottom {
            canvas.rect(Rect { top, bottom, ..column.area }, 0.0, Paint::fill(Ink::Paper));
        }
    }
}

/// A line for every hour, labelled at the left.
fn hours(canvas: &mut Canvas, frame: &Frame, row: &Row) {
    const LABEL: Font = Font::regular(10.5);
    const LEAST_DISTANCE: f64 = 13.0;
    let mut last_label = f64::MIN;
    for hour in frame.scale.ticks() {
        let y = row.plot.top + frame.scale.offset(i32::from(hour) * 3600);
        canvas.line((row.plot.left - 6.0, y), (row.plot.right, y), 1.0, Ink::Line);
        if y - last_label >= LEAST_DISTANCE {
            let label = words::time(u16::from(hour) * 60);
            canvas.text(&label, row.plot.left - 10.0, y + 3.6, LABEL, Anchor::End, Ink::Muted);
            last_label = y;
        }
    }
}

/// The hour that is not there, or twice.
fn oddities(canvas: &mut Canvas, frame: &Frame, column: &Column, placed: &[Placed<'_>]) {
    const LABEL: Font = Font::regular(10.0);
    for oddity in &column.clock.oddities {
        let (stretch, says, label) = match oddity {
            Oddity::Missing(stretch) => {
                (stretch, "does not occur: the clock goes forward", "clock goes forward")
            }
            Oddity::Twice(stretch) => (stretch, "occurs twice: the clock goes back", "clock goes back"),
        };
        let area = Rect {
            top: column.area.top + frame.scale.offset(stretch.from),
            bottom: column.area.top + frame.scale.offset(stretch.to),
            left: column.area.left + 1.0,
            right: column.area.right - 1.0,
        };
        let time = |seconds: i32| words::time(u16::try_from(seconds / 60).unwrap_or(0));
        canvas.xml.open("g", &[]);
        canvas.xml.text("title", &[], &format!("{}–{} {says}", time(stretch.from), time(stretch.to)));
        canvas.rect(area, 0.0, Paint::fill(Ink::Shade));
        hatch::draw(canvas, area, 6.0, Ink::StrongLine);
        let label = LABEL.clip(label, area.width() - 16.0);
        let is_hidden = placed.iter().any(|block| block.area.overlaps(area));
        if area.height() >= 18.0 && !label.is_empty() && !is_hidden {
            let middle = f64::midpoint(area.top, area.bottom);
            let center = f64::midpoint(area.left, area.right);
            let half = LABEL.width(&label) / 2.0 + 4.0;
            let ground =
                Rect { left: center - half, right: center + half, top: middle - 8.0, bottom: middle + 8.0 };
            canvas.rect(ground, 3.0, Paint::fill(Ink::Shade));
            canvas.text(&label, center, middle + 3.5, LABEL, Anchor::Middle, Ink::Muted);
        }
        canvas.xml.close("g");
    }
}

fn edge(canvas: &mut Canvas, column: &Column) {
    let (width, ink) = if column.is_after_a_gap { (3.0, Ink::StrongLine) } else { (1.0, Ink::Line) };
    let from = (column.area.left, column.area.top - HEADING + 10.0);
    canvas.line(from, (column.area.left, column.area.bottom), width, ink);
}

/// The headline, and how much changes.
pub(super) fn headlines(canvas: &mut Canvas, picture: &Picture, frame: &Frame) {
    const HEADLINE: Font = Font::bold(19.0);
    const SUBLINE: Font = Font::regular(12.5);
    let width = frame.width - 2.0 * MARGIN;
    // At the left like all else on the page, whichever way it is read.
    let headline = HEADLINE.clip(&words::clean(&picture.headline), width);
    let headline = measure::closed(&headline);
    canvas.text(&headline, MARGIN, MARGIN + 15.0, HEADLINE, Anchor::Start, Ink::Text);
    let subline = SUBLINE.clip(&words::clean(&picture.subline), width);
    canvas.text(&subline, MARGIN, MARGIN + 36.0, SUBLINE, Anchor::Start, Ink::Muted);
}
