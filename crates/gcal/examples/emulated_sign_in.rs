//! Signs in to npm's `emulate`, which somebody else wrote: consent, the exchange of the code, access, its renewal, and its end.
//! `./run google-check` calls it with the root that it serves Google under.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use app::identity::UserId;
use app::ports::Clock;
use app::ports::google::{Account, Feature, Google as _, GoogleError, SignIn, Since};
use bytes::Bytes;
use gcal::{Config, Endpoints, Gcal, Limits, TokioSleeper};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use planner_core::time::Moment;
use secrecy::SecretString;
use time::OffsetDateTime;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

// These are in its `emulate.yaml`.
const ADA: &str = "ada@example.edu";
const CLIENT: (&str, &str) = ("canvascal.apps.googleusercontent.com", "a-secret-of-the-program");
const BACK: &str = "http://127.0.0.1/back";

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Moment::from_unix_micros(i64::try_from(since.as_micros()).unwrap_or_default())
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let root = std::env::args().nth(1).ok_or("the root is missing")?;
    let gcal = google(&root, CLIENT.1)?;

    let (code, ask) = consent(&gcal).await?;
    let other = SecretString::from("another-verifier-of-more-than-forty-three-letters");
    is_refused(gcal.exchange(&code, &other, BACK).await, "a code without its verifier")?;
    let granted = gcal.exchange(&code, &ask.verifier, BACK).await?;
    assert_eq!(granted.scopes, ask.scopes, "everything was granted");
    is_refused(gcal.exchange(&code, &ask.verifier, BACK).await, "a code that was used")?;

    let refresh_token = granted.refresh_token.ok_or("no access that lasts")?;
    let account = Account { user: UserId(Uuid::from_u128(1)), refresh_token };
    let calendars = gcal.calendars(&account).await?;
    let first = calendars.iter().find(|calendar| calendar.is_primary).ok_or("no first calendar")?;
    let since = Since::Start(OffsetDateTime::UNIX_EPOCH);
    let page = gcal.events(&account, &first.id, &since, None).await?;
    assert!(page.events.iter().any(|event| event.id == "algebra"), "the event is there");

    let (code, ask) = consent(&gcal).await?;
    match google(&root, "guessed")?.exchange(&code, &ask.verifier, BACK).await {
        Err(GoogleError::Misconfigured(_)) => {}
        other => return Err(format!("a wrong secret of ours: {other:?}").into()),
    }

    gcal.revoke(&account).await?;
    gcal.revoke(&account).await?;
    // One that holds no access from before.
    is_refused(google(&root, CLIENT.1)?.calendars(&account).await, "an account that was given back")?;
    println!("signed in, read {} calendars, and left", calendars.len());
    Ok(())
}

fn google(root: &str, secret: &str) -> Outcome<Gcal> {
    let endpoints = Endpoints {
        authorize: format!("{root}/o/oauth2/v2/auth"),
        token: format!("{root}/oauth2/token"),
        revoke: format!("{root}/oauth2/revoke"),
        ..Endpoints::below(root)
    };
    let config = Config {
        endpoints,
        client_id: CLIENT.0.to_owned(),
        client_secret: secret.into(),
        limits: Limits::default(),
    };
    Ok(Gcal::new(config, Arc::new(SystemClock), Arc::new(TokioSleeper))?)
}

/// Does what a browser does, and whoever sits before it: the code that they come back with.
async fn consent(gcal: &Gcal) -> Outcome<(SecretString, SignIn)> {
    let ask = SignIn {
        state: "a-state".into(),
        verifier: "a-verifier-of-more-than-forty-three-letters-long".into(),
        redirect_uri: BACK.to_owned(),
        scopes: Feature::ALL.map(|feature| feature.scope().to_owned()).into(),
    };
    let url = gcal.sign_in_url(&ask);
    let browser: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let page = browser.get(url.parse()?).await?;
    assert_eq!(page.status(), StatusCode::OK, "the page of consent");
    let (address, query) = url.split_once('?').ok_or("nothing is asked for")?;
    // The page's form says again what it was asked for, and who answers.
    let fields = form_urlencoded::parse(query.as_bytes());
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .append_pair("email", ADA)
        .finish();
    let request = Request::post(format!("{address}/callback"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(form))?;
    let answer = browser.request(request).await?;
    let back = answer.headers().get(LOCATION).ok_or("they are not sent back")?.to_str()?;
    let (_, query) = back.split_once('?').ok_or("they come back with nothing")?;
    let value = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name);
    assert_eq!(value("state").ok_or("no state")?.1, "a-state", "it comes back unchanged");
    Ok((value("code").ok_or("no code")?.1.into_owned().into(), ask))
}

fn is_refused<T: std::fmt::Debug>(outcome: Result<T, GoogleError>, what: &str) -> Outcome<()> {
    match outcome {
        Err(GoogleError::Disconnected(_)) => Ok(()),
        other => Err(format!("{what}: {other:?}").into()),
    }
}
