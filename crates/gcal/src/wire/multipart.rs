//! Many requests in one: a batch as it is written, and its answer as it is read.
//!
//! Google may do the parts in any order, and leave some out of its answer, so each carries its number and is matched by
//! that alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::Answer;

/// Stands in no part: paths are percent-encoded, headers were looked at, and a body is one line of JSON.
const BOUNDARY: &str = "canvascal-part";
/// Headers of a part, and of the answer in it.
const MOST_HEADERS: usize = 64;

/// The media type of what [`write()`] writes.
pub(crate) const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("multipart/mixed; boundary=canvascal-part");

/// One request of a batch. It is not to be shown: titles are in it.
pub(crate) struct Part {
    pub(crate) method: Method,
    /// Without a host.
    pub(crate) path: String,
    pub(crate) if_match: Option<HeaderValue>,
    /// One line of JSON.
    pub(crate) body: Option<String>,
}

/// A batch, in which each part goes by its number.
pub(crate) fn write(parts: &[(usize, Part)]) -> Bytes {
    let mut batch = Vec::new();
    for (number, part) in parts {
        let mut head =
            format!("--{BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n");
        let _ = write!(head, "{} {} HTTP/1.1\r\n", part.method, part.path);
        let body = part.body.as_deref().unwrap_or_default();
        if part.body.is_some() {
            let _ = write!(head, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        batch.extend_from_slice(head.as_bytes());
        if let Some(etag) = &part.if_match {
            batch.extend_from_slice(b"If-Match: ");
            batch.extend_from_slice(etag.as_bytes());
            batch.extend_from_slice(b"\r\n");
        }
        batch.extend_from_slice(b"\r\n");
        batch.extend_from_slice(body.as_bytes());
        batch.extend_from_slice(b"\r\n");
    }
    batch.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    batch.into()
}

/// The answers of a batch by the numbers of its parts. What cannot be read is left out, as if it were not there.
pub(crate) fn read(answer: &Answer) -> BTreeMap<usize, Answer> {
    let boundary = answer.headers().get(http::header::CONTENT_TYPE).and_then(boundary);
    boundary
        .map(|boundary| pieces(answer.body(), &boundary).filter_map(read_part).collect())
        .unwrap_or_default()
}

/// The line that stands between the parts.
fn boundary(content_type: &HeaderValue) -> Option<Vec<u8>> {
    let (media, parameters) = content_type.to_str().ok()?.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let named = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, boundary) = named.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let boundary = boundary.trim().trim_matches('"');
    (!boundary.is_empty()).then(|| format!("--{boundary}").into_bytes())
}

/// What stands between one boundary and the next. What no boundary follows was cut off, and is left out.
fn pieces<'a>(body: &'a [u8], boundary: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = after_boundary(body, boundary).map(|(_, rest)| rest);
    std::iter::from_fn(move || {
        let (piece, following) = after_boundary(rest?, boundary)?;
        rest = Some(following);
        Some(piece)
    })
}

/// What stands before the next line that begins with the boundary, without the line's end before it, and what follows.
fn after_boundary<'a>(text: &'a [u8], boundary: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let starts_line = |at: usize| at == 0 || text[at - 1] == b'\n';
    let at = text
        .windows(boundary.len())
        .enumerate()
        .find(|(at, there)| starts_line(*at) && *there == boundary)?
        .0;
    let before = text[..at].strip_suffix(b"\n").unwrap_or(&text[..at]);
    Some((before.strip_suffix(b"\r").unwrap_or(before), &text[at + boundary.len()..]))
}

fn read_part(piece: &[u8]) -> Option<(usize, Answer)> {
    // The rest of the boundary's own line; of the last one `--`, after which there are no parts.
    let line = piece.iter().position(|byte| *byte == b'\n')?;
    if piece.starts_with(b"--") {
        return None;
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let httparse::Status::Complete((read, headers)) =
        httparse::parse_headers(&piece[line + 1..], &mut headers).ok()?
    else {
        return None;
    };
    let id = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-id"))?.value;
    Some((number(id)?, read_answer(&piece[line + 1 + read..])?))
}

/// The number in `<response-7>`.
fn number(id: &[u8]) -> Option<usize> {
    let id = std::str::from_utf8(id).ok()?.trim().trim_start_matches('<').trim_end_matches('>');
    id.strip_prefix("response-")?.parse().ok()
}

fn read_answer(text: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(read) = head.parse(text).ok()? else { return None };
    let mut answer = Answer::new(Bytes::copy_from_slice(&text[read..]));
    *answer.status_mut() = StatusCode::from_u16(head.code?).ok()?;
    for header in head.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        answer.headers_mut().append(name, HeaderValue::from_bytes(header.value).ok()?);
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_TYPE as TYPE, RETRY_AFTER};
    use proptest::prelude::*;

    use super::*;

    fn answered(boundary: &str, body: Vec<u8>) -> Answer {
        let mut answer = Answer::new(body.into());
        answer.headers_mut().insert(TYPE, format!("multipart/mixed; boundary={boundary}").parse().unwrap());
        answer
    }

    /// A batch's answer as Google writes it.
    fn written(parts: &[(usize, u16, String)]) -> Vec<u8> {
        let mut text = String::new();
        for (number, status, body) in parts {
            let _ = write!(
                text,
                "--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\n\
                 HTTP/1.1 {status} Whatever\r\nContent-Type: application/json; charset=UTF-8\r\nRetry-After: 3\r\n\r\n\
                 {body}\r\n",
            );
        }
        (text + "--batch_x--\r\n").into_bytes()
    }

    #[test]
    fn a_batch_is_written_as_google_reads_it() {
        let patch = Part {
            method: Method::PATCH,
            path: "/calendar/v3/calendars/a%40b/events/e1".to_owned(),
            if_match: Some(HeaderValue::from_static("\"31\"")),
            body: Some(r#"{"summary":"ö"}"#.to_owned()),
        };
        let delete = Part { method: Method::DELETE, path: "/x".to_owned(), if_match: None, body: None };
        let text = write(&[(0, patch), (7, delete)]);
        let lines = [
            "--canvascal-part",
            "Content-Type: application/http",
            "Content-ID: <0>",
            "",
            "PATCH /calendar/v3/calendars/a%40b/events/e1 HTTP/1.1",
            "Content-Type: application/json",
            "Content-Length: 16",
            "If-Match: \"31\"",
            "",
            r#"{"summary":"ö"}"#,
            "--canvascal-part",
            "Content-Type: application/http",
            "Content-ID: <7>",
            "",
            "DELETE /x HTTP/1.1",
            "",
            "",
            "--canvascal-part--",
            "",
        ];
        assert_eq!(std::str::from_utf8(&text).unwrap(), lines.join("\r\n"));
    }

    #[test]
    fn boundaries_may_be_quoted_and_lines_end_as_they_like() {
        let body = String::from_utf8(written(&[(3, 200, "{}".to_owned())])).unwrap();
        for (boundary, body) in
            [("\"batch_x\"", body.clone()), ("batch_x; charset=x", body.replace('\r', ""))]
        {
            let read = read(&answered(boundary, body.into_bytes()));
            assert_eq!(read[&3].body(), "{}");
            assert_eq!(read[&3].headers()[RETRY_AFTER], "3");
        }
    }

    #[test]
    fn what_is_no_batch_has_no_parts() {
        let mut answer = Answer::new(written(&[(3, 200, "{}".to_owned())]).into());
        assert!(read(&answer).is_empty());
        answer.headers_mut().insert(TYPE, HeaderValue::from_static("application/json; boundary=batch_x"));
        assert!(read(&answer).is_empty());
    }

    /// The request in a piece of a batch, as a server reads it: its number, method, path, `If-Match` and body.
    fn request(piece: &[u8]) -> (usize, String, String, Option<Vec<u8>>, Vec<u8>) {
        let piece = piece.strip_prefix(b"\r\n").unwrap();
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let (read, headers) = httparse::parse_headers(piece, &mut headers).unwrap().unwrap();
        let id =
            std::str::from_utf8(headers.iter().find(|header| header.name == "Content-ID").unwrap().value);
        let number = id.unwrap().trim_matches(['<', '>']).parse().unwrap();
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let mut head = httparse::Request::new(&mut headers);
        let begins = read + head.parse(&piece[read..]).unwrap().unwrap();
        let value =
            |name: &str| head.headers.iter().find(|header| header.name == name).map(|header| header.value);
        let length =
            value("Content-Length").map_or(0, |text| std::str::from_utf8(text).unwrap().parse().unwrap());
        let if_match = value("If-Match").map(<[u8]>::to_vec);
        assert_eq!(piece.len(), begins + length, "nothing is left over");
        (number, head.method.unwrap().into(), head.path.unwrap().into(), if_match, piece[begins..].to_vec())
    }

    proptest! {
        #[test]
        fn each_part_is_written_so_that_a_server_reads_it(
            parts in prop::collection::vec((any::<String>(), prop::option::of(any::<String>()), "[!-~]{0,20}"), 1..20),
        ) {
            let part = |(id, title, etag): &(String, Option<String>, String)| Part {
                method: Method::PATCH,
                path: format!("/calendar/v3/{}", crate::wire::text::piece(id)),
                if_match: Some(etag.parse().unwrap()),
                body: title.as_ref().map(|title| serde_json::json!({"summary": title}).to_string()),
            };
            let text = write(&parts.iter().map(part).enumerate().collect::<Vec<_>>());
            let pieces: Vec<&[u8]> = pieces(&text, b"--canvascal-part").collect();
            prop_assert_eq!(pieces.len(), parts.len());
            for (number, (piece, asked)) in pieces.into_iter().zip(&parts).enumerate() {
                let part = part(asked);
                let etag = part.if_match.map(|etag| etag.as_bytes().to_vec());
                let body = part.body.unwrap_or_default().into_bytes();
                prop_assert_eq!(request(piece), (number, "PATCH".to_owned(), part.path, etag, body));
            }
        }

        #[test]
        fn each_part_is_read_under_its_number(
            parts in prop::collection::btree_map(0..60_usize, (100..600_u16, "[ -~ö\\r\\n]{0,40}"), 0..50),
        ) {
            let mut parts: Vec<(usize, u16, String)> =
                parts.into_iter().map(|(number, (status, body))| (number, status, body)).collect();
            parts.reverse();
            let read = read(&answered("batch_x", written(&parts)));
            prop_assert_eq!(read.len(), parts.len());
            for (number, status, body) in parts {
                prop_assert_eq!(read[&number].status().as_u16(), status);
                prop_assert_eq!(read[&number].body(), &body);
            }
        }

        #[test]
        fn of_an_answer_that_is_cut_off_whole_parts_are_read(count in 1..5_usize, at: prop::sample::Index) {
            let parts: Vec<_> = (0..count).map(|number| (number, 200, format!("{{\"id\":{number}}}"))).collect();
            let whole = written(&parts);
            let cut = whole[..at.index(whole.len())].to_vec();
            for (number, answer) in read(&answered("batch_x", cut)) {
                prop_assert_eq!(answer.body(), &parts[number].2);
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(body in any::<Vec<u8>>(), text in "(--b(--)?|\r?\n|Content-ID: <response-1>|HTTP/1.1 200|x){0,20}") {
            read(&answered("b", body));
            read(&answered("b", text.into_bytes()));
        }
    }
}
