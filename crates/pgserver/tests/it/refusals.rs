//! Folders we must not touch, and what a person is told about them.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    process::{Command, Stdio},
    time::Duration,
};

use pgserver::{Binaries, Error, Options, Server};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Place, Program, connect, is_root, notes, picture, until_true, write_note};

#[tokio::test]
async fn a_second_program_is_refused_and_the_first_unharmed() {
    let place = Place::new();
    let mut program = Program::start(&place);
    let url = program.url().await;
    write_note(&connect(&url).await, "first").await;

    let error = Server::start(place.options()).await.unwrap_err();

    assert!(matches!(error, Error::InUse { by: Some(pid), .. } if pid == program.pid()), "{error}");
    assert!(error.to_string().contains("in use by another running program (process "), "{error}");
    write_note(&connect(&url).await, "still there").await;
    assert_eq!(notes(&url).await, "first still there");
    program.kill();
    until_true("its server has stopped", || place.processes().is_empty()).await;
}

#[tokio::test]
async fn a_second_handle_in_one_program_is_refused() {
    let place = Place::new();
    let server = place.start().await;
    let error = Server::start(place.options()).await.unwrap_err();
    assert!(matches!(error, Error::InUse { by: Some(pid), .. } if pid == std::process::id()), "{error}");
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_somebody_started_by_hand_is_left_alone() {
    let place = Place::new();
    place.start().await.stop().await;
    let owner = fs::metadata(place.pgdata()).unwrap();
    let mut by_hand = Command::new(Binaries::find(None).unwrap().folder().join("postgres"));
    by_hand.arg("-D").arg(place.pgdata()).args(["-c", "listen_addresses="]);
    by_hand.arg("-c").arg(format!("unix_socket_directories={}", place.dir.join("run").display()));
    by_hand.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if is_root() {
        by_hand.uid(owner.uid()).gid(owner.gid());
    }
    let mut by_hand = by_hand.spawn().unwrap();
    let url = format!("postgres:///app?host={}&user=app", place.dir.join("run").display());
    write_note(&connect(&url).await, "by hand").await;

    let error = Server::start(place.options()).await.unwrap_err();

    assert!(matches!(error, Error::InUse { by: Some(pid), .. } if pid == by_hand.id()), "{error}");
    assert_eq!(notes(&url).await, "by hand");
    kill_process(Pid::from_child(&by_hand), Signal::INT).unwrap();
    by_hand.wait().unwrap();
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_not_touched() {
    let place = Place::new();
    fs::create_dir_all(place.pgdata().join("base")).unwrap();
    fs::write(place.pgdata().join("PG_VERSION"), "9.6\n").unwrap();
    if is_root() {
        let (uid, gid) = (Some(65534), Some(65534));
        std::os::unix::fs::chown(place.pgdata(), uid, gid).unwrap();
    }
    let before = picture(&place.pgdata());
    let major = Binaries::find(None).unwrap().major();

    let found = Binaries::find(Some(&place.dir)).unwrap_err();
    let refused = Server::start(place.options()).await.unwrap_err();
    let chosen = Options { binaries: Some(Binaries::find(None).unwrap()), ..place.options() };
    let also_refused = Server::start(chosen).await.unwrap_err();

    for error in [found, refused, also_refused] {
        let said = error.to_string();
        assert!(matches!(error, Error::OtherMajor { .. }), "{said}");
        assert!(said.contains("written by PostgreSQL 9.6"), "{said}");
        assert!(said.contains(&format!("installed here is {major}")), "{said}");
    }
    assert_eq!(picture(&place.pgdata()), before);
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_not_touched() {
    let place = Place::new();
    fs::create_dir_all(place.pgdata()).unwrap();
    fs::write(place.pgdata().join("thesis.txt"), "the only copy").unwrap();
    let before = picture(&place.pgdata());
    let error = Server::start(place.options()).await.unwrap_err();
    assert!(matches!(error, Error::ChangeFolder { .. }), "{error}");
    assert_eq!(picture(&place.pgdata()), before);
}

#[tokio::test]
async fn missing_programs_are_named_with_the_command_that_installs_them() {
    let place = Place::new();
    let error = Binaries::at(place.root.path()).unwrap_err();
    assert!(matches!(error, Error::Install { .. }));
    assert!(error.to_string().ends_with("install it with: apt-get install postgresql"), "{error}");
}

/// Root does not run the server itself, so it matters to root alone whether others may pass.
#[tokio::test]
async fn a_parent_that_the_servers_user_cannot_enter_is_named() {
    let place = Place::new();
    let closed = place.root.path().canonicalize().unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    match Server::start(place.options()).await {
        Ok(server) => {
            assert!(!is_root());
            server.stop().await;
        }
        Err(error) => {
            assert!(is_root(), "{error}");
            assert!(matches!(&error, Error::ChangeFolder { folder, .. } if *folder == closed), "{error}");
            assert!(error.to_string().contains("chmod o+x"), "{error}");
            assert!(!place.pgdata().exists());
        }
    }
}

#[tokio::test]
async fn a_cluster_of_somebody_else_is_refused_with_its_owner() {
    // Root cannot be a cluster's owner; others cannot use a cluster that is not theirs.
    let place = Place::new();
    let foreign = if is_root() {
        fs::create_dir_all(place.pgdata()).unwrap();
        fs::write(place.pgdata().join("PG_VERSION"), Binaries::find(None).unwrap().major().to_string())
            .unwrap();
        place.options()
    } else {
        fs::create_dir_all(&place.dir).unwrap();
        std::os::unix::fs::symlink("/etc", place.pgdata()).unwrap();
        place.options()
    };
    let error = Server::start(foreign).await.unwrap_err();
    assert!(matches!(error, Error::ChangeFolder { .. }), "{error}");
    assert!(error.to_string().contains("it belongs to "), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let place = Place::new();
    let settings = vec![("shared_preload_libraries".to_owned(), "no_such_library".to_owned())];
    let error = Server::start(Options { settings, ..place.options() }).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, Error::ReadLog { what: "PostgreSQL", .. }), "{said}");
    assert!(said.contains("no_such_library"), "{said}");
    place.start().await.stop().await;
}

#[tokio::test]
async fn a_start_that_takes_too_long_is_ended() {
    let place = Place::new();
    let error =
        Server::start(Options { start_deadline: Duration::ZERO, ..place.options() }).await.unwrap_err();
    assert!(matches!(error, Error::GiveMoreTime { .. }), "{error}");
    assert_eq!(place.processes(), [0; 0]);
    place.start().await.stop().await;
}
