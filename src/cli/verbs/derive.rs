//! `probity derive`: pages to catalog, schemas, citations and doubts.

use crate::cli::exit::Exit;
use crate::cli::wrong::Wrong;
use crate::cli::{clock, out, typed};
use crate::pages::derive::{DeriveError, Options, Sources, derive_files, write};
use crate::schema::catalog::Source;
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

/// What the suites near the manifest cite. They are read as text: a suite can be checked only
/// against the catalog that is yet to be derived. What is no place of these pages is left out later.
fn cited(typed: &typed::Derive) -> Vec<Source> {
    let beside = typed.manifest.as_deref().and_then(Path::parent).and_then(Path::parent);
    let folder = beside.map_or_else(|| PathBuf::from("suites"), Path::to_path_buf);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    files.sort();
    let texts = files.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let sources: BTreeSet<Source> = texts.flat_map(|text| sources_in(&text)).collect();
    sources.into_iter().collect()
}

/// Everything in a text that has the form of a citation.
fn sources_in(text: &str) -> Vec<Source> {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let cites =
        text.split(|c| !word(c)).filter(|token| token.contains(':') && token.ends_with(|c: char| c.is_ascii_digit()));
    cites.filter_map(|token| token.parse().ok()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_found_in_lists_and_comments_and_times_are_not_taken_for_them() {
        let text = "cites: [\"dim:7\", \"glow-2:11-15\"] # see dim:9\nsettles: 15m\nat: 10:30:x";
        let found: Vec<String> = sources_in(text).iter().map(Source::to_string).collect();
        assert_eq!(found, ["dim:7", "glow-2:11-15", "dim:9"]);
    }
}
