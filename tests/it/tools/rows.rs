//! What is in the database, row by row.

use std::collections::BTreeMap;

use app::identity::{User, UserId};
use serde_json::Value;
use tokio_postgres::Client;

/// Everything that is decided on or changed, but for the audit and the attempts, which tell of refusals too.
pub(crate) const STATE: [&str; 10] = [
    "users",
    "user_settings",
    "churn_settings",
    "tasks",
    "calendar_events",
    "rebalancing_proposals",
    "proposal_moves",
    "rebalancing_snapshots",
    "churn_ledger",
    "realtime_events",
];

/// What is told of everything that happens.
pub(crate) const TOLD: [&str; 2] = ["rebalancing_audit", "rebalancing_apply_attempts"];

/// Whole tables, with every column of every row of every user.
pub(crate) type Picture = BTreeMap<&'static str, Vec<String>>;

/// The rows of these tables.
pub(crate) async fn picture(sql: &Client, tables: &[&'static str]) -> Picture {
    let mut picture = Picture::new();
    for table in tables {
        // That counter goes with the rows of live events, and is no part of what a user is.
        let query = format!("SELECT (to_jsonb(t) - 'last_event_seq')::text FROM {table} t ORDER BY 1");
        picture.insert(*table, texts(sql, &query).await);
    }
    picture
}

/// Every event of every user in all columns, but for those that only count and date its changes.
pub(crate) async fn calendar(sql: &Client) -> Vec<String> {
    let query =
        "SELECT (to_jsonb(e) - 'version' - 'updated_at')::text FROM calendar_events e ORDER BY user_id, id";
    texts(sql, query).await
}

/// The audit in the order in which it was written.
pub(crate) async fn audit(sql: &Client) -> Vec<Value> {
    // Identities count upwards here, so they tell the order.
    let rows = texts(sql, "SELECT to_jsonb(a)::text FROM rebalancing_audit a ORDER BY id").await;
    rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

/// An audit row in short: its action, and its reason codes in order.
pub(crate) fn told(row: &Value) -> (String, Vec<String>) {
    let codes = row["reason_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    let mut codes: Vec<String> = codes.collect();
    codes.sort();
    (row["action"].as_str().unwrap().to_owned(), codes)
}

/// The first column of a query, which must be text.
pub(crate) async fn texts(sql: &Client, query: &str) -> Vec<String> {
    sql.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// The only value of a query, which must be a bigint.
pub(crate) async fn number(sql: &Client, query: &str) -> i64 {
    sql.query_one(query, &[]).await.unwrap().get(0)
}

/// Who the user called `name` is. They must have been here before.
pub(crate) async fn user(sql: &Client, name: &str) -> User {
    let external_id = format!("user_{name}");
    let id = texts(sql, &format!("SELECT id::text FROM users WHERE external_id = '{external_id}'")).await;
    User { id: UserId(id[0].parse().unwrap()), external_id }
}
