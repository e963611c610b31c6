use super::*;
use crate::cli::{DemoArgs, ServeArgs, WorkArgs};

const PUBLIC_KEY: &str = include_str!("../../tests/fixtures/keys/first.public.pem");
const PRIVATE_KEY: &str = include_str!("../../tests/fixtures/keys/first.private.pem");

const CLERK: [(&str, &str); 2] = [
    ("CLERK_ISSUER", "https://clerk.example.com"),
    ("CLERK_AUTHORIZED_PARTIES", "https://app.example.com, http://localhost:3000"),
];

fn with_clerk<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    CLERK.iter().chain(more).copied().collect()
}

fn problems(environment: Vec<(&str, &str)>) -> Vec<String> {
    serve(&ServeArgs::default(), environment).unwrap_err().problems().to_vec()
}

fn dev_auth(listen: &str) -> ServeArgs {
    ServeArgs { listen: Some(listen.to_owned()), dev_auth: true, ..ServeArgs::default() }
}

#[test]
fn two_keys_are_enough_to_serve() {
    let settings = serve(&ServeArgs::default(), CLERK).unwrap();
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.http.max_body_bytes, 262_144);
    assert_eq!(settings.http.shutdown, Duration::from_secs(20));
    assert_eq!(settings.log, LogSettings { filter: "info".into(), format: LogFormat::Text });
    assert_eq!(settings.database.pool_size, 10);
    assert!(settings.database.url.is_none());
    let AuthSettings::Clerk(clerk) = settings.auth else { panic!("not Clerk") };
    assert_eq!(clerk.authorized_parties, ["https://app.example.com", "http://localhost:3000"]);
    let KeySource::Jwks(url) = clerk.keys else { panic!("not fetched") };
    assert_eq!(url, "https://clerk.example.com/.well-known/jwks.json");
}

#[test]
fn every_problem_is_told_at_once_and_names_its_key() {
    let told = problems(vec![
        ("CANVASCAL_LISTEN", "8080"),
        ("CANVASCAL_LOG", "api=shouting"),
        ("CANVASCAL_LOG_FORMAT", "xml"),
        ("CANVASCAL_MAX_BODY_BYTES", "-1"),
        ("CANVASCAL_DB_POOL_SIZE", "0"),
        ("CANVASCAL_SHUTDOWN_SECONDS", "soon"),
        ("CANVASCAL_METRICS_TOKEN", "hunter2"),
        ("DATABASE_URL", "mysql://app:hunter2@db/app"),
        ("CLERK_ISSUER", "clerk.example.com"),
        ("CLERK_AUTHORIZED_PARTIES", "https://app.example.com/"),
    ]);
    let named: Vec<&str> = told.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(
        named,
        [
            "CANVASCAL_MAX_BODY_BYTES",
            "CANVASCAL_SHUTDOWN_SECONDS",
            "CANVASCAL_LISTEN",
            "CANVASCAL_METRICS_TOKEN",
            "CLERK_ISSUER",
            "CLERK_AUTHORIZED_PARTIES",
            "CANVASCAL_LOG",
            "CANVASCAL_LOG_FORMAT",
            "DATABASE_URL",
            "CANVASCAL_DB_POOL_SIZE",
        ]
    );
    assert!(!told.join("\n").contains("hunter2"));
}

#[test]
fn an_unknown_key_of_ours_is_refused_with_the_nearest_known_one() {
    let told = problems(with_clerk(&[("CANVASCAL_LISTN", "127.0.0.1:1"), ("CLERK_NOTHING_LIKE_IT", "1")]));
    assert_eq!(
        told,
        [
            "CANVASCAL_LISTN: is not a known key; did you mean CANVASCAL_LISTEN?",
            "CLERK_NOTHING_LIKE_IT: is not a known key",
        ]
    );
}

#[test]
fn keys_of_others_are_none_of_our_business() {
    let settings = serve(&ServeArgs::default(), with_clerk(&[("PATH", "/bin"), ("DATABASE_URI", "x")]));
    assert!(settings.is_ok());
}

#[test]
fn an_empty_value_is_no_value() {
    let settings = serve(&ServeArgs::default(), with_clerk(&[("CANVASCAL_LISTEN", " ")])).unwrap();
    assert_eq!(settings.http.listen.port(), 8080);
}

#[test]
fn flags_win_over_keys() {
    let args =
        ServeArgs { listen: Some("localhost:0".into()), data: Some("/flag".into()), ..ServeArgs::default() };
    let environment = with_clerk(&[("CANVASCAL_LISTEN", "127.0.0.1:9"), ("CANVASCAL_DATA", "/key")]);
    let settings = serve(&args, environment).unwrap();
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:0");
    assert_eq!(settings.database.data, Some("/flag".into()));
}

#[test]
fn serving_without_authorized_parties_is_refused() {
    let told = problems(vec![CLERK[0]]);
    assert!(told[0].starts_with("CLERK_AUTHORIZED_PARTIES: is required"), "{told:?}");
}

#[test]
fn an_issuer_must_be_https_without_a_final_slash_unless_it_is_this_machine() {
    for (issuer, good) in [
        ("https://clerk.example.com", true),
        ("http://127.0.0.1:9999", true),
        ("http://clerk.example.com", false),
        ("https://clerk.example.com/", false),
        ("not a url", false),
    ] {
        let environment = vec![("CLERK_ISSUER", issuer), CLERK[1]];
        assert_eq!(serve(&ServeArgs::default(), environment).is_ok(), good, "{issuer}");
    }
}

#[test]
fn a_static_key_replaces_fetching_and_may_be_written_on_one_line() {
    let one_line = PUBLIC_KEY.trim().replace('\n', "\\n");
    for pem in [PUBLIC_KEY, one_line.as_str()] {
        let settings = serve(&ServeArgs::default(), with_clerk(&[("CLERK_JWT_KEY", pem)])).unwrap();
        let AuthSettings::Clerk(clerk) = settings.auth else { panic!("not Clerk") };
        assert!(matches!(clerk.keys, KeySource::Static(_)));
    }
}

#[test]
fn a_static_key_must_be_public_and_alone() {
    assert!(problems(with_clerk(&[("CLERK_JWT_KEY", PRIVATE_KEY)]))[0].contains("RSA public key"));
    assert!(problems(with_clerk(&[("CLERK_JWT_KEY", "sk_test_123")]))[0].contains("RSA public key"));
    let both = with_clerk(&[("CLERK_JWT_KEY", PUBLIC_KEY), ("CLERK_JWKS_URL", "https://a.example/jwks")]);
    assert_eq!(problems(both), ["CLERK_JWT_KEY: excludes CLERK_JWKS_URL: choose one"]);
}

#[test]
fn development_tokens_need_a_loopback_listener() {
    let nothing: [(&str, &str); 0] = [];
    for (listen, good) in [
        ("127.0.0.1:0", true),
        ("[::1]:0", true),
        ("localhost:1", true),
        ("0.0.0.0:0", false),
        ("10.0.0.1:1", false),
    ] {
        assert_eq!(serve(&dev_auth(listen), nothing).is_ok(), good, "serve {listen}");
        let demo_args = DemoArgs { listen: Some(listen.to_owned()), ..DemoArgs::default() };
        assert_eq!(demo(&demo_args, nothing).is_ok(), good, "demo {listen}");
    }
    assert!(demo(&DemoArgs::default(), [("CANVASCAL_LISTEN", "0.0.0.0:80")]).is_err());
}

#[test]
fn development_tokens_and_clerk_exclude_each_other() {
    let error = serve(&dev_auth("127.0.0.1:0"), CLERK).unwrap_err();
    assert_eq!(error.problems(), ["--dev-auth: excludes CLERK_ISSUER: choose one"]);
}

#[test]
fn work_is_done_unless_it_is_left_to_others() {
    let settings = serve(&ServeArgs::default(), CLERK).unwrap().work;
    assert_eq!((settings.concurrency, settings.task_triggers), (4, TaskTriggers::Database));
    assert_eq!(settings.shutdown, Duration::from_secs(20));
    let keys = [("CANVASCAL_WORKERS", "9"), ("CANVASCAL_TASK_TRIGGERS", "program")];
    let settings = work(&WorkArgs::default(), keys).unwrap().work;
    assert_eq!((settings.concurrency, settings.task_triggers), (9, TaskTriggers::Program));
    let idle = ServeArgs { no_workers: true, ..ServeArgs::default() };
    let settings = serve(&idle, with_clerk(&keys)).unwrap().work;
    assert_eq!((settings.concurrency, settings.task_triggers), (0, TaskTriggers::Program));
    let error = work(&WorkArgs::default(), [("CANVASCAL_WORKERS", "0"), ("CANVASCAL_TASK_TRIGGERS", "none")]);
    assert_eq!(
        error.unwrap_err().problems(),
        [
            "CANVASCAL_WORKERS: \"0\" is not a whole number from 1 to 100",
            "CANVASCAL_TASK_TRIGGERS: \"none\" is neither database nor program",
        ]
    );
}

#[test]
fn tools_need_no_clerk() {
    let settings = tool([("DATABASE_URL", "postgres://app:hunter2@db/app")]).unwrap();
    assert_eq!(settings.database.url.unwrap().expose(), "postgres://app:hunter2@db/app");
}

#[test]
fn secrets_do_not_print() {
    let settings = tool([("DATABASE_URL", "postgres://app:hunter2@db/app")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    let token = [("CANVASCAL_METRICS_TOKEN", "hunter2hunter2hunter2")];
    let settings = serve(&ServeArgs::default(), with_clerk(&token)).unwrap();
    assert_eq!(settings.http.metrics_token.as_ref().unwrap().expose(), token[0].1);
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(Secret::new("hunter2").to_string(), "[secret]");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_text_is_a_problem_not_a_panic() {
    use std::os::unix::ffi::OsStringExt;
    let broken = OsString::from_vec(vec![0xff]);
    let error = tool([("CANVASCAL_LOG", broken)]).unwrap_err();
    assert_eq!(error.problems(), ["CANVASCAL_LOG: is not valid UTF-8"]);
}

const GOOGLE: [(&str, &str); 4] = [
    ("CANVASCAL_GOOGLE_CLIENT_ID", "id.apps.googleusercontent.com"),
    ("CANVASCAL_GOOGLE_CLIENT_SECRET", "GOCSPX-hunter2"),
    ("CANVASCAL_GOOGLE_REDIRECT_URIS", "https://app.example.com/google, http://localhost:3000/google"),
    ("CANVASCAL_TOKEN_KEYS", "k2:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="),
];

/// All of Google's keys, but for these.
fn with_google<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let rest = GOOGLE.into_iter().filter(|(key, _)| changes.iter().all(|(changed, _)| changed != key));
    with_clerk(&rest.chain(changes.iter().copied()).collect::<Vec<_>>())
}

#[test]
fn without_a_client_id_there_is_no_google() {
    assert!(serve(&ServeArgs::default(), CLERK).unwrap().google.is_none());
    // What keeps tokens and where we are may be known all the same.
    let keys = [GOOGLE[3], ("CANVASCAL_PUBLIC_URL", "https://calendar.example.com")];
    assert!(serve(&ServeArgs::default(), with_clerk(&keys)).unwrap().google.is_none());
}

#[test]
fn google_is_told_of_by_four_keys() {
    let google = serve(&ServeArgs::default(), with_google(&[])).unwrap().google.unwrap();
    assert_eq!(google.redirect_uris, ["https://app.example.com/google", "http://localhost:3000/google"]);
    assert_eq!((google.webhook, google.root), (None, None));
    let more = [
        ("CANVASCAL_PUBLIC_URL", "https://calendar.example.com/"),
        ("CANVASCAL_GOOGLE_ENDPOINTS", "http://127.0.0.1:4701"),
    ];
    let google = serve(&ServeArgs::default(), with_google(&more)).unwrap().google.unwrap();
    assert_eq!(google.webhook.as_deref(), Some("https://calendar.example.com/webhooks/google"));
    assert_eq!(google.root.as_deref(), Some("http://127.0.0.1:4701"));
}

#[test]
fn half_a_google_is_refused() {
    let told = |changes: &[(&str, &str)]| {
        problems(with_google(changes))
            .iter()
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (key, _) in &GOOGLE[1..] {
        assert_eq!(told(&[(key, "")]), [*key]);
    }
    let without_id = told(&[("CANVASCAL_GOOGLE_CLIENT_ID", "")]);
    assert_eq!(without_id, ["CANVASCAL_GOOGLE_CLIENT_SECRET", "CANVASCAL_GOOGLE_REDIRECT_URIS"]);
    for (key, value) in [
        ("CANVASCAL_GOOGLE_REDIRECT_URIS", "app.example.com"),
        ("CANVASCAL_GOOGLE_REDIRECT_URIS", "http://app.example.com/google"),
        ("CANVASCAL_GOOGLE_REDIRECT_URIS", "https://app.example.com/#google"),
        ("CANVASCAL_GOOGLE_ENDPOINTS", "http://google.example.com"),
        ("CANVASCAL_PUBLIC_URL", "http://calendar.example.com"),
        ("CANVASCAL_PUBLIC_URL", "https://calendar.example.com?a=b"),
        ("CANVASCAL_GOOGLE_CLIENT_ID", "an id"),
        ("CANVASCAL_TOKEN_KEYS", "k2"),
        ("CANVASCAL_TOKEN_KEYS", "k2:hunter2"),
    ] {
        assert_eq!(told(&[(key, value)]), [key], "{value}");
    }
}

#[test]
fn work_needs_no_address_that_people_come_back_to() {
    let environment = with_google(&[("CANVASCAL_GOOGLE_REDIRECT_URIS", "")]);
    assert!(work(&WorkArgs::default(), environment).unwrap().google.is_some());
}

#[test]
fn what_seals_and_what_proves_is_never_shown() {
    let settings = serve(&ServeArgs::default(), with_google(&[])).unwrap();
    let shown = format!("{settings:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("MTIzNDU2"), "{shown}");
    let told = problems(with_google(&[
        ("CANVASCAL_TOKEN_KEYS", "k1:hunter2,k1"),
        ("CANVASCAL_GOOGLE_CLIENT_SECRET", "hunter2 with a space"),
    ]));
    assert!(!told.concat().contains("hunter2"), "{told:?}");
}

const CANVAS: [(&str, &str); 5] = [
    ("CANVASCAL_CANVAS_HOSTS", "canvas.example.edu, canvas.example.org"),
    ("CANVASCAL_CANVAS_CLIENT_ID", "10000000000001"),
    ("CANVASCAL_CANVAS_CLIENT_SECRET", "hunter2"),
    ("CANVASCAL_CANVAS_REDIRECT_URIS", "https://app.example.com/canvas"),
    GOOGLE[3],
];

/// All of Canvas's keys, but for these.
fn with_canvas<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let rest = CANVAS.into_iter().filter(|(key, _)| changes.iter().all(|(changed, _)| changed != key));
    with_clerk(&rest.chain(changes.iter().copied()).collect::<Vec<_>>())
}

#[test]
fn canvas_is_told_of_by_its_hosts() {
    assert!(serve(&ServeArgs::default(), CLERK).unwrap().canvas.is_none());
    let canvas = serve(&ServeArgs::default(), with_canvas(&[])).unwrap().canvas.unwrap();
    assert!(canvas.key.is_some() && canvas.redirect_uris == ["https://app.example.com/canvas"]);
    assert!(!format!("{canvas:?}").contains("hunter2"));
    for hosts in ["*", "canvas.example.edu"] {
        let by_hand = with_clerk(&[("CANVASCAL_CANVAS_HOSTS", hosts), GOOGLE[3]]);
        assert!(serve(&ServeArgs::default(), by_hand).unwrap().canvas.unwrap().key.is_none());
    }
    let here = with_clerk(&[("CANVASCAL_CANVAS_ENDPOINTS", "http://127.0.0.1:4702/"), GOOGLE[3]]);
    let here = serve(&ServeArgs::default(), here).unwrap().canvas.unwrap();
    assert_eq!(here.here.as_deref(), Some("http://127.0.0.1:4702"));
}

#[test]
fn half_a_canvas_is_refused() {
    let told = |changes: &[(&str, &str)]| {
        problems(with_canvas(changes))
            .iter()
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for key in ["CANVASCAL_CANVAS_CLIENT_SECRET", "CANVASCAL_CANVAS_REDIRECT_URIS", "CANVASCAL_TOKEN_KEYS"] {
        assert_eq!(told(&[(key, "")]), [key]);
    }
    let without_id = told(&[("CANVASCAL_CANVAS_CLIENT_ID", "")]);
    assert_eq!(without_id, ["CANVASCAL_CANVAS_CLIENT_SECRET", "CANVASCAL_CANVAS_REDIRECT_URIS"]);
    assert_eq!(told(&[("CANVASCAL_CANVAS_HOSTS", "")]).len(), 3);
    for (key, value) in [
        // The secret would go to whoever has a host.
        ("CANVASCAL_CANVAS_HOSTS", "*"),
        ("CANVASCAL_CANVAS_HOSTS", "https://canvas.example.edu"),
        ("CANVASCAL_CANVAS_HOSTS", "localhost"),
        ("CANVASCAL_CANVAS_HOSTS", "10.0.0.1"),
        ("CANVASCAL_CANVAS_REDIRECT_URIS", "http://app.example.com/canvas"),
        ("CANVASCAL_CANVAS_REDIRECT_URIS", "https://app.example.com/#canvas"),
        ("CANVASCAL_CANVAS_ENDPOINTS", "https://canvas.example.edu"),
        ("CANVASCAL_CANVAS_ENDPOINTS", "http://10.0.0.1"),
        ("CANVASCAL_CANVAS_CLIENT_SECRET", "hunter2 with a space"),
    ] {
        assert_eq!(told(&[(key, value)]), [key], "{value}");
    }
    assert!(
        !problems(with_canvas(&[("CANVASCAL_CANVAS_CLIENT_SECRET", "hunter2 x")]))
            .concat()
            .contains("hunter2")
    );
}

#[test]
fn keys_are_changed_without_any_registration() {
    assert!(super::key_tool(None, [GOOGLE[3]]).is_ok());
    let told = super::key_tool(None, [("CANVASCAL_LOG", "info")]).unwrap_err();
    assert_eq!(told.problems(), ["CANVASCAL_TOKEN_KEYS: is required"]);
}
