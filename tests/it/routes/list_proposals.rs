//! `GET /api/rebalancing/proposals`

use serde_json::{Value, json};

use super::split_and_deletion;
use crate::harness::{Api, Ask, Caller, with};
use crate::tools::crowd::reject_path;
use crate::tools::dice::Dice;

const ENDPOINT: Ask = Ask::get("/api/rebalancing/proposals");
const PATH: &str = "/api/rebalancing/proposals";

async fn ids(ada: &Caller, query: &str) -> Vec<String> {
    ada.walk(&format!("{PATH}?{query}")).await.iter().map(|one| id(one).to_owned()).collect()
}

fn id(proposal: &Value) -> &str {
    proposal["proposal_id"].as_str().unwrap()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    split_and_deletion(&api).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_listed() {
    let api = Api::start().await;
    let proposal = split_and_deletion(&api).await;
    let eve = api.user("eve");
    let nothing = json!({"items": [], "next_cursor": null});
    assert_eq!(ENDPOINT.by(&eve).await.json(200), nothing);
    let trigger = proposal["trigger_item_id"].as_str().unwrap();
    assert_eq!(eve.get(&format!("{PATH}?trigger_item_id={trigger}")).await.json(200), nothing);
}

#[tokio::test]
async fn each_is_listed_as_it_is_read() {
    let api = Api::start().await;
    let ada = api.user("ada");
    split_and_deletion(&api).await;
    api.clock.advance_minutes(1);
    let exam = ada.exam("2026-03-06T12:00", 60).await;
    ada.accept(&ada.propose(&exam).await).await;
    // Of one moment, so that moves may be taken for each other's.
    for due in ["2026-03-07T12:00", "2026-03-08T12:00"] {
        ada.propose(&ada.exam(due, 60).await).await;
    }
    let listed = ENDPOINT.by(&ada).await.json(200)["items"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 4);
    for item in &listed {
        assert!(!item["proposed_changes"].as_array().unwrap().is_empty());
        assert_eq!(Ask::get("/api/rebalancing/proposals/{id}").of(item).by(&ada).await.json(200), *item);
    }
}

#[tokio::test]
async fn the_newest_comes_first() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut made = Vec::new();
    for due in ["2026-03-07T12:00", "2026-03-05T12:00", "2026-03-06T12:00"] {
        made.insert(0, ada.propose(&ada.exam(due, 60).await).await);
        api.clock.advance_minutes(1);
    }
    assert_eq!(ENDPOINT.by(&ada).await.json(200), json!({"items": made, "next_cursor": null}));
}

#[tokio::test]
async fn filters_are_combined() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (first, second) = (ada.exam("2026-03-06T12:00", 60).await, ada.exam("2026-03-07T12:00", 60).await);
    let replaced = ada.propose(&first).await;
    api.clock.advance_minutes(10);
    let applied = ada.propose(&first).await;
    ada.accept(&applied).await;
    api.clock.advance_minutes(10);
    let rejected = ada.propose(&second).await;
    ada.call(&reject_path(&rejected)).await.json(200);
    api.clock.advance_minutes(10);
    let open = ada.propose(&second).await;
    let [replaced, applied, rejected, open] = [&replaced, &applied, &rejected, &open].map(id);
    let (first, second) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    let of_first = format!("trigger_item_id={first}");
    assert_eq!(ids(&ada, &of_first).await, [applied, replaced]);
    assert_eq!(ids(&ada, "status=REJECTED").await, [rejected, replaced]);
    assert_eq!(ids(&ada, &format!("status=REJECTED&{of_first}")).await, [replaced]);
    assert_eq!(ids(&ada, "status=PROPOSED").await, [open]);
    assert_eq!(ids(&ada, "status=APPLIED&limit=1").await, [applied]);
    assert_eq!(ids(&ada, "status=UNDONE").await, Vec::<String>::new());
    // From that very minute on, and before this one.
    let between = "from=2026-03-02T08:10:00Z&to=2026-03-02T08:20:00Z";
    assert_eq!(ids(&ada, between).await, [applied]);
    assert_eq!(ids(&ada, "from=2026-03-02T09:20:00%2B01:00").await, [open, rejected]);
    assert_eq!(ids(&ada, &format!("{between}&trigger_item_id={second}")).await, Vec::<String>::new());
    assert_eq!(ids(&ada, "to=2026-03-02T08:10:00Z").await, [replaced]);
}

#[tokio::test]
async fn one_that_was_left_open_for_too_long_is_expired_and_not_open() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let open = ada.propose(&ada.exam("2026-03-06T12:00", 60).await).await;
    let id = id(&open);
    api.clock.advance_minutes(24 * 60 - 1);
    assert_eq!(ids(&ada, "status=PROPOSED").await, [id]);
    assert_eq!(ids(&ada, "status=EXPIRED").await, Vec::<String>::new());
    api.clock.advance_minutes(1);
    let before = api.rows().await;
    assert_eq!(ids(&ada, "status=PROPOSED").await, Vec::<String>::new());
    let expired = with(&open, json!({"status": "EXPIRED"}));
    for query in ["", "?status=EXPIRED"] {
        assert_eq!(ada.get(&format!("{PATH}{query}")).await.json(200)["items"], json!([expired]));
    }
    assert_eq!(api.rows().await, before, "reading changed something");
    // Marked so by the attempt, it is listed the same but for the time.
    ada.call(&reject_path(&open)).await.problem(410, "proposal-expired");
    let closed = with(&expired, json!({"closed_at": "2026-03-03T08:00:00Z"}));
    assert_eq!(ada.walk(&format!("{PATH}?status=EXPIRED")).await, [closed]);
}

/// Makes proposals of every standing at few moments, many of them at the same.
async fn make(api: &Api, dice: &mut Dice, count: u64) {
    let sql = api.db.client().await.unwrap();
    let statement = format!(
        "INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, created_at, expires_at, closed_at)
         SELECT u.id, md5(random()::text || n)::uuid, md5('task ' || n % 3)::uuid, s,
                '2026-03-02 07:00Z'::timestamptz + (n * {factor} % 11) * interval '0.000001 s',
                '2026-03-02 07:59Z'::timestamptz + (n % 3) * interval '1 minute', CASE s WHEN 'PROPOSED' THEN NULL ELSE now() END
           FROM users u, generate_series(1, {count}) n,
                LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 'EXPIRED' ELSE 'REJECTED' END AS s) t",
        factor = 1 + dice.below(10),
    );
    sql.batch_execute(&statement).await.unwrap();
}

#[tokio::test]
async fn a_walk_over_pages_of_any_size_meets_each_once_and_in_order_while_others_are_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut dice = Dice::new(7);
    ada.propose(&ada.exam("2026-03-06T12:00", 60).await).await;
    make(&api, &mut dice, 120).await;
    for filter in ["", "&status=EXPIRED", "&to=2026-03-02T07:01:00Z"] {
        let there = ids(&ada, &format!("limit=200{filter}")).await;
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let limit = 1 + dice.below(30);
            let page = ada.get(&format!("{PATH}?limit={limit}{filter}{cursor}")).await.json(200);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() as u64 <= limit);
            met.extend(items.iter().map(|item| id(item).to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            assert_eq!(items.len() as u64, limit, "a page with a next one is full");
            cursor = format!("&cursor={next}");
            if dice.chance(40) {
                make(&api, &mut dice, 3).await;
            }
        }
        let mut sorted = met.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), met.len(), "one was met twice");
        met.retain(|id| there.contains(id));
        assert_eq!(met, there, "{filter}");
        let whole = ada.walk(&format!("{PATH}?limit=200{filter}")).await;
        let place = |one: &Value| (at(&one["created_at"]), id(one).to_owned());
        assert!(whole.is_sorted_by(|one, next| place(one) > place(next)));
    }
}

/// A timestamp with as many decimals as every other.
fn at(value: &Value) -> String {
    let text = value.as_str().unwrap().trim_end_matches('Z');
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{decimals:0<6}")
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let queries = [
        "status=",
        "status=applied",
        "status=OPEN",
        "status=APPLIED&status=EXPIRED",
        "trigger_item_id=7",
        "from=today",
        "to=2026-03-04T12:00:01Z",
        "from=2026-03-04T12:00:00Z&to=2026-03-04T12:00:00Z",
        "limit=0",
        "limit=201",
        "cursor=abc",
        "proposal_id=7",
    ];
    insta::assert_json_snapshot!(api.user("ada").refused_queries(PATH, &queries).await);
}
