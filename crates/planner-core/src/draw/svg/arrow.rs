//! Arrows from where something was to where it goes.

use std::fmt::Display;

use super::badge;
use super::canvas::{Canvas, Paint, Rect};
use super::frame::{Frame, Placed};
use super::ink::Ink;
use super::xml::Px;

/// An arrow from every ghost to each of its new places in the same row; other rows have the number alone.
pub(super) fn draw(canvas: &mut Canvas, frame: &Frame, changed: &[Placed<'_>]) {
    let begins = |place: &&Placed<'_>| !place.part.goes_on_before;
    for ghost in changed.iter().filter(|place| place.part.block.look.is_gone()).filter(begins) {
        let goes = |place: &&Placed<'_>| {
            place.part.block.look.is_proposed()
                && place.part.block.mark == ghost.part.block.mark
                && place.at.0 == ghost.at.0
        };
        for new in changed.iter().filter(goes).filter(begins) {
            arrow(canvas, ghost, new, frame.rows[ghost.at.0].plot);
        }
    }
}

/// Where an arrow starts, and to where it heads from there before it turns.
type Departure = ((f64, f64), (f64, f64));

fn arrow(canvas: &mut Canvas, ghost: &Placed<'_>, new: &Placed<'_>, plot: Rect) {
    // It stands beside its old place, where the number says enough.
    let is_beside =
        ghost.at == new.at && ghost.area.top < new.area.bottom && new.area.top < ghost.area.bottom;
    if is_beside {
        return;
    }
    let to_y = badge::center(new).1;
    let (to_x, side) = if new.at.1 > ghost.at.1 { (new.area.left, -1.0) } else { (new.area.right, 1.0) };
    let ((from_x, from_y), (out_x, out_y)) = departure(ghost, new, plot);
    let neck = to_x + side * 5.0;
    let bend = ((from_x - to_x).abs() * 0.45).clamp(16.0, 120.0);
    let path = format!(
        "M{} {}C{} {} {} {} {} {}",
        Px(from_x),
        Px(from_y),
        Px(out_x),
        Px(out_y),
        Px(neck + side * bend),
        Px(to_y),
        Px(neck),
        Px(to_y)
    );
    let head = format!("M{} {}l{} -4v8z", Px(to_x), Px(to_y), Px(side * 7.0));
    let line: [(&str, &dyn Display); 2] = [("d", &path), ("pointer-events", &"none")];
    let halo = [line[0], line[1], ("stroke-width", &4), ("stroke-opacity", &0.85)];
    canvas.shape("path", Paint::stroke(Ink::Paper), &halo);
    canvas.shape("path", Paint::stroke(Ink::Moved), &[line[0], line[1], ("stroke-width", &1.6)]);
    canvas.shape("path", Paint::fill(Ink::Moved), &[("d", &head), ("pointer-events", &"none")]);
}

/// To the right it is free, since ghosts stand there; to the left the arrow leaves above or below.
fn departure(ghost: &Placed<'_>, new: &Placed<'_>, plot: Rect) -> Departure {
    const OUT: f64 = 30.0;
    let area = ghost.area;
    let middle = f64::midpoint(area.left, area.right);
    let is_below = new.area.top >= area.bottom;
    if new.at.1 > ghost.at.1 {
        let y = badge::center(ghost).1;
        let bend = ((new.area.left - area.right) * 0.45).clamp(16.0, 120.0);
        ((area.right, y), (area.right + bend, y))
    } else if is_below || area.top - OUT < plot.top {
        ((middle, area.bottom), (middle, area.bottom + OUT))
    } else {
        ((middle, area.top), (middle, area.top - OUT))
    }
}
