use std::fmt;
use std::sync::Arc;

use app::identity::UserId;
use app::ports::Clock;
use app::ports::canvas::{
    Account, Canvas, CanvasError, Granted, Host, HostRefusal, Listed, RemoteCourse, RemoteGroup, RemoteItem,
    RemotePage, RemoteUser,
};
use async_trait::async_trait;
use outbound::{Client, Connector, Sleeper, Tokens, connector};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use planner_core::time::Interval;
use secrecy::SecretString;
use serde_json::Value;

use crate::config::{Config, ConfigError};
use crate::convert::{self, PageRow, UserRow};
use crate::guard::{Guard, Names};
use crate::host;
use crate::oauth::query;

/// What RFC 3986 leaves unreserved stands for itself.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Rows of a part of a list; Canvas gives no more.
const ROWS: (&str, &str) = ("per_page", "100");

/// Canvas, asked over its API.
pub struct CanvasApi {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) client: Client<Connector<Guard>>,
    pub(crate) tokens: Tokens<UserId>,
}

impl CanvasApi {
    /// Whichever Canvas may be asked, by names that `names` knows. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ConfigError`] where secrets would go over an open line or to anybody, or where no certificates are to be had.
    pub fn new(
        config: Config,
        names: Arc<dyn Names>,
        clock: Arc<dyn Clock>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let bounds = config.limits.bounds;
        let guard = Guard::new(names, config.authority_here().as_deref());
        let connection =
            connector(guard, bounds, config.needs_certificates()).map_err(ConfigError::NoCertificates)?;
        Ok(Self {
            client: Client::new(connection, bounds),
            tokens: Tokens::default(),
            config,
            clock,
            sleeper,
        })
    }

    /// The address of something that is asked first.
    fn address(&self, account: &Account, path: &str, pairs: &[(&str, &str)]) -> Result<String, CanvasError> {
        let root = self.root(&account.host)?;
        let mark = if pairs.is_empty() { "" } else { "?" };
        Ok(format!("{root}/api/v1/{path}{mark}{}", query(pairs)))
    }

    /// A part of a list: the first, or the one that the part before named.
    async fn list<T>(
        &self,
        account: &Account,
        name: &'static str,
        (path, pairs): (String, &[(&str, &str)]),
        next: Option<&str>,
        row: impl Fn(Value) -> Option<T> + Send,
    ) -> Result<Listed<T>, CanvasError> {
        let url = match next {
            Some(next) => next.to_owned(),
            None => self.address(account, &path, &[pairs, &[ROWS]].concat())?,
        };
        let (rows, next) = self.read::<Vec<Value>>(account, name, &url).await?;
        Ok(Listed { items: rows.into_iter().filter_map(row).collect(), next })
    }

    async fn one_page(&self, account: &Account, path: &str) -> Result<Option<RemotePage>, CanvasError> {
        let url = self.address(account, path, &[])?;
        match self.read::<PageRow>(account, "page", &url).await {
            Ok((row, _)) => Ok(row.page()),
            Err(CanvasError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Shows the configuration, in which nothing secret is shown.
impl fmt::Debug for CanvasApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanvasApi").field("config", &self.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Canvas for CanvasApi {
    fn host(&self, name: &str) -> Result<Host, HostRefusal> {
        host::parse(name, &self.config)
    }

    fn has_sign_in(&self) -> bool {
        self.config.key.is_some()
    }

    fn sign_in_url(&self, host: &Host, state: &SecretString, redirect_uri: &str) -> String {
        self.sign_in_address(host, state, redirect_uri)
    }

    async fn exchange(
        &self,
        host: &Host,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, CanvasError> {
        self.exchange_code(host, code, redirect_uri).await
    }

    async fn revoke(&self, account: &Account) -> Result<(), CanvasError> {
        self.give_back(account).await
    }

    async fn user(&self, account: &Account) -> Result<RemoteUser, CanvasError> {
        let url = self.address(account, "users/self/profile", &[])?;
        let (row, _) = self.read::<UserRow>(account, "profile", &url).await?;
        row.user().ok_or_else(|| CanvasError::NotUnderstood("the answer to profile".to_owned()))
    }

    async fn courses(
        &self,
        account: &Account,
        next: Option<&str>,
    ) -> Result<Listed<RemoteCourse>, CanvasError> {
        let pairs = [("enrollment_state", "active"), ("include[]", "term"), ("include[]", "syllabus_body")];
        self.list(account, "courses", ("courses".to_owned(), &pairs), next, convert::course).await
    }

    async fn groups(
        &self,
        account: &Account,
        course: &str,
        next: Option<&str>,
    ) -> Result<Listed<RemoteGroup>, CanvasError> {
        let path = format!("courses/{course}/assignment_groups");
        self.list(account, "groups", (path, &[]), next, convert::group).await
    }

    async fn assignments(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError> {
        let path = format!("courses/{}/assignments", course.id);
        let pairs =
            [("include[]", "all_dates"), ("include[]", "submission"), ("override_assignment_dates", "true")];
        let row = |row| convert::assignment(course, row);
        self.list(account, "assignments", (path, &pairs), next, row).await
    }

    async fn quizzes(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError> {
        let path = format!("courses/{}/quizzes", course.id);
        self.list(account, "quizzes", (path, &[]), next, |row| convert::quiz(course, row)).await
    }

    async fn discussions(
        &self,
        account: &Account,
        course: &RemoteCourse,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError> {
        let path = format!("courses/{}/discussion_topics", course.id);
        self.list(account, "discussions", (path, &[]), next, |row| convert::discussion(course, row)).await
    }

    async fn planner(
        &self,
        account: &Account,
        span: Interval,
        next: Option<&str>,
    ) -> Result<Listed<RemoteItem>, CanvasError> {
        // Without dates it would be two weeks to either side.
        let (from, to) = (span.start().moment().to_string(), span.end().moment().to_string());
        let pairs = [("start_date", from.as_str()), ("end_date", to.as_str())];
        self.list(account, "planner", ("planner/items".to_owned(), &pairs), next, convert::planned).await
    }

    async fn front_page(&self, account: &Account, course: &str) -> Result<Option<RemotePage>, CanvasError> {
        self.one_page(account, &format!("courses/{course}/front_page")).await
    }

    async fn page(
        &self,
        account: &Account,
        course: &str,
        slug: &str,
    ) -> Result<Option<RemotePage>, CanvasError> {
        // It was found in an address, so it may be escaped already.
        let slug = percent_decode_str(slug).decode_utf8_lossy();
        if [".", ".."].contains(&slug.as_ref()) {
            return Ok(None);
        }
        let slug = utf8_percent_encode(&slug, ESCAPED);
        self.one_page(account, &format!("courses/{course}/pages/{slug}")).await
    }
}
