//! Draws a picture as SVG.

mod arrow;
mod badge;
mod block;
mod canvas;
mod frame;
mod grid;
mod hatch;
mod ink;
mod legend;
mod lines;
mod measure;
mod style;
#[cfg(test)]
pub(super) mod tests;
mod xml;

use canvas::Canvas;
use frame::{Frame, MARGIN, Placed};
pub use ink::Theme;
use legend::Legend;
use xml::{Px, Xml};

use super::picture::{Mark, Picture};
use super::words;

/// The fonts of the reader's system.
const FONTS: &str =
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif";

/// The picture as a document in SVG 1.1.
///
/// It stands alone: no fonts, no scripts, no links. Light and dark pictures have no style sheet either, so that they
/// look the same in every viewer; with [`Theme::Auto`] the colours of the dark one come by a style sheet, where the
/// viewer knows such. Every block says what it is where the pointer rests on it, and the whole says what it shows to
/// those who do not see it. The blocks of a change, and the sentence about it, have its number as `data-change`.
pub fn svg(picture: &Picture, theme: Theme) -> String {
    let frame = Frame::of(picture);
    let legend = Legend::of(picture, &frame);
    let size = (frame.width, frame.below + legend.height() + MARGIN - 8.0);
    let mut canvas = Canvas::new(theme);
    legend::paper(&mut canvas, size);
    grid::headlines(&mut canvas, picture, &frame);
    days(&mut canvas, picture, &frame);
    legend.draw(&mut canvas, &frame);
    canvas.style_sheet();
    document(picture, size, &canvas.xml.finish())
}

/// The days and all that is in them, what matters most on top.
fn days(canvas: &mut Canvas, picture: &Picture, frame: &Frame) {
    let placed = frame.place(picture);
    grid::draw(canvas, picture, frame, &placed);
    lines::now(canvas, picture, frame);
    let (changed, rest): (Vec<Placed<'_>>, Vec<Placed<'_>>) =
        placed.iter().partition(|placed| matches!(placed.part.block.mark, Some(Mark::Change(_))));
    for part in &rest {
        block::draw(canvas, picture, part);
    }
    arrow::draw(canvas, frame, &changed);
    for part in &changed {
        block::draw(canvas, picture, part);
    }
    lines::due(canvas, picture, frame);
    for part in &placed {
        badge::draw(canvas, part);
    }
}

/// What is drawn, with what it says to those who do not see it.
fn document(picture: &Picture, (width, height): (f64, f64), drawn: &str) -> String {
    // Several pictures may stand in one page, and their names must not get in each other's way.
    let id = fingerprint(drawn);
    let (title, summary) = (format!("week-{id:016x}-title"), format!("week-{id:016x}-summary"));
    let mut xml = Xml::new();
    xml.open(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("width", &Px(width)),
            ("height", &Px(height)),
            ("viewBox", &format_args!("0 0 {} {}", Px(width), Px(height))),
            ("font-family", &FONTS),
            ("role", &"img"),
            ("aria-labelledby", &format_args!("{title} {summary}")),
        ],
    );
    xml.text("title", &[("id", &title)], &words::short_title(&picture.headline));
    xml.text("desc", &[("id", &summary)], &words::summary(picture));
    format!("{}\n{drawn}\n</svg>\n", xml.finish())
}

/// FNV-1a: the same text has the same number, on every machine.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
