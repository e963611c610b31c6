//! Google's types into ours.

use app::ports::google::{
    AccessRole, Nature, RemoteCalendar, RemoteEvent, RemoteFields, RemoteTime, SeriesPlace,
};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use google_calendar3::api;
use time::{Date, Month, OffsetDateTime};
use uuid::Uuid;

/// The private property by which an event at Google names the one here that it was made for.
pub(crate) const MADE_FOR: &str = "canvascal";

/// A calendar of the list, or `None` where the account may not even see when it is busy.
pub(crate) fn calendar(entry: api::CalendarListEntry) -> Option<RemoteCalendar> {
    Some(RemoteCalendar {
        id: entry.id?,
        title: entry.summary_override.or(entry.summary).unwrap_or_default(),
        time_zone: entry.time_zone,
        access: access(entry.access_role.as_deref()?)?,
        is_primary: entry.primary.unwrap_or_default(),
    })
}

fn access(role: &str) -> Option<AccessRole> {
    match role {
        "owner" => Some(AccessRole::Owner),
        "writer" | "writerWithoutPrivateAccess" => Some(AccessRole::Writer),
        "reader" => Some(AccessRole::Reader),
        "none" => None,
        // Of a role that is not known yet, the least is believed.
        _ => Some(AccessRole::FreeBusyReader),
    }
}

/// An event, or `None` where it has no id, which each has. Of a deleted one, and of one whose times cannot be told, nothing
/// else need be there.
pub(crate) fn event(event: api::Event) -> Option<RemoteEvent> {
    let place = event.recurring_event_id.clone().zip(event.original_start_time.as_ref().and_then(when));
    Some(RemoteEvent {
        etag: event.etag.clone().unwrap_or_default(),
        updated: event.updated.and_then(moment),
        is_cancelled: event.status.as_deref() == Some("cancelled"),
        place: place.map(|(master, original_start)| SeriesPlace { master, original_start }),
        id: event.id.clone()?,
        fields: fields(event),
    })
}

fn fields(event: api::Event) -> Option<RemoteFields> {
    let made_for = event.extended_properties.and_then(|properties| properties.private?.remove(MADE_FOR));
    let attendees = event.attendees.unwrap_or_default();
    Some(RemoteFields {
        start: when(event.start.as_ref()?)?,
        end: when(event.end.as_ref()?)?,
        // No database keeps this character in a text.
        title: event.summary.unwrap_or_default().replace('\0', ""),
        recurrence: event.recurrence.unwrap_or_default(),
        transparent: event.transparency.as_deref() == Some("transparent"),
        declined: attendees.iter().any(|attendee| {
            attendee.self_ == Some(true) && attendee.response_status.as_deref() == Some("declined")
        }),
        nature: nature(event.event_type.as_deref().unwrap_or_default()),
        made_for: made_for.and_then(|id| Uuid::try_parse(&id).ok()),
    })
}

fn nature(event_type: &str) -> Nature {
    match event_type {
        "focusTime" => Nature::Focus,
        "outOfOffice" => Nature::OutOfOffice,
        "workingLocation" => Nature::WorkingLocation,
        "birthday" => Nature::Birthday,
        _ => Nature::Ordinary,
    }
}

fn when(time: &api::EventDateTime) -> Option<RemoteTime> {
    if let Some(moment) = time.date_time {
        return Some(RemoteTime::At { moment: self::moment(moment)?, zone: time.time_zone.clone() });
    }
    time.date.and_then(day).map(RemoteTime::Day)
}

/// `None` outside of the years in which our times are.
pub(crate) fn moment(moment: DateTime<Utc>) -> Option<OffsetDateTime> {
    let nanos = i128::from(moment.timestamp()) * 1_000_000_000 + i128::from(moment.timestamp_subsec_nanos());
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}

fn day(day: NaiveDate) -> Option<Date> {
    let month = Month::try_from(u8::try_from(day.month()).ok()?).ok()?;
    Date::from_calendar_date(day.year(), month, u8::try_from(day.day()).ok()?).ok()
}

#[cfg(test)]
mod tests;
