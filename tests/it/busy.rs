//! Other calendars that the user has chosen for that take their time, and those that could not be read are named.

use serde_json::{Value, json};

use crate::harness::{Api, accept_path};

/// Has ada's account know her calendar at work: of this stretch, when she is busy there (`None`: nobody knows).
async fn at_work(api: &Api, until: &str, busy: Option<(&str, &str)>) {
    let column = |time: &str| format!("'{{{time}Z}}'");
    let (from, to) =
        busy.map_or(("NULL".to_owned(), "NULL".to_owned()), |(from, to)| (column(from), column(to)));
    let known = format!(
        "UPDATE users SET google_calendar_settings = '{{\"sync_enabled\": true, \"busy_calendar_ids\": [\"work\"]}}'
          WHERE external_id = 'user_ada';
         INSERT INTO google_accounts (user_id) SELECT id FROM users WHERE external_id = 'user_ada'
             ON CONFLICT DO NOTHING;
         INSERT INTO google_calendars (user_id, id, google_id, title)
         SELECT user_id, user_id, 'work', 'Work' FROM google_accounts ON CONFLICT DO NOTHING;
         DELETE FROM busy_intervals;
         INSERT INTO busy_intervals (user_id, calendar_id, span_start_ts, span_end_ts, busy_from, busy_to, read_at)
         SELECT user_id, id, '2026-03-02 08:00Z', '{until}Z', {from}, {to}, '2026-03-02 08:00Z' FROM google_calendars"
    );
    api.db.client().await.unwrap().batch_execute(&known).await.unwrap();
}

const WEDNESDAY: &str = "/api/v1/availability?from=2026-03-04T00:00:00Z&to=2026-03-05T00:00:00Z";

#[tokio::test]
async fn time_that_is_taken_elsewhere_is_not_free_and_nothing_is_placed_there() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let exam = ada.exam("2026-03-05T07:00", 120).await;
    at_work(&api, "2026-03-09T00:00", Some(("2026-03-02T08:00", "2026-03-04T20:00"))).await;
    let free = ada.get(WEDNESDAY).await.json(200);
    assert_eq!(free["gaps"][0]["start_ts"], "2026-03-04T20:00:00Z");
    assert_ne!(eve.get(WEDNESDAY).await.json(200)["gaps"], free["gaps"]);

    let proposal = ada.propose(&exam).await;
    assert_eq!(proposal.get("unknown_calendars"), None);
    for change in proposal["proposed_changes"].as_array().unwrap() {
        assert!(change["to_range"]["start_ts"].as_str().unwrap() >= "2026-03-04T20:00:00Z", "{change}");
    }
}

#[tokio::test]
async fn a_proposal_for_time_that_was_taken_elsewhere_meanwhile_is_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await;
    let range = &proposal["proposed_changes"][0]["to_range"];
    let time = |member: &str| range[member].as_str().unwrap().trim_end_matches('Z').to_owned();
    at_work(&api, "2026-03-09T00:00", Some((&time("start_ts"), &time("end_ts")))).await;
    let refused = ada.call(&accept_path(&proposal)).await.problem(409, "stale");
    assert_eq!(refused["changed"][0]["kind"], "rule_broken", "{refused}");
}

#[tokio::test]
async fn calendars_of_which_nobody_knows_are_named() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    for (until, busy) in [
        ("2026-03-09T00:00", None),
        // Not as far ahead as something may be moved to.
        ("2026-03-05T12:00", Some(("2026-03-02T08:00", "2026-03-02T09:00"))),
    ] {
        at_work(&api, until, busy).await;
        let proposal = ada.propose(&exam).await;
        assert_eq!(proposal["unknown_calendars"], json!(["Work"]), "{until}");
        let path = format!("/api/rebalancing/proposals/{}", proposal["proposal_id"].as_str().unwrap());
        assert_eq!(ada.get(&path).await.json(200)["unknown_calendars"], json!(["Work"]));
    }
    at_work(&api, "2026-03-09T00:00", Some(("2026-03-02T08:00", "2026-03-02T09:00"))).await;
    assert_eq!(ada.propose(&exam).await.get("unknown_calendars"), None::<&Value>);
}
