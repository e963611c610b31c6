//! How much of a page is read, so that no page takes more than a moment or more than some memory.

/// The largest document that is read. The longest course pages that people write by hand have some hundred kilobytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// Tags of an HTML page that are read; what follows is left aside.
pub const MOST_TAGS: usize = 300_000;

/// How deep boxes, lists and tables may lie in each other. What lies deeper is read as if it lay here.
pub const MOST_DEPTH: usize = 64;

/// Columns of a table.
pub const MOST_COLUMNS: usize = 64;

/// Cells of all tables of a page, each counted as often as its spans repeat it.
pub const MOST_CELLS: usize = 200_000;

/// Bytes of one line that are read. A paragraph is one line.
pub const MOST_LINE_BYTES: usize = 8 * 1024;

/// Comments of an HTML page that are looked into.
pub const MOST_COMMENTS: usize = 500;

/// Dates that one page is read into.
pub const MOST_FOUND: usize = 1_000;

/// Dates written on a page that are weighed as evidence.
pub const MOST_EVIDENCE: usize = 5_000;

/// Characters of a title.
pub const MOST_TITLE_CHARS: usize = 120;

/// Bytes of a snippet.
pub const MOST_SNIPPET_BYTES: usize = 400;
