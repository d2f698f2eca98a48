//! Is an input valid, doubtful or invalid, as far as the pages say?

use super::catalog::Source;
use super::shape::{ROOT, Shape, Types};
use super::version::Asked;
use super::walk::{self, Finding};
use serde_json::Value;

/// What the pages promise about an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Obeys every page in the narrowest reading: it must not be refused for its form.
    Valid,
    /// The pages leave it open: neither its acceptance nor its refusal decides anything.
    Doubtful,
    /// Breaks what the pages agree on: it must be refused.
    Invalid,
}

/// The class of an input, with all that kept it from being valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// The worst class of the reasons; valid without any.
    pub class: Class,
    /// What speaks against it. Empty only for a valid input.
    pub reasons: Vec<Reason>,
}

/// One thing that speaks against an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// JSON pointer into the body.
    pub pointer: String,
    /// The broken keyword (`type`, `required`, `maxLength`, …) or `surplus`, `dead`,
    /// `present`, `version`, `empty`, `undescribed`, `charset`, `bytes`, `mandatory-when`, `body`, `no-body`.
    pub kind: String,
    /// Where the page says so.
    pub source: Option<Source>,
    /// The class by this reason alone.
    pub class: Class,
}

/// The same of a body whose shape is that of another version: what breaks it is doubtful at most.
pub fn classify_lent(shape: Option<&Shape>, body: Option<&Value>, microversion: Option<&str>) -> Classified {
    let found = classify(shape, body, microversion);
    let mild = |reason: Reason| Reason { class: reason.class.min(Class::Doubtful), ..reason };
    Classified::of(found.reasons.into_iter().map(mild).collect())
}

/// Classifies a request body (or a parameter) against its shape. `shape` is none
/// where the page documents that there is no body, `body` where none is sent.
///
/// *Invalid* is what breaks something that the pages agree on:
/// - a property is missing that is mandatory without condition in an object that is there;
/// - a mandatory property has a wrong type, null excepted (a number for a text, say);
/// - a present property, mandatory or not, breaks a length, a range, an enumeration or
///   a pattern, and a mandatory one a format;
/// - the body is not an object where one is documented, or is missing though it has
///   mandatory properties.
///
/// *Doubtful* is all else that is not plainly valid:
/// - null, or for an optional property any wrong type or format: many APIs read it as absent;
/// - a property that is not documented, at any depth;
/// - a field that is dead (without effect, unsupported, discarded) or outside of its
///   microversions, and whatever is wrong below it;
/// - a field that only one of two pages on the operation has, and whatever is wrong below it;
/// - a break of a keyword on which sources differ;
/// - a conditionally mandatory property that is absent: the condition is prose;
/// - an empty text or list where no page gives a least length: some APIs take it for
///   absence, and no page promises that it is taken;
/// - a text with characters outside of those that a page names without saying "only",
///   longer in bytes than a limit that the page counts in bytes, or not in a format
///   that the page names but does not hold to everywhere;
/// - entries other than texts in an object or list that no page describes;
/// - a body where none is documented; no body where all of it is optional;
/// - anything but null for an action whose body is null.
///
/// An input with reasons of both kinds is invalid: what must be refused stays so,
/// whatever one thinks of the rest. Total: every value gets a class.
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

fn reason(shape: &Shape, finding: Finding) -> Reason {
    let source = shape.node(finding.node).notes.source_of(&finding.keyword).cloned();
    Reason { pointer: finding.pointer, kind: finding.keyword, source, class: finding.class }
}

/// Whether an absent body breaks something: the root holds a mandatory property.
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
