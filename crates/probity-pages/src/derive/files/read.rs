//! Reads pages and derives an API.

use super::direct::{UnreadFile, build_direct_manifest, read_included_file};
use super::error::{DeriveError, DeriveWarning, PageSources};
use crate::derive::derivation::derive_api;
use crate::derive::input::{Derivation, DeriveOptions, PageInput};
use crate::derive::reading_summary::{PageKind, PageReading};
use crate::derive::words::PageWords;
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
/// Returns a [`DeriveError`] if the manifest or a page of the manifest cannot be read, if no page that is named directly can
/// be read, or if no page has content to derive.
pub fn derive_files(
    sources: &PageSources,
    pages_dir: &Path,
    options: &DeriveOptions,
) -> Result<(Derivation, Vec<DeriveWarning>), DeriveError> {
    match sources {
        PageSources::Manifest(path) => derive_manifest(path, pages_dir, options),
        PageSources::Pages { api, paths } => derive_named_pages(api, paths, options),
    }
}

/// Derives the pages of a manifest. Each page must be readable, because the manifest names the page.
fn derive_manifest(
    path: &Path,
    pages_dir: &Path,
    options: &DeriveOptions,
) -> Result<(Derivation, Vec<DeriveWarning>), DeriveError> {
    let manifest = manifest::parse_manifest(path, &read_text(path, "name a manifest that exists")?)?;
    let mut warnings = Vec::new();
    let mut inputs = Vec::new();
    for entry in &manifest.pages {
        let page = pages_dir.join(&entry.file);
        let input = read_page(entry, &page, pages_dir, &mut warnings)?;
        check_listed_operations(entry, &input.document, path)?;
        inputs.push(input);
    }
    if let Some(empty) = inputs.iter().find(|it| is_empty_page(it)).filter(|_| inputs.iter().all(is_empty_page)) {
        let place = if inputs.len() == 1 { pages_dir.join(&empty.entry.file) } else { path.to_path_buf() };
        return Err(DeriveError::NothingRead { path: place });
    }
    Ok((derive_api(&manifest.api, &inputs, options), warnings))
}

/// Derives files and folders. A page that cannot be read is named, and the other pages are derived.
fn derive_named_pages(
    api: &str,
    paths: &[PathBuf],
    options: &DeriveOptions,
) -> Result<(Derivation, Vec<DeriveWarning>), DeriveError> {
    let direct = build_direct_manifest(api, paths)?;
    let mut warnings = Vec::new();
    let mut inputs = Vec::new();
    let mut unread = direct.unread;
    let mut first_error = None;
    for (entry, path) in direct.manifest.pages.iter().zip(&direct.paths) {
        match read_page(entry, path, Path::new(""), &mut warnings) {
            Ok(input) => inputs.push(input),
            Err(error) => {
                let cause = match &error {
                    DeriveError::Unreadable(it) => format!("line {}: {}; {}", it.line, it.cause, it.remedy),
                    DeriveError::Missing { cause, .. } => cause.clone(),
                    other => other.to_string(),
                };
                unread.push(UnreadFile { file: entry.file.clone(), cause });
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if inputs.is_empty() => return Err(error),
        _ => {}
    }
    let mut derived = derive_api(api, &inputs, options);
    for UnreadFile { file, cause } in unread {
        warnings.push(DeriveWarning { place: file.clone(), cause: format!("not read: {cause}") });
        derived.reading.pages.push(PageReading { file, kind: PageKind::Unread, reason: cause, missed: true });
    }
    if derived.catalog.operations.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        let (unread, read): (Vec<&PageReading>, Vec<&PageReading>) =
            derived.reading.pages.iter().partition(|page| page.kind == PageKind::Unread);
        let unread = unread.iter().map(|page| format!("{}: {}", page.file, page.reason)).collect();
        return Err(DeriveError::NoOperation { path, pages: read.len(), unread });
    }
    Ok((derived, warnings))
}

/// Reads one page.
fn read_page(
    entry: &PageEntry,
    path: &Path,
    base: &Path,
    warnings: &mut Vec<DeriveWarning>,
) -> Result<PageInput, DeriveError> {
    // The reader of the page names the limit itself, with a line.
    let bytes = read_input_bytes(path, dialect::PAGE_BYTES_MAX as u64 + 1).map_err(|error| DeriveError::Missing {
        path: path.to_path_buf(),
        cause: error.cause,
        remedy: "check the folder given with --pages and the file in the manifest".into(),
    })?;
    let beside = |file: &str| read_included_file(base, path, file);
    let mut document = dialect::read_page_with_files(&path.display().to_string(), &bytes, &beside)?;
    if let Some(title) = &entry.section {
        document = document.cut_section(title).ok_or_else(|| DeriveError::Missing {
            path: path.to_path_buf(),
            cause: format!("the page has no section `{title}`"),
            remedy: "check `section:` in the manifest".into(),
        })?;
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    add_warnings(entry, path, &text, &document.troubles, warnings);
    Ok(PageInput { entry: entry.clone(), text, document })
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

/// Whether a page has no block that derivation reads.
fn is_empty_page(input: &PageInput) -> bool {
    if let Some(root) = &input.document.described {
        return openapi::list_operation_names(root).is_empty();
    }
    !input.document.sections.iter().flat_map(|it| &it.blocks).any(|block| match block {
        PageBlock::Table(table) => tables::recognise_shape(table, &PageWords::default()) != tables::TableKind::Other,
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
