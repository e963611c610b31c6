//! `POST /api/rebalancing/undo`

use app::ports::UndoToken;
use app::proposals::{UndoRequest, UndoTarget};
use planner_core::model::EventId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
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

impl PartialSchema for UndoBody {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        let named_by = |name: &str, schema: RefOr<Schema>| {
            ObjectBuilder::new()
                .property(name, schema)
                .required(name)
                .property("keep_edited", bool::schema())
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        let id = named_by("proposal_id", id.into()).examples([json!({"proposal_id": Uuid::nil()})]);
        let token = named_by("undo_token", Line::<200>::schema());
        OneOfBuilder::new()
            .item(id)
            .item(token)
            .description(Some(
                "Which proposal to take back, by one of its two names; with `keep_edited` the rest is restored where \
                 something was edited since.",
            ))
            .into()
    }
}

impl ToSchema for UndoBody {}

/// A proposal that was taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = Undone)]
pub(super) struct UndoneView {
    undone: bool,
    proposal_id: Uuid,
    restored: Vec<Uuid>,
    removed: Vec<Uuid>,
    /// Left as they are, since they were edited.
    #[schema(value_type = Vec<EditedView>)]
    kept: Vec<Value>,
}

/// An event that was edited since; `gone` where it is no longer there.
#[derive(ToSchema)]
#[schema(as = Edited)]
#[expect(dead_code, reason = "problems tell of it as well, as a JSON value")]
struct EditedView {
    event_id: Uuid,
    title: String,
    gone: bool,
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
