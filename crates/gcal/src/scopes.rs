//! What consent each feature needs, so that people are asked for no more.
//!
//! Google checks the scopes of every call one by one: whoever may change events may not for that see the list of
//! calendars, nor ask when others are busy.

/// Reads and changes the events of every calendar that the account may change.
pub const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";

/// Makes calendars, and reads and changes the events of those alone.
pub const APP_CREATED: &str = "https://www.googleapis.com/auth/calendar.app.created";

/// Reads the account's list of calendars.
pub const CALENDAR_LIST: &str = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";

/// Reads when calendars are busy.
pub const FREE_BUSY: &str = "https://www.googleapis.com/auth/calendar.freebusy";

/// Everything that the account may do with its calendars. Never asked for; good for all the others where it was given.
pub const EVERYTHING: &str = "https://www.googleapis.com/auth/calendar";

/// Something that is done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Reading and writing the events of the account's calendars.
    Events,
    /// Writing to a calendar that was made for it, and reading that one.
    OwnCalendar,
    /// Choosing among the account's calendars.
    CalendarList,
    /// Reading when calendars are busy.
    FreeBusy,
}

impl Feature {
    /// The least that it needs.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Events => EVENTS,
            Self::OwnCalendar => APP_CREATED,
            Self::CalendarList => CALENDAR_LIST,
            Self::FreeBusy => FREE_BUSY,
        }
    }

    /// Whether what was granted is enough for it.
    pub fn is_allowed<'a>(self, granted: impl IntoIterator<Item = &'a str>) -> bool {
        granted.into_iter().any(|scope| scope == EVERYTHING || scope == self.scope())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leave_to_change_events_is_none_to_see_the_list_of_calendars() {
        assert!(Feature::Events.is_allowed([EVENTS]));
        assert!(!Feature::CalendarList.is_allowed([EVENTS, APP_CREATED]));
        assert!(!Feature::FreeBusy.is_allowed([EVENTS, CALENDAR_LIST]));
        assert!(Feature::FreeBusy.is_allowed([EVERYTHING]));
    }
}
