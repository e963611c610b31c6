//! `canvascal google`, as people run it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output};

use google_fake::{Client, GoogleFake, Grant, Options};
use testkit::TestDb;
use tokio::task::block_in_place;

use crate::harness::ADA;
use crate::tools::program;

const FIRST: &str = "k1:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const SECOND: &str = "k2:MjEzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

/// The program on this database, with this Google and these keys.
fn on(db: &TestDb, google: &GoogleFake, keys: &str, arguments: &[&str]) -> Command {
    let (mut command, client) = (program::command(arguments), Client::default());
    command
        .env("DATABASE_URL", db.url())
        .env("CANVASCAL_GOOGLE_ENDPOINTS", google.url())
        .env("CANVASCAL_GOOGLE_CLIENT_ID", client.id)
        .env("CANVASCAL_GOOGLE_CLIENT_SECRET", client.secret)
        .env("CANVASCAL_TOKEN_KEYS", keys);
    command
}

fn run(mut command: Command) -> Output {
    block_in_place(|| command.output().unwrap())
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap().trim_end()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// The address that the program asks to open.
fn asked_for(said: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    said.map(Result::unwrap).find(|line| line.starts_with("http")).unwrap()
}

/// Follows an address as a browser does.
fn follow(address: &str) -> String {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once(['/', '?']).unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    write!(connection, "GET /?{} HTTP/1.1\r\nHost: {host}\r\n\r\n", path.trim_start_matches('?')).unwrap();
    let mut page = String::new();
    connection.read_to_string(&mut page).unwrap();
    page
}

async fn sealed(db: &TestDb) -> String {
    let sql = db.client().await.unwrap();
    let rows = sql.query("SELECT to_jsonb(u)::text FROM users u", &[]).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0)).collect()
}

/// Connects Ada's account with the first key.
fn connect(db: &TestDb, google: &GoogleFake, grant: Grant<'_>) -> Output {
    let mut child = on(db, google, FIRST, &["google", "connect", "--user", "student"]).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = block_in_place(|| asked_for(&mut said));
    let back = google.consent(&url, ADA, grant);
    let page = block_in_place(|| follow(&back));
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let rest: Vec<String> = block_in_place(|| said.map(Result::unwrap).collect());
    let output = block_in_place(|| child.wait_with_output().unwrap());
    Output { stderr: rest.join("\n").into_bytes(), ..output }
}

#[test]
fn a_new_key_is_one_that_the_program_takes() {
    let made = program::command(&["google", "new-key", "--id", "k9"]).output().unwrap();
    assert!(made.status.success());
    let key = out(&made);
    assert!(key.starts_with("k9:") && vault::Keyring::parse(&key.into()).is_ok(), "that is not one");
    let other = program::command(&["google", "new-key", "--id", "k9"]).output().unwrap();
    assert_ne!(out(&other), key);
    let unnamed = program::command(&["google", "new-key"]).output().unwrap();
    assert!(vault::Keyring::parse(&out(&unnamed).into()).is_ok());
    let wrong = program::command(&["google", "new-key", "--id", "k:9"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2), "{}", err(&wrong));
}

#[test]
fn without_a_registration_there_is_nothing_to_connect() {
    let output = program::command(&["google", "connect", "--user", "student"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("CANVASCAL_GOOGLE_CLIENT_ID: is required"), "{}", err(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_and_its_token_goes_from_key_to_key() {
    let (db, google) = (TestDb::new().await.unwrap(), GoogleFake::start(Options::default()).await.unwrap());
    let connected = connect(&db, &google, Grant::All);
    assert!(connected.status.success(), "{}", err(&connected));
    assert!(sealed(&db).await.contains("v1.k1."));
    let both = format!("{SECOND},{FIRST}");
    for told in ["1 sealed anew, 0 were fresh", "0 sealed anew, 1 were fresh"] {
        let rotated = run(on(&db, &google, &both, &["google", "rotate-keys"]));
        assert_eq!((out(&rotated), rotated.status.code()), (told, Some(0)), "{}", err(&rotated));
    }
    assert!(sealed(&db).await.contains("v1.k2."));
    // The first key is of no more use, and without the second one nothing starts.
    for arguments in [&["work"][..], &["google", "rotate-keys"]] {
        let refused = run(on(&db, &google, FIRST, arguments));
        assert_eq!(refused.status.code(), Some(1));
        let told = err(&refused);
        assert!(told.contains("CANVASCAL_TOKEN_KEYS: the key \"k2\" is missing"), "{told}");
        assert!(!told.contains("MTIzNDU2"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_refuses_consent_is_not_connected() {
    let (db, google) = (TestDb::new().await.unwrap(), GoogleFake::start(Options::default()).await.unwrap());
    let refused = connect(&db, &google, Grant::Deny);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("nothing was connected"), "{}", err(&refused));
    let only = ["https://www.googleapis.com/auth/calendar.events"];
    let too_little = connect(&db, &google, Grant::Only(&only));
    let lost = "there is no consent for seeing which calendars there are, seeing when calendars are busy";
    assert!(err(&too_little).contains(lost), "{}", err(&too_little));
    assert!(!sealed(&db).await.contains("v1."));
}
