//! Lists, pages, and what changed since.

use http::Method;
use serde_json::{Value, json};

use crate::client::{World, hour, ids, world, world_with};

const PRIMARY: &str = "/calendars/primary/events";
const ADA: &str = "ada@example.edu";

/// Adds so many events. Their ids.
fn some(world: &World, many: u8) -> Vec<String> {
    let made = (0..many).map(|number| world.ada.insert_event(ADA, hour(&format!("{number}"), 3 + number, 9)));
    made.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_sync_token_comes_with_the_last_page_alone() {
    let world = world().await;
    let made = some(&world, 5);
    let (items, _, pages) = world.program.walk(&format!("{PRIMARY}?maxResults=2")).await;
    assert_eq!((ids(&items), pages), (made.iter().map(String::as_str).collect(), 3));
}

#[tokio::test]
async fn a_delta_tells_what_changed_and_nothing_else() {
    let world = world().await;
    let made = some(&world, 4);
    let (_, token, _) = world.program.walk(PRIMARY).await;
    let (items, token, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(items, Vec::<Value>::new());
    world.ada.edit(ADA, &made[2], json!({"summary": "Changed"}));
    world.ada.delete(ADA, &made[0]);
    let new = world.ada.insert_event(ADA, hour("New", 20, 9));
    let (items, next, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(ids(&items), [made[2].as_str(), &made[0], new["id"].as_str().unwrap()]);
    let gone = items[1].as_object().unwrap();
    assert_eq!(
        gone.keys().collect::<Vec<_>>(),
        ["etag", "id", "kind", "status"],
        "no more than is guaranteed"
    );
    let (again, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(again, items, "a token may be used again");
    let (none, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={next}")).await;
    assert!(none.is_empty());
}

#[tokio::test]
async fn what_changes_between_pages_is_in_the_next_delta() {
    let world = world().await;
    let made = some(&world, 3);
    let first = world.program.get(&format!("{PRIMARY}?maxResults=2")).await.json(200);
    world.ada.edit(ADA, &made[0], json!({"summary": "Meanwhile"}));
    let page = first["nextPageToken"].as_str().unwrap();
    let last = world.program.get(&format!("{PRIMARY}?maxResults=2&pageToken={page}")).await.json(200);
    assert_eq!(ids(last["items"].as_array().unwrap()), [&made[2]]);
    let token = last["nextSyncToken"].as_str().unwrap();
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(ids(&items), [&made[0]]);
}

#[tokio::test]
async fn a_page_may_be_empty_and_not_the_last() {
    let world = world_with(|options| options.rules.page_rows = Some(2)).await;
    let made = some(&world, 5);
    for id in &made[..4] {
        world.ada.delete(ADA, id);
    }
    // The four that are gone changed last, and are left out of a list that nobody asked for them in.
    world.ada.edit(ADA, &made[4], json!({"summary": "Still here"}));
    let first = world.program.get(PRIMARY).await.json(200);
    assert_eq!(first["items"], json!([]));
    assert!(first["nextPageToken"].is_string());
    let (items, _, pages) = world.program.walk(PRIMARY).await;
    assert_eq!((ids(&items), pages), (vec![made[4].as_str()], 3));
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?showDeleted=true")).await;
    assert_eq!(items.len(), 5);
}

#[tokio::test]
async fn pages_and_deltas_keep_to_the_parameters_of_the_first_list() {
    let world = world().await;
    some(&world, 3);
    let page = world.program.get(&format!("{PRIMARY}?maxResults=1")).await.json(200);
    let page = page["nextPageToken"].as_str().unwrap();
    world.program.get(&format!("{PRIMARY}?pageToken={page}&singleEvents=true")).await.refused(400, "invalid");
    world.program.get(&format!("{PRIMARY}?pageToken=nonsense")).await.refused(400, "invalid");
    let (_, token, _) = world.program.walk(PRIMARY).await;
    let beside = [
        "iCalUID=a",
        "orderBy=updated",
        "privateExtendedProperty=a%3Db",
        "q=a",
        "sharedExtendedProperty=a%3Db",
        "timeMin=2026-03-01T00:00:00Z",
        "timeMax=2026-03-01T00:00:00Z",
        "updatedMin=2026-03-01T00:00:00Z",
        "showDeleted=false",
    ];
    for beside in beside {
        world.program.get(&format!("{PRIMARY}?syncToken={token}&{beside}")).await.refused(400, "badRequest");
    }
    world
        .program
        .get(&format!("{PRIMARY}?syncToken={token}&singleEvents=true"))
        .await
        .refused(400, "invalid");
    world.program.get(&format!("{PRIMARY}?syncToken={token}&singleEvents=false")).await.json(200);
    world.program.get(&format!("{PRIMARY}?syncToken=nonsense")).await.refused(400, "invalid");
}

#[tokio::test]
async fn bounds_are_exclusive_and_hold_for_deltas_too() {
    let world = world().await;
    let made = some(&world, 3);
    // The events are from nine to ten, on the third, the fourth and the fifth.
    let bounds = "timeMin=2026-03-03T10:00:00Z&timeMax=2026-03-05T09:00:00Z";
    let (items, token, _) = world.program.walk(&format!("{PRIMARY}?{bounds}")).await;
    assert_eq!(ids(&items), [&made[1]]);
    world.ada.insert_event(ADA, hour("Later", 20, 9));
    world.ada.edit(ADA, &made[1], json!({"summary": "Inside"}));
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(ids(&items), [&made[1]], "what is later stays hidden");
}

#[tokio::test]
async fn an_event_that_leaves_the_bounds_is_told_of() {
    let world = world().await;
    let made = some(&world, 1);
    let (_, token, _) = world.program.walk(&format!("{PRIMARY}?timeMax=2026-03-05T00:00:00Z")).await;
    world.ada.edit(ADA, &made[0], hour("Away", 20, 9));
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(items[0]["summary"], "Away");
}

#[tokio::test]
async fn forgotten_tokens_ask_for_everything_again() {
    let world = world().await;
    some(&world, 3);
    let (_, token, _) = world.program.walk(PRIMARY).await;
    world.ada.insert_event(ADA, hour("One", 20, 9));
    world.ada.insert_event(ADA, hour("Two", 21, 9));
    let first = world.program.get(&format!("{PRIMARY}?syncToken={token}&maxResults=1")).await.json(200);
    let page = first["nextPageToken"].as_str().unwrap();
    world.google.forget_sync_tokens(ADA);
    let gone =
        world.program.get(&format!("{PRIMARY}?syncToken={token}")).await.refused(410, "fullSyncRequired");
    assert_eq!(
        gone,
        json!({"error": {
            "errors": [{
                "domain": "calendar", "reason": "fullSyncRequired",
                "locationType": "parameter", "location": "syncToken",
                "message": "Sync token is no longer valid, a full sync is required.",
            }],
            "code": 410,
            "message": "Sync token is no longer valid, a full sync is required.",
        }})
    );
    let second = format!("{PRIMARY}?syncToken={token}&maxResults=1&pageToken={page}");
    world.program.get(&second).await.refused(410, "fullSyncRequired");
    let (items, token, _) = world.program.walk(PRIMARY).await;
    assert_eq!(items.len(), 5);
    world.program.get(&format!("{PRIMARY}?syncToken={token}")).await.json(200);
}

#[tokio::test]
async fn a_change_of_access_ends_sync_tokens() {
    let world = world().await;
    world.google.account("ben@example.edu");
    let classes = world.ada.calendar("Classes");
    let path = format!("/calendars/{classes}/events");
    let ben = crate::client::Program::new(&world.google, "ben@example.edu", &["calendar"]);
    ben.get(&path).await.refused(404, "notFound");
    world.ada.share(&classes, "ben@example.edu", google_fake::Role::Reader);
    let (_, token, _) = ben.walk(&path).await;
    ben.post(&path, hour("Mine", 3, 9)).await.refused(403, "requiredAccessLevel");
    world.ada.share(&classes, "ben@example.edu", google_fake::Role::Writer);
    ben.get(&format!("{path}?syncToken={token}")).await.refused(410, "fullSyncRequired");
    ben.post(&path, hour("Mine", 3, 9)).await.json(200);
    world.ada.unshare(&classes, "ben@example.edu");
    ben.get(&path).await.refused(404, "notFound");
}

#[tokio::test]
async fn lists_are_filtered_by_extended_properties_words_and_types() {
    let world = world().await;
    let mut tagged = hour("Algebra", 3, 9);
    tagged["extendedProperties"] = json!({"private": {"app": "us", "block": "7"}});
    world.ada.insert_event(ADA, tagged);
    let mut focus = hour("Focus", 4, 9);
    focus["eventType"] = json!("focusTime");
    world.ada.insert_event(ADA, focus);
    let count = async |query: &str| {
        let list = world.program.get(&format!("{PRIMARY}?{query}")).await.json(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(count("privateExtendedProperty=app%3Dus&privateExtendedProperty=block%3D7").await, 1);
    assert_eq!(count("privateExtendedProperty=app%3Dus&privateExtendedProperty=block%3D8").await, 0);
    assert_eq!(count("q=alg").await, 1);
    assert_eq!(count("eventTypes=focusTime&eventTypes=outOfOffice").await, 1);
    assert_eq!(count("eventTypes=default").await, 1);
    world.program.get(&format!("{PRIMARY}?orderBy=startTime")).await.refused(400, "badRequest");
    world.program.get(&format!("{PRIMARY}?timeMin=2026-03-01T00:00:00")).await.refused(400, "badRequest");
}

#[tokio::test]
async fn a_calendars_id_is_found_only_where_its_hash_is_encoded() {
    let world = world().await;
    let holidays = "en.usa#holiday@group.v.calendar.google.com";
    world.ada.subscribe(holidays, "Holidays");
    let day = json!({"summary": "Pi Day", "start": {"date": "2026-03-14"}, "end": {"date": "2026-03-15"}});
    world.google.publish(holidays, day);
    let path = "/calendars/en.usa%23holiday%40group.v.calendar.google.com/events";
    let list = world.program.get(path).await.json(200);
    assert_eq!(list["items"][0]["summary"], "Pi Day");
    assert_eq!(list["accessRole"], "reader");
    let cut = world.program.ask(Method::GET, "/calendars/en.usa", None, None).await;
    cut.refused(404, "notFound");
}
