//! Accepting a proposal is all or nothing, on the week as it is now, and within the day's cap: whoever else is at
//! work meanwhile, and wherever it is cut off.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::harness::{Api, Caller, Reply, accept_path};
use crate::tools::crowd::{Monday, event_path, reject_path};
use crate::tools::rows::{Picture, STATE, TOLD, audit, calendar, number, picture, texts, told, user};

const PROPOSALS: &str = "/api/rebalancing/proposals";

/// Something that makes a proposal for a full Monday out of date.
struct Edit {
    name: &'static str,
    /// What is said of the first thing that changed.
    kind: &'static str,
}

const EDITS: [Edit; 11] = [
    Edit { name: "renamed", kind: "event_edited" },
    Edit { name: "moved", kind: "event_edited" },
    Edit { name: "locked", kind: "event_edited" },
    Edit { name: "moved by the sync", kind: "event_edited" },
    Edit { name: "deleted", kind: "event_gone" },
    Edit { name: "something in the way", kind: "rule_broken" },
    Edit { name: "a shorter day", kind: "rule_broken" },
    Edit { name: "less to study", kind: "rule_broken" },
    Edit { name: "due earlier", kind: "rule_broken" },
    Edit { name: "no longer due", kind: "trigger_gone" },
    Edit { name: "task deleted", kind: "trigger_gone" },
];

async fn edit(name: &str, who: &Caller, week: &Monday, sql: &Client) {
    let task = format!("/api/v1/tasks/{}", week.exam["id"].as_str().unwrap());
    let (film, id) = (&week.yielding, week.yielding["id"].as_str().unwrap());
    match name {
        "renamed" => drop(who.patch_event(film, json!({"title": "A longer film"})).await),
        "moved" => {
            let patch = json!({"start_ts": "2026-03-02T19:15:00Z", "end_ts": "2026-03-02T21:15:00Z"});
            who.patch_event(film, patch).await;
        }
        "locked" => drop(who.patch_event(film, json!({"protected": true})).await),
        "moved by the sync" => sql
            .batch_execute(&format!(
                "BEGIN; SET LOCAL canvascal.actor = 'sync';
                 UPDATE calendar_events SET end_ts = end_ts + interval '1 minute' WHERE id = '{id}'; COMMIT"
            ))
            .await
            .unwrap(),
        "deleted" => assert_eq!(who.delete(&event_path(film)).await.status, 204),
        "something in the way" => {
            who.event("Dentist", "OTHER", "2026-03-02T15:30", "2026-03-02T16:00").await;
        }
        "a shorter day" => {
            who.put("/api/v1/settings", json!({"day_end_min": 20 * 60})).await.json(200);
        }
        "less to study" => drop(who.patch(&task, json!({"effort_minutes": 60})).await.json(200)),
        "due earlier" => drop(who.patch(&task, json!({"due_ts": "2026-03-02T20:00:00Z"})).await.json(200)),
        "no longer due" => drop(who.patch(&task, json!({"due_ts": null})).await.json(200)),
        "task deleted" => assert_eq!(who.delete(&task).await.status, 204),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_week_that_changed_meanwhile_is_stale_and_nothing_is_written() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    for (number, Edit { name, kind }) in EDITS.iter().enumerate() {
        let who = api.user(&format!("edit{number}"));
        let week = who.crowded_monday("CHILL").await;
        let proposal = who.propose(&week.exam).await;
        edit(name, &who, &week, &sql).await;
        let before = picture(&sql, &STATE).await;
        let told_before = picture(&sql, &TOLD).await;

        let problem = who.call(&accept_path(&proposal)).await.problem(409, "stale");

        let changed = problem["changed"].as_array().unwrap();
        assert_eq!(changed[0]["kind"], *kind, "{name}: {changed:?}");
        match *kind {
            "event_edited" | "event_gone" => {
                assert_eq!(changed.len(), 1, "{name}: {changed:?}");
                assert_eq!(changed[0]["event_id"], week.yielding["id"], "{name}");
                assert_eq!(changed[0]["title"], "Film", "{name}: as it was called when it was planned on");
            }
            "trigger_gone" => assert_eq!(changed[0]["task_id"], week.exam["id"], "{name}"),
            _ => assert!(!changed[0]["detail"].as_str().unwrap().is_empty(), "{name}"),
        }
        assert_eq!(picture(&sql, &STATE).await, before, "{name}");
        assert_only_told(&sql, &told_before, "STALE").await;
    }
}

/// That one audit row and one attempt are new, and nothing was taken from what was told before.
async fn assert_only_told(sql: &Client, before: &Picture, code: &str) {
    let now = picture(sql, &TOLD).await;
    let new = |table: &str| -> Vec<Value> {
        let old = &before[table];
        assert!(old.iter().all(|row| now[table].contains(row)), "{table} lost a row");
        let new = now[table].iter().filter(|row| !old.contains(row));
        new.map(|row| serde_json::from_str(row).unwrap()).collect()
    };
    let audit = new("rebalancing_audit");
    assert_eq!(audit.iter().map(told).collect::<Vec<_>>(), [("ACCEPT_REFUSED".into(), vec![code.into()])]);
    let attempts = new("rebalancing_apply_attempts");
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0]["refusal"], code);
}

#[tokio::test]
async fn an_edit_that_is_taken_back_still_counts_as_one() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let week = ada.crowded_monday("CHILL").await;
    let proposal = ada.propose(&week.exam).await;
    for title in ["Another film", "Film"] {
        ada.patch_event(&week.yielding, json!({"title": title})).await;
    }
    ada.call(&accept_path(&proposal)).await.problem(409, "stale");
    // A fresh proposal is there for the asking, and works.
    let fresh = ada.propose(&week.exam).await;
    ada.accept(&fresh).await;
    ada.call(&accept_path(&proposal)).await.problem(409, "not-open");
}

#[tokio::test]
async fn of_many_acceptances_of_one_proposal_exactly_one_wins() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    let week = ada.crowded_monday("CHILL").await;
    let proposal = ada.propose(&week.exam).await;
    assert_eq!(proposal["churn_cost"], 2);

    let path = accept_path(&proposal);
    let replies = join_all((0..32).map(|_| ada.call(&path))).await;

    let (winners, losers): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(winners.len(), 1);
    for loser in losers {
        assert_eq!(loser.problem(409, "not-open")["proposal_status"], "APPLIED");
    }
    assert_eq!(number(&sql, "SELECT sum(churn) FROM churn_ledger").await, 2);
    assert_eq!(number(&sql, "SELECT count(*) FROM churn_ledger").await, 1);
    assert_eq!(number(&sql, "SELECT count(*) FROM rebalancing_apply_attempts").await, 32);
    assert_eq!(of_action(&sql, "ACCEPTED").await, 1);
    assert_eq!(of_action(&sql, "ACCEPT_REFUSED").await, 31);
    assert_eq!(ada.events().await.len(), 5, "one block was made, not several");
    assert_applied_exactly(&sql).await;
}

async fn of_action(sql: &Client, action: &str) -> i64 {
    number(sql, &format!("SELECT count(*) FROM rebalancing_audit WHERE action = '{action}'")).await
}

/// That each applied proposal wrote to the rows that it was planned on, and to nothing else since.
async fn assert_applied_exactly(sql: &Client) {
    let elsewhere = "SELECT count(*) FROM proposal_moves m
        JOIN rebalancing_proposals p ON p.user_id = m.user_id AND p.id = m.proposal_id AND p.status = 'APPLIED'
        LEFT JOIN calendar_events e ON e.user_id = m.user_id AND e.id = m.applied_event_id
       WHERE m.action IN ('insert', 'move')
         AND (e.start_ts, e.end_ts, e.version) IS DISTINCT FROM (m.to_start_ts, m.to_end_ts, m.applied_version)";
    assert_eq!(number(sql, elsewhere).await, 0, "an event is not where its proposal put it");
    let skipped = "SELECT count(*) FROM proposal_moves WHERE applied_version <> baseline_version + 1";
    assert_eq!(number(sql, skipped).await, 0, "a proposal was applied to a row that it was not planned on");
}

/// Thirty-two exams, each due ten hours after the other, and a proposal for each.
async fn many_proposals(api: &Api, who: &Caller, cap: u32) -> Vec<Value> {
    who.put("/api/v1/settings", json!({"rest_gap_min": 0, "lookahead_days": 1})).await.json(200);
    let mut proposals = Vec::new();
    for number in 0..32_u32 {
        if number % 10 == 0 {
            // No more than ten proposals a minute.
            api.clock.advance_minutes(2);
        }
        let hours = 20 + 10 * number;
        let due = format!("2026-03-{:02}T{:02}:00", 2 + hours / 24, hours % 24);
        // Some take one block, some take two.
        let exam = who.exam(&due, if number % 3 == 0 { 180 } else { 60 }).await;
        let body = json!({"trigger_item_id": exam["id"], "override_churn_cap": cap});
        proposals.push(who.post(PROPOSALS, body).await.json(201));
    }
    proposals
}

#[tokio::test]
async fn however_many_proposals_are_accepted_at_once_the_cap_holds() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    for cap in [3, 5] {
        let name = format!("capped{cap}");
        let who = api.user(&name);
        let proposals = many_proposals(&api, &who, cap).await;
        // Each twice: nobody may win twice either.
        let paths: Vec<String> = proposals.iter().chain(&proposals).map(accept_path).collect();

        let replies = join_all(paths.iter().map(|path| who.call(path))).await;

        let mut churn = 0;
        for (index, proposal) in proposals.iter().enumerate() {
            let wins: u32 = [&replies[index], &replies[index + proposals.len()]]
                .map(|reply| u32::from(reply.status == 200))
                .into_iter()
                .sum();
            assert!(wins <= 1, "a proposal was accepted twice");
            churn += wins * u32::try_from(proposal["churn_cost"].as_u64().unwrap()).unwrap();
        }
        for loser in replies.iter().filter(|reply| reply.status != 200) {
            assert_is_loser(loser, cap);
        }
        let id = user(&sql, &name).await.id;
        let used = number(&sql, &format!("SELECT sum(churn) FROM churn_ledger WHERE user_id = '{id}'")).await;
        assert_eq!(used, i64::from(churn), "the ledger says what was won");
        // A proposal of two may be one too many where one of one would still fit, but somebody fills the cap.
        assert!((cap - 1..=cap).contains(&churn), "{churn} of {cap}");
        let limits = who.get("/api/rebalancing/limits").await.json(200);
        assert_eq!(limits["churn_usage_today"], churn);
        assert_eq!(
            number(
                &sql,
                &format!(
                    "SELECT count(*) FROM rebalancing_audit WHERE user_id = '{id}' AND action LIKE 'ACCEPT%'"
                )
            )
            .await,
            64
        );
        assert_applied_exactly(&sql).await;
    }
}

fn assert_is_loser(loser: &Reply, cap: u32) {
    let slugs = ["not-open", "stale", "churn-cap-exceeded"];
    let slug = slugs.into_iter().find(|slug| loser.text.contains(&format!("problems/{slug}\"")));
    let problem = loser.problem(409, slug.unwrap_or("one of these three"));
    if slug == Some("churn-cap-exceeded") {
        let number = |field: &str| problem[field].as_u64().unwrap();
        assert_eq!(number("cap"), u64::from(cap));
        assert!(number("used") + number("churn_cost") > u64::from(cap), "{problem}");
    }
}

#[tokio::test]
async fn an_acceptance_and_an_edit_at_once_come_one_after_the_other() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    for round in 0..12 {
        let who = api.user(&format!("racer{round}"));
        let week = who.crowded_monday("LOW_PRIORITY").await;
        let proposal = who.propose(&week.exam).await;
        let accepting = join_all((0..8).map(|_| who.clone()).map(|who| {
            let path = accept_path(&proposal);
            async move { who.call(&path).await }
        }));
        let editing = join_all((0..8).map(|number| {
            let patch = json!({"title": format!("Film {number}")});
            let (who, path) = (who.clone(), event_path(&week.yielding));
            async move { who.patch(&path, patch).await.json(200) }
        }));

        // Whoever is asked first tends to come first: take turns.
        let replies =
            if round % 2 == 0 { join(accepting, editing).await.0 } else { join(editing, accepting).await.1 };

        let winners = replies.iter().filter(|reply| reply.status == 200).count();
        assert!(winners <= 1);
        for loser in replies.iter().filter(|reply| reply.status != 200) {
            if loser.text.contains("not-open") {
                assert_eq!(winners, 1);
            } else {
                let problem = loser.problem(409, "stale");
                assert_eq!(problem["changed"][0]["event_id"], week.yielding["id"]);
            }
        }
        let id = proposal["proposal_id"].as_str().unwrap();
        let stands =
            texts(&sql, &format!("SELECT status FROM rebalancing_proposals WHERE id = '{id}'")).await;
        assert_eq!(stands, [if winners == 1 { "APPLIED" } else { "PROPOSED" }]);
        let film = who.get(&event_path(&week.yielding)).await.json(200);
        let start = if winners == 1 { "2026-03-02T15:00:00Z" } else { "2026-03-02T19:00:00Z" };
        assert_eq!(film["start_ts"], start);
        assert_eq!(film["version"], 1 + 8 + winners);
    }
    let skipped = "SELECT count(*) FROM proposal_moves WHERE applied_version <> baseline_version + 1";
    assert_eq!(number(&sql, skipped).await, 0, "a proposal was applied to a row that it was not planned on");
}

#[tokio::test]
async fn acceptances_and_undos_at_once_come_one_after_the_other() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    for round in 0..10 {
        let who = api.user(&format!("racer{round}"));
        let week = who.crowded_monday("CHILL").await;
        let proposal = who.propose(&week.exam).await;
        let before = calendar(&sql).await;
        let path = accept_path(&proposal);
        let accepting = join_all((0..6).map(|_| who.call(&path)));
        let undoing = join_all((0..6).map(|_| who.undo(&proposal)));

        let (accepted, undone) = join(accepting, undoing).await;

        let wins = |replies: &[Reply]| replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(wins(&accepted), 1);
        assert!(wins(&undone) <= 1);
        for loser in accepted.iter().filter(|reply| reply.status != 200) {
            loser.problem(409, "not-open");
        }
        for loser in undone.iter().filter(|reply| reply.status != 200) {
            loser.problem(409, "not-undoable");
        }
        if wins(&undone) == 0 {
            who.undo(&proposal).await.json(200);
        }
        assert_eq!(calendar(&sql).await, before);
    }
}

#[tokio::test]
async fn undoing_one_proposal_and_accepting_another_at_once_loses_neither() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    for round in 0..8 {
        let who = api.user(&format!("racer{round}"));
        let week = who.crowded_monday("CHILL").await;
        let first = who.propose(&week.exam).await;
        who.accept(&first).await;
        let later = who.exam("2026-03-05T12:00", 60).await;
        let second = who.propose(&later).await;
        assert_eq!(second["churn_cost"], 1);
        let path = accept_path(&second);
        let accepting = join_all((0..4).map(|_| who.call(&path)));
        let undoing = join_all((0..4).map(|_| who.undo(&first)));

        let (accepted, undone) = if round % 2 == 0 {
            join(accepting, undoing).await
        } else {
            swap(join(undoing, accepting).await)
        };

        assert_eq!(accepted.iter().filter(|reply| reply.status == 200).count(), 1);
        assert_eq!(undone.iter().filter(|reply| reply.status == 200).count(), 1);
        let events = who.events().await;
        assert_eq!(events.len(), 5, "four as before, and the second proposal's block");
        let film = events.iter().find(|event| event["id"] == week.yielding["id"]).unwrap();
        assert_eq!(film["start_ts"], "2026-03-02T19:00:00Z");
        assert_eq!(events.iter().filter(|event| event["task_id"] == later["id"]).count(), 1);
        let limits = who.get("/api/rebalancing/limits").await.json(200);
        assert_eq!(limits["churn_usage_today"], 3, "what was undone counts as well");
    }
    assert_applied_exactly(&sql).await;
}

fn swap<A, B>((first, second): (A, B)) -> (B, A) {
    (second, first)
}

/// Holds a lock that somebody will wait for, until it is dropped.
struct Held(Client);

impl Held {
    async fn take(api: &Api, statement: &str) -> Self {
        let holder = api.db.client().await.unwrap();
        holder.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
        Self(holder)
    }

    async fn release(self) {
        self.0.batch_execute("ROLLBACK").await.unwrap();
    }
}

const WAITING: &str = "SELECT pid::text FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Asks, and ends every connection that has to wait for the lock, until there is an answer.
async fn cut_off(api: &Api, sql: &Client, lock: &str, ask: impl Future<Output = Reply>) -> Reply {
    let held = Held::take(api, lock).await;
    let mut ask = std::pin::pin!(ask);
    let mut cuts = 0;
    let reply = loop {
        let cut = async {
            let waiting = texts(sql, WAITING).await;
            cuts += waiting.len();
            for process in waiting {
                sql.execute(&format!("SELECT pg_terminate_backend({process})"), &[]).await.unwrap();
            }
        };
        tokio::select! {
            biased;
            reply = &mut ask => break reply,
            () = cut => {}
        }
    };
    held.release().await;
    assert!(cuts > 0, "nobody waited for: {lock}");
    reply
}

/// A trigger that makes every transaction which writes to the audit wait at its very end, while somebody holds the
/// lock.
const GATE: &str = "
    CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON rebalancing_audit DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();";

const AT_COMMIT: &str = "SELECT pg_advisory_xact_lock(4711)";

/// Where a change of state is cut off: at what it reads, at what it writes, and at its end.
const CUTS: [&str; 15] = [
    "LOCK TABLE users IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE user_settings IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE churn_settings IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE rebalancing_proposals IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE proposal_moves IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE calendar_events IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE churn_ledger IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE rebalancing_proposals IN SHARE MODE",
    "LOCK TABLE calendar_events IN SHARE MODE",
    "LOCK TABLE proposal_moves IN SHARE MODE",
    "LOCK TABLE churn_ledger IN SHARE MODE",
    "LOCK TABLE rebalancing_apply_attempts IN SHARE MODE",
    "LOCK TABLE rebalancing_audit IN SHARE MODE",
    AT_COMMIT,
];

#[tokio::test]
async fn an_acceptance_that_is_cut_off_leaves_nothing_behind_and_succeeds_the_next_time() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    sql.batch_execute(GATE).await.unwrap();
    for (number, cut) in CUTS.into_iter().enumerate() {
        let who = api.user(&format!("cut{number}"));
        let week = who.crowded_monday("CHILL").await;
        let proposal = who.propose(&week.exam).await;
        let all = || async { (picture(&sql, &STATE).await, picture(&sql, &TOLD).await) };
        let before = all().await;

        let path = accept_path(&proposal);
        let reply = cut_off(&api, &sql, cut, who.call(&path)).await;

        reply.problem(503, "not-ready");
        assert!(reply.headers.contains_key("retry-after"), "{cut}");
        assert_eq!(all().await, before, "{cut}");
        assert_eq!(who.accept(&proposal).await["churn_usage_today"], 2, "{cut}");
        let last = audit(&sql).await.pop().unwrap();
        assert_eq!((&last["action"], &last["proposal_id"]), (&json!("ACCEPTED"), &proposal["proposal_id"]));
        assert_applied_exactly(&sql).await;
    }
}

#[tokio::test]
async fn an_undo_a_rejection_or_a_creation_that_is_cut_off_leaves_nothing_behind() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    sql.batch_execute(GATE).await.unwrap();
    let cuts = [
        "LOCK TABLE rebalancing_proposals IN SHARE MODE",
        "LOCK TABLE rebalancing_snapshots IN ACCESS EXCLUSIVE MODE",
        "LOCK TABLE rebalancing_audit IN SHARE MODE",
        AT_COMMIT,
    ];
    for (number, cut) in cuts.into_iter().enumerate() {
        for what in ["undo", "reject", "create"] {
            let who = api.user(&format!("{what}{number}"));
            let week = who.crowded_monday("CHILL").await;
            let proposal = who.propose(&week.exam).await;
            if what == "undo" {
                who.accept(&proposal).await;
            }
            let before = (picture(&sql, &STATE).await, picture(&sql, &TOLD).await);
            let ask = || async {
                match what {
                    "undo" => who.undo(&proposal).await,
                    "reject" => who.call(&reject_path(&proposal)).await,
                    _ => who.post(PROPOSALS, json!({"trigger_item_id": week.exam["id"]})).await,
                }
            };

            cut_off(&api, &sql, cut, ask()).await.problem(503, "not-ready");

            let after = (picture(&sql, &STATE).await, picture(&sql, &TOLD).await);
            assert_eq!(after, before, "{what}: {cut}");
            let again = ask().await;
            assert!(again.status.is_success(), "{what}: {cut}: {}", again.text);
        }
    }
}

#[tokio::test]
async fn the_cap_is_that_of_the_local_day_of_acceptance() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    let settings = json!({"time_zone": "America/New_York", "rest_gap_min": 0, "lookahead_days": 1});
    ada.put("/api/v1/settings", settings).await.json(200);
    // Ten minutes to midnight in New York; in UTC it is Tuesday already.
    api.clock.set("2026-03-03T04:50:00Z".parse().unwrap());
    let mut proposals = Vec::new();
    for due in ["2026-03-05T12:00", "2026-03-06T12:00", "2026-03-07T12:00", "2026-03-08T12:00"] {
        let exam = ada.exam(due, 60).await;
        proposals.push(ada.propose(&exam).await);
    }
    let limits = async || ada.get("/api/rebalancing/limits").await.json(200);

    for proposal in &proposals[..3] {
        ada.accept(proposal).await;
    }
    let problem = ada.call(&accept_path(&proposals[3])).await.problem(409, "churn-cap-exceeded");
    assert_eq!((&problem["cap"], &problem["used"], &problem["remaining"]), (&json!(3), &json!(3), &json!(0)));
    let evening = limits().await;
    assert_eq!(evening["local_day"], "2026-03-02");
    assert_eq!(evening["resets_at"], "2026-03-03T05:00:00Z");
    // To undo gives nothing back.
    ada.undo(&proposals[0]).await.json(200);
    ada.call(&accept_path(&proposals[3])).await.problem(409, "churn-cap-exceeded");

    api.clock.set("2026-03-03T04:59:59.999999Z".parse().unwrap());
    ada.call(&accept_path(&proposals[3])).await.problem(409, "churn-cap-exceeded");
    api.clock.set("2026-03-03T05:00:00Z".parse().unwrap());
    assert_eq!(ada.accept(&proposals[3]).await["churn_usage_today"], 1);

    let days = "SELECT local_day || ' ' || sum(churn) FROM churn_ledger GROUP BY local_day ORDER BY 1";
    assert_eq!(texts(&sql, days).await, ["2026-03-02 3", "2026-03-03 1"]);
    let morning = limits().await;
    assert_eq!((&morning["local_day"], &morning["churn_remaining"]), (&json!("2026-03-03"), &json!(2)));
}

#[tokio::test]
async fn a_change_of_zone_moves_what_is_left_of_the_day_but_not_what_was_entered() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"rest_gap_min": 0, "lookahead_days": 1})).await.json(200);
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    let proposal = ada.propose(&exam).await;
    ada.accept(&proposal).await;
    // In Kiritimati it is Monday evening, in Niue Sunday night.
    for (zone, used) in [("Pacific/Kiritimati", 1), ("Pacific/Niue", 0), ("UTC", 1)] {
        ada.put("/api/v1/settings", json!({"time_zone": zone})).await.json(200);
        let limits = ada.get("/api/rebalancing/limits").await.json(200);
        assert_eq!(limits["churn_usage_today"], used, "{zone}: {limits}");
    }
}

#[tokio::test]
async fn one_user_does_not_wait_for_another() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    let (ada, ben) = (api.user("ada"), api.user("ben"));
    let mut proposals = Vec::new();
    for who in [&ada, &ben] {
        let week = who.crowded_monday("CHILL").await;
        proposals.push(who.propose(&week.exam).await);
    }
    let id = user(&sql, "ada").await.id;
    let held = Held::take(&api, &format!("SELECT FROM users WHERE id = '{id}' FOR UPDATE")).await;

    let path = accept_path(&proposals[0]);
    let mut waiting = std::pin::pin!(ada.call(&path));
    loop {
        tokio::select! {
            biased;
            reply = &mut waiting => panic!("did not wait: {}", reply.text),
            blocked = texts(&sql, WAITING) => if !blocked.is_empty() { break },
        }
    }
    // Ada's waits; Ben's does not, nor does anything that only looks.
    assert_eq!(ben.accept(&proposals[1]).await["churn_usage_today"], 2);
    assert_eq!(ada.events().await.len(), 4);
    ada.get("/api/rebalancing/limits").await.json(200);
    tokio::select! {
        biased;
        reply = &mut waiting => panic!("did not wait: {}", reply.text),
        () = std::future::ready(()) => {}
    }
    held.release().await;

    assert_eq!(waiting.await.json(200)["churn_usage_today"], 2);
}
