//! A database elsewhere is reached over TLS, and only if its certificate is good.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use testkit::TestDb;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;

/// What a client sends first where it wants encryption: the length of the message, and a magic number.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// PostgreSQL behind TLS, since the clusters of tests listen on a socket only.
struct Server {
    db: TestDb,
    port: u16,
    certificate: String,
}

impl Server {
    /// A server with a certificate that it made itself, or one that knows no encryption.
    async fn start(encrypts: bool) -> Self {
        let db = TestDb::empty().await.unwrap();
        let socket = format!("{}/.s.PGSQL.{}", parameter(&db.url(), "host"), parameter(&db.url(), "port"));
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = encrypts.then(|| TlsAcceptor::from(Arc::new(config)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), socket.clone()));
            }
        });
        Self { db, port, certificate: cert.pem() }
    }

    fn url(&self) -> String {
        let url = self.db.url();
        let name = url.trim_start_matches("postgres:///").split('?').next().unwrap();
        format!("postgres://app@localhost:{}/{name}?sslmode=require", self.port)
    }
}

async fn serve(mut client: TcpStream, acceptor: Option<TlsAcceptor>, socket: String) -> std::io::Result<()> {
    let mut asked = [0; 8];
    client.read_exact(&mut asked).await?;
    assert_eq!(asked, SSL_REQUEST, "the client begins without asking for encryption");
    let Some(acceptor) = acceptor else { return client.write_all(b"N").await };
    client.write_all(b"S").await?;
    let mut encrypted = acceptor.accept(client).await?;
    let mut database = UnixStream::connect(socket).await?;
    copy_bidirectional(&mut encrypted, &mut database).await?;
    Ok(())
}

/// A parameter of a URL such as `postgres:///db?host=…&port=…`.
fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.into_iter().find(|(key, _)| *key == name).unwrap();
    found.1.replace("%2F", "/").replace("%2f", "/")
}

/// What the program says of the database at `url`, when it trusts the authorities in `trusted`.
async fn status(url: String, trusted: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvascal"));
    command.args(["migrate", "--status"]).env_clear().env("DATABASE_URL", url).env("SSL_CERT_FILE", trusted);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_certificate_is_trusted_is_used() {
    let server = Server::start(true).await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authorities.pem");
    std::fs::write(&trusted, &server.certificate).unwrap();
    let output = status(server.url(), &trusted).await;
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("pending"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_certificate_anybody_could_have_made_is_refused() {
    let server = Server::start(true).await;
    let other = Server::start(true).await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authorities.pem");
    std::fs::write(&trusted, &other.certificate).unwrap();
    let output = status(server.url(), &trusted).await;
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("certificate"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_encrypt_is_refused() {
    let server = Server::start(false).await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authorities.pem");
    std::fs::write(&trusted, &server.certificate).unwrap();
    let output = status(server.url(), &trusted).await;
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("TLS"), "{told}");
}
