//! Checks that a description has a supported version, paths, and references with targets.

use super::methods::METHODS;
use crate::dialect::unreadable::{UnreadablePage, unreadable_page};
use crate::document::ReadingTrouble;
use crate::value::{SourceValue, SourceValueKind};
use std::collections::BTreeMap;

/// Keys whose value is data and not part of the description. A `$ref` in data is no reference.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];

pub(super) fn check_description(
    file: &str,
    root: &SourceValue,
    troubles: &mut Vec<ReadingTrouble>,
) -> Result<(), UnreadablePage> {
    let fail = |line, cause: String, remedy: &str| Err(unreadable_page(file, line, cause, remedy));
    let Some(paths) = root.get("paths") else {
        let cause = "this OpenAPI description has no `paths`, so it describes no operation".to_string();
        return fail(root.first, cause, "name the file that has the paths; parts in other files are not followed");
    };
    expect_object(file, paths, "`paths`")?;
    for (path, item) in paths.members() {
        if path.starts_with("x-") {
            continue;
        }
        if !path.starts_with('/') {
            return fail(item.first, format!("the path `{path}` does not begin with `/`"), "begin the path with `/`");
        }
        expect_object(file, item, &format!("the path `{path}`"))?;
        check_path_item(file, path, item, troubles)?;
    }
    check_references(file, root, root, false, 0)
}

/// The form of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DescriptionVersion {
    /// 2.0.
    Swagger,
    /// 3.0, 3.1 or 3.2.
    OpenApi,
}

/// The version of a description.
pub(super) fn check_version(file: &str, root: &SourceValue) -> Result<DescriptionVersion, UnreadablePage> {
    let remedy = "convert the file to OpenAPI 3.0, 3.1 or 3.2";
    let Some(written) = root.get("swagger").or_else(|| root.get("openapi")) else {
        return Err(unreadable_page(file, root.first, "the key `openapi` with the version is missing".into(), remedy));
    };
    // `2.0` without quotes is a number in YAML.
    let text = written.scalar_text().unwrap_or_default();
    if root.get("swagger").is_some() && (text == "2.0" || text == "2") {
        return Ok(DescriptionVersion::Swagger);
    }
    if root.get("openapi").is_some() && ["3.0", "3.1", "3.2"].iter().any(|known| text.starts_with(known)) {
        return Ok(DescriptionVersion::OpenApi);
    }
    Err(unreadable_page(file, written.first, format!("OpenAPI `{text}` is not read"), remedy))
}

fn expect_object(file: &str, node: &SourceValue, what: &str) -> Result<(), UnreadablePage> {
    match node.kind {
        SourceValueKind::Object(_) => Ok(()),
        _ => Err(unreadable_page(file, node.first, format!("{what} must be a map"), "correct the file at that line")),
    }
}

fn expect_list(file: &str, node: &SourceValue, what: &str) -> Result<(), UnreadablePage> {
    match node.kind {
        SourceValueKind::Array(_) => Ok(()),
        _ => Err(unreadable_page(file, node.first, format!("{what} must be a list"), "correct the file at that line")),
    }
}

fn check_path_item(
    file: &str,
    path: &str,
    item: &SourceValue,
    troubles: &mut Vec<ReadingTrouble>,
) -> Result<(), UnreadablePage> {
    if let Some(parameters) = item.get("parameters") {
        expect_list(file, parameters, &format!("`parameters` of `{path}`"))?;
    }
    for (key, operation) in item.members() {
        if !METHODS.contains(&key.as_str()) {
            let known = ["$ref", "summary", "description", "servers", "parameters"].contains(&key.as_str());
            if !known && !key.starts_with("x-") {
                troubles.push(ReadingTrouble {
                    line: operation.first,
                    cause: format!("`{key}` is no method of the path `{path}`"),
                });
            }
            continue;
        }
        let what = format!("`{} {path}`", key.to_uppercase());
        expect_object(file, operation, &what)?;
        if let Some(parameters) = operation.get("parameters") {
            expect_list(file, parameters, &format!("`parameters` of {what}"))?;
        }
        match operation.get("responses") {
            Some(responses) => expect_object(file, responses, &format!("`responses` of {what}"))?,
            None => {
                troubles.push(ReadingTrouble { line: operation.first, cause: format!("{what} has no `responses`") })
            }
        }
    }
    Ok(())
}

/// Checks that every local reference has a target other than itself. `names` means that the keys of `node` are names
/// that the author chose.
fn check_references(
    file: &str,
    root: &SourceValue,
    node: &SourceValue,
    names: bool,
    depth: usize,
) -> Result<(), UnreadablePage> {
    if depth > 96 {
        return Ok(());
    }
    match &node.kind {
        SourceValueKind::Array(items) => {
            items.iter().try_for_each(|it| check_references(file, root, it, false, depth + 1))
        }
        SourceValueKind::Object(members) => members.iter().try_for_each(|(key, it)| match (&it.kind, key.as_str()) {
            (SourceValueKind::String(target), "$ref") if !names => follow_reference(file, root, target, it.first),
            (_, key) if !names && (DATA.contains(&key) || key.starts_with("x-")) => Ok(()),
            (_, key) => {
                // The keys below are names that the author chose.
                let chosen = ["properties", "schemas", "patternProperties", "responses", "parameters", "headers"];
                check_references(file, root, it, !names && chosen.contains(&key), depth + 1)
            }
        }),
        _ => Ok(()),
    }
}

fn follow_reference(file: &str, root: &SourceValue, target: &str, line: u32) -> Result<(), UnreadablePage> {
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut now = target.to_string();
    loop {
        // Derivation reports a reference to another file as a doubt, where the target is needed.
        if !now.starts_with('#') {
            return Ok(());
        }
        if seen.insert(now.clone(), ()).is_some() {
            let cause = format!("the reference `{target}` leads back to itself");
            return Err(unreadable_page(file, line, cause, "refer to a description"));
        }
        let Some(found) = root.resolve_reference(&now) else {
            let cause = format!("the reference `{now}` has no target in this file");
            return Err(unreadable_page(file, line, cause, "correct the reference, or add its target"));
        };
        match found.get("$ref").map(|it| &it.kind) {
            Some(SourceValueKind::String(next)) if found.members().len() == 1 => now = next.clone(),
            _ => return Ok(()),
        }
    }
}
