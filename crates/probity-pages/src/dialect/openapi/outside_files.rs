//! References to other files: the files become a part of the description, and the references local.

use super::tree;
use crate::document::{IncludedFile, LINES_APART, ReadingTrouble};
use crate::value::{SourceValue, SourceValueKind};
use std::collections::VecDeque;

/// The member of the root that has the other files, by path.
const FILES: &str = "x-included-files";
/// Most files of one description, because lines of included files need numbers of their own.
const FILES_MAX: usize = 500;

/// A description with the files that it refers to.
pub(super) struct JoinedDescription {
    pub root: SourceValue,
    /// The files, in the order of their line numbers.
    pub included: Vec<IncludedFile>,
}

/// Reads every file that the description refers to, also through other files, and makes the references local. `file`
/// returns the text of a file by path relative to the description. A file that cannot be read is a trouble, and the
/// references to the file stay as they are.
pub(super) fn join_files(
    mut root: SourceValue,
    file: &dyn Fn(&str) -> Option<String>,
    troubles: &mut Vec<ReadingTrouble>,
) -> JoinedDescription {
    let mut included: Vec<IncludedFile> = Vec::new();
    let mut trees: Vec<(String, SourceValue)> = Vec::new();
    let mut wanted: VecDeque<(String, u32)> = VecDeque::new();
    let mut known: Vec<String> = Vec::new();
    let mut absent: Vec<String> = Vec::new();
    localise_references(&mut root, "", &mut wanted);
    while let Some((path, line)) = wanted.pop_front() {
        if known.contains(&path) {
            continue;
        }
        known.push(path.clone());
        if included.len() >= FILES_MAX {
            troubles.push(ReadingTrouble { line, cause: format!("{path}: more than {FILES_MAX} files are not read") });
            absent.push(path);
            continue;
        }
        let read = file(&path).ok_or_else(|| "the file was not found beside the description".to_string());
        let read = read.and_then(|text| tree::read_value(&path, &text).map_err(|error| error.cause));
        let mut inner = match read {
            Ok(inner) => inner,
            Err(cause) => {
                troubles.push(ReadingTrouble { line, cause: format!("{path}: {cause}") });
                absent.push(path);
                continue;
            }
        };
        move_lines(&mut inner, LINES_APART * (included.len() as u32 + 1));
        included.push(IncludedFile { file: path.clone(), line });
        // A file that another file names is cited by the line of the description that leads there.
        let mut further = VecDeque::new();
        localise_references(&mut inner, &path, &mut further);
        wanted.extend(further.into_iter().map(|(next, _)| (next, line)));
        trees.push((path, inner));
    }
    if !absent.is_empty() {
        std::iter::once(&mut root)
            .chain(trees.iter_mut().map(|(_, it)| it))
            .for_each(|it| restore_references(it, &absent));
    }
    if let (SourceValueKind::Object(members), false) = (&mut root.kind, trees.is_empty()) {
        let (first, last) = (root.first, root.last);
        members.push((FILES.to_string(), SourceValue { kind: SourceValueKind::Object(trees), first, last }));
    }
    JoinedDescription { root, included }
}

/// Makes the references of a file local, and collects the paths of the files that they name with the lines. `home` is the
/// path of the file; empty for the description itself.
fn localise_references(node: &mut SourceValue, home: &str, wanted: &mut VecDeque<(String, u32)>) {
    let first = node.first;
    match &mut node.kind {
        SourceValueKind::Array(items) => items.iter_mut().for_each(|it| localise_references(it, home, wanted)),
        SourceValueKind::Object(members) => {
            for (key, it) in members {
                match &mut it.kind {
                    SourceValueKind::String(target) if key == "$ref" => {
                        if let Some((path, local)) = localise_target(target, home) {
                            if path != home {
                                wanted.push_back((path, first));
                            }
                            *target = local;
                        }
                    }
                    _ => localise_references(it, home, wanted),
                }
            }
        }
        _ => {}
    }
}

/// The file of a reference, and the reference as a local one; `None` for a reference that stays: to the description
/// itself, or to an address.
fn localise_target(target: &str, home: &str) -> Option<(String, String)> {
    let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
    if file.contains("://") || (file.is_empty() && home.is_empty()) {
        return None;
    }
    let path = if file.is_empty() { home.to_string() } else { resolve_path(home, file) };
    let name = path.replace('~', "~0").replace('/', "~1");
    Some((path, format!("#/{FILES}/{name}{pointer}")))
}

/// Makes the references to absent files references to files again, which derivation reports where it needs the target.
fn restore_references(node: &mut SourceValue, absent: &[String]) {
    match &mut node.kind {
        SourceValueKind::Array(items) => items.iter_mut().for_each(|it| restore_references(it, absent)),
        SourceValueKind::Object(members) => {
            for (key, it) in members {
                let SourceValueKind::String(target) = &mut it.kind else {
                    restore_references(it, absent);
                    continue;
                };
                let place = target.strip_prefix(&format!("#/{FILES}/")).filter(|_| key == "$ref");
                let Some((name, pointer)) = place.map(|it| it.split_once('/').unwrap_or((it, ""))) else { continue };
                let path = name.replace("~1", "/").replace("~0", "~");
                if absent.contains(&path) {
                    *target = format!("{path}#/{pointer}");
                }
            }
        }
        _ => {}
    }
}

/// A path in a file, relative to the description.
fn resolve_path(home: &str, file: &str) -> String {
    let mut parts: Vec<&str> = home.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn move_lines(node: &mut SourceValue, by: u32) {
    node.first += by;
    node.last += by;
    match &mut node.kind {
        SourceValueKind::Array(items) => items.iter_mut().for_each(|it| move_lines(it, by)),
        SourceValueKind::Object(members) => members.iter_mut().for_each(|(_, it)| move_lines(it, by)),
        _ => {}
    }
}
