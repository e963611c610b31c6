use serde::Deserialize;
use serde_json::{Value, json};

use super::{Object, Span, event_id, parse, span_as_json};
use crate::check;
use crate::model::{
    Action, Answer, Change, EventId, InvalidProblem, Note, Objective, Plan, Problem, ReasonCode, Refusal,
};

/// Reads an answer document to `problem`. What it says beside the changes (need, reasons, details) may be left out.
///
/// # Errors
/// [`InvalidProblem`] with the path of the first field that is wrong; `document` where it is no JSON at all.
pub fn read_answer(text: &str, problem: &Problem) -> Result<Answer, InvalidProblem> {
    let document: AnswerDocument = parse(text)?;
    document.into_answer(problem)
}

/// Writes an answer as a document that [`read_answer`] reads back.
pub fn write_answer(answer: &Answer) -> Value {
    let nothing = |status: &str, refusal: Option<Refusal>| {
        json!({
            "status": status, "refusal": refusal.map(Refusal::as_str), "need": 0, "claims": [], "changes": [],
            "objective": Objective::default().components(), "proven_optimal": true,
        })
    };
    let plan = match answer {
        Answer::Refused(refusal) => return nothing("refused", Some(*refusal)),
        Answer::NothingToPlan => return nothing("nothing_to_plan", None),
        Answer::Planned(plan) => plan,
    };
    let change = |change: &Change| {
        json!({
            "action": change.action.as_str(), "event_id": change.action.event().map(|event| event.to_string()),
            "intervals": change.action.intervals().iter().map(|at| span_as_json(*at)).collect::<Vec<_>>(),
            "reason": change.reason.as_str(), "detail": change.detail,
        })
    };
    let note = |note: &Note| json!({"event_id": note.event.to_string(), "reason": note.reason.as_str(), "detail": note.detail});
    json!({
        "status": "planned", "refusal": null, "need": plan.need_minutes,
        "claims": ids(&plan.claims), "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "notes": plan.notes.iter().map(note).collect::<Vec<_>>(), "left_stranded": ids(&plan.left_stranded),
        "objective": plan.objective.components(), "proven_optimal": plan.proven_optimal,
        "bound": plan.bound.components(), "work": plan.work,
    })
}

/// The bytes that `canvascal plan` prints for an answer: the document laid out for people, and the end of the line.
pub fn print_answer(answer: &Answer) -> String {
    format!("{:#}\n", write_answer(answer))
}

fn ids(ids: &[EventId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerDocument {
    status: StatusName,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    need: Option<u32>,
    #[serde(default)]
    claims: Vec<Id>,
    #[serde(default)]
    changes: Vec<Object<ChangeDocument>>,
    #[serde(default)]
    notes: Vec<Object<NoteDocument>>,
    #[serde(default)]
    left_stranded: Vec<Id>,
    #[serde(default)]
    objective: Option<[u32; 11]>,
    #[serde(default)]
    proven_optimal: bool,
    #[serde(default)]
    bound: Option<[u32; 11]>,
    #[serde(default)]
    work: u64,
    #[serde(default, rename = "solve_ms")]
    _solve_ms: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusName {
    Planned,
    NothingToPlan,
    Refused,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Id(#[serde(deserialize_with = "event_id::one")] EventId);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeDocument {
    action: ActionName,
    #[serde(default, deserialize_with = "event_id::optional")]
    event_id: Option<EventId>,
    #[serde(default)]
    intervals: Vec<Object<Span>>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    detail: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ActionName {
    Create,
    Move,
    Split,
    Delete,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteDocument {
    #[serde(deserialize_with = "event_id::one")]
    event_id: EventId,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    detail: String,
}

impl AnswerDocument {
    fn into_answer(self, problem: &Problem) -> Result<Answer, InvalidProblem> {
        match self.status {
            StatusName::NothingToPlan => return Ok(Answer::NothingToPlan),
            StatusName::Refused => {
                let name = self.refusal.as_deref().unwrap_or_default();
                return Refusal::from_name(name)
                    .map(Answer::Refused)
                    .ok_or_else(|| InvalidProblem::new("refusal", format!("{name:?} is no known refusal")));
            }
            StatusName::Planned => {}
        }
        let components =
            self.objective.ok_or_else(|| InvalidProblem::new("objective", "must be there in a plan"))?;
        let changes: Result<Vec<Change>, InvalidProblem> = self
            .changes
            .into_iter()
            .enumerate()
            .map(|(index, Object(change))| change.into_change(index))
            .collect();
        let proven = self.proven_optimal.then_some(components);
        let bound = self.bound.or(proven).map(Objective::from_components);
        // An answer that does not state the need cannot state a wrong one.
        let need_minutes = self.need.unwrap_or_else(|| check::need(problem));
        Ok(Answer::Planned(Plan {
            need_minutes,
            exact_need_minutes: need_minutes,
            claims: self.claims.into_iter().map(|id| id.0).collect(),
            changes: changes?,
            notes: self.notes.into_iter().map(|Object(note)| note.into_note()).collect(),
            left_stranded: self.left_stranded.into_iter().map(|id| id.0).collect(),
            objective: Objective::from_components(components),
            proven_optimal: self.proven_optimal,
            bound: bound.unwrap_or_default(),
            work: self.work,
        }))
    }
}

impl ChangeDocument {
    fn into_change(self, index: usize) -> Result<Change, InvalidProblem> {
        let at = |number: usize| {
            let field = || format!("changes[{index}].intervals[{number}]");
            match self.intervals.get(number) {
                Some(Object(span)) => span.interval(field),
                None => Err(InvalidProblem::new(field(), "is missing")),
            }
        };
        let event = || {
            self.event_id.ok_or_else(|| {
                InvalidProblem::new(format!("changes[{index}].event_id"), "must name an event")
            })
        };
        let (action, expected) = match self.action {
            ActionName::Create if self.event_id.is_some() => {
                return Err(InvalidProblem::new(
                    format!("changes[{index}].event_id"),
                    "must be null for CREATE",
                ));
            }
            ActionName::Create => (Action::Create { at: at(0)? }, 1),
            ActionName::Move => (Action::Move { event: event()?, to: at(0)? }, 1),
            ActionName::Split => (Action::Split { event: event()?, pieces: [at(0)?, at(1)?] }, 2),
            ActionName::Delete => (Action::Delete { event: event()? }, 0),
        };
        if self.intervals.len() != expected {
            let reason = format!("must be {expected} for {}", action.as_str());
            return Err(InvalidProblem::new(format!("changes[{index}].intervals"), reason));
        }
        // Reasons are not checked; what is unknown here counts as none of ours.
        Ok(Change { action, reason: reason(self.reason.as_deref()), detail: self.detail })
    }
}

impl NoteDocument {
    fn into_note(self) -> Note {
        Note { event: self.event_id, reason: reason(self.reason.as_deref()), detail: self.detail }
    }
}

fn reason(name: Option<&str>) -> ReasonCode {
    name.and_then(ReasonCode::from_name).unwrap_or(ReasonCode::PreserveFocus)
}
