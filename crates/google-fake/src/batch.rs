//! Batches: many requests in one.

use std::collections::BTreeSet;

use crate::wire::answer::Answer;
use crate::wire::refusal::Refusal;

/// A request within a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) content_id: Option<String>,
    pub(crate) method: String,
    /// The path, and the parameters after `?`.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Part {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The most headers of a part.
const MOST_HEADERS: usize = 64;

/// Reads the body of a batch.
pub(crate) fn parts(content_type: &str, body: &[u8], most: usize) -> Result<Vec<Part>, Refusal> {
    let unreadable = || Refusal::bad_request("Failed to parse batch request, error: Missing batch boundary");
    let boundary = boundary(content_type).ok_or_else(unreadable)?;
    let mut parts = Vec::new();
    for chunk in chunks(body, &boundary).ok_or_else(unreadable)? {
        parts.push(part(chunk).ok_or_else(|| Refusal::bad_request("Failed to parse batch request"))?);
    }
    if parts.is_empty() {
        return Err(Refusal::bad_request("The batch request contains no requests."));
    }
    if parts.len() > most {
        let message = format!("The batch request contains more than {most} calls.");
        return Err(Refusal::bad_request(message));
    }
    let ids: BTreeSet<&Option<String>> = parts.iter().map(|part| &part.content_id).collect();
    if ids.len() < parts.len() {
        return Err(Refusal::bad_request("Duplicate Request ID in Batch Request"));
    }
    Ok(parts)
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let boundary = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    (kind.trim() == "multipart/mixed").then(|| boundary.trim_matches('"').to_owned())
}

/// What lies between the boundaries.
fn chunks<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    let mark = format!("--{boundary}").into_bytes();
    let mut marks = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&body[from..], &mark) {
        marks.push(from + at);
        from += at + mark.len();
    }
    let last = *marks.last()?;
    if !body[last + mark.len()..].starts_with(b"--") {
        return None;
    }
    Some(marks.windows(2).map(|pair| body[pair[0] + mark.len()..pair[1]].trim_ascii_start()).collect())
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn part(chunk: &[u8]) -> Option<Part> {
    let mut buffer = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let httparse::Status::Complete((length, headers)) = httparse::parse_headers(chunk, &mut buffer).ok()?
    else {
        return None;
    };
    let outer = owned(headers);
    let content_id = outer.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-id"));
    let content_id = content_id.map(|(_, value)| value.clone());
    // A request without a body may end with its headers.
    let mut inner = chunk[length..].trim_ascii().to_vec();
    inner.extend_from_slice(b"\r\n\r\n");
    let mut buffer = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut buffer);
    let httparse::Status::Complete(length) = request.parse(&inner).ok()? else { return None };
    Some(Part {
        content_id,
        method: request.method?.to_owned(),
        target: request.path?.to_owned(),
        headers: owned(request.headers),
        body: inner[length..].trim_ascii().to_vec(),
    })
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()))
        .collect()
}

/// Writes the answers, each under the id of its request.
pub(crate) fn answer(boundary: &str, answers: &[(Option<String>, Answer)]) -> Answer {
    let mut body = Vec::new();
    for (content_id, answer) in answers {
        body.extend_from_slice(format!("--{boundary}\r\nContent-Type: application/http\r\n").as_bytes());
        if let Some(id) = content_id {
            let id = match id.strip_prefix('<') {
                Some(rest) => format!("<response-{rest}"),
                None => format!("response-{id}"),
            };
            body.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
        }
        let status = http::StatusCode::from_u16(answer.status).unwrap_or_default();
        let reason = status.canonical_reason().unwrap_or_default();
        body.extend_from_slice(format!("\r\nHTTP/1.1 {} {reason}\r\n", answer.status).as_bytes());
        for (name, value) in &answer.headers {
            body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        body.extend_from_slice(format!("content-length: {}\r\n\r\n", answer.body.len()).as_bytes());
        body.extend_from_slice(&answer.body);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Answer {
        status: 200,
        headers: vec![("content-type", format!("multipart/mixed; boundary={boundary}"))],
        body,
    }
}
