//! Where suites and schemas come from: the folders of the user, or the copies in this program.

use super::wrong::{Wrong, meant};
use crate::expr::Val;
use crate::model::Model;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::report::written;
use crate::schema::catalog::Catalog;
use crate::schema::{Files, Folder, Schemas};
use crate::suite::{self, Sheets, Suite, catalog_name, pages_of};
use include_dir::{Dir, include_dir};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

static SUITES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/suites");
static SCHEMAS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/schemas");

/// Hex digits of a digest that people are shown.
const SHORT: usize = 12;

/// One place for suites and their schemas. The two are never mixed: a suite from a folder
/// is read against the schemas beside that folder, an embedded one against the embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelf {
    /// `suites` and `schemas` below this folder; empty for the current one.
    Beside(PathBuf),
    Embedded,
}

/// A suite brought to life, with what it was made from.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub name: String,
    /// What messages call the suite file.
    pub file: String,
    pub text: String,
    pub suite: Arc<Suite>,
    pub schemas: Arc<Schemas>,
    pub model: Arc<Model>,
    /// `sha256:…` over the catalog and every schema that it names.
    pub catalog_digest: String,
}

impl Shelf {
    /// `./suites` and `./schemas` if the first is there, else the copies in the program.
    ///
    /// # Errors
    /// If there is `./suites` without `./schemas`.
    pub fn find(base: &Path) -> Result<Shelf, Wrong> {
        if !base.join("suites").is_dir() {
            return Ok(Shelf::Embedded);
        }
        if !base.join("schemas").is_dir() {
            return Err(Wrong::input(
                base.join("schemas").display().to_string(),
                "there is a folder `suites` here and no folder `schemas`, and the two are never mixed with the built-in ones",
                "derive the schemas with `probity derive --out schemas/<api>`, or run probity elsewhere to use the built-in suites",
            ));
        }
        Ok(Shelf::Beside(base.to_path_buf()))
    }

    /// Names of the suites, sorted.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn suites(&self) -> Result<Vec<String>, Wrong> {
        let named = |name: &str| name.strip_suffix(".yaml").map(str::to_string);
        let mut names: Vec<String> = match self {
            Shelf::Embedded => SUITES.files().filter_map(|file| named(file.path().to_str()?)).collect(),
            Shelf::Beside(base) => {
                let folder = base.join("suites");
                let entries = std::fs::read_dir(&folder).map_err(|error| Wrong::unreadable(&folder, &error))?;
                entries.flatten().filter_map(|entry| named(entry.file_name().to_str()?)).collect()
            }
        };
        names.sort();
        Ok(names)
    }

    /// The suites that the user named, or all of them.
    ///
    /// # Errors
    /// If one is unknown, or there is none at all.
    pub fn select(&self, named: &[String]) -> Result<Vec<String>, Wrong> {
        let known = self.suites()?;
        if known.is_empty() {
            return Err(Wrong::input(self.place(), "there is no suite here", "write `suites/<name>.yaml`"));
        }
        for name in named {
            if !known.contains(name) {
                let all: Vec<&str> = known.iter().map(String::as_str).collect();
                return Err(Wrong::usage(
                    format!("suite `{name}`"),
                    format!("there is no suite of that name in {}", self.place()),
                    meant(name, &all),
                ));
            }
        }
        Ok(if named.is_empty() { known } else { named.to_vec() })
    }

    /// The suite's file as messages call it, and its text.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn text(&self, suite: &str) -> Result<(String, String), Wrong> {
        let name = format!("{suite}.yaml");
        match self {
            Shelf::Embedded => {
                let file = SUITES.get_file(&name).and_then(include_dir::File::contents_utf8);
                let text =
                    file.ok_or_else(|| Wrong::input(&name, "the built-in suite is not text", "use a `suites` folder"))?;
                Ok((format!("built-in {name}"), text.to_string()))
            }
            Shelf::Beside(base) => {
                let path = base.join("suites").join(&name);
                let text = std::fs::read_to_string(&path).map_err(|error| Wrong::unreadable(&path, &error))?;
                Ok((path.display().to_string(), text))
            }
        }
    }

    /// The files of a catalog.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn catalog(&self, api: &str) -> Result<Box<dyn Files>, Wrong> {
        let known = self.catalogs();
        if !known.iter().any(|name| name == api) {
            let all: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Wrong::input(
                format!("catalog `{api}`"),
                format!("there are no schemas of that name in {}", self.place()),
                meant(api, &all),
            ));
        }
        Ok(match self {
            Shelf::Embedded => Box::new(SCHEMAS.get_dir(api).expect("it was listed").clone()),
            Shelf::Beside(base) => Box::new(Folder(base.join("schemas").join(api))),
        })
    }

    /// Names of the catalogs, sorted.
    #[must_use]
    pub fn catalogs(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Shelf::Embedded => SCHEMAS.dirs().filter_map(|dir| Some(dir.path().to_str()?.to_string())).collect(),
            Shelf::Beside(base) => {
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

    /// Reads a suite and its catalog, checks both, and brings the suite to life for a day (`YYYY-MM-DD`).
    ///
    /// # Errors
    /// If either cannot be used; a suite's problems are all in the detail.
    pub fn load(&self, name: &str, today: &str) -> Result<Loaded, Wrong> {
        let loaded = self.load_ill_typed(name, today)?;
        // A misspelt field is null wherever it is read: the suite would judge by another sentence than it says.
        let wrong = suite::ill_typed(&loaded.suite.sheets, &loaded.suite, &loaded.schemas);
        if wrong.is_empty() { Ok(loaded) } else { Err(bad_suite(&loaded.file, &loaded.text, &wrong)) }
    }

    /// As [`Shelf::load`], for who looks for what is ill-typed and shows it with the rest.
    ///
    /// # Errors
    /// As [`Shelf::load`], save for types.
    pub fn load_ill_typed(&self, name: &str, today: &str) -> Result<Loaded, Wrong> {
        let (file, text) = self.text(name)?;
        let bad = |problems: Vec<suite::Problem>| bad_suite(&file, &text, &problems);
        let api = catalog_name(&file, &text).map_err(bad)?;
        let files = self.catalog(&api)?;
        let schemas = Schemas::load(files.as_ref())
            .map_err(|error| Wrong::input(format!("schemas/{api}/{}", error.place), error.cause, error.remedy))?;
        let sheets = self.sheets(&file, &text)?;
        let suite = Arc::new(suite::parse_sheets(&sheets, &schemas.catalog).map_err(bad)?);
        let model = Model::new(Arc::clone(&suite), &schemas.catalog, today)
            .map_err(|error| Wrong::input(error.place, error.what, error.remedy))?;
        let catalog_digest = catalog_digest(&schemas, files.as_ref());
        Ok(Loaded {
            name: suite.name.clone(),
            file,
            text,
            suite,
            schemas: Arc::new(schemas),
            model: Arc::new(model),
            catalog_digest,
        })
    }

    /// A suite's text with those of the suites that it builds on. One that is not there is left to
    /// the parser, which knows the place that names it.
    fn sheets(&self, file: &str, text: &str) -> Result<Sheets, Wrong> {
        let known = self.suites()?;
        let mut sheets = Sheets::alone(file, text);
        for name in suite::builds_on(text).into_iter().filter(|name| known.contains(name)) {
            let (file, text) = self.text(&name)?;
            let api = catalog_name(&file, &text).map_err(|problems| bad_suite(&file, &text, &problems))?;
            let bytes = self.catalog(&api)?.read("catalog.json").unwrap_or_default();
            let catalog: Catalog = serde_json::from_slice(&bytes).map_err(|error| {
                let place = format!("schemas/{api}/catalog.json");
                Wrong::input(place, format!("it is not a catalog: {error}"), "derive the schemas again")
            })?;
            sheets = sheets.on(&name, &file, &text, pages_of(&catalog));
        }
        Ok(sheets)
    }

    /// Plans that are worth running first: `suites/witnesses/<suite>/*.json`, in the order of their names.
    ///
    /// # Errors
    /// If one of them is no plan of this suite.
    pub fn witnesses(&self, suite: &str) -> Result<Vec<Plan>, Wrong> {
        let mut files: Vec<(String, Vec<u8>)> = match self {
            Shelf::Embedded => SUITES
                .get_dir(Path::new("witnesses").join(suite))
                .into_iter()
                .flat_map(Dir::files)
                .map(|file| (file.path().display().to_string(), file.contents().to_vec()))
                .collect(),
            Shelf::Beside(base) => {
                let folder = base.join("suites").join("witnesses").join(suite);
                let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                let read = |path: PathBuf| Some((path.display().to_string(), std::fs::read(&path).ok()?));
                entries.filter_map(|entry| read(entry.path())).collect()
            }
        };
        files.retain(|(name, _)| name.ends_with(".json"));
        files.sort();
        files.iter().map(|(place, bytes)| plan(place, bytes, Some(suite))).collect()
    }

    /// Where they come from, for people.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Shelf::Embedded => "the copies built into probity".to_string(),
            Shelf::Beside(base) => format!(
                "{} and {}",
                Path::new(".").join(base).join("suites").display(),
                Path::new(".").join(base).join("schemas").display()
            ),
        }
    }
}

impl Loaded {
    /// The same suite with what a profile offers for its pools; pools of other suites are passed over.
    ///
    /// # Errors
    /// If the suite cannot be brought to life with them.
    pub fn at(self, profile: &Profile) -> Result<Loaded, Wrong> {
        let pools = profile.pools.iter().filter(|(name, _)| self.suite.pools.contains_key(*name));
        let pools = pools.map(|(name, values)| (name.clone(), values.clone())).collect();
        let today = self.model.today.clone();
        self.with_pools(&pools, &today)
    }

    /// The same suite with the values that an endpoint offers instead of its own.
    ///
    /// # Errors
    /// If the suite has no pool of such a name.
    pub fn with_pools(self, pools: &BTreeMap<String, Vec<Value>>, today: &str) -> Result<Loaded, Wrong> {
        if pools.is_empty() {
            return Ok(self);
        }
        let mut suite = (*self.suite).clone();
        for (name, values) in pools {
            let known: Vec<&str> = self.suite.pools.keys().map(String::as_str).collect();
            let pool = suite.pools.get_mut(name);
            let pool = pool.ok_or_else(|| {
                Wrong::input(
                    format!("pool `{name}`"),
                    format!("suite {} has no such pool", self.name),
                    meant(name, &known),
                )
            })?;
            *pool = values.iter().map(Val::from).collect();
        }
        let suite = Arc::new(suite);
        let model = Model::new(Arc::clone(&suite), &self.schemas.catalog, today);
        let model = Arc::new(model.map_err(|error| Wrong::input(error.place, error.what, error.remedy))?);
        Ok(Loaded { suite, model, ..self })
    }
}

/// The first line of output: origin, digest of all that was loaded, and whom it is held against.
#[must_use]
pub fn origin(shelf: &Shelf, loaded: &[Loaded], target: &str) -> String {
    let mut hash = Sha256::new();
    for each in loaded {
        hash.update(each.suite.digest.as_bytes());
        hash.update(each.catalog_digest.as_bytes());
    }
    format!("suites and schemas: {} ({}); endpoint: {target}", shelf.place(), &written(hash)[..7 + SHORT])
}

/// A recorded plan. `suite`: whose it must be.
///
/// # Errors
/// If it is no plan, of a newer format, or of another suite.
pub fn plan(place: &str, bytes: &[u8], suite: Option<&str>) -> Result<Plan, Wrong> {
    let wrong =
        |cause: String| Wrong::input(place, cause, "take a plan as `run` wrote it: witness-N.json or plan-N.json");
    let value: Value = serde_json::from_slice(bytes).map_err(|error| wrong(format!("it is not JSON: {error}")))?;
    let format = value.get("format").and_then(Value::as_u64).unwrap_or(0);
    if format > u64::from(crate::plan::FORMAT) {
        let cause = format!("its format is {format}, this program reads up to {}", crate::plan::FORMAT);
        return Err(Wrong::input(place, cause, "replay it with the probity that wrote it, or a later one"));
    }
    let plan: Plan = serde_json::from_value(value).map_err(|error| wrong(format!("it is not a plan: {error}")))?;
    match suite {
        Some(suite) if plan.suite != suite => {
            Err(wrong(format!("it is a plan of suite `{}`, not of `{suite}`", plan.suite)))
        }
        _ => Ok(plan),
    }
}

/// All problems of a suite file as one error.
#[must_use]
pub fn bad_suite(file: &str, text: &str, problems: &[suite::Problem]) -> Wrong {
    let errors = problems.iter().filter(|problem| problem.severity == suite::Severity::Error).count();
    let first = problems.iter().find(|problem| problem.severity == suite::Severity::Error);
    let place = first
        .map_or_else(|| file.to_string(), |problem| format!("{file}:{}:{}", problem.place.line, problem.place.column));
    let cause = match errors {
        1 => "the suite has an error".to_string(),
        count => format!("the suite has {count} errors"),
    };
    Wrong::input(place, cause, "correct what is listed above; `probity lint` lists it again")
        .with_detail(suite::render(problems, text))
}

fn catalog_digest(schemas: &Schemas, files: &dyn Files) -> String {
    let named = schemas.bodies().map(|(name, _)| name);
    let mut hash = Sha256::new();
    for name in std::iter::once("catalog.json").chain(named) {
        let bytes = files.read(name).unwrap_or_default();
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
    }
    written(hash)
}
