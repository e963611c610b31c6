//! `GET /api/rebalancing/history`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, NOBODYS};
use crate::tools::crowd::reject_path;
use crate::tools::dice::Dice;

const ENDPOINT: Ask = Ask::get("/api/rebalancing/history");
const PATH: &str = "/api/rebalancing/history";

/// Ada makes a proposal, which is replaced by one that is applied and taken back. A minute passes before each step.
async fn a_life(api: &Api) -> (Value, Value) {
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    let step = || api.clock.advance_minutes(1);
    step();
    ada.propose(&exam).await;
    step();
    let proposal = ada.propose(&exam).await;
    step();
    ada.accept(&proposal).await;
    step();
    ada.post("/api/rebalancing/proposals", json!({"trigger_item_id": exam["id"]}))
        .await
        .problem(409, "cooldown");
    step();
    ada.undo(&proposal).await.json(200);
    step();
    ada.call(&reject_path(&json!({"proposal_id": NOBODYS}))).await.problem(404, "not-found");
    (exam, proposal)
}

async fn actions(ada: &Caller, query: &str) -> Vec<String> {
    let entries = ada.walk(&format!("{PATH}?{query}")).await;
    entries.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    a_life(&api).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_did_is_not_listed() {
    let api = Api::start().await;
    let (exam, proposal) = a_life(&api).await;
    let eve = api.user("eve");
    let nothing = json!({"items": [], "next_cursor": null});
    assert_eq!(ENDPOINT.by(&eve).await.json(200), nothing);
    let (exam, proposal) = (exam["id"].as_str().unwrap(), proposal["proposal_id"].as_str().unwrap());
    assert_eq!(
        eve.get(&format!("{PATH}?proposal_id={proposal}&trigger_item_id={exam}")).await.json(200),
        nothing
    );
}

#[tokio::test]
async fn what_happened_is_told_from_the_newest_on() {
    let api = Api::start().await;
    a_life(&api).await;
    let mut told = ENDPOINT.by(&api.user("ada")).await.json(200);
    for entry in told["items"].as_array_mut().unwrap() {
        for id in ["id", "proposal_id", "trigger_item_id"] {
            if entry[id].is_string() && entry[id] != NOBODYS {
                entry[id] = json!("…");
            }
        }
        if entry["detail"].get("superseded_by").is_some() {
            entry["detail"]["superseded_by"] = json!("…");
        }
    }
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn filters_are_combined() {
    let api = Api::start().await;
    let (exam, proposal) = a_life(&api).await;
    let ada = api.user("ada");
    let of_exam = format!("trigger_item_id={}", exam["id"].as_str().unwrap());
    let of_proposal = format!("proposal_id={}", proposal["proposal_id"].as_str().unwrap());
    assert_eq!(
        actions(&ada, &of_exam).await,
        ["UNDONE", "CREATE_REFUSED", "ACCEPTED", "CREATED", "SUPERSEDED", "CREATED"]
    );
    assert_eq!(actions(&ada, &of_proposal).await, ["UNDONE", "ACCEPTED", "CREATED"]);
    assert_eq!(actions(&ada, "action=REJECT_REFUSED").await, ["REJECT_REFUSED"]);
    assert_eq!(actions(&ada, "action=CREATED").await, ["CREATED", "CREATED"]);
    assert_eq!(actions(&ada, &format!("action=CREATED&{of_proposal}")).await, ["CREATED"]);
    assert_eq!(actions(&ada, "action=EXPIRED").await, Vec::<String>::new());
    let between = "from=2026-03-02T08:03:00Z&to=2026-03-02T08:05:00Z";
    assert_eq!(actions(&ada, between).await, ["CREATE_REFUSED", "ACCEPTED"]);
    assert_eq!(actions(&ada, &format!("{between}&{of_proposal}&limit=1")).await, ["ACCEPTED"]);
    assert_eq!(actions(&ada, &format!("proposal_id={NOBODYS}")).await, ["REJECT_REFUSED"]);
}

/// Adds rows of the audit at few moments, many of them at the same.
async fn happen(api: &Api, dice: &mut Dice, count: u64) {
    let statement = format!(
        "INSERT INTO rebalancing_audit (user_id, id, action, at, reason_codes)
         SELECT u.id, md5(random()::text || n)::uuid, CASE WHEN n % 2 = 0 THEN 'CREATED' ELSE 'REJECTED' END,
                '2026-03-02 07:00Z'::timestamptz + (n * {factor} % 7) * interval '0.000001 s', '{{X}}'
           FROM users u, generate_series(1, {count}) n",
        factor = 1 + dice.below(6),
    );
    api.db.client().await.unwrap().batch_execute(&statement).await.unwrap();
}

#[tokio::test]
async fn a_walk_over_pages_of_any_size_meets_each_once_and_in_order_while_more_happens() {
    let api = Api::start().await;
    a_life(&api).await;
    let ada = api.user("ada");
    let mut dice = Dice::new(11);
    happen(&api, &mut dice, 150).await;
    for filter in ["", "&action=CREATED", "&from=2026-03-02T07:00:00Z&to=2026-03-02T08:02:00Z"] {
        let ids = |entries: &[Value]| entries.iter().map(|entry| entry["id"].clone()).collect::<Vec<_>>();
        let there = ids(&ada.walk(&format!("{PATH}?limit=200{filter}")).await);
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let limit = 1 + dice.below(40);
            let page = ada.get(&format!("{PATH}?limit={limit}{filter}{cursor}")).await.json(200);
            met.extend(ids(page["items"].as_array().unwrap()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if dice.chance(40) {
                happen(&api, &mut dice, 3).await;
            }
        }
        let mut sorted = met.clone();
        sorted.sort_by_key(|id| id.as_str().map(str::to_owned));
        sorted.dedup();
        assert_eq!(sorted.len(), met.len(), "one was met twice");
        met.retain(|id| there.contains(id));
        assert_eq!(met, there, "{filter}");
    }
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let queries = [
        "action=",
        "action=created",
        "action=CREATED&action=UNDONE",
        "proposal_id=7",
        "trigger_item_id=",
        "from=today",
        "from=2026-03-05T12:00:00Z&to=2026-03-04T12:00:00Z",
        "limit=0",
        "cursor=1.2",
        "status=APPLIED",
    ];
    insta::assert_json_snapshot!(api.user("ada").refused_queries(PATH, &queries).await);
}
