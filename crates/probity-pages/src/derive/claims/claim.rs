//! The claims of a description about a value.

use crate::document::Line;

/// A claim with the lines of the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Cited<T> {
    pub value: T,
    pub first: u32,
    pub last: u32,
}

impl<T> Cited<T> {
    /// Returns a claim on one line.
    pub fn on(line: &Line, value: T) -> Cited<T> {
        Cited { value, first: line.first, last: line.last }
    }
}

/// Lower and upper bound, inclusive.
pub(in crate::derive) type Bounds = (Option<i64>, Option<i64>);

/// A documented format of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::derive) enum Format {
    /// Thirty-six characters with hyphens.
    Uuid,
    /// Called a UUID, without a statement about hyphens.
    UuidLike,
    Base64,
    Ipv4,
    DateTime,
    /// Date and time without a zone.
    LocalDateTime,
}

/// A statement that leaves a doubt: kind, wording, interpretation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Oddity {
    pub kind: &'static str,
    pub says: String,
    pub taken: String,
    pub first: u32,
    pub last: u32,
}

/// All claims of one description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct Claims {
    pub length: Option<Cited<Bounds>>,
    /// The length counts bytes, not characters.
    pub bytes: bool,
    /// Length of the keys of a map, and of the values.
    pub key_length: Option<Cited<Bounds>>,
    pub value_length: Option<Cited<Bounds>>,
    pub range: Option<Cited<Bounds>>,
    /// The closed list of values, as written.
    pub values: Option<Cited<Vec<String>>>,
    pub format: Option<Cited<Format>>,
    /// A regular expression for a complete character set.
    pub pattern: Option<Cited<String>>,
    /// Names of character classes, if the list may be incomplete.
    pub charset: Option<Cited<Vec<String>>>,
    pub default: Option<Cited<String>>,
    pub nullable: Option<Cited<()>>,
    pub blank: Option<Cited<()>>,
    /// `unsupported`, `no-effect`, `discarded`, `reserved`, `unused`.
    pub dead: Option<Cited<&'static str>>,
    pub since: Option<Cited<String>>,
    /// Last microversion with the field.
    pub until: Option<Cited<String>>,
    pub mandatory_when: Option<Cited<()>>,
    pub optional: Option<Cited<()>>,
    /// A moment that can lie in the future. Until then the field has no value.
    pub ahead: Option<Cited<()>>,
    /// The contents differ from case to case, by the description.
    pub varies: Option<Cited<()>>,
    /// The field is returned only after a failure.
    pub on_error: Option<Cited<()>>,
    pub oddities: Vec<Oddity>,
}
