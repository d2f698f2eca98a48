//! The catalog: the operations of one API as its pages describe them.
//!
//! `derive` writes the file `catalog.json`, with the JSON Schemas beside it; every other part of the
//! program only reads. A catalog contains no sentence of a page. A [`SourceLines`] cites page and lines,
//! and keywords, annotations or a [`ProseNote`] of recognised tokens state the content.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the `catalog.json` format. A reader refuses newer versions.
pub const FORMAT: u32 = 1;

/// The operations of one API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Version of the format, see [`FORMAT`].
    pub format: u32,
    /// The API's short name, as in `schemas/<api>/`.
    pub api: String,
    /// The pages, in the order of the manifest.
    pub pages: Vec<CatalogPage>,
    /// The operations, in the order of the pages.
    pub operations: Vec<Operation>,
}

impl Catalog {
    /// The parameters that the path of each operation has, such as a project.
    #[must_use]
    pub fn list_shared_parameters(&self) -> BTreeSet<&str> {
        let first = self.operations.iter().take(1).flat_map(|operation| &operation.path);
        let is_shared = |name: &&str| {
            self.operations.iter().all(|operation| operation.path.iter().any(|parameter| parameter.name == *name))
        };
        first.map(|parameter| parameter.name.as_str()).filter(is_shared).collect()
    }
}

/// One page of the vendor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogPage {
    /// Short id, the word before the colon of a citation.
    pub id: String,
    /// File relative to the pages folder.
    pub file: String,
    /// Title of the page.
    pub title: String,
    /// Edition or issue date, as the manifest states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Address of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `sha256:` and 64 hex digits of the page with white space normalised.
    pub digest: String,
    /// The dialect of the page: `markdown`, `rst`, `pipes`, …
    pub dialect: String,
}

/// A page and lines, 1-based and inclusive. The text form is the form of a citation:
/// `resize:13` or `resize:13-17`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceLines {
    /// Short id of the page.
    pub page: String,
    /// First line.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

impl std::fmt::Display for SourceLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            write!(f, "{}:{}", self.page, self.first)
        } else {
            write!(f, "{}:{}-{}", self.page, self.first, self.last)
        }
    }
}

impl From<SourceLines> for String {
    fn from(source: SourceLines) -> String {
        source.to_string()
    }
}

impl std::str::FromStr for SourceLines {
    type Err = String;

    fn from_str(text: &str) -> Result<SourceLines, String> {
        let malformed = || format!("`{text}` is not a citation: expected `<page>:<line>` or `<page>:<first>-<last>`");
        let (page, lines) = text.rsplit_once(':').ok_or_else(malformed)?;
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let first: u32 = first.trim().parse().map_err(|_| malformed())?;
        let last: u32 = last.trim().parse().map_err(|_| malformed())?;
        if page.trim().is_empty() || first == 0 || last < first {
            return Err(malformed());
        }
        Ok(SourceLines { page: page.trim().to_string(), first, last })
    }
}

impl TryFrom<String> for SourceLines {
    type Error = String;

    fn try_from(text: String) -> Result<SourceLines, String> {
        text.parse()
    }
}

/// One operation of the API. Where one URL multiplexes actions, each action is an operation.
/// Several URIs of one operation are its bindings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Name within the API: the name of the action, the name in the manifest, or the title in camel case.
    pub id: String,
    /// Title in the page.
    pub title: String,
    /// The lines of the title.
    pub at: SourceLines,
    /// The title or the page marks the operation as withdrawn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// At least one. All have one method and different paths.
    pub bindings: Vec<Binding>,
    /// The action, where one URL has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionKey>,
    /// Parameters of the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<OperationParameter>,
    /// Parameters of the query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<OperationParameter>,
    /// Parameters in headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<OperationParameter>,
    /// Request bodies: none if the page documents no body, several only where API versions differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<OperationBody>,
    /// Response bodies of a success. A documented `None` is a body without schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<OperationBody>,
    /// Statuses that the page, or a page of general statuses, lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<DocumentedStatus>,
    /// API versions with their lifecycle, newest first; empty where the API has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<ApiVersion>,
    /// Fields that exist only from or until a microversion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub microversions: Vec<FieldVersions>,
    /// Constraints in prose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ProseNote>,
}

/// One URI of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// `v2`, `v2.1`, `v1`: the version segment of the path, made unique within the operation.
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// `/v2.1/{project_id}/servers/{server_id}/action`, without query.
    pub path: String,
    /// The lines of the URI.
    pub at: SourceLines,
}

/// The top property of the body that selects the operation on a shared URL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionKey {
    /// Name of the property.
    pub name: String,
    /// The lines that name the property.
    pub at: SourceLines,
}

/// A parameter of a path, a query or a header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationParameter {
    /// Name of the parameter.
    pub name: String,
    /// Whether every call must have the parameter.
    pub required: bool,
    /// JSON Schema of the decoded value, with the `x-` annotations of a property.
    pub schema: serde_json::Value,
    /// The lines of the parameter.
    pub at: SourceLines,
}

/// A request body or a response body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationBody {
    /// API versions with this body; empty for all versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Statuses with this body; empty for any success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// File of the JSON Schema, relative to the catalog; none for an empty body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The lines of the body.
    pub at: SourceLines,
}

impl Operation {
    /// The binding with an id, or the first one of an operation that has no such binding. `None` without a binding, which no
    /// catalog has.
    #[must_use]
    pub fn choose_binding(&self, id: &str) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.id == id).or(self.bindings.first())
    }
}

impl OperationBody {
    /// Whether the page describes the content of a success.
    pub fn describes_success(&self) -> bool {
        self.schema.is_some() && (self.statuses.is_empty() || self.has_status_of(2))
    }

    /// Whether the page describes the content of a refusal: a response with a status of 400 to 499.
    pub fn describes_refusal(&self) -> bool {
        self.schema.is_some() && self.has_status_of(4)
    }

    fn has_status_of(&self, class: u16) -> bool {
        self.statuses.iter().any(|status| status / 100 == class)
    }
}

/// A documented status code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedStatus {
    /// The status code.
    pub code: u16,
    /// True for a status of a general table, false for a status in the list of the page itself.
    pub general: bool,
    /// The lines of the status.
    pub at: SourceLines,
}

/// One version of an operation with its lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiVersion {
    /// The version as the page writes it.
    pub version: String,
    /// `current`, `supported`, `deprecated`, `planned`, or another word of the page, in lower case.
    pub state: String,
    /// The last date with assured support, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// The lines of the version.
    pub at: SourceLines,
}

/// A field that exists only in a range of microversions, both ends inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldVersions {
    /// `request` or `response`.
    pub side: String,
    /// JSON pointer of the property within the body, `*` for any element.
    pub pointer: String,
    /// First microversion with the field; none if open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Last microversion with the field; none if open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The lines of the range.
    pub at: SourceLines,
}

/// A constraint in prose: its lines and its recognised tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProseNote {
    /// `state-required`, `state-forbidden`, `effect`, `limit`, `irreversible`, …, or `unread`.
    pub kind: String,
    /// The lines of the constraint.
    pub at: SourceLines,
    /// `sha256:` and 64 hex digits of the text with white space normalised.
    pub digest: String,
    /// Recognised tokens by kind: `fields`, `states`, `numbers`, `operations`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, Vec<String>>,
}

/// A place where pages contradict each other or leave a fact open, with the ruling. The file is `doubts.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// Stable name, `<operation>/<kind>[/<subject>]`.
    pub id: String,
    /// `missing-wrapper`, `type-by-example`, `only-in-example`, `no-success-status`, …
    pub kind: String,
    /// The operation, if the doubt concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// JSON pointer or name of the disputed part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The contradicting statements.
    pub sides: Vec<DoubtSide>,
    /// Index into `sides` of the accepted side; none if no side was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<usize>,
    /// Name of the rule behind the ruling, as listed in `docs/DOUBTS.md`.
    pub rule: String,
}

/// One side of a doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubtSide {
    /// The statement in short tokens, never a sentence of the page.
    pub says: String,
    /// The lines of the statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<SourceLines>,
}

/// A citation with digests of the cited text. The file is `citations.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The cited lines.
    pub at: SourceLines,
    /// `sha256:` and 64 hex digits of the lines with white space normalised.
    pub digest: String,
    /// Digest of the heading above the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// Caption number and first cell of the table row, for lines in a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
}
