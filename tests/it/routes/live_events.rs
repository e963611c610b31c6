//! `GET /api/rebalancing/events`

use std::time::Duration;

use http::Request;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::{Api, Ask, Block, Caller, Stream};
use crate::tools::crowd::reject_path;
use crate::tools::rows;

const ENDPOINT: Ask = Ask::get("/api/rebalancing/events");
const PATH: &str = "/api/rebalancing/events";

/// The numbers of what is told.
fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["seq"].as_i64().unwrap()).collect()
}

/// How far the live events of the user called `name` go.
async fn position(api: &Api, name: &str) -> i64 {
    let query =
        format!("SELECT coalesce(max(last_event_seq), 0) FROM users WHERE external_id = 'user_{name}'");
    rows::number(&api.db.client().await.unwrap(), &query).await
}

async fn sql(api: &Api, statement: &str) {
    api.db.client().await.unwrap().batch_execute(statement).await.unwrap();
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn everything_that_becomes_of_proposals_is_told_in_order() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    let mut stream = ada.look_on(None).await;
    let exam = ada.crammed_monday().await;
    ada.propose(&exam).await;
    let second = ada.propose(&exam).await;
    ada.accept(&second).await;
    // Refusals are between the user and the server.
    ada.call(&reject_path(&second)).await.problem(409, "not-open");
    ada.undo(&second).await.json(200);
    let third = ada.propose(&exam).await;
    ada.call(&reject_path(&third)).await.json(200);
    let late = ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await;
    api.clock.advance_minutes(24 * 60);
    ada.call(&crate::harness::accept_path(&late)).await.problem(410, "proposal-expired");
    insta::assert_json_snapshot!(stream.events(9).await);
    assert_eq!(position(&api, "ada").await, 9);
}

#[tokio::test]
async fn a_stream_begins_with_the_present_position_and_says_how_it_is_to_be_treated() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut of_nobody = ada.look_on(None).await;
    let opening = |id| Block { id: Some(id), retry: Some(2000), ..Block::default() };
    assert_eq!(of_nobody.block().await, Some(opening(0)));
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    ada.propose(&exam).await;
    ada.propose(&exam).await;
    assert_eq!(ada.look_on(None).await.block().await, Some(opening(3)));
    assert_eq!(ada.look_on(Some(2)).await.block().await, Some(opening(2)));
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(of_nobody.headers[name], value);
    }
}

#[tokio::test]
async fn whoever_comes_back_is_told_what_they_missed_and_nothing_twice() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    for _ in 0..3 {
        ada.propose(&exam).await;
    }
    for last in 0..=5 {
        let mut stream = ada.look_on(Some(last)).await;
        let missed = usize::try_from(5 - last).unwrap();
        assert_eq!(numbers(&stream.events(missed).await), (last + 1..=5).collect::<Vec<_>>());
    }
    let mut present = ada.look_on(Some(5)).await;
    ada.propose(&exam).await;
    assert_eq!(numbers(&present.events(2).await), [6, 7]);
    // The header knows better: a browser repeats the query when it comes back.
    for (request, first) in [
        (ada.request("GET", &format!("{PATH}?last_event_id=4")), 5),
        (ada.request("GET", &format!("{PATH}?last_event_id=1")).header("Last-Event-ID", "5"), 6),
    ] {
        assert_eq!(ada.look_on_with(request).await.unwrap().event().await["seq"], first);
    }
}

#[tokio::test]
async fn what_is_no_id_is_refused() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let queries = [
        "last_event_id=",
        "last_event_id=-1",
        "last_event_id=seven",
        "last_event_id=1.0",
        "last_event_id=9223372036854775808",
        "last_event_id=1&last_event_id=2",
        "last_id=1",
    ];
    let in_query = ada.refused_queries(PATH, &queries).await;
    let mut in_header = serde_json::Map::new();
    for value in ["", "-1", "seven", "+1", "1, 2", "%31"] {
        let token = crate::harness::Token::of("ada", &api.clock).text();
        let request = Request::get(format!("{}{PATH}", api.url))
            .header("authorization", format!("Bearer {token}"))
            .header("last-event-id", value);
        let reply = ada.ask(request.body(http_body_util::Full::default()).unwrap()).await;
        in_header.insert(value.to_owned(), reply.problem(400, "invalid-parameter")["errors"].clone());
    }
    insta::assert_json_snapshot!(json!({"in the query": in_query, "in the header": in_header}));
}

#[tokio::test]
async fn what_cannot_be_gone_on_from_leads_to_the_present() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    for _ in 0..3 {
        ada.propose(&exam).await;
    }
    sql(&api, "DELETE FROM realtime_events WHERE seq <= 3").await;
    let reset = Block {
        id: Some(5),
        event: Some("reset".to_owned()),
        data: Some(json!({"seq": 5, "kind": "reset"})),
        retry: None,
    };
    for last in [0, 2, 6, i64::MAX] {
        let mut stream = ada.look_on(Some(last)).await;
        assert_eq!(stream.block().await.unwrap().id, Some(last));
        assert_eq!(stream.block().await.as_ref(), Some(&reset), "after {last}");
    }
    assert_eq!(numbers(&ada.look_on(Some(3)).await.events(2).await), [4, 5]);
    // A stream goes on after that, and the numbers do as well.
    let mut stream = ada.look_on(Some(0)).await;
    assert_eq!(stream.event().await["kind"], "reset");
    sql(&api, "DELETE FROM realtime_events").await;
    ada.propose(&exam).await;
    assert_eq!(numbers(&stream.events(2).await), [6, 7]);
}

#[tokio::test]
async fn nothing_of_other_users_is_told() {
    let api = Api::start().await;
    let beside = Api::beside(&api);
    let (ada, eve) = (api.user("ada"), beside.user("eve"));
    let mut of_ada = ada.look_on(Some(0)).await;
    let mut of_eve = eve.look_on(Some(0)).await;
    let of_a_newcomer = beside.user("newcomer").look_on(None).await;
    let (exam, other) = (ada.exam("2026-03-05T12:00", 60).await, eve.exam("2026-03-05T12:00", 60).await);
    let mut made: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..3 {
        made[0].push(ada.propose(&exam).await["proposal_id"].clone());
        made[1].push(eve.propose(&other).await["proposal_id"].clone());
    }
    for (stream, made) in [&mut of_ada, &mut of_eve].into_iter().zip(&made) {
        let told = stream.events(5).await;
        assert_eq!(numbers(&told), [1, 2, 3, 4, 5]);
        assert!(told.iter().all(|event| made.contains(&event["proposal_id"])), "{told:#?}");
    }
    // Whoever knows Ada's numbers gets nowhere with them.
    let mut later = beside.user("newcomer").look_on(Some(3)).await;
    assert_eq!(later.event().await, json!({"seq": 0, "kind": "reset"}));
    drop(of_a_newcomer);
}

#[tokio::test]
async fn asking_for_the_head_does_not_wait() {
    let api = Api::start().await;
    let reply = api.user("ada").send(http::Method::HEAD, PATH, None).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));
    assert_eq!(reply.headers["content-type"], "text/event-stream");
}

#[tokio::test]
async fn nothing_is_held_back_by_a_coding() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let request = ada.request("GET", PATH).header("accept-encoding", "gzip, deflate, br");
    let mut stream = ada.look_on_with(request).await.unwrap();
    assert_eq!(stream.block().await.unwrap().id, Some(0));
    ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await;
    assert_eq!(stream.event().await["seq"], 1);
}

#[tokio::test]
async fn a_user_has_so_many_streams_at_once_and_others_have_theirs() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(ada.look_on(None).await);
    }
    let reply = ENDPOINT.by(&ada).await;
    insta::assert_json_snapshot!(reply.problem(429, "rate-limited"));
    assert_eq!(reply.headers["retry-after"], "15");
    drop(api.user("eve").look_on(None).await);
    drop(Api::beside(&api).user("ada").look_on(None).await);
    // A place is free once its reader is found to be gone, at the next heartbeat at the latest.
    streams.pop();
    let freed = async {
        while ada.look_on_with(ada.request("GET", PATH)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), freed).await.unwrap();
}

/// Makes proposals for a task of the caller's own, so many times.
async fn busy(caller: Caller, times: usize) {
    let exam = caller.exam("2026-03-05T12:00", 60).await;
    for _ in 0..times {
        caller.propose(&exam).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_number_what_happens_at_once_without_a_gap() {
    let api = Api::start().await;
    let beside = Api::beside(&api);
    let mut streams = Vec::new();
    for server in [&api, &beside] {
        for last in [None, Some(0)] {
            streams.push(server.user("ada").look_on(last).await);
        }
    }
    // Nine requests within a minute, one fewer than are allowed: on three tasks, from both servers at once.
    let working = [&api, &beside, &api].map(|server| tokio::spawn(busy(server.user("ada"), 3)));
    for work in working {
        work.await.unwrap();
    }
    let told = position(&api, "ada").await;
    assert_eq!(told, 15);
    let first = streams[0].events(15).await;
    assert_eq!(numbers(&first), (1..=15).collect::<Vec<_>>());
    for stream in &mut streams[1..] {
        assert_eq!(stream.events(15).await, first);
    }
    assert_eq!(first, stored(&api).await);
    // An audit row has its identity before it is written, so those of two servers do not tell which came first.
    let by_text = |mut list: Vec<Value>| {
        list.sort_by_key(Value::to_string);
        list
    };
    assert_eq!(by_text(in_short(&first)), by_text(audited(&api).await));
}

#[tokio::test]
async fn a_slow_reader_keeps_nobody_waiting_and_misses_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    ada.exam("2026-03-05T12:00", 60).await;
    // Far more than fits into what the system keeps for a reader.
    let much = "UPDATE users SET last_event_seq = 20000 WHERE external_id = 'user_ada';
         INSERT INTO realtime_events (user_id, seq, kind, payload)
         SELECT id, n, 'proposal.created', jsonb_build_object('note', repeat('x', 1000))
           FROM users, generate_series(1, 20000) n WHERE external_id = 'user_ada'";
    sql(&api, much).await;
    let mut slow = ada.look_on(Some(0)).await;
    assert_eq!(slow.event().await["seq"], 1);
    let mut quick = eve.look_on(None).await;
    eve.propose(&eve.exam("2026-03-05T12:00", 60).await).await;
    assert_eq!(quick.event().await["seq"], 1);
    assert_eq!(numbers(&slow.events(19_999).await), (2..=20_000).collect::<Vec<_>>());
}

/// Reads to the end; what was told on the way.
async fn rest(mut stream: Stream) -> Vec<Block> {
    let mut blocks = Vec::new();
    while let Some(block) = stream.block().await {
        blocks.push(block);
    }
    blocks
}

#[tokio::test]
async fn streams_end_in_good_order_when_the_server_stops() {
    let api = Api::start().await;
    let mut streams = Vec::new();
    for name in ["ada", "ada", "eve"] {
        let mut stream = api.user(name).look_on(None).await;
        stream.block().await.unwrap();
        streams.push(stream);
    }
    api.stop();
    // Had they been cut off, reading would fail.
    for stream in streams {
        assert_eq!(rest(stream).await, []);
    }
}

/// What the streams have to tell, by the rows that are stored.
async fn stored(api: &Api) -> Vec<Value> {
    let told = "SELECT jsonb_build_object('seq', seq, 'kind', kind, 'proposal_id', proposal_id, 'payload', payload,
                    'trigger_item_id', trigger_item_id, 'at', to_char(at AT TIME ZONE 'UTC', 'FMYYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))::text
                  FROM realtime_events ORDER BY user_id, seq";
    let told = rows::texts(&api.db.client().await.unwrap(), told).await;
    told.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

/// What changed the state of a proposal, by the audit: what it was, and which proposal and task.
async fn audited(api: &Api) -> Vec<Value> {
    let audit = rows::audit(&api.db.client().await.unwrap()).await;
    let changes = audit.iter().filter(|row| !row["action"].as_str().unwrap().ends_with("REFUSED"));
    let kind = |row: &Value| format!("proposal.{}", row["action"].as_str().unwrap().to_lowercase());
    changes.map(|row| json!([kind(row), row["proposal_id"], row["trigger_item_id"]])).collect()
}

/// The same of what was told.
fn in_short(events: &[Value]) -> Vec<Value> {
    events
        .iter()
        .map(|event| json!([event["kind"], event["proposal_id"], event["trigger_item_id"]]))
        .collect()
}

/// Something that a user does.
#[derive(Clone, Copy, Debug)]
enum Move {
    Propose { task: usize },
    Decide { proposal: usize, how: Decision },
    Wait { minutes: i64 },
    Sweep,
}

#[derive(Clone, Copy, Debug)]
enum Decision {
    Accept,
    Reject,
    Undo,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let how = prop_oneof![Just(Decision::Accept), Just(Decision::Reject), Just(Decision::Undo)];
    let one = prop_oneof![
        4 => (0..3usize).prop_map(|task| Move::Propose { task }),
        4 => (0..4usize, how).prop_map(|(proposal, how)| Move::Decide { proposal, how }),
        1 => prop_oneof![Just(2), Just(60), Just(25 * 60)].prop_map(|minutes| Move::Wait { minutes }),
        1 => Just(Move::Sweep),
    ];
    proptest::collection::vec(one, 1..16)
}

/// Whatever the answer is: refusals are a part of the story, and tell nobody anything.
async fn play(servers: &[Api; 2], moves: &[Move]) {
    let mut proposals: Vec<Value> = Vec::new();
    let ada = servers[0].user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    let mut exams = Vec::new();
    for due in ["2026-03-04T12:00", "2026-03-06T12:00", "2026-03-09T12:00"] {
        exams.push(ada.exam(due, 60).await);
    }
    for (n, one) in moves.iter().enumerate() {
        let ada = servers[n % 2].user("ada");
        match *one {
            Move::Propose { task } => {
                let body = json!({"trigger_item_id": exams[task]["id"]});
                let reply = ada.post("/api/rebalancing/proposals", body).await;
                if reply.status == 201 {
                    proposals.push(reply.json(201));
                }
            }
            Move::Decide { proposal, how } => {
                // Of the latest.
                let Some(proposal) = proposals.iter().rev().nth(proposal) else { continue };
                match how {
                    Decision::Accept => ada.call(&crate::harness::accept_path(proposal)).await,
                    Decision::Reject => ada.call(&reject_path(proposal)).await,
                    Decision::Undo => ada.undo(proposal).await,
                };
            }
            Move::Wait { minutes } => servers[0].clock.advance_minutes(minutes),
            Move::Sweep => drop(servers[n % 2].app.sweep(servers[0].app.now()).await.unwrap()),
        }
    }
}

#[test]
fn whatever_happens_the_streams_tell_the_changes_of_state_of_the_audit() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let told = runner.run(&moves(), |moves| {
        runtime.block_on(async {
            let api = Api::start().await;
            let servers = [Api::beside(&api), api];
            let mut early = servers[1].user("ada").look_on(Some(0)).await;
            play(&servers, &moves).await;
            let count = usize::try_from(position(&servers[0], "ada").await).unwrap();
            let told = early.events(count).await;
            assert_eq!(numbers(&told), (1..=i64::try_from(count).unwrap()).collect::<Vec<_>>());
            assert_eq!(told, stored(&servers[0]).await);
            assert_eq!(in_short(&told), audited(&servers[0]).await);
            assert_eq!(servers[0].user("ada").look_on(Some(0)).await.events(count).await, told);
        });
        Ok(())
    });
    told.unwrap();
}
