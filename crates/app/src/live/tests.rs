use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use planner_core::time::Moment;
use tokio::time::{advance, timeout};
use uuid::Uuid;

use super::*;
use crate::ports::{LocalSignals, Signal, Signals};

const ADA: UserId = UserId(Uuid::from_u128(1));
const EVE: UserId = UserId(Uuid::from_u128(2));

/// Users' live events in memory, which counts how often it is asked.
#[derive(Default)]
struct Memory {
    events: Mutex<BTreeMap<UserId, (i64, Vec<LiveEvent>)>>,
    asked: AtomicUsize,
    is_away: AtomicBool,
}

impl Memory {
    fn tell(&self, user: UserId) {
        let mut events = self.events.lock().unwrap();
        let (position, events) = events.entry(user).or_default();
        *position += 1;
        events.push(event(*position));
    }

    /// Removes what is up to this number.
    fn sweep(&self, user: UserId, up_to: i64) {
        let mut events = self.events.lock().unwrap();
        events.entry(user).or_default().1.retain(|event| event.seq > up_to);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn event(seq: i64) -> LiveEvent {
    LiveEvent {
        seq,
        kind: "proposal.created".to_owned(),
        proposal_id: None,
        trigger: None,
        payload: serde_json::Map::new(),
        at: Moment::from_unix_micros(seq),
    }
}

#[async_trait]
impl LiveEvents for Memory {
    async fn live_events(&self, user: UserId, after: i64, limit: u16) -> Result<LivePage, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("away".into()));
        }
        let events = self.events.lock().unwrap();
        let Some((position, events)) = events.get(&user) else { return Ok(LivePage::default()) };
        let events = events.iter().filter(|event| event.seq > after).take(limit.into()).cloned().collect();
        Ok(LivePage { position: *position, events })
    }
}

#[derive(Default)]
struct World {
    store: Arc<Memory>,
    signals: LocalSignals,
    onlookers: Arc<Onlookers>,
}

impl World {
    async fn look_on(&self, user: UserId, after: Option<i64>) -> Onlooker {
        let seat = self.onlookers.seat(user, &self.signals).unwrap();
        let store = Arc::clone(&self.store) as Arc<dyn LiveEvents>;
        Onlooker::new(store, user, seat, after).await.unwrap()
    }

    /// Something happens, and is heard of.
    fn happens(&self, user: UserId) {
        self.store.tell(user);
        self.signals.ring(Signal::Live(user));
    }
}

/// Its next word, which is there already.
async fn told(onlooker: &mut Onlooker) -> Word {
    // The clock stands still as long as anything can be done without it.
    timeout(Duration::from_millis(1), onlooker.next()).await.unwrap().unwrap()
}

/// What it is told from now on until it would have to wait.
async fn all_told(onlooker: &mut Onlooker) -> Vec<Word> {
    let mut words = Vec::new();
    while let Ok(word) = timeout(Duration::from_millis(1), onlooker.next()).await {
        words.push(word.unwrap());
    }
    words
}

fn events(numbers: impl IntoIterator<Item = i64>) -> Vec<Word> {
    numbers.into_iter().map(|seq| Word::Event(event(seq))).collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_without_a_number_is_told_what_happens_from_then_on() {
    let world = World::default();
    world.happens(ADA);
    let mut onlooker = world.look_on(ADA, None).await;
    assert_eq!(onlooker.position(), 1);
    assert_eq!(all_told(&mut onlooker).await, []);
    world.happens(ADA);
    assert_eq!(told(&mut onlooker).await, Word::Event(event(2)));
    assert_eq!(onlooker.position(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_is_told_everything_since() {
    let world = World::default();
    (0..250).for_each(|_| world.happens(ADA));
    let mut onlooker = world.look_on(ADA, Some(7)).await;
    assert_eq!(all_told(&mut onlooker).await, events(8..=250));
    let mut from_the_first = world.look_on(ADA, Some(0)).await;
    assert_eq!(all_told(&mut from_the_first).await, events(1..=250));
}

#[tokio::test(start_paused = true)]
async fn a_number_that_was_never_given_leads_to_the_present() {
    let world = World::default();
    let mut early = world.look_on(ADA, Some(3)).await;
    assert_eq!(all_told(&mut early).await, [Word::Reset(0)]);
    world.happens(ADA);
    assert_eq!(told(&mut early).await, Word::Event(event(1)));
    let mut late = world.look_on(ADA, Some(i64::MAX)).await;
    assert_eq!(all_told(&mut late).await, [Word::Reset(1)]);
    world.happens(ADA);
    assert_eq!(told(&mut late).await, Word::Event(event(2)));
}

#[tokio::test(start_paused = true)]
async fn what_was_swept_leads_to_the_present_and_what_was_not_is_told() {
    let world = World::default();
    (0..10).for_each(|_| world.happens(ADA));
    world.store.sweep(ADA, 4);
    let mut behind = world.look_on(ADA, Some(3)).await;
    assert_eq!(all_told(&mut behind).await, [Word::Reset(10)]);
    let mut in_time = world.look_on(ADA, Some(4)).await;
    assert_eq!(all_told(&mut in_time).await, events(5..=10));
    world.store.sweep(ADA, 10);
    let mut late = world.look_on(ADA, Some(9)).await;
    assert_eq!(all_told(&mut late).await, [Word::Reset(10)]);
    let mut present = world.look_on(ADA, Some(10)).await;
    assert_eq!(all_told(&mut present).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_hole_leads_to_the_present() {
    let world = World::default();
    (0..10).for_each(|_| world.happens(ADA));
    world.store.events.lock().unwrap().get_mut(&ADA).unwrap().1.retain(|event| event.seq != 5);
    let mut onlooker = world.look_on(ADA, Some(2)).await;
    assert_eq!(all_told(&mut onlooker).await, [events(3..=4), vec![Word::Reset(10)]].concat());
}

#[tokio::test(start_paused = true)]
async fn silence_is_broken_every_fifteen_seconds_and_ends_after_fifteen_minutes() {
    let world = World::default();
    let mut onlooker = world.look_on(ADA, None).await;
    let begun = Instant::now();
    let mut beats = 0;
    while let Some(word) = onlooker.next().await {
        assert_eq!(word, Word::Quiet);
        beats += 1;
        assert_eq!(begun.elapsed().as_secs(), beats * 15);
    }
    assert_eq!((beats, begun.elapsed().as_secs()), (59, 900));
    // Once on coming, and then every twenty seconds.
    assert_eq!(world.store.asked(), 45);
    assert_eq!(onlooker.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_something_needs_no_heartbeat() {
    let world = World::default();
    let mut onlooker = world.look_on(ADA, None).await;
    advance(Duration::from_secs(10)).await;
    world.happens(ADA);
    assert_eq!(onlooker.next().await, Some(Word::Event(event(1))));
    let told_at = Instant::now();
    assert_eq!(onlooker.next().await, Some(Word::Quiet));
    assert_eq!(told_at.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_lost_signal_is_made_up_for() {
    let world = World::default();
    let mut onlooker = world.look_on(ADA, None).await;
    world.store.tell(ADA);
    let begun = Instant::now();
    assert_eq!(onlooker.next().await, Some(Word::Quiet));
    assert_eq!(onlooker.next().await, Some(Word::Event(event(1))));
    assert_eq!(begun.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_signal_wakes_those_that_it_is_for_and_nobody_else() {
    let world = World::default();
    let mut of_ada = world.look_on(ADA, None).await;
    let mut of_others = Vec::new();
    for user in 0..1000 {
        of_others.push(world.look_on(UserId(Uuid::from_u128(100 + user)), None).await);
    }
    let before = world.store.asked();
    world.happens(ADA);
    assert_eq!(told(&mut of_ada).await, Word::Event(event(1)));
    for onlooker in &mut of_others {
        assert!(pin!(onlooker.next()).now_or_never().is_none());
    }
    assert_eq!(world.store.asked(), before + 1);
    world.signals.ring(Signal::Everything);
    for onlooker in &mut of_others {
        assert!(all_told(onlooker).await.is_empty());
    }
    assert_eq!(world.store.asked(), before + 1001);
}

#[tokio::test(start_paused = true)]
async fn who_has_missed_signals_looks() {
    let world = World::default();
    let mut onlooker = world.look_on(ADA, None).await;
    world.store.tell(ADA);
    // More than are kept for whoever listens.
    (0..5000).for_each(|_| world.signals.ring(Signal::Jobs));
    assert_eq!(told(&mut onlooker).await, Word::Event(event(1)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_for_a_slow_reader() {
    let world = World::default();
    (0..1000).for_each(|_| world.happens(ADA));
    let mut slow = world.look_on(ADA, Some(0)).await;
    for seq in 1..=100 {
        assert_eq!(told(&mut slow).await, Word::Event(event(seq)));
    }
    // One batch was read, and one more is when that is told, however long it takes and however much happens.
    advance(Duration::from_mins(5)).await;
    (0..1000).for_each(|_| world.happens(ADA));
    assert_eq!(world.store.asked(), 1);
    assert_eq!(told(&mut slow).await, Word::Event(event(101)));
    assert_eq!(world.store.asked(), 2);
    assert_eq!(all_told(&mut slow).await, events(102..=2000));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_waited_for() {
    let world = World::default();
    let mut onlooker = world.look_on(ADA, None).await;
    world.store.is_away.store(true, Ordering::SeqCst);
    world.happens(ADA);
    assert_eq!(onlooker.next().await, Some(Word::Quiet));
    world.store.is_away.store(false, Ordering::SeqCst);
    let back_at = Instant::now();
    assert_eq!(onlooker.next().await, Some(Word::Event(event(1))));
    assert!(back_at.elapsed() <= RETRY);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told_at_once_to_whoever_comes() {
    let world = World::default();
    world.store.is_away.store(true, Ordering::SeqCst);
    for after in [None, Some(0)] {
        let seat = world.onlookers.seat(ADA, &world.signals).unwrap();
        let store = Arc::clone(&world.store) as Arc<dyn LiveEvents>;
        assert!(Onlooker::new(store, ADA, seat, after).await.is_err());
    }
    assert_eq!(world.onlookers.users(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_has_so_many_seats_and_gets_them_back() {
    let world = World::default();
    let mut seats = Vec::new();
    for _ in 0..MOST_ONLOOKERS {
        seats.push(world.look_on(ADA, None).await);
    }
    assert!(world.onlookers.seat(ADA, &world.signals).is_none());
    let of_eve = world.look_on(EVE, None).await;
    drop(seats.pop());
    seats.push(world.look_on(ADA, None).await);
    assert!(world.onlookers.seat(ADA, &world.signals).is_none());
    drop((seats, of_eve));
    assert_eq!(world.onlookers.users(), 0);
}

#[test]
fn signals_are_passed_on_again_when_the_runtime_that_did_is_gone() {
    let world = World::default();
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().start_paused(true).build().unwrap()
    };
    let mut early = runtime().block_on(world.look_on(ADA, None));
    runtime().block_on(async {
        let mut late = world.look_on(ADA, None).await;
        world.happens(ADA);
        assert_eq!(told(&mut late).await, Word::Event(event(1)));
        assert_eq!(told(&mut early).await, Word::Event(event(1)));
    });
}
