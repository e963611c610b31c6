//! `/api/rebalancing`: proposals, and what becomes of them.

mod accept;
mod create;
mod history;
mod limits;
mod list;
mod live;
mod rate;
mod read;
mod reject;
mod undo;
mod view;
mod why_not;

use serde_json::json;

use self::accept::AcceptedView;
use self::create::{CreateBody, NothingView, ResolveBody};
use self::history::{EntryView, HistoryQuery};
use self::limits::LimitsView;
use self::list::ProposalQuery;
use self::live::LiveQuery;
use self::reject::RejectedView;
use self::undo::{UndoBody, UndoneView};
use self::view::ProposalView;
use super::cursor::ListView;
use crate::openapi::operation;
use crate::problem::ProblemType as P;
use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let next = ("query.cursor", "$response.body#/next_cursor");
    let id = ("path.id", "$response.body#/proposal_id");
    vec![
        resource("/api/rebalancing/proposals")
            .get(list::list)
            .told(
                operation("listProposals", "Proposals as they stand, the newest first")
                    .query::<ProposalQuery>()
                    .answers::<ListView<ProposalView>>(200, "A page of proposals.")
                    .leads_to("listProposals", &[next]),
            )
            .post(create::create)
            .told(
                operation("createProposal", "Makes a proposal for a task")
                    .about("Makes a proposal for a task. It changes nothing until it is accepted, and replaces the last one.")
                    .takes::<CreateBody>()
                    .limited()
                    .refuses([P::TriggerNotFound, P::TriggerDone, P::TriggerNotDue, P::PriorityBelowThreshold])
                    .refuses([P::TriggerExpired, P::Cooldown, P::ChurnCapExceeded])
                    .answers::<NothingView>(200, "There is nothing to propose; the `reason` says why.")
                    .answers::<ProposalView>(201, "The proposal.")
                    .leads_to("acceptProposal", &[id])
                    .leads_to("readProposal", &[id])
                    .leads_to("rejectProposal", &[id]),
            ),
        resource("/api/rebalancing/conflicts").post(create::resolve).told(
            operation("resolveConflicts", "Makes a proposal that resolves conflicts")
                .about(
                    "Makes a proposal that moves what stands in the way of fixed events, of time that other calendars take, or \
                     of each other. It changes nothing until it is accepted, and replaces the last one.",
                )
                .takes::<ResolveBody>()
                .limited()
                .refuses([P::ChurnCapExceeded])
                .answers::<NothingView>(200, "There is nothing to propose; the `reason` says why.")
                .answers::<ProposalView>(201, "The proposal.")
                .leads_to("acceptProposal", &[id])
                .leads_to("readProposal", &[id])
                .leads_to("rejectProposal", &[id]),
        ),
        resource("/api/rebalancing/proposals/{id}").get(read::read).told(
            operation("readProposal", "A proposal as it stands")
                .answers::<ProposalView>(200, "The proposal.")
                .leads_to("acceptProposal", &[id])
                .leads_to("rejectProposal", &[id]),
        ),
        resource("/api/rebalancing/proposals/{id}/accept").post(accept::accept).told(
            operation("acceptProposal", "Applies a proposal")
                .about("Applies a proposal, all of it or nothing.")
                .refuses([P::NotOpen, P::ProposalExpired, P::ChurnCapExceeded, P::Stale])
                .answers::<AcceptedView>(200, "It was applied. The `undo_token` is told once.")
                .leads_to_body("undo", &json!({"undo_token": "$response.body#/undo_token"})),
        ),
        resource("/api/rebalancing/proposals/{id}/reject").post(reject::reject).told(
            operation("rejectProposal", "Turns a proposal down")
                .refuses([P::NotOpen, P::ProposalExpired])
                .answers::<RejectedView>(200, "It was turned down."),
        ),
        resource("/api/rebalancing/undo").post(undo::undo).told(
            operation("undo", "Takes an applied proposal back")
                .about("Takes an applied proposal back: what it changed is as it was.")
                .takes::<UndoBody>()
                .refuses([P::NotFound, P::NotUndoable, P::UndoExpired, P::UndoConflict])
                .answers::<UndoneView>(200, "It was taken back."),
        ),
        resource("/api/rebalancing/events").get(live::live).told(
            operation("lookOn", "What happens to proposals, as it happens")
                .about(
                    "Server-Sent Events, numbered without a gap. The `id` of the last one that was seen, as \
                     `Last-Event-ID`, leads to what came after it.",
                )
                .query::<LiveQuery>()
                .parameter(live::last_event_id_header())
                .refuses([P::RateLimited])
                .answers_as(200, "The stream.", &["text/event-stream"], &json!({"type": "string"})),
        ),
        resource("/api/rebalancing/limits").get(limits::limits).told(
            operation("readLimits", "How much may still change today")
                .answers::<LimitsView>(200, "The changes of the user's local day."),
        ),
        resource("/api/rebalancing/history").get(history::history).told(
            operation("readHistory", "What happened to the user's proposals, the newest first")
                .query::<HistoryQuery>()
                .answers::<ListView<EntryView>>(200, "A page of the history.")
                .leads_to("readHistory", &[next]),
        ),
    ]
}
