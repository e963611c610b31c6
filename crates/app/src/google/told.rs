//! What people are told of a sync.

use planner_core::model::EventId;
use planner_core::time::Moment;
use serde_json::{Map, Value};

use super::inbound::Notes;
use super::reconcile::Note;
use crate::App;
use crate::ports::{LiveKind, NewLiveEvent, StoreError, Unit};

impl App {
    pub(super) async fn tell_notes(
        &self,
        unit: &mut dyn Unit,
        notes: Notes,
        at: Moment,
    ) -> Result<(), StoreError> {
        for (event, note) in notes {
            unit.tell(&about(event, note, at)).await?;
        }
        Ok(())
    }

    pub(super) async fn tell_to_reconnect(&self, unit: &mut dyn Unit, at: Moment) -> Result<(), StoreError> {
        unit.tell(&live(LiveKind::GoogleReconnectRequired, Map::new(), at)).await
    }
}

fn about(event: EventId, note: Note, at: Moment) -> NewLiveEvent {
    let kind = match note {
        Note::Locked => LiveKind::EventLocked,
        Note::EditGivenUp => LiveKind::EventOverwritten,
        Note::DeletedThere => LiveKind::EventDeletedElsewhere,
        Note::Back => LiveKind::EventBack,
    };
    live(kind, Map::from_iter([("event_id".to_owned(), Value::from(event.to_string()))]), at)
}

fn live(kind: LiveKind, payload: Map<String, Value>, at: Moment) -> NewLiveEvent {
    NewLiveEvent { kind, proposal_id: None, trigger: None, payload, at }
}
