use actix_web::body::to_bytes;
use serde_json::json;

use super::*;

async fn answer(problem: Problem) -> (HttpResponse<()>, Value) {
    let (head, body) = problem.error_response().into_parts();
    (head, serde_json::from_slice(&to_bytes(body).await.unwrap()).unwrap())
}

#[actix_web::test]
async fn a_problem_has_the_members_of_the_standard_and_no_empty_ones() {
    let (head, body) = answer(Problem::new(ProblemType::NotOpen, "It was accepted on Monday.")).await;
    assert_eq!(head.status(), 409);
    assert_eq!(head.headers().get("content-type").unwrap(), "application/problem+json");
    assert_eq!(
        body,
        json!({
            "type": "https://canvascal.dev/problems/not-open",
            "title": "The proposal is not open",
            "status": 409,
            "detail": "It was accepted on Monday.",
        })
    );
}

#[actix_web::test]
async fn extensions_errors_and_headers_come_along() {
    let problem = Problem::new(ProblemType::ChurnCapExceeded, "60 minutes are left.")
        .with("cap", 120)
        .with("remaining", 60)
        .instance("/api/rebalancing/proposals/1")
        .error(FieldError::body(["changes", "0", "start_ts"], "is too early"))
        .retry_after(Duration::from_millis(1500));
    let (head, body) = answer(problem).await;
    assert_eq!(head.headers().get("retry-after").unwrap(), "2");
    assert_eq!(body["cap"], 120);
    assert_eq!(body["remaining"], 60);
    assert_eq!(body["instance"], "/api/rebalancing/proposals/1");
    assert_eq!(body["errors"], json!([{"pointer": "#/changes/0/start_ts", "detail": "is too early"}]));
}

#[actix_web::test]
async fn a_fault_of_ours_is_not_explained() {
    let (_, body) = answer(Problem::internal("password of db-7 is wrong")).await;
    assert_eq!(body["type"], "https://canvascal.dev/problems/internal");
    assert!(!body.to_string().contains("db-7"));
}

#[actix_web::test]
async fn the_request_id_is_known_without_being_passed() {
    let (_, body) =
        REQUEST_ID.scope("abc".into(), answer(Problem::new(ProblemType::NotFound, "No such task."))).await;
    assert_eq!(body["request_id"], "abc");
}

#[test]
fn a_pointer_survives_odd_names() {
    let error = FieldError::body(["a/b", "m~n", "ü \u{0}"], "");
    assert_eq!(error.place, Place::Pointer("#/a~1b/m~0n/%C3%BC%20%00".into()));
}
