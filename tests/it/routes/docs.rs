//! `GET /docs` and `GET /docs/{file}`

use crate::harness::{Api, Ask};

const PAGE: Ask = Ask::get("/docs");
const FILE: Ask = Ask::get("/docs/{file}");

#[tokio::test]
async fn the_page_needs_nothing_but_what_the_program_serves() {
    let api = Api::start().await;
    let stranger = api.caller(None);
    let page = PAGE.by(&stranger).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!page.text.contains("//"), "it names another server: {}", page.text);
    let links: Vec<&str> = page.text.split('"').filter_map(|text| text.strip_prefix("docs/")).collect();
    assert_eq!(links.len(), 5);
    for link in links {
        let reply = FILE.at(link).by(&stranger).await;
        let kind = reply.headers["content-type"].to_str().unwrap();
        let wanted = match link.rsplit('.').next().unwrap() {
            "css" => "text/css",
            "js" => "text/javascript",
            _ => "image/png",
        };
        assert_eq!((reply.status.as_u16(), kind), (200, wanted), "{link}");
        assert!(!reply.text.is_empty());
    }
}

#[tokio::test]
async fn the_page_shows_the_document_of_this_server() {
    let api = Api::start().await;
    let start = FILE.at("swagger-initializer.js").by(&api.caller(None)).await;
    assert!(start.text.contains("\"url\": \"openapi.json\""), "{}", start.text);
    assert!(!start.text.contains("http"), "it names another server: {}", start.text);
}

#[tokio::test]
async fn other_files_are_not_there() {
    let api = Api::start().await;
    for name in ["index.html", "swagger-ui.js", "oauth2-redirect.html", "%2e%2e", "..%2Fopenapi.json", "%00"]
    {
        let reply = FILE.at(name).by(&api.caller(None)).await;
        assert!([400, 404].contains(&reply.status.as_u16()), "{name}: {}", reply.text);
    }
}
