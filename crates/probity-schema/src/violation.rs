//! Violations of a schema by a response, in words for a report.

use super::catalog::Source;
use super::shape::Shape;
use super::version::Asked;
use super::walk::{self, Finding};
use serde_json::Value;

/// A keyword of a schema that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the value; for a missing property, the place where the property belongs.
    pub pointer: String,
    /// The broken keyword: `type`, `required`, `maxLength`, …
    pub keyword: String,
    /// The lines of a page that state the keyword.
    pub source: Option<Source>,
    /// The requirement of the schema, in words.
    pub expected: String,
    /// The value in words: type and size, and content only where the content cannot be a secret.
    pub found: String,
    /// The violation proves nothing: the sources differ on the keyword, or the field is dead, or
    /// only an example shows the field.
    pub doubtful: bool,
}

impl Shape {
    /// Whether the schema requires the property at `pointer` in its parent object.
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

    /// All violations of a value, in the order of the schema. Formats are asserted. A surplus
    /// property is no violation, and neither is the absence of a field with an `x-since`.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        self.violations_at(value, None)
    }

    /// All violations of a value in the response to a call with this microversion.
    pub fn violations_at(&self, value: &Value, microversion: Option<&str>) -> Vec<Violation> {
        let findings = walk::hard(self, value, Asked::read(microversion));
        findings.into_iter().map(|finding| self.violation(finding)).collect()
    }

    /// Whether the schema accepts the value.
    pub fn is_valid(&self, value: &Value) -> bool {
        walk::accepts(self, super::node::ROOT, value, Asked::read(None))
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
