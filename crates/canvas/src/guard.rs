//! No request goes into anybody's own network: names are resolved here, each address is looked at, and the connection goes
//! to one of these and to no other. So a name that says something else a moment later gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

/// Knows which addresses a name has.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses.
    ///
    /// # Errors
    /// Where the name is not known, or nobody can say.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Resolves names, those alone that have nothing but public addresses.
#[derive(Clone)]
pub(crate) struct Guard {
    names: Arc<dyn Names>,
    /// The one name that may be this machine's.
    here: Option<Arc<str>>,
}

impl Guard {
    pub(crate) fn new(names: Arc<dyn Names>, authority_here: Option<&str>) -> Self {
        let here =
            authority_here.and_then(|authority| authority.rsplit_once(':')).map(|(name, _)| name.into());
        Self { names, here }
    }

    async fn resolve(self, name: Name) -> io::Result<std::vec::IntoIter<SocketAddr>> {
        let addresses = self.names.addresses(name.as_str()).await?;
        let is_here = self.here.as_deref() == Some(name.as_str());
        let is_allowed = |address: &IpAddr| is_public(*address) || (is_here && address.is_loopback());
        // One bad address is enough: a name that has both kinds is up to something.
        if addresses.is_empty() || !addresses.iter().all(is_allowed) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not on the Internet"));
        }
        let sockets: Vec<SocketAddr> = addresses.into_iter().map(|address| (address, 0).into()).collect();
        Ok(sockets.into_iter())
    }
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(self.clone().resolve(name))
    }
}

/// Whether an address is on the Internet, and leads into no network of anybody's own by any of the ways there are.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// RFC 6890 and what came after it.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // Shared by the customers of a provider (RFC 6598), IETF's own, the way to IPv6 that is no more, benchmarks, and
        // what is reserved, broadcast among it.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !is_special
}

/// What is given out to be used on the Internet (`2000::/3`), less what is not, and less what has another address in it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // The address that it stands for: NAT64 (RFC 6052) has it at the end, 6to4 (RFC 3056) at the beginning.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Teredo, ORCHID, benchmarks, DNS-SD and the like (2001::/23), documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_on_the_internet_is_not_asked() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::7f00:1",
            "::ffff:0:7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "3ffe::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    /// What every name resolves to.
    struct Told(Vec<IpAddr>);

    #[async_trait]
    impl Names for Told {
        async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    async fn resolved(name: &str, addresses: &[&str]) -> io::Result<Vec<IpAddr>> {
        let told = Told(addresses.iter().map(|address| address.parse().unwrap()).collect());
        let guard = Guard::new(Arc::new(told), Some("localhost:4702"));
        let found = guard.resolve(Name::from_str(name).unwrap()).await?;
        Ok(found.map(|address| address.ip()).collect())
    }

    #[tokio::test]
    async fn a_name_with_one_private_address_has_none() {
        assert_eq!(resolved("canvas.test", &["8.8.8.8"]).await.unwrap().len(), 1);
        for bad in ["127.0.0.1", "::1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"] {
            for addresses in [&[bad][..], &["8.8.8.8", bad], &[bad, "8.8.8.8"]] {
                assert!(resolved("canvas.test", addresses).await.is_err(), "{addresses:?}");
            }
        }
        assert!(resolved("canvas.test", &[]).await.is_err());
        // The one on this machine that was configured, by its name, and that machine alone.
        assert!(resolved("localhost", &["127.0.0.1", "::1"]).await.is_ok());
        assert!(resolved("localhost", &["10.0.0.1"]).await.is_err());
    }

    proptest! {
        #[test]
        fn an_address_within_another_is_as_public_as_it_is_itself(bits in any::<u32>()) {
            let inner = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = inner.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
            let six_to_four = Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1);
            prop_assert_eq!(is_public(nat64.into()), is_public(inner.into()));
            prop_assert_eq!(is_public(six_to_four.into()), is_public(inner.into()));
            prop_assert!(!is_public(inner.to_ipv6_mapped().into()));
        }
    }
}
