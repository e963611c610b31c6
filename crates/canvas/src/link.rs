//! Where a list goes on (RFC 8288). The address is opaque; only where it leads to is looked at.

use app::ports::canvas::CanvasError;
use http::header::LINK;
use http::{HeaderMap, Uri};

/// The address of the part that follows, if one does.
///
/// It has to be at the same origin: the token goes along.
pub(crate) fn next(headers: &HeaderMap, root: &str) -> Result<Option<String>, CanvasError> {
    let found = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of);
    let Some(address) = found else { return Ok(None) };
    if is_at(&address, root) {
        Ok(Some(address))
    } else {
        Err(CanvasError::NotUnderstood("a list that goes on somewhere else".to_owned()))
    }
}

/// Whether an address is one of the API at this origin.
pub(crate) fn is_at(address: &str, root: &str) -> bool {
    let (Ok(address), Ok(root)) = (address.parse::<Uri>(), root.parse::<Uri>()) else { return false };
    let origin = |uri: &Uri| {
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let host = uri.host().map(str::to_ascii_lowercase);
        // Whoever has a name in front of the host is no part of the origin, and means harm.
        let is_plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        (uri.scheme_str().map(str::to_owned), host, uri.port_u16().unwrap_or(default), is_plain)
    };
    origin(&address) == origin(&root)
        && address.path().starts_with("/api/v1/")
        && !address.path().contains("/../")
}

fn next_of(value: &str) -> Option<String> {
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let (address, after) = rest[start + 1..].split_once('>')?;
        let end = after.find(",<").or_else(|| after.find(", <")).unwrap_or(after.len());
        let is_next = after[..end].split(';').any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else { return false };
            let value = value.trim().trim_matches(',').trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(address.trim().to_owned());
        }
        rest = &after[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOT: &str = "https://canvas.example.edu";

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_next_part_is_found_among_the_others_and_last_may_be_missing() {
        let here = "https://canvas.example.edu/api/v1/courses?page=";
        let others =
            format!("<{here}1>; rel=\"current\",<{here}b:x,y>; rel=\"next\",<{here}1>; rel=\"first\"");
        assert_eq!(next(&headers(&others), ROOT).unwrap().unwrap(), format!("{here}b:x,y"));
        for (value, page) in [
            (format!("<{here}2>; rel=next"), Some("2")),
            (format!("<{here}1>; rel=\"prev\", <{here}3>;  REL=\"last next\"; title=\"x\""), Some("3")),
            (format!("<{here}1>; rel=\"first\""), None),
            ("nonsense".to_owned(), None),
            ("<unclosed".to_owned(), None),
        ] {
            assert_eq!(
                next(&headers(&value), ROOT).unwrap(),
                page.map(|page| format!("{here}{page}")),
                "{value}"
            );
        }
        assert_eq!(next(&HeaderMap::new(), ROOT).unwrap(), None);
    }

    #[test]
    fn a_list_goes_on_at_the_same_origin_or_not_at_all() {
        for other in [
            "https://evil.example/api/v1/courses",
            "http://canvas.example.edu/api/v1/courses",
            "https://canvas.example.edu:8443/api/v1/courses",
            "https://canvas.example.edu@evil.example/api/v1/courses",
            "https://user@canvas.example.edu/api/v1/courses",
            "https://canvas.example.edu.evil.example/api/v1/courses",
            "https://canvas.example.edu/login/oauth2/auth",
            "https://canvas.example.edu/api/v1/../../login",
            "//evil.example/api/v1/courses",
            "/api/v1/courses",
            "",
        ] {
            let value = headers(&format!("<{other}>; rel=\"next\""));
            assert!(next(&value, ROOT).is_err(), "{other}");
        }
        assert!(is_at("https://CANVAS.example.edu:443/api/v1/courses", ROOT));
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_header_only_the_own_api_is_asked(value in "[ -~]{0,200}") {
            if let Ok(Some(address)) = next(&headers(&value), ROOT) {
                prop_assert!(is_at(&address, ROOT));
            }
        }
    }
}
