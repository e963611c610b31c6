//! What is said below the days: a sentence for every mark, and what the looks mean.

use super::badge;
use super::canvas::{Anchor, Canvas, Paint, Rect};
use super::frame::{Frame, MARGIN};
use super::ink::Ink;
use super::measure::{self, Font};
use super::style::{self, Corners, Style};
use super::xml::{Attributes, Px};
use crate::draw::picture::{Look, Mark, Picture, Remark};
use crate::draw::words;

const SENTENCE: Font = Font::regular(12.5);
const LINE: f64 = 17.0;
const BETWEEN: f64 = 7.0;
/// Left of a sentence, for its mark.
const INDENT: f64 = 26.0;
const KEY: Font = Font::regular(11.0);
const KEY_LINE: f64 = 24.0;
const SWATCH: f64 = 22.0;

/// What a look means, and where that is said; without a look, what the shade means.
type Entry = (Option<Look>, &'static str, f64);

/// The sentences and the key, laid out.
pub(super) struct Legend<'p> {
    remarks: Vec<(&'p Remark, Look, Vec<String>)>,
    key: Vec<Vec<Entry>>,
}

impl<'p> Legend<'p> {
    pub(super) fn of(picture: &'p Picture, frame: &Frame) -> Self {
        let width = frame.width - 2.0 * MARGIN;
        let remark = |remark: &'p Remark| {
            let sentence = words::clean(&remark.sentence);
            (remark, look_of(picture, remark.mark), SENTENCE.wrap(&sentence, width - INDENT, 3))
        };
        Self { remarks: picture.remarks.iter().map(remark).collect(), key: key(picture, width) }
    }

    pub(super) fn height(&self) -> f64 {
        let lines = |remark: &(_, _, Vec<String>)| remark.2.iter().map(|_| LINE).sum::<f64>() + BETWEEN;
        let key: f64 = self.key.iter().map(|_| KEY_LINE).sum();
        self.remarks.iter().map(lines).sum::<f64>() + key
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, frame: &Frame) {
        let mut y = frame.below;
        for (remark, look, lines) in &self.remarks {
            let number = badge::label(Some(remark.mark));
            let data: Attributes<'_> = &[("data-change", &number)];
            canvas.xml.open("g", if matches!(remark.mark, Mark::Change(_)) { data } else { &[] });
            canvas.xml.text("title", &[], &words::short(&remark.sentence));
            badge::circle(canvas, (MARGIN + 9.0, y + 4.0, 8.0), remark.mark, *look);
            for line in lines {
                canvas.text(
                    &measure::closed(line),
                    MARGIN + INDENT,
                    y + 8.4,
                    SENTENCE,
                    Anchor::Start,
                    Ink::Text,
                );
                y += LINE;
            }
            canvas.xml.close("g");
            y += BETWEEN;
        }
        self.draw_key(canvas, y);
    }

    fn draw_key(&self, canvas: &mut Canvas, mut y: f64) {
        for line in &self.key {
            for (look, says, left) in line {
                let swatch = Rect { left: *left, right: left + SWATCH, top: y + 1.0, bottom: y + 14.0 };
                match look {
                    Some(look) => {
                        style::body(canvas, swatch, Style::of(*look), Corners::ALL);
                        sign(canvas, swatch, *look);
                    }
                    None => canvas.rect(swatch, 3.0, Paint::both(Ink::Shade, Ink::Line)),
                }
                canvas.text(says, left + SWATCH + 6.0, y + 11.5, KEY, Anchor::Start, Ink::Muted);
            }
            y += KEY_LINE;
        }
    }
}

/// What tells the looks apart that differ by colour alone.
fn sign(canvas: &mut Canvas, swatch: Rect, look: Look) {
    let (x, y) = (f64::midpoint(swatch.left, swatch.right), f64::midpoint(swatch.top, swatch.bottom));
    let path = match look {
        Look::New => format!("M{} {}h7m-3.5 -3.5v7", Px(x - 3.5), Px(y)),
        Look::Moved => format!("M{} {}h8m-3 -3l3 3l-3 3", Px(x - 4.0), Px(y)),
        Look::Claimed => format!("M{} {}l2.5 2.8l4.5 -5.6", Px(x - 3.5), Px(y)),
        Look::Stranded => format!("M{} {}v5m0 1.5v1.5", Px(x), Px(y - 4.0)),
        _ => return,
    };
    let ink = if look == Look::Claimed { Ink::New } else { Style::of(look).text };
    canvas.shape("path", Paint::stroke(ink), &[("d", &path), ("stroke-width", &1.5)]);
}

/// The look that the mark of a remark takes its colour from.
fn look_of(picture: &Picture, mark: Mark) -> Look {
    let marked = picture.blocks.iter().find(|block| block.mark == Some(mark));
    marked.map_or(Look::New, |block| block.look)
}

/// What the looks in the picture mean, in lines of at most `width`.
fn key(picture: &Picture, width: f64) -> Vec<Vec<Entry>> {
    const LOOKS: [(Option<Look>, &str); 10] = [
        (Some(Look::New), "new"),
        (Some(Look::Moved), "moved here"),
        (Some(Look::Ghost), "was here"),
        (Some(Look::GivenUp), "given up"),
        (Some(Look::Claimed), "kept, counts as study"),
        (Some(Look::Stranded), "after the due time"),
        (Some(Look::Flexible), "may move, stays"),
        (Some(Look::Fixed), "fixed"),
        (Some(Look::Busy), "taken in another calendar"),
        (None, "nothing is placed here"),
    ];
    let is_there = |look: Option<Look>| {
        let Some(look) = look else { return true };
        picture
            .blocks
            .iter()
            .any(|block| block.look == look || look == Look::Moved && block.look == Look::Piece)
    };
    let mut lines: Vec<Vec<Entry>> = Vec::new();
    let mut left = f64::MAX;
    for (look, says) in LOOKS.into_iter().filter(|(look, _)| is_there(*look)) {
        let needed = SWATCH + 6.0 + KEY.width(says);
        if left + needed > MARGIN + width {
            lines.push(Vec::new());
            left = MARGIN;
        }
        if let Some(line) = lines.last_mut() {
            line.push((look, says, left));
        }
        left += needed + 14.0;
    }
    lines
}

/// The paper that everything is on.
pub(super) fn paper(canvas: &mut Canvas, (right, bottom): (f64, f64)) {
    canvas.rect(Rect { left: 0.0, top: 0.0, right, bottom }, 0.0, Paint::fill(Ink::Paper));
}
