//! What blocks look like, without their text.

use std::fmt::{Display, Write};

use super::canvas::{Canvas, Paint, Rect};
use super::hatch;
use super::ink::Ink;
use super::xml::Px;
use crate::draw::lanes::Part;
use crate::draw::picture::{Block, Look};

/// How a look is drawn.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) fill: Ink,
    pub(super) text: Ink,
    /// The line around it: its colour, its width, its dashes.
    edge: Option<(Ink, f64, &'static str)>,
    /// The bar at its left.
    bar: Option<Ink>,
    hatch: Option<Ink>,
    is_struck_out: bool,
}

impl Style {
    pub(super) const fn of(look: Look) -> Self {
        match look {
            Look::Fixed => Self { bar: Some(Ink::FixedBar), ..Self::plain(Ink::Fixed, Ink::FixedText) },
            Look::Busy => Self { hatch: Some(Ink::BusyHatch), ..Self::plain(Ink::Fixed, Ink::FixedText) },
            Look::Flexible => Self {
                edge: Some((Ink::FlexibleEdge, 1.0, "")),
                ..Self::plain(Ink::Flexible, Ink::FlexibleText)
            },
            Look::Claimed => {
                Self { edge: Some((Ink::New, 1.5, "")), ..Self::plain(Ink::Claimed, Ink::FlexibleText) }
            }
            Look::Stranded => Self {
                edge: Some((Ink::StrandedEdge, 1.2, "1.5 2.5")),
                ..Self::plain(Ink::Stranded, Ink::StrandedText)
            },
            Look::New => Self::plain(Ink::New, Ink::NewText),
            Look::Moved | Look::Piece => Self::plain(Ink::Moved, Ink::MovedText),
            Look::Ghost => {
                Self { edge: Some((Ink::Moved, 1.2, "4 3")), ..Self::plain(Ink::Paper, Ink::Muted) }
            }
            Look::GivenUp => Self {
                edge: Some((Ink::Moved, 1.2, "4 3")),
                is_struck_out: true,
                ..Self::plain(Ink::Paper, Ink::Muted)
            },
        }
    }

    /// What takes no time away is hollow.
    pub(super) const fn for_block(block: &Block) -> Self {
        let style = Self::of(block.look);
        match (block.transparent, block.look) {
            (true, Look::Fixed) => {
                Self { fill: Ink::Paper, edge: Some((Ink::FixedBar, 1.0, "")), bar: None, ..style }
            }
            (true, Look::Flexible) => Self { fill: Ink::Paper, ..style },
            _ => style,
        }
    }

    const fn plain(fill: Ink, text: Ink) -> Self {
        Self { fill, text, edge: None, bar: None, hatch: None, is_struck_out: false }
    }

    /// The colour that marks of this look have on paper.
    pub(super) const fn accent(look: Look) -> Ink {
        match look {
            Look::Moved | Look::Piece | Look::Ghost | Look::GivenUp => Ink::Moved,
            Look::Stranded => Ink::StrandedEdge,
            _ => Ink::New,
        }
    }
}

/// Which ends of a block are its own, and not the midnight it goes on over.
#[derive(Clone, Copy)]
pub(super) struct Corners {
    top: bool,
    bottom: bool,
}

impl Corners {
    pub(super) const ALL: Self = Self { top: true, bottom: true };

    pub(super) const fn of_part(part: &Part<'_>) -> Self {
        Self { top: !part.goes_on_before, bottom: !part.goes_on_after }
    }
}

/// The block without its text.
pub(super) fn body(canvas: &mut Canvas, area: Rect, style: Style, corners: Corners) {
    let inset = style.edge.map_or(0.0, |(_, width, _)| width / 2.0);
    let inner = Rect {
        left: area.left + inset,
        top: area.top + inset,
        right: (area.right - inset).max(area.left + inset),
        bottom: (area.bottom - inset).max(area.top + inset),
    };
    let path = outline(inner, corners);
    match style.edge {
        Some((ink, width, dashes)) => {
            let paint = Paint::both(style.fill, ink);
            let width = Px(width);
            if dashes.is_empty() {
                canvas.shape("path", paint, &[("d", &path), ("stroke-width", &width)]);
            } else {
                let dashed = [("d", &path as &dyn Display), ("stroke-width", &width)];
                canvas.shape("path", paint, &[dashed[0], dashed[1], ("stroke-dasharray", &dashes)]);
            }
        }
        None => canvas.shape("path", Paint::fill(style.fill), &[("d", &path)]),
    }
    if let Some(ink) = style.hatch {
        hatch::draw(canvas, inner, 6.0, ink);
    }
    if let Some(ink) = style.bar {
        let bar = Rect { right: inner.right.min(inner.left + 3.0), ..inner };
        canvas.shape("path", Paint::fill(ink), &[("d", &outline(bar, corners))]);
    }
    if style.is_struck_out {
        canvas.line((inner.left, inner.bottom), (inner.right, inner.top), 1.0, Ink::Moved);
    }
}

/// A rectangle whose own corners are round.
fn outline(at: Rect, corners: Corners) -> String {
    let round = (at.width() / 2.0).min(at.height() / 2.0).clamp(0.0, 4.0);
    let top = if corners.top { round } else { 0.0 };
    let bottom = if corners.bottom { round } else { 0.0 };
    let mut path = format!("M{} {}", Px(at.left), Px(at.top + top));
    let mut corner = |radius: f64, across: f64, down: f64, to: (f64, f64)| {
        if radius > 0.0 {
            let _ =
                write!(path, "a{r} {r} 0 0 1 {} {}", Px(across * radius), Px(down * radius), r = Px(radius));
        }
        let _ = write!(path, "L{} {}", Px(to.0), Px(to.1));
    };
    corner(top, 1.0, -1.0, (at.right - top, at.top));
    corner(top, 1.0, 1.0, (at.right, at.bottom - bottom));
    corner(bottom, -1.0, 1.0, (at.left + bottom, at.bottom));
    if bottom > 0.0 {
        let _ = write!(path, "a{r} {r} 0 0 1 -{r} -{r}", r = Px(bottom));
    }
    path.push('z');
    path
}
