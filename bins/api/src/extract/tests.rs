use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::problem::{FieldError, Place, Problem, ProblemType};
use crate::value::{Instant, Line};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTask {
    title: Line<20>,
    due_ts: Option<Instant>,
    #[serde(default)]
    steps: Vec<Step>,
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    minutes: u32,
    kind: Option<Kind>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Read,
    Write,
}

fn read(body: &str) -> Result<NewTask, Problem> {
    json::parse(body.as_bytes())
}

/// What a refusal says: status, pointer or parameter, detail.
fn told(problem: &Problem, errors: &serde_json::Value) -> (u16, String, String) {
    let place = errors[0]["pointer"].as_str().or(errors[0]["parameter"].as_str()).unwrap_or_default();
    let detail = errors[0]["detail"].as_str().unwrap_or_default();
    (problem.kind().status().as_u16(), place.to_owned(), detail.to_owned())
}

async fn body_of(problem: &Problem) -> serde_json::Value {
    use actix_web::ResponseError;
    let body = actix_web::body::to_bytes(problem.error_response().into_body()).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

async fn refused(body: &str) -> (u16, String, String) {
    let problem = read(body).unwrap_err();
    let json = body_of(&problem).await;
    told(&problem, &json["errors"])
}

#[test]
fn a_body_that_fits_is_taken() {
    let task = read(r#"{"title":"Essay","due_ts":"2026-12-04T10:00:00+01:00","steps":[{"minutes":30}]}"#);
    let task = task.unwrap();
    assert_eq!(task.title.as_str(), "Essay");
    assert_eq!(task.due_ts.unwrap().to_string(), "2026-12-04T09:00:00Z");
}

#[actix_web::test]
async fn a_list_of_the_fields_is_no_body() {
    for body in [r#"["Essay"]"#, r#" [ "Essay", null, [], null ]"#, "[]", "["] {
        let (status, place, detail) = refused(body).await;
        assert_eq!((status, place.as_str(), detail.as_str()), (422, "#", "must be an object, not a list"));
    }
}

#[actix_web::test]
async fn what_does_not_fit_is_told_with_its_place_and_without_our_names() {
    for (body, place, detail) in [
        (r"{}", "#/title", "missing field `title`"),
        (
            r#"{"title":"a","titel":1}"#,
            "#/titel",
            "unknown field `titel`, expected one of `title`, `due_ts`, `steps`, `metadata`",
        ),
        (r#"{"title":"a","title":"b"}"#, "#/title", "duplicate field `title`"),
        (r#"{"title":7}"#, "#/title", "invalid type: integer `7`, expected a string"),
        (r#"{"title":""}"#, "#/title", "must not be blank"),
        (r#"{"title":"a\tb"}"#, "#/title", "must not contain control characters (here U+0009)"),
        (r#"{"title":"aaaaaaaaaaaaaaaaaaaaa"}"#, "#/title", "must not be longer than 20 characters"),
        (
            r#"{"title":"a","due_ts":"2026-12-04T12:99:00Z"}"#,
            "#/due_ts",
            "is not an RFC 3339 date and time with an offset, such as 2026-12-04T09:00:00Z",
        ),
        (r#"{"title":"a","due_ts":"2026-12-04T12:00:30Z"}"#, "#/due_ts", "must be on a whole minute"),
        (r#"{"title":"a","due_ts":1}"#, "#/due_ts", "invalid type: integer `1`, expected a string"),
        (
            r#"{"title":"a","steps":[{"minutes":1},{"minutes":-1}]}"#,
            "#/steps/1/minutes",
            "invalid value: integer `-1`, expected a whole number in 0..=4294967295",
        ),
        (
            r#"{"title":"a","steps":[{"minutes":1,"kind":"draw"}]}"#,
            "#/steps/0/kind",
            "unknown variant `draw`, expected `read` or `write`",
        ),
        (r#"{"title":"a","steps":[7]}"#, "#/steps/0", "invalid type: integer `7`, expected an object"),
        (r#"{"title":"a","steps":{}}"#, "#/steps", "invalid type: map, expected a list"),
        (r"null", "#", "invalid type: null, expected an object"),
        (r#""text""#, "#", "invalid type: string \"text\", expected an object"),
        (r#"{"title":"a\u0000b"}"#, "#/title", "must not contain NUL characters"),
        (
            r#"{"title":"a","metadata":{"tags":["x",{"y":"\u0000"}]}}"#,
            "#/metadata/tags/1/y",
            "must not contain NUL characters",
        ),
        (r#"{"title":"a","metadata":{"k\u0000":1}}"#, "#/metadata/k%00", "must not contain NUL characters"),
    ] {
        assert_eq!(refused(body).await, (422, place.to_owned(), detail.to_owned()), "{body}");
    }
}

#[test]
fn an_escaped_backslash_is_not_a_nul() {
    assert_eq!(read(r#"{"title":"a\\u0000b"}"#).unwrap().title.as_str(), r"a\u0000b");
}

#[actix_web::test]
async fn what_is_not_json_is_told_by_line_and_column() {
    for (body, detail) in [
        ("", "The body ends too early (line 1, column 0)."),
        ("{\n  \"title\": oops\n}", "The body is not JSON (line 2, column 12)."),
        (r#"{"title":"a""#, "The body ends too early (line 1, column 12)."),
        (r#"{"title":"a"} {}"#, "The body is not JSON (line 1, column 15)."),
        (r#"{"title":"\ud800"}"#, "The body is not JSON (line 1, column 17)."),
        ("{\"title\":\"\0\"}", "The body is not JSON (line 1, column 11)."),
        (r#"{"title":"a","metadata":NaN}"#, "The body is not JSON (line 1, column 25)."),
    ] {
        let problem = read(body).unwrap_err();
        assert_eq!(problem.kind(), ProblemType::MalformedJson, "{body}");
        assert_eq!(problem.detail(), detail, "{body}");
    }
    assert_eq!(
        json::parse::<NewTask>(b"{\"title\":\"\xff\"}").unwrap_err().kind(),
        ProblemType::MalformedJson
    );
    let deep = format!(r#"{{"title":"a","metadata":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(read(&deep).unwrap_err().kind(), ProblemType::MalformedJson);
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<u32>,
    cursor: Option<String>,
    #[serde(default)]
    open: bool,
    kind: Option<Kind>,
    from: Option<Instant>,
}

async fn query(text: &str) -> Result<Page, Problem> {
    let request = TestRequest::with_uri(&format!("/?{text}")).to_http_request();
    Query::extract(&request).await.map(|query| query.0)
}

#[actix_web::test]
async fn a_query_is_read_by_name_and_type() {
    assert_eq!(
        query("limit=5&cursor=a%2Bb+c&open=true&kind=read&from=2026-12-04T09:00:00Z").await.unwrap(),
        Page {
            limit: Some(5),
            cursor: Some("a+b c".into()),
            open: true,
            kind: Some(Kind::Read),
            from: Some("2026-12-04T09:00:00Z".parse().unwrap()),
        }
    );
    assert_eq!(query("").await.unwrap().limit, None);
}

#[actix_web::test]
async fn a_query_that_does_not_fit_names_the_parameter() {
    for (text, name, detail) in [
        ("limit=many", "limit", "\"many\" is not a whole number in range"),
        ("limit=-1", "limit", "\"-1\" is not a whole number in range"),
        ("limit=", "limit", "\"\" is not a whole number in range"),
        ("limit=1&limit=2", "limit", "duplicate field `limit`"),
        ("page=1", "page", "unknown field `page`, expected one of `limit`, `cursor`, `open`, `kind`, `from`"),
        ("open=yes", "open", "\"yes\" is not true or false"),
        ("kind=draw", "kind", "unknown variant `draw`, expected `read` or `write`"),
        (
            "from=2026-12-04T12:99:00Z",
            "from",
            "is not an RFC 3339 date and time with an offset, such as 2026-12-04T09:00:00Z",
        ),
        ("cursor=a%00", "cursor", "must not contain NUL characters"),
    ] {
        let problem = query(text).await.unwrap_err();
        let json = body_of(&problem).await;
        assert_eq!(told(&problem, &json["errors"]), (400, name.to_owned(), detail.to_owned()), "{text}");
    }
}

fn with_path(params: &[(&'static str, &'static str)]) -> HttpRequest {
    params
        .iter()
        .fold(TestRequest::default(), |request, (name, value)| request.param(*name, *value))
        .to_http_request()
}

#[actix_web::test]
async fn a_path_holds_one_value_several_or_a_struct() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Named {
        day: String,
        number: u8,
    }
    let id = "0192d3a0-0000-7000-8000-000000000000";
    let one = Path::<Uuid>::extract(&with_path(&[("id", id)])).await.unwrap();
    assert_eq!(one.0.to_string(), id);
    let several = with_path(&[("day", "mon%2Ftue"), ("number", "3")]);
    assert_eq!(Path::<(String, u8)>::extract(&several).await.unwrap().0, ("mon/tue".into(), 3));
    assert_eq!(Path::<Named>::extract(&several).await.unwrap().0, Named { day: "mon/tue".into(), number: 3 });
}

#[actix_web::test]
async fn a_path_that_does_not_fit_names_the_parameter() {
    let problem = Path::<Uuid>::extract(&with_path(&[("task_id", "12")])).await.unwrap_err();
    let json = body_of(&problem).await;
    assert_eq!(problem.kind(), ProblemType::InvalidParameter);
    assert_eq!(json["errors"][0]["parameter"], "task_id");
    let problem = Path::<(Uuid, u8)>::extract(&with_path(&[("a", "x"), ("n", "1")])).await.unwrap_err();
    assert_eq!(problem.kind(), ProblemType::InvalidParameter);
    let problem = Path::<String>::extract(&with_path(&[("name", "a\0")])).await.unwrap_err();
    assert_eq!(
        body_of(&problem).await["errors"],
        json!([FieldError {
            place: Place::Parameter("name".into()),
            detail: "must not contain NUL characters".into()
        }])
    );
}
