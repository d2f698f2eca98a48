//! Imports between modules follow a table without circles, and each file begins with its purpose.

use crate::assert_none;
use crate::imports::ImportGraph;
use crate::sources::read_crates;
use std::collections::BTreeSet;

/// Each module with the modules that it may import, lower modules first, as `docs/DESIGN.md` draws them. The crates
/// `probity-input`, `probity-schema` and `probity-pages` are the modules `input`, `schema` and `pages`.
const MODULES: &[(&str, &[&str])] = &[
    ("expr", &[]),
    (LOWEST, &[]),
    ("schema", &[]),
    ("pages", &["schema"]),
    ("suite", &["expr", "schema"]),
    ("diagram", &["suite"]),
    ("suite_draft", &["schema"]),
    ("openapi_export", &["schema"]),
    ("history", &["schema"]),
    ("terminal", &["history"]),
    ("model", &["expr", "schema", "suite", "history"]),
    ("plan", &["expr", "schema", "suite", "history", "model"]),
    ("endpoint", &["expr", "schema", "history"]),
    ("known_deviations", &[]),
    ("profile", &["expr", "history", "endpoint", "known_deviations"]),
    ("limits", &["profile"]),
    ("http_client", &["history", "endpoint", "profile"]),
    ("http_server", &["schema", "history", "endpoint"]),
    ("mock", &["expr", "schema", "suite", "history", "model", "endpoint"]),
    ("traffic", &["schema", "suite", "history", "model", "endpoint"]),
    ("plan_execution", &["schema", "history", "plan", "endpoint", "limits"]),
    ("cleanup", &["expr", "schema", "suite", "history", "model", "plan", "endpoint", "plan_execution"]),
    ("oracle", &["schema", "suite", "history", "model"]),
    ("shrink", &["history", "plan"]),
    (
        "campaign",
        &[
            "expr",
            "schema",
            "suite",
            "history",
            "model",
            "plan",
            "endpoint",
            "limits",
            "mock",
            "plan_execution",
            "cleanup",
            "oracle",
            "shrink",
        ],
    ),
    (
        "report",
        &[
            "schema",
            "suite",
            "diagram",
            "history",
            "model",
            "plan",
            "endpoint",
            "known_deviations",
            "oracle",
            "campaign",
        ],
    ),
    (
        "session",
        &[
            "expr",
            "schema",
            "suite",
            "history",
            "model",
            "plan",
            "endpoint",
            "known_deviations",
            "profile",
            "limits",
            "http_client",
            "mock",
            "plan_execution",
            "cleanup",
            "oracle",
            "campaign",
            "report",
        ],
    ),
    (
        "certificate",
        &[
            "schema",
            "suite",
            "history",
            "known_deviations",
            "plan_execution",
            "oracle",
            "campaign",
            "report",
            "session",
        ],
    ),
    (
        "conformance",
        &[
            "schema",
            "suite",
            "history",
            "model",
            "plan",
            "endpoint",
            "known_deviations",
            "profile",
            "limits",
            "http_client",
            "http_server",
            "mock",
            "plan_execution",
            "cleanup",
            "oracle",
            "campaign",
            "report",
            "session",
            "terminal",
        ],
    ),
    (
        "cli",
        &[
            "schema",
            "pages",
            "suite",
            "diagram",
            "suite_draft",
            "history",
            "model",
            "plan",
            "endpoint",
            "known_deviations",
            "profile",
            "limits",
            "http_server",
            "mock",
            "traffic",
            "cleanup",
            "openapi_export",
            "oracle",
            "campaign",
            "report",
            "session",
            "certificate",
            "plan_execution",
            "terminal",
        ],
    ),
];

/// The module that every module may import: the reader of input files, and the escaping of foreign texts.
const LOWEST: &str = "input";

fn allowed_imports(module: &str) -> Option<&'static [&'static str]> {
    MODULES.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed)
}

#[test]
fn modules_import_only_what_the_table_permits() {
    let mut violations = BTreeSet::new();
    for source in read_crates() {
        let imports = ImportGraph::new(&source);
        for (path, file) in &source.files {
            let Some(module) = source.top_module(path) else {
                continue;
            };
            let Some(allowed) = allowed_imports(&module) else {
                violations.insert(format!(
                    "{}: the module `{module}` is not in the table. Remedy: add a line to MODULES in \
                     tests/structure/modules.rs and to docs/DESIGN.md.",
                    file.path.display()
                ));
                continue;
            };
            for written in imports.absolute_paths(path) {
                let imported = match (written.segments[0].as_str(), source.names) {
                    ("crate", None) => written.segments.get(1).map(String::as_str),
                    ("probity_input", _) => Some("input"),
                    ("probity_schema", _) => Some("schema"),
                    ("probity_pages", _) => Some("pages"),
                    _ => None,
                };
                let Some(imported) = imported.filter(|name| *name != module && allowed_imports(name).is_some()) else {
                    continue;
                };
                if imported != LOWEST && !allowed.contains(&imported) {
                    violations.insert(format!(
                        "{}:{}: `{module}` imports `{imported}`, which the table does not permit. Remedy: move the \
                         code to a module that may import both, or what is imported to a module below both.",
                        file.path.display(),
                        written.line
                    ));
                }
            }
        }
    }
    assert_none(&violations.into_iter().collect::<Vec<_>>());
}

#[test]
fn the_table_of_modules_has_no_circles_and_no_unknown_names() {
    let mut violations = Vec::new();
    let sources = read_crates();
    let exists = |module: &str| {
        sources.iter().any(|source| source.files.keys().any(|path| source.top_module(path).as_deref() == Some(module)))
    };
    for (module, allowed) in MODULES {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open = allowed.to_vec();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(allowed_imports(next).unwrap_or_default());
            }
        }
        if reached.contains(module) {
            violations.push(format!("MODULES: `{module}` imports itself through {reached:?}. Remedy: take one out."));
        }
        for name in allowed.iter().chain([module]).filter(|name| !exists(name)) {
            violations.push(format!("MODULES: there is no module `{name}`. Remedy: take the name out of the table."));
        }
    }
    assert_none(&violations);
}

#[test]
fn each_file_says_first_what_it_is_for() {
    let mut violations = Vec::new();
    for source in read_crates() {
        for file in source.files.values().filter(|file| !file.text.starts_with("//! ")) {
            violations.push(format!(
                "{}:1: the file does not begin with what it is for. Remedy: begin with a line `//! ...`.",
                file.path.display()
            ));
        }
    }
    assert_none(&violations);
}
