//! Connecting an account, and giving it up.

use std::collections::BTreeSet;
use std::time::Duration;

use planner_core::time::Moment;
use secrecy::SecretString;

use super::Side;
use super::account::REFRESH_TOKEN;
use super::calendars::{drop_calendar, overview, sync_now};
use crate::identity::User;
use crate::ports::google::{
    Account, AccountRecord, AccountState, CalendarChoice, Feature, GoogleError, Granted, SignIn,
    SignInRecord, SyncHealth, VaultError,
};
use crate::ports::{Access, Actor, Unit};
use crate::work::later;
use crate::{App, Failure};

/// How long somebody may take to consent.
const SIGN_IN_LASTS: Duration = Duration::from_mins(15);

/// What the secret of RFC 7636 is sealed as.
const VERIFIER: &str = "google.verifier";

/// What is asked for. A calendar of its own needs one scope more, which is asked for where it is wanted.
const ASKED: [Feature; 3] = [Feature::Events, Feature::CalendarList, Feature::BusyTimes];

/// Why an account is not connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectRefusal {
    /// The program has no registration with Google.
    NotConfigured,
    /// Nobody began this sign-in, or not this user, or too long ago, or it was used before.
    UnknownState,
    /// The sign-in was begun with another address to come back to.
    OtherRedirect,
    /// Google does not take the code: it is wrong, too old, or was used before.
    BadCode,
    /// Google gave nothing that lasts.
    NoRefreshToken,
    /// These were not consented to.
    Missing(Vec<Feature>),
    /// Google refuses the program itself.
    Misconfigured,
    /// Google cannot be reached, or fails.
    Unavailable,
}

/// Why an account was not connected.
pub type ConnectFailure = Failure<ConnectRefusal>;

/// A sign-in that was begun.
#[derive(Clone, Debug)]
pub struct SignInBegun {
    /// Where to send the user's browser to.
    pub url: String,
    /// Until when they may come back.
    pub expires_at: Moment,
}

impl App {
    /// Begins a sign-in: the user is to be sent to the address that comes back, and will return to `redirect_uri` with a
    /// code and a state.
    ///
    /// # Errors
    /// [`ConnectRefusal::NotConfigured`].
    pub async fn begin_google_sign_in(
        &self,
        user: &User,
        redirect_uri: &str,
        own_calendar: bool,
    ) -> Result<SignInBegun, ConnectFailure> {
        let side = self.google_side()?;
        let now = self.clock.now();
        let ask = SignIn {
            state: self.ids.secret(),
            verifier: self.ids.secret(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: features(own_calendar).map(|feature| feature.scope().to_owned()).collect(),
        };
        let record = SignInRecord {
            state_digest: side.vault.digest(&ask.state),
            sealed_verifier: side.vault.seal(user.id, VERIFIER, &ask.verifier),
            redirect_uri: ask.redirect_uri.clone(),
            expires_at: later(now, SIGN_IN_LASTS),
        };
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        unit.put_sign_in(&record, now).await?;
        unit.commit().await?;
        Ok(SignInBegun { url: side.service.sign_in_url(&ask), expires_at: record.expires_at })
    }

    /// Ends a sign-in with what the user came back with: from then on the account is connected, and synchronised. What
    /// Google gave for less than is needed is given back.
    ///
    /// # Errors
    /// [`ConnectRefusal`]. The state is used up all the same.
    pub async fn connect_google(
        &self,
        user: &User,
        state: &SecretString,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<AccountRecord, ConnectFailure> {
        let side = self.google_side()?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let begun = unit.take_sign_in(&side.vault.digest(state)).await?;
        let granted = exchange(side, user, begun, code, redirect_uri, self.clock.now()).await;
        let connected = match granted {
            Ok((refresh_token, scopes)) => {
                Ok(self.keep_consent(unit.as_mut(), user, refresh_token, scopes).await?)
            }
            Err(refusal) => Err(Failure::Refused(refusal)),
        };
        unit.commit().await?;
        connected
    }

    /// Keeps consent that was got in another way, such as at a terminal.
    ///
    /// # Errors
    /// [`ConnectRefusal`] where it is not enough.
    pub async fn accept_google_consent(
        &self,
        user: &User,
        granted: Granted,
    ) -> Result<AccountRecord, ConnectFailure> {
        let side = self.google_side()?;
        let (refresh_token, scopes) = enough(side, user, granted).await.map_err(Failure::Refused)?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = self.keep_consent(unit.as_mut(), user, refresh_token, scopes).await?;
        unit.commit().await?;
        Ok(record)
    }

    async fn keep_consent(
        &self,
        unit: &mut dyn Unit,
        user: &User,
        refresh_token: SecretString,
        scopes: BTreeSet<String>,
    ) -> Result<AccountRecord, ConnectFailure> {
        let (side, now) = (self.google_side()?, self.clock.now());
        let record = AccountRecord {
            state: AccountState::Connected,
            sealed_token: Some(side.vault.seal(user.id, REFRESH_TOKEN, &refresh_token)),
            scopes,
            connected_at: now,
            listed_at: None,
            health: SyncHealth::default(),
        };
        unit.put_google_account(&record).await?;
        let choice = unit.calendar_choice().await?;
        unit.put_calendar_choice(&CalendarChoice { sync_enabled: true, ..choice }).await?;
        let overview = overview(unit).await?;
        sync_now(unit, user.id, &overview, now).await?;
        Ok(record)
    }

    /// Gives the account up: its consent goes back, everything that is kept for it is forgotten, and with it what was
    /// imported from it. What was written to it stays there, and here.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where no account is connected.
    pub async fn disconnect_google(&self, user: &User) -> Result<(), ConnectFailure> {
        let side = self.google_side()?;
        let mut unit = self.begin(user, Access::Write(Actor::Sync)).await?;
        let record = unit.google_account().await?.ok_or(Failure::NotFound)?;
        for channel in unit.channels().await? {
            unit.delete_channel(&channel.id).await?;
        }
        for calendar in unit.google_calendars().await? {
            drop_calendar(unit.as_mut(), calendar.id).await?;
        }
        unit.forget_google().await?;
        // What cannot be opened cannot be given back either; Google lets it die.
        if let Some(Ok(refresh_token)) =
            record.sealed_token.map(|sealed| side.vault.open(user.id, REFRESH_TOKEN, &sealed))
            && let Err(error) = side.service.revoke(&Account { user: user.id, refresh_token }).await
        {
            tracing::warn!(user = %user.id, "consent could not be given back: {error}");
        }
        unit.commit().await?;
        Ok(())
    }

    fn google_side(&self) -> Result<&Side, ConnectFailure> {
        self.google.as_ref().ok_or(Failure::Refused(ConnectRefusal::NotConfigured))
    }
}

fn features(own_calendar: bool) -> impl Iterator<Item = Feature> {
    ASKED.into_iter().chain(own_calendar.then_some(Feature::OwnCalendar))
}

async fn exchange(
    side: &Side,
    user: &User,
    begun: Option<SignInRecord>,
    code: &SecretString,
    redirect_uri: &str,
    now: Moment,
) -> Result<(SecretString, BTreeSet<String>), ConnectRefusal> {
    let begun = begun.filter(|begun| begun.expires_at > now).ok_or(ConnectRefusal::UnknownState)?;
    if begun.redirect_uri != redirect_uri {
        return Err(ConnectRefusal::OtherRedirect);
    }
    let verifier = side
        .vault
        .open(user.id, VERIFIER, &begun.sealed_verifier)
        .map_err(|_: VaultError| ConnectRefusal::UnknownState)?;
    let granted =
        side.service.exchange(code, &verifier, redirect_uri).await.map_err(|error| match error {
            GoogleError::Misconfigured(why) => {
                tracing::error!("Google refuses the program's registration: {why}");
                ConnectRefusal::Misconfigured
            }
            GoogleError::Unavailable(_) | GoogleError::Throttled(_) | GoogleError::Exhausted => {
                ConnectRefusal::Unavailable
            }
            _ => ConnectRefusal::BadCode,
        })?;
    enough(side, user, granted).await
}

/// What was granted, if it is enough; else it is given back.
async fn enough(
    side: &Side,
    user: &User,
    granted: Granted,
) -> Result<(SecretString, BTreeSet<String>), ConnectRefusal> {
    let refresh_token = granted.refresh_token.ok_or(ConnectRefusal::NoRefreshToken)?;
    let lost: Vec<Feature> =
        ASKED.into_iter().filter(|feature| !granted.scopes.contains(feature.scope())).collect();
    if lost.is_empty() {
        return Ok((refresh_token, granted.scopes));
    }
    let account = Account { user: user.id, refresh_token };
    if let Err(error) = side.service.revoke(&account).await {
        tracing::warn!(user = %user.id, "consent could not be given back: {error}");
    }
    Err(ConnectRefusal::Missing(lost))
}
