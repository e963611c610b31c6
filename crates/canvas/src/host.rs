//! The names of hosts, as users say them.

use app::ports::canvas::{Host, HostRefusal};

use crate::config::{Config, Hosts};

/// The longest name.
const LONGEST: usize = 253;

/// Ends of names that are nobody's on the Internet (RFC 6761, 6762, 8375), and of what clouds call themselves inside.
const PRIVATE: [&str; 9] =
    ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion"];

/// The host that somebody means, if it may be asked. People paste addresses, so what stands around the name is taken away.
pub(crate) fn parse(text: &str, config: &Config) -> Result<Host, HostRefusal> {
    let text = text.trim();
    if let Some(here) = config.authority_here()
        && [here.clone(), format!("http://{here}"), format!("http://{here}/")].iter().any(|name| name == text)
    {
        return Ok(Host::known(here));
    }
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("https://").unwrap_or(&lower);
    let name = name.strip_suffix('/').unwrap_or(name);
    if !is_public_name(name) {
        return Err(HostRefusal::NoName);
    }
    match &config.hosts {
        Hosts::Named(names) if !names.contains(name) => Err(HostRefusal::NotAllowed),
        Hosts::Named(_) | Hosts::Public => Ok(Host::known(name)),
    }
}

/// Whether it is a name in the public domain name system: labels with dots between, and no number at the end, since that
/// is read as an address.
pub fn is_public_name(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_named = labels.last().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_lowercase()));
    // `0x7f000001` is a number too.
    let is_number = labels.last().is_some_and(|last| last.starts_with("0x"));
    let is_private = PRIVATE
        .iter()
        .any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    name.len() <= LONGEST
        && labels.len() >= 2
        && labels.iter().all(is_label)
        && is_named
        && !is_number
        && !is_private
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Limits;

    fn config(hosts: Hosts) -> Config {
        Config { hosts, key: None, here: Some("http://127.0.0.1:4702".to_owned()), limits: Limits::default() }
    }

    #[test]
    fn a_host_is_a_name_of_the_internet_however_it_is_pasted() {
        for text in ["canvas.example.edu", " https://Canvas.Example.edu/ ", "HTTPS://canvas.example.edu"] {
            let host = parse(text, &config(Hosts::Public)).unwrap();
            assert_eq!(host.as_str(), "canvas.example.edu", "{text}");
        }
        for text in [
            "",
            "canvas",
            "localhost",
            "canvas.localhost",
            "metadata.google.internal",
            "printer.local",
            "127.0.0.1",
            "http://127.0.0.1:80",
            "10.0.0.1",
            "[::1]",
            "::1",
            "2130706433",
            "0x7f000001",
            "127.1",
            "a.0x7f",
            "0177.0.0.1",
            "canvas.example.edu:8080",
            "user@canvas.example.edu",
            "canvas.example.edu/api",
            "canvas.example.edu?x",
            "canvas.example.edu#x",
            "canvas..edu",
            "canvas.example.edu.",
            "-a.edu",
            "a_b.edu",
            "ünı.edu",
            "a b.edu",
            "canvas.example.edu\r\nx",
            "http://canvas.example.edu",
            "ftp://canvas.example.edu",
            "127.0.0.1:4703",
        ] {
            assert_eq!(parse(text, &config(Hosts::Public)), Err(HostRefusal::NoName), "{text:?}");
        }
        let long = format!("{}edu", "a.".repeat(130));
        assert_eq!(parse(&long, &config(Hosts::Public)), Err(HostRefusal::NoName));
    }

    #[test]
    fn where_hosts_are_named_no_other_is_asked() {
        let named = config(Hosts::Named(BTreeSet::from(["canvas.example.edu".to_owned()])));
        assert!(parse("canvas.example.edu", &named).is_ok());
        assert_eq!(parse("evil.canvas.example.edu", &named), Err(HostRefusal::NotAllowed));
        assert_eq!(parse("127.0.0.1:4702", &named).unwrap().as_str(), "127.0.0.1:4702");
    }
}
