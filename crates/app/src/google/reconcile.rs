//! What becomes of an event here when Google has it otherwise, and the other way round. Pure.
//!
//! Each link keeps what both sides last agreed on. A side that still says that has not changed; where both have, what a
//! person did in Google wins, field by field, since only there nobody but a person changes anything.

use planner_core::model::{EventId, Kind};
use uuid::{Uuid, uuid};

use super::occurrence::Occurrence;
use crate::identity::UserId;
use crate::ports::google::{
    Agreed, Edit, ImportRule, LinkRecord, Linked, Nature, SOURCE, Synced, Wanted, Write, WriteKind,
};
use crate::ports::{EventFields, EventRecord, Origin};

/// Events that are imported get their identities below this.
const IMPORTED: Uuid = uuid!("0b0fc1de-9ff4-4ae3-9c3d-5ac1e53a7a51");
/// The identity here of what is imported: the same whenever it is read.
pub(super) fn imported_id(user: UserId, calendar: Uuid, google_id: &str) -> EventId {
    EventId(Uuid::new_v5(&IMPORTED, format!("{user}/{calendar}/{google_id}").as_bytes()))
}

/// The calendar that something is read from.
pub(super) struct Place<'a> {
    pub(super) user: UserId,
    /// Its identity here.
    pub(super) calendar: Uuid,
    /// Its name at Google.
    pub(super) google_id: &'a str,
    /// What its events become here.
    pub(super) rule: ImportRule,
}

/// Something that a person has to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// A block of ours was moved in Google, and is locked since.
    Locked,
    /// What was changed here was changed in Google as well, and is there as it is now.
    EditGivenUp,
    /// It was deleted in Google, after it was changed here.
    DeletedThere,
    /// It was deleted here, and is back since it was changed in Google meanwhile.
    Back,
}

/// What is to be done about one event, here.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    Keep,
    /// To remember how it is at Google.
    Link(LinkRecord),
    /// To make it or change it. Where it `differs` from what Google has, there is something left to write.
    Put { event: Synced, link: LinkRecord, differs: bool, note: Option<Note> },
    /// To remove it, with its link.
    Remove { event: EventId, note: Option<Note> },
}

/// What is to be done about an event that Google has.
pub(super) fn found(there: &Occurrence, linked: Option<&Linked>, place: &Place<'_>, group: &str) -> Step {
    match linked {
        Some(Linked { event: Some(event), link: Some(link) }) => merge(there, event, link),
        Some(Linked { event: None, link: Some(link) }) => gone_here(there, link, place),
        // It says that it was made for an event here, of which nobody knows that it was ever written: the link was lost.
        Some(Linked { event: Some(event), link: None }) => {
            let agreed = says(&event.fields);
            let link = LinkRecord {
                agreed,
                agreed_version: event.version,
                ..new_link(event.id, true, there, place, group)
            };
            match merge(there, event, &link) {
                Step::Keep => Step::Link(link),
                step => step,
            }
        }
        Some(Linked { event: None, link: None }) | None => {
            let id = imported_id(place.user, place.calendar, &there.google_id);
            let link = new_link(id, false, there, place, group);
            Step::Put { event: imported(id, there, place), link, differs: false, note: None }
        }
    }
}

/// What is to be done about an event that Google no longer has.
pub(super) fn missing(linked: &Linked) -> Step {
    let Some(link) = &linked.link else { return Step::Keep };
    let was_edited = linked.event.as_ref().is_some_and(|event| says(&event.fields) != link.agreed);
    Step::Remove { event: link.event, note: was_edited.then_some(Note::DeletedThere) }
}

/// It was deleted here, and Google does not know yet.
fn gone_here(there: &Occurrence, link: &LinkRecord, place: &Place<'_>) -> Step {
    if is_our_word(&there.says, link) {
        return Step::Link(heard(there, link));
    }
    let mut event = imported(link.event, there, place);
    event.fields.protected = true;
    Step::Put { event, link: heard(there, link), differs: false, note: Some(Note::Back) }
}

fn merge(there: &Occurrence, event: &EventRecord, link: &LinkRecord) -> Step {
    let (theirs, ours) = (&there.says, says(&event.fields));
    let heard = heard(there, link);
    if is_our_word(theirs, link) {
        if heard == *link {
            return Step::Keep;
        }
        let agreed_version = if ours == *theirs { event.version } else { link.agreed_version };
        return Step::Link(LinkRecord { agreed_version, ..heard });
    }
    let base = &link.agreed;
    let (mut merged, mut given_up) = (ours.clone(), false);
    if theirs.title != base.title {
        given_up |= ours.title != base.title && ours.title != theirs.title;
        merged.title.clone_from(&theirs.title);
    }
    let times = |agreed: &Agreed| (agreed.start, agreed.end);
    let was_moved = times(theirs) != times(base) && times(theirs) != times(&ours);
    if times(theirs) != times(base) {
        given_up |= was_moved && times(&ours) != times(base);
        (merged.start, merged.end) = times(theirs);
    }
    if theirs.transparent != base.transparent {
        merged.transparent = theirs.transparent;
    }
    // A person has said where it is to be.
    let locks = was_moved && link.is_ours;
    let note = match (given_up, locks) {
        (true, _) => Some(Note::EditGivenUp),
        (false, true) => Some(Note::Locked),
        (false, false) => None,
    };
    let differs = merged != *theirs;
    let fields = EventFields {
        title: merged.title,
        start_ts: merged.start,
        end_ts: merged.end,
        transparent: merged.transparent,
        protected: event.fields.protected || locks,
        ..event.fields.clone()
    };
    let event = Synced { id: event.id, fields, origin: event.origin.clone() };
    Step::Put { event, link: heard, differs, note }
}

/// Whether Google says no more than what was agreed on or was being written, so that nobody else has changed anything.
fn is_our_word(theirs: &Agreed, link: &LinkRecord) -> bool {
    *theirs == link.agreed || link.pending.as_ref() == Some(theirs)
}

/// The link, now that it is known how the event is at Google.
fn heard(there: &Occurrence, link: &LinkRecord) -> LinkRecord {
    LinkRecord { agreed: there.says.clone(), pending: None, etag: there.etag.clone(), ..link.clone() }
}

fn new_link(event: EventId, is_ours: bool, there: &Occurrence, place: &Place<'_>, group: &str) -> LinkRecord {
    LinkRecord {
        event,
        calendar: place.calendar,
        google_id: there.google_id.clone(),
        group: group.to_owned(),
        is_ours,
        agreed: there.says.clone(),
        agreed_version: LinkRecord::UNWRITTEN,
        pending: None,
        etag: there.etag.clone(),
    }
}

fn imported(id: EventId, there: &Occurrence, place: &Place<'_>) -> Synced {
    let ImportRule { kind, is_movable, protected } = match there.nature {
        Nature::Focus => ImportRule { kind: Kind::Focus, is_movable: false, protected: false },
        Nature::OutOfOffice => ImportRule { kind: Kind::Dnd, is_movable: false, protected: true },
        Nature::Ordinary | Nature::WorkingLocation | Nature::Birthday => place.rule,
    };
    let fields = EventFields {
        title: there.says.title.clone(),
        start_ts: there.says.start,
        end_ts: there.says.end,
        kind,
        is_movable,
        protected,
        transparent: there.says.transparent,
        task_id: None,
        metadata: serde_json::Map::new(),
    };
    let name = format!("{}/{}", place.google_id, there.google_id);
    Synced { id, fields, origin: Origin { source: SOURCE.to_owned(), source_id: Some(name) } }
}

/// What an event here says of what both sides have.
pub(super) fn says(fields: &EventFields) -> Agreed {
    Agreed {
        title: fields.title.clone(),
        start: fields.start_ts,
        end: fields.end_ts,
        transparent: fields.transparent,
    }
}

/// What is to be done about one event, at Google.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outward {
    /// To write, once the link is kept, if there is one to keep: it says what is being written.
    Write(Write, Option<LinkRecord>),
    /// To look at it first: nobody knows how it is there.
    Look,
    /// Nothing, and that is agreed from now on.
    Settle(LinkRecord),
    /// Nothing.
    Leave,
}

/// A calendar that may be written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    /// Its identity here.
    pub(super) id: Uuid,
    /// Its name at Google.
    pub(super) google_id: &'a str,
}

/// What is to be written of an event that has changed here, is new, or is gone. The calendar is the one where it is, or
/// where new ones go; `None` where nothing may be written. `fresh` is an identity that nothing has yet.
pub(super) fn outward(linked: &Linked, target: Option<Target<'_>>, fresh: Uuid) -> Outward {
    match (&linked.event, &linked.link, target) {
        (None, None, _) | (Some(_), None, None) => Outward::Leave,
        (event, Some(link), None) => Outward::Settle(settled(link, event.as_ref())),
        (Some(event), None, Some(target)) => {
            // Kept before it is sent, so that however often it is sent there is one. Google takes the letters a to v and
            // digits, so that hexadecimal ones will do.
            let google_id = fresh.simple().to_string();
            let link = LinkRecord {
                event: event.id,
                calendar: target.id,
                group: google_id.clone(),
                google_id,
                is_ours: true,
                agreed: says(&event.fields),
                agreed_version: LinkRecord::UNWRITTEN,
                pending: None,
                etag: None,
            };
            insert(event, &link, target)
        }
        (_, Some(link), Some(_)) if link.pending.is_some() => Outward::Look,
        (None, Some(link), Some(target)) => match &link.etag {
            None => Outward::Look,
            Some(etag) => Outward::Write(write(link, target, WriteKind::Delete(etag.clone())), None),
        },
        (Some(event), Some(link), Some(target)) => {
            let ours = says(&event.fields);
            let edit = edit(&link.agreed, &ours);
            match &link.etag {
                None if link.is_ours => insert(event, link, target),
                _ if edit == Edit::default() => Outward::Settle(settled(link, Some(event))),
                None => Outward::Look,
                Some(etag) => Outward::Write(
                    write(link, target, WriteKind::Edit(edit, etag.clone())),
                    Some(LinkRecord { pending: Some(ours), ..link.clone() }),
                ),
            }
        }
    }
}

fn insert(event: &EventRecord, link: &LinkRecord, target: Target<'_>) -> Outward {
    let ours = says(&event.fields);
    let wanted = Wanted {
        title: ours.title.clone(),
        start: ours.start,
        end: ours.end,
        transparent: ours.transparent,
        made_for: event.id,
    };
    Outward::Write(
        write(link, target, WriteKind::Insert(wanted)),
        Some(LinkRecord { agreed: ours.clone(), pending: Some(ours), ..link.clone() }),
    )
}

fn write(link: &LinkRecord, target: Target<'_>, kind: WriteKind) -> Write {
    Write { calendar: target.google_id.to_owned(), id: link.google_id.clone(), kind }
}

/// The link, where there is nothing to write of the event as it is, or of its being gone.
pub(super) fn settled(link: &LinkRecord, event: Option<&EventRecord>) -> LinkRecord {
    let agreed_version = event.map_or(LinkRecord::GONE, |event| event.version);
    LinkRecord { agreed_version, pending: None, ..link.clone() }
}

/// What makes `from` into `to`.
fn edit(from: &Agreed, to: &Agreed) -> Edit {
    let times = |agreed: &Agreed| (agreed.start, agreed.end);
    Edit {
        title: (from.title != to.title).then(|| to.title.clone()),
        times: (times(from) != times(to)).then(|| times(to)),
        transparent: (from.transparent != to.transparent).then_some(to.transparent),
    }
}
