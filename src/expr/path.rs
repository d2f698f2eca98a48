//! Paths into a document: `body.resize.flavorRef`, `it["a:b"]`, `it.list[0]`.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::value::write_quoted;

/// [`assign_at_path`] ignores paths with an index from this number on.
const INDEX_MAX: usize = 1024;

/// A root name and the keys that lead from it to a part of its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    /// The identifier that the path starts from.
    pub root: Arc<str>,
    /// The steps from the root; empty for the root itself.
    pub keys: Vec<PathKey>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathKey {
    /// A field of a map.
    Name(Arc<str>),
    /// A position in a list, from 0.
    Index(usize),
}

impl FieldPath {
    /// The JSON pointer of the path within the value of the root.
    #[must_use]
    pub fn to_pointer(&self) -> String {
        let mut text = String::new();
        for key in &self.keys {
            text.push('/');
            match key {
                PathKey::Name(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
                PathKey::Index(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        for key in &self.keys {
            match key {
                PathKey::Name(name) if is_identifier(name) => write!(f, ".{name}")?,
                PathKey::Name(name) => {
                    f.write_str("[")?;
                    write_quoted(f, name)?;
                    f.write_str("]")?;
                }
                PathKey::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The part of `document` at `path`; `None` if the part is absent.
///
/// `document` is the value of the root: for `body.server.name` the body.
pub fn get_at_path<'a>(document: &'a Json, path: &FieldPath) -> Option<&'a Json> {
    path.keys.iter().try_fold(document, |at, key| match key {
        PathKey::Name(name) => at.get(name.as_ref()),
        PathKey::Index(index) => at.get(index),
    })
}

/// Sets the part of `document`, the value of the root, at `path`.
///
/// Missing objects and array elements are created, and arrays are padded with `null`. An index of
/// 1024 or more leaves the document unchanged. Scalars on the path are replaced.
pub fn assign_at_path(document: &mut Json, path: &FieldPath, value: Json) {
    let too_far = |key: &PathKey| matches!(key, PathKey::Index(index) if *index >= INDEX_MAX);
    if path.keys.iter().any(too_far) {
        return;
    }
    let mut at = document;
    for key in &path.keys {
        at = match key {
            PathKey::Name(name) => {
                if !at.is_object() {
                    *at = Json::Object(Map::new());
                }
                let object = at.as_object_mut().expect("just made an object");
                object.entry(name.to_string()).or_insert(Json::Null)
            }
            PathKey::Index(index) => {
                if !at.is_array() {
                    *at = Json::Array(Vec::new());
                }
                let array = at.as_array_mut().expect("just made an array");
                if array.len() <= *index {
                    array.resize(index + 1, Json::Null);
                }
                &mut array[*index]
            }
        };
    }
    *at = value;
}

/// Whether `name` can follow a point; other names are quoted in brackets.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    starts_well
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "in" | "true" | "false" | "null")
}
