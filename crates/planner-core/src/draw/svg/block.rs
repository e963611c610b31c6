//! Blocks, and the text in them.

use super::badge;
use super::canvas::{Anchor, Canvas};
use super::frame::Placed;
use super::ink::Ink;
use super::measure::{self, Font};
use super::style::{self, Corners, Style};
use super::xml::Attributes;
use crate::draw::picture::{Block, Look, Mark, Picture, Remark};
use crate::draw::words;

/// Draws the part of a block; its mark comes later, on top of everything.
pub(super) fn draw(canvas: &mut Canvas, picture: &Picture, placed: &Placed<'_>) {
    let block = placed.part.block;
    let (look, change) = (name(block.look), badge::label(block.mark));
    let data: Attributes<'_> = &[("data-look", &look), ("data-change", &change)];
    let is_change = matches!(block.mark, Some(Mark::Change(_)));
    canvas.xml.open("g", if is_change { data } else { &data[..1] });
    canvas.xml.text("title", &[], &says(picture, block));
    style::body(canvas, placed.area, Style::for_block(block), Corners::of_part(&placed.part));
    text(canvas, picture, placed);
    canvas.xml.close("g");
}

/// The title, in as many lines as fit, and the times beside or below it where there is room.
fn text(canvas: &mut Canvas, picture: &Picture, placed: &Placed<'_>) {
    const LEAST_HEIGHT: f64 = 11.5;
    if placed.area.height() < LEAST_HEIGHT {
        return;
    }
    let room = Room::of(placed);
    let block = placed.part.block;
    let title = room.title(&words::title(&block.title));
    let Some(first) = title.first() else { return };
    let writes_left = measure::is_right_to_left(first);
    let ink = Style::of(block.look).text;
    let mut baseline = room.baseline;
    for line in &title {
        room.write(canvas, line, writes_left, baseline, room.font, ink);
        baseline += LINE;
    }
    let times = room.times(picture, block);
    if baseline <= placed.area.bottom - 3.5 {
        room.write(canvas, &times, writes_left, baseline, TIMES, ink);
    } else if let ([title], false) = (title.as_slice(), writes_left) {
        let left = room.left + room.font.width(title) + 6.0;
        if left + TIMES.width(&times) <= room.beside_mark {
            canvas.text(&times, left, room.baseline, TIMES, Anchor::Start, ink);
        }
    }
}

const LINE: f64 = 13.0;
const TIMES: Font = Font::regular(10.0);

/// The room for text in a block.
struct Room {
    left: f64,
    right: f64,
    /// The right end of lines that the mark stands beside.
    beside_mark: f64,
    /// What the first line stands on.
    baseline: f64,
    font: Font,
    /// How many lines there are for the title, with one left for the times from two on.
    lines: usize,
}

impl Room {
    fn of(placed: &Placed<'_>) -> Self {
        const NARROW: f64 = 56.0;
        let area = placed.area;
        let is_narrow = area.width() < NARROW;
        let (left, right) =
            if is_narrow { (area.left + 5.0, area.right - 1.0) } else { (area.left + 7.0, area.right - 4.0) };
        let mark = if placed.part.block.mark.is_some() { badge::DIAMETER } else { 0.0 };
        let height = area.height();
        let font = Font::bold(if height < 15.0 { 10.0 } else { 11.0 });
        let baseline = area.top
            + match height {
                ..22.0 => height / 2.0 + font.size * 0.36,
                ..34.0 => 12.5,
                _ => 13.5,
            };
        let lines = if height < 46.0 {
            1
        } else if height < 60.0 {
            2
        } else {
            3
        };
        Self { left, right, beside_mark: right - mark, baseline, font, lines }
    }

    /// The title in two lines, or in three where that shows more of it.
    fn title(&self, title: &str) -> Vec<String> {
        let width = self.beside_mark - self.left;
        let two = self.font.wrap(title, width, self.lines.min(2));
        if two.last().is_some_and(|line| line.ends_with('…')) {
            self.font.wrap(title, width, self.lines)
        } else {
            two
        }
    }

    /// The times, and what is new about them; empty where there is no room.
    fn times(&self, picture: &Picture, block: &Block) -> String {
        let times = words::times(&picture.zone, block.interval);
        let length = words::odd_length(&picture.zone, block.interval);
        let news = match block.look {
            Look::New => " new",
            Look::Moved | Look::Piece => " moved",
            _ => "",
        };
        let fits = |text: &String| TIMES.width(text) <= self.right - self.left;
        let said = [format!("{times}{length}{news}"), format!("{times}{length}"), times];
        said.into_iter().find(fits).unwrap_or_default()
    }

    /// A line that begins where its reader begins to read.
    ///
    /// It is held at its right by the anchor and not by a direction, which some viewers do not know.
    fn write(&self, canvas: &mut Canvas, text: &str, writes_left: bool, y: f64, font: Font, ink: Ink) {
        if text.is_empty() {
            return;
        }
        let text = measure::closed(text);
        if writes_left {
            let right = if font == TIMES { self.right } else { self.beside_mark };
            canvas.text(&text, right, y, font, Anchor::End, ink);
        } else {
            canvas.text(&text, self.left, y, font, Anchor::Start, ink);
        }
    }
}

/// All there is to say of a block.
pub(super) fn says(picture: &Picture, block: &Block) -> String {
    let title = words::short_title(&block.title);
    let when = words::span(&picture.zone, block.interval);
    let what = match block.look {
        Look::Fixed => "stays",
        Look::Busy => "taken in another calendar",
        Look::Flexible => "may move, stays",
        Look::Claimed => "stays, and counts as study",
        Look::Stranded => "after the due time",
        Look::New => "new",
        Look::Moved => "moved here",
        Look::Piece => "a piece, moved here",
        Look::Ghost => "was here",
        Look::GivenUp => "given up",
    };
    let why = match block.mark {
        Some(Mark::Change(number)) => {
            let is_its = |remark: &&Remark| remark.mark == Mark::Change(number);
            let sentence = picture.remarks.iter().find(is_its).map_or("", |remark| &remark.sentence);
            format!(" ({number}). {}", words::short(sentence))
        }
        _ => String::new(),
    };
    format!("{title}, {when}: {what}{why}")
}

fn name(look: Look) -> &'static str {
    match look {
        Look::Fixed => "fixed",
        Look::Busy => "busy",
        Look::Flexible => "flexible",
        Look::Claimed => "claimed",
        Look::Stranded => "stranded",
        Look::New => "new",
        Look::Moved => "moved",
        Look::Piece => "piece",
        Look::Ghost => "ghost",
        Look::GivenUp => "given-up",
    }
}
