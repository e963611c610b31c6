use std::convert::Infallible;

use crate::identity::User;
use crate::ports::{Access, AuditEntry, HistoryPage, ProposalPage, ProposalRecord};
use crate::{App, Failure};

impl App {
    /// A page of the user's proposals as they stand now, and whether more follow.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn list_proposals(
        &self,
        user: &User,
        mut page: ProposalPage,
    ) -> Result<(Vec<ProposalRecord>, bool), Failure<Infallible>> {
        let limit = usize::from(page.page.limit);
        page.page.limit += 1;
        let now = self.now();
        let mut unit = self.begin(user, Access::Read).await?;
        let mut proposals = unit.proposals(&page, now).await?;
        unit.commit().await?;
        let more = proposals.len() > limit;
        proposals.truncate(limit);
        let proposals = proposals.into_iter().map(|record| record.standing_at(now)).collect();
        Ok((proposals, more))
    }

    /// A page of what happened to the user's proposals, and whether more follows.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn history(
        &self,
        user: &User,
        mut page: HistoryPage,
    ) -> Result<(Vec<AuditEntry>, bool), Failure<Infallible>> {
        let limit = usize::from(page.page.limit);
        page.page.limit += 1;
        let mut unit = self.begin(user, Access::Read).await?;
        let mut entries = unit.history(&page).await?;
        unit.commit().await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        Ok((entries, more))
    }
}
