//! Encryption on the way to a database elsewhere.
//!
//! It is used where the URL says `sslmode=require`, and then the server's certificate has to be good as well: one that
//! anybody could have made would keep out nobody who is able to listen.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Trusts the certificate authorities that the system trusts, or those of the file that `SSL_CERT_FILE` names.
pub(crate) fn connector() -> Result<MakeRustlsConnect, String> {
    static CONNECTOR: OnceLock<Result<MakeRustlsConnect, String>> = OnceLock::new();
    CONNECTOR.get_or_init(make).clone()
}

fn make() -> Result<MakeRustlsConnect, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        return Err("no certificate authorities are installed, so no server can be trusted: \
             install the package ca-certificates, or name a file with SSL_CERT_FILE"
            .to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
