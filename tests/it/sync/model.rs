//! Whatever people do on both sides, and whatever fails meanwhile: when things have calmed down both calendars say the same,
//! nothing is lost or there twice, and what nobody but one side has changed is as that side left it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use app::google::Readout;
use app::ports::EventRecord;
use google_fake::{Fault, Notification};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::pair::{Pair, There, at};
use crate::tools::dice::Dice;

/// Steps between two calms.
const STRETCH: u64 = 15;

/// Calms in a run.
const CALMS: usize = 10;

/// Work that is killed when it has been looked at so often: anywhere between two of its steps.
struct Mortal<F> {
    work: Pin<Box<F>>,
    looks: u64,
}

impl<F: Future> Future for Mortal<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.looks == 0 {
            return Poll::Ready(None);
        }
        self.looks -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}

type Times = (OffsetDateTime, OffsetDateTime);

/// Who has the calendars read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    /// The test, as it likes.
    Test,
    /// A worker, for reasons of its own: word of changes, of which some gets lost, comes twice, or comes late and in another
    /// order; what was asked for in the database; and the time that has passed.
    Worker,
}

/// What is known of an event since things were last calm.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Truth {
    calm: Option<Times>,
    here: Option<Times>,
    there: Option<Times>,
    gone_here: bool,
    gone_there: bool,
    /// It was made here.
    is_ours: bool,
    /// Somebody has moved it there.
    was_dragged: bool,
}

impl Truth {
    fn new(here: Option<Times>, there: Option<Times>) -> Self {
        let (is_ours, gone_here, gone_there) = (here.is_some(), false, false);
        Self { calm: None, here, there, gone_here, gone_there, is_ours, was_dragged: false }
    }

    /// Whether it may be like this now.
    fn allows(&self, now: Option<Times>) -> bool {
        match (self.gone_here, self.gone_there, now) {
            (false, false, None) => false,
            (false, false, Some(now)) => self.candidates().contains(&now),
            (_, true, now) => now.is_none(),
            (true, false, None) => true,
            // Somebody changed it there, which wins over its being deleted here.
            (true, false, Some(now)) => self.there == Some(now),
        }
    }

    /// What the side that has changed it says last; both are good where both have.
    fn candidates(&self) -> Vec<Times> {
        let said: Vec<Times> = self.here.into_iter().chain(self.there).collect();
        if said.is_empty() { self.calm.into_iter().collect() } else { said }
    }
}

struct Play {
    pair: Pair,
    driver: Driver,
    dice: Dice,
    /// Word that is on its way.
    mail: Vec<Notification>,
    truths: BTreeMap<String, Truth>,
    made: u32,
    /// What was touched last: trouble comes from touching it again.
    last: String,
    log: String,
}

impl Play {
    async fn new(seed: u64, driver: Driver) -> Self {
        let pair = Pair::connected().await;
        // Few events make many pages.
        pair.google.cut_pages(3);
        Self {
            pair,
            driver,
            dice: Dice::new(seed),
            mail: Vec::new(),
            truths: BTreeMap::new(),
            made: 0,
            last: String::new(),
            log: String::new(),
        }
    }

    fn note(&mut self, what: impl AsRef<str>) {
        let _ = writeln!(self.log, "{} {}", self.pair.app.now(), what.as_ref());
    }

    fn title(&mut self, kind: &str) -> String {
        self.made += 1;
        self.last = format!("{kind} {}", self.made);
        self.last.clone()
    }

    /// An hour of the weeks after the next day. What is over when it is first looked at is not written any more.
    fn times(&mut self) -> Times {
        let tomorrow = self.pair.app.now().floor().plus(24 * 60).moment();
        let start = OffsetDateTime::from(tomorrow) + Duration::hours(self.dice.below(24 * 40).cast_signed());
        (start, start + Duration::minutes(30 + 30 * self.dice.below(4).cast_signed()))
    }

    async fn step(&mut self) {
        match self.dice.below(100) {
            0..10 => self.make_here().await,
            10..20 => self.make_there(),
            20..32 => self.move_here().await,
            32..46 => self.move_there(),
            46..50 => self.delete_here().await,
            50..54 => self.delete_there(),
            54..56 => self.make_series(),
            56..59 => self.change_series(),
            59..62 => self.write_unheard().await,
            62..74 if self.driver == Driver::Worker => self.hear().await,
            62..74 => self.read().await,
            74..86 => self.write().await,
            86..97 => self.fail(),
            _ => self.pair.clock.advance_minutes(1 + self.dice.below(30).cast_signed()),
        }
    }

    async fn make_here(&mut self) {
        let (title, (start, end)) = (self.title("one"), self.times());
        self.note(format!("here {title} is made at {start}"));
        let fields = super::pair::fields(&title, start, end);
        self.pair.app.create_event(&self.pair.user, fields).await.unwrap();
        self.truths.insert(title, Truth::new(Some((start, end)), None));
    }

    fn make_there(&mut self) {
        let (title, (start, end)) = (self.title("one"), self.times());
        self.note(format!("there {title} is made at {start}"));
        let event =
            json!({"summary": title, "start": {"dateTime": text(start)}, "end": {"dateTime": text(end)}});
        self.pair.person.insert_event(self.pair.person.primary(), event);
        self.truths.insert(title, Truth::new(None, Some((start, end))));
    }

    /// One of these, and more often than not what was touched last.
    fn pick<'a>(&mut self, titles: impl Iterator<Item = &'a str>) -> Option<usize> {
        let titles: Vec<&str> = titles.collect();
        let last = titles.iter().position(|title| *title == self.last).filter(|_| self.dice.chance(60));
        let any = usize::try_from(self.dice.below(titles.len().max(1) as u64)).unwrap();
        let index = last.unwrap_or(any);
        (*titles.get(index)?).clone_into(&mut self.last);
        Some(index)
    }

    fn pick_there(&mut self) -> Option<There> {
        let there = self.pair.there();
        let index = self.pick(there.iter().map(|event| event.title.as_str()))?;
        there.into_iter().nth(index)
    }

    async fn pick_here(&mut self) -> Option<EventRecord> {
        let events = self.pair.events().await;
        let index = self.pick(events.iter().map(|event| event.fields.title.as_str()))?;
        events.into_iter().nth(index)
    }

    async fn move_here(&mut self) {
        let Some(event) = self.pick_here().await else { return };
        let (start, end) = self.times();
        let title = event.fields.title.clone();
        if self.dice.chance(50) {
            if !self.pair.plan(&event, start).await {
                return;
            }
            let end = start + (event.fields.end_ts - event.fields.start_ts);
            self.note(format!("here {title} is planned for {start}"));
            self.said_here(&title, (start, end));
            return;
        }
        self.note(format!("here {title} is moved to {start}"));
        self.pair.edit(&event, |fields| (fields.start_ts, fields.end_ts) = (start, end)).await;
        self.said_here(&title, (start, end));
    }

    fn said_here(&mut self, title: &str, times: Times) {
        if let Some(truth) = self.truths.get_mut(title) {
            (truth.here, truth.gone_here) = (Some(times), false);
        }
    }

    fn move_there(&mut self) {
        let Some(event) = self.pick_there() else { return };
        let (start, end) = self.times();
        self.note(format!("there {} is moved to {start}", event.title));
        let patch = json!({"start": {"dateTime": text(start), "date": null}, "end": {"dateTime": text(end), "date": null}});
        self.pair.person.edit(self.pair.person.primary(), &event.id, patch);
        if let Some(truth) = self.truths.get_mut(&event.title) {
            (truth.there, truth.was_dragged) = (Some((start, end)), true);
        }
    }

    async fn delete_here(&mut self) {
        let Some(event) = self.pick_here().await else { return };
        self.note(format!("here {} is deleted", event.fields.title));
        self.pair.app.delete_event(&self.pair.user, event.id, |_| true).await.unwrap();
        if let Some(truth) = self.truths.get_mut(&event.fields.title) {
            truth.gone_here = true;
        }
    }

    fn delete_there(&mut self) {
        let Some(event) = self.pick_there() else { return };
        self.note(format!("there {} is deleted", event.title));
        self.pair.person.delete(self.pair.person.primary(), &event.id);
        if let Some(truth) = self.truths.get_mut(&event.title) {
            truth.gone_there = true;
        }
    }

    fn make_series(&mut self) {
        let (title, (start, end)) = (self.title("many"), self.times());
        self.note(format!("there {title} begins at {start}"));
        let rule = self.dice.pick(&[
            "RRULE:FREQ=WEEKLY;COUNT=4",
            "RRULE:FREQ=DAILY;COUNT=5",
            "RRULE:FREQ=MONTHLY;COUNT=2",
        ]);
        let zone = self.dice.pick(&["Europe/Berlin", "America/New_York"]);
        let event = if self.dice.chance(30) {
            let day = start.date();
            json!({"summary": title, "start": {"date": day.to_string()}, "end": {"date": day.next_day().unwrap().to_string()},
                "recurrence": [rule]})
        } else {
            json!({"summary": title, "start": {"dateTime": text(start), "timeZone": zone},
                "end": {"dateTime": text(end), "timeZone": zone}, "recurrence": [rule]})
        };
        self.pair.person.insert_event(self.pair.person.primary(), event);
    }

    /// Ends or renames a whole series, or makes it one event.
    fn change_series(&mut self) {
        let primary = self.pair.person.primary().to_owned();
        let all = self.pair.person.events(&primary);
        let masters: Vec<&str> = all
            .iter()
            .filter(|event| event["recurrence"].is_array())
            .filter_map(|event| event["id"].as_str())
            .collect();
        if masters.is_empty() {
            return;
        }
        let master = self.dice.pick(&masters).to_owned();
        match self.dice.below(4) {
            0 => {
                self.note(format!("there series {master} is deleted"));
                self.pair.person.delete(&primary, &master);
            }
            1 => {
                self.note(format!("there series {master} happens once"));
                self.pair.person.edit(&primary, &master, json!({"recurrence": null}));
            }
            2 => {
                self.note(format!("there series {master} happens oftener"));
                self.pair.person.edit(
                    &primary,
                    &master,
                    json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"]}),
                );
            }
            _ => {
                self.note(format!("there series {master} takes no time"));
                self.pair.person.edit(&primary, &master, json!({"transparency": "transparent"}));
            }
        }
    }

    async fn read(&mut self) {
        if self.driver == Driver::Worker {
            return self.work().await;
        }
        let calendar = self.pair.primary().await.id;
        let work = self.pair.app.read_calendar(self.pair.user.id, calendar);
        let looks = if self.dice.chance(50) { u64::MAX } else { self.dice.below(120) };
        let outcome = Mortal { work: Box::pin(work), looks }.await;
        self.note(format!("read: {outcome:?}"));
    }

    /// Some word arrives, any of what is on its way, and some of that for the first time only; some never does.
    async fn hear(&mut self) {
        self.mail.extend(self.pair.google.take_notifications());
        for _ in 0..self.dice.below(4) {
            if self.mail.is_empty() {
                return;
            }
            let index = usize::try_from(self.dice.below(self.mail.len() as u64)).unwrap();
            let word = match self.dice.below(3) {
                0 => self.mail[index].clone(),
                _ => self.mail.swap_remove(index),
            };
            if self.dice.chance(20) {
                self.note("word gets lost");
                continue;
            }
            let heard = self.pair.hear(&word).await;
            self.note(format!("word: {heard:?}"));
        }
    }

    /// The worker does what is due, or dies soon after it has taken it, and leaves it to whoever comes after the lease.
    async fn work(&mut self) {
        self.pair.clock.advance_minutes(self.dice.below(3).cast_signed());
        let looks = if self.dice.chance(70) { u64::MAX } else { self.dice.below(8) };
        let outcome = Mortal { work: Box::pin(self.pair.worker.work_once()), looks }.await;
        self.note(format!("work: {outcome:?}"));
    }

    async fn write(&mut self) {
        if self.driver == Driver::Worker {
            return self.work().await;
        }
        let work = self.pair.app.write_out(self.pair.user.id);
        let looks = if self.dice.chance(50) { u64::MAX } else { self.dice.below(120) };
        let outcome = Mortal { work: Box::pin(work), looks }.await;
        self.note(format!("write: {outcome:?}"));
    }

    /// Something is written, nobody hears of it, and it changes again before the next look.
    async fn write_unheard(&mut self) {
        self.move_here().await;
        if self.dice.chance(50) {
            self.pair.google.fail(Fault::cut_after().on("batch"));
            self.write().await;
        } else {
            self.write().await;
            self.write().await;
        }
        if self.dice.chance(60) {
            self.move_here().await;
        } else {
            self.move_there();
        }
        self.read().await;
    }

    fn fail(&mut self) {
        let primary = self.pair.person.primary().to_owned();
        let fault = match self.dice.below(15) {
            0 => Fault::backend_error(),
            1 => Fault::unavailable(),
            2 => Fault::bad_gateway(),
            3 => Fault::too_many_requests(),
            4 => Fault::rate_limit(),
            5 => Fault::cut_before(),
            6 => Fault::cut_after(),
            7 => Fault::cut_after().on("batch"),
            8 => Fault::full_sync_required()
                .on("events.list")
                .on_page(1 + u32::try_from(self.dice.below(3)).unwrap()),
            9 => Fault::bad_json(),
            10 => Fault::reordered_parts().on("batch"),
            11 => Fault::missing_part(usize::try_from(self.dice.below(3)).unwrap()).on("batch"),
            12 => Fault::empty(500),
            13 => Fault::unauthorized(),
            _ => {
                self.note("the sync tokens are forgotten");
                return self.pair.google.forget_sync_tokens(&primary);
            }
        };
        let times = 1 + u32::try_from(self.dice.below(2)).unwrap();
        self.note(format!("to fail {times} times: {fault:?}"));
        self.pair.google.fail(fault.times(times));
    }

    /// Nothing fails any more, and nobody does anything.
    async fn calm(&mut self) {
        self.note("calm");
        self.pair.google.heal();
        if self.driver == Driver::Worker {
            return self.leave_alone().await;
        }
        let mut quiet = 0;
        for _ in 0..60 {
            self.pair.clock.advance_minutes(10);
            let before = (self.pair.events().await, self.pair.there());
            let outcome = self.pair.sync().await;
            let after = (self.pair.events().await, self.pair.there());
            self.note(format!("sync: {outcome:?}"));
            quiet = if matches!(outcome, Ok(Readout::UpToDate)) && before == after { quiet + 1 } else { 0 };
            if quiet == 3 {
                return;
            }
        }
        panic!("it never calms down\n{}", self.log);
    }

    /// Whatever is still on its way is lost. Time passes, and the worker finds out by itself.
    async fn leave_alone(&mut self) {
        self.mail.clear();
        self.pair.google.take_notifications();
        let mut quiet = 0;
        for _ in 0..40 {
            self.pair.clock.advance_minutes(180);
            let before = (self.pair.events().await, self.pair.there());
            self.pair.settle().await;
            let is_quiet = before == (self.pair.events().await, self.pair.there());
            self.note(format!("settled, quiet: {is_quiet}"));
            quiet = if is_quiet { quiet + 1 } else { 0 };
            // A calendar that says nothing is asked after six hours.
            if quiet == 3 {
                return;
            }
        }
        panic!("it never calms down\n{}", self.log);
    }

    async fn check(&mut self) {
        let (from, to) = (at("2026-02-01T00:00:00Z"), at("2026-06-01T00:00:00Z"));
        let line = |start: OffsetDateTime, end: OffsetDateTime, title: &str, transparent: bool| {
            format!("{start} – {end} {title} {transparent}")
        };
        let events = self.pair.events().await;
        let near =
            events.iter().map(|event| &event.fields).filter(|one| one.end_ts > from && one.start_ts < to);
        let mut here: Vec<String> =
            near.map(|one| line(one.start_ts, one.end_ts, &one.title, one.transparent)).collect();
        let there = self.pair.there();
        let mut there_lines: Vec<String> =
            there.iter().map(|one| line(one.start, one.end, &one.title, one.transparent)).collect();
        here.sort();
        there_lines.sort();
        assert_eq!(here, there_lines, "both calendars say the same\n{}", self.log);
        for (title, truth) in &mut self.truths {
            let mut found = there.iter().filter(|one| one.title == *title).map(|one| (one.start, one.end));
            let now = found.next();
            assert_eq!(found.next(), None, "{title} is there twice\n{}", self.log);
            assert!(truth.allows(now), "{title} is {now:?}: {truth:?}\n{}", self.log);
            if let Some(event) = events.iter().find(|event| event.fields.title == *title) {
                let is_locked = event.fields.protected;
                assert!(
                    !is_locked || truth.was_dragged,
                    "{title} is locked, though nobody dragged it\n{}",
                    self.log
                );
                let was_only_dragged = truth.is_ours && truth.there == now && truth.here.is_none();
                assert!(
                    is_locked || !was_only_dragged,
                    "{title} was dragged, and is not locked\n{}",
                    self.log
                );
            }
            let (gone_here, gone_there) = (now.is_none(), now.is_none());
            *truth = Truth { calm: now, here: None, there: None, gone_here, gone_there, ..truth.clone() };
        }
        self.log.clear();
    }
}

fn text(time: OffsetDateTime) -> String {
    time.format(&time::format_description::well_known::Rfc3339).unwrap()
}

async fn play(driver: Driver, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut play = Play::new(seed, driver).await;
        for _ in 0..CALMS {
            for _ in 0..STRETCH {
                play.step().await;
            }
            play.calm().await;
            play.check().await;
        }
    }
}

#[tokio::test]
async fn whatever_happens_both_calendars_say_the_same_in_the_end_1() {
    play(Driver::Test, 0..9).await;
}

#[tokio::test]
async fn whatever_happens_both_calendars_say_the_same_in_the_end_2() {
    play(Driver::Test, 9..18).await;
}

#[tokio::test]
async fn whatever_happens_both_calendars_say_the_same_in_the_end_3() {
    play(Driver::Test, 18..27).await;
}

#[tokio::test]
async fn whatever_happens_both_calendars_say_the_same_in_the_end_4() {
    play(Driver::Test, 27..36).await;
}

#[tokio::test]
async fn whatever_becomes_of_word_both_calendars_say_the_same_in_the_end_1() {
    play(Driver::Worker, 100..105).await;
}

#[tokio::test]
async fn whatever_becomes_of_word_both_calendars_say_the_same_in_the_end_2() {
    play(Driver::Worker, 105..110).await;
}
