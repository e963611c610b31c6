use time::OffsetDateTime;

/// What an item of a course is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// Something to hand in.
    Assignment,
    /// Questions to answer.
    Quiz,
    /// Something to take part in.
    Discussion,
    /// A page to read by some day.
    Page,
    /// What students note for themselves.
    Note,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Assignment, Self::Quiz, Self::Discussion, Self::Page, Self::Note];

    /// The name used in the database, and in names of items.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assignment => "assignment",
            Self::Quiz => "quiz",
            Self::Discussion => "discussion",
            Self::Page => "page",
            Self::Note => "note",
        }
    }

    /// The kind called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Whose account it is, as Canvas knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteUser {
    /// Their id there.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// The IANA name of their zone.
    pub time_zone: Option<String>,
}

/// A course that somebody takes part in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteCourse {
    /// Its id there.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is called for short.
    pub code: String,
    /// The term that it is held in.
    pub term: Option<String>,
    /// The IANA name of its zone.
    pub time_zone: Option<String>,
    /// Whether its groups of assignments have a weight in the grade; else points count.
    pub is_weighted: bool,
    /// What is said of it, as HTML.
    pub syllabus: Option<String>,
}

/// A group of assignments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteGroup {
    /// Its id there.
    pub id: String,
    /// Its part of the grade, in thousandths of the whole.
    pub weight_permille: u32,
}

/// What an assignment is done as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Something is handed in.
    #[default]
    Work,
    /// Questions are answered.
    Quiz,
    /// Something is taken part in.
    Discussion,
}

/// Something to be done for a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteItem {
    /// What it is.
    pub kind: ItemKind,
    /// Its id there, among those of its kind.
    pub id: String,
    /// The course's id there; `None` where it belongs to none.
    pub course: Option<String>,
    /// What it is called.
    pub title: String,
    /// When it is due for this user, if at any time.
    pub due: Option<OffsetDateTime>,
    /// What it is worth, in hundredths of a point.
    pub points: Option<u64>,
    /// The group that it is graded with.
    pub group: Option<String>,
    /// What an assignment is done as.
    pub form: Form,
    /// Whether students see it.
    pub is_published: bool,
    /// Whether it counts for the grade.
    pub is_counted: bool,
    /// Whether there is nothing left to do: it was handed in, graded, excused, or ticked off.
    pub is_done: bool,
}

/// A page of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePage {
    /// What it is called in addresses.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// What it says, as HTML.
    pub body: String,
    /// When it was last changed.
    pub updated_at: Option<OffsetDateTime>,
}
