//! Calendars, and the list of them.

use google_fake::Role;
use http::Method;
use serde_json::json;

use crate::client::{Program, hour, ids, world};

const LIST: &str = "/users/me/calendarList";

#[tokio::test]
async fn the_list_has_the_primary_calendar_and_tells_what_changes() {
    let world = world().await;
    let (items, token, _) = world.program.walk(LIST).await;
    assert_eq!(ids(&items), ["ada@example.edu"]);
    assert_eq!(items[0]["primary"], true);
    let classes = world.ada.calendar("Classes");
    let (items, token, _) = world.program.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(ids(&items), [&classes]);
    world.ada.rename(&classes, "Lectures");
    let (items, token, _) = world.program.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(items[0]["summary"], "Lectures");
    world.ada.delete_calendar(&classes);
    let (items, token, _) = world.program.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!((ids(&items), &items[0]["deleted"]), (vec![classes.as_str()], &json!(true)));
    world
        .program
        .get(&format!("{LIST}?syncToken={token}&minAccessRole=owner"))
        .await
        .refused(400, "badRequest");
    world.google.forget_list_sync_tokens("ada@example.edu");
    world.program.get(&format!("{LIST}?syncToken={token}")).await.refused(410, "fullSyncRequired");
}

#[tokio::test]
async fn hidden_calendars_are_told_of_where_asked_for_and_in_deltas() {
    let world = world().await;
    let classes = world.ada.calendar("Classes");
    let (_, token, _) = world.program.walk(LIST).await;
    world.ada.edit_entry(&classes, json!({"hidden": true}));
    let (items, _, _) = world.program.walk(LIST).await;
    assert_eq!(ids(&items), ["ada@example.edu"]);
    let (items, _, _) = world.program.walk(&format!("{LIST}?showHidden=true")).await;
    assert_eq!(items.len(), 2);
    let (items, _, _) = world.program.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(items[0]["hidden"], true);
}

#[tokio::test]
async fn what_is_shared_appears_and_what_is_no_longer_disappears() {
    let world = world().await;
    let classes = world.ada.calendar("Classes");
    world.google.account("ben@example.edu");
    let ben = Program::new(&world.google, "ben@example.edu", &["calendar"]);
    let (_, token, _) = ben.walk(LIST).await;
    world.ada.share(&classes, "ben@example.edu", Role::FreeBusyReader);
    let (items, token, _) = ben.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(items[0]["accessRole"], "freeBusyReader");
    assert_eq!(items[0]["dataOwner"], "ada@example.edu");
    world.ada.insert_event(&classes, hour("Secret", 3, 9));
    let list = ben.get(&format!("/calendars/{classes}/events")).await.json(200);
    assert!(list["items"][0].get("summary").is_none(), "when, and not what");
    let (items, _, _) = ben.walk(&format!("{LIST}?minAccessRole=reader")).await;
    assert_eq!(ids(&items), ["ben@example.edu"]);
    world.ada.unshare(&classes, "ben@example.edu");
    let (items, _, _) = ben.walk(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(items[0]["deleted"], true);
}

#[tokio::test]
async fn a_program_makes_a_calendar_and_writing_what_is_there_keeps_its_etag() {
    let world = world().await;
    world.program.post("/calendars", json!({"description": "No name"})).await.refused(400, "required");
    let made = world.program.post("/calendars", json!({"summary": "Study"})).await.json(200);
    assert_eq!(made["timeZone"], "Europe/Berlin");
    let path = format!("/calendars/{}", made["id"].as_str().unwrap());
    let same = world.program.patch(&path, json!({"summary": "Study"})).await.json(200);
    assert_eq!(same["etag"], made["etag"]);
    let named =
        world.program.patch(&path, json!({"summary": "Learn", "description": "All of it"})).await.json(200);
    assert_ne!(named["etag"], made["etag"]);
    let stale = made["etag"].as_str();
    let body = json!({"summary": "Late"});
    world.program.ask(Method::PATCH, &path, stale, Some(&body)).await.refused(412, "conditionNotMet");
    assert_eq!(world.program.delete(&path).await.status, 204);
    world.program.get(&path).await.refused(404, "notFound");
    assert_eq!(world.program.delete("/calendars/primary").await.status, 403);
}

#[tokio::test]
async fn colors_and_settings_can_be_read() {
    let world = world().await;
    assert_eq!(world.program.get("/colors").await.json(200)["kind"], "calendar#colors");
    let zone = world.program.get("/users/me/settings/timezone").await.json(200);
    assert_eq!(zone["value"], "Europe/Berlin");
    assert_eq!(world.program.get("/nothing/here").await.status, 404);
}
