//! `probity derive`: pages to catalog, schemas, citations and doubts.

use crate::cli::exit::Exit;
use crate::cli::wrong::Wrong;
use crate::cli::{clock, out, typed};
use crate::pages::derive::{DeriveError, Options, Sources, derive_files, write};
use crate::pages::manifest;
use crate::schema::catalog::Source;
use crate::suite;
use crate::suite::{Pages, Sheets};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Derives and writes; says what came of it.
pub fn derive(typed: &typed::Derive) -> Result<Exit, Wrong> {
    let sources = match (&typed.manifest, &typed.api) {
        (Some(manifest), _) => Sources::Manifest(manifest.clone()),
        (None, Some(api)) => Sources::Pages { api: api.clone(), paths: typed.pages.clone() },
        (None, None) => {
            return Err(Wrong::usage("derive", "pages without a name of their API", "add --api NAME"));
        }
    };
    let options = Options { cited: cited(typed), today: typed.today.as_deref().map(clock::day).transpose()? };
    let folder = typed.folder.clone().unwrap_or_default();
    let (derived, warnings) = derive_files(&sources, &folder, &options).map_err(wrong)?;
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    write(&derived, &typed.out).map_err(wrong)?;
    out::line(&format!(
        "{}: {} operations, {} schemas, {} citations, {} doubts from {} pages, written to {}",
        derived.catalog.api,
        derived.catalog.operations.len(),
        derived.schemas.len(),
        derived.citations.len(),
        derived.doubts.len(),
        derived.catalog.pages.len(),
        typed.out.display()
    ));
    Ok(Exit::Passed)
}

/// What the suites beside the manifest's folder cite of this API. They are read as text: a suite can
/// be checked only against the catalog that is yet to be derived.
fn cited(typed: &typed::Derive) -> Vec<Source> {
    let Some(manifest) = typed.manifest.as_deref() else { return Vec::new() };
    let named = std::fs::read_to_string(manifest).ok().and_then(|text| manifest::parse(manifest, &text).ok());
    let beside = manifest.parent().and_then(Path::parent);
    let (Some(named), Some(folder)) = (named, beside) else { return Vec::new() };
    places_cited(&named.api, folder)
}

/// The places that the suites of a folder cite of one API, each once, in order.
pub fn places_cited(api: &str, folder: &Path) -> Vec<Source> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    files.sort();
    let texts = files.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let own = texts.filter(|text| suite::catalog_name("", text).is_ok_and(|catalog| catalog == api));
    let pages = pages_named(api, folder);
    let sources: BTreeSet<Source> = own.flat_map(|text| with_bases(&text, folder).cited_places(&pages)).collect();
    sources.into_iter().collect()
}

/// A suite's text with those of the suites that it builds on, as far as they can be read.
fn with_bases(text: &str, folder: &Path) -> Sheets {
    suite::builds_on(text).iter().fold(Sheets::alone("", text), |sheets, name| {
        let Ok(base) = std::fs::read_to_string(folder.join(format!("{name}.yaml"))) else { return sheets };
        let api = suite::catalog_name(name, &base).unwrap_or_default();
        sheets.on(name, name, &base, pages_named(&api, folder))
    })
}

/// The pages of an API's manifest. Two are the same if they are the same file: digests come only with
/// the catalog that is yet to be derived.
fn pages_named(api: &str, folder: &Path) -> Pages {
    let path = folder.join("sources").join(format!("{api}.yaml"));
    let manifest = std::fs::read_to_string(&path).ok().and_then(|text| manifest::parse(&path, &text).ok());
    manifest.into_iter().flat_map(|named| named.pages).map(|page| (page.id, page.file)).collect()
}

fn wrong(error: DeriveError) -> Wrong {
    match error {
        DeriveError::Manifest(error) => {
            Wrong::input(format!("{}:{}", error.file.display(), error.line), error.cause, error.remedy)
        }
        DeriveError::Unreadable(error) => {
            Wrong::input(format!("{}:{}", error.file, error.line), error.cause, error.remedy)
        }
        DeriveError::Missing { path, cause, remedy } => Wrong::input(path.display().to_string(), cause, remedy),
        DeriveError::NothingRead { path } => Wrong::input(
            path.display().to_string(),
            "no operation, table, status or example was found in it",
            "name a page of an API reference",
        ),
        DeriveError::Write { path, cause } => {
            Wrong::input(path.display().to_string(), cause, "check that the folder can be made and written to")
        }
    }
}
