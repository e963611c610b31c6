//! What each request does, as a function of what Canvas knows.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::server::{Answer, Came, Shared, find as value_of, lock, pairs};
use crate::world::{PAGE, PLANNER_PAGE, Taught, World};

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Authorize,
    Token,
    GiveBack,
    /// Of `self`, or of an id.
    User(Option<u64>),
    Profile(Option<u64>),
    Courses,
    Course(u64),
    Assignments(u64),
    Assignment(u64, u64),
    Groups(u64),
    Quizzes(u64),
    Discussions(u64),
    Pages(u64),
    FrontPage(u64),
    Page(u64, String),
    Planner,
}

/// What a request is called, and what it is about if anything is known of it.
pub(crate) fn find(came: &Came) -> (&'static str, Option<Call>) {
    let pieces: Vec<&str> = came.path.trim_matches('/').split('/').collect();
    let number = |text: &str| text.parse::<u64>().ok();
    let of = |name: &'static str, call: Option<Call>| {
        if call.is_some() { (name, call) } else { ("unknown", None) }
    };
    match (came.method.as_str(), pieces.as_slice()) {
        ("GET", ["login", "oauth2", "auth"]) => ("authorize", Some(Call::Authorize)),
        ("POST", ["login", "oauth2", "token"]) => ("token", Some(Call::Token)),
        ("DELETE", ["login", "oauth2", "token"]) => ("give_back", Some(Call::GiveBack)),
        ("GET", ["api", "v1", "users", "self"]) => ("myself", Some(Call::User(None))),
        ("GET", ["api", "v1", "users", "self", "profile"]) => ("profile", Some(Call::Profile(None))),
        ("GET", ["api", "v1", "users", id]) => of("myself", number(id).map(|id| Call::User(Some(id)))),
        ("GET", ["api", "v1", "users", id, "profile"]) => {
            of("profile", number(id).map(|id| Call::Profile(Some(id))))
        }
        ("GET", ["api", "v1", "courses"]) => ("courses", Some(Call::Courses)),
        ("GET", ["api", "v1", "planner", "items"]) => ("planner", Some(Call::Planner)),
        ("GET", ["api", "v1", "courses", course]) => of("course", number(course).map(Call::Course)),
        ("GET", ["api", "v1", "courses", course, rest @ ..]) => {
            let Some(course) = number(course) else { return ("unknown", None) };
            match rest {
                ["assignments"] => ("assignments", Some(Call::Assignments(course))),
                ["assignments", id] => of("assignment", number(id).map(|id| Call::Assignment(course, id))),
                ["assignment_groups"] => ("groups", Some(Call::Groups(course))),
                ["quizzes"] => ("quizzes", Some(Call::Quizzes(course))),
                ["discussion_topics"] => ("discussions", Some(Call::Discussions(course))),
                ["pages"] => ("pages", Some(Call::Pages(course))),
                ["front_page"] => ("front_page", Some(Call::FrontPage(course))),
                ["pages", slug] => {
                    let slug = percent_decode_str(slug).decode_utf8_lossy().into_owned();
                    ("page", Some(Call::Page(course, slug)))
                }
                _ => ("unknown", None),
            }
        }
        _ => ("unknown", None),
    }
}

/// Signing in, and giving back.
pub(crate) fn sign_in(shared: &Shared, came: &Came, call: &Call) -> Answer {
    let now = shared.clock.now();
    match call {
        Call::Authorize => {
            let first = lock(&shared.world).people.keys().next().copied();
            let Some(person) = first else { return Answer::text(400, "text/html", "<html>Nobody</html>") };
            match consent(shared, &came.query, person, true) {
                Some(to) => Answer::redirect(&to),
                None => Answer::text(400, "text/html", "<html>invalid_client</html>"),
            }
        }
        Call::GiveBack => {
            let mut world = lock(&shared.world);
            let Some(person) = world.oauth.person(came.token().unwrap_or_default(), now) else {
                return Answer::bad_token();
            };
            world.oauth.give_back(person);
            Answer::json(200, &json!({}))
        }
        _ => token(shared, came),
    }
}

fn token(shared: &Shared, came: &Came) -> Answer {
    let form = pairs(&came.body);
    let get = |name| value_of(&form, name).unwrap_or_default();
    let denied = |status, error: &str, why: &str| {
        Answer::json(status, &json!({"error": error, "error_description": why}))
    };
    if get("client_id") != shared.client.id || get("client_secret") != shared.client.secret {
        return denied(401, "invalid_client", "invalid client");
    }
    let (now, mut world) = (shared.clock.now(), lock(&shared.world));
    let access = format!("7~{}", world.word(56));
    let tokens = match get("grant_type") {
        "authorization_code" => {
            let refresh = format!("7~{}", world.word(56));
            world.oauth.exchange(get("code"), get("redirect_uri"), (access, refresh), now)
        }
        "refresh_token" => world.oauth.refresh(get("refresh_token"), access, now),
        _ => {
            return denied(
                400,
                "unsupported_grant_type",
                "The grant_type you requested is not currently supported",
            );
        }
    };
    let Some(tokens) = tokens else {
        let what = if get("grant_type") == "refresh_token" { "refresh_token" } else { "authorization_code" };
        return denied(400, "invalid_grant", &format!("{what} not found"));
    };
    let name = world.people.get(&tokens.person).map(|person| person.name.clone());
    let mut body = json!({
        "access_token": tokens.access, "token_type": "Bearer", "expires_in": 3600,
        "user": {"id": tokens.person, "name": name, "global_id": tokens.person.to_string(), "effective_locale": "en"},
        "canvas_region": "us-east-1",
    });
    if let Some(refresh) = tokens.refresh {
        body["refresh_token"] = refresh.into();
    }
    Answer::json(200, &body)
}

/// Where somebody is sent back to from the consent screen; `None` where Canvas shows a page of its own instead.
pub(crate) fn consent(
    shared: &Shared,
    query: &[(String, String)],
    person: u64,
    agrees: bool,
) -> Option<String> {
    let get = |name| value_of(query, name).unwrap_or_default();
    if get("client_id") != shared.client.id
        || get("response_type") != "code"
        || get("redirect_uri").is_empty()
    {
        return None;
    }
    let mut world = lock(&shared.world);
    let mut back = form_urlencoded::Serializer::new(String::new());
    if agrees {
        let code = world.word(64);
        world.oauth.add_code(&code, person, get("redirect_uri"), shared.clock.now());
        back.append_pair("code", &code);
    } else {
        back.append_pair("error", "access_denied");
    }
    back.append_pair("state", get("state"));
    let to = get("redirect_uri");
    let mark = if to.contains('?') { '&' } else { '?' };
    Some(format!("{to}{mark}{}", back.finish()))
}

/// The answer to whoever has a good token.
pub(crate) fn answer(world: &mut World, url: &str, came: &Came, call: &Call, me: u64) -> Answer {
    let found = match call {
        Call::Authorize | Call::Token | Call::GiveBack => None,
        Call::User(Some(id)) | Call::Profile(Some(id)) if *id != me => return Answer::not_allowed(),
        Call::User(_) => world.people.get(&me).map(|person| json!({"id": me, "name": person.name})),
        Call::Profile(_) => world.people.get(&me).map(|person| {
            json!({"id": me, "name": person.name, "time_zone": person.time_zone, "calendar": {"ics": null}})
        }),
        Call::Courses => return list(world, url, came, courses(world, came, me), PAGE),
        Call::Planner => return list(world, url, came, planner(world, came, me), PLANNER_PAGE),
        Call::Course(id) => seen(world, *id, me).map(|course| shown(*id, course, came)),
        Call::Assignment(course, id) => seen(world, *course, me).and_then(|taught| {
            let assigned = taught.assignments.get(id)?;
            Some(assigned.seen_by(me, &|what| came.has("include[]", what)))
        }),
        Call::FrontPage(course) => seen(world, *course, me)
            .and_then(|taught| taught.pages.get(taught.front.as_deref()?).cloned()),
        Call::Page(course, slug) => {
            seen(world, *course, me).and_then(|taught| taught.pages.get(slug).cloned())
        }
        Call::Assignments(course)
        | Call::Groups(course)
        | Call::Quizzes(course)
        | Call::Discussions(course)
        | Call::Pages(course) => {
            let Some(taught) = seen(world, *course, me) else { return Answer::not_found() };
            let (name, rows) = rows(taught, call, came, me);
            if taught.hidden.contains(name) {
                // Of what is switched off some lists say that there is no such thing, and some that it is not allowed.
                return if name == "quizzes" { Answer::not_found() } else { Answer::not_allowed() };
            }
            return list(world, url, came, rows, PAGE);
        }
    };
    found.map_or_else(Answer::not_found, |found| Answer::json(200, &found))
}

fn rows(taught: &Taught, call: &Call, came: &Came, me: u64) -> (&'static str, Vec<Value>) {
    let published = |row: &&Value| row["published"] != json!(false);
    match call {
        Call::Assignments(_) => {
            let seen =
                taught.assignments.values().map(|one| one.seen_by(me, &|what| came.has("include[]", what)));
            ("assignments", seen.collect())
        }
        Call::Groups(_) => ("groups", taught.groups.values().cloned().collect()),
        Call::Quizzes(_) => ("quizzes", taught.quizzes.values().filter(published).cloned().collect()),
        Call::Discussions(_) => {
            ("discussions", taught.discussions.values().filter(published).cloned().collect())
        }
        _ => {
            let without_body = |page: &Value| {
                let mut page = page.clone();
                page.as_object_mut().map(|page| page.remove("body"));
                page
            };
            ("pages", taught.pages.values().map(without_body).collect())
        }
    }
}

/// A part of a list, with the way to the next.
fn list(world: &mut World, url: &str, came: &Came, rows: Vec<Value>, usual: usize) -> Answer {
    let per_page = came.get("per_page").and_then(|rows| rows.parse().ok());
    let Some(part) = world.part(rows, came.get("page"), per_page, usual) else { return Answer::not_found() };
    let mut answer = Answer::json(200, &Value::Array(part.rows));
    let link = |page: &str, rel: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &came.query {
            if !["page", "per_page"].contains(&name.as_str()) {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", page).append_pair("per_page", &part.per_page.to_string());
        format!("<{url}{}?{}>; rel=\"{rel}\"", came.path, query.finish())
    };
    let mut links = vec![link(came.get("page").unwrap_or("first"), "current")];
    links.extend(part.next.as_deref().map(|next| link(next, "next")));
    links.push(link("first", "first"));
    answer.headers.push(("link", links.join(",")));
    answer
}

fn seen(world: &World, course: u64, me: u64) -> Option<&Taught> {
    world.courses.get(&course).filter(|taught| taught.students.contains(&me))
}

fn courses(world: &World, came: &Came, me: u64) -> Vec<Value> {
    let wants_active = came.get("enrollment_state") == Some("active");
    let mine = world.courses.iter().filter(|(_, taught)| taught.students.contains(&me));
    let mine = mine.filter(|(_, taught)| !wants_active || !taught.is_over);
    mine.map(|(id, taught)| shown(*id, taught, came)).collect()
}

fn shown(id: u64, taught: &Taught, came: &Came) -> Value {
    let mut course: Map<String, Value> = taught.said.clone();
    course.insert("id".to_owned(), id.into());
    for optional in ["syllabus_body", "term"] {
        if !came.has("include[]", optional) {
            course.remove(optional);
        }
    }
    course.into()
}

fn planner(world: &World, came: &Came, me: u64) -> Vec<Value> {
    let Some(person) = world.people.get(&me) else { return Vec::new() };
    let (from, to) = (came.get("start_date"), came.get("end_date"));
    let is_within = |at: &Value| {
        let Some(at) = at.as_str() else { return false };
        from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
    };
    let mut items = Vec::new();
    let mut add = |kind: &str, id: u64, course: Option<u64>, at: &Value, plannable: &Value| {
        if is_within(at) {
            let is_ticked = person.ticked.contains(&(kind.to_owned(), id));
            items.push(json!({
                "context_type": course.map(|_| "Course"), "course_id": course, "plannable_type": kind,
                "plannable_id": id, "plannable_date": at, "plannable": plannable, "submissions": false,
                "planner_override": is_ticked.then(|| json!({"marked_complete": true, "dismissed": false})),
            }));
        }
    };
    for (id, note) in &person.notes {
        add("planner_note", *id, note["course_id"].as_u64(), &note["todo_date"], note);
    }
    for (course, taught) in world.courses.iter().filter(|(_, taught)| taught.students.contains(&me)) {
        for (id, assigned) in &taught.assignments {
            let seen = assigned.seen_by(me, &|_| false);
            add("assignment", *id, Some(*course), &seen["due_at"], &seen);
        }
        for page in taught.pages.values() {
            add(
                "wiki_page",
                page["page_id"].as_u64().unwrap_or_default(),
                Some(*course),
                &page["todo_date"],
                page,
            );
        }
    }
    items.sort_by(|one, other| one["plannable_date"].as_str().cmp(&other["plannable_date"].as_str()));
    items
}
