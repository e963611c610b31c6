//! How far everything is in step, for the account's owner: what the matter is, and what helps.

use std::collections::BTreeMap;
use std::time::Duration;

use planner_core::time::Moment;
use uuid::Uuid;

use super::account::is_read;
use super::keep::{DOUBTED_AFTER, KEPT_EVERY, POLLED_EVERY, keeping};
use super::{ChoiceFailure, GoogleOverview, jobs};
use crate::identity::User;
use crate::ports::google::{AccountState, CalendarRecord, ChannelRecord, SyncHealth};
use crate::ports::{Access, Actor};
use crate::work::later;
use crate::{App, Failure};

/// How much later than usual something may be read before it counts as late.
const GRACE: Duration = Duration::from_mins(20);

/// How something stands that is synchronised; the more pressing, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SyncState {
    /// It is not synchronised.
    Off,
    /// It is in step.
    Ok,
    /// Nothing went wrong, but it was not read for longer than it should be, or never yet.
    Late,
    /// It came back empty though there was something; a second look has to confirm that.
    Doubtful,
    /// The last try failed.
    Failing,
    /// Consent is gone.
    ReconnectRequired,
}

impl SyncState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Off, Self::Ok, Self::Late, Self::Doubtful, Self::Failing, Self::ReconnectRequired];

    /// The name used over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ok => "ok",
            Self::Late => "late",
            Self::Doubtful => "doubtful",
            Self::Failing => "failing",
            Self::ReconnectRequired => "reconnect_required",
        }
    }
}

/// How one thing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In a word.
    pub state: SyncState,
    /// How it has gone.
    pub health: SyncHealth,
    /// How long ago it last went well.
    pub lag: Option<Duration>,
    /// When it is next tried, if that is known.
    pub next_try: Option<Moment>,
}

/// How everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    /// The most pressing of all states.
    pub state: SyncState,
    /// Whether this program reaches Google at all.
    pub is_configured: bool,
    /// The account, with what is written to its calendars; `None` where none is connected.
    pub account: Option<Standing>,
    /// Its calendars, the first one first, then by title.
    pub calendars: Vec<(CalendarRecord, Standing)>,
}

/// Why nobody is asked to synchronise: it would come to nothing while it stands so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotInSync(pub SyncState);

impl App {
    /// How far the user's account and calendars are in step.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn sync_status(&self, user: &User) -> Result<SyncStatus, ChoiceFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let overview = super::calendars::overview(unit.as_mut()).await?;
        let channels = unit.channels().await?;
        let now = self.clock.now();
        let readings = overview.calendars.iter().map(|calendar| jobs::reading(user.id, calendar.id, now).key);
        let others = [jobs::writing(user.id, now).key, keeping(user.id, now).key];
        let keys: Vec<String> = readings.chain(others).flatten().collect();
        let due = unit.due_jobs(&keys).await?;
        unit.commit().await?;
        let mut status = status(&overview, &channels, user, &due, now);
        status.is_configured = self.google.is_some();
        if !status.is_configured {
            status.state = SyncState::Off;
        }
        Ok(status)
    }

    /// Has everything read and written now that is synchronised; how many calendars will be read.
    ///
    /// # Errors
    /// [`Failure::Refused`] where nothing is synchronised.
    pub async fn ask_for_sync(&self, user: &User) -> Result<usize, Failure<NotInSync>> {
        let refused = |state| Err(Failure::Refused(NotInSync(state)));
        if self.google.is_none() {
            return refused(SyncState::Off);
        }
        let mut unit = self.begin(user, Access::Write(Actor::Sync)).await?;
        let overview = super::calendars::overview(unit.as_mut()).await?;
        if let Some(state) = state_of_account(&overview) {
            return refused(state);
        }
        let asked = super::calendars::sync_now(unit.as_mut(), user.id, &overview, self.clock.now()).await?;
        unit.commit().await?;
        Ok(asked)
    }
}

/// Why nothing of the account is synchronised, if that is so.
fn state_of_account(overview: &GoogleOverview) -> Option<SyncState> {
    match &overview.account {
        None => Some(SyncState::Off),
        Some(account) if account.state == AccountState::ReconnectRequired => {
            Some(SyncState::ReconnectRequired)
        }
        Some(_) if !overview.choice.sync_enabled => Some(SyncState::Off),
        Some(_) => None,
    }
}

fn status(
    overview: &GoogleOverview,
    channels: &[ChannelRecord],
    user: &User,
    due: &BTreeMap<String, Moment>,
    now: Moment,
) -> SyncStatus {
    let of_account = state_of_account(overview);
    let when = |key: Option<String>| key.and_then(|key| due.get(&key)).copied();
    let kept = when(keeping(user.id, now).key);
    let account = overview.account.as_ref().map(|account| {
        let health = account.health.clone();
        let state = of_account.unwrap_or(match health.failures {
            // Nobody knows yet which calendars there are.
            0 if account.listed_at.is_none() => SyncState::Late,
            0 => SyncState::Ok,
            _ => SyncState::Failing,
        });
        let next_try = of_account.is_none().then(|| when(jobs::writing(user.id, now).key).or(kept)).flatten();
        Standing { state, lag: lag(&health, now), health, next_try }
    });
    let calendars: Vec<(CalendarRecord, Standing)> = overview
        .calendars
        .iter()
        .map(|calendar| {
            let is_on = is_read(calendar, &overview.choice, &overview.calendars);
            let off = of_account.or((!is_on).then_some(SyncState::Off));
            let state = off.unwrap_or_else(|| state_of(calendar, channels, now));
            let next_try = off.is_none().then(|| when(jobs::reading(user.id, calendar.id, now).key).or(kept));
            let health = calendar.health.clone();
            (
                calendar.clone(),
                Standing { state, lag: lag(&health, now), health, next_try: next_try.flatten() },
            )
        })
        .collect();
    let states = calendars.iter().map(|(_, standing)| standing.state);
    let state = states.chain(account.as_ref().map(|account| account.state)).max().unwrap_or(SyncState::Off);
    SyncStatus { state, is_configured: true, account, calendars }
}

fn state_of(calendar: &CalendarRecord, channels: &[ChannelRecord], now: Moment) -> SyncState {
    if calendar.empty_since.is_some() {
        return SyncState::Doubtful;
    }
    if calendar.health.failures > 0 {
        return SyncState::Failing;
    }
    let good_for = read_every(calendar.id, channels, now) + KEPT_EVERY + GRACE;
    match calendar.health.succeeded_at {
        Some(read) if later(read, good_for) > now => SyncState::Ok,
        _ => SyncState::Late,
    }
}

/// How often a calendar is read that says nothing.
fn read_every(calendar: Uuid, channels: &[ChannelRecord], now: Moment) -> Duration {
    let is_open = |one: &ChannelRecord| one.calendar == calendar && one.resource.is_some() && one.until > now;
    if channels.iter().any(is_open) { DOUBTED_AFTER } else { POLLED_EVERY }
}

fn lag(health: &SyncHealth, now: Moment) -> Option<Duration> {
    let micros = now.micros_since(health.succeeded_at?);
    Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::UserId;
    use crate::ports::google::{AccessRole, AccountRecord, CalendarChoice};

    fn at(minutes: i64) -> Moment {
        let start: Moment = "2026-03-02T08:00:00Z".parse().expect("a moment");
        start.plus_minutes(minutes)
    }

    fn ada() -> User {
        User { id: UserId(Uuid::from_u128(1)), external_id: "user_ada".to_owned() }
    }

    fn calendar(health: SyncHealth) -> CalendarRecord {
        CalendarRecord {
            id: Uuid::from_u128(2),
            google_id: "ada@example.org".to_owned(),
            title: "Ada".to_owned(),
            time_zone: None,
            access: AccessRole::Owner,
            is_primary: true,
            is_ours: false,
            sealed_position: None,
            run: 1,
            empty_since: None,
            expanded_until: None,
            has_channels: true,
            health,
        }
    }

    fn channel() -> ChannelRecord {
        ChannelRecord {
            id: "c".to_owned(),
            calendar: Uuid::from_u128(2),
            token_digest: Vec::new(),
            resource: Some("r".to_owned()),
            until: at(10_000),
            heard_at: None,
        }
    }

    fn overview(calendar: CalendarRecord) -> GoogleOverview {
        let account = AccountRecord {
            state: AccountState::Connected,
            sealed_token: None,
            scopes: std::collections::BTreeSet::default(),
            connected_at: at(0),
            listed_at: Some(at(0)),
            health: SyncHealth::went_well(at(0)),
        };
        let choice = CalendarChoice { sync_enabled: true, ..CalendarChoice::default() };
        GoogleOverview { account: Some(account), calendars: vec![calendar], choice }
    }

    fn state(overview: &GoogleOverview, channels: &[ChannelRecord], now: Moment) -> SyncState {
        status(overview, channels, &ada(), &BTreeMap::new(), now).state
    }

    #[test]
    fn a_calendar_is_late_when_nobody_has_read_it_for_longer_than_usual() {
        let read = overview(calendar(SyncHealth::went_well(at(0))));
        assert_eq!(state(&read, &[], at(30)), SyncState::Ok);
        assert_eq!(state(&read, &[], at(41)), SyncState::Late);
        assert_eq!(state(&read, &[channel()], at(300)), SyncState::Ok, "it would have said so");
        assert_eq!(state(&read, &[channel()], at(400)), SyncState::Late, "channels are not to be relied on");
        assert_eq!(state(&overview(calendar(SyncHealth::default())), &[], at(0)), SyncState::Late);
    }

    #[test]
    fn an_account_is_late_until_its_calendars_are_known() {
        let mut fresh = overview(calendar(SyncHealth::default()));
        fresh.calendars.clear();
        fresh.account.as_mut().expect("it is there").listed_at = None;
        assert_eq!(state(&fresh, &[], at(0)), SyncState::Late);
    }

    #[test]
    fn the_most_pressing_state_is_the_one_of_all() {
        let failed = SyncHealth::went_well(at(0)).failed(at(1), "it is unavailable".to_owned());
        let mut failing = overview(calendar(failed));
        assert_eq!(state(&failing, &[], at(2)), SyncState::Failing);
        failing.calendars[0].empty_since = Some(at(1));
        assert_eq!(state(&failing, &[], at(2)), SyncState::Doubtful, "that is why it failed");
        failing.account.as_mut().expect("it is there").state = AccountState::ReconnectRequired;
        assert_eq!(state(&failing, &[], at(2)), SyncState::ReconnectRequired);
    }

    #[test]
    fn what_is_not_synchronised_is_off_however_it_went() {
        let failed = SyncHealth::default().failed(at(1), "it is not there".to_owned());
        let mut unread = overview(calendar(failed));
        unread.choice.read_calendar_ids.clear();
        unread.choice.write_calendar_id = None;
        let told = status(&unread, &[], &ada(), &BTreeMap::new(), at(2));
        assert_eq!(told.calendars[0].1.state, SyncState::Off);
        assert_eq!(
            (told.state, told.calendars[0].1.next_try),
            (SyncState::Ok, None),
            "the account is in step"
        );
        unread.account = None;
        assert_eq!(state(&unread, &[], at(2)), SyncState::Off);
    }

    #[test]
    fn the_next_try_is_that_of_the_job() {
        let read = overview(calendar(SyncHealth::went_well(at(0))));
        let key = jobs::reading(ada().id, Uuid::from_u128(2), at(0)).key.expect("it has one");
        let due = BTreeMap::from([(key, at(7))]);
        let told = status(&read, &[], &ada(), &due, at(5));
        let standing = &told.calendars[0].1;
        assert_eq!((standing.next_try, standing.lag), (Some(at(7)), Some(Duration::from_mins(5))));
    }
}
