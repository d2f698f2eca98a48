//! The pages that a suite cites.

use crate::schema::catalog::Catalog;
use std::collections::BTreeMap;

/// Pages by id, each with a digest of the text or, where no digest is known, the file name.
pub type PageDigests = BTreeMap<String, String>;

/// The pages of a catalog, with the digest of the text.
#[must_use]
pub fn collect_page_digests(catalog: &Catalog) -> PageDigests {
    catalog.pages.iter().map(|page| (page.id.clone(), page.digest.clone())).collect()
}
