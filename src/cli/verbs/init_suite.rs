//! `probity init suite`: a suite to start from, drafted from documentation, or the copy of a built-in suite.

use super::derive::{convert_error, list_cited_places};
use crate::cli::args::InitSuiteArguments;
use crate::cli::embedded::EMBEDDED;
use crate::pages::derive::{Derivation, DeriveOptions, PageSources, derive_files, write_derivation};
use crate::report::write_file;
use crate::schema::catalog::SourceLines;
use crate::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use crate::session::{ExitKind, RunStart, SuiteStore, UserError, suggest_name};
use crate::suite::{format_suite, list_base_suites, read_catalog_name};
use crate::suite_draft::{SuiteDraft, draft_suite};
use crate::terminal;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes `suites/NAME.yaml`, and the schemas beside it where they do not exist yet.
pub fn write_suite(arguments: &InitSuiteArguments) -> Result<ExitKind, UserError> {
    match &arguments.suite {
        Some(name) => copy_built_in_suite(name),
        None => write_draft(arguments),
    }
}

fn write_draft(arguments: &InitSuiteArguments) -> Result<ExitKind, UserError> {
    let api = match &arguments.api {
        Some(api) => api.clone(),
        None => name_api(&arguments.from)?,
    };
    let place = Path::new("suites").join(format!("{api}.yaml"));
    refuse_existing(&place)?;
    let folder = Path::new("schemas").join(&api);
    provide_catalog(arguments, &api, &folder)?;
    let schemas = CompiledCatalog::load(&CatalogFolder(folder.clone())).map_err(|error| {
        UserError::input(folder.join(&error.place).display().to_string(), error.cause, error.remedy)
    })?;
    let draft = draft_suite(&api, &schemas);
    let text = format_suite(&place.display().to_string(), &draft.text).unwrap_or_else(|problems| {
        let first = problems.first().map(|it| it.message.as_str()).unwrap_or_default();
        panic!("the drafted suite is no YAML: {first}; probably a name of the catalog was written without quotes")
    });
    write_file(&place, text.as_bytes()).map_err(|error| UserError::unwritable(&place, &error))?;
    // The suite is checked as `run` checks it, so that nobody learns of a problem later.
    SuiteStore::Folder(PathBuf::new()).load(&api, &RunStart::now().date)?;
    terminal::print_text(&describe_draft(&draft, &place, &api));
    Ok(ExitKind::Passed)
}

/// Derives the catalog, or copies a catalog from elsewhere, into its folder below `schemas`.
fn provide_catalog(arguments: &InitSuiteArguments, api: &str, folder: &Path) -> Result<(), UserError> {
    let catalog = arguments.from.iter().find(|path| path.join("catalog.json").is_file());
    let Some(catalog) = catalog else {
        let derived = derive_pages(api, &arguments.from, list_cited_places(api, Path::new("suites")))?;
        write_derivation(&derived, folder).map_err(convert_error)?;
        let (operations, doubts) = (derived.catalog.operations.len(), derived.doubts.len());
        terminal::print_line(&format!(
            "{}: {operations} operations and {doubts} doubts derived; `probity doubts {api} --by weight` lists the doubts",
            folder.display()
        ));
        return Ok(());
    };
    let same = catalog.canonicalize().ok().zip(folder.canonicalize().ok()).is_some_and(|(from, to)| from == to);
    if same {
        return Ok(());
    }
    refuse_existing(folder)?;
    copy_catalog(&CatalogFolder(catalog.clone()), folder)
}

/// The catalog of a folder that `derive` wrote, or of pages, which are derived in memory.
pub(super) fn load_catalog(from: &[PathBuf], api: &str, cited: Vec<SourceLines>) -> Result<CompiledCatalog, UserError> {
    let folder = from.iter().find(|path| path.join("catalog.json").is_file());
    let loaded = match folder {
        Some(folder) => CompiledCatalog::load(&CatalogFolder(folder.clone())),
        None => CompiledCatalog::load(&MemoryCatalog(derive_pages(api, from, cited)?)),
    };
    let shown = folder.map_or_else(|| api.to_string(), |it| it.display().to_string());
    loaded.map_err(|error| UserError::input(format!("{shown}/{}", error.place), error.cause, error.remedy))
}

/// A derivation as the files that `derive` would write.
struct MemoryCatalog(Derivation);

impl CatalogFiles for MemoryCatalog {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        if name == "catalog.json" {
            return serde_json::to_vec(&self.0.catalog).ok();
        }
        serde_json::to_vec(self.0.schemas.get(name)?).ok()
    }

    fn names(&self) -> Vec<String> {
        ["catalog.json".to_string()].into_iter().chain(self.0.schemas.keys().cloned()).collect()
    }
}

fn derive_pages(api: &str, paths: &[PathBuf], cited: Vec<SourceLines>) -> Result<Derivation, UserError> {
    let sources = PageSources::Pages { api: api.to_string(), paths: paths.to_vec() };
    let options = DeriveOptions { cited, ..DeriveOptions::default() };
    let (derived, warnings) = derive_files(&sources, Path::new(""), &options).map_err(convert_error)?;
    for warning in &warnings {
        terminal::print_error_line(&format!("warning: {warning}"));
    }
    Ok(derived)
}

/// The name of an API after the folder or file: `shop` for `docs/Shop.openapi.yaml`.
pub(super) fn name_api(from: &[PathBuf]) -> Result<String, UserError> {
    let path = from.first().cloned().unwrap_or_default();
    let full = path.canonicalize().unwrap_or_else(|_| path.clone());
    let name = full.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = if full.is_dir() { name.as_str() } else { name.split('.').next().unwrap_or_default() };
    let letters = stem.to_lowercase();
    let words: Vec<&str> = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let api = words.join("-");
    if api.is_empty() || !api.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let cause = "no short name of an API can be made from the name of the file";
        return Err(UserError::usage(path.display().to_string(), cause, "add --api NAME"));
    }
    Ok(api)
}

fn refuse_existing(place: &Path) -> Result<(), UserError> {
    if !place.exists() {
        return Ok(());
    }
    let remedy = "choose another name with --api, or move the old one away";
    Err(UserError::usage(place.display().to_string(), "it exists already, and is not overwritten", remedy))
}

fn copy_catalog(files: &dyn CatalogFiles, folder: &Path) -> Result<(), UserError> {
    for name in files.names() {
        let Some(bytes) = files.read(&name) else { continue };
        let place = folder.join(&name);
        write_file(&place, &bytes).map_err(|error| UserError::unwritable(&place, &error))?;
    }
    Ok(())
}

/// Copies a built-in suite with everything that belongs to it: the suites that it extends, schemas with the locked
/// citations, and the list of pages.
fn copy_built_in_suite(name: &str) -> Result<ExitKind, UserError> {
    let store = SuiteStore::Embedded(EMBEDDED);
    let known = store.list_suites()?;
    if !known.iter().any(|it| it == name) {
        let all: Vec<&str> = known.iter().map(String::as_str).collect();
        let cause = "there is no built-in suite of that name; a draft from documentation needs --from";
        return Err(UserError::usage(format!("suite `{name}`"), cause, suggest_name(name, &all)));
    }
    let text = store.read_suite(name)?.1;
    let mut names = vec![name.to_string()];
    names.extend(list_base_suites(&text).into_iter().filter(|it| known.contains(it)));
    let mut written = Vec::new();
    for name in &names {
        let place = Path::new("suites").join(format!("{name}.yaml"));
        refuse_existing(&place)?;
        let (file, text) = store.read_suite(name)?;
        let api = read_catalog_name(&file, &text).unwrap_or_else(|_| name.clone());
        let folder = Path::new("schemas").join(&api);
        if !folder.exists() {
            copy_catalog(store.open_catalog(&api)?.as_ref(), &folder)?;
            written.push(folder);
        }
        for page_list in [format!("{api}.yaml"), format!("{api}.rulings.json")] {
            let place = Path::new("suites/sources").join(&page_list);
            let bytes = EMBEDDED.read_file(&format!("suites/sources/{page_list}"));
            if let Some(bytes) = bytes.filter(|_| !place.exists()) {
                write_file(&place, &bytes).map_err(|error| UserError::unwritable(&place, &error))?;
                written.push(place);
            }
        }
        write_file(&place, text.as_bytes()).map_err(|error| UserError::unwritable(&place, &error))?;
        written.push(place);
    }
    let mut out = String::new();
    for place in written {
        let _ = writeln!(out, "{}", place.display());
    }
    let _ = writeln!(out, "\nnext: probity lint {name}\n      probity run {name}");
    terminal::print_text(&out);
    Ok(ExitKind::Passed)
}

fn describe_draft(draft: &SuiteDraft, place: &Path, api: &str) -> String {
    let mut out = format!(
        "{}: {} resource kinds ({}), {} clauses, {} open questions, {} operations without a clause\n",
        place.display(),
        draft.kinds.len(),
        if draft.kinds.is_empty() { "none".to_string() } else { draft.kinds.join(", ") },
        draft.clauses,
        draft.questions.len(),
        draft.silent.len(),
    );
    if !draft.questions.is_empty() {
        out.push_str("\nOpen questions, each marked TODO in the suite:\n");
        for question in &draft.questions {
            let _ = writeln!(out, "  {}: {}", question.id, question.text);
        }
    }
    let _ = writeln!(
        out,
        "\nnext: probity lint {api} --no-notes\n      probity run {api}                       # against the built-in mock\n      probity init profile profile.yaml     # then: probity run {api} --profile profile.yaml"
    );
    out
}
