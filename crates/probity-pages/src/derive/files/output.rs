//! Writes the result of a derivation into a folder.

use super::error::DeriveError;
use crate::derive::input::Derivation;
use probity_input::read_input_text;
use probity_schema::catalog::Catalog;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Returns the files of a derivation by name, `catalog.json` last.
pub(in crate::derive) fn render_files(derived: &Derivation) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> =
        derived.schemas.iter().map(|(name, schema)| (name.clone(), format_json(schema))).collect();
    out.push(("citations.json".into(), format_json(&derived.citations)));
    out.push(("doubts.json".into(), format_json(&derived.doubts)));
    out.push(("catalog.json".into(), format_json(&derived.catalog)));
    out
}

fn format_json<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a derived value is JSON: its maps have string keys");
    text.push('\n');
    text
}

/// Writes catalog, schemas, citations and doubts into a folder.
///
/// Each file is written under a temporary name and then renamed, the catalog last. Schemas of the earlier catalog
/// without a successor are removed. Unrelated files stay.
///
/// # Errors
///
/// Returns [`DeriveError::Write`] if a file cannot be written. Existing files are then unchanged, unless a rename
/// failed halfway; each file is then whole, old or new.
pub fn write_derivation(derived: &Derivation, dir: &Path) -> Result<(), DeriveError> {
    let fail =
        |path: &Path, error: std::io::Error| DeriveError::Write { path: path.to_path_buf(), cause: error.to_string() };
    std::fs::create_dir_all(dir).map_err(|error| fail(dir, error))?;
    let stale = list_stale_schemas(derived, dir);
    // On an error the temporary files are deleted with their values.
    let mut ready: Vec<(NamedTempFile, PathBuf)> = Vec::new();
    for (name, text) in render_files(derived) {
        let place = dir.join(&name);
        ready.push((write_temporary_file(dir, &name, &text).map_err(|error| fail(&place, error))?, place));
    }
    for (new, place) in ready {
        new.persist(&place).map_err(|error| fail(&place, error.error))?;
    }
    for name in stale {
        let path = dir.join(name);
        std::fs::remove_file(&path).map_err(|error| fail(&path, error))?;
    }
    Ok(())
}

/// Writes a temporary file beside the final place.
fn write_temporary_file(dir: &Path, name: &str, text: &str) -> std::io::Result<NamedTempFile> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".new");
    // Permissions of a normal file instead of a private temporary file, because catalogs are committed.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut new = builder.tempfile_in(dir)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    Ok(new)
}

/// Longest catalog in bytes, as in `probity-schema`.
const CATALOG_BYTES_MAX: u64 = 64 << 20;

/// Returns the schemas of the catalog in the folder that the new catalog does not name.
fn list_stale_schemas(derived: &Derivation, dir: &Path) -> Vec<String> {
    let Ok(text) = read_input_text(&dir.join("catalog.json"), CATALOG_BYTES_MAX) else {
        return Vec::new();
    };
    let Ok(old) = serde_json::from_str::<Catalog>(&text) else {
        return Vec::new();
    };
    let named =
        old.operations.iter().flat_map(|it| it.requests.iter().chain(&it.responses)).filter_map(|it| it.schema.clone());
    // A schema name with a folder was not written by `write_derivation`.
    named
        .filter(|name| !derived.schemas.contains_key(name) && !name.contains(['/', '\\']) && dir.join(name).is_file())
        .collect()
}
