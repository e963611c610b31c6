//! How far series are counted.

use crate::limits::{MOST_STEPS, MOST_STEPS_OF_A_SERIES};

/// Steps that may still be taken to count series. Time is not asked, so that the same file is always read the same.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    all: u64,
    series: u64,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { all: MOST_STEPS, series: 0 }
    }

    /// Begins with another series.
    pub(crate) fn next_series(&mut self) {
        self.series = MOST_STEPS_OF_A_SERIES.min(self.all);
    }

    /// Takes steps; false where fewer were left.
    pub(crate) fn spend(&mut self, steps: u64) -> bool {
        let had_enough = self.series >= steps;
        self.series = self.series.saturating_sub(steps);
        self.all = self.all.saturating_sub(steps);
        had_enough
    }
}
