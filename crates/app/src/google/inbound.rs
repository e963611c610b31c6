//! From Google to here: what a reading of a calendar changes, within one unit of work.

use std::collections::{BTreeMap, BTreeSet};

use planner_core::model::EventId;
use planner_core::time::{Interval, Zone};
use uuid::Uuid;

use super::occurrence::{Occurrence, instant, occurrences};
use super::reconcile::{Note, Place, Step, found, missing};
use crate::ports::google::{Agreed, LinkRecord, Linked, RemoteEvent, Synced};
use crate::ports::{StoreError, Unit};

/// Groups that are looked at together.
const GROUPS_AT_ONCE: usize = 500;

/// Rows of the mirror that are swept together.
const SWEPT_AT_ONCE: u32 = 500;

/// A calendar that is being read, and for whom.
pub(super) struct Reading<'a> {
    pub(super) place: Place<'a>,
    /// Where whole days begin and end.
    pub(super) home: &'a Zone,
    /// The stretch that series are followed over.
    pub(super) horizon: Interval,
}

/// What people have to be told of.
pub(super) type Notes = Vec<(EventId, Note)>;

/// Takes in what was read of a calendar in its `run`.
///
/// What was read may be older than what is known already: it was on its way while something was written. That is left.
pub(super) async fn take_in(
    unit: &mut dyn Unit,
    reading: &Reading<'_>,
    events: Vec<RemoteEvent>,
    run: i64,
) -> Result<Notes, StoreError> {
    let calendar = reading.place.calendar;
    let groups: BTreeSet<String> = events.iter().map(|event| event.group().to_owned()).collect();
    let groups: Vec<String> = groups.into_iter().collect();
    let mut known = BTreeMap::new();
    for chunk in groups.chunks(GROUPS_AT_ONCE) {
        known.extend(unit.mirror(calendar, chunk).await?.into_iter().map(|event| (event.id.clone(), event)));
    }
    let read = events.into_iter().map(|event| match known.remove(&event.id) {
        Some(known) if is_newer(&known, &event) => known,
        Some(known) if event.updated.is_none() => RemoteEvent { updated: known.updated, ..event },
        _ => event,
    });
    // The last word on an event counts, should a page hold several.
    let read: BTreeMap<String, RemoteEvent> = read.map(|event| (event.id.clone(), event)).collect();
    unit.put_mirror(calendar, &read.into_values().collect::<Vec<_>>(), run).await?;
    regroup(unit, reading, &groups).await
}

/// Whether what is known of an event is newer than what was read of it. What was deleted stays deleted, unless it was
/// changed after that.
fn is_newer(known: &RemoteEvent, read: &RemoteEvent) -> bool {
    read.updated.is_some()
        && (known.updated > read.updated || known.updated == read.updated && known.is_cancelled)
}

/// Forgets what a reading of everything did not come across.
pub(super) async fn sweep(unit: &mut dyn Unit, reading: &Reading<'_>, run: i64) -> Result<Notes, StoreError> {
    let (calendar, mut notes) = (reading.place.calendar, Notes::new());
    loop {
        let old = unit.mirror_before(calendar, run, SWEPT_AT_ONCE).await?;
        if old.is_empty() {
            return Ok(notes);
        }
        let groups: BTreeSet<String> = old.iter().map(|event| event.group().to_owned()).collect();
        let ids: Vec<String> = old.into_iter().map(|event| event.id).collect();
        unit.delete_mirror(calendar, &ids).await?;
        notes.extend(regroup(unit, reading, &groups.into_iter().collect::<Vec<_>>()).await?);
    }
}

/// Makes the events here of these groups what the mirror says.
pub(super) async fn regroup(
    unit: &mut dyn Unit,
    reading: &Reading<'_>,
    groups: &[String],
) -> Result<Notes, StoreError> {
    let mut notes = Notes::new();
    for chunk in groups.chunks(GROUPS_AT_ONCE) {
        let mirror = unit.mirror(reading.place.calendar, chunk).await?;
        let linked = unit.linked(reading.place.calendar, chunk).await?;
        let mut known = Known::new(mirror, linked);
        let unlinked = known.made_here(reading);
        known.add_unlinked(unit.linked_events(&unlinked).await?);
        notes.extend(carry_out(unit, known.steps(reading, chunk)).await?);
    }
    Ok(notes)
}

/// What is known of some groups.
struct Known {
    mirror: BTreeMap<String, Vec<RemoteEvent>>,
    /// By group, and by identity at Google.
    linked: BTreeMap<String, BTreeMap<String, Linked>>,
    /// Events here that have no link.
    unlinked: BTreeMap<Uuid, Linked>,
}

impl Known {
    fn new(mirror: Vec<RemoteEvent>, linked: Vec<Linked>) -> Self {
        let mut known = Self { mirror: BTreeMap::new(), linked: BTreeMap::new(), unlinked: BTreeMap::new() };
        for event in mirror {
            known.mirror.entry(event.group().to_owned()).or_default().push(event);
        }
        for one in linked {
            if let Some(link) = &one.link {
                let group = known.linked.entry(link.group.clone()).or_default();
                group.insert(link.google_id.clone(), one);
            }
        }
        known
    }

    fn is_linked(&self, group: &str, google_id: &str) -> bool {
        self.linked.get(group).is_some_and(|group| group.contains_key(google_id))
    }

    /// The events here that something at Google was made for which has no link.
    fn made_here(&self, reading: &Reading<'_>) -> Vec<EventId> {
        let mut made = Vec::new();
        for (group, events) in &self.mirror {
            for one in occurrences(events, reading.home, reading.horizon) {
                if !self.is_linked(group, &one.google_id) {
                    made.extend(one.made_for.map(EventId));
                }
            }
        }
        made
    }

    fn add_unlinked(&mut self, events: Vec<Linked>) {
        for linked in events {
            if let Linked { event: Some(event), link: None } = &linked {
                self.unlinked.insert(event.id.0, linked);
            }
        }
    }

    fn steps(mut self, reading: &Reading<'_>, groups: &[String]) -> Vec<Step> {
        let mut steps = Vec::new();
        for group in groups {
            let events = self.mirror.remove(group).unwrap_or_default();
            let mut linked = self.linked.remove(group).unwrap_or_default();
            for there in occurrences(&events, reading.home, reading.horizon) {
                let here = linked.remove(&there.google_id).or_else(|| self.take_unlinked(&there));
                if here.is_none() && there.says.end <= instant(reading.horizon.start()) {
                    continue;
                }
                steps.push(found(&there, here.as_ref(), &reading.place, group));
            }
            let left = linked.into_values().filter(|linked| !is_out_of_sight(linked, &events, reading));
            steps.extend(left.map(|linked| missing(&linked)));
        }
        steps
    }

    /// The event here that this was made for, if it has no other link. Whoever copies a block in Google copies what it was
    /// made for, too; a copy is theirs.
    fn take_unlinked(&mut self, there: &Occurrence) -> Option<Linked> {
        self.unlinked.remove(&there.made_for?)
    }
}

/// Whether nothing follows from not coming across an event: it lies before the horizon or behind it, or was never heard to
/// be there.
fn is_out_of_sight(linked: &Linked, group: &[RemoteEvent], reading: &Reading<'_>) -> bool {
    let Some(link) = &linked.link else { return true };
    if group.is_empty() {
        return link.is_ours && link.etag.is_none();
    }
    let is_alive = group.iter().any(|event| !event.is_cancelled && event.place.is_none());
    is_alive && !touches(&link.agreed, reading.horizon)
}

fn touches(says: &Agreed, horizon: Interval) -> bool {
    says.end > instant(horizon.start()) && says.start < instant(horizon.end())
}

async fn carry_out(unit: &mut dyn Unit, steps: Vec<Step>) -> Result<Notes, StoreError> {
    let (mut notes, mut links, mut events) = (Notes::new(), Vec::new(), Vec::new());
    let (mut put_links, mut removed) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Keep => {}
            Step::Link(link) => links.push(link),
            Step::Put { event, link, differs, note } => {
                notes.extend(note.map(|note| (event.id, note)));
                events.push(event);
                put_links.push((link, differs));
            }
            Step::Remove { event, note } => {
                notes.extend(note.map(|note| (event, note)));
                removed.push(event);
            }
        }
    }
    // First what goes: identities at Google may change hands.
    unit.delete_events(&removed).await?;
    unit.delete_links(&removed).await?;
    let versions = put(unit, &events).await?;
    links.extend(put_links.into_iter().zip(versions).map(|((link, differs), version)| LinkRecord {
        agreed_version: if differs { LinkRecord::UNWRITTEN } else { version },
        ..link
    }));
    unit.put_links(&links).await?;
    Ok(notes)
}

async fn put(unit: &mut dyn Unit, events: &[Synced]) -> Result<Vec<i64>, StoreError> {
    if events.is_empty() { Ok(Vec::new()) } else { unit.put_events(events).await }
}
