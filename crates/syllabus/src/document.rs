//! What is read: a text, and the form that it is written in.

use serde::{Deserialize, Serialize};

/// The form that a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A web page, or a part of one, such as the syllabus of a Canvas course.
    Html,
    /// Markdown, with tables and front matter.
    Markdown,
    /// Plain text, such as an e-mail.
    Text,
    /// A calendar file.
    Ics,
}

/// A document to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// The form of the text.
    pub format: Format,
    /// The text.
    pub text: &'a str,
}

impl<'a> Document<'a> {
    /// The document with its form guessed from what is known of it.
    ///
    /// ```
    /// use syllabus::{Document, Format};
    ///
    /// assert_eq!(Document::guess(Some("syllabus.md"), None, "# CS 101").format, Format::Markdown);
    /// assert_eq!(Document::guess(None, None, "<p>Midterm: Oct 5</p>").format, Format::Html);
    /// ```
    pub fn guess(name: Option<&str>, media_type: Option<&str>, text: &'a str) -> Self {
        Self { format: Format::guess(name, media_type, text), text }
    }
}

impl Format {
    /// The form of a file, by its media type, else by the ending of its name, else by what is in it. `text/plain` is
    /// no more than a hint: servers say it of everything.
    pub fn guess(name: Option<&str>, media_type: Option<&str>, text: &str) -> Self {
        media_type
            .and_then(Self::of_media_type)
            .or_else(|| name.and_then(Self::of_name))
            .unwrap_or_else(|| Self::of_content(text))
    }

    fn of_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "text/html" | "application/xhtml+xml" => Self::Html,
            "text/markdown" | "text/x-markdown" => Self::Markdown,
            "text/calendar" => Self::Ics,
            _ => return None,
        })
    }

    fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" | "xhtml" => Self::Html,
            "md" | "markdown" | "mkd" | "qmd" | "rmd" => Self::Markdown,
            "ics" | "ical" | "ifb" => Self::Ics,
            "txt" | "text" | "eml" | "yml" | "yaml" => Self::Text,
            _ => return None,
        })
    }

    fn of_content(text: &str) -> Self {
        let head: String =
            text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).chars().take(4096).collect();
        let lower = head.to_ascii_lowercase();
        if lower.starts_with("begin:vcalendar") {
            return Self::Ics;
        }
        let tags =
            ["<p", "<td", "<div", "<li", "<br", "<h1", "<h2", "<h3", "<table", "<html", "<body", "<!doctype"];
        if tags.iter().any(|tag| lower.contains(tag)) && !lower.starts_with('#') && !lower.starts_with("---")
        {
            return Self::Html;
        }
        let marks = lower.lines().filter(|line| {
            let line = line.trim_start();
            line.starts_with("# ")
                || line.starts_with("## ")
                || line.starts_with("|--")
                || line.starts_with("| --")
        });
        if lower.starts_with("---") || marks.count() > 0 { Self::Markdown } else { Self::Text }
    }
}
