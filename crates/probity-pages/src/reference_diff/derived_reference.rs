//! The files of a derivation, read from a folder.

use probity_input::read_input_text;
use probity_schema::catalog::Catalog;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest file of a derived reference in bytes, as in `probity-schema`.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A catalog with the schemas that the catalog names.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedReference {
    /// The operations and pages.
    pub catalog: Catalog,
    /// JSON Schemas by file name.
    pub schemas: BTreeMap<String, Value>,
}

/// A file of a derived reference cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct UnreadableReference {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub cause: String,
}

impl DerivedReference {
    /// Reads `catalog.json` and the schemas of a folder.
    ///
    /// # Errors
    ///
    /// [`UnreadableReference`] if the catalog or a schema that the catalog names is missing or malformed.
    pub fn load(folder: &Path) -> Result<DerivedReference, UnreadableReference> {
        let catalog: Catalog = read_json(&folder.join("catalog.json"))?;
        let mut schemas = BTreeMap::new();
        for one in &catalog.operations {
            for file in one.requests.iter().chain(&one.responses).filter_map(|it| it.schema.as_ref()) {
                let path = folder.join(file);
                // A name with a folder was not written by `derive`.
                if file.contains(['/', '\\']) {
                    return Err(UnreadableReference { path, cause: "a schema lies beside its catalog".into() });
                }
                schemas.insert(file.clone(), read_json(&path)?);
            }
        }
        Ok(DerivedReference { catalog, schemas })
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, UnreadableReference> {
    let fail = |cause: String| UnreadableReference { path: path.to_path_buf(), cause };
    let text = read_input_text(path, FILE_BYTES_MAX).map_err(|error| fail(error.cause))?;
    serde_json::from_str(&text).map_err(|error| fail(error.to_string()))
}
