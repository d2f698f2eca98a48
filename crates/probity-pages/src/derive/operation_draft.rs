//! An operation and the bodies of an operation before their doubts have ids.

use super::field::{BodyDirection, DraftField};
use super::notes::LinkedNote;
use crate::manifest::is_word;
use probity_schema::catalog::{ActionKey, ApiVersion, Binding, DocumentedStatus, SourceLines};

/// An operation before the doubts of the operation have ids.
#[derive(Debug)]
pub(super) struct DraftOperation {
    pub page: usize,
    /// Identifies the operation among the operations of the page. Equals the index of the page if the page has one
    /// operation.
    pub unit: usize,
    pub id: String,
    pub title: String,
    pub at: SourceLines,
    pub deprecated: bool,
    pub bindings: Vec<Binding>,
    pub action: Option<ActionKey>,
    pub path: Vec<DraftField>,
    pub query: Vec<DraftField>,
    pub headers: Vec<DraftField>,
    pub requests: Vec<DraftBody>,
    pub responses: Vec<DraftBody>,
    pub statuses: Vec<DocumentedStatus>,
    pub versions: Vec<ApiVersion>,
    pub notes: Vec<LinkedNote>,
}

impl DraftOperation {
    /// Returns the request bodies or the response bodies.
    pub fn bodies(&self, way: BodyDirection) -> &[DraftBody] {
        if way == BodyDirection::Request { &self.requests } else { &self.responses }
    }

    /// Returns the request bodies or the response bodies for changes.
    pub fn bodies_mut(&mut self, way: BodyDirection) -> &mut [DraftBody] {
        if way == BodyDirection::Request { &mut self.requests } else { &mut self.responses }
    }
}

/// A body as a tree of fields. A body without fields and without `list` is empty.
#[derive(Debug, Clone)]
pub(super) struct DraftBody {
    pub way: BodyDirection,
    pub versions: Vec<String>,
    pub statuses: Vec<u16>,
    /// Part of the file name that distinguishes bodies of one operation, such as `error`.
    pub suffix: String,
    pub fields: Vec<DraftField>,
    /// The body is a list of objects with `fields`.
    pub list: bool,
    pub at: SourceLines,
    /// Requirements on the body as a whole, where the page states more than fields.
    pub root: Option<Box<DraftField>>,
    /// The examples, each compared with the schema of the body.
    pub checks: Vec<ExampleCheck>,
}

/// How one example agrees with the schema of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExampleCheck {
    pub valid: bool,
    /// A doubt names a difference between the example and the page.
    pub doubted: bool,
}

impl DraftBody {
    /// Returns a body that the page declares empty.
    pub fn empty(way: BodyDirection, at: SourceLines) -> DraftBody {
        DraftBody {
            way,
            versions: Vec::new(),
            statuses: Vec::new(),
            suffix: String::new(),
            fields: Vec::new(),
            list: false,
            at,
            root: None,
            checks: Vec::new(),
        }
    }

    /// Whether the body has no schema.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.root.is_none()
    }
}

/// A name of a page as the id of an operation: unchanged if the name can be an id, and in camel case otherwise. The id
/// becomes part of file names.
pub(super) fn make_word(name: &str) -> String {
    if is_word(name) { name.to_string() } else { to_camel_case(name) }
}

/// Names an operation after the title; after method and path if the title has no letters of an id.
pub(super) fn name_operation(title: &str, method: &str, path: &str) -> String {
    let bare: String = title.chars().filter(char::is_ascii_alphabetic).collect();
    if !bare.is_empty() {
        return to_camel_case(title);
    }
    let version = |step: &&str| step.starts_with('v') && step[1..].chars().all(|c| c.is_ascii_digit() || c == '.');
    let steps: Vec<&str> =
        path.split('/').filter(|it| !it.is_empty() && !it.contains('{')).filter(|it| !version(it)).collect();
    to_camel_case(&format!("{} {}", method.to_lowercase(), steps.join(" ")))
}

/// Writes the words in brackets of a title in camel case; empty without brackets.
pub(super) fn list_bracket_words(title: &str) -> String {
    let inner: Vec<&str> = title.split(['(', '（']).skip(1).filter_map(|it| it.split([')', '）']).next()).collect();
    let bare: String = inner.join(" ").chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect();
    if bare.trim().is_empty() { String::new() } else { to_camel_case(&bare) }
}

/// Most characters of an id in camel case. File names have an end (255 bytes at most systems), and need some for more
/// than the id.
pub(super) const CAMEL_CASE_MAX: usize = 100;

/// Writes a title as one word: `Dimming a Lamp (Old)` becomes `dimmingALamp`.
pub(super) fn to_camel_case(title: &str) -> String {
    let mut depth = 0;
    let bare: String = title
        .chars()
        .map(|c| {
            match c {
                '(' | '（' => depth += 1,
                ')' | '）' => {
                    depth -= 1;
                    return ' ';
                }
                _ => {}
            }
            if depth > 0 || !c.is_ascii_alphanumeric() { ' ' } else { c }
        })
        .collect();
    let mut out = String::new();
    for word in bare.split_whitespace() {
        let mut chars = word.chars();
        let first = chars.next().unwrap_or_default();
        if out.is_empty() {
            out.push(first.to_ascii_lowercase());
        } else {
            out.push(first.to_ascii_uppercase());
        }
        out.extend(chars.map(|c| c.to_ascii_lowercase()));
    }
    out.truncate(CAMEL_CASE_MAX);
    if out.is_empty() { "operation".into() } else { out }
}
