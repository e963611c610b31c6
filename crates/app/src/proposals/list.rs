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
        page: ProposalPage,
    ) -> Result<(Vec<ProposalRecord>, bool), Failure<Infallible>> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Read).await?;
        let proposals = unit.proposals(&ProposalPage { page: page.page.and_one_more(), ..page }, now).await?;
        unit.commit().await?;
        let (proposals, more) = page.page.cut(proposals);
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
        page: HistoryPage,
    ) -> Result<(Vec<AuditEntry>, bool), Failure<Infallible>> {
        let mut unit = self.begin(user, Access::Read).await?;
        let entries = unit.history(&HistoryPage { page: page.page.and_one_more(), ..page }).await?;
        unit.commit().await?;
        Ok(page.page.cut(entries))
    }
}
