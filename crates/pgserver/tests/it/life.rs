//! Starting and stopping when all goes well.

use std::{fs, os::unix::fs::MetadataExt, time::Duration};

use pgserver::{Binaries, Durability, Options, Server};
use rustix::process::{getpgid, getpgrp};

use crate::support::{Place, ask, connect, is_root, notes, until_true, write_note};

#[tokio::test]
async fn a_fresh_start_answers_and_a_stop_leaves_nothing_running() {
    let place = Place::new();
    let server = place.start().await;
    let client = connect(&server.url()).await;
    assert_eq!(ask(&client, "SELECT current_database() || ' ' || current_user").await, "app app");
    for setting in ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"] {
        assert_eq!(ask(&client, &format!("SHOW {setting}")).await, "on", "{setting}");
    }
    assert_eq!(ask(&client, "SHOW listen_addresses").await, "");
    assert_eq!(ask(&client, "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&client, "SHOW timezone").await, "UTC");
    assert!(!place.processes().is_empty());

    // With a client still connected.
    server.stop().await;

    assert_eq!(place.processes(), [0; 0]);
    assert!(place.postmaster().is_none());
    assert_eq!(fs::read_dir(place.dir.join("run")).unwrap().count(), 0);
}

#[tokio::test]
async fn nobody_but_its_user_can_look_inside() {
    let place = Place::new();
    let server = place.start().await;
    for closed in ["pgdata", "run"] {
        let meta = fs::metadata(place.dir.join(closed)).unwrap();
        assert_eq!(meta.mode() & 0o777, 0o700, "{closed}");
        assert_ne!(meta.uid(), 0, "{closed}");
    }
    for closed in ["lock", "postgres.log"] {
        assert_eq!(fs::metadata(place.dir.join(closed)).unwrap().mode() & 0o777, 0o600, "{closed}");
    }
    let mode = if is_root() { 0o711 } else { 0o700 };
    assert_eq!(fs::metadata(&place.dir).unwrap().mode() & 0o777, mode);
    let names = fs::read_dir(&place.dir).unwrap().count();
    assert_eq!(names, 4, "only what the layout names");
    server.stop().await;
}

#[tokio::test]
async fn data_survives_a_restart() {
    let place = Place::new();
    let server = place.start().await;
    write_note(&connect(&server.url()).await, "kept").await;
    server.stop().await;

    let server = place.start().await;
    assert_eq!(notes(&server.url()).await, "kept");
    server.stop().await;
}

#[tokio::test]
async fn options_reach_the_server() {
    let place = Place::new();
    let options = Options {
        binaries: Some(Binaries::find(None).unwrap()),
        durability: Durability::None,
        max_connections: 17,
        database: "odd \"name\" & 100%".into(),
        settings: vec![
            ("work_mem".into(), "3MB".into()),
            ("listen_addresses".into(), "*".into()),
            ("unix_socket_directories".into(), "/tmp".into()),
        ],
        ..place.options()
    };
    let server = Server::start(options.clone()).await.unwrap();
    let client = connect(&server.url()).await;
    assert_eq!(ask(&client, "SELECT current_database()::text").await, options.database);
    assert_eq!(ask(&client, "SHOW fsync").await, "off");
    assert_eq!(ask(&client, "SHOW max_connections").await, "17");
    assert_eq!(ask(&client, "SHOW work_mem").await, "3MB");
    assert_eq!(ask(&client, "SHOW listen_addresses").await, "");

    let other = connect(&server.url_for("postgres")).await;
    assert_eq!(ask(&other, "SELECT current_database()::text").await, "postgres");
    drop((client, other));
    server.stop().await;

    // Another name on the same cluster makes another database.
    let server = Server::start(Options { database: "second".into(), ..options }).await.unwrap();
    assert!(server.url().starts_with("postgres:///second?"), "{}", server.url());
    connect(&server.url()).await;
    server.stop().await;
}

#[tokio::test]
async fn ctrl_c_reaches_only_the_program() {
    let place = Place::new();
    let server = place.start().await;
    let postmaster = place.postmaster().unwrap();
    assert_eq!(getpgid(Some(postmaster)).unwrap(), postmaster);
    assert_ne!(getpgrp(), postmaster);
    server.stop().await;
}

#[tokio::test]
async fn dropping_the_handle_stops_the_server() {
    let place = Place::new();
    drop(place.start().await);
    until_true("the server has stopped", || place.processes().is_empty()).await;
    place.start().await.stop().await;
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing_behind() {
    let place = Place::new();
    // In each stage of a first start, and of a second.
    for wait_ms in [1, 20, 100, 300, 600, 900, 1200, 30, 60] {
        let start = Server::start(place.options());
        let _ = tokio::time::timeout(Duration::from_millis(wait_ms), start).await;
        until_true("all has ended", || place.processes().is_empty()).await;
    }
    let server = place.start().await;
    let leftover = |name: &str| name.starts_with("pgdata.new");
    let names = fs::read_dir(&place.dir).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!names.into_iter().any(|name| leftover(&name.to_string_lossy())));
    server.stop().await;
}

#[tokio::test]
async fn odd_and_long_paths_work() {
    let long = "long/".repeat(30);
    for name in ["with space & 100%=#?", "comma,comma", "quote\"quote'", "ümläut", &long] {
        let place = Place::named(name);
        let server = place.start().await;
        assert!(server.socket_folder().as_os_str().len() < 107 - ".s.PGSQL.5432".len());
        write_note(&connect(&server.url()).await, "kept").await;
        assert_eq!(notes(&server.url()).await, "kept", "{name}");
        let inside = server.socket_folder().starts_with(&place.dir);
        assert_eq!(inside, !name.contains([',', '"']) && name != long, "{name}");
        let socket_folder = server.socket_folder().to_owned();
        server.stop().await;
        assert_eq!(socket_folder.exists(), inside, "{name}");
        assert_eq!(place.processes(), [0; 0]);
    }
}

#[tokio::test]
async fn an_empty_folder_that_was_made_beforehand_is_fine() {
    let place = Place::new();
    fs::create_dir_all(place.pgdata()).unwrap();
    place.start().await.stop().await;
    assert!(place.pgdata().join("PG_VERSION").exists());
}
