use crate::model::Settings;
use crate::time::{Instant, LocalDay, Moment};

/// How much may still change today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The user's local day.
    pub local_day: LocalDay,
    /// Changes allowed on it.
    pub cap: u32,
    /// What a single request may raise the cap to.
    pub cap_max: u32,
    /// Changes applied on it, undone or not.
    pub used: u32,
    /// Changes left.
    pub remaining: u32,
    /// When the next local day begins.
    pub resets_at: Instant,
}

/// The limits of the local day that `now` falls on.
pub fn limits(settings: &Settings, used_churn_today: u32, now: Moment) -> Limits {
    let cap = settings.effective_cap(None);
    Limits {
        local_day: settings.zone.day_of(now),
        cap,
        cap_max: cap.max(u32::from(settings.churn_cap_max)),
        used: used_churn_today,
        remaining: cap.saturating_sub(used_churn_today),
        resets_at: settings.zone.next_midnight(now),
    }
}
