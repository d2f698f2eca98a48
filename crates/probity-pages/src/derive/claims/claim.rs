//! The claims of a description about a value.

use crate::document::PageLine;

/// A claim with the lines of the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct CitedClaim<T> {
    pub value: T,
    pub first: u32,
    pub last: u32,
}

impl<T> CitedClaim<T> {
    /// Returns a claim on one line.
    pub fn on_line(line: &PageLine, value: T) -> CitedClaim<T> {
        CitedClaim { value, first: line.first, last: line.last }
    }
}

/// Lower and upper bound, inclusive.
pub(in crate::derive) type ClaimBounds = (Option<i64>, Option<i64>);

/// A documented format of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::derive) enum DocumentedFormat {
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
pub(in crate::derive) struct OddClaim {
    pub kind: &'static str,
    pub says: String,
    pub taken: String,
    pub first: u32,
    pub last: u32,
}

/// All claims of one description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct DescriptionClaims {
    pub length: Option<CitedClaim<ClaimBounds>>,
    /// The length counts bytes, not characters.
    pub bytes: bool,
    /// Length of the keys of a map, and of the values.
    pub key_length: Option<CitedClaim<ClaimBounds>>,
    pub value_length: Option<CitedClaim<ClaimBounds>>,
    pub range: Option<CitedClaim<ClaimBounds>>,
    /// The closed list of values, as written.
    pub values: Option<CitedClaim<Vec<String>>>,
    pub format: Option<CitedClaim<DocumentedFormat>>,
    /// A regular expression for a complete character set.
    pub pattern: Option<CitedClaim<String>>,
    /// Names of character classes, if the list may be incomplete.
    pub charset: Option<CitedClaim<Vec<String>>>,
    pub default: Option<CitedClaim<String>>,
    pub nullable: Option<CitedClaim<()>>,
    pub blank: Option<CitedClaim<()>>,
    /// The members are pairs of a key and a value that the user chooses.
    pub pairs: Option<CitedClaim<()>>,
    /// The value must not be blank.
    pub filled: Option<CitedClaim<()>>,
    /// `unsupported`, `no-effect`, `discarded`, `reserved`, `unused`.
    pub dead: Option<CitedClaim<&'static str>>,
    pub since: Option<CitedClaim<String>>,
    /// Last microversion with the field.
    pub until: Option<CitedClaim<String>>,
    pub mandatory_when: Option<CitedClaim<()>>,
    pub optional: Option<CitedClaim<()>>,
    /// A moment that can lie in the future. Until then the field has no value.
    pub ahead: Option<CitedClaim<()>>,
    /// The contents differ from case to case, by the description.
    pub varies: Option<CitedClaim<()>>,
    /// The field is returned only after a failure.
    pub on_error: Option<CitedClaim<()>>,
    pub oddities: Vec<OddClaim>,
}
