//! Nobody is led into a network of anybody's own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use app::identity::UserId;
use app::ports::canvas::{Account, Canvas as _, CanvasError, Credential, Host};
use canvas::{CanvasApi, Config, Hosts, Limits};
use canvas_fake::{CanvasFake, Options, TestClock};
use outbound::Bounds;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::{Now, Told, World};
use canvas::TokioSleeper;

/// Our side, for which every name resolves to these addresses.
fn resolving(addresses: &[&str]) -> CanvasApi {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let bounds =
        Bounds { connect: Duration::from_secs(1), answer: Duration::from_secs(1), answer_bytes: 1024 };
    let limits = Limits { bounds, tries_again: 0, tries_again_throttled: 0 };
    let config = Config { hosts: Hosts::Public, key: None, here: None, limits };
    let clock = Now(TestClock::at("2026-03-02T08:00:00Z"));
    CanvasApi::new(config, Arc::new(Told(addresses)), Arc::new(clock), Arc::new(TokioSleeper)).unwrap()
}

fn account(host: Host) -> Account {
    Account { user: UserId(Uuid::from_u128(1)), host, credential: Credential::Personal("7~secret".into()) }
}

#[tokio::test]
async fn a_name_that_resolves_to_an_address_of_ones_own_is_not_connected_to() {
    for bad in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ] {
        for addresses in [&[bad][..], &["93.184.216.34", bad]] {
            let ours = resolving(addresses);
            let account = account(ours.host("canvas.example.edu").unwrap());
            let asked = ours.user(&account).await;
            assert_eq!(asked, Err(CanvasError::Unavailable("no connection".to_owned())), "{addresses:?}");
        }
    }
}

#[tokio::test]
async fn not_even_a_port_that_listens_here_hears_of_it() {
    // Where the guard let it through, this would be connected to: the port of https is not free for tests, but a
    // listener on the address is enough to see that nothing comes to any port that is tried.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ours = resolving(&["127.0.0.1"]);
    let account = account(ours.host("canvas.example.edu").unwrap());
    assert!(ours.user(&account).await.is_err());
    let nobody = tokio::time::timeout(Duration::from_millis(10), listener.accept()).await;
    assert!(nobody.is_err());
}

#[tokio::test]
async fn a_host_that_was_stored_is_looked_at_again() {
    let fake = CanvasFake::start(Options::default()).await.unwrap();
    let world = World::new().await;
    // As if somebody had written to the database, or the operator allowed less than before.
    for stored in [fake.host(), "10.0.0.1".to_owned(), "localhost".to_owned(), "canvas.other.edu".to_owned()]
    {
        let error = world.ours.user(&account(Host::known(&*stored))).await.unwrap_err();
        assert!(matches!(error, CanvasError::Misconfigured(_)), "{stored}: {error}");
    }
    assert!(fake.requests().is_empty());
}
