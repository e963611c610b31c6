//! Slanted lines. They are drawn one by one, since not every viewer draws patterns where they belong.

use std::fmt::Write;

use super::canvas::{Canvas, Paint, Rect};
use super::ink::Ink;
use super::xml::Px;

/// Fills `area` with lines that rise to the right, `apart` pixels from each other along the edges.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, apart: f64, ink: Ink) {
    let path = lines(area, apart);
    if !path.is_empty() {
        canvas.shape("path", Paint::stroke(ink), &[("d", &path), ("stroke-width", &1)]);
    }
}

/// On a line, x and y add up to the same; the lines of neighbouring areas meet.
fn lines(area: Rect, apart: f64) -> String {
    let mut path = String::new();
    let mut sum = ((area.left + area.top) / apart).ceil() * apart;
    while sum < area.right + area.bottom {
        let from = area.left.max(sum - area.bottom);
        let to = area.right.min(sum - area.top);
        let _ = write!(path, "M{} {}L{} {}", Px(from), Px(sum - from), Px(to), Px(sum - to));
        sum += apart;
    }
    path
}
