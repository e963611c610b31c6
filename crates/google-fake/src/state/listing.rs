//! Lists in pages, and what changed since.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::ids::Ids;
use crate::wire::refusal::Refusal;

/// The tokens that were handed out.
#[derive(Default)]
pub(crate) struct Listings {
    points: BTreeMap<String, Point>,
    /// The latest ones: each holds on to all of its list.
    pages: VecDeque<(String, Page)>,
}

/// Older page tokens lead nowhere any more.
const MOST_PAGES: usize = 256;

/// What a sync token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Whose list of what it is.
    pub(crate) of: (String, String),
    /// The last change that was told.
    pub(crate) serial: u64,
    /// The parameters of the first list that go on to hold.
    pub(crate) parameters: Vec<(String, String)>,
}

/// What a page token stands for.
#[derive(Clone)]
struct Page {
    of: (String, String),
    parameters: Vec<(String, String)>,
    rows: Arc<Vec<Option<Value>>>,
    from: usize,
    number: u32,
    point: Option<Point>,
}

/// A page, and the token for what comes after it.
pub(crate) struct Paged {
    pub(crate) items: Vec<Value>,
    pub(crate) next_page: Option<String>,
    pub(crate) next_sync: Option<String>,
}

impl Listings {
    /// Every sync token, and the latest page tokens.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &String> {
        self.points.keys().chain(self.pages.iter().map(|(token, _)| token))
    }

    /// What a sync token stands for. It has to be of the same list.
    pub(crate) fn point(&self, token: &str, of: &(String, String)) -> Result<Point, Refusal> {
        let point = self.points.get(token);
        let point = point.ok_or_else(|| Refusal::invalid_parameter("syncToken"))?;
        if point.of != *of {
            return Err(Refusal::full_sync_required());
        }
        Ok(point.clone())
    }

    /// Which page a token leads to, from 1.
    pub(crate) fn page_number(&self, token: Option<&str>) -> u32 {
        token.and_then(|token| self.page(token)).map_or(1, |page| page.number)
    }

    fn page(&self, token: &str) -> Option<&Page> {
        self.pages.iter().find(|(other, _)| other == token).map(|(_, page)| page)
    }

    /// The first page of these rows. Rows that are `None` were left out, but had a place.
    pub(crate) fn start(
        &mut self,
        of: (String, String),
        parameters: Vec<(String, String)>,
        rows: Vec<Option<Value>>,
        point: Option<Point>,
        size: usize,
        ids: &mut Ids,
    ) -> Paged {
        let rows = Arc::new(rows);
        self.cut(Page { of, parameters, rows, from: 0, number: 1, point }, size, ids)
    }

    /// The page that a token leads to. The parameters have to be those of the first.
    pub(crate) fn next(
        &mut self,
        token: &str,
        of: &(String, String),
        parameters: &[(String, String)],
        size: usize,
        ids: &mut Ids,
    ) -> Result<(Paged, Option<u64>), Refusal> {
        let wrong = || Refusal::invalid_parameter("pageToken");
        let page = self.page(token).filter(|page| page.of == *of).ok_or_else(wrong)?.clone();
        if page.parameters != parameters {
            return Err(wrong());
        }
        let serial = page.point.as_ref().map(|point| point.serial);
        Ok((self.cut(page, size, ids), serial))
    }

    fn cut(&mut self, page: Page, size: usize, ids: &mut Ids) -> Paged {
        let end = page.rows.len().min(page.from.saturating_add(size));
        let items = page.rows[page.from..end].iter().flatten().cloned().collect();
        if end < page.rows.len() {
            let token = ids.token("EiUK", 24);
            self.pages.push_back((token.clone(), Page { from: end, number: page.number + 1, ..page }));
            if self.pages.len() > MOST_PAGES {
                self.pages.pop_front();
            }
            return Paged { items, next_page: Some(token), next_sync: None };
        }
        let next_sync = page.point.map(|point| {
            let token = format!("{}=", ids.token("CP", 22));
            self.points.insert(token.clone(), point);
            token
        });
        Paged { items, next_page: None, next_sync }
    }
}
