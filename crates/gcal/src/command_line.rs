//! Sign-in for somebody who sits at the machine that the program runs on, and has no page of ours to begin from: the
//! browser is sent back to a port of this machine.
//!
//! The flow is yup-oauth2's, which knows no PKCE; the listener is ours, for theirs asks no `state` back and waits for ever
//! where consent is refused. It writes codes and tokens to its debug log, so its caller keeps `yup_oauth2` at `info`.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::ports::google::{GoogleError, Granted};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use yup_oauth2::authenticator_delegate::InstalledFlowDelegate;
use yup_oauth2::client::CustomHyperClientBuilder;
use yup_oauth2::storage::{TokenInfo, TokenStorage, TokenStorageError};
use yup_oauth2::{ApplicationSecret, Error, InstalledFlowAuthenticator, InstalledFlowReturnMethod};

use crate::access::denial;
use crate::gcal::{Gcal, connector};
use crate::wire::text::query;

/// Bytes of a browser's request up to its first empty line.
const LONGEST_REQUEST: usize = 16 * 1024;
/// For one request of a browser's.
const READING: Duration = Duration::from_secs(5);

impl Gcal {
    /// Has somebody sign in with a browser on this machine. `show` gets the address to open; Google sends them back to
    /// `http://127.0.0.1:PORT`, any port where it is 0, as clients of the kind "desktop app" may. They have as long as
    /// `patience`.
    ///
    /// # Errors
    /// [`GoogleError::Disconnected`] where they refuse; as for any exchange; [`GoogleError::Unavailable`] where nobody
    /// comes, or the port is taken.
    pub async fn connect_here(
        &self,
        scopes: &BTreeSet<String>,
        port: u16,
        patience: Duration,
        show: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Granted, GoogleError> {
        let unavailable = |what: &str| GoogleError::Unavailable(what.to_owned());
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
        let listener = listener.map_err(|_| unavailable("the port cannot be listened on"))?;
        let port = listener.local_addr().map_err(|_| unavailable("the port has no number"))?.port();
        let desk = Arc::new(Desk {
            listener,
            redirect_uri: format!("http://127.0.0.1:{port}"),
            state: state()?,
            came_back: Mutex::default(),
            show: Box::new(show),
        });
        let kept = Kept::default();
        let asking = self.ask_here(scopes, Arc::clone(&desk), kept.clone());
        tokio::time::timeout(patience, asking).await.map_err(|_| unavailable("nobody signed in"))??;
        let token = kept.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let granted = desk.came_back().scopes.unwrap_or_else(|| scopes.clone());
        Ok(Granted { refresh_token: token, scopes: granted })
    }

    async fn ask_here(
        &self,
        scopes: &BTreeSet<String>,
        desk: Arc<Desk>,
        kept: Kept,
    ) -> Result<(), GoogleError> {
        let unreachable = |_| GoogleError::Unavailable("no connection".to_owned());
        let connector =
            connector(&self.config).map_err(|error| GoogleError::Unavailable(error.to_string()))?;
        let client: CustomHyperClientBuilder<_> =
            HyperClient::builder(TokioExecutor::new()).build::<_, String>(connector).into();
        // What this form has no word for goes along in the address.
        let more = query([("state", desk.state.expose_secret()), ("include_granted_scopes", "true")]);
        let secret = ApplicationSecret {
            client_id: self.config.client_id.clone(),
            client_secret: self.config.client_secret.expose_secret().to_owned(),
            token_uri: self.config.endpoints.token.clone(),
            auth_uri: format!("{}?{more}", self.config.endpoints.authorize),
            ..ApplicationSecret::default()
        };
        let flow =
            InstalledFlowAuthenticator::with_client(secret, InstalledFlowReturnMethod::Interactive, client)
                .flow_delegate(Box::new(Reception(Arc::clone(&desk))))
                .with_storage(Box::new(kept))
                .force_account_selection(true)
                .build()
                .await
                .map_err(unreachable)?;
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        flow.token(&scopes).await.map(drop).map_err(|error| desk.error(&error))
    }
}

/// Where the browser comes back to.
struct Desk {
    listener: TcpListener,
    redirect_uri: String,
    /// Comes back unchanged, or it is not the browser that was sent.
    state: SecretString,
    came_back: Mutex<CameBack>,
    show: Box<dyn Fn(&str) + Send + Sync>,
}

/// What the browser brought.
#[derive(Clone, Default)]
struct CameBack {
    code: Option<String>,
    denied: Option<String>,
    scopes: Option<BTreeSet<String>>,
}

impl Desk {
    fn came_back(&self) -> CameBack {
        self.came_back.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The code that somebody comes back with. Whoever else comes is turned away, and waited on for no long.
    async fn code(&self) -> Result<String, String> {
        loop {
            let (mut browser, _) = self.listener.accept().await.map_err(|error| error.to_string())?;
            let came_back = tokio::time::timeout(READING, read_query(&mut browser)).await.ok().flatten();
            let came_back = came_back.and_then(|query| self.read(&query));
            let (status, text) = match &came_back {
                Some(CameBack { code: Some(_), .. }) => {
                    ("200 OK", "You may close this page and go back to the terminal.")
                }
                Some(_) => ("200 OK", "Nothing was connected. You may close this page."),
                None => ("400 Bad Request", "This is not the page that you were sent to."),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{text}",
                text.len()
            );
            // Whether the browser still reads that is its own affair.
            let _ = browser.write_all(answer.as_bytes()).await;
            let _ = browser.shutdown().await;
            if let Some(came_back) = came_back {
                *self.came_back.lock().unwrap_or_else(PoisonError::into_inner) = came_back.clone();
                return came_back.code.ok_or_else(|| "sign-in was refused".to_owned());
            }
        }
    }

    /// What the query of an address brings, or `None` where it is not an answer to what was asked.
    fn read(&self, query: &str) -> Option<CameBack> {
        let value = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        (value("state")? == self.state.expose_secret()).then_some(())?;
        let scopes = value("scope").map(|all| all.split_whitespace().map(str::to_owned).collect());
        let came_back = CameBack { code: value("code"), denied: value("error"), scopes };
        (came_back.code.is_some() || came_back.denied.is_some()).then_some(came_back)
    }

    fn error(&self, error: &Error) -> GoogleError {
        match error {
            Error::AuthError(error) => denial(error.error.as_str()),
            Error::UserError(_) => {
                denial(&self.came_back().denied.unwrap_or_else(|| "server_error".to_owned()))
            }
            // What is in the others might hold a token.
            _ => GoogleError::Unavailable("the exchange failed".to_owned()),
        }
    }
}

fn state() -> Result<SecretString, GoogleError> {
    let mut bytes = [0; 32];
    let random = SystemRandom::new().fill(&mut bytes);
    random.map_err(|_| GoogleError::Unavailable("the machine gives no random numbers".to_owned()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// The query of a browser's GET, or `None` where it sends something else.
async fn read_query(browser: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    while !text.windows(4).any(|end| end == b"\r\n\r\n") {
        if text.len() > LONGEST_REQUEST || browser.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
    }
    let line = std::str::from_utf8(&text).ok()?.lines().next()?;
    let (_, query) = line.strip_prefix("GET ")?.split_once(' ')?.0.split_once('?')?;
    Some(query.to_owned())
}

/// Shows the address, and waits for whoever comes back.
struct Reception(Arc<Desk>);

impl InstalledFlowDelegate for Reception {
    fn redirect_uri(&self) -> Option<&str> {
        Some(&self.0.redirect_uri)
    }

    fn present_user_url<'a>(
        &'a self,
        url: &'a str,
        _: bool,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        (self.0.show)(url);
        Box::pin(self.0.code())
    }
}

/// Keeps the one token that matters, and never has any.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<SecretString>>>);

#[async_trait]
impl TokenStorage for Kept {
    async fn set(&self, _: &[&str], token: TokenInfo) -> Result<(), TokenStorageError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token.refresh_token.map(Into::into);
        Ok(())
    }

    async fn get(&self, _: &[&str]) -> Option<TokenInfo> {
        None
    }
}
