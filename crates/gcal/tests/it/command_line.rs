//! The sign-in of somebody at the machine, with a browser that follows Google's redirect.

use std::sync::Arc;
use std::time::Duration;

use app::ports::google::{GoogleError, Granted};
use google_fake::Grant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::{ADA, SCOPES, Stage, parameter};

/// Where the program shows the address to sign in at.
struct Terminal(Mutex<UnboundedReceiver<String>>);

impl Terminal {
    async fn address(&self) -> String {
        self.0.lock().await.recv().await.unwrap()
    }
}

impl Stage {
    async fn connect_here(
        &self,
        browse: impl AsyncFnOnce(&Terminal),
        patience: Duration,
    ) -> Result<Granted, GoogleError> {
        let (sender, receiver) = unbounded_channel();
        let show = move |url: &str| sender.send(url.to_owned()).unwrap();
        let terminal = Arc::new(Terminal(Mutex::new(receiver)));
        let scopes = SCOPES.map(str::to_owned).into();
        let connecting = self.gcal.connect_here(&scopes, 0, patience, show);
        let (granted, ()) = tokio::join!(connecting, browse(&terminal));
        granted
    }
}

/// What a browser is shown at an address.
async fn browse(url: &str) -> String {
    let url: http::Uri = url.parse().unwrap();
    let (host, path) = (url.authority().unwrap().as_str(), url.path_and_query().unwrap());
    let mut line = TcpStream::connect(host).await.unwrap();
    line.write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
    let mut page = String::new();
    line.read_to_string(&mut page).await.unwrap();
    page
}

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn somebody_signs_in_at_the_machine_and_lasting_access_is_handed_over() {
    let stage = Stage::new().await;
    let person = async |terminal: &Terminal| {
        let url = terminal.address().await;
        assert_eq!(parameter(&url, "access_type"), "offline");
        assert!(parameter(&url, "prompt").contains("consent"));
        let back = stage.google.consent(&url, ADA, Grant::All);
        let page = browse(&back).await;
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("terminal"), "{page}");
    };
    let granted = stage.connect_here(person, LONG).await.unwrap();
    assert!(stage.google.issued_tokens().iter().any(|token| {
        granted.refresh_token.as_ref().is_some_and(|ours| secrecy::ExposeSecret::expose_secret(ours) == token)
    }));
    assert_eq!(granted.scopes, SCOPES.map(str::to_owned).into());
}

#[tokio::test]
async fn whoever_was_not_sent_is_turned_away() {
    let stage = Stage::new().await;
    let person = async |terminal: &Terminal| {
        let url = terminal.address().await;
        let here = parameter(&url, "redirect_uri");
        for wrong in
            [format!("{here}/?code=stolen&state=guessed"), format!("{here}/?code=stolen"), format!("{here}/")]
        {
            let page = browse(&wrong).await;
            assert!(page.starts_with("HTTP/1.1 400"), "{page}");
        }
        browse(&stage.google.consent(&url, ADA, Grant::All)).await;
    };
    assert!(stage.connect_here(person, LONG).await.is_ok());
}

#[tokio::test]
async fn somebody_may_refuse() {
    let stage = Stage::new().await;
    let person = async |terminal: &Terminal| {
        let url = terminal.address().await;
        let page = browse(&stage.google.consent(&url, ADA, Grant::Deny)).await;
        assert!(page.contains("Nothing was connected"), "{page}");
    };
    let error = stage.connect_here(person, LONG).await.unwrap_err();
    assert_eq!(error, GoogleError::Disconnected("access_denied".to_owned()));
}

#[tokio::test]
async fn a_sign_in_that_nobody_comes_to_ends() {
    let stage = Stage::new().await;
    let error = stage.connect_here(async |_| (), Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error, GoogleError::Unavailable("nobody signed in".to_owned()));
}
