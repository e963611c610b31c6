//! Which hours of the clock are shown, and which of them small.

use super::clock::{Clock, Oddity, SECONDS_PER_CLOCK, Stretch};
use super::picture::{Block, Picture};
use crate::model::Kind;

/// Something longer than this can be read in small hours too.
const LONG_MINUTES: i64 = 6 * 60;

/// The hours of the clock that a picture shows, from one to another, the same ones on every day.
///
/// Hours in which people are asleep are shown small where something long lies in them, and left out at either end of
/// the day where nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    first: u8,
    end: u8,
    is_small: [bool; 24],
}

impl Hours {
    /// From the hour `first` to the hour `end`, none of them small; at least one, all of the 24 at most.
    pub fn new(first: u8, end: u8) -> Self {
        let first = first.min(23);
        Self { first, end: end.clamp(first + 1, 24), is_small: [false; 24] }
    }

    /// The first hour shown, 0..=23.
    pub const fn first(&self) -> u8 {
        self.first
    }

    /// The hour that the picture ends with, 1..=24.
    pub const fn end(&self) -> u8 {
        self.end
    }

    /// Whether `hour` is drawn small.
    pub fn is_small(&self, hour: u8) -> bool {
        self.is_small.get(usize::from(hour)).copied().unwrap_or(false)
    }

    /// The waking hours, widened to what the blocks of `picture` need.
    pub(super) fn needed_by(picture: &Picture) -> Self {
        let mut need = Need::default();
        let (start, end) = picture.waking_minutes;
        need.full(Stretch::new(i32::from(start) * 60, i32::from(end) * 60));
        for day in picture.days() {
            let Some(clock) = Clock::of(&picture.zone, day) else { continue };
            for oddity in &clock.oddities {
                let (Oddity::Missing(stretch) | Oddity::Twice(stretch)) = oddity;
                need.full(*stretch);
            }
            for block in &picture.blocks {
                if let Some(stretch) = clock.stretch(block.interval) {
                    if needs_room(block) { need.full(stretch) } else { need.some(stretch) }
                }
            }
            if let Some(due) = &picture.due
                && clock.day.start() < due.at
                && due.at <= clock.day.end()
            {
                need.some(Stretch::new(clock.ending_at(due.at) - 60, clock.ending_at(due.at)));
            }
        }
        need.hours()
    }
}

/// The whole day.
impl Default for Hours {
    fn default() -> Self {
        Self::new(0, 24)
    }
}

/// Sleep and what is long are seen in small hours too.
fn needs_room(block: &Block) -> bool {
    !matches!(block.kind, Some(Kind::Sleep)) && block.interval.minutes() <= LONG_MINUTES
}

#[derive(Default)]
struct Need {
    /// Hours to be drawn in full.
    full: [bool; 24],
    /// Hours to be drawn, if only small.
    some: [bool; 24],
}

impl Need {
    fn full(&mut self, stretch: Stretch) {
        fill(&mut self.full, stretch);
        self.some(stretch);
    }

    fn some(&mut self, stretch: Stretch) {
        fill(&mut self.some, stretch);
    }

    fn hours(&self) -> Hours {
        let first = self.some.iter().position(|needed| *needed).unwrap_or(0);
        let end = self.some.iter().rposition(|needed| *needed).map_or(24, |last| last + 1);
        Hours {
            is_small: self.full.map(|is_full| !is_full),
            ..Hours::new(u8::try_from(first).unwrap_or(0), u8::try_from(end).unwrap_or(24))
        }
    }
}

fn fill(hours: &mut [bool; 24], stretch: Stretch) {
    let stretch = Stretch::new(stretch.from, stretch.to.min(SECONDS_PER_CLOCK));
    for (hour, needed) in (0..).zip(hours) {
        *needed |= stretch.overlaps(Stretch::new(hour * 3600, (hour + 1) * 3600));
    }
}
