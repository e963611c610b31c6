//! What a planning problem is made of, and what its answer looks like.

mod answer;
mod event;
mod problem;
mod settings;
mod task;

pub use answer::{Action, Answer, Change, Note, Objective, Plan, ReasonCode, Refusal};
pub use event::{Event, EventId, Kind};
pub use problem::{InvalidProblem, Mode, Problem};
pub use settings::Settings;
pub use task::{Priority, Task, TaskId, TaskKind};

/// A closed set of names: the enum, its text form and the way back from it.
macro_rules! names {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in files, in the database and over HTTP.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value called `name`, or `None`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use names;
