//! `probity derive`: from pages to catalog, schemas, citations and doubts.

mod figures;

use crate::cli::args::DeriveArguments;
use crate::cli::dates::parse_date;
use crate::pages::derive::{
    DeriveError, DeriveOptions, PageKind, PageSources, PageWords, READ_FORMS, ReadingSummary, WORDS_BYTES_MAX,
    derive_files, describe_pages_without_operation, write_derivation,
};
use crate::pages::manifest;
use crate::schema::catalog::SourceLines;
use crate::session::{ExitKind, UserError};
use crate::suite::{self, PageDigests, SUITE_BYTES_MAX, SuiteFiles};
use crate::terminal;
use probity_input::read_input_text;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Derives the files of an API, writes them and prints a summary.
pub fn derive_catalog(arguments: &DeriveArguments) -> Result<ExitKind, UserError> {
    if let Some(folder) = &arguments.figures {
        return figures::print_figures(folder, &read_words(arguments)?);
    }
    let out = arguments.out.clone().unwrap_or_default();
    let sources = match (&arguments.manifest, &arguments.api) {
        (Some(manifest), _) => PageSources::Manifest(manifest.clone()),
        (None, Some(api)) => PageSources::Pages { api: api.clone(), paths: arguments.pages.clone() },
        (None, None) => {
            return Err(UserError::usage("derive", "the API of the pages has no name", "add --api NAME"));
        }
    };
    let today = arguments.today.as_deref().map(parse_date).transpose()?;
    let options = DeriveOptions { cited: list_suite_citations(arguments), today, words: read_words(arguments)? };
    let folder = arguments.folder.clone().unwrap_or_default();
    let (derived, warnings) = derive_files(&sources, &folder, &options).map_err(convert_error)?;
    for warning in &warnings {
        terminal::print_error_line(&format!("warning: {warning}"));
    }
    write_derivation(&derived, &out).map_err(convert_error)?;
    terminal::print_line(&format!(
        "{}: {} operations, {} schemas, {} citations, {} doubts from {} pages, written to {}",
        derived.catalog.api,
        derived.catalog.operations.len(),
        derived.schemas.len(),
        derived.citations.len(),
        derived.doubts.len(),
        derived.catalog.pages.len(),
        out.display()
    ));
    terminal::print_text(&render_account(&derived.reading, derived.catalog.operations.len(), derived.doubts.len()));
    if arguments.list_pages {
        terminal::print_text(&render_pages(&derived.reading));
    }
    Ok(ExitKind::Passed)
}

/// The words of the file given with `--words`, before the built-in words.
fn read_words(arguments: &DeriveArguments) -> Result<PageWords, UserError> {
    let Some(file) = &arguments.words else { return Ok(PageWords::default()) };
    let remedy = "write the file in the form that docs/SCHEMAS.md shows";
    let text = read_input_text(file, WORDS_BYTES_MAX)
        .map_err(|error| UserError::input(file.display().to_string(), error.cause, remedy))?;
    PageWords::default().with_file(&text).map_err(|cause| UserError::input(file.display().to_string(), cause, remedy))
}

/// The table at the end of a derivation: what became of the pages, and what gave nothing.
fn render_account(reading: &ReadingSummary, operations: usize, doubts: usize) -> String {
    let count = |kind| reading.count_pages(kind);
    format!(
        "\n  pages        {:>6}\n  operations   {:>6}  on {} pages\n  structures   {:>6}\n  prose        {:>6}\n  unread       {:>6}  pages, and {} lines, tables and headings\n  rows         {:>6}  of {}\n  doubts       {:>6}\n",
        reading.pages.len(),
        operations,
        count(PageKind::Operation),
        count(PageKind::Structure),
        count(PageKind::Prose),
        count(PageKind::Unread),
        reading.unread_parts,
        reading.joined_rows,
        reading.rows,
        doubts,
    )
}

/// One line for each page: kind, file, reason.
fn render_pages(reading: &ReadingSummary) -> String {
    let mut out = String::from("\n");
    for page in &reading.pages {
        let _ = writeln!(out, "{:9}  {}: {}", page.kind.word(), page.file, page.reason);
    }
    out
}

/// The lines that the suites beside the manifest's folder cite; without a manifest, the suites of `./suites`. The suites are
/// read as text, because the catalog to check them against is not derived yet.
fn list_suite_citations(arguments: &DeriveArguments) -> Vec<SourceLines> {
    let Some(manifest) = arguments.manifest.as_deref() else {
        let own = arguments.api.as_deref().map(|api| list_cited_places(api, Path::new("suites")));
        return own.unwrap_or_default();
    };
    let named = read_input_text(manifest, manifest::MANIFEST_BYTES_MAX)
        .ok()
        .and_then(|text| manifest::parse_manifest(manifest, &text).ok());
    let beside = manifest.parent().and_then(Path::parent);
    let (Some(named), Some(folder)) = (named, beside) else { return Vec::new() };
    list_cited_places(&named.api, folder)
}

/// The lines of an API's pages that the suites of a folder cite, sorted and without duplicates.
pub fn list_cited_places(api: &str, folder: &Path) -> Vec<SourceLines> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    let texts = files.iter().filter_map(|path| read_input_text(path, SUITE_BYTES_MAX).ok());
    let own = texts.filter(|text| suite::read_catalog_name("", text).is_ok_and(|catalog| catalog == api));
    let pages = list_pages(api, folder);
    let sources: BTreeSet<SourceLines> =
        own.flat_map(|text| read_with_bases(&text, folder).collect_cited_lines(&pages)).collect();
    sources.into_iter().collect()
}

/// The text of a suite with the texts of the suites that the suite extends. Unreadable texts are skipped.
fn read_with_bases(text: &str, folder: &Path) -> SuiteFiles {
    suite::list_base_suites(text).iter().fold(SuiteFiles::from_file("", text), |sheets, name| {
        let Ok(base) = read_input_text(&folder.join(format!("{name}.yaml")), SUITE_BYTES_MAX) else { return sheets };
        let api = suite::read_catalog_name(name, &base).unwrap_or_default();
        sheets.with_base(name, name, &base, list_pages(&api, folder))
    })
}

/// The pages of an API's manifest, each with its file. Pages are compared by file, because digests are
/// part of the catalog, which is not derived yet.
fn list_pages(api: &str, folder: &Path) -> PageDigests {
    let path = folder.join("sources").join(format!("{api}.yaml"));
    let manifest = read_input_text(&path, manifest::MANIFEST_BYTES_MAX)
        .ok()
        .and_then(|text| manifest::parse_manifest(&path, &text).ok());
    manifest.into_iter().flat_map(|named| named.pages).map(|page| (page.id, page.file)).collect()
}

pub(super) fn convert_error(error: DeriveError) -> UserError {
    match error {
        DeriveError::Manifest(error) => {
            UserError::input(format!("{}:{}", error.file.display(), error.line), error.cause, error.remedy)
        }
        DeriveError::Unreadable(error) => {
            UserError::input(format!("{}:{}", error.file, error.line), error.cause, error.remedy)
        }
        DeriveError::Missing { path, cause, remedy } => UserError::input(path.display().to_string(), cause, remedy),
        DeriveError::NothingRead { path } => UserError::input(
            path.display().to_string(),
            "the file has no operation, table, status or example",
            "name a page of an API reference",
        ),
        DeriveError::NoOperation { path, pages, unread } => {
            UserError::input(path.display().to_string(), describe_pages_without_operation(pages, &unread), READ_FORMS)
        }
        DeriveError::Write { path, cause } => {
            UserError::input(path.display().to_string(), cause, "check that the folder can be created and written")
        }
    }
}
