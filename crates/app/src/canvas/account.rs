//! Connecting an account, and giving it up.

use std::time::Duration;

use planner_core::time::Moment;
use secrecy::SecretString;

use super::{Side, SyncError, jobs};
use crate::identity::{User, UserId};
use crate::ports::canvas::{
    Account, AccountRecord, CanvasError, Credential, Host, RemoteUser, RunRecord, SignInRecord, TokenKind,
};
use crate::ports::google::{AccountState, SyncHealth};
use crate::ports::{Access, Actor, LiveKind, NewLiveEvent, Unit};
use crate::work::later;
use crate::{App, Failure, FieldError};

/// What a token is sealed as.
pub(crate) const TOKEN: &str = "canvas.token";

/// How long somebody may take to consent.
const SIGN_IN_LASTS: Duration = Duration::from_mins(15);

/// Why an account is not connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectRefusal {
    /// The program reaches no Canvas.
    NotConfigured,
    /// People do not sign in here: they make tokens by hand.
    NoSignIn,
    /// People sign in here: tokens that were made by hand are not taken.
    NoTokens,
    /// Nobody began this sign-in, or not this user, or too long ago, or it was used before.
    UnknownState,
    /// The sign-in was begun with another address to come back to.
    OtherRedirect,
    /// Canvas does not take the code: it is wrong, too old, or was used before.
    BadCode,
    /// Canvas does not take the token.
    BadToken,
    /// Canvas refuses the program itself.
    Misconfigured,
    /// What answers there is no Canvas.
    NoCanvas,
    /// Canvas cannot be reached, or fails.
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
    /// Connects the account that a token made by hand is for. It is synchronised from then on.
    ///
    /// # Errors
    /// [`ConnectRefusal`], or [`Failure::Invalid`] where the host may not be asked.
    pub async fn connect_canvas(
        &self,
        user: &User,
        host: &str,
        token: SecretString,
    ) -> Result<AccountRecord, ConnectFailure> {
        let side = self.canvas_side()?;
        if side.service.has_sign_in() {
            return Err(Failure::Refused(ConnectRefusal::NoTokens));
        }
        let account =
            Account { user: user.id, host: allowed(side, host)?, credential: Credential::Personal(token) };
        let me =
            side.service.user(&account).await.map_err(|error| refused(&error, ConnectRefusal::BadToken))?;
        self.keep_canvas_account(user, account, me).await
    }

    /// Begins a sign-in: the user is to be sent to the address that comes back, and will return to `redirect_uri` with a
    /// code and a state.
    ///
    /// # Errors
    /// [`ConnectRefusal`], or [`Failure::Invalid`] where the host may not be asked.
    pub async fn begin_canvas_sign_in(
        &self,
        user: &User,
        host: &str,
        redirect_uri: &str,
    ) -> Result<SignInBegun, ConnectFailure> {
        let side = self.canvas_sign_in_side()?;
        let (host, state, now) = (allowed(side, host)?, self.ids.secret(), self.clock.now());
        let record = SignInRecord {
            state_digest: side.vault.digest(&state),
            host,
            redirect_uri: redirect_uri.to_owned(),
            expires_at: later(now, SIGN_IN_LASTS),
        };
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        unit.put_canvas_sign_in(&record, now).await?;
        unit.commit().await?;
        let url = side.service.sign_in_url(&record.host, &state, redirect_uri);
        Ok(SignInBegun { url, expires_at: record.expires_at })
    }

    /// Ends a sign-in with what the user came back with: from then on the account is synchronised.
    ///
    /// # Errors
    /// [`ConnectRefusal`]. The state is used up all the same.
    pub async fn end_canvas_sign_in(
        &self,
        user: &User,
        state: &SecretString,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<AccountRecord, ConnectFailure> {
        let side = self.canvas_sign_in_side()?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let begun = unit.take_canvas_sign_in(&side.vault.digest(state)).await?;
        let granted = exchange(side, user, begun, code, redirect_uri, self.clock.now()).await;
        let connected = match granted {
            Ok((account, me)) => Ok(self.put_canvas(unit.as_mut(), user, account, me).await?),
            Err(refusal) => Err(refusal),
        };
        unit.commit().await?;
        connected
    }

    /// Gives the account up: its consent goes back, and everything that is kept for it is forgotten. Tasks stay.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where no account is connected.
    pub async fn disconnect_canvas(&self, user: &User) -> Result<(), ConnectFailure> {
        let side = self.canvas_side()?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = unit.canvas_account().await?.ok_or(Failure::NotFound)?;
        unit.forget_canvas().await?;
        unit.commit().await?;
        // What cannot be opened cannot be given back either; it is of no use to anybody.
        if let Ok(account) = opened(side, user.id, &record)
            && let Err(error) = side.service.revoke(&account).await
        {
            tracing::warn!(user = %user.id, "consent could not be given back: {error}");
        }
        Ok(())
    }

    async fn keep_canvas_account(
        &self,
        user: &User,
        account: Account,
        me: RemoteUser,
    ) -> Result<AccountRecord, ConnectFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = self.put_canvas(unit.as_mut(), user, account, me).await?;
        unit.commit().await?;
        Ok(record)
    }

    async fn put_canvas(
        &self,
        unit: &mut dyn Unit,
        user: &User,
        account: Account,
        me: RemoteUser,
    ) -> Result<AccountRecord, ConnectFailure> {
        let (side, now) = (self.canvas_side()?, self.clock.now());
        let (kind, token) = match account.credential {
            Credential::Personal(token) => (TokenKind::Personal, token),
            Credential::Consent(token) => (TokenKind::Consent, token),
        };
        // Syncs are counted on, so that none that is under way takes this account for the one before.
        let number = unit.canvas_account().await?.map_or(0, |before| before.run.number);
        let record = AccountRecord {
            host: account.host,
            state: AccountState::Connected,
            kind,
            sealed_token: Some(side.vault.seal(user.id, TOKEN, &token)),
            canvas_id: me.id,
            name: me.name,
            time_zone: me.time_zone,
            connected_at: now,
            run: RunRecord { number, ..RunRecord::default() },
            health: SyncHealth::default(),
        };
        unit.put_canvas_account(&record).await?;
        unit.enqueue(&jobs::syncing(user.id, now)).await?;
        Ok(record)
    }

    /// Notes that the token is of no use any more: nothing is read until the account is connected again.
    pub(super) async fn canvas_disconnected(&self, user: UserId, why: &CanvasError) -> Result<(), SyncError> {
        let Some(mut unit) = self.store.begin_for(user, Actor::Sync).await? else { return Ok(()) };
        if let Some(record) = unit.canvas_account().await?
            && record.state == AccountState::Connected
        {
            let now = self.clock.now();
            let health = record.health.failed(now, why.to_string());
            let state = AccountState::ReconnectRequired;
            unit.put_canvas_account(&AccountRecord { state, sealed_token: None, health, ..record }).await?;
            let (kind, payload) = (LiveKind::CanvasReconnectRequired, serde_json::Map::new());
            unit.tell(&NewLiveEvent { kind, proposal_id: None, trigger: None, payload, at: now }).await?;
        }
        unit.commit().await?;
        Ok(())
    }

    fn canvas_side(&self) -> Result<&Side, ConnectFailure> {
        self.canvas.as_ref().ok_or(Failure::Refused(ConnectRefusal::NotConfigured))
    }

    fn canvas_sign_in_side(&self) -> Result<&Side, ConnectFailure> {
        let side = self.canvas_side()?;
        if side.service.has_sign_in() { Ok(side) } else { Err(Failure::Refused(ConnectRefusal::NoSignIn)) }
    }
}

/// The account of a record, with its token opened.
pub(super) fn opened(side: &Side, user: UserId, record: &AccountRecord) -> Result<Account, SyncError> {
    let sealed = record.sealed_token.as_deref().ok_or(SyncError::NotConnected)?;
    let token = side.vault.open(user, TOKEN, sealed)?;
    let credential = match record.kind {
        TokenKind::Personal => Credential::Personal(token),
        TokenKind::Consent => Credential::Consent(token),
    };
    Ok(Account { user, host: record.host.clone(), credential })
}

fn allowed(side: &Side, host: &str) -> Result<Host, ConnectFailure> {
    let refused = |why: crate::ports::canvas::HostRefusal| FieldError::new("host", why.to_string());
    side.service.host(host).map_err(|why| Failure::Invalid(vec![refused(why)]))
}

async fn exchange(
    side: &Side,
    user: &User,
    begun: Option<SignInRecord>,
    code: &SecretString,
    redirect_uri: &str,
    now: Moment,
) -> Result<(Account, RemoteUser), ConnectFailure> {
    let begun = begun.filter(|begun| begun.expires_at > now);
    let begun = begun.ok_or(Failure::Refused(ConnectRefusal::UnknownState))?;
    if begun.redirect_uri != redirect_uri {
        return Err(Failure::Refused(ConnectRefusal::OtherRedirect));
    }
    // What was allowed when the sign-in was begun may not be any more.
    let host = allowed(side, begun.host.as_str())?;
    let refused = |error| refused(&error, ConnectRefusal::BadCode);
    let granted = side.service.exchange(&host, code, redirect_uri).await.map_err(refused)?;
    let account = Account { user: user.id, host, credential: Credential::Consent(granted.refresh_token) };
    let me = side.service.user(&account).await.map_err(refused)?;
    Ok((account, me))
}

/// What an error means for whoever connects; `bad` where what they came with is of no use.
fn refused(error: &CanvasError, bad: ConnectRefusal) -> ConnectFailure {
    Failure::Refused(match error {
        CanvasError::Disconnected(_) | CanvasError::Forbidden => bad,
        CanvasError::Misconfigured(why) => {
            tracing::error!("a Canvas refuses the program's registration: {why}");
            ConnectRefusal::Misconfigured
        }
        CanvasError::NotFound | CanvasError::NotUnderstood(_) => ConnectRefusal::NoCanvas,
        CanvasError::Throttled(_) | CanvasError::Unavailable(_) => ConnectRefusal::Unavailable,
    })
}
