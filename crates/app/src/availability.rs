//! When the user is free.

use planner_core::availability;
use planner_core::time::{Interval, Zone};

use crate::identity::User;
use crate::ports::Access;
use crate::{App, Failure, week};

/// No reason but the common ones keeps users from seeing when they are free.
pub type AvailabilityFailure = Failure<std::convert::Infallible>;

/// Free time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The stretches, earliest first.
    pub gaps: Vec<Interval>,
    /// Whose waking hours they lie in.
    pub zone: Zone,
}

impl App {
    /// The stretches of at least `min_minutes` inside `span` that the calendar leaves free; with `respect_rest` those
    /// in which study may be placed.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn availability(
        &self,
        user: &User,
        span: Interval,
        min_minutes: u32,
        respect_rest: bool,
    ) -> Result<Availability, AvailabilityFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let settings = unit.settings().await?.planning;
        let (events, busy) = week::load_around(unit.as_mut(), span, self.now()).await?;
        unit.commit().await?;
        let gaps = availability::gaps(span, &settings, &events, &busy, min_minutes, respect_rest);
        Ok(Availability { gaps, zone: settings.zone })
    }
}
