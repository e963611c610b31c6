use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use planner_core::time::Interval;
use secrecy::SecretString;

use super::remote::{RemoteCourse, RemoteGroup, RemoteItem, RemotePage, RemoteUser};
use crate::identity::UserId;

/// Why Canvas did not do what it was asked, named by the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanvasError {
    /// The token is of no use any more. Only the account's owner can give another one.
    #[error("the account has to be connected again ({0})")]
    Disconnected(String),
    /// Our registration with this Canvas is wrong. Only an operator can mend it.
    #[error("the program's own registration is refused ({0})")]
    Misconfigured(String),
    /// It is not allowed; asking again does not help.
    #[error("it is not allowed")]
    Forbidden,
    /// There is no such thing.
    #[error("it is not there")]
    NotFound,
    /// Too much was asked. Asking may help after this pause.
    #[error("too much was asked")]
    Throttled(Duration),
    /// It was not to be reached, or failed; asking again may help.
    #[error("it is unavailable: {0}")]
    Unavailable(String),
    /// It does not understand us, or we do not understand it.
    #[error("it was not understood: {0}")]
    NotUnderstood(String),
}

/// Why a Canvas is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostRefusal {
    /// Not the name of a machine that is to be found on the Internet.
    #[error("is not the name of a host, such as canvas.example.edu")]
    NoName,
    /// Whoever runs the program does not allow it.
    #[error("is not among those that this server may ask")]
    NotAllowed,
}

/// A Canvas that may be asked, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// The host called so, which was looked at.
    pub fn known(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What proves that we may ask for somebody.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A token that they made by hand; it is sent as it is.
    Personal(SecretString),
    /// What new access is got with.
    Consent(SecretString),
}

/// Whose account is meant, and what proves that we may.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user here.
    pub user: UserId,
    /// Where their account is.
    pub host: Host,
    /// The proof.
    pub credential: Credential,
}

/// What somebody consented to.
#[derive(Clone, Debug)]
pub struct Granted {
    /// What new access is got with. It stays the same each time.
    pub refresh_token: SecretString,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// What is in it; there may be nothing, and yet more parts.
    pub items: Vec<T>,
    /// Names the part that follows, if one does.
    pub next: Option<String>,
}

/// Canvas, as far as it is needed. Lists come in parts: `next` is what the part before named.
#[async_trait]
pub trait Canvas: Send + Sync {
    /// The Canvas of this name, if it may be asked.
    ///
    /// # Errors
    /// [`HostRefusal`].
    fn host(&self, name: &str) -> Result<Host, HostRefusal>;

    /// Whether people sign in, and do not make tokens by hand.
    fn has_sign_in(&self) -> bool;

    /// Where to send somebody who is to connect their account; `state` comes back unchanged.
    fn sign_in_url(&self, host: &Host, state: &SecretString, redirect_uri: &str) -> String;

    /// Turns the code that somebody came back with into consent. A code is good for one try.
    async fn exchange(
        &self,
        host: &Host,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, CanvasError>;

    /// Gives consent back. A token that was made by hand is left alone.
    async fn revoke(&self, account: &Account) -> Result<(), CanvasError>;

    /// Whose account it is.
    async fn user(&self, account: &Account) -> Result<RemoteUser, CanvasError>;

    /// The courses that they take part in now.
    async fn courses(
        &self,
        account: &Account,
        next: Option<&str>,
    ) -> Result<Listed<RemoteCourse>, CanvasError>;

    /// The groups of a course's assignments.
    async fn groups(
        &self,
        account: &Account,
        course: &str,
        next: Option<&str>,
    ) -> Result<Listed<RemoteGroup>, CanvasError>;

    /// The assignments of a course. Days without an hour end in its zone.
    async fn assignments(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError>;

    /// The quizzes of a course that are no assignments.
    async fn quizzes(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError>;

    /// The discussions of a course that are no assignments.
    async fn discussions(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError>;

    /// What is on the user's planner in that time and is no assignment.
    async fn planner(
        &self,
        account: &Account,
        span: Interval,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError>;

    /// The page that a course begins with, if it begins with one.
    async fn front_page(&self, account: &Account, course: &str) -> Result<Option<RemotePage>, CanvasError>;

    /// A page of a course.
    async fn page(
        &self,
        account: &Account,
        course: &str,
        slug: &str,
    ) -> Result<Option<RemotePage>, CanvasError>;
}
