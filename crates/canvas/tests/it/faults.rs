//! What goes wrong, and what is made of it.

use std::time::Duration;

use app::ports::canvas::{Canvas as _, CanvasError};
use canvas::Limits;
use canvas_fake::{Bucket, CanvasFake, Fault, Options};
use outbound::Bounds;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn too_much_is_asked_again_each_time_twice_as_late() {
    for fault in [Fault::throttled, Fault::too_many] {
        let world = World::new().await;
        let account = world.personal(&world.fake.student("Ada"));
        world.fake.fail(fault().times(6));
        world.ours.user(&account).await.unwrap();
        assert_eq!(world.pauses(), [2, 4, 8, 16, 32, 32]);
        world.fake.fail(fault().times(7));
        assert!(matches!(world.ours.user(&account).await, Err(CanvasError::Throttled(_))));
        assert_eq!(world.fake.requests().len(), 14);
    }
}

#[tokio::test]
async fn a_bucket_that_is_full_empties_while_nobody_asks() {
    let bucket = Bucket { high_water: 100.0, outflow: 10.0, cost: 50.0 };
    let world = World::with(Options { bucket: Some(bucket), ..Options::default() }, Limits::default()).await;
    let ada = world.fake.student("Ada");
    let account = world.personal(&ada);
    for _ in 0..20 {
        world.ours.user(&account).await.unwrap();
    }
    let refused = world.fake.requests().iter().filter(|one| one.status == Some(403)).count();
    // What a request costs leaks out in five seconds, and two are waited at first, and then four.
    assert!((1..=40).contains(&refused), "{refused}");
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_stays_is_not() {
    let world = World::new().await;
    let account = world.personal(&world.fake.student("Ada"));
    for fault in [Fault::status(500), Fault::status(503), Fault::cut(), Fault::half_body()] {
        world.fake.fail(fault.clone().times(2));
        world.ours.user(&account).await.unwrap();
        world.fake.fail(fault.times(3));
        let error = world.ours.user(&account).await.unwrap_err();
        assert!(matches!(error, CanvasError::Unavailable(_)), "{error}");
    }
    for (fault, expected) in [
        (Fault::not_allowed(), CanvasError::Forbidden),
        (Fault::status(404), CanvasError::NotFound),
        (Fault::status(400), CanvasError::NotUnderstood("HTTP 400".to_owned())),
        (Fault::bad_token(), CanvasError::Disconnected("the token is not good".to_owned())),
        (
            Fault::json(200, json!({"id": null})),
            CanvasError::NotUnderstood("the answer to profile".to_owned()),
        ),
    ] {
        world.fake.take_requests();
        world.fake.fail(fault);
        assert_eq!(world.ours.user(&account).await, Err(expected));
        assert_eq!(world.fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_list_goes_on_at_the_same_host() {
    let (world, other) = (World::new().await, CanvasFake::start(Options::default()).await.unwrap());
    let account = world.personal(&world.fake.student("Ada"));
    world.fake.fail(Fault::redirect(&other.url()));
    assert!(matches!(world.ours.user(&account).await, Err(CanvasError::NotUnderstood(_))));
    let elsewhere = format!("{}/api/v1/courses?page=2", other.url());
    world.fake.fail(Fault::next_at(&elsewhere));
    assert!(matches!(world.ours.courses(&account, None).await, Err(CanvasError::NotUnderstood(_))));
    assert!(matches!(
        world.ours.courses(&account, Some(&elsewhere)).await,
        Err(CanvasError::NotUnderstood(_))
    ));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn answers_are_bounded_in_time_and_size() {
    let bounds =
        Bounds { connect: Duration::from_secs(5), answer: Duration::from_millis(300), answer_bytes: 4096 };
    let limits = Limits { bounds, tries_again: 0, tries_again_throttled: 0 };
    let world = World::with(Options::default(), limits).await;
    let ada = world.fake.student("Ada");
    let account = world.personal(&ada);
    world.fake.fail(Fault::slow(Duration::from_secs(20)));
    assert_eq!(
        world.ours.user(&account).await,
        Err(CanvasError::Unavailable("no answer within 300ms".to_owned()))
    );
    world.fake.course("Long", json!({"syllabus_body": "x".repeat(5000)})).enroll(&ada);
    assert!(matches!(world.ours.courses(&account, None).await, Err(CanvasError::NotUnderstood(_))));
}

#[tokio::test]
async fn rows_that_are_odd_keep_no_other_from_being_read() {
    let world = World::new().await;
    let ada = world.fake.student("Ada");
    let taught = world.fake.course("Biology", json!({}));
    taught.enroll(&ada);
    taught.assign(json!({"name": null, "due_at": null, "points_possible": null, "submission_types": null}));
    taught.assign(json!({"name": "Huge", "description": "x".repeat(1 << 20), "due_at": "someday"}));
    taught.assign(json!({"id": "../../evil", "name": "Evil"}));
    taught.assign(json!({"name": "Good", "due_at": "2026-03-06T06:59:59Z"}));
    let account = world.personal(&ada);
    world.fake.fail(Fault::bare().on("courses"));
    let course = world.ours.courses(&account, None).await.unwrap().items.remove(0);
    let mut titles = world.assignments(&account, &course).await;
    titles.sort();
    assert_eq!(titles, ["", "Good", "Huge"]);
}
