//! A file as a whole.

use std::collections::BTreeMap;

use planner_core::time::{Instant, Interval, Zone};

use crate::component::{self, Component};
use crate::event::{Event, Setting, Todo};
use crate::fault::{Fault, ParseError, Warning, Warnings};
use crate::occurrence::{Deadline, Occurrence};
use crate::recurrence::Budget;
use crate::series::{Expansion, Series};
use crate::span::Length;
use crate::stamp::{Clocks, Stamp};
use crate::zone::{Place, Zones};

/// What is in an iCalendar file, which may hold several calendars.
#[derive(Clone, Debug)]
pub struct Calendar {
    series: Vec<Series>,
    todos: Vec<Todo>,
    zone: Option<Zone>,
    warnings: Vec<Warning>,
}

/// The occurrences of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrences {
    /// In the order of their starts. Cancelled and transparent ones are among them.
    pub list: Vec<Occurrence>,
    /// What could not be expanded.
    pub warnings: Vec<Warning>,
}

impl Calendar {
    /// Reads a file. What is wrong with a part of it is told by [`Calendar::warnings`], and the rest is there.
    ///
    /// # Errors
    /// [`ParseError`] where it is no calendar, or more than [`crate::limits`] allow.
    pub fn parse(file: &[u8]) -> Result<Self, ParseError> {
        let (mut warnings, mut budget) = (Warnings::default(), Budget::new());
        let calendars = component::read(file, &mut warnings)?;
        let (mut events, mut todos, mut homes) = (Vec::new(), Vec::new(), Homes::default());
        for calendar in &calendars {
            let setting = setting(calendar, &mut budget, &mut warnings);
            homes.note_calendar(calendar, &setting);
            for child in &calendar.children {
                match child.name.as_str() {
                    "VEVENT" => events.extend(Event::read(child, &setting, &mut warnings)),
                    "VTODO" => todos.extend(Todo::read(child, &setting, &mut warnings)),
                    "VFREEBUSY" => warnings.add(child.line, None, Fault::FreeBusy),
                    _ => {}
                }
            }
        }
        for event in &events {
            homes.note_event(event.start());
        }
        let zone = homes.zone();
        Ok(Self { series: Series::of(events), todos, zone, warnings: warnings.into_list() })
    }

    /// What is wrong with parts of the file, in the order of its lines.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Where its owner lives, as far as the file tells: the zone that it names for itself (`X-WR-TIMEZONE`), or else
    /// the one that most events are in, or else the one that it defines. UTC is nobody's home and does not count.
    pub const fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The occurrences that share a minute with `range`, for a reader in `zone`: that is where whole days are, and
    /// floating times where the file does not say where it is at home.
    pub fn occurrences(&self, range: Interval, zone: &Zone) -> Occurrences {
        let reader = Place::of(zone);
        let mut expansion = Expansion::new(range, &reader);
        self.series.iter().for_each(|series| series.expand(&mut expansion));
        let mut list = expansion.found;
        list.sort_by(|one, other| {
            let key = |occurrence: &Occurrence| (occurrence.interval.start(), occurrence.interval.end());
            let names = |occurrence: &Occurrence| (occurrence.uid.clone(), occurrence.recurrence_id.clone());
            key(one).cmp(&key(other)).then_with(|| names(one).cmp(&names(other)))
        });
        Occurrences { list, warnings: expansion.warnings.into_list() }
    }

    /// When what is not done is due, for a reader in `zone`, the earliest first.
    pub fn deadlines(&self, zone: &Zone) -> Vec<Deadline> {
        let reader = Place::of(zone);
        let deadline = |todo: &Todo| {
            let second = todo.due.second(&reader)?;
            let length = if todo.due.is_day { Length::ONE_DAY } else { Length::NOTHING };
            let due = length.end(todo.due.wall, second, todo.due.place(&reader))?.div_euclid(60);
            let (uid, title) = (todo.uid.clone(), todo.title.clone());
            Some(Deadline { uid, title, due: Instant::from_unix_minutes(due), all_day: todo.due.is_day })
        };
        let mut deadlines: Vec<Deadline> = self.todos.iter().filter_map(deadline).collect();
        deadlines.sort_by(|one, other| {
            (one.due, &one.uid, &one.title).cmp(&(other.due, &other.uid, &other.title))
        });
        deadlines
    }
}

fn setting(calendar: &Component, budget: &mut Budget, warnings: &mut Warnings) -> Setting {
    let zones = Zones::of(calendar, budget, warnings);
    let floating = calendar.property("X-WR-TIMEZONE").and_then(|property| {
        let place = zones.place(&property.value);
        place.map_err(|fault| warnings.add(property.line, None, fault)).ok()
    });
    let name = calendar.value("X-WR-CALNAME").map(str::to_owned);
    Setting {
        clocks: Clocks { zones, floating },
        owner: name.filter(|name| name.contains('@')),
        cancels: calendar.value("METHOD").is_some_and(|method| method.eq_ignore_ascii_case("CANCEL")),
    }
}

/// Where the owner of a file may live.
#[derive(Default)]
struct Homes {
    named: Option<Zone>,
    /// Events by the name of their zone.
    used: BTreeMap<String, usize>,
    defined: Option<Zone>,
}

impl Homes {
    fn note_calendar(&mut self, calendar: &Component, setting: &Setting) {
        let named = setting.clocks.floating.as_ref().and_then(home);
        self.named = self.named.take().or(named);
        let mut defined = calendar.children.iter().filter(|child| child.name == "VTIMEZONE");
        let defined = defined.find_map(|child| home(&setting.clocks.zones.place(child.value("TZID")?).ok()?));
        self.defined = self.defined.take().or(defined);
    }

    fn note_event(&mut self, start: &Stamp) {
        if let Some(zone) = start.place.as_ref().and_then(home) {
            *self.used.entry(zone.name().to_owned()).or_default() += 1;
        }
    }

    fn zone(self) -> Option<Zone> {
        let most_used = self.used.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(*name)));
        let most_used = most_used.and_then(|(name, _)| Zone::named(name).ok());
        self.named.or(most_used).or(self.defined)
    }
}

/// The zone of a place where somebody may live.
fn home(place: &Place) -> Option<Zone> {
    place.zone().filter(|zone| !["UTC", "Etc/UTC", "GMT", "Etc/GMT"].contains(&zone.name()))
}
