//! Reads pages and derives an API.

use super::direct::{beside, direct};
use super::error::{DeriveError, Sources, Warning};
use crate::derive::derivation::derive;
use crate::derive::input::{Derived, Options, PageInput};
use crate::derive::{openapi, tables};
use crate::dialect;
use crate::document::{Block, Document, Trouble};
use crate::manifest::{self, ManifestError, PageEntry};
use crate::text::{digest, normalise};
use std::path::{Path, PathBuf};

/// Reads the pages and derives the API.
///
/// The files of a manifest are relative to `pages_dir`. For pages that are named directly, `pages_dir` is unused.
///
/// # Errors
///
/// Returns a [`DeriveError`] if the manifest or a page cannot be read, or if no page has content to derive.
pub fn derive_files(
    sources: &Sources,
    pages_dir: &Path,
    options: &Options,
) -> Result<(Derived, Vec<Warning>), DeriveError> {
    let (manifest, base, whole) = match sources {
        Sources::Manifest(path) => (
            manifest::parse(path, &read_text(path, "name a manifest that exists")?)?,
            pages_dir.to_path_buf(),
            path.clone(),
        ),
        Sources::Pages { api, paths } => {
            (direct(api, paths)?, PathBuf::new(), paths.first().cloned().unwrap_or_default())
        }
    };
    let lenient = matches!(sources, Sources::Pages { .. });
    let mut warnings = Vec::new();
    let mut inputs = Vec::new();
    for entry in &manifest.pages {
        let path = base.join(&entry.file);
        let bytes = std::fs::read(&path).map_err(|error| DeriveError::Missing {
            path: path.clone(),
            cause: error.to_string(),
            remedy: "check the folder given with --pages and the file in the manifest".into(),
        })?;
        let beside = |file: &str| beside(&base, &path, file);
        let mut document = dialect::read_with(&path.display().to_string(), &bytes, &beside)?;
        if let Some(title) = &entry.section {
            document = document.cut(title).ok_or_else(|| DeriveError::Missing {
                path: path.clone(),
                cause: format!("the page has no section `{title}`"),
                remedy: "check `section:` in the manifest".into(),
            })?;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        warn(entry, &path, &text, &document.troubles, &mut warnings);
        unknown_operation(entry, &document, &whole)?;
        let entry = if lenient { with_name(entry) } else { entry.clone() };
        inputs.push(PageInput { entry, text, document });
    }
    if let Some(empty) = inputs.iter().find(|it| says_nothing(it)).filter(|_| inputs.iter().all(says_nothing)) {
        let path = if inputs.len() == 1 { base.join(&empty.entry.file) } else { whole };
        return Err(DeriveError::NothingRead { path });
    }
    Ok((derive(&manifest.api, &inputs, options), warnings))
}

/// Checks that a page has the operations that the manifest lists for the page.
fn unknown_operation(entry: &PageEntry, document: &Document, manifest: &Path) -> Result<(), DeriveError> {
    let has = |written: &str| document.described.as_ref().is_some_and(|root| openapi::has(root, written));
    let Some((lacking, _)) = entry.operations.iter().find(|(written, _)| !has(written)) else { return Ok(()) };
    let remedy = match &document.described {
        Some(root) => format!("the page has: {}", openapi::names(root).join(", ")),
        None => "`operations` is for pages with several operations; use `operation`".to_string(),
    };
    let cause = format!("the page `{}` has no operation `{lacking}`", entry.id);
    Err(ManifestError { file: manifest.to_path_buf(), line: 0, cause, remedy }.into())
}

/// Reduces the file to a name, for pages that are named directly: the path belongs to the machine.
fn with_name(entry: &PageEntry) -> PageEntry {
    let name = Path::new(&entry.file).file_name().map(|it| it.to_string_lossy().into_owned());
    PageEntry { file: name.unwrap_or_else(|| entry.file.clone()), ..entry.clone() }
}

/// Whether a page has no block that derivation reads.
fn says_nothing(input: &PageInput) -> bool {
    if let Some(root) = &input.document.described {
        return openapi::names(root).is_empty();
    }
    !input.document.sections.iter().flat_map(|it| &it.blocks).any(|block| match block {
        Block::Table(table) => tables::shape(table) != tables::Shape::Other,
        Block::Code { .. } => true,
        Block::Paragraph(text) | Block::Item { text, .. } => text.lines.iter().any(|line| {
            ["GET /", "POST /", "PUT /", "DELETE /", "PATCH /"]
                .iter()
                .any(|it| line.text.to_uppercase().starts_with(it))
        }),
    })
}

/// Warns about a changed edition of a page and about the reader's troubles.
fn warn(entry: &PageEntry, path: &Path, text: &str, troubles: &[Trouble], warnings: &mut Vec<Warning>) {
    let now = digest(&normalise(text.lines()));
    if let Some(old) = entry.digest.as_ref().filter(|it| **it != now) {
        let cause = format!(
            "the page `{}` is a different edition than the manifest names: {now} instead of {old}; citations may have moved",
            entry.id
        );
        warnings.push(Warning { place: path.display().to_string(), cause });
    }
    for trouble in troubles {
        warnings.push(Warning { place: format!("{}:{}", path.display(), trouble.line), cause: trouble.cause.clone() });
    }
}

fn read_text(path: &Path, remedy: &str) -> Result<String, DeriveError> {
    std::fs::read_to_string(path).map_err(|error| DeriveError::Missing {
        path: path.to_path_buf(),
        cause: error.to_string(),
        remedy: remedy.to_string(),
    })
}
