//! Reads pages and derives an API.

use super::direct::{build_direct_manifest, read_included_file};
use super::error::{DeriveError, DeriveWarning, PageSources};
use crate::derive::derivation::derive_api;
use crate::derive::input::{Derivation, DeriveOptions, PageInput};
use crate::derive::{openapi, tables};
use crate::dialect;
use crate::document::{Document, PageBlock, ReadingTrouble};
use crate::manifest::{self, ManifestError, PageEntry};
use crate::text::{digest_text, normalise_lines};
use probity_input::{read_input_bytes, read_input_text};
use std::path::{Path, PathBuf};

/// Reads the pages and derives the API.
///
/// The files of a manifest are relative to `pages_dir`. For pages that are named directly, `pages_dir` is unused.
///
/// # Errors
///
/// Returns a [`DeriveError`] if the manifest or a page cannot be read, or if no page has content to derive.
pub fn derive_files(
    sources: &PageSources,
    pages_dir: &Path,
    options: &DeriveOptions,
) -> Result<(Derivation, Vec<DeriveWarning>), DeriveError> {
    let (manifest, base, whole) = match sources {
        PageSources::Manifest(path) => (
            manifest::parse_manifest(path, &read_text(path, "name a manifest that exists")?)?,
            pages_dir.to_path_buf(),
            path.clone(),
        ),
        PageSources::Pages { api, paths } => {
            (build_direct_manifest(api, paths)?, PathBuf::new(), paths.first().cloned().unwrap_or_default())
        }
    };
    let lenient = matches!(sources, PageSources::Pages { .. });
    let mut warnings = Vec::new();
    let mut inputs = Vec::new();
    for entry in &manifest.pages {
        let path = base.join(&entry.file);
        // The reader of the page names the limit itself, with a line.
        let bytes =
            read_input_bytes(&path, dialect::PAGE_BYTES_MAX as u64 + 1).map_err(|error| DeriveError::Missing {
                path: path.clone(),
                cause: error.cause,
                remedy: "check the folder given with --pages and the file in the manifest".into(),
            })?;
        let beside = |file: &str| read_included_file(&base, &path, file);
        let mut document = dialect::read_page_with_files(&path.display().to_string(), &bytes, &beside)?;
        if let Some(title) = &entry.section {
            document = document.cut_section(title).ok_or_else(|| DeriveError::Missing {
                path: path.clone(),
                cause: format!("the page has no section `{title}`"),
                remedy: "check `section:` in the manifest".into(),
            })?;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        add_warnings(entry, &path, &text, &document.troubles, &mut warnings);
        check_listed_operations(entry, &document, &whole)?;
        let entry = if lenient { reduce_to_file_name(entry) } else { entry.clone() };
        inputs.push(PageInput { entry, text, document });
    }
    if let Some(empty) = inputs.iter().find(|it| is_empty_page(it)).filter(|_| inputs.iter().all(is_empty_page)) {
        let path = if inputs.len() == 1 { base.join(&empty.entry.file) } else { whole };
        return Err(DeriveError::NothingRead { path });
    }
    Ok((derive_api(&manifest.api, &inputs, options), warnings))
}

/// Checks that a page has the operations that the manifest lists for the page.
fn check_listed_operations(entry: &PageEntry, document: &Document, manifest: &Path) -> Result<(), DeriveError> {
    let has = |written: &str| document.described.as_ref().is_some_and(|root| openapi::has_operation(root, written));
    let Some((lacking, _)) = entry.operations.iter().find(|(written, _)| !has(written)) else { return Ok(()) };
    let remedy = match &document.described {
        Some(root) => format!("the page has: {}", openapi::list_operation_names(root).join(", ")),
        None => "`operations` is for pages with several operations; use `operation`".to_string(),
    };
    let cause = format!("the page `{}` has no operation `{lacking}`", entry.id);
    Err(ManifestError { file: manifest.to_path_buf(), line: 0, cause, remedy }.into())
}

/// Reduces the file to a name, for pages that are named directly: the path belongs to the machine.
fn reduce_to_file_name(entry: &PageEntry) -> PageEntry {
    let name = Path::new(&entry.file).file_name().map(|it| it.to_string_lossy().into_owned());
    PageEntry { file: name.unwrap_or_else(|| entry.file.clone()), ..entry.clone() }
}

/// Whether a page has no block that derivation reads.
fn is_empty_page(input: &PageInput) -> bool {
    if let Some(root) = &input.document.described {
        return openapi::list_operation_names(root).is_empty();
    }
    !input.document.sections.iter().flat_map(|it| &it.blocks).any(|block| match block {
        PageBlock::Table(table) => tables::recognise_shape(table) != tables::TableKind::Other,
        PageBlock::Code { .. } => true,
        PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => text.lines.iter().any(|line| {
            ["GET /", "POST /", "PUT /", "DELETE /", "PATCH /"]
                .iter()
                .any(|it| line.text.to_uppercase().starts_with(it))
        }),
    })
}

/// Warns about a changed edition of a page and about the reader's troubles.
fn add_warnings(
    entry: &PageEntry,
    path: &Path,
    text: &str,
    troubles: &[ReadingTrouble],
    warnings: &mut Vec<DeriveWarning>,
) {
    let now = digest_text(&normalise_lines(text.lines()));
    if let Some(old) = entry.digest.as_ref().filter(|it| **it != now) {
        let cause = format!(
            "the page `{}` is a different edition than the manifest names: {now} instead of {old}; citations may have moved",
            entry.id
        );
        warnings.push(DeriveWarning { place: path.display().to_string(), cause });
    }
    for trouble in troubles {
        warnings.push(DeriveWarning {
            place: format!("{}:{}", path.display(), trouble.line),
            cause: trouble.cause.clone(),
        });
    }
}

fn read_text(path: &Path, remedy: &str) -> Result<String, DeriveError> {
    read_input_text(path, manifest::MANIFEST_BYTES_MAX).map_err(|error| DeriveError::Missing {
        path: path.to_path_buf(),
        cause: error.cause,
        remedy: remedy.to_string(),
    })
}
