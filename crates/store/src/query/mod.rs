//! The queries, one file for each table or question. They take a connection, so that a unit of work joins them in one
//! transaction, and the user, so that nothing of another user is ever in sight.

pub(crate) mod answers;
pub(crate) mod apply;
pub(crate) mod attempts;
pub(crate) mod audit;
pub(crate) mod canvas;
pub(crate) mod events;
pub(crate) mod google;
pub(crate) mod insights;
pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod live;
pub(crate) mod moves;
mod number;
pub(crate) mod planned;
pub(crate) mod proposals;
pub(crate) mod rates;
pub(crate) mod restore;
pub(crate) mod settings;
pub(crate) mod snapshots;
pub(crate) mod sweep;
pub(crate) mod tasks;
pub(crate) mod users;
pub(crate) mod week;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The moment that the unit of work declares, or else the one at which the transaction began.
    fn canvascal_now() -> diesel::sql_types::Timestamptz;
}
