//! From content lines to components: calendars, their events, to-dos and zones.
//!
//! The lines are read one by one with the crate `icalendar`. Its reader of whole files gives a file up at the first
//! line that is wrong, tells no line of the file, and calls itself for each component within a component.

use icalendar::parser::Property as ContentLine;

use crate::fault::{Fault, ParseError, Warnings, clipped};
use crate::limits::{MOST_BYTES, MOST_COMPONENTS, MOST_DEPTH};
use crate::lines::{self, Line};

/// The components of which something is read. What lies in others, such as an alarm, is passed over.
const READ: [&str; 7] = ["VCALENDAR", "VEVENT", "VTODO", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"];

/// The components that lie in a calendar and in nothing else: where one begins, what came before it has ended.
const OF_A_CALENDAR: [&str; 5] = ["VEVENT", "VTODO", "VFREEBUSY", "VTIMEZONE", "VJOURNAL"];

/// The properties that are read. Lines of others may be as wrong as they like.
const PROPERTIES: [&str; 28] = [
    "ATTENDEE",
    "CATEGORIES",
    "COMPLETED",
    "DTEND",
    "DTSTAMP",
    "DTSTART",
    "DUE",
    "DURATION",
    "EXDATE",
    "EXRULE",
    "LAST-MODIFIED",
    "LOCATION",
    "METHOD",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
    "SEQUENCE",
    "STATUS",
    "SUMMARY",
    "TRANSP",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "UID",
    "X-LIC-LOCATION",
    "X-MICROSOFT-CDO-ALLDAYEVENT",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-WR-TIMEZONE",
];

/// Where a calendar says whose it is.
const CALENDAR_NAME: &str = "X-WR-CALNAME";

/// A component and what lies in it.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) properties: Vec<Property>,
    pub(crate) children: Vec<Component>,
}

impl Component {
    fn new(name: &str, line: usize) -> Self {
        Self { name: name.to_owned(), line, properties: Vec::new(), children: Vec::new() }
    }

    /// The first property of this name.
    pub(crate) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// All properties of this name, in the order of the file.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// The value of the first property of this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.property(name).map(|property| property.value.trim())
    }
}

/// A property with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// In upper case.
    pub(crate) name: String,
    /// Unescaped, but for lists of texts.
    pub(crate) value: String,
    pub(crate) line: usize,
    parameters: Vec<(String, String)>,
}

impl Property {
    /// Reads one content line; `None` where it is none.
    pub(crate) fn parse(line: usize, text: &str) -> Option<Self> {
        let end = text.find([':', ';'])?;
        // Only a name in upper case tells the crate below that a value is text and escaped.
        let text = format!("{}{}", text[..end].trim().to_ascii_uppercase(), &text[end..]);
        let parsed = ContentLine::try_from(text.as_str()).ok()?;
        // A line without a colon would be read as a name without a value, whatever follows the name.
        if parsed.name.as_str().is_empty()
            || (parsed.val.as_str().is_empty() && !text.trim_end().ends_with(':'))
        {
            return None;
        }
        let text = |part: &icalendar::parser::ParseString<'_>| part.as_str().trim().to_owned();
        let parameter = |parameter: &icalendar::parser::Parameter<'_>| {
            (text(&parameter.key).to_ascii_uppercase(), parameter.val.as_ref().map(text).unwrap_or_default())
        };
        let parameters = parsed.params.iter().map(parameter).collect();
        Some(Self { name: text(&parsed.name), value: parsed.val.as_str().to_owned(), line, parameters })
    }

    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter has this value, in whatever case.
    pub(crate) fn says(&self, parameter: &str, value: &str) -> bool {
        self.parameter(parameter).is_some_and(|said| said.eq_ignore_ascii_case(value))
    }
}

/// Reads the calendars of a file. Components outside of one are taken as one more calendar.
pub(crate) fn read(file: &[u8], warnings: &mut Warnings) -> Result<Vec<Component>, ParseError> {
    if file.len() > MOST_BYTES {
        return Err(ParseError::TooLarge);
    }
    if file.starts_with(b"\xFF\xFE") || file.starts_with(b"\xFE\xFF") {
        return Err(ParseError::Utf16);
    }
    let mut reader = Reader::new(warnings);
    let mut first_line = None;
    for line in lines::unfold(file) {
        first_line.get_or_insert(line.number);
        reader.take(&line)?;
    }
    let Some(line) = first_line else { return Err(ParseError::Empty) };
    let calendars = reader.finish();
    if calendars.is_empty() { Err(ParseError::NotACalendar { line }) } else { Ok(calendars) }
}

/// A component that has begun.
struct Open {
    name: String,
    line: usize,
    /// What is read of it; `None` where it is passed over.
    read: Option<Component>,
}

/// Reads line after line into the components that are open.
struct Reader<'a> {
    warnings: &'a mut Warnings,
    /// What has begun and not ended, the outermost first.
    open: Vec<Open>,
    calendars: Vec<Component>,
    /// What lies outside of any calendar.
    loose: Component,
    count: usize,
}

impl<'a> Reader<'a> {
    fn new(warnings: &'a mut Warnings) -> Self {
        let loose = Component::new("VCALENDAR", 0);
        Self { warnings, open: Vec::new(), calendars: Vec::new(), loose, count: 0 }
    }

    fn take(&mut self, line: &Line<'_>) -> Result<(), ParseError> {
        match line.name().as_str() {
            "BEGIN" => self.begin(line),
            "END" => {
                self.end(line);
                Ok(())
            }
            name => {
                if PROPERTIES.contains(&name) || name == CALENDAR_NAME {
                    self.property(line);
                }
                Ok(())
            }
        }
    }

    fn begin(&mut self, line: &Line<'_>) -> Result<(), ParseError> {
        let name = component_name(line);
        if name == "VCALENDAR" {
            self.close_down_to(0);
        } else if OF_A_CALENDAR.contains(&name.as_str()) {
            let calendar = self.open.iter().rposition(|open| open.name == "VCALENDAR");
            self.close_down_to(calendar.map_or(0, |calendar| calendar + 1));
        }
        self.count += 1;
        if self.count > MOST_COMPONENTS {
            return Err(ParseError::TooManyComponents { line: line.number });
        }
        if self.open.len() >= MOST_DEPTH {
            return Err(ParseError::TooDeep { line: line.number });
        }
        let lies_in_what_is_read = self.open.last().is_none_or(|open| open.read.is_some());
        let is_read = lies_in_what_is_read && READ.contains(&name.as_str());
        let read = is_read.then(|| Component::new(&name, line.number));
        self.open.push(Open { name, line: line.number, read });
        Ok(())
    }

    fn end(&mut self, line: &Line<'_>) {
        let name = component_name(line);
        match self.open.iter().rposition(|open| open.name == name) {
            Some(position) => {
                self.close_down_to(position + 1);
                self.close();
            }
            None => self.warnings.add(line.number, None, Fault::EndsNothing(clipped(&name))),
        }
    }

    /// Closes what should have ended before.
    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(open) = self.open.last() {
                self.warnings.add(open.line, None, Fault::NotEnded(clipped(&open.name)));
            }
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(Open { read: Some(component), .. }) = self.open.pop() else { return };
        if component.name == "VCALENDAR" {
            self.calendars.push(component);
            return;
        }
        match self.open.last_mut() {
            Some(Open { read: Some(parent), .. }) => parent.children.push(component),
            Some(_) => {}
            None => self.loose.children.push(component),
        }
    }

    fn property(&mut self, line: &Line<'_>) {
        let Some(Open { read: Some(component), .. }) = self.open.last_mut() else { return };
        let (text, is_utf8) = line.text();
        if !is_utf8 {
            self.warnings.add_once(line.number, Fault::NotUtf8);
        }
        match Property::parse(line.number, &text) {
            Some(property) => component.properties.push(property),
            None => self.warnings.add(line.number, None, Fault::Malformed(clipped(&text))),
        }
    }

    fn finish(mut self) -> Vec<Component> {
        self.close_down_to(0);
        if !self.loose.children.is_empty() {
            self.calendars.push(self.loose);
        }
        self.calendars
    }
}

/// What begins or ends with a line, in upper case.
fn component_name(line: &Line<'_>) -> String {
    let (text, _) = line.text();
    text.split_once(':').map(|(_, name)| name.trim().to_ascii_uppercase()).unwrap_or_default()
}
