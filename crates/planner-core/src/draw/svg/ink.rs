//! The colours, by what they are for.
//!
//! Text reads well on what it stands on, in both palettes (a test holds it to WCAG's level AA). Blue and orange are
//! told apart in every common kind of colour blindness, and nothing is said by colour alone.

/// How bright the picture is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system prefers, where the viewer can tell; else light.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

macro_rules! inks {
    ($($(#[$meta:meta])* $name:ident = $class:literal $light:literal $dark:literal,)+) => {
        /// What a colour is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Ink { $($(#[$meta])* $name,)+ }

        impl Ink {
            /// The name in style sheets.
            pub(super) const fn class(self) -> &'static str {
                match self { $(Self::$name => $class,)+ }
            }

            pub(super) const fn light(self) -> &'static str {
                match self { $(Self::$name => $light,)+ }
            }

            pub(super) const fn dark(self) -> &'static str {
                match self { $(Self::$name => $dark,)+ }
            }
        }
    };
}

inks! {
    Paper = "paper" "#ffffff" "#181b21",
    /// Time in which nothing is placed.
    Shade = "shade" "#f4f5f7" "#111419",
    Line = "line" "#e4e7eb" "#2c313a",
    StrongLine = "edge" "#c9ced6" "#424955",
    Text = "text" "#1c2430" "#e7eaef",
    Muted = "muted" "#566070" "#a3acb9",
    Fixed = "fixed" "#e2e6eb" "#2d343e",
    FixedBar = "fixedbar" "#7c8694" "#7d8896",
    FixedText = "fixedtext" "#2b3440" "#dbe0e7",
    BusyHatch = "hatch" "#ccd2da" "#414a57",
    Flexible = "flexible" "#eef5fc" "#17263a",
    FlexibleEdge = "flexibleedge" "#7fb0dd" "#4b80b4",
    FlexibleText = "flexibletext" "#153f66" "#b9d8f5",
    Claimed = "claimed" "#d5e7f8" "#1b3a5c",
    New = "new" "#0b5cad" "#79b8f3",
    NewText = "newtext" "#ffffff" "#07203a",
    Moved = "moved" "#ad4c06" "#f2a65f",
    MovedText = "movedtext" "#ffffff" "#2f1500",
    Stranded = "stranded" "#fff6da" "#332a10",
    StrandedEdge = "strandededge" "#946200" "#d9a941",
    StrandedText = "strandedtext" "#5a3d00" "#f3d996",
    Due = "due" "#9d174d" "#f58ab8",
    DueText = "duetext" "#ffffff" "#3a0620",
    Now = "now" "#d1242f" "#ff7b72",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn assert_contrast(least: f64, pairs: &[(Ink, Ink)]) {
        for (ink, ground) in pairs {
            let light = contrast(ink.light(), ground.light());
            let dark = contrast(ink.dark(), ground.dark());
            assert!(light >= least && dark >= least, "{ink:?} on {ground:?}: {light:.2}, {dark:.2}");
        }
    }

    #[test]
    fn text_reads_well_on_what_it_stands_on() {
        assert_contrast(
            4.5,
            &[
                (Ink::Text, Ink::Paper),
                (Ink::Text, Ink::Shade),
                (Ink::Muted, Ink::Paper),
                (Ink::Muted, Ink::Shade),
                (Ink::FixedText, Ink::Fixed),
                (Ink::FixedText, Ink::BusyHatch),
                (Ink::FlexibleText, Ink::Flexible),
                (Ink::FlexibleText, Ink::Claimed),
                (Ink::NewText, Ink::New),
                (Ink::MovedText, Ink::Moved),
                (Ink::StrandedText, Ink::Stranded),
                (Ink::DueText, Ink::Due),
                (Ink::Moved, Ink::Paper),
                (Ink::New, Ink::Paper),
                (Ink::Paper, Ink::Now),
                (Ink::StrandedEdge, Ink::Paper),
            ],
        );
    }

    #[test]
    fn edges_stand_out_from_the_paper() {
        assert_contrast(
            3.0,
            &[
                (Ink::Now, Ink::Paper),
                (Ink::Due, Ink::Paper),
                (Ink::FixedBar, Ink::Paper),
                (Ink::Moved, Ink::Shade),
            ],
        );
    }
}
