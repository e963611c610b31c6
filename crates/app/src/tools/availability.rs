use async_trait::async_trait;
use planner_core::time::{Interval, MINUTES_PER_24H, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{Range, Time, Untrusted};
use super::{CallError, Definition, Hints};
use crate::App;
use crate::identity::User;

/// How many times 24 hours may be asked for.
const MOST_DAYS: i64 = 31;
const DEFAULT_DAYS: i64 = 7;
const DEFAULT_MINUTES: u32 = 30;

/// The most gaps that are told.
const MOST_GAPS: usize = 300;

pub(super) struct CheckAvailability;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// Where to begin to look, as RFC 3339 with an offset. Null: now.
    #[serde(default)]
    from: Option<Time>,
    /// Where to end, at most 31 days after `from`. Null: seven days after `from`.
    #[serde(default)]
    to: Option<Time>,
    /// How many minutes a gap must have to be told, 1 to 1440. Null: 30.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1440))]
    min_minutes: Option<u32>,
    /// True: only gaps in which study may be placed, with the rest that focus needs around it. False or null: all free time within
    /// waking hours.
    #[serde(default)]
    respect_rest: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The stretch that was looked at.
    looked_at: Range,
    /// The IANA name of the user's time zone.
    #[schemars(length(max = 100))]
    time_zone: String,
    /// The free stretches, earliest first.
    #[schemars(length(max = 300))]
    gaps: Vec<Gap>,
    /// Whether there are more gaps than are told; ask for a shorter stretch then.
    is_cut: bool,
    /// Other calendars of which nobody knows when they are busy. Times told as free may be taken there: say so to the user.
    #[schemars(length(max = 100))]
    unknown_calendars: Vec<Untrusted>,
    /// How old the oldest is of what is known of the user's other calendars. Null: no other calendars are connected.
    known_as_of: Option<Time>,
}

#[derive(Serialize, JsonSchema)]
struct Gap {
    start: Time,
    end: Time,
    #[schemars(range(min = 1, max = 44_640))]
    minutes: i64,
}

#[async_trait]
impl Definition for CheckAvailability {
    const NAME: &'static str = "check_availability";
    const TITLE: &'static str = "When the user is free";
    const DESCRIPTION: &'static str = "Lists the stretches of time that the user's calendars leave free within waking hours. Use \
        it before you suggest a time for anything. It changes nothing. Calendars of which nobody knows when they are busy are in \
        `unknown_calendars`; unknown is not free.";
    const HINTS: Hints = Hints::LOOKS;
    type Input = Input;
    type Output = Output;

    async fn call(app: &App, user: &User, input: Input) -> Result<Output, CallError> {
        let span = span(&input, app.now())?;
        let min_minutes = input.min_minutes.unwrap_or(DEFAULT_MINUTES);
        if !(1..=1440).contains(&min_minutes) {
            return Err(CallError::Arguments("min_minutes: must be in 1..=1440".to_owned()));
        }
        let respect_rest = input.respect_rest.unwrap_or_default();
        let found = app.availability(user, span, min_minutes, respect_rest).await?;
        let gaps = found.gaps.iter().take(MOST_GAPS).map(|gap| Gap {
            start: Time(gap.start().into()),
            end: Time(gap.end().into()),
            minutes: gap.minutes(),
        });
        Ok(Output {
            looked_at: span.into(),
            time_zone: found.zone.name().to_owned(),
            gaps: gaps.collect(),
            is_cut: found.gaps.len() > MOST_GAPS,
            unknown_calendars: found.unknown.iter().take(100).map(|one| Untrusted::new(&one.title)).collect(),
            known_as_of: found.as_of.map(Time::from),
        })
    }
}

fn span(input: &Input, now: Moment) -> Result<Interval, CallError> {
    let wrong = |what: &str| CallError::Arguments(what.to_owned());
    let minute = |time: Time| {
        let year = time.0.year();
        (1900..=9000).contains(&year).then(|| Moment::from(time.0).floor())
    };
    let far = || wrong("from and to: must lie in the years 1900 to 9000");
    let from = input.from.map_or(Some(now.ceil()), minute).ok_or_else(far)?;
    let to = input.to.map_or(Some(from.plus(DEFAULT_DAYS * MINUTES_PER_24H)), minute).ok_or_else(far)?;
    let span = Interval::new(from, to).ok_or_else(|| wrong("to: must be later than from"))?;
    if span.minutes() > MOST_DAYS * MINUTES_PER_24H {
        return Err(wrong("to: must be within 31 days of from"));
    }
    Ok(span)
}
