//! What a value breaks of its shape, in words for a report.

use super::catalog::Source;
use super::shape::Shape;
use super::version::Asked;
use super::walk::{self, Finding};
use serde_json::Value;

/// One thing that a value breaks of its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the value; of a missing property, where it should be.
    pub pointer: String,
    /// The schema keyword that is broken: `type`, `required`, `maxLength`, …
    pub keyword: String,
    /// Where the page says so.
    pub source: Option<Source>,
    /// What the schema asks for, in our words.
    pub expected: String,
    /// What was there instead: its type and size; content only where it cannot be a secret.
    pub found: String,
    /// The sources differ on the keyword, or the field is dead or known from an example
    /// only: the violation proves nothing.
    pub doubtful: bool,
}

impl Shape {
    /// Whether the object around this place demands the property that the pointer leads to.
    #[must_use]
    pub fn demands(&self, pointer: &str) -> bool {
        let Some((parents, name)) = pointer.rsplit_once('/') else { return false };
        let plain = |key: &str| key.replace("~1", "/").replace("~0", "~");
        let mut at = &self.schema;
        for key in parents.split('/').skip(1) {
            let property = &at["properties"][&plain(key)];
            at = if property.is_null() && key.parse::<usize>().is_ok() { &at["items"] } else { property };
        }
        let name = plain(name);
        at["required"].as_array().is_some_and(|required| required.iter().any(|known| known.as_str() == Some(&name)))
    }

    /// What the value breaks of the schema, by pointer in the order of the schema.
    /// Formats are asserted; surplus properties break nothing. A field that exists
    /// only from some microversion is not missed.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        self.violations_at(value, None)
    }

    /// As [`Shape::violations`], for a call with this microversion.
    pub fn violations_at(&self, value: &Value, microversion: Option<&str>) -> Vec<Violation> {
        let findings = walk::hard(self, value, Asked::read(microversion));
        findings.into_iter().map(|finding| self.violation(finding)).collect()
    }

    /// Whether the schema accepts the value.
    pub fn is_valid(&self, value: &Value) -> bool {
        walk::accepts(self, super::shape::ROOT, value, Asked::read(None))
    }

    fn violation(&self, finding: Finding) -> Violation {
        let node = self.node(finding.node);
        let notes = &node.notes;
        Violation {
            source: notes.source_of(&finding.keyword).cloned(),
            doubtful: notes.dead || notes.untabled || node.disputes(&finding.keyword),
            pointer: finding.pointer,
            keyword: finding.keyword,
            expected: finding.expected,
            found: finding.found,
        }
    }
}
