//! A catalog folder, loaded whole: nothing half-read, nothing read later.

use super::catalog::{Body, Catalog, FORMAT, Operation, Parameter};
use super::shape::Shape;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use thiserror::Error;

/// A catalog and its schemas, compiled.
#[derive(Debug)]
pub struct Schemas {
    /// The operations, as in `catalog.json`.
    pub catalog: Catalog,
    /// By file name.
    bodies: BTreeMap<String, Shape>,
    /// By operation, place (`path`, `query`, `header`) and name.
    parameters: BTreeMap<(String, &'static str, String), Shape>,
}

/// Where a catalog's files come from: a folder on disk, or copies in the binary.
pub trait Files {
    /// The bytes of a file; none if it is not there or cannot be read.
    fn read(&self, name: &str) -> Option<Vec<u8>>;
    /// The names of all files, sorted.
    fn names(&self) -> Vec<String>;
}

/// A folder on disk.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

/// Why a catalog cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {cause}; {remedy}")]
pub struct LoadError {
    /// The file, and a JSON pointer into it where there is one.
    pub place: String,
    /// What is wrong there.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

/// Longest file that is read, in bytes.
const LENGTH_MAX: usize = 64 << 20;

const CATALOG: &str = "catalog.json";

impl Schemas {
    /// Loads `catalog.json` and every schema that it names.
    ///
    /// # Errors
    /// A file that is missing, too long, not JSON, of a newer format, or a schema
    /// that does not compile.
    pub fn load(files: &dyn Files) -> Result<Schemas, LoadError> {
        let catalog = read_catalog(files)?;
        let mut bodies = BTreeMap::new();
        let mut parameters = BTreeMap::new();
        for operation in &catalog.operations {
            for body in operation.requests.iter().chain(&operation.responses) {
                let Some(name) = &body.schema else { continue };
                if !bodies.contains_key(name) {
                    bodies.insert(name.clone(), Shape::new(read_json(files, name)?, name)?);
                }
            }
            for (place, parameter) in parameters_of(operation) {
                let at = format!("{CATALOG}: {place} parameter `{}` of `{}`", parameter.name, operation.id);
                let shape = Shape::new(parameter.schema.clone(), &at)?;
                parameters.insert((operation.id.clone(), place, parameter.name.clone()), shape);
            }
        }
        Ok(Schemas { catalog, bodies, parameters })
    }

    /// Whether a request of this operation may leave a property of this name out, at whatever depth.
    pub fn may_leave_out(&self, operation: &Operation, name: &str) -> bool {
        let bodies = operation.requests.iter().filter_map(|body| self.bodies.get(body.schema.as_ref()?));
        bodies.flat_map(Shape::optional).any(|optional| optional == name)
    }

    /// The operation of that id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.catalog.operations.iter().find(|operation| operation.id == id)
    }

    /// The request body in an API version (`None`: the first that is listed). Where no page describes the
    /// body of that version, the one that is described of another (see [`Schemas::lent`]).
    /// None where the page documents no body.
    pub fn request(&self, operation: &Operation, version: Option<&str>) -> Option<&Shape> {
        let own = operation.requests.iter().find(|body| in_version(body, version));
        let body = own.or(operation.requests.first())?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// Whether the body that [`Schemas::request`] gives is that of another version: what obeys it is
    /// valid as far as anybody knows, and what breaks it is doubtful.
    pub fn lent(&self, operation: &Operation, version: Option<&str>) -> bool {
        !operation.requests.is_empty() && !operation.requests.iter().any(|body| in_version(body, version))
    }

    /// The response body that comes with a status in an API version.
    /// A body listed for that very status goes before one listed for any success.
    pub fn response(&self, operation: &Operation, status: u16, version: Option<&str>) -> Option<&Shape> {
        let listed = |body: &&Body| body.statuses.contains(&status) && in_version(body, version);
        let general =
            |body: &&Body| body.statuses.is_empty() && (200..300).contains(&status) && in_version(body, version);
        let bodies = &operation.responses;
        let body = bodies.iter().find(listed).or_else(|| bodies.iter().find(general))?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// The shape of a parameter's decoded value; `place` is `path`, `query` or `header`.
    pub fn parameter(&self, operation: &Operation, place: &str, name: &str) -> Option<&Shape> {
        let places = ["path", "query", "header"];
        let place = places.into_iter().find(|known| *known == place)?;
        self.parameters.get(&(operation.id.clone(), place, name.to_string()))
    }

    /// Every body schema by file name.
    pub fn bodies(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.bodies.iter().map(|(name, shape)| (name.as_str(), shape))
    }
}

impl Files for Folder {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(name)).ok()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

#[cfg(feature = "embedded")]
impl Files for include_dir::Dir<'_> {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = self.get_file(self.path().join(name))?;
        Some(file.contents().to_vec())
    }

    fn names(&self) -> Vec<String> {
        let name = |file: &include_dir::File<'_>| Some(file.path().file_name()?.to_str()?.to_string());
        let mut names: Vec<String> = self.files().filter_map(name).collect();
        names.sort();
        names
    }
}

fn in_version(body: &Body, version: Option<&str>) -> bool {
    let Some(version) = version else { return true };
    body.versions.is_empty() || body.versions.iter().any(|listed| bare(listed) == bare(version))
}

/// Pages write `v2` and `2` for the same version, and headers put the name of the product before it.
fn bare(version: &str) -> &str {
    let last = version.split_whitespace().last().unwrap_or(version);
    last.strip_prefix(['v', 'V']).unwrap_or(last)
}

fn parameters_of(operation: &Operation) -> impl Iterator<Item = (&'static str, &Parameter)> {
    let path = operation.path.iter().map(|parameter| ("path", parameter));
    let query = operation.query.iter().map(|parameter| ("query", parameter));
    let headers = operation.headers.iter().map(|parameter| ("header", parameter));
    path.chain(query).chain(headers)
}

fn read_catalog(files: &dyn Files) -> Result<Catalog, LoadError> {
    let value = read_json(files, CATALOG)?;
    let format = value.get("format").and_then(Value::as_u64);
    if format.is_some_and(|format| format > u64::from(FORMAT)) {
        return Err(LoadError {
            place: CATALOG.into(),
            cause: format!("its format is {}, this program reads up to {FORMAT}", format.unwrap_or(0)),
            remedy: "use a newer probity, or derive the catalog again with this one".into(),
        });
    }
    serde_json::from_value(value).map_err(|error| LoadError {
        place: CATALOG.into(),
        cause: format!("it is not a catalog: {error}"),
        remedy: "derive the catalog again".into(),
    })
}

fn read_json(files: &dyn Files, name: &str) -> Result<Value, LoadError> {
    let fail = |cause: String, remedy: &str| LoadError { place: name.into(), cause, remedy: remedy.into() };
    let plain =
        !name.is_empty() && !name.contains(['\\', ':']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !plain {
        return Err(fail("it lies outside of the catalog's folder".into(), "name it by a path below the folder"));
    }
    let again = "derive the catalog again, or check the path";
    let bytes = files.read(name).ok_or_else(|| fail("the file is missing or cannot be read".into(), again))?;
    if bytes.len() > LENGTH_MAX {
        return Err(fail(format!("the file is longer than {LENGTH_MAX} bytes"), again));
    }
    serde_json::from_slice(&bytes).map_err(|error| fail(format!("it is not JSON: {error}"), again))
}
