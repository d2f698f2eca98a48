//! A catalog folder, loaded completely at once.

use super::catalog::{Body, Catalog, FORMAT, Operation, Parameter};
use super::error::LoadError;
use super::shape::Shape;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A catalog with its compiled schemas.
#[derive(Debug)]
pub struct Schemas {
    /// The content of `catalog.json`.
    pub catalog: Catalog,
    /// Body schemas by file name.
    bodies: BTreeMap<String, Shape>,
    /// Parameter schemas by operation, place (`path`, `query`, `header`) and name.
    parameters: BTreeMap<(String, &'static str, String), Shape>,
}

/// The files of a catalog: a folder on disk, or copies in the binary.
pub trait Files {
    /// The bytes of a file; none if the file is missing or unreadable.
    fn read(&self, name: &str) -> Option<Vec<u8>>;
    /// The names of all files, sorted.
    fn names(&self) -> Vec<String>;
}

/// A folder on disk.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

/// Longest accepted file, in bytes.
const LENGTH_MAX: usize = 64 << 20;

const CATALOG: &str = "catalog.json";

impl Schemas {
    /// Loads `catalog.json` and every schema of the catalog.
    ///
    /// # Errors
    /// A missing or unreadable file, a file above 64 MiB, invalid JSON, a newer format, or a
    /// schema that does not compile.
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

    /// Whether a request body of the operation has an optional property of this name, at any depth.
    pub fn may_leave_out(&self, operation: &Operation, name: &str) -> bool {
        let bodies = operation.requests.iter().filter_map(|body| self.bodies.get(body.schema.as_ref()?));
        bodies.flat_map(Shape::optional).any(|optional| optional == name)
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.catalog.operations.iter().find(|operation| operation.id == id)
    }

    /// The schema of the request body in an API version; `None` means the first listed version.
    /// If no page describes the body in that version, the schema of another version (see
    /// [`Schemas::lent`]). None where the page documents no body.
    pub fn request(&self, operation: &Operation, version: Option<&str>) -> Option<&Shape> {
        let own = operation.requests.iter().find(|body| in_version(body, version));
        let body = own.or(operation.requests.first())?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// Whether [`Schemas::request`] returns the schema of another version. A body that obeys the
    /// schema counts as valid, and a body that breaks the schema is doubtful.
    pub fn lent(&self, operation: &Operation, version: Option<&str>) -> bool {
        !operation.requests.is_empty() && !operation.requests.iter().any(|body| in_version(body, version))
    }

    /// The schema of the response body for a status in an API version. A body listed for exactly
    /// this status precedes a body listed for any success.
    pub fn response(&self, operation: &Operation, status: u16, version: Option<&str>) -> Option<&Shape> {
        let listed = |body: &&Body| body.statuses.contains(&status) && in_version(body, version);
        let general =
            |body: &&Body| body.statuses.is_empty() && (200..300).contains(&status) && in_version(body, version);
        let bodies = &operation.responses;
        let body = bodies.iter().find(listed).or_else(|| bodies.iter().find(general))?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// The schema of a parameter's decoded value; `place` is `path`, `query` or `header`.
    pub fn parameter(&self, operation: &Operation, place: &str, name: &str) -> Option<&Shape> {
        let places = ["path", "query", "header"];
        let place = places.into_iter().find(|known| *known == place)?;
        self.parameters.get(&(operation.id.clone(), place, name.to_string()))
    }

    /// All body schemas with their file names.
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

/// Whether a body applies in a version; every body applies without a version.
fn in_version(body: &Body, version: Option<&str>) -> bool {
    let Some(version) = version else { return true };
    body.versions.is_empty() || body.versions.iter().any(|listed| bare(listed) == bare(version))
}

/// The number of a version: pages write `v2` and `2`, and headers write a product name before.
fn bare(version: &str) -> &str {
    let last = version.split_whitespace().last().unwrap_or(version);
    last.strip_prefix(['v', 'V']).unwrap_or(last)
}

/// All parameters with their places.
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
            cause: format!("the format is {}; this program reads formats up to {FORMAT}", format.unwrap_or(0)),
            remedy: "use a newer probity, or derive the catalog again with this one".into(),
        });
    }
    serde_json::from_value(value).map_err(|error| LoadError {
        place: CATALOG.into(),
        cause: format!("not a catalog: {error}"),
        remedy: "derive the catalog again".into(),
    })
}

fn read_json(files: &dyn Files, name: &str) -> Result<Value, LoadError> {
    let fail = |cause: String, remedy: &str| LoadError { place: name.into(), cause, remedy: remedy.into() };
    let plain =
        !name.is_empty() && !name.contains(['\\', ':']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !plain {
        return Err(fail("the file is outside of the catalog's folder".into(), "use a path below the folder"));
    }
    let again = "derive the catalog again, or check the path";
    let bytes = files.read(name).ok_or_else(|| fail("the file is missing or cannot be read".into(), again))?;
    if bytes.len() > LENGTH_MAX {
        return Err(fail(format!("the file is longer than {LENGTH_MAX} bytes"), again));
    }
    serde_json::from_slice(&bytes).map_err(|error| fail(format!("not JSON: {error}"), again))
}
