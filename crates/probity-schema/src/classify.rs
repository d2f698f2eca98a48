//! Classifies inputs as valid, doubtful or invalid.

use super::catalog::SourceLines;
use super::class::InputClass;
use super::compiled_schema::CompiledSchema;
use super::node::ROOT;
use super::types::JsonTypes;
use super::version::RequestedVersion;
use super::walk::{self, SchemaMismatch};
use serde_json::Value;

/// The class of an input, with the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// The worst class of the reasons; valid without reasons.
    pub class: InputClass,
    /// Every mismatch of the input. Empty only for a valid input.
    pub reasons: Vec<ClassReason>,
}

/// One reason why an input is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassReason {
    /// JSON pointer into the body.
    pub pointer: String,
    /// The broken keyword (`type`, `required`, `maxLength`, …) or `surplus`, `dead`,
    /// `present`, `version`, `empty`, `undescribed`, `charset`, `bytes`, `mandatory-when`, `body`, `no-body`.
    pub kind: String,
    /// The requirement, in words.
    pub expected: String,
    /// The input in words: type and size, and content only where the content cannot be a secret.
    pub found: String,
    /// The lines of a page that state the keyword.
    pub source: Option<SourceLines>,
    /// The class of an input with this reason only.
    pub class: InputClass,
}

/// Classifies a body against the schema of another API version, see
/// [`CompiledCatalog::borrows_request_schema`](crate::CompiledCatalog::borrows_request_schema). The body is doubtful
/// where [`classify_input`] says invalid.
pub fn classify_by_other_version(
    shape: Option<&CompiledSchema>,
    body: Option<&Value>,
    microversion: Option<&str>,
) -> Classification {
    let found = classify_input(shape, body, microversion);
    let mild = |reason: ClassReason| ClassReason { class: reason.class.min(InputClass::Doubtful), ..reason };
    Classification::from_reasons(found.reasons.into_iter().map(mild).collect())
}

/// Classifies a request body or a parameter. `shape` is none where the page documents no body,
/// and `body` is none where the call sends no body. Every value gets a class.
///
/// An input is *invalid* if it breaks a rule on which the pages agree:
/// - an unconditionally mandatory property is missing in an object of the body;
/// - a mandatory property has a wrong type other than null, such as a number for a text;
/// - a property, mandatory or not, breaks a length, a range, an enumeration or a pattern;
/// - a mandatory property breaks a format;
/// - the body is not an object where the page documents an object;
/// - the body is missing and has mandatory properties.
///
/// An input is *doubtful* if it is not invalid and has:
/// - null, or in an optional property any wrong type or format: many APIs read these as absent;
/// - an undocumented property, at any depth;
/// - a dead field (without effect, unsupported, discarded), a field outside of its microversions,
///   or a field on only one of two pages, with every mismatch below the field;
/// - a mismatch with a keyword on which sources differ;
/// - no conditionally mandatory property: the condition is prose;
/// - an empty text or list without a documented least length: some APIs read it as absent;
/// - a text with characters beyond those that the page lists without "only", above a limit in
///   bytes, or without the format that the page names and does not follow everywhere;
/// - an entry other than a text in an object or list that no page describes;
/// - a body where the page documents none, or no body where every property is optional;
/// - a value other than null for an action with the body null.
///
/// An input with reasons of both kinds is invalid.
pub fn classify_input(
    shape: Option<&CompiledSchema>,
    body: Option<&Value>,
    microversion: Option<&str>,
) -> Classification {
    match (shape, body) {
        (None, None) => Classification::from_reasons(Vec::new()),
        (None, Some(_)) => {
            Classification::from_reasons(vec![ClassReason::for_body("no-body", None, InputClass::Doubtful)])
        }
        (Some(shape), None) => {
            let class = if needs_body(shape) { InputClass::Invalid } else { InputClass::Doubtful };
            Classification::from_reasons(vec![ClassReason::for_body("body", find_root_source(shape), class)])
        }
        (Some(shape), Some(body)) => {
            let findings = walk::find_all_mismatches(shape, body, RequestedVersion::read(microversion));
            Classification::from_reasons(
                findings.into_iter().map(|finding| make_class_reason(shape, finding)).collect(),
            )
        }
    }
}

impl Classification {
    fn from_reasons(reasons: Vec<ClassReason>) -> Classification {
        let class = reasons.iter().map(|reason| reason.class).max().unwrap_or(InputClass::Valid);
        Classification { class, reasons }
    }
}

impl ClassReason {
    fn for_body(kind: &str, source: Option<SourceLines>, class: InputClass) -> ClassReason {
        let (expected, found) = match kind {
            "no-body" => ("no body", "a body"),
            _ => ("a body", "no body"),
        };
        let (expected, found) = (expected.to_string(), found.to_string());
        ClassReason { pointer: String::new(), kind: kind.to_string(), expected, found, source, class }
    }
}

/// The reason of a mismatch.
fn make_class_reason(shape: &CompiledSchema, finding: SchemaMismatch) -> ClassReason {
    let source = shape.node(finding.node).notes.find_source(&finding.keyword).cloned();
    ClassReason {
        pointer: finding.pointer,
        kind: finding.keyword,
        expected: finding.expected,
        found: finding.found,
        source,
        class: finding.class,
    }
}

/// Whether an absent body is invalid: the root has a mandatory property.
fn needs_body(shape: &CompiledSchema) -> bool {
    shape.included_nodes(ROOT).into_iter().any(|id| {
        let node = shape.node(id);
        let certain = |name: &String| match node.find_property(name).map(|sub| shape.node(sub)) {
            Some(sub) => !sub.notes.mandatory_when && !sub.notes.dead && !sub.has_dispute("required"),
            None => true,
        };
        if node.notes.body_optional {
            return false;
        }
        let object = node.types.is_none_or(|types| types == JsonTypes::OBJECT);
        object && !node.has_dispute("required") && node.required.iter().any(certain)
    })
}

fn find_root_source(shape: &CompiledSchema) -> Option<SourceLines> {
    shape.node(ROOT).notes.source.clone()
}
