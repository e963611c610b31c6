//! Now, and the due time.

use super::canvas::{Anchor, Canvas, Paint, Rect};
use super::frame::{Column, Frame};
use super::ink::Ink;
use super::measure::Font;
use super::xml::Px;
use crate::draw::picture::{Due, Picture};
use crate::draw::words;

/// A line across today.
pub(super) fn now(canvas: &mut Canvas, picture: &Picture, frame: &Frame) {
    let now = picture.now.floor();
    let hours = i32::from(picture.hours.first()) * 3600..i32::from(picture.hours.end()) * 3600;
    let is_today = |column: &&Column| {
        let day = column.clock.day;
        day.start() <= now && now < day.end() && hours.contains(&column.clock.starting_at(now))
    };
    for column in frame.columns().filter(is_today) {
        now_line(canvas, picture, frame, column);
    }
}

/// A line across the day on which the study has to be done, with what it is for.
pub(super) fn due(canvas: &mut Canvas, picture: &Picture, frame: &Frame) {
    let Some(due) = &picture.due else { return };
    // What is due at midnight is due at the end of the day before.
    let is_due = |column: &&Column| column.clock.day.start() < due.at && due.at <= column.clock.day.end();
    for column in frame.columns().filter(is_due) {
        due_line(canvas, picture, frame, column, due);
    }
}

fn now_line(canvas: &mut Canvas, picture: &Picture, frame: &Frame, column: &Column) {
    let now = picture.now.floor();
    let y = column.area.top + frame.scale.offset(column.clock.starting_at(now));
    canvas.xml.open("g", &[]);
    canvas.xml.text("title", &[], &format!("now: {}", picture.zone.local(now)));
    canvas.line((column.area.left, y), (column.area.right, y), 1.2, Ink::Now);
    let dot = [("cx", &Px(column.area.left) as &dyn std::fmt::Display), ("cy", &Px(y)), ("r", &3.5)];
    canvas.shape("circle", Paint::fill(Ink::Now), &dot);
    canvas.xml.close("g");
}

fn due_line(canvas: &mut Canvas, picture: &Picture, frame: &Frame, column: &Column, due: &Due) {
    const LABEL: Font = Font::bold(10.5);
    const HEIGHT: f64 = 17.0;
    let area = column.area;
    let y = area.top + frame.scale.offset(column.clock.ending_at(due.at));
    let title = words::title(&due.title);
    let time = words::time(picture.zone.local(due.at).minute_of_day);
    let room = area.width() - 16.0;
    let rest = LABEL.width(&format!("due {time}: "));
    let label = match LABEL.clip(&title, room - rest) {
        title if title.is_empty() => LABEL.clip(&format!("due {time}"), room),
        title => format!("due {time}: {title}"),
    };
    // At the end of the day there is room below, where it hides nothing.
    let is_below = y - HEIGHT < area.top || y > area.bottom - 4.0;
    let top = if is_below { y } else { y - HEIGHT };
    let bottom = top + HEIGHT;
    canvas.xml.open("g", &[]);
    let says = format!("{} is due {}", words::short_title(&due.title), picture.zone.local(due.at));
    canvas.xml.text("title", &[], &says);
    canvas.line((area.left, y), (area.right, y), 2.5, Ink::Due);
    if !label.is_empty() {
        let right = area.left + LABEL.width(&label).min(room) + 12.0;
        canvas.rect(Rect { left: area.left, right, top, bottom }, 2.0, Paint::fill(Ink::Due));
        canvas.text(&label, area.left + 6.0, bottom - 5.0, LABEL, Anchor::Start, Ink::DueText);
    }
    canvas.xml.close("g");
}
