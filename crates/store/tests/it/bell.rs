use std::time::Duration;

use app::identity::UserId;
use app::ports::{Signal, Signals as _};
use store::Bell;
use testkit::TestDb;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use uuid::Uuid;

/// Far more than it takes on a busy machine.
const AGES: Duration = Duration::from_mins(1);

async fn hear(heard: &mut Receiver<Signal>, expected: Signal) {
    let hearing = async { while heard.recv().await.unwrap() != expected {} };
    timeout(AGES, hearing).await.expect("nothing was heard");
}

/// Two processes, both of which are connected.
async fn two(db: &TestDb) -> [(Bell, Receiver<Signal>); 2] {
    let mut bells = Vec::new();
    for _ in 0..2 {
        let bell = Bell::new(&db.url()).unwrap();
        let mut heard = bell.listen();
        // Once it listens it says that something may have been missed.
        hear(&mut heard, Signal::Everything).await;
        bells.push((bell, heard));
    }
    bells.try_into().unwrap()
}

#[tokio::test]
async fn what_one_rings_the_other_hears_and_the_database_rings_both() {
    let db = TestDb::new().await.unwrap();
    let [(one, mut at_one), (_other, mut at_other)] = two(&db).await;
    for signal in [Signal::Jobs, Signal::Live(UserId(Uuid::from_u128(7))), Signal::Everything] {
        one.ring(signal);
        hear(&mut at_one, signal).await;
        hear(&mut at_other, signal).await;
    }
    db.client().await.unwrap().batch_execute("NOTIFY canvascal_jobs").await.unwrap();
    hear(&mut at_one, Signal::Jobs).await;
    hear(&mut at_other, Signal::Jobs).await;
}

#[tokio::test]
async fn it_comes_back_when_its_connection_is_lost_and_says_that_something_was_missed() {
    let db = TestDb::new().await.unwrap();
    let [(one, mut at_one), (_other, mut at_other)] = two(&db).await;
    let kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    db.client().await.unwrap().batch_execute(kill).await.unwrap();
    hear(&mut at_one, Signal::Everything).await;
    hear(&mut at_other, Signal::Everything).await;
    one.ring(Signal::Jobs);
    hear(&mut at_other, Signal::Jobs).await;
}

#[tokio::test]
async fn another_database_hears_nothing_of_it() {
    let (here, there) = (TestDb::new().await.unwrap(), TestDb::new().await.unwrap());
    let [(one, _), _] = two(&here).await;
    let [(stranger, mut at_stranger), _] = two(&there).await;
    while at_stranger.try_recv().is_ok() {}
    one.ring(Signal::Jobs);
    // What is heard next is the stranger's own.
    stranger.ring(Signal::Live(UserId(Uuid::nil())));
    assert_eq!(at_stranger.recv().await.unwrap(), Signal::Live(UserId(Uuid::nil())));
}
