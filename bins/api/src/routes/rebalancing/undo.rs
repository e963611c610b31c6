//! `POST /api/rebalancing/undo`

use app::ports::UndoToken;
use app::proposals::{UndoRequest, UndoTarget};
use planner_core::model::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::failure::{edited_event, problem};
use crate::value::Line;

/// Which proposal to take back: one of the two names, not both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoBody {
    #[serde(default)]
    proposal_id: Option<Uuid>,
    #[serde(default)]
    undo_token: Option<Line<200>>,
    #[serde(default)]
    keep_edited: bool,
}

/// A proposal that was taken back.
#[derive(Serialize)]
pub(super) struct UndoneView {
    undone: bool,
    proposal_id: Uuid,
    restored: Vec<Uuid>,
    removed: Vec<Uuid>,
    /// Left as they are, since they were edited.
    kept: Vec<Value>,
}

pub(super) async fn undo(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<UndoBody>,
) -> Result<Json<UndoneView>, Problem> {
    let target = match (body.proposal_id, body.undo_token) {
        (Some(id), None) => UndoTarget::Proposal(id),
        (None, Some(token)) => UndoTarget::Token(UndoToken::new(token.into_inner())),
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::new(
                ProblemType::InvalidBody,
                "Name the proposal by `proposal_id` or by `undo_token`, and not by both.",
            )
            .error(FieldError::body(["proposal_id"], "either this or undo_token must be given")));
        }
    };
    let request = UndoRequest { target, keep_edited: body.keep_edited };
    let undone =
        app.undo_proposal(&me.user(), request).await.map_err(|failure| problem(failure, app.now()))?;
    let ids = |events: &[EventId]| events.iter().map(|event| event.0).collect();
    Ok(Json(UndoneView {
        undone: true,
        proposal_id: undone.proposal_id,
        restored: ids(&undone.undo.restore),
        removed: ids(&undone.undo.remove),
        kept: undone.undo.kept.iter().map(edited_event).collect(),
    }))
}
