//! Reading a VEVENT or a VTODO.

use crate::component::{Component, Property};
use crate::fault::{Fault, Warnings};
use crate::limits::MOST_CATEGORIES;
use crate::occurrence::{Busy, RecurrenceId, Status};
use crate::recurrence::Recurrence;
use crate::span::{End, Length};
use crate::stamp::{Clocks, Stamp};
use crate::text;
use crate::value::{Duration, Written};
use crate::zone::Place;

/// A VEVENT: something that happens once, a series, or what is different about some of a series.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) line: usize,
    pub(crate) uid: String,
    pub(crate) look: Look,
    pub(crate) recurrence: Recurrence,
    pub(crate) end: Option<End>,
    pub(crate) overrides: Option<Override>,
    sequence: i64,
    modified: [String; 2],
}

/// Which occurrences of a series an event takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Override {
    pub(crate) id: Stamp,
    /// And all that come after it.
    pub(crate) and_future: bool,
}

/// What an event is, apart from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) transparent: bool,
    pub(crate) declined: bool,
    pub(crate) all_day: bool,
    pub(crate) categories: Vec<String>,
    pub(crate) location: Option<String>,
    pub(crate) busy: Option<Busy>,
}

/// What a calendar says of all its events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) clocks: Clocks,
    /// The address of its owner.
    pub(crate) owner: Option<String>,
    /// It was sent to cancel what is in it.
    pub(crate) cancels: bool,
}

impl Event {
    /// Reads a VEVENT; `None`, with a warning, where it says no time that can be understood.
    pub(crate) fn read(component: &Component, setting: &Setting, warnings: &mut Warnings) -> Option<Self> {
        let title = title(component);
        let mut reader = Reader { about: about(component, &title), clocks: &setting.clocks, warnings };
        let start = reader.start(component)?;
        let end = reader.end(component, &start)?;
        let overrides = reader.overrides(component);
        let mut recurrence = Recurrence::single(start);
        for property in component.properties.iter().filter(|property| repeats(property)) {
            if let Err(fault) = recurrence.take(property, &setting.clocks) {
                reader.warn(property.line, fault);
            }
        }
        let text = |name| component.value(name).unwrap_or_default().to_owned();
        Some(Self {
            line: component.line,
            uid: uid(component, &recurrence.start, &title),
            look: Look::read(component, title, &recurrence.start, setting),
            recurrence,
            end,
            overrides,
            sequence: component.value("SEQUENCE").and_then(|number| number.parse().ok()).unwrap_or(0),
            modified: [text("LAST-MODIFIED"), text("DTSTAMP")],
        })
    }

    pub(crate) const fn start(&self) -> &Stamp {
        &self.recurrence.start
    }

    /// How often it was changed, as its program counts.
    pub(crate) const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// How new it is among versions of the same event; versions that say the same of it are in some fixed order.
    pub(crate) fn newness(&self) -> (i64, &[String; 2], String) {
        (self.sequence, &self.modified, format!("{:?}{:?}{:?}", self.recurrence, self.end, self.look))
    }

    /// How long each occurrence lasts that says nothing else.
    pub(crate) fn length(&self, reader: &Place) -> Option<Length> {
        match &self.end {
            Some(end) => end.length(self.start(), reader),
            None if self.start().is_day => Some(Length::ONE_DAY),
            None => Some(Length::NOTHING),
        }
    }
}

impl Look {
    fn read(component: &Component, title: String, start: &Stamp, setting: &Setting) -> Self {
        let says = |name: &str, value: &str| {
            component.value(name).is_some_and(|said| said.eq_ignore_ascii_case(value))
        };
        let status = if setting.cancels || says("STATUS", "CANCELLED") {
            Status::Cancelled
        } else if says("STATUS", "TENTATIVE") {
            Status::Tentative
        } else {
            Status::Confirmed
        };
        let categories = component.all("CATEGORIES").flat_map(|property| text::list(&property.value));
        let location =
            component.value("LOCATION").map(text::one_line).filter(|location| !location.is_empty());
        Self {
            title,
            status,
            transparent: says("TRANSP", "TRANSPARENT"),
            declined: setting.owner.as_ref().is_some_and(|owner| declines(component, owner)),
            // Outlook writes whole days as times from midnight to midnight, and says so beside them.
            all_day: start.is_day || says("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE"),
            categories: categories.take(MOST_CATEGORIES).collect(),
            location,
            busy: component.value("X-MICROSOFT-CDO-BUSYSTATUS").and_then(Busy::parse),
        }
    }
}

/// A VTODO that has a due time and is not done.
#[derive(Clone, Debug)]
pub(crate) struct Todo {
    pub(crate) uid: String,
    pub(crate) title: String,
    pub(crate) due: Stamp,
}

impl Todo {
    /// Reads a VTODO; `None` where it is done or never due.
    pub(crate) fn read(component: &Component, setting: &Setting, warnings: &mut Warnings) -> Option<Self> {
        let is_over = component.value("STATUS").is_some_and(|status| {
            ["COMPLETED", "CANCELLED"].iter().any(|over| status.eq_ignore_ascii_case(over))
        });
        let due = component.property("DUE")?;
        if is_over || setting.cancels || component.property("COMPLETED").is_some() {
            return None;
        }
        let title = title(component);
        let mut reader = Reader { about: about(component, &title), clocks: &setting.clocks, warnings };
        let due = reader.stamp(due, "DUE")?;
        if let Some(rule) = component.properties.iter().find(|property| repeats(property)) {
            reader.warn(rule.line, Fault::RepeatingDeadline);
        }
        Some(Self { uid: uid(component, &due, &title), title, due })
    }
}

/// Reads the times of one component, and warns of those that are none.
struct Reader<'a> {
    about: Option<&'a str>,
    clocks: &'a Clocks,
    warnings: &'a mut Warnings,
}

impl Reader<'_> {
    fn warn(&mut self, line: usize, fault: Fault) {
        self.warnings.add(line, self.about, fault);
    }

    /// A day or a time; `None`, with a warning, where it is neither.
    fn stamp(&mut self, property: &Property, name: &'static str) -> Option<Stamp> {
        let Some(written) = Written::parse(&property.value) else {
            self.warn(property.line, Fault::bad(name, &property.value));
            return None;
        };
        let (place, fault) = self.clocks.place(property);
        let stamp = Stamp::of(written, place.as_ref());
        if property.says("VALUE", "DATE") {
            return Some(Stamp::day(stamp.wall.date()));
        }
        if let (Some(fault), Written::Local(_)) = (fault, written) {
            self.warn(property.line, fault);
        }
        Some(stamp)
    }

    fn start(&mut self, component: &Component) -> Option<Stamp> {
        let Some(property) = component.property("DTSTART") else {
            self.warn(component.line, Fault::Missing("DTSTART"));
            return None;
        };
        self.stamp(property, "DTSTART")
    }

    /// DTEND or DURATION. The outer `None`, with a warning, stands for one that cannot be.
    #[expect(clippy::option_option, reason = "an event without an end is not one with a wrong end")]
    fn end(&mut self, component: &Component, start: &Stamp) -> Option<Option<End>> {
        let end = if let Some(property) = component.property("DTEND") {
            End::At(self.stamp(property, "DTEND")?)
        } else if let Some(property) = component.property("DURATION") {
            let Some(duration) = Duration::parse(&property.value) else {
                self.warn(property.line, Fault::bad("DURATION", &property.value));
                return None;
            };
            End::After(duration.into())
        } else {
            return Some(None);
        };
        let fault = match end.length(start, &Place::utc()) {
            Some(length) if !length.is_negative() => return Some(Some(end)),
            Some(_) => Fault::EndsBeforeStart,
            None => Fault::OutOfBounds,
        };
        self.warn(component.line, fault);
        None
    }

    fn overrides(&mut self, component: &Component) -> Option<Override> {
        let property = component.property("RECURRENCE-ID")?;
        let id = self.stamp(property, "RECURRENCE-ID")?;
        Some(Override { id, and_future: property.says("RANGE", "THISANDFUTURE") })
    }
}

/// The name of the occurrence that the series has at `stamp`.
pub(crate) fn recurrence_id(stamp: &Stamp) -> RecurrenceId {
    if stamp.is_day {
        return RecurrenceId(stamp.wall.strftime("%Y%m%d").to_string());
    }
    let in_utc = stamp.place.as_ref().and_then(|place| Place::utc().wall(place.second(stamp.wall)?));
    RecurrenceId(match in_utc {
        Some(utc) => utc.strftime("%Y%m%dT%H%M%SZ").to_string(),
        None => stamp.wall.strftime("%Y%m%dT%H%M%S").to_string(),
    })
}

fn title(component: &Component) -> String {
    component.value("SUMMARY").map(text::one_line).unwrap_or_default()
}

/// What a warning calls the component.
fn about<'a>(component: &'a Component, title: &'a str) -> Option<&'a str> {
    if title.is_empty() { component.value("UID") } else { Some(title) }
}

/// The UID, or where there is none what tells the event from others.
fn uid(component: &Component, start: &Stamp, title: &str) -> String {
    let uid = component.value("UID").filter(|uid| !uid.is_empty()).map(text::one_line);
    uid.unwrap_or_else(|| format!("{} {title}", recurrence_id(start)))
}

fn repeats(property: &Property) -> bool {
    ["RRULE", "RDATE", "EXDATE", "EXRULE"].contains(&property.name.as_str())
}

fn declines(component: &Component, owner: &str) -> bool {
    let is_owner = |attendee: &Property| {
        let address = attendee.value.trim();
        let address = address.split_at_checked("mailto:".len()).map_or(address, |(scheme, rest)| {
            if scheme.eq_ignore_ascii_case("mailto:") { rest } else { address }
        });
        address.eq_ignore_ascii_case(owner)
    };
    component.all("ATTENDEE").any(|attendee| is_owner(attendee) && attendee.says("PARTSTAT", "DECLINED"))
}
