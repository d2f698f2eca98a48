//! The catalog: the operations of one API as its pages describe them.
//!
//! Written by `derive`, read by everything else. The file is `catalog.json`;
//! each JSON Schema it names lies beside it. No sentence of a page is in here:
//! where something was read is a [`Source`], page and lines, and what was said
//! is a keyword, an annotation or a [`Note`] of recognised tokens.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the `catalog.json` format. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// The operations of one API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    pub format: u32,
    /// The API's short name, as in `schemas/<api>/`.
    pub api: String,
    /// The pages it was derived from, in the order of the manifest.
    pub pages: Vec<Page>,
    pub operations: Vec<Operation>,
}

/// One page that the vendor wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Short id, the word before the colon of a citation.
    pub id: String,
    /// File relative to the pages folder.
    pub file: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `sha256:` and 64 hex digits over the page with white space normalised.
    pub digest: String,
    /// The dialect that read it: `markdown`, `rst`, `pipes`, …
    pub dialect: String,
}

/// Where something was read: a page and its lines, 1-based and inclusive.
/// Its text form is that of a citation: `resize:13` or `resize:13-17`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source {
    pub page: String,
    pub first: u32,
    pub last: u32,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            write!(f, "{}:{}", self.page, self.first)
        } else {
            write!(f, "{}:{}-{}", self.page, self.first, self.last)
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

impl std::str::FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        let malformed = || format!("`{text}` is not a citation: expected `<page>:<line>` or `<page>:<first>-<last>`");
        let (page, lines) = text.rsplit_once(':').ok_or_else(malformed)?;
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let first: u32 = first.trim().parse().map_err(|_| malformed())?;
        let last: u32 = last.trim().parse().map_err(|_| malformed())?;
        if page.trim().is_empty() || first == 0 || last < first {
            return Err(malformed());
        }
        Ok(Source { page: page.trim().to_string(), first, last })
    }
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Source, String> {
        text.parse()
    }
}

/// One call of the API. Where one URL multiplexes actions, each action is an
/// operation; several URIs of the same operation are its bindings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Name within the API: the action's name, the manifest's word, or the title in camel case.
    pub id: String,
    pub title: String,
    pub at: Source,
    /// The title or the page marks it as withdrawn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// At least one. Same method in all; other paths.
    pub bindings: Vec<Binding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Parameter>,
    /// Bodies that go out. Empty: the page says there is none.
    /// Several only where API versions differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Body>,
    /// Bodies that come back on success. A documented `None` is a body without schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<Body>,
    /// Statuses the page (or the page it refers to) lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Status>,
    /// API versions with their lifecycle, newest first; empty where the API has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<ApiVersion>,
    /// Fields that exist only from or until a microversion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub microversions: Vec<FieldBound>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// One URI of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// `v2`, `v2.1`, `v1`: the version segment of the path, made unique within the operation.
    pub id: String,
    /// Upper case.
    pub method: String,
    /// `/v2.1/{project_id}/servers/{server_id}/action`, without query text.
    pub path: String,
    pub at: Source,
}

/// The property at the top of the body that selects this operation on a shared URL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub name: String,
    pub at: Source,
}

/// A parameter of path, query or header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    pub required: bool,
    /// JSON Schema of the decoded value, with the `x-` annotations of a property.
    pub schema: serde_json::Value,
    pub at: Source,
}

/// A request or a response body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// API versions it belongs to; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Statuses it comes with; empty for any success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// File of the JSON Schema, relative to the catalog; none for an empty body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub at: Source,
}

/// A documented status code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub code: u16,
    /// The page's own list, or a general table it refers to.
    pub general: bool,
    pub at: Source,
}

/// One version of an operation and where it stands in its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiVersion {
    pub version: String,
    /// `current`, `supported`, `deprecated`, `planned`, or what the page says, in lower case.
    pub state: String,
    /// The date up to which support is assured, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    pub at: Source,
}

/// A field that exists only in some microversions. Bounds are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldBound {
    /// `request` or `response`.
    pub side: String,
    /// JSON pointer of the property within the instance, `*` for any element.
    pub pointer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    pub at: Source,
}

/// A constraint in prose: where it stands and what in it was recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// `state-required`, `state-forbidden`, `effect`, `limit`, `irreversible`, …, or `unread`.
    pub kind: String,
    pub at: Source,
    /// `sha256:` and 64 hex digits of the white-space-normalised text.
    pub digest: String,
    /// Recognised tokens by kind: `fields`, `states`, `numbers`, `operations`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, Vec<String>>,
}

/// What a page leaves open or contradicts, and how it was settled. The file is `doubts.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// Stable name: `<operation>/<kind>[/<subject>]`.
    pub id: String,
    /// `missing-wrapper`, `type-by-example`, `only-in-example`, `no-success-status`, …
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// JSON pointer or other place that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub sides: Vec<Side>,
    /// Index into `sides` of the one taken; none where nothing was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<usize>,
    /// Name of the rule that settled it, as listed in `docs/DOUBTS.md`.
    pub rule: String,
}

/// One side of a doubt, in short tokens, never a sentence of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    pub says: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Source>,
}

/// A citation locked to the text it was made for. The file is `citations.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    pub at: Source,
    /// `sha256:` and 64 hex digits of the white-space-normalised lines.
    pub digest: String,
    /// Digest of the heading it stands under (the heading's text is the page's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// Caption number and first cell of the table row, where it stands in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
}
