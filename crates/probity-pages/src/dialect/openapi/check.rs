//! Checks that a description has a supported version, paths, and references with targets.

use super::methods::METHODS;
use crate::dialect::unreadable::{Unreadable, unreadable};
use crate::document::Trouble;
use crate::value::{Kind, Node};
use std::collections::BTreeMap;

/// Keys whose value is data and not part of the description. A `$ref` in data is no reference.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];

pub(super) fn check(file: &str, root: &Node, troubles: &mut Vec<Trouble>) -> Result<(), Unreadable> {
    let fail = |line, cause: String, remedy: &str| Err(unreadable(file, line, cause, remedy));
    version(file, root)?;
    let Some(paths) = root.get("paths") else {
        let cause = "this OpenAPI description has no `paths`, so it describes no operation".to_string();
        return fail(root.first, cause, "name the file that has the paths; parts in other files are not followed");
    };
    object(file, paths, "`paths`")?;
    for (path, item) in paths.members() {
        if path.starts_with("x-") {
            continue;
        }
        if !path.starts_with('/') {
            return fail(item.first, format!("the path `{path}` does not begin with `/`"), "begin the path with `/`");
        }
        object(file, item, &format!("the path `{path}`"))?;
        item_of(file, path, item, troubles)?;
    }
    references(file, root, root, false, 0)
}

fn version(file: &str, root: &Node) -> Result<(), Unreadable> {
    let remedy = "convert the file to OpenAPI 3.0 or 3.1";
    if let Some(old) = root.get("swagger") {
        return Err(unreadable(file, old.first, "OpenAPI 2 (Swagger) is not read".into(), remedy));
    }
    let Some(written) = root.get("openapi") else {
        return Err(unreadable(file, root.first, "the key `openapi` with the version is missing".into(), remedy));
    };
    let text = match &written.kind {
        Kind::String(text) => text.clone(),
        Kind::Number(number) => number.to_string(),
        _ => String::new(),
    };
    if text.starts_with("3.0") || text.starts_with("3.1") {
        return Ok(());
    }
    Err(unreadable(file, written.first, format!("OpenAPI `{text}` is not read"), remedy))
}

fn object(file: &str, node: &Node, what: &str) -> Result<(), Unreadable> {
    match node.kind {
        Kind::Object(_) => Ok(()),
        _ => Err(unreadable(file, node.first, format!("{what} must be a map"), "correct the file at that line")),
    }
}

fn list(file: &str, node: &Node, what: &str) -> Result<(), Unreadable> {
    match node.kind {
        Kind::Array(_) => Ok(()),
        _ => Err(unreadable(file, node.first, format!("{what} must be a list"), "correct the file at that line")),
    }
}

fn item_of(file: &str, path: &str, item: &Node, troubles: &mut Vec<Trouble>) -> Result<(), Unreadable> {
    if let Some(parameters) = item.get("parameters") {
        list(file, parameters, &format!("`parameters` of `{path}`"))?;
    }
    for (key, operation) in item.members() {
        if !METHODS.contains(&key.as_str()) {
            let known = ["$ref", "summary", "description", "servers", "parameters"].contains(&key.as_str());
            if !known && !key.starts_with("x-") {
                troubles.push(Trouble {
                    line: operation.first,
                    cause: format!("`{key}` is no method of the path `{path}`"),
                });
            }
            continue;
        }
        let what = format!("`{} {path}`", key.to_uppercase());
        object(file, operation, &what)?;
        if let Some(parameters) = operation.get("parameters") {
            list(file, parameters, &format!("`parameters` of {what}"))?;
        }
        match operation.get("responses") {
            Some(responses) => object(file, responses, &format!("`responses` of {what}"))?,
            None => troubles.push(Trouble { line: operation.first, cause: format!("{what} has no `responses`") }),
        }
    }
    Ok(())
}

/// Checks that every local reference has a target other than itself. `names` means that the keys of `node` are names
/// that the author chose.
fn references(file: &str, root: &Node, node: &Node, names: bool, depth: usize) -> Result<(), Unreadable> {
    if depth > 96 {
        return Ok(());
    }
    match &node.kind {
        Kind::Array(items) => items.iter().try_for_each(|it| references(file, root, it, false, depth + 1)),
        Kind::Object(members) => members.iter().try_for_each(|(key, it)| match (&it.kind, key.as_str()) {
            (Kind::String(target), "$ref") if !names => follow(file, root, target, it.first),
            (_, key) if !names && (DATA.contains(&key) || key.starts_with("x-")) => Ok(()),
            (_, key) => {
                // The keys below are names that the author chose.
                let chosen = ["properties", "schemas", "patternProperties", "responses", "parameters", "headers"];
                references(file, root, it, !names && chosen.contains(&key), depth + 1)
            }
        }),
        _ => Ok(()),
    }
}

fn follow(file: &str, root: &Node, target: &str, line: u32) -> Result<(), Unreadable> {
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut now = target.to_string();
    loop {
        // Derivation reports a reference to another file as a doubt, where the target is needed.
        if !now.starts_with('#') {
            return Ok(());
        }
        if seen.insert(now.clone(), ()).is_some() {
            let cause = format!("the reference `{target}` leads back to itself");
            return Err(unreadable(file, line, cause, "refer to a description"));
        }
        let Some(found) = root.at(&now) else {
            let cause = format!("the reference `{now}` has no target in this file");
            return Err(unreadable(file, line, cause, "correct the reference, or add its target"));
        };
        match found.get("$ref").map(|it| &it.kind) {
            Some(Kind::String(next)) if found.members().len() == 1 => now = next.clone(),
            _ => return Ok(()),
        }
    }
}
