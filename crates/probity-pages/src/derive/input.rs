//! Input and result of a derivation.

use super::reading_summary::ReadingSummary;
use super::words::PageWords;
use crate::document::Document;
use crate::manifest::PageEntry;
use probity_schema::catalog::{Catalog, Citation, Doubt, SourceLines};
use serde_json::Value;
use std::collections::BTreeMap;

/// A page as input of a derivation.
#[derive(Debug, Clone)]
pub struct PageInput {
    /// Id, file, edition and rulings from the manifest.
    pub entry: PageEntry,
    /// The text of the whole page.
    pub text: String,
    /// The page as read by the reader of the dialect.
    pub document: Document,
}

/// The result of a derivation.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The operations. Each named schema is in `schemas`.
    pub catalog: Catalog,
    /// JSON Schemas by file name.
    pub schemas: BTreeMap<String, Value>,
    /// Every source in the catalog, the schemas and the doubts, and every requested source, locked to the cited text.
    pub citations: Vec<Citation>,
    /// The contradictions and gaps of the pages, with their rulings.
    pub doubts: Vec<Doubt>,
    /// What was read of each page.
    pub reading: ReadingSummary,
}

/// Options of a derivation.
#[derive(Debug, Clone, Default)]
pub struct DeriveOptions {
    /// Sources that suites cite. Derivation locks them beside the sources of the catalog.
    pub cited: Vec<SourceLines>,
    /// Date of today, `YYYY-MM-DD`. With a date, derivation decides doubts about the lifecycles of versions.
    pub today: Option<String>,
    /// The words by which pages head their parts and columns.
    pub words: PageWords,
}
