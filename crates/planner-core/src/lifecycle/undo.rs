use std::collections::BTreeSet;

use super::Status;
use crate::model::EventId;
use crate::time::Moment;

/// One event that accepting a proposal wrote to, and how it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoable {
    /// Which.
    pub event: EventId,
    /// What it is or was called.
    pub title: String,
    /// The change that it belongs to: the pieces of a split are restored together or not at all.
    pub group: u32,
    /// Whether accepting made it, so that undoing removes it.
    pub was_created: bool,
    /// Its version when the proposal had been applied; `None` where that removed it.
    pub applied_version: Option<i64>,
    /// Its version now; `None` where it does not exist.
    pub version: Option<i64>,
}

/// What [`undo`] has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoFacts {
    /// Where the proposal stands.
    pub status: Status,
    /// Until when it can be undone; `None` where it was never applied.
    pub reversible_until: Option<Moment>,
    /// Every event that accepting it wrote to.
    pub events: Vec<Undoable>,
    /// Whether to restore the rest where something was edited since.
    pub keep_edited: bool,
}

/// An event that was edited since the proposal was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// Which.
    pub event: EventId,
    /// What it is or was called.
    pub title: String,
    /// Whether it no longer exists.
    pub gone: bool,
}

/// Why a proposal is not undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefusal {
    /// It is not applied: never accepted, or undone already.
    #[error("the proposal is {status}")]
    NotApplied {
        /// Where it stands.
        status: Status,
    },
    /// It was applied too long ago.
    #[error("the proposal could be undone until {reversible_until}")]
    TooLate {
        /// Until when it could be undone.
        reversible_until: Moment,
    },
    /// What it changed has been edited since.
    #[error("{} event(s) were edited since the proposal was accepted", edited.len())]
    Conflict {
        /// The edited events.
        edited: Vec<Edited>,
    },
}

/// What to restore when a proposal is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undo {
    /// Put back exactly as the snapshot has them.
    pub restore: Vec<EventId>,
    /// Remove.
    pub remove: Vec<EventId>,
    /// Left as they are, since they or their other half were edited.
    pub kept: Vec<Edited>,
}

/// Decides whether an applied proposal may be taken back.
///
/// # Errors
/// The first reason why not, in the order of [`UndoRefusal`]'s variants.
pub fn undo(facts: &UndoFacts, now: Moment) -> Result<Undo, UndoRefusal> {
    let (Status::Applied, Some(reversible_until)) = (facts.status, facts.reversible_until) else {
        return Err(UndoRefusal::NotApplied { status: facts.status });
    };
    if reversible_until <= now {
        return Err(UndoRefusal::TooLate { reversible_until });
    }
    let is_edited = |event: &&Undoable| event.version != event.applied_version;
    let edited: Vec<Edited> = facts.events.iter().filter(is_edited).map(as_edited).collect();
    if !edited.is_empty() && !facts.keep_edited {
        return Err(UndoRefusal::Conflict { edited });
    }
    let edited_groups: BTreeSet<u32> =
        facts.events.iter().filter(is_edited).map(|event| event.group).collect();
    let mut undo = Undo::default();
    for event in &facts.events {
        if edited_groups.contains(&event.group) {
            undo.kept.push(as_edited(event));
        } else if event.was_created {
            undo.remove.push(event.event);
        } else {
            undo.restore.push(event.event);
        }
    }
    Ok(undo)
}

fn as_edited(event: &Undoable) -> Edited {
    Edited { event: event.event, title: event.title.clone(), gone: event.version.is_none() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn undoable(id: u128, group: u32, version: Option<i64>) -> Undoable {
        Undoable {
            event: EventId(Uuid::from_u128(id)),
            title: format!("event {id}"),
            group,
            was_created: id >= 100,
            applied_version: Some(2),
            version,
        }
    }

    fn facts(events: Vec<Undoable>, keep_edited: bool) -> UndoFacts {
        UndoFacts {
            status: Status::Applied,
            reversible_until: Some(Moment::from_unix_micros(1_000)),
            events,
            keep_edited,
        }
    }

    const NOW: Moment = Moment::from_unix_micros(0);

    #[test]
    fn what_was_changed_is_restored_and_what_was_made_is_removed() {
        let undo =
            undo(&facts(vec![undoable(1, 0, Some(2)), undoable(100, 1, Some(2))], false), NOW).unwrap();
        assert_eq!((undo.restore.len(), undo.remove.len(), undo.kept.len()), (1, 1, 0));
    }

    #[test]
    fn an_edit_since_is_a_conflict_that_names_the_event() {
        let refusal =
            undo(&facts(vec![undoable(1, 0, Some(3)), undoable(2, 1, None)], false), NOW).unwrap_err();
        let UndoRefusal::Conflict { edited } = refusal else { panic!("{refusal:?}") };
        assert_eq!(edited.iter().map(|edit| edit.gone).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_split_is_kept_whole_when_one_piece_was_edited() {
        let events = vec![undoable(1, 0, Some(2)), undoable(100, 0, Some(3)), undoable(2, 1, Some(2))];
        let undo = undo(&facts(events, true), NOW).unwrap();
        assert_eq!(undo.restore, [EventId(Uuid::from_u128(2))]);
        assert_eq!(undo.kept.len(), 2);
    }

    #[test]
    fn undo_happens_once_and_in_time() {
        let mut too_late = facts(Vec::new(), false);
        too_late.reversible_until = Some(NOW);
        assert!(matches!(undo(&too_late, NOW), Err(UndoRefusal::TooLate { .. })));
        let undone = UndoFacts { status: Status::Undone, ..facts(Vec::new(), false) };
        assert!(matches!(undo(&undone, NOW), Err(UndoRefusal::NotApplied { status: Status::Undone })));
    }
}
