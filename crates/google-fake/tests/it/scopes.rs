//! What each scope opens, and what it does not.

use serde_json::json;

use crate::client::{Program, hour, world};

const EVENTS: &str = "/calendars/primary/events";
const ADA: &str = "ada@example.edu";

#[tokio::test]
async fn the_scope_of_events_opens_neither_the_list_nor_free_busy() {
    let world = world().await;
    let program = Program::new(&world.google, ADA, &["calendar.events"]);
    program.get(EVENTS).await.json(200);
    program.post(EVENTS, hour("Study", 3, 9)).await.json(200);
    let query = json!({"timeMin": "2026-03-03T00:00:00Z", "timeMax": "2026-03-04T00:00:00Z", "items": []});
    for refused in [
        program.get("/users/me/calendarList").await,
        program.get("/users/me/calendarList/primary").await,
        program.post("/freeBusy", query).await,
        program.post("/calendars", json!({"summary": "Study"})).await,
        program.get("/colors").await,
    ] {
        let body = refused.refused(403, "insufficientPermissions");
        assert_eq!(body["error"]["message"], "Request had insufficient authentication scopes.");
        assert_eq!(body["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
        assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
    }
}

#[tokio::test]
async fn the_scope_of_own_calendars_ends_at_those_that_the_program_made() {
    let world = world().await;
    let program = Program::new(&world.google, ADA, &["calendar.app.created"]);
    let made = program.post("/calendars", json!({"summary": "Study"})).await.json(200);
    let path = format!("/calendars/{}/events", made["id"].as_str().unwrap());
    let event = program.post(&path, hour("Study", 3, 9)).await.json(200);
    program.get(&path).await.json(200);
    program.get(EVENTS).await.refused(403, "insufficientPermissions");
    program.get("/users/me/calendarList").await.refused(403, "insufficientPermissions");
    program.get("/users/me/calendarList/primary").await.refused(403, "insufficientPermissions");
    let moving = format!("{path}/{}/move?destination=primary", event["id"].as_str().unwrap());
    program.post(&moving, json!({})).await.refused(403, "insufficientPermissions");
    let of_ada = world.ada.calendar("Hers");
    program.get(&format!("/calendars/{of_ada}/events")).await.refused(403, "insufficientPermissions");
}

#[tokio::test]
async fn reading_scopes_do_not_write() {
    let world = world().await;
    let program = Program::new(&world.google, ADA, &["calendar.readonly"]);
    program.get(EVENTS).await.json(200);
    program.get("/users/me/calendarList").await.json(200);
    program.post(EVENTS, hour("Study", 3, 9)).await.refused(403, "insufficientPermissions");
    let times = Program::new(&world.google, ADA, &["calendar.events.freebusy"]);
    world.ada.insert_event(ADA, hour("Secret", 3, 9));
    let list = times.get(EVENTS).await.json(200);
    assert!(list["items"][0]["start"].is_object());
    assert!(list["items"][0].get("summary").is_none());
}

#[tokio::test]
async fn without_a_good_token_nothing_is_told() {
    let world = world().await;
    let mut program = Program::new(&world.google, ADA, &["calendar"]);
    world.clock.advance_seconds(3601);
    let reply = program.get(EVENTS).await;
    let body = reply.refused(401, "authError");
    assert_eq!(body["error"]["status"], "UNAUTHENTICATED");
    assert!(reply.header("www-authenticate").unwrap().contains("invalid_token"));
    program.token = "nonsense".to_owned();
    program.get(EVENTS).await.refused(401, "authError");
}
