//! Requests to one endpoint, and what every endpoint has in common.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Map, Value, json};

use super::{Api, Caller, Reply, Token};

/// A request to an endpoint, as yet of nobody.
#[derive(Clone)]
pub(crate) struct Ask {
    method: Method,
    path: &'static str,
    id: Option<String>,
    body: Option<Value>,
}

impl Ask {
    pub(crate) const fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) const fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) const fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(crate) const fn patch(path: &'static str) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(crate) const fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(crate) const fn new(method: Method, path: &'static str) -> Self {
        Self { method, path, id: None, body: None }
    }

    /// About this event, task or proposal.
    pub(crate) fn of(self, object: &Value) -> Self {
        let id = object.get("id").or(object.get("proposal_id")).and_then(Value::as_str).unwrap();
        self.at(id)
    }

    /// About whatever has this id.
    pub(crate) fn at(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// With this body.
    pub(crate) fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it.
    pub(crate) async fn by(&self, caller: &Caller) -> Reply {
        let body = self.body.as_ref().map(Value::to_string);
        caller.send(self.method.clone(), &self.url_path(), body).await
    }

    fn url_path(&self) -> String {
        match &self.id {
            Some(id) => self.path.replace("{id}", id).replace("{file}", id),
            None => self.path.to_owned(),
        }
    }

    /// Asserts that nobody gets anywhere with it who does not prove to be a user, and that nothing is changed.
    pub(crate) async fn turns_strangers_away(&self, api: &Api) {
        let before = api.rows().await;
        let token = || Token::of("ada", &api.clock);
        let (genuine, other) = (token().text(), Token::of("eve", &api.clock).text());
        let forged = [&genuine[..=genuine.rfind('.').unwrap()], other.rsplit('.').next().unwrap()].concat();
        let mut told = Map::new();
        for (name, token, status, slug) in [
            ("no token", None, 401, "missing-token"),
            ("an expired token", Some(token().expired(&api.clock).text()), 401, "expired-token"),
            (
                "another issuer",
                Some(token().with("iss", "https://clerk.evil.example").text()),
                401,
                "invalid-token",
            ),
            ("another party", Some(token().with("azp", "https://evil.example").text()), 401, "invalid-token"),
            ("no party", Some(token().with("azp", Value::Null).text()), 401, "invalid-token"),
            ("another signature", Some(forged), 401, "invalid-token"),
            ("a pending session", Some(token().with("sts", "pending").text()), 403, "session-pending"),
        ] {
            let reply = self.by(&api.caller(token)).await;
            let mut problem = reply.problem(status, slug);
            if let Some(challenge) = reply.headers.get("www-authenticate") {
                // Where a server is to learn more differs from test to test.
                let challenge = challenge.to_str().unwrap().split(", resource_metadata=").next();
                problem["www-authenticate"] = json!(challenge);
            }
            told.insert(name.to_owned(), problem);
        }
        insta::assert_json_snapshot!("strangers", told);
        assert_eq!(api.rows().await, before, "a stranger changed something");
    }

    /// Asserts that users who are no admins get nowhere with it and change nothing, and that admins get in.
    pub(crate) async fn turns_users_away(&self, api: &Api) {
        let before = api.rows().await;
        let mut told = Vec::new();
        for token in [
            Token::of("ada", &api.clock),
            Token::of("ada", &api.clock).with("metadata", json!({"role": "member"})),
            Token::of("ada", &api.clock).with("metadata", json!(["admin"])),
            Token::of("ada", &api.clock).with("role", "admin"),
            Token::of("ada", &api.clock).with("o", json!({"id": "org_1", "rol": "member"})),
        ] {
            told.push(self.by(&api.caller(Some(token.text()))).await.problem(403, "forbidden"));
        }
        told.dedup();
        insta::assert_json_snapshot!("users", told);
        assert_eq!(api.rows().await, before, "a user changed something");
        let status = self.by(&api.admin("root")).await.status;
        assert!(status.is_success(), "an admin was told {status}");
    }

    /// Asserts that what is Ada's is to Eve as if it were nobody's, and stays as it is.
    pub(crate) async fn stays_hidden_from_others(self, api: &Api) {
        let before = api.rows_of("ada").await;
        let eve = api.user("eve");
        let of_ada = self.by(&eve).await.problem(404, "not-found");
        assert_eq!(api.rows_of("ada").await, before, "Eve changed something of Ada's");
        let of_nobody = self.at(NOBODYS).by(&eve).await.problem(404, "not-found");
        assert_eq!(of_ada, of_nobody);
        insta::assert_json_snapshot!("not_found", of_ada);
    }

    /// Asserts that what is no id at all is told so, admins included.
    pub(crate) async fn wants_an_id(mut self, api: &Api) {
        let mut told = Map::new();
        for id in ["7", "none", "00000000-0000-0000-0000-00000000000g", "%00", "%F0%9F%92%A5", "%2e%2e"] {
            self = self.at(id);
            told.insert(id.to_owned(), self.by(&api.admin("root")).await.problem(400, "invalid-parameter"));
        }
        insta::assert_json_snapshot!("ids", told);
    }

    /// Asserts that a body which is no JSON, not said to be, or too large is refused, and that nothing is changed.
    pub(crate) async fn wants_json(&self, api: &Api) {
        let before = api.rows().await;
        let mut told = Map::new();
        let too_large = format!("{{\"title\": \"{}\"}}", "x".repeat(256 * 1024));
        for (name, content, body, status, slug) in [
            ("nothing", JSON, "", 400, "malformed-json"),
            ("half an object", JSON, "{\"tit", 400, "malformed-json"),
            ("a list", JSON, "[]", 422, "invalid-body"),
            ("words", JSON, "title=Algebra", 400, "malformed-json"),
            ("half a character", JSON, "{\"\\ud800\": 1}", 400, "malformed-json"),
            ("no type", &[], "{}", 415, "unsupported-media-type"),
            ("text", &[("content-type", "text/plain")], "{}", 415, "unsupported-media-type"),
            (
                "a form",
                &[("content-type", "application/x-www-form-urlencoded")],
                "a=b",
                415,
                "unsupported-media-type",
            ),
            ("a zipped body", ZIPPED, "{}", 415, "unsupported-media-type"),
            ("too much", JSON, &too_large, 413, "body-too-large"),
        ] {
            let reply = self.raw(api, content, body).await;
            told.insert(name.to_owned(), reply.problem(status, slug));
        }
        insta::assert_json_snapshot!("unreadable_bodies", told);
        assert_eq!(api.rows().await, before, "an unreadable body changed something");
    }

    async fn raw(&self, api: &Api, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{}{}", api.url, self.url_path()))
            .header("authorization", format!("Bearer {}", Token::of("ada", &api.clock).text()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        api.caller(None).ask(request.body(Full::from(body.to_owned())).unwrap()).await
    }

    /// What Ada is told of each body. Each is refused as one that does not fit, and changes nothing.
    pub(crate) async fn refusals<'a>(
        mut self,
        api: &Api,
        bodies: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Value {
        let before = api.rows().await;
        let ada = api.user("ada");
        let mut told = Map::new();
        for (name, body) in bodies {
            self = self.with(body);
            let problem = self.by(&ada).await.problem(422, "invalid-body");
            let detail = &problem["detail"];
            let errors =
                problem.get("errors").unwrap_or_else(|| panic!("{name}: no field is named: {detail}"));
            assert!(told.insert(name.to_owned(), errors.clone()).is_none(), "{name} is there twice");
        }
        assert_eq!(api.rows().await, before, "a refused body changed something");
        told.into()
    }
}

impl Caller {
    /// Every item of a list, page by page.
    pub(crate) async fn walk(&self, list: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = list.to_owned();
        loop {
            let page = self.get(&next).await.json(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return items };
            let sign = if list.contains('?') { '&' } else { '?' };
            next = format!("{list}{sign}cursor={cursor}");
        }
    }

    /// What is told of each query, none of which is usable.
    pub(crate) async fn refused_queries(&self, path: &str, queries: &[&str]) -> Value {
        let mut told = Map::new();
        for query in queries {
            let reply = self.get(&format!("{path}?{query}")).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            let problem = reply.problem(400, "invalid-parameter");
            told.insert((*query).to_owned(), problem["errors"].clone());
        }
        told.into()
    }
}

impl Reply {
    /// Asserts that this is the answer to what was done and leaves nothing to tell.
    #[track_caller]
    pub(crate) fn nothing(&self) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (204, ""));
    }
}

/// An id that nothing has.
pub(crate) const NOBODYS: &str = "00000000-0000-4000-8000-00000000abcd";

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const ZIPPED: &[(&str, &str)] = &[("content-type", "application/json"), ("content-encoding", "gzip")];

/// `object` with other members, null among them.
pub(crate) fn with(object: &Value, members: Value) -> Value {
    let mut object = object.clone();
    let Value::Object(members) = members else { panic!("{members} are no members") };
    object.as_object_mut().unwrap().extend(members);
    object
}

/// `object` without a member.
pub(crate) fn without(object: &Value, member: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(member).unwrap();
    object
}
