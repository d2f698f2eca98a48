//! The pages that a suite cites.

use crate::schema::catalog::Catalog;
use std::collections::BTreeMap;

/// Pages by their short id, each with what tells it from another of that id: a digest of its text, or
/// its file.
pub type Pages = BTreeMap<String, String>;

/// The pages of a catalog, told apart by their text.
#[must_use]
pub fn pages_of(catalog: &Catalog) -> Pages {
    catalog.pages.iter().map(|page| (page.id.clone(), page.digest.clone())).collect()
}
