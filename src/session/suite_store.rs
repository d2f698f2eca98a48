//! Where suites and schemas come from: the folders of the user, or copies embedded in the program.

use super::loaded_suite::LoadedSuite;
use super::plan_file::{PLAN_BYTES_MAX, parse_plan};
use super::user_error::{UserError, suggest_name};
use crate::model::Model;
use crate::plan::Plan;
use crate::report::finish_digest;
use crate::schema::catalog::Catalog;
use crate::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use crate::suite::{self, SUITE_BYTES_MAX, SuiteFiles, collect_page_digests, read_catalog_name};
use probity_input::{read_input_bytes, read_input_text};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Hex digits of a digest in the first line of output.
const SHORT: usize = 12;

/// Folders of recorded plans below `suites`, the present name first.
const PLAN_FOLDERS: [&str; 2] = ["counterexamples", "witnesses"];

/// Suites and schemas that a program embeds. The program hands them in: the library embeds none.
pub trait EmbeddedSource: Send + Sync {
    /// The names of the files in a folder, such as `suites` or `suites/counterexamples/x`; empty without the folder.
    fn list_files(&self, folder: &str) -> Vec<String>;
    /// The bytes of a file, such as `suites/x.yaml`; none if the file does not exist.
    fn read_file(&self, path: &str) -> Option<Vec<u8>>;
    /// The names of the catalogs below `schemas`.
    fn list_catalogs(&self) -> Vec<String>;
    /// The files of a catalog; none if the catalog does not exist.
    fn open_catalog(&self, api: &str) -> Option<Box<dyn CatalogFiles>>;
}

/// A place for suites and their schemas. The two are never mixed: a suite from a folder is read with
/// the schemas beside the folder, an embedded suite with the embedded schemas.
#[derive(Clone)]
pub enum SuiteStore {
    /// `suites` and `schemas` below this folder; empty for the current folder.
    Folder(PathBuf),
    /// The copies in the program.
    Embedded(&'static dyn EmbeddedSource),
}

impl std::fmt::Debug for SuiteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.describe_place())
    }
}

impl SuiteStore {
    /// `suites` and `schemas` below `base` if `suites` exists, else the embedded copies.
    ///
    /// # Errors
    /// If `suites` exists without `schemas`, or neither `suites` nor embedded copies exist.
    pub fn find(base: &Path, embedded: Option<&'static dyn EmbeddedSource>) -> Result<SuiteStore, UserError> {
        if !base.join("suites").is_dir() {
            return embedded.map(SuiteStore::Embedded).ok_or_else(|| {
                UserError::input(
                    base.join("suites").display().to_string(),
                    "there is no folder `suites` here, and this program embeds no suites",
                    "add the folders `suites` and `schemas`, or set the folder that contains them",
                )
            });
        }
        if !base.join("schemas").is_dir() {
            return Err(UserError::input(
                base.join("schemas").display().to_string(),
                "there is a folder `suites` here and no folder `schemas`, and the two are never mixed with embedded ones",
                "derive the schemas with `probity derive --out schemas/<api>`, or run probity in another folder to use the embedded suites",
            ));
        }
        Ok(SuiteStore::Folder(base.to_path_buf()))
    }

    /// The schemas below `base` if there is a folder `schemas`, else the embedded copies: catalogs can be read before
    /// there is a suite.
    ///
    /// # Errors
    /// If neither `schemas` nor embedded copies exist.
    pub fn find_schemas(base: &Path, embedded: Option<&'static dyn EmbeddedSource>) -> Result<SuiteStore, UserError> {
        if base.join("schemas").is_dir() {
            return Ok(SuiteStore::Folder(base.to_path_buf()));
        }
        SuiteStore::find(base, embedded)
    }

    /// The names of the suites, sorted.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list_suites(&self) -> Result<Vec<String>, UserError> {
        let suite_name = |file: &str| file.strip_suffix(".yaml").map(str::to_string);
        let mut names: Vec<String> = match self {
            SuiteStore::Embedded(source) => {
                source.list_files("suites").iter().filter_map(|name| suite_name(name)).collect()
            }
            SuiteStore::Folder(base) => {
                let folder = base.join("suites");
                let entries = std::fs::read_dir(&folder).map_err(|error| UserError::unreadable(&folder, &error))?;
                entries.flatten().filter_map(|entry| suite_name(entry.file_name().to_str()?)).collect()
            }
        };
        names.sort();
        Ok(names)
    }

    /// The suites named by the user, or all suites.
    ///
    /// # Errors
    /// If a suite is unknown, or the store has no suite.
    pub fn select_suites(&self, named: &[String]) -> Result<Vec<String>, UserError> {
        let known = self.list_suites()?;
        if known.is_empty() {
            return Err(UserError::input(
                self.describe_place(),
                "there is no suite here",
                "write `suites/<name>.yaml`",
            ));
        }
        for name in named {
            if !known.contains(name) {
                let all: Vec<&str> = known.iter().map(String::as_str).collect();
                return Err(UserError::usage(
                    format!("suite `{name}`"),
                    format!("there is no suite of that name in {}", self.describe_place()),
                    suggest_name(name, &all),
                ));
            }
        }
        Ok(if named.is_empty() { known } else { named.to_vec() })
    }

    /// The suite file as messages name it, and its text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read_suite(&self, suite: &str) -> Result<(String, String), UserError> {
        let name = format!("{suite}.yaml");
        match self {
            SuiteStore::Embedded(source) => {
                let text = source.read_file(&format!("suites/{name}")).and_then(|bytes| String::from_utf8(bytes).ok());
                let text = text.ok_or_else(|| {
                    UserError::input(&name, "the embedded suite is not text", "use a `suites` folder")
                })?;
                Ok((format!("built-in {name}"), text))
            }
            SuiteStore::Folder(base) => {
                let path = base.join("suites").join(&name);
                let text = read_input_text(&path, SUITE_BYTES_MAX).map_err(UserError::from_input_file)?;
                Ok((path.display().to_string(), text))
            }
        }
    }

    /// The names of the catalogs, sorted.
    #[must_use]
    pub fn list_catalogs(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            SuiteStore::Embedded(source) => source.list_catalogs(),
            SuiteStore::Folder(base) => {
                let entries = std::fs::read_dir(base.join("schemas")).into_iter().flatten().flatten();
                entries
                    .filter(|entry| entry.path().is_dir())
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            }
        };
        names.sort();
        names
    }

    /// The files of a catalog.
    ///
    /// # Errors
    /// If the catalog is unknown.
    pub fn open_catalog(&self, api: &str) -> Result<Box<dyn CatalogFiles>, UserError> {
        let known = self.list_catalogs();
        let files: Option<Box<dyn CatalogFiles>> = match self {
            _ if !known.iter().any(|name| name == api) => None,
            SuiteStore::Embedded(source) => source.open_catalog(api),
            SuiteStore::Folder(base) => Some(Box::new(CatalogFolder(base.join("schemas").join(api)))),
        };
        files.ok_or_else(|| {
            let all: Vec<&str> = known.iter().map(String::as_str).collect();
            UserError::input(
                format!("catalog `{api}`"),
                format!("there are no schemas of that name in {}", self.describe_place()),
                suggest_name(api, &all),
            )
        })
    }

    /// Reads a suite and its catalog, checks both, and compiles the model for a date (`YYYY-MM-DD`).
    ///
    /// # Errors
    /// If the suite or the catalog cannot be used. The detail lists all problems of the suite.
    pub fn load(&self, name: &str, today: &str) -> Result<LoadedSuite, UserError> {
        let loaded = self.load_untyped(name, today)?;
        // A misspelt field would be null wherever a guard reads the field, and change the meaning of the guard.
        let problems = suite::find_type_errors(&loaded.suite.files, &loaded.suite, &loaded.schemas);
        if problems.is_empty() { Ok(loaded) } else { Err(describe_problems(&loaded.file, &loaded.text, &problems)) }
    }

    /// Reads a suite as [`SuiteStore::load`] does, without checking the types of expressions. For the
    /// linter, which reports type errors beside all other problems.
    ///
    /// # Errors
    /// As [`SuiteStore::load`], except for type errors.
    pub fn load_untyped(&self, name: &str, today: &str) -> Result<LoadedSuite, UserError> {
        let (file, text) = self.read_suite(name)?;
        let bad = |problems: Vec<suite::SuiteProblem>| describe_problems(&file, &text, &problems);
        let api = read_catalog_name(&file, &text).map_err(bad)?;
        let files = self.open_catalog(&api)?;
        let schemas = CompiledCatalog::load(files.as_ref())
            .map_err(|error| UserError::input(format!("schemas/{api}/{}", error.place), error.cause, error.remedy))?;
        let sheets = self.read_with_base_suites(&file, &text)?;
        let suite = Arc::new(suite::parse_suite_files(&sheets, &schemas.catalog).map_err(bad)?);
        let model = Model::new(Arc::clone(&suite), &schemas, today)
            .map_err(|error| UserError::input(error.place, error.what, error.remedy))?;
        let catalog_digest = digest_catalog(&schemas, files.as_ref());
        Ok(LoadedSuite {
            name: suite.name.clone(),
            file,
            text,
            suite,
            schemas: Arc::new(schemas),
            model: Arc::new(model),
            catalog_digest,
        })
    }

    /// The text of a suite, with the texts of the suites that the suite extends. An unknown base suite is
    /// left to the parser, which knows the line of the name.
    fn read_with_base_suites(&self, file: &str, text: &str) -> Result<SuiteFiles, UserError> {
        let known = self.list_suites()?;
        let mut sheets = SuiteFiles::from_file(file, text);
        for name in suite::list_base_suites(text).into_iter().filter(|name| known.contains(name)) {
            let (file, text) = self.read_suite(&name)?;
            let api = read_catalog_name(&file, &text).map_err(|problems| describe_problems(&file, &text, &problems))?;
            let bytes = self.open_catalog(&api)?.read("catalog.json").unwrap_or_default();
            let catalog: Catalog = serde_json::from_slice(&bytes).map_err(|error| {
                let place = format!("schemas/{api}/catalog.json");
                UserError::input(place, format!("the file is not a catalog: {error}"), "derive the schemas again")
            })?;
            sheets = sheets.with_base(&name, &file, &text, collect_page_digests(&catalog));
        }
        Ok(sheets)
    }

    /// The recorded plans that a campaign runs first: `suites/counterexamples/<suite>/*.json`, sorted by name.
    /// The former folder `suites/witnesses` is read too.
    ///
    /// # Errors
    /// If a file cannot be read, or is not a plan of this suite.
    pub fn read_recorded_plans(&self, suite: &str) -> Result<Vec<Plan>, UserError> {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for folder in PLAN_FOLDERS {
            match self {
                SuiteStore::Embedded(source) => {
                    let folder = format!("suites/{folder}/{suite}");
                    let paths = source.list_files(&folder).into_iter().map(|name| format!("{folder}/{name}"));
                    files.extend(paths.filter_map(|path| Some((path.clone(), source.read_file(&path)?))));
                }
                SuiteStore::Folder(base) => {
                    let entries = std::fs::read_dir(base.join("suites").join(folder).join(suite));
                    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
                    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
                        let bytes = read_input_bytes(&path, PLAN_BYTES_MAX).map_err(UserError::from_input_file)?;
                        files.push((path.display().to_string(), bytes));
                    }
                }
            }
        }
        files.retain(|(name, _)| name.ends_with(".json"));
        files.sort();
        files.iter().map(|(place, bytes)| parse_plan(place, bytes, Some(suite))).collect()
    }

    /// The place of suites and schemas, for messages.
    #[must_use]
    pub fn describe_place(&self) -> String {
        match self {
            SuiteStore::Embedded(_) => "the copies built into probity".to_string(),
            SuiteStore::Folder(base) => format!(
                "{} and {}",
                Path::new(".").join(base).join("suites").display(),
                Path::new(".").join(base).join("schemas").display()
            ),
        }
    }

    /// The first line of output: the place and a digest of the loaded suites, and the target.
    #[must_use]
    pub fn describe_origin(&self, loaded: &[LoadedSuite], target: &str) -> String {
        let mut hash = Sha256::new();
        for each in loaded {
            hash.update(each.suite.digest.as_bytes());
            hash.update(each.catalog_digest.as_bytes());
        }
        format!(
            "suites and schemas: {} ({}); endpoint: {target}",
            self.describe_place(),
            &finish_digest(hash)[..7 + SHORT]
        )
    }
}

/// All problems of a suite file as one error.
#[must_use]
pub fn describe_problems(file: &str, text: &str, problems: &[suite::SuiteProblem]) -> UserError {
    let errors = problems.iter().filter(|problem| problem.severity == suite::ProblemSeverity::Error).count();
    let first = problems.iter().find(|problem| problem.severity == suite::ProblemSeverity::Error);
    let place = first
        .map_or_else(|| file.to_string(), |problem| format!("{file}:{}:{}", problem.place.line, problem.place.column));
    let cause = match errors {
        1 => "the suite has an error".to_string(),
        count => format!("the suite has {count} errors"),
    };
    UserError::input(place, cause, "correct the errors listed above; `probity lint` lists them again")
        .with_detail(suite::render_problems(problems, text))
}

fn digest_catalog(schemas: &CompiledCatalog, files: &dyn CatalogFiles) -> String {
    let named = schemas.bodies().map(|(name, _)| name);
    let mut hash = Sha256::new();
    for name in std::iter::once("catalog.json").chain(named) {
        let bytes = files.read(name).unwrap_or_default();
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
    }
    finish_digest(hash)
}
