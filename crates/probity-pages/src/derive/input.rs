//! What derivation is given and what it returns.

use crate::document::Document;
use crate::manifest::PageEntry;
use probity_schema::catalog::{Catalog, Citation, Doubt, Source};
use serde_json::Value;
use std::collections::BTreeMap;

/// A page as derivation takes it: what the manifest says of it, its text, and the text as a document.
#[derive(Debug, Clone)]
pub struct PageInput {
    /// Id, file, edition, and what a person settled about it.
    pub entry: PageEntry,
    /// The whole page.
    pub text: String,
    /// The page as its dialect's reader gives it.
    pub document: Document,
}

/// Everything that the pages of an API give.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The operations; each schema it names is in `schemas`.
    pub catalog: Catalog,
    /// JSON Schemas by file name.
    pub schemas: BTreeMap<String, Value>,
    /// Every place that the catalog or a schema names, and those asked for, locked to its text.
    pub citations: Vec<Citation>,
    /// What the pages leave open, and how it was settled.
    pub doubts: Vec<Doubt>,
}

/// What else derivation is told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Places that suites cite; they are locked beside those of the catalog.
    pub cited: Vec<Source>,
    /// `YYYY-MM-DD`. With it, doubts about lifecycles that a date decides are decided.
    pub today: Option<String>,
}
