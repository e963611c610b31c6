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

use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/rebalancing/proposals").get(list::list).post(create::create),
        resource("/api/rebalancing/proposals/{id}").get(read::read),
        resource("/api/rebalancing/proposals/{id}/accept").post(accept::accept),
        resource("/api/rebalancing/proposals/{id}/reject").post(reject::reject),
        resource("/api/rebalancing/undo").post(undo::undo),
        resource("/api/rebalancing/limits").get(limits::limits),
        resource("/api/rebalancing/history").get(history::history),
        resource("/api/rebalancing/events").get(live::live),
    ]
}
