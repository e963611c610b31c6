//! Which operation a method and a path ask for.

use http::Method;
use percent_encoding::percent_decode_str;

/// What is asked for. Ids are as people write them, no longer encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) verb: Verb,
    /// Empty where the operation is about none.
    pub(crate) calendar: String,
    /// Empty where the operation is about none. Of `settings.get` the name of the setting.
    pub(crate) event: String,
}

/// The operations that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    ListEvents,
    GetEvent,
    InsertEvent,
    ImportEvent,
    PatchEvent,
    UpdateEvent,
    DeleteEvent,
    MoveEvent,
    ListInstances,
    WatchEvents,
    ListCalendars,
    GetEntry,
    InsertEntry,
    PatchEntry,
    UpdateEntry,
    DeleteEntry,
    WatchCalendars,
    GetCalendar,
    InsertCalendar,
    PatchCalendar,
    UpdateCalendar,
    DeleteCalendar,
    ClearCalendar,
    QueryBusy,
    StopChannel,
    GetColors,
    GetSetting,
    ListSettings,
}

/// What the paths of the Calendar API begin with.
const BASE: &str = "/calendar/v3/";

impl Operation {
    /// Reads a path, which begins with `/calendar/v3/`.
    pub(crate) fn parse(method: &Method, path: &str) -> Option<Self> {
        let segments = path.strip_prefix(BASE)?.split('/');
        let segments: Vec<String> = segments
            .map(|segment| percent_decode_str(segment).decode_utf8().ok().map(Into::into))
            .collect::<Option<_>>()?;
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (verb, calendar, event) = match (method.as_str(), words.as_slice()) {
            ("GET", ["calendars", calendar, "events"]) => (Verb::ListEvents, *calendar, ""),
            ("POST", ["calendars", calendar, "events"]) => (Verb::InsertEvent, *calendar, ""),
            ("POST", ["calendars", calendar, "events", "import"]) => (Verb::ImportEvent, *calendar, ""),
            ("POST", ["calendars", calendar, "events", "watch"]) => (Verb::WatchEvents, *calendar, ""),
            ("GET", ["calendars", calendar, "events", event]) => (Verb::GetEvent, *calendar, *event),
            ("PATCH", ["calendars", calendar, "events", event]) => (Verb::PatchEvent, *calendar, *event),
            ("PUT", ["calendars", calendar, "events", event]) => (Verb::UpdateEvent, *calendar, *event),
            ("DELETE", ["calendars", calendar, "events", event]) => (Verb::DeleteEvent, *calendar, *event),
            ("POST", ["calendars", calendar, "events", event, "move"]) => {
                (Verb::MoveEvent, *calendar, *event)
            }
            ("GET", ["calendars", calendar, "events", event, "instances"]) => {
                (Verb::ListInstances, *calendar, *event)
            }
            ("GET", ["users", "me", "calendarList"]) => (Verb::ListCalendars, "", ""),
            ("POST", ["users", "me", "calendarList"]) => (Verb::InsertEntry, "", ""),
            ("POST", ["users", "me", "calendarList", "watch"]) => (Verb::WatchCalendars, "", ""),
            ("GET", ["users", "me", "calendarList", calendar]) => (Verb::GetEntry, *calendar, ""),
            ("PATCH", ["users", "me", "calendarList", calendar]) => (Verb::PatchEntry, *calendar, ""),
            ("PUT", ["users", "me", "calendarList", calendar]) => (Verb::UpdateEntry, *calendar, ""),
            ("DELETE", ["users", "me", "calendarList", calendar]) => (Verb::DeleteEntry, *calendar, ""),
            ("GET", ["users", "me", "settings"]) => (Verb::ListSettings, "", ""),
            ("GET", ["users", "me", "settings", setting]) => (Verb::GetSetting, "", *setting),
            ("POST", ["calendars"]) => (Verb::InsertCalendar, "", ""),
            ("GET", ["calendars", calendar]) => (Verb::GetCalendar, *calendar, ""),
            ("PATCH", ["calendars", calendar]) => (Verb::PatchCalendar, *calendar, ""),
            ("PUT", ["calendars", calendar]) => (Verb::UpdateCalendar, *calendar, ""),
            ("DELETE", ["calendars", calendar]) => (Verb::DeleteCalendar, *calendar, ""),
            ("POST", ["calendars", calendar, "clear"]) => (Verb::ClearCalendar, *calendar, ""),
            ("POST", ["freeBusy"]) => (Verb::QueryBusy, "", ""),
            ("POST", ["channels", "stop"]) => (Verb::StopChannel, "", ""),
            ("GET", ["colors"]) => (Verb::GetColors, "", ""),
            _ => return None,
        };
        Some(Self { verb, calendar: calendar.to_owned(), event: event.to_owned() })
    }
}

impl Verb {
    /// The operation's id in the discovery document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ListEvents => "calendar.events.list",
            Self::GetEvent => "calendar.events.get",
            Self::InsertEvent => "calendar.events.insert",
            Self::ImportEvent => "calendar.events.import",
            Self::PatchEvent => "calendar.events.patch",
            Self::UpdateEvent => "calendar.events.update",
            Self::DeleteEvent => "calendar.events.delete",
            Self::MoveEvent => "calendar.events.move",
            Self::ListInstances => "calendar.events.instances",
            Self::WatchEvents => "calendar.events.watch",
            Self::ListCalendars => "calendar.calendarList.list",
            Self::GetEntry => "calendar.calendarList.get",
            Self::InsertEntry => "calendar.calendarList.insert",
            Self::PatchEntry => "calendar.calendarList.patch",
            Self::UpdateEntry => "calendar.calendarList.update",
            Self::DeleteEntry => "calendar.calendarList.delete",
            Self::WatchCalendars => "calendar.calendarList.watch",
            Self::GetCalendar => "calendar.calendars.get",
            Self::InsertCalendar => "calendar.calendars.insert",
            Self::PatchCalendar => "calendar.calendars.patch",
            Self::UpdateCalendar => "calendar.calendars.update",
            Self::DeleteCalendar => "calendar.calendars.delete",
            Self::ClearCalendar => "calendar.calendars.clear",
            Self::QueryBusy => "calendar.freebusy.query",
            Self::StopChannel => "calendar.channels.stop",
            Self::GetColors => "calendar.colors.get",
            Self::GetSetting => "calendar.settings.get",
            Self::ListSettings => "calendar.settings.list",
        }
    }

    /// Whether it changes nothing.
    pub(crate) const fn is_reading(self) -> bool {
        matches!(
            self,
            Self::GetEvent
                | Self::ListEvents
                | Self::ListInstances
                | Self::GetCalendar
                | Self::GetEntry
                | Self::ListCalendars
        )
    }

    /// How much of a quota it uses up.
    pub(crate) const fn units(self) -> u32 {
        if matches!(self, Self::PatchEvent) { 3 } else { 1 }
    }
}
