//! No circles between the files of a crate.

use crate::assert_none;
use crate::imports::ImportGraph;
use crate::sources::{ModulePath, read_crates};
use std::collections::{BTreeMap, BTreeSet};

type Graph = BTreeMap<ModulePath, BTreeMap<ModulePath, usize>>;

#[test]
fn no_two_files_import_each_other() {
    let mut violations = Vec::new();
    for source in read_crates() {
        let imports = ImportGraph::new(&source);
        let graph: Graph = source.files.keys().map(|module| (module.clone(), imports.imported_files(module))).collect();
        for circle in find_circles(&graph) {
            violations.push(format!(
                "{}: {} files import each other. Remedy: move what the others need (a type, an error) into a file \
                 of its own, so that a parent only declares and re-exports; or join the files.",
                source.folder,
                circle.len()
            ));
            for module in &circle {
                for (target, line) in graph[module].iter().filter(|(target, _)| circle.contains(*target)) {
                    violations.push(format!("  {}:{line}: imports {}", source.path(module), source.path(target)));
                }
            }
        }
    }
    assert_none(&violations);
}

/// The strongly connected components of more than one file.
fn find_circles(graph: &Graph) -> Vec<BTreeSet<ModulePath>> {
    let reached: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> =
        graph.keys().map(|module| (module, find_reached(graph, module))).collect();
    let mut circles: Vec<BTreeSet<ModulePath>> = Vec::new();
    for module in graph.keys() {
        if circles.iter().any(|circle| circle.contains(module)) {
            continue;
        }
        let mutual = reached[module].iter().filter(|other| reached[**other].contains(module));
        let mutual: BTreeSet<ModulePath> = mutual.map(|other| (*other).clone()).collect();
        if mutual.len() > 1 {
            circles.push(mutual);
        }
    }
    circles
}

/// All files that a file imports, directly or through further files.
fn find_reached<'a>(graph: &'a Graph, start: &ModulePath) -> BTreeSet<&'a ModulePath> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&ModulePath> = graph[start].keys().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(graph[next].keys());
        }
    }
    reached
}

#[test]
fn a_circle_is_found_with_its_files_alone() {
    let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("f", "a")];
    let mut graph: Graph = ["a", "b", "c", "d", "e", "f"].map(|name| (vec![name.to_string()], BTreeMap::new())).into();
    for (from, to) in edges {
        graph.entry(vec![from.to_string()]).or_default().insert(vec![to.to_string()], 1);
    }
    let expected = ["a", "b", "c"].map(|name| vec![name.to_string()]);
    assert_eq!(find_circles(&graph), [BTreeSet::from(expected)]);
}
