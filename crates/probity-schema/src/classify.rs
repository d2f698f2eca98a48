//! Classifies inputs as valid, doubtful or invalid.

use super::catalog::Source;
use super::class::Class;
use super::node::ROOT;
use super::shape::Shape;
use super::types::Types;
use super::version::Asked;
use super::walk::{self, Finding};
use serde_json::Value;

/// The class of an input, with the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// The worst class of the reasons; valid without reasons.
    pub class: Class,
    /// Every mismatch of the input. Empty only for a valid input.
    pub reasons: Vec<Reason>,
}

/// One reason why an input is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// JSON pointer into the body.
    pub pointer: String,
    /// The broken keyword (`type`, `required`, `maxLength`, …) or `surplus`, `dead`,
    /// `present`, `version`, `empty`, `undescribed`, `charset`, `bytes`, `mandatory-when`, `body`, `no-body`.
    pub kind: String,
    /// The lines of a page that state the keyword.
    pub source: Option<Source>,
    /// The class of an input with this reason only.
    pub class: Class,
}

/// Classifies a body against the schema of another API version, see [`Schemas::lent`]. The body is
/// doubtful where [`classify`] says invalid.
///
/// [`Schemas::lent`]: crate::Schemas::lent
pub fn classify_lent(shape: Option<&Shape>, body: Option<&Value>, microversion: Option<&str>) -> Classified {
    let found = classify(shape, body, microversion);
    let mild = |reason: Reason| Reason { class: reason.class.min(Class::Doubtful), ..reason };
    Classified::of(found.reasons.into_iter().map(mild).collect())
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
pub fn classify(shape: Option<&Shape>, body: Option<&Value>, microversion: Option<&str>) -> Classified {
    match (shape, body) {
        (None, None) => Classified::of(Vec::new()),
        (None, Some(_)) => Classified::of(vec![Reason::body("no-body", None, Class::Doubtful)]),
        (Some(shape), None) => {
            let class = if demands(shape) { Class::Invalid } else { Class::Doubtful };
            Classified::of(vec![Reason::body("body", root_source(shape), class)])
        }
        (Some(shape), Some(body)) => {
            let findings = walk::all(shape, body, Asked::read(microversion));
            Classified::of(findings.into_iter().map(|finding| reason(shape, finding)).collect())
        }
    }
}

impl Classified {
    fn of(reasons: Vec<Reason>) -> Classified {
        let class = reasons.iter().map(|reason| reason.class).max().unwrap_or(Class::Valid);
        Classified { class, reasons }
    }
}

impl Reason {
    fn body(kind: &str, source: Option<Source>, class: Class) -> Reason {
        Reason { pointer: String::new(), kind: kind.to_string(), source, class }
    }
}

/// The reason of a mismatch.
fn reason(shape: &Shape, finding: Finding) -> Reason {
    let source = shape.node(finding.node).notes.source_of(&finding.keyword).cloned();
    Reason { pointer: finding.pointer, kind: finding.keyword, source, class: finding.class }
}

/// Whether an absent body is invalid: the root has a mandatory property.
fn demands(shape: &Shape) -> bool {
    shape.parts(ROOT).into_iter().any(|id| {
        let node = shape.node(id);
        let certain = |name: &String| match node.prop(name).map(|sub| shape.node(sub)) {
            Some(sub) => !sub.notes.mandatory_when && !sub.notes.dead && !sub.disputes("required"),
            None => true,
        };
        if node.notes.body_optional {
            return false;
        }
        let object = node.types.is_none_or(|types| types == Types::OBJECT);
        object && !node.disputes("required") && node.required.iter().any(certain)
    })
}

fn root_source(shape: &Shape) -> Option<Source> {
    shape.node(ROOT).notes.source.clone()
}
