//! How much a doubt matters to a client of the API.

use probity_schema::catalog::Doubt;
use serde::Serialize;

/// How much a doubt matters to a client. The heaviest is first in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DoubtWeight {
    /// A client cannot build a request, or cannot find a value in a response, without a guess.
    High,
    /// A client must expect more values, types or statuses than the page says.
    Medium,
    /// A slip of the page, which a reader can repair.
    Low,
}

impl DoubtWeight {
    /// The weight in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            DoubtWeight::High => "high",
            DoubtWeight::Medium => "medium",
            DoubtWeight::Low => "low",
        }
    }
}

/// Kinds about the shape of a body or a call, whatever the direction.
const SHAPES: [&str; 11] = [
    "flat-table",
    "missing-wrapper",
    "required-not-shown",
    "several-methods",
    "unread-call",
    "request-unsaid",
    "response-unsaid",
    "body-by-example",
    "swapped-columns",
    "type-by-link",
    "described-twice",
];

/// Kinds that matter more in a request: the sender must choose.
const CHOICES: [&str; 10] = [
    "type-by-example",
    "enum-by-example",
    "limit-by-example",
    "format-by-example",
    "example-invalid",
    "only-in-example",
    "name-case",
    "map-by-example",
    "table-unjoined",
    "conditional-mandatory",
];

/// Slips that a reader repairs.
const SLIPS: [&str; 14] = [
    "example-not-json",
    "misspelt-type",
    "later-than",
    "microversion-equality",
    "encoding-called-encryption",
    "same-name",
    "duplicate-row",
    "ragged-row",
    "undescribed-object",
    "dead-but-returned",
    "example-none",
    "unread-table",
    "unread-heading",
    "unread-column",
];

/// Weighs a doubt for a client, by its kind and its direction.
#[must_use]
pub fn weigh_doubt(doubt: &Doubt) -> DoubtWeight {
    let kind = doubt.kind.as_str();
    let subject = doubt.subject.as_deref().unwrap_or_default();
    let request = !subject.starts_with("response");
    if SHAPES.contains(&kind) || CHOICES.contains(&kind) && request {
        DoubtWeight::High
    } else if SLIPS.contains(&kind) {
        DoubtWeight::Low
    } else {
        DoubtWeight::Medium
    }
}
