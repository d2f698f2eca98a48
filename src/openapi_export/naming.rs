//! Names in the document: schemas, parameters of paths, ids of operations.

use crate::schema::catalog::{Binding, Operation};

/// The name of a body's schema among the components: the name of its file without `.json`.
pub(super) fn name_schema(file: &str) -> String {
    let stem = file.strip_suffix(".json").unwrap_or(file);
    stem.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect()
}

/// The names of the parameters of a path, in order.
pub(super) fn list_parameters(path: &str) -> Vec<String> {
    path.split('/').filter_map(|it| Some(it.strip_prefix('{')?.strip_suffix('}')?.to_string())).collect()
}

/// The id of an operation in the document, unused so far.
pub(super) fn choose_id(operation: &Operation, binding: &Binding, used: &mut Vec<String>) -> String {
    let mut id = operation.id.clone();
    if used.contains(&id) {
        id = format!("{}_{}", operation.id, binding.id);
    }
    let mut number = 2;
    while used.contains(&id) {
        id = format!("{}_{}_{number}", operation.id, binding.id);
        number += 1;
    }
    used.push(id.clone());
    id
}
