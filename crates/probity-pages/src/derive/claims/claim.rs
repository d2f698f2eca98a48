//! The claims that a description can make about a value.

use crate::document::Line;

/// A claim with the lines it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Cited<T> {
    pub value: T,
    pub first: u32,
    pub last: u32,
}

impl<T> Cited<T> {
    pub fn on(line: &Line, value: T) -> Cited<T> {
        Cited { value, first: line.first, last: line.last }
    }
}

/// Lower and upper bound, inclusive.
pub(in crate::derive) type Bounds = (Option<i64>, Option<i64>);

/// What a page says about the shape of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::derive) enum Format {
    /// Thirty-six characters with hyphens.
    Uuid,
    /// Called a UUID; whether with hyphens is not said.
    UuidLike,
    Base64,
    Ipv4,
    DateTime,
    /// Date and time without a zone.
    LocalDateTime,
}

/// Something said in a way that leaves a doubt: kind, what is written, what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Oddity {
    pub kind: &'static str,
    pub says: String,
    pub taken: String,
    pub first: u32,
    pub last: u32,
}

/// Everything that one description claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct Claims {
    pub length: Option<Cited<Bounds>>,
    /// The length is counted in bytes, not characters.
    pub bytes: bool,
    /// The length of the keys of a map, and of its values.
    pub key_length: Option<Cited<Bounds>>,
    pub value_length: Option<Cited<Bounds>>,
    pub range: Option<Cited<Bounds>>,
    /// The closed list of values, as written.
    pub values: Option<Cited<Vec<String>>>,
    pub format: Option<Cited<Format>>,
    /// A regular expression that is certain.
    pub pattern: Option<Cited<String>>,
    /// Names of character classes where the list is not certainly complete.
    pub charset: Option<Cited<Vec<String>>>,
    pub default: Option<Cited<String>>,
    pub nullable: Option<Cited<()>>,
    pub blank: Option<Cited<()>>,
    /// `unsupported`, `no-effect`, `discarded`, `reserved`, `unused`.
    pub dead: Option<Cited<&'static str>>,
    pub since: Option<Cited<String>>,
    /// Last microversion that has it.
    pub until: Option<Cited<String>>,
    pub mandatory_when: Option<Cited<()>>,
    pub optional: Option<Cited<()>>,
    /// A moment that may lie ahead when it is shown: until then there is nothing to show.
    pub ahead: Option<Cited<()>>,
    /// What it holds differs from case to case, by its description.
    pub varies: Option<Cited<()>>,
    /// It comes back only where something went wrong.
    pub on_error: Option<Cited<()>>,
    pub oddities: Vec<Oddity>,
}
