//! Draws shapes and text in a theme.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::ink::{Ink, Theme};
use super::measure::Font;
use super::xml::{Attributes, Px, Xml};

/// The colours of a shape.
#[derive(Clone, Copy, Default)]
pub(super) struct Paint {
    fill: Option<Ink>,
    stroke: Option<Ink>,
}

impl Paint {
    pub(super) const fn fill(ink: Ink) -> Self {
        Self { fill: Some(ink), stroke: None }
    }

    pub(super) const fn stroke(ink: Ink) -> Self {
        Self { fill: None, stroke: Some(ink) }
    }

    pub(super) const fn both(fill: Ink, stroke: Ink) -> Self {
        Self { fill: Some(fill), stroke: Some(stroke) }
    }
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// A picture in the making.
pub(super) struct Canvas {
    pub(super) xml: Xml,
    theme: Theme,
    /// Colours to be restated for dark systems.
    used: BTreeSet<(Role, Ink)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Fill,
    Stroke,
}

impl Canvas {
    pub(super) const fn new(theme: Theme) -> Self {
        Self { xml: Xml::new(), theme, used: BTreeSet::new() }
    }

    /// An element with colours. They are attributes, which every viewer knows, and classes only where a style sheet
    /// has to be able to change them.
    pub(super) fn shape(&mut self, name: &str, paint: Paint, attributes: Attributes<'_>) {
        let (fill, stroke, class) = (self.colour(paint.fill), self.colour(paint.stroke), self.classes(paint));
        let mut all: Vec<(&str, &dyn std::fmt::Display)> = attributes.to_vec();
        if name != "line" {
            all.push(("fill", &fill));
        }
        if paint.stroke.is_some() {
            all.push(("stroke", &stroke));
        }
        if let Some(class) = &class {
            all.push(("class", class));
        }
        self.xml.empty(name, &all);
    }

    pub(super) fn rect(&mut self, at: Rect, radius: f64, paint: Paint) {
        let (x, y, width, height) = (Px(at.left), Px(at.top), Px(at.width()), Px(at.height()));
        let all: Attributes<'_> =
            &[("x", &x), ("y", &y), ("width", &width), ("height", &height), ("rx", &Px(radius))];
        let is_round = radius > 0.0;
        self.shape("rect", paint, if is_round { all } else { &all[..4] });
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, ink: Ink) {
        self.shape(
            "line",
            Paint::stroke(ink),
            &[
                ("x1", &Px(from.0)),
                ("y1", &Px(from.1)),
                ("x2", &Px(to.0)),
                ("y2", &Px(to.1)),
                ("stroke-width", &Px(width)),
            ],
        );
    }

    /// A line of text whose letters stand on `y`.
    pub(super) fn text(&mut self, text: &str, x: f64, y: f64, font: Font, anchor: Anchor, ink: Ink) {
        let (fill, class) = (self.colour(Some(ink)), self.classes(Paint::fill(ink)));
        let (x, y, size) = (Px(x), Px(y), Px(font.size));
        let mut attributes: Vec<(&str, &dyn std::fmt::Display)> =
            vec![("x", &x), ("y", &y), ("font-size", &size)];
        if font.is_bold {
            attributes.push(("font-weight", &600));
        }
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => attributes.push(("text-anchor", &"middle")),
            Anchor::End => attributes.push(("text-anchor", &"end")),
        }
        attributes.push(("fill", &fill));
        if let Some(class) = &class {
            attributes.push(("class", class));
        }
        self.xml.text("text", &attributes, text);
    }

    /// The style sheet that turns the light colours used so far into dark ones where the system prefers that.
    pub(super) fn style_sheet(&mut self) {
        if self.theme != Theme::Auto {
            return;
        }
        let mut rules = String::from("@media (prefers-color-scheme: dark) {");
        for (role, ink) in &self.used {
            let property = if *role == Role::Fill { "fill" } else { "stroke" };
            let _ = write!(rules, " .{} {{ {property}: {} }}", class(*role, *ink), ink.dark());
        }
        // A greater-than sign or an ampersand would be escaped, but no rule has one.
        self.xml.text("style", &[], &(rules + " }"));
    }

    fn colour(&self, ink: Option<Ink>) -> &'static str {
        match (ink, self.theme) {
            (None, _) => "none",
            (Some(ink), Theme::Dark) => ink.dark(),
            (Some(ink), Theme::Auto | Theme::Light) => ink.light(),
        }
    }

    fn classes(&mut self, paint: Paint) -> Option<String> {
        if self.theme != Theme::Auto {
            return None;
        }
        let fill = paint.fill.map(|ink| (Role::Fill, ink));
        let stroke = paint.stroke.map(|ink| (Role::Stroke, ink));
        let used: Vec<(Role, Ink)> = fill.into_iter().chain(stroke).collect();
        self.used.extend(&used);
        let names: Vec<String> = used.into_iter().map(|(role, ink)| class(role, ink)).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

/// The name of a rule; it bears a prefix, since the picture may stand in a page that has rules of its own.
fn class(role: Role, ink: Ink) -> String {
    let role = if role == Role::Fill { "f" } else { "s" };
    format!("week-{role}-{}", ink.class())
}
