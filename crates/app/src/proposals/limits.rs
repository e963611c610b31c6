use planner_core::lifecycle::{self, Limits};

use crate::identity::User;
use crate::ports::Access;
use crate::{App, Failure};

/// No reason but the common ones keeps a user from seeing their limits.
pub type LimitsFailure = Failure<std::convert::Infallible>;

impl App {
    /// How much may still change on the user's local day.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn limits(&self, user: &User) -> Result<Limits, LimitsFailure> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Read).await?;
        let settings = unit.settings().await?;
        let used = unit.churn_on(settings.planning.zone.day_of(now)).await?;
        unit.commit().await?;
        Ok(lifecycle::limits(&settings.planning, used, now))
    }
}
