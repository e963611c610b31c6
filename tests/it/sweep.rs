//! What is past its time is cleared away, and nothing else.

use std::collections::BTreeMap;

use app::sweep::Swept;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::harness::{Api, Ask, Caller, accept_path};
use crate::tools::crowd::reject_path;
use crate::tools::rows;

impl Api {
    async fn sweep(&self) -> Swept {
        self.app.sweep(self.app.now()).await.unwrap()
    }
}

async fn sql(api: &Api) -> Client {
    api.db.client().await.unwrap()
}

async fn open_proposal(caller: &Caller) -> Value {
    caller.propose(&caller.exam("2026-03-05T12:00", 60).await).await
}

/// How many snapshots hold something that may be restored.
const KEPT: &str = "SELECT count(*) FROM rebalancing_snapshots WHERE released_at IS NULL";

#[tokio::test(flavor = "multi_thread")]
async fn an_open_proposal_expires_once_however_many_sweep() {
    let api = Api::start().await;
    let beside = Api::beside(&api);
    let names: Vec<String> = (0..12).map(|n| format!("student{n}")).collect();
    let mut proposals = BTreeMap::new();
    for name in &names {
        proposals.insert(name, open_proposal(&api.user(name)).await);
    }
    let rejected = open_proposal(&api.user("eve")).await;
    api.user("eve").call(&reject_path(&rejected)).await.json(200);
    api.clock.advance_minutes(24 * 60 - 1);
    let young = open_proposal(&api.user("ben")).await;
    assert_eq!(api.sweep().await, Swept::default());
    let mut stream = api.user(&names[0]).look_on(None).await;
    api.clock.advance_minutes(1);

    let sweeping = (0..6).map(|n| {
        let app = [&api, &beside][n % 2].app.clone();
        tokio::spawn(async move { app.sweep(app.now()).await.unwrap().expired_proposals })
    });
    let mut expired = 0;
    for swept in sweeping.collect::<Vec<_>>() {
        expired += swept.await.unwrap();
    }
    assert_eq!(expired, 12);
    assert_eq!(api.sweep().await, Swept::default());

    let told = stream.event().await;
    assert_eq!(told["kind"], "proposal.expired");
    assert_eq!(told["payload"], json!({"status": "EXPIRED"}));
    let sql = sql(&api).await;
    let twice =
        "SELECT count(*) FROM (SELECT FROM rebalancing_audit WHERE action = 'EXPIRED' GROUP BY proposal_id
                                       HAVING count(*) > 1) t";
    assert_eq!(rows::number(&sql, twice).await, 0);
    assert_eq!(
        rows::number(&sql, "SELECT count(*) FROM rebalancing_audit WHERE action = 'EXPIRED'").await,
        12
    );
    assert_eq!(rows::number(&sql, KEPT).await, 1, "Ben's is open");
    let read = Ask::get("/api/rebalancing/proposals/{id}");
    let seen = read.of(&young).by(&api.user("ben")).await.json(200);
    assert_eq!(seen["status"], "PROPOSED");
    let read = Ask::get("/api/rebalancing/proposals/{id}");
    let seen = read.of(&proposals[&names[0]]).by(&api.user(&names[0])).await.json(200);
    assert_eq!((&seen["status"], &seen["closed_at"]), (&json!("EXPIRED"), &json!("2026-03-03T08:00:00Z")));
}

#[tokio::test]
async fn a_sweep_and_a_decision_at_once_leave_one_of_them() {
    for _ in 0..5 {
        let api = Api::start().await;
        let ada = api.user("ada");
        let proposal = open_proposal(&ada).await;
        api.clock.advance_minutes(24 * 60);
        // Whoever decides finds it expired, and marks it so as well.
        let path = accept_path(&proposal);
        let (swept, reply) = tokio::join!(api.sweep(), ada.call(&path));
        reply.problem(410, "proposal-expired");
        assert!(swept.expired_proposals <= 1);
        let marked = "SELECT count(*) FROM rebalancing_audit WHERE action = 'EXPIRED'";
        assert_eq!(rows::number(&sql(&api).await, marked).await, 1);
        let told = "SELECT count(*) FROM realtime_events WHERE kind = 'proposal.expired'";
        assert_eq!(rows::number(&sql(&api).await, told).await, 1);
    }
}

/// Accepts a proposal that moves something and one on top of it, and tells what undoing them after so many minutes
/// leads to, with the calendar as it is then.
async fn undone_after(minutes: i64, with_sweeps: bool) -> Vec<(u16, Value)> {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    let lower = ada.propose(&ada.crammed_monday().await).await;
    ada.accept(&lower).await;
    let upper = ada.propose(&ada.exam("2026-03-06T12:00", 60).await).await;
    ada.accept(&upper).await;
    for step in [minutes / 2, minutes - minutes / 2] {
        api.clock.advance_minutes(step);
        if with_sweeps {
            api.sweep().await;
        }
    }
    let mut told = Vec::new();
    for proposal in [&upper, &lower] {
        let reply = ada.undo(proposal).await;
        let mut body: Value = serde_json::from_str(&reply.text).unwrap();
        body.as_object_mut().unwrap().remove("request_id");
        told.push((reply.status.as_u16(), body));
        if with_sweeps {
            api.sweep().await;
        }
    }
    let calendar = rows::calendar(&sql(&api).await).await;
    told.push((0, json!(calendar)));
    told
}

#[tokio::test]
async fn a_sweep_takes_nothing_that_an_undo_needs() {
    let day = 24 * 60;
    for minutes in [0, 60, day - 1, day, day + 1, day + 10] {
        let swept = undone_after(minutes, true).await;
        assert_eq!(swept, undone_after(minutes, false).await, "after {minutes} minutes");
        let expected = if minutes < day { 200 } else { 410 };
        assert_eq!((swept[0].0, swept[1].0), (expected, expected), "after {minutes} minutes");
    }
}

#[tokio::test]
async fn a_snapshot_is_given_up_when_nothing_will_be_restored_from_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    let applied = ada.propose(&ada.crammed_monday().await).await;
    ada.accept(&applied).await;
    let undone = ada.propose(&ada.exam("2026-03-06T12:00", 60).await).await;
    ada.accept(&undone).await;
    ada.undo(&undone).await.json(200);
    let sql = sql(&api).await;
    assert_eq!(rows::number(&sql, KEPT).await, 2);
    assert_eq!(api.sweep().await, Swept { released_snapshots: 1, ..Swept::default() });
    // Somebody may have asked in time and still be waiting.
    api.clock.advance_minutes(24 * 60 + 5);
    assert_eq!(api.sweep().await, Swept { rate_limits: 1, ..Swept::default() });
    api.clock.advance_minutes(1);
    assert_eq!(api.sweep().await, Swept { released_snapshots: 1, ..Swept::default() });
    assert_eq!(rows::number(&sql, KEPT).await, 0);
    let emptied =
        "SELECT count(*) FROM rebalancing_snapshots WHERE rows = '[]' AND octet_length(digest) = 32";
    assert_eq!(rows::number(&sql, emptied).await, 2);
    ada.undo(&applied).await.problem(410, "undo-expired");
}

/// Rows of every kind that is removed, `n` of each so old and `n` a minute younger.
async fn leftovers(sql: &Client, n: u32) {
    let leftovers = format!(
        "WITH ada AS (SELECT id FROM users WHERE external_id = 'user_ada'), age AS (
             SELECT n, '2026-03-02 08:00Z'::timestamptz - (n % 2) * interval '1 minute' AS at
               FROM generate_series(0, {n} * 2 - 1) n
         ), keys AS (
             INSERT INTO idempotency_keys (user_id, method, path, key, fingerprint, expires_at)
             SELECT id, 'POST', '/', n::text, '', at FROM ada, age
         ), events AS (
             INSERT INTO realtime_events (user_id, seq, kind, at)
             SELECT id, n + 1, 'proposal.created', at - interval '7 days' FROM ada, age
         ), dead AS (
             INSERT INTO jobs (kind, job_key, status, updated_at)
             SELECT 'x', n::text, 'DEAD', at - interval '30 days' FROM age
         ), waiting AS (
             INSERT INTO jobs (kind, job_key, updated_at) SELECT 'x', n::text, at - interval '1 year' FROM age
         ), limits AS (
             INSERT INTO rate_limits (user_id, name, updated_at) SELECT id, n::text, at - interval '1 day' FROM ada, age
         ), sign_ins AS (
             INSERT INTO google_sign_ins (user_id, state_digest, sealed_verifier, redirect_uri, expires_at)
             SELECT id, sha256(n::text::bytea), '', '', at FROM ada, age
         ), calendar AS (
             INSERT INTO google_calendars (user_id, id, google_id) SELECT id, id, 'primary' FROM ada
         ), channels AS (
             INSERT INTO google_channels (user_id, id, calendar_id, token_digest, until)
             SELECT id, n::text, id, '', at - interval '7 days' FROM ada, age
         )
         INSERT INTO rebalancing_apply_attempts (user_id, id, proposal_id, at)
         SELECT p.user_id, gen_random_uuid(), p.id, at - interval '90 days' FROM rebalancing_proposals p, age"
    );
    sql.batch_execute(&leftovers).await.unwrap();
    sql.batch_execute(&format!("UPDATE users SET last_event_seq = {n} * 2")).await.unwrap();
}

#[tokio::test]
async fn leftovers_go_when_they_are_old_and_the_history_stays() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = open_proposal(&ada).await;
    ada.accept(&proposal).await;
    let sql = sql(&api).await;
    sql.batch_execute(
        "DELETE FROM realtime_events; DELETE FROM rebalancing_apply_attempts; DELETE FROM jobs;
         DELETE FROM rate_limits",
    )
    .await
    .unwrap();
    // More than are taken at once.
    leftovers(&sql, 700).await;
    let history = ["rebalancing_audit", "churn_ledger", "rebalancing_proposals", "calendar_events"];
    let before = rows::picture(&sql, &history).await;
    let swept = Swept {
        idempotency_keys: 700,
        live_events: 700,
        dead_jobs: 700,
        rate_limits: 700,
        apply_attempts: 700,
        sign_ins: 700,
        channels: 700,
        ..Swept::default()
    };
    assert_eq!(api.sweep().await, swept);
    assert_eq!(api.sweep().await, Swept::default());
    for (table, left) in [
        ("idempotency_keys", 700),
        ("realtime_events", 700),
        ("jobs", 700 + 1400),
        ("rate_limits", 700),
        ("rebalancing_apply_attempts", 700),
        ("google_sign_ins", 700),
        ("google_channels", 700),
    ] {
        assert_eq!(rows::number(&sql, &format!("SELECT count(*) FROM {table}")).await, left, "{table}");
    }
    assert_eq!(rows::picture(&sql, &history).await, before);
    // The numbers go on.
    ada.undo(&proposal).await.json(200);
    let last = "SELECT max(seq) FROM realtime_events";
    assert_eq!(rows::number(&sql, last).await, 1401);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_sweep_at_once_and_count_each_row_once() {
    let api = Api::start().await;
    let beside = Api::beside(&api);
    open_proposal(&api.user("ada")).await;
    let sql = sql(&api).await;
    sql.batch_execute("DELETE FROM realtime_events").await.unwrap();
    leftovers(&sql, 3000).await;
    let sweeping = (0..4).map(|n| {
        let app = [&api, &beside][n % 2].app.clone();
        tokio::spawn(async move { app.sweep(app.now()).await.unwrap() })
    });
    let mut all = Swept::default();
    for swept in sweeping.collect::<Vec<_>>() {
        let swept = swept.await.unwrap();
        all.idempotency_keys += swept.idempotency_keys;
        all.live_events += swept.live_events;
        all.dead_jobs += swept.dead_jobs;
    }
    // One that passes over what another is at may leave earlier; the last one leaves nothing.
    let swept = api.sweep().await;
    assert_eq!(swept, Swept::default());
    assert_eq!((all.idempotency_keys, all.live_events, all.dead_jobs), (3000, 3000, 3000));
}

#[tokio::test]
async fn a_broken_proposal_keeps_no_other_from_expiring() {
    let api = Api::start().await;
    for name in ["ada", "ben", "eve"] {
        open_proposal(&api.user(name)).await;
    }
    let sql = sql(&api).await;
    let breaking = "UPDATE proposal_moves SET reason_code = 'NONE OF OURS'
                     WHERE user_id = (SELECT id FROM users WHERE external_id = 'user_ben')";
    sql.batch_execute(breaking).await.unwrap();
    api.clock.advance_minutes(24 * 60);
    let swept = Swept { expired_proposals: 2, failed_proposals: 1, ..Swept::default() };
    assert_eq!(api.sweep().await, swept);
    let again = Swept { failed_proposals: 1, ..Swept::default() };
    assert_eq!(api.sweep().await, again);
}

#[tokio::test]
async fn sweeping_gives_nobody_a_name_and_makes_nobody() {
    let api = Api::start().await;
    open_proposal(&api.user("ada")).await;
    let sql = sql(&api).await;
    sql.batch_execute("UPDATE users SET external_id = NULL").await.unwrap();
    api.clock.advance_minutes(24 * 60);
    assert_eq!(api.sweep().await.expired_proposals, 1);
    assert_eq!(rows::number(&sql, "SELECT count(*) FROM users WHERE external_id IS NULL").await, 1);
    assert_eq!(rows::number(&sql, "SELECT count(*) FROM users").await, 1);
}
