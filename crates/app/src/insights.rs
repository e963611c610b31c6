//! What operators want to know of all users together.

use planner_core::lifecycle::Status;
use planner_core::time::Moment;

use crate::App;
use crate::ports::{StoreError, Stretch, Tally};

impl App {
    /// Counts what happened between two moments, the second not included.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn insights(&self, from: Moment, to: Moment) -> Result<Tally, StoreError> {
        self.store.tally(Stretch { from, to }, self.now()).await
    }
}

impl Tally {
    /// Proposals made.
    pub fn made(&self) -> u64 {
        self.proposals.values().sum()
    }

    /// Those of them that were accepted, undone or not.
    pub fn accepted(&self) -> u64 {
        self.standing(Status::Applied) + self.standing(Status::Undone)
    }

    /// The share of accepted ones among those that are no longer open; `None` where all are.
    pub fn acceptance_rate(&self) -> Option<f64> {
        share(self.accepted(), self.made() - self.standing(Status::Proposed))
    }

    /// The share of undone ones among those that were accepted; `None` where none was.
    pub fn undo_rate(&self) -> Option<f64> {
        share(self.standing(Status::Undone), self.accepted())
    }

    /// The share of those that no plan is better than; `None` where none was made.
    pub fn proven_share(&self) -> Option<f64> {
        share(self.proven_optimal, self.made())
    }

    /// Churn of a day in the mean; `None` where nothing was accepted.
    pub fn mean_churn(&self) -> Option<f64> {
        share(self.churn.total, self.churn.days)
    }

    /// How many proposals stand so.
    pub fn standing(&self, status: Status) -> u64 {
        self.proposals.get(&status).copied().unwrap_or(0)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of proposals and days, far below 2 to the 53")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::DailyChurn;

    #[test]
    fn a_share_of_nothing_is_unknown() {
        let none = Tally::default();
        assert_eq!(none.acceptance_rate(), None);
        assert_eq!(none.undo_rate(), None);
        assert_eq!(none.proven_share(), None);
        assert_eq!(none.mean_churn(), None);
    }

    #[test]
    fn what_is_open_is_neither_accepted_nor_not() {
        let proposals = [(Status::Proposed, 7), (Status::Rejected, 1), (Status::Expired, 2)];
        let tally = Tally { proposals: proposals.into(), ..Tally::default() };
        assert_eq!((tally.made(), tally.acceptance_rate(), tally.undo_rate()), (10, Some(0.0), None));
        let accepted =
            [(Status::Applied, 2), (Status::Undone, 1), (Status::Rejected, 1), (Status::Proposed, 5)];
        let tally = Tally { proposals: accepted.into(), ..Tally::default() };
        assert_eq!((tally.acceptance_rate(), tally.undo_rate()), (Some(0.75), Some(1.0 / 3.0)));
    }

    #[test]
    fn shares_are_of_all_that_was_made() {
        let churn = DailyChurn { days: 4, total: 10, ..DailyChurn::default() };
        let tally =
            Tally { proposals: [(Status::Applied, 4)].into(), proven_optimal: 3, churn, ..Tally::default() };
        assert_eq!((tally.proven_share(), tally.mean_churn()), (Some(0.75), Some(2.5)));
    }
}
