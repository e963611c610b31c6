//! The pages of a course, which are kept to be read: its syllabus, the page that it begins with, and what these link to.

use std::collections::BTreeSet;
use std::convert::Infallible;

use planner_core::time::Moment;
use uuid::Uuid;

use super::rules::{cut, one_line};
use super::sync::optional;
use crate::identity::User;
use crate::ports::Access;
use crate::ports::canvas::{
    Account, Canvas, CanvasError, Host, PageHead, PageRecord, RemoteCourse, RemotePage,
};
use crate::validate::MAX_TITLE_CHARS;
use crate::{App, Failure};

/// The longest page that is kept as a whole, in bytes.
const LONGEST: usize = 1 << 20;

/// The most pages that are read because something links to them.
const MOST_LINKED: usize = 20;

/// The longest name of a page in addresses, in bytes.
const LONGEST_SLUG: usize = 255;

impl App {
    /// The pages of a course as they were last read, with what they say.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such course.
    pub async fn canvas_pages(
        &self,
        user: &User,
        course: Uuid,
    ) -> Result<Vec<PageRecord>, Failure<Infallible>> {
        let mut unit = self.begin(user, Access::Read).await?;
        unit.canvas_course(course).await?.ok_or(Failure::NotFound)?;
        let pages = unit.canvas_pages(course).await?;
        unit.commit().await?;
        Ok(pages)
    }
}

/// Reads the pages of a course.
pub(super) async fn read(
    service: &dyn Canvas,
    account: &Account,
    course: &RemoteCourse,
    id: Uuid,
    now: Moment,
) -> Result<Vec<PageRecord>, CanvasError> {
    let mut pages = Vec::new();
    let mut linked = Vec::new();
    if let Some(body) = course.syllabus.as_deref().filter(|body| !body.trim().is_empty()) {
        linked.extend(links(body, &account.host, &course.id));
        let head = head(PageHead::SYLLABUS.to_owned(), "Syllabus", body, now);
        pages.push(PageRecord { course: id, head, body: kept(body).to_owned() });
    }
    let mut known = BTreeSet::new();
    if let Some(front) = optional(service.front_page(account, &course.id).await)?.flatten() {
        linked.extend(links(&front.body, &account.host, &course.id));
        known.insert(front.slug.clone());
        pages.push(record(id, &front, now));
    }
    for slug in linked {
        if known.len() > MOST_LINKED || !known.insert(slug.clone()) {
            continue;
        }
        if let Some(page) = optional(service.page(account, &course.id, &slug).await)?.flatten() {
            pages.push(record(id, &page, now));
        }
    }
    pages.sort_by(|one, other| one.head.place.cmp(&other.head.place));
    pages.dedup_by(|one, other| one.head.place == other.head.place);
    Ok(pages)
}

fn record(course: Uuid, page: &RemotePage, now: Moment) -> PageRecord {
    let head = head(format!("pages/{}", page.slug), &page.title, &page.body, now);
    let head = PageHead { updated_at: page.updated_at, ..head };
    PageRecord { course, head, body: kept(&page.body).to_owned() }
}

fn head(place: String, title: &str, body: &str, read_at: Moment) -> PageHead {
    let title = cut(&one_line(title), MAX_TITLE_CHARS);
    PageHead { place, title, is_cut: body.len() > LONGEST, updated_at: None, read_at }
}

/// As much of a page as is kept.
fn kept(body: &str) -> &str {
    &body[..body.floor_char_boundary(LONGEST)]
}

/// The names of a course's own pages that are linked to, in their order. A link is known by its path, wherever in the
/// page it stands: pages that nobody sees a link to are read at most in vain.
fn links(html: &str, host: &Host, course: &str) -> Vec<String> {
    let path = format!("/courses/{course}/pages/");
    let ends = |c: char| c.is_whitespace() || ['"', '\'', '?', '#', '/', '<', '>', '&', '\\'].contains(&c);
    let mut found = Vec::new();
    for (at, _) in html.match_indices(&path) {
        let (before, rest) = (&html[..at], &html[at + path.len()..]);
        let is_own = before.ends_with(['"', '\'', '='])
            || [format!("//{host}"), format!("//{host}/api/v1")]
                .iter()
                .any(|own| before.ends_with(own.as_str()));
        let slug = rest.split(ends).next().unwrap_or_default();
        let is_new = !["", ".", ".."].contains(&slug)
            && slug.len() <= LONGEST_SLUG
            && !found.iter().any(|one| one == slug);
        if is_own && is_new {
            found.push(slug.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_pages_of_the_same_course_at_the_same_canvas_are_found() {
        let html = r#"<a href="/courses/7/pages/week-1">1</a> <a href='/courses/7/pages/week-2?module_item_id=3'>2</a>
            <a href="https://canvas.example.edu/courses/7/pages/week-3#top" data-api-endpoint=
            "https://canvas.example.edu/api/v1/courses/7/pages/week-3">3</a> <a href="/courses/7/pages/week-1">again</a>
            <a href="/courses/8/pages/other-course">x</a> <a href="https://evil.example/courses/7/pages/evil">x</a>
            <a href="https://evil.canvas.example.edu/courses/7/pages/evil">x</a> /courses/7/pages/text
            <a href="/courses/7/pages/">x</a> <a href="/courses/7/pages/..">up</a>"#;
        let found = links(html, &Host::known("canvas.example.edu"), "7");
        assert_eq!(found, ["week-1", "week-2", "week-3"]);
    }

    #[test]
    fn of_a_page_that_is_too_long_the_beginning_is_kept() {
        let long = "ü".repeat(LONGEST);
        assert_eq!(kept(&long).len(), LONGEST);
        assert_eq!(kept("short"), "short");
        let odd = format!("x{long}");
        assert_eq!(kept(&odd).len(), LONGEST - 1);
    }
}
