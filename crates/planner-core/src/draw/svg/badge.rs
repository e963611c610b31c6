//! The small circles that tie a block to where it was, and to what is said of it below.

use super::canvas::{Anchor, Canvas, Paint};
use super::frame::Placed;
use super::ink::Ink;
use super::measure::Font;
use super::style::Style;
use super::xml::Px;
use crate::draw::picture::{Look, Mark};

pub(super) const DIAMETER: f64 = 16.0;

/// What a mark looks like.
pub(super) fn label(mark: Option<Mark>) -> String {
    match mark {
        None => String::new(),
        Some(Mark::Change(number)) => number.to_string(),
        Some(Mark::Claimed) => "✓".to_owned(),
        Some(Mark::Stranded) => "!".to_owned(),
    }
}

/// Where the mark of a part is: in its upper right corner, as far as there is room.
pub(super) fn center(placed: &Placed<'_>) -> (f64, f64, f64) {
    let area = placed.area;
    let radius = (area.height().min(area.width()) / 2.0 - 1.0).clamp(4.5, DIAMETER / 2.0 - 1.0);
    let x = (area.right - radius - 2.0).max(f64::midpoint(area.left, area.right));
    let y = (area.top + radius + 2.0).min(f64::midpoint(area.top, area.bottom)).max(area.top + radius);
    (x, y, radius)
}

/// The mark of a part.
pub(super) fn draw(canvas: &mut Canvas, placed: &Placed<'_>) {
    if let Some(mark) = placed.part.block.mark {
        circle(canvas, center(placed), mark, placed.part.block.look);
    }
}

/// A circle with a mark in it.
pub(super) fn circle(canvas: &mut Canvas, (x, y, radius): (f64, f64, f64), mark: Mark, look: Look) {
    let accent = Style::accent(look);
    canvas.shape(
        "circle",
        Paint::both(Ink::Paper, accent),
        &[
            ("cx", &Px(x)),
            ("cy", &Px(y)),
            ("r", &Px(radius)),
            ("stroke-width", &Px(1.2)),
            ("pointer-events", &"none"),
        ],
    );
    if mark == Mark::Claimed {
        let tick = format!(
            "M{} {}l{} {}l{} {}",
            Px(x - 0.45 * radius),
            Px(y),
            Px(0.35 * radius),
            Px(0.38 * radius),
            Px(0.6 * radius),
            Px(-0.75 * radius)
        );
        let width = Px(1.6);
        canvas.shape(
            "path",
            Paint::stroke(accent),
            &[("d", &tick), ("stroke-width", &width), ("pointer-events", &"none")],
        );
        return;
    }
    let text = label(Some(mark));
    let size = radius * if text.len() > 1 { 1.15 } else { 1.4 };
    canvas.text(&text, x, y + size * 0.36, Font::bold(size), Anchor::Middle, accent);
}
