//! A catalog folder, loaded completely at once.

use super::catalog::{Catalog, FORMAT, Operation, OperationBody, OperationParameter};
use super::compiled_schema::CompiledSchema;
use super::error::CatalogError;
use probity_input::read_input_bytes;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A catalog with its compiled schemas.
#[derive(Debug)]
pub struct CompiledCatalog {
    /// The content of `catalog.json`.
    pub catalog: Catalog,
    /// Body schemas by file name.
    bodies: BTreeMap<String, CompiledSchema>,
    /// Parameter schemas by operation, place (`path`, `query`, `header`) and name.
    parameters: BTreeMap<String, BTreeMap<&'static str, BTreeMap<String, CompiledSchema>>>,
}

/// The files of a catalog: a folder on disk, or copies in the binary.
pub trait CatalogFiles {
    /// The bytes of a file; none if the file is missing or unreadable.
    fn read(&self, name: &str) -> Option<Vec<u8>>;
    /// The names of all files, sorted.
    fn names(&self) -> Vec<String>;
}

/// A folder on disk.
#[derive(Debug, Clone)]
pub struct CatalogFolder(pub PathBuf);

/// Longest accepted file, in bytes.
const LENGTH_MAX: usize = 64 << 20;

const CATALOG: &str = "catalog.json";

impl CompiledCatalog {
    /// Loads `catalog.json` and every schema of the catalog.
    ///
    /// # Errors
    /// A missing or unreadable file, a file above 64 MiB, invalid JSON, a newer format, or a
    /// schema that does not compile.
    pub fn load(files: &dyn CatalogFiles) -> Result<CompiledCatalog, CatalogError> {
        let catalog = read_catalog(files)?;
        let mut bodies = BTreeMap::new();
        let mut parameters: BTreeMap<String, BTreeMap<&'static str, BTreeMap<String, CompiledSchema>>> =
            BTreeMap::new();
        for operation in &catalog.operations {
            for body in operation.requests.iter().chain(&operation.responses) {
                let Some(name) = &body.schema else { continue };
                if !bodies.contains_key(name) {
                    bodies.insert(name.clone(), CompiledSchema::new(read_json(files, name)?, name)?);
                }
            }
            for (place, parameter) in list_parameters(operation) {
                let at = format!("{CATALOG}: {place} parameter `{}` of `{}`", parameter.name, operation.id);
                let shape = CompiledSchema::new(parameter.schema.clone(), &at)?;
                let of_operation = parameters.entry(operation.id.clone()).or_default();
                of_operation.entry(place).or_default().insert(parameter.name.clone(), shape);
            }
        }
        Ok(CompiledCatalog { catalog, bodies, parameters })
    }

    /// Whether a request body of the operation has an optional property of this name, at any depth.
    pub fn has_optional_property(&self, operation: &Operation, name: &str) -> bool {
        let bodies = operation.requests.iter().filter_map(|body| self.bodies.get(body.schema.as_ref()?));
        bodies.flat_map(CompiledSchema::optional_names).any(|optional| optional == name)
    }

    /// The operation with this id.
    pub fn find_operation(&self, id: &str) -> Option<&Operation> {
        self.catalog.operations.iter().find(|operation| operation.id == id)
    }

    /// The schema of the request body in an API version; `None` means the first listed version.
    /// If no page describes the body in that version, the schema of another version (see
    /// [`CompiledCatalog::borrows_request_schema`]). None where the page documents no body.
    pub fn find_request_schema(&self, operation: &Operation, version: Option<&str>) -> Option<&CompiledSchema> {
        let own = operation.requests.iter().find(|body| applies_in_version(body, version));
        let body = own.or(operation.requests.first())?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// Whether [`CompiledCatalog::find_request_schema`] returns the schema of another version. A body that obeys the
    /// schema counts as valid, and a body that breaks the schema is doubtful.
    pub fn borrows_request_schema(&self, operation: &Operation, version: Option<&str>) -> bool {
        !operation.requests.is_empty() && !operation.requests.iter().any(|body| applies_in_version(body, version))
    }

    /// The schema of the response body for a status in an API version. A body listed for exactly
    /// this status precedes a body listed for any success.
    pub fn find_response_schema(
        &self,
        operation: &Operation,
        status: u16,
        version: Option<&str>,
    ) -> Option<&CompiledSchema> {
        let listed = |body: &&OperationBody| body.statuses.contains(&status) && applies_in_version(body, version);
        let general = |body: &&OperationBody| {
            body.statuses.is_empty() && (200..300).contains(&status) && applies_in_version(body, version)
        };
        let bodies = &operation.responses;
        let body = bodies.iter().find(listed).or_else(|| bodies.iter().find(general))?;
        self.bodies.get(body.schema.as_ref()?)
    }

    /// The schema of a parameter's decoded value; `place` is `path`, `query` or `header`.
    pub fn find_parameter_schema(&self, operation: &Operation, place: &str, name: &str) -> Option<&CompiledSchema> {
        self.parameters.get(&operation.id)?.get(place)?.get(name)
    }

    /// All body schemas with their file names.
    pub fn bodies(&self) -> impl Iterator<Item = (&str, &CompiledSchema)> {
        self.bodies.iter().map(|(name, shape)| (name.as_str(), shape))
    }
}

impl CatalogFiles for CatalogFolder {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_input_bytes(&self.0.join(name), LENGTH_MAX as u64).ok()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

#[cfg(feature = "embedded")]
impl CatalogFiles for include_dir::Dir<'_> {
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
fn applies_in_version(body: &OperationBody, version: Option<&str>) -> bool {
    let Some(version) = version else { return true };
    body.versions.is_empty()
        || body.versions.iter().any(|listed| strip_version_prefix(listed) == strip_version_prefix(version))
}

/// The number of a version: pages write `v2` and `2`, and headers write a product name before.
fn strip_version_prefix(version: &str) -> &str {
    let last = version.split_whitespace().last().unwrap_or(version);
    last.strip_prefix(['v', 'V']).unwrap_or(last)
}

/// All parameters with their places.
fn list_parameters(operation: &Operation) -> impl Iterator<Item = (&'static str, &OperationParameter)> {
    let path = operation.path.iter().map(|parameter| ("path", parameter));
    let query = operation.query.iter().map(|parameter| ("query", parameter));
    let headers = operation.headers.iter().map(|parameter| ("header", parameter));
    path.chain(query).chain(headers)
}

fn read_catalog(files: &dyn CatalogFiles) -> Result<Catalog, CatalogError> {
    let value = read_json(files, CATALOG)?;
    let format = value.get("format").and_then(Value::as_u64);
    if format.is_some_and(|format| format > u64::from(FORMAT)) {
        return Err(CatalogError {
            place: CATALOG.into(),
            cause: format!("the format is {}; this program reads formats up to {FORMAT}", format.unwrap_or(0)),
            remedy: "use a newer probity, or derive the catalog again with this one".into(),
        });
    }
    serde_json::from_value(value).map_err(|error| CatalogError {
        place: CATALOG.into(),
        cause: format!("not a catalog: {error}"),
        remedy: "derive the catalog again".into(),
    })
}

fn read_json(files: &dyn CatalogFiles, name: &str) -> Result<Value, CatalogError> {
    let fail = |cause: String, remedy: &str| CatalogError { place: name.into(), cause, remedy: remedy.into() };
    let plain =
        !name.is_empty() && !name.contains(['\\', ':']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !plain {
        return Err(fail("the file is outside of the catalog's folder".into(), "use a path below the folder"));
    }
    let again = "derive the catalog again, or check the path";
    let bytes = files
        .read(name)
        .ok_or_else(|| fail("the file is missing, too long, no regular file, or cannot be read".into(), again))?;
    if bytes.len() > LENGTH_MAX {
        return Err(fail(format!("the file is longer than {LENGTH_MAX} bytes"), again));
    }
    serde_json::from_slice(&bytes).map_err(|error| fail(format!("not JSON: {error}"), again))
}
