//! `/api/v1/availability`: when the user is free.

use app::availability::Availability;
use planner_core::time::{Instant as Minute, Interval, MINUTES_PER_24H, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::wrong;
use super::failure::problem;
use crate::auth::Identity;
use crate::extract::{Json, Query, UseCases};
use crate::openapi::operation;
use crate::problem::Problem;
use crate::server::{Endpoint, resource};
use crate::value::{Instant, Timestamp};

/// How many times 24 hours may be asked for.
const MOST_DAYS: i64 = 62;
const DEFAULT_DAYS: i64 = 7;
const DEFAULT_MINUTES: u32 = 30;
const MOST_MINUTES: u32 = 24 * 60;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let told = operation("readAvailability", "When the user is free")
        .about("When the user is free, within waking hours. With `rest` the gaps also leave the rest around focus.")
        .query::<AvailabilityQuery>()
        .answers::<AvailabilityView>(200, "The gaps of the stretch that was asked for.");
    vec![resource("/api/v1/availability").get(read).told(told)]
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct AvailabilityQuery {
    /// Now, unless it is given.
    #[param(inline, nullable = false)]
    from: Option<Instant>,
    /// A week after `from`, unless it is given; 62 days at most.
    #[param(inline, nullable = false)]
    to: Option<Instant>,
    /// How long gaps have to last.
    #[param(minimum = 1, maximum = 1440, default = 30, nullable = false)]
    min_minutes: Option<u32>,
    /// Whether the rest around focus counts as taken.
    #[serde(default)]
    rest: bool,
}

/// Free time.
#[derive(Serialize, ToSchema)]
#[schema(as = Availability, examples(json!({
    "from": "2026-03-02T08:00:00Z", "to": "2026-03-09T08:00:00Z", "free_minutes": 90, "zone": "Europe/Berlin",
    "gaps": [{"start_ts": "2026-03-02T08:00:00Z", "end_ts": "2026-03-02T09:30:00Z", "minutes": 90}],
    "unknown_calendars": [], "as_of": null,
})))]
struct AvailabilityView {
    from: Timestamp,
    to: Timestamp,
    gaps: Vec<GapView>,
    free_minutes: i64,
    /// The zone whose waking hours the gaps lie in.
    zone: String,
    /// Other calendars of which it is not known when they are busy, by their titles: what is told as free may be taken there.
    unknown_calendars: Vec<String>,
    /// When the oldest was read of what is known of other calendars; null where there are none.
    #[schema(required)]
    as_of: Option<Timestamp>,
}

/// A stretch in which nothing is.
#[derive(Serialize, ToSchema)]
#[schema(as = Gap)]
struct GapView {
    start_ts: Timestamp,
    end_ts: Timestamp,
    minutes: i64,
}

async fn read(
    me: Identity,
    UseCases(app): UseCases,
    Query(query): Query<AvailabilityQuery>,
) -> Result<Json<AvailabilityView>, Problem> {
    let span = span(&query, app.now())?;
    let min_minutes = query.min_minutes.unwrap_or(DEFAULT_MINUTES);
    if !(1..=MOST_MINUTES).contains(&min_minutes) {
        return Err(wrong("min_minutes", format!("must be in 1..={MOST_MINUTES}")));
    }
    let found = app.availability(&me.user(), span, min_minutes, query.rest).await;
    Ok(Json(view(span, found.map_err(|failure| problem(failure, app.now()))?)))
}

/// The stretch that a query asks for: a week from now, unless it says otherwise.
fn span(query: &AvailabilityQuery, now: Moment) -> Result<Interval, Problem> {
    let from = query.from.map_or(Ok(now.ceil()), |from| minute("from", from))?;
    let to = query.to.map_or(Ok(from.plus(DEFAULT_DAYS * MINUTES_PER_24H)), |to| minute("to", to))?;
    let later = || wrong("to", "must be later than `from`, which is now where it is left out".to_owned());
    let span = Interval::new(from, to).ok_or_else(later)?;
    if span.minutes() > MOST_DAYS * MINUTES_PER_24H {
        return Err(wrong("to", format!("must be within {MOST_DAYS} days of `from`")));
    }
    Ok(span)
}

/// A minute of a year in which events can be.
fn minute(name: &'static str, instant: Instant) -> Result<Minute, Problem> {
    if !(1900..=9000).contains(&instant.get().year()) {
        return Err(wrong(name, "must lie in the years 1900 to 9000".to_owned()));
    }
    Ok(Moment::from(instant.get()).floor())
}

fn view(span: Interval, found: Availability) -> AvailabilityView {
    AvailabilityView {
        from: Timestamp(span.start().into()),
        to: Timestamp(span.end().into()),
        free_minutes: found.gaps.iter().map(|gap| gap.minutes()).sum(),
        gaps: found.gaps.into_iter().map(GapView::from).collect(),
        zone: found.zone.name().to_owned(),
        unknown_calendars: found.unknown.into_iter().map(|calendar| calendar.title).collect(),
        as_of: found.as_of.map(|at| Timestamp(at.into())),
    }
}

impl From<Interval> for GapView {
    fn from(gap: Interval) -> Self {
        Self {
            start_ts: Timestamp(gap.start().into()),
            end_ts: Timestamp(gap.end().into()),
            minutes: gap.minutes(),
        }
    }
}
