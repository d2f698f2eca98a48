//! Violations of a schema by a response, in words for a report.

use super::catalog::SourceLines;
use super::compiled_schema::CompiledSchema;
use super::version::RequestedVersion;
use super::walk::{self, SchemaMismatch};
use serde_json::Value;

/// A keyword of a schema that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON pointer into the value; for a missing property, the place where the property belongs.
    pub pointer: String,
    /// The broken keyword: `type`, `required`, `maxLength`, …
    pub keyword: String,
    /// The lines of a page that state the keyword.
    pub source: Option<SourceLines>,
    /// The requirement of the schema, in words.
    pub expected: String,
    /// The value in words: type and size, and content only where the content cannot be a secret.
    pub found: String,
    /// The violation proves nothing: the sources differ on the keyword, or the field is dead, or
    /// only an example shows the field.
    pub doubtful: bool,
}

impl SchemaViolation {
    /// Whether the check needed too much effort and was given up: the value may match the schema, and may not.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.keyword == walk::EFFORT
    }
}

impl CompiledSchema {
    /// Whether the schema requires the property at `pointer` in its parent object.
    #[must_use]
    pub fn requires_property(&self, pointer: &str) -> bool {
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
    pub fn find_violations(&self, value: &Value) -> Vec<SchemaViolation> {
        self.find_violations_at_version(value, None)
    }

    /// All violations of a value in the response to a call with this microversion.
    pub fn find_violations_at_version(&self, value: &Value, microversion: Option<&str>) -> Vec<SchemaViolation> {
        let findings = walk::find_hard_mismatches(self, value, RequestedVersion::read(microversion));
        findings.into_iter().map(|finding| self.make_violation(finding)).collect()
    }

    /// Whether the schema accepts the value.
    pub fn is_valid(&self, value: &Value) -> bool {
        walk::accepts_value(self, super::node::ROOT, value, RequestedVersion::read(None))
    }

    fn make_violation(&self, finding: SchemaMismatch) -> SchemaViolation {
        let node = self.node(finding.node);
        let notes = &node.notes;
        SchemaViolation {
            source: notes.find_source(&finding.keyword).cloned(),
            doubtful: finding.keyword == walk::EFFORT
                || notes.dead
                || notes.untabled
                || node.has_dispute(&finding.keyword),
            pointer: finding.pointer,
            keyword: finding.keyword,
            expected: finding.expected,
            found: finding.found,
        }
    }
}
