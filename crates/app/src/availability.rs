//! When the user is free.

use planner_core::availability;
use planner_core::time::{Interval, Moment, Zone};

use crate::identity::User;
use crate::ports::{Access, UnknownCalendar};
use crate::{App, Failure, google, week};

/// No reason but the common ones keeps users from seeing when they are free.
pub type AvailabilityFailure = Failure<std::convert::Infallible>;

/// Free time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The stretches, earliest first.
    pub gaps: Vec<Interval>,
    /// Whose waking hours they lie in.
    pub zone: Zone,
    /// Other calendars of which it is not known for all of the stretch when they are busy. They are not free for that.
    pub unknown: Vec<UnknownCalendar>,
    /// How old the oldest is of what is known of other calendars: when it was read. `None` where there are none.
    pub as_of: Option<Moment>,
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
        let around = week::load_around(unit.as_mut(), span, self.now()).await?;
        let freshness = google::freshness(unit.as_mut()).await?;
        unit.commit().await?;
        let (events, busy) = (&around.events, &around.busy);
        let gaps = availability::gaps(span, &settings, events, busy, min_minutes, respect_rest);
        let unknown = around.unknown.into_iter().chain(freshness.unread).collect();
        Ok(Availability { gaps, zone: settings.zone, unknown, as_of: freshness.as_of })
    }
}
