//! The suites and schemas embedded in the binary.

use crate::schema::CatalogFiles;
use crate::session::{EmbeddedSource, SuiteStore, UserError};
use include_dir::{Dir, include_dir};
use std::path::Path;

static SUITES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/suites");
static SCHEMAS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/schemas");

/// The embedded suites and schemas. A crate that tests its service with them sets
/// [`Conformance::embedded`](crate::Conformance::embedded).
pub static EMBEDDED: &dyn EmbeddedSource = &Embedded;

struct Embedded;

/// A path below `suites`.
fn below_suites(path: &str) -> Option<&Path> {
    Path::new(path).strip_prefix("suites").ok()
}

impl EmbeddedSource for Embedded {
    fn list_files(&self, folder: &str) -> Vec<String> {
        let dir = match below_suites(folder) {
            Some(below) if below.as_os_str().is_empty() => Some(&SUITES),
            Some(below) => SUITES.get_dir(below),
            None => None,
        };
        let name = |file: &include_dir::File<'_>| Some(file.path().file_name()?.to_str()?.to_string());
        dir.into_iter().flat_map(Dir::files).filter_map(name).collect()
    }

    fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        SUITES.get_file(below_suites(path)?).map(|file| file.contents().to_vec())
    }

    fn list_catalogs(&self) -> Vec<String> {
        SCHEMAS.dirs().filter_map(|dir| Some(dir.path().to_str()?.to_string())).collect()
    }

    fn open_catalog(&self, api: &str) -> Option<Box<dyn CatalogFiles>> {
        SCHEMAS.get_dir(api).map(|dir| Box::new(dir.clone()) as Box<dyn CatalogFiles>)
    }
}

/// The schemas of the current folder; without a folder `schemas`, the embedded copies.
///
/// # Errors
/// If there is a folder `suites` without `schemas`.
pub(super) fn find_schemas() -> Result<SuiteStore, UserError> {
    SuiteStore::find_schemas(Path::new(""), Some(EMBEDDED))
}

/// The store of the current folder; without a folder `suites`, the embedded copies.
///
/// # Errors
/// If `suites` exists without `schemas`.
pub(super) fn find_store() -> Result<SuiteStore, UserError> {
    SuiteStore::find(Path::new(""), Some(EMBEDDED))
}
