//! docs/PROMISES.md against the suites: the tables name clauses that exist, and every stated clause of the seed pages.

use probity::model::ClauseOrigin;
use probity::session::SuiteStore;
use probity::suite::ClauseBasis;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The clauses of a suite.
#[derive(Default)]
struct SuiteClauses {
    /// Every id, with the generated clauses and the events.
    ids: BTreeSet<String>,
    /// Stated clauses and events by cited file of a page.
    cited: BTreeMap<String, BTreeSet<String>>,
}

/// One complaint for each name without a clause, and for each stated clause that the table of the page lacks.
fn find_gaps(document: &str, suites: &BTreeMap<String, SuiteClauses>) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut named: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut table: Option<(String, String)> = None;
    for line in document.lines() {
        if line.starts_with('#') {
            let words = list_code_words(line);
            let suite = words.last().filter(|word| suites.contains_key(*word)).cloned();
            table = suite.map(|suite| (words[0].clone(), suite));
        }
        let (Some(key), Some(row)) = (&table, line.strip_prefix('|')) else { continue };
        let cells: Vec<&str> = row.trim_end_matches('|').split('|').collect();
        let clauses = cells.last().copied().unwrap_or_default();
        for word in list_code_words(clauses).into_iter().filter(|word| word.contains('.')) {
            if suites[&key.1].ids.contains(&word) {
                named.entry(key.clone()).or_default().insert(word);
            } else {
                gaps.push(format!("{}: no clause `{word}` in {}", key.0, key.1));
            }
        }
        if clauses.trim().is_empty() {
            gaps.push(format!("{}: a promise without clause and without reason: {line}", key.0));
        }
    }
    for (suite, clauses) in suites {
        for (page, cited) in clauses.cited.iter().filter(|(page, _)| page.starts_with("seeds/")) {
            let known = named.get(&(page.clone(), suite.clone()));
            let missing = cited.iter().filter(|id| known.is_none_or(|known| !known.contains(*id)));
            gaps.extend(missing.map(|id| format!("{page}: the table lacks `{id}` of {suite}")));
        }
    }
    gaps
}

/// The words in backticks.
fn list_code_words(line: &str) -> Vec<String> {
    line.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

fn load_clauses(store: &SuiteStore, name: &str) -> SuiteClauses {
    let loaded = store.load(name, "2026-11-29").unwrap_or_else(|why| panic!("{why:?}"));
    let pages = &loaded.schemas.catalog.pages;
    let files: BTreeMap<&str, &str> = pages.iter().map(|page| (page.id.as_str(), page.file.as_str())).collect();
    let mut clauses = SuiteClauses::default();
    for clause in &loaded.model.clauses {
        clauses.ids.insert(clause.id.clone());
        if clause.basis == ClauseBasis::Stated && !matches!(clause.origin, ClauseOrigin::Generated(_)) {
            for citation in &clause.cites {
                let file = files[citation.page.as_str()].to_string();
                clauses.cited.entry(file).or_default().insert(clause.id.clone());
            }
        }
    }
    clauses
}

#[test]
fn the_tables_name_existing_clauses_and_every_stated_clause_of_the_seed_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let store = SuiteStore::find(root, None).expect("the suites are there");
    let names = store.list_suites().expect("names of suites");
    let suites = names.into_iter().map(|name| (name.clone(), load_clauses(&store, &name))).collect();
    let document = std::fs::read_to_string(root.join("docs/PROMISES.md")).expect("the tables are readable");
    assert_eq!(find_gaps(&document, &suites), Vec::<String>::new());
}

/// Expects the gaps of a document about the page `seeds/lamp` of the suite `lamps`, whose stated clauses are `dim.low`
/// and `dim.high`.
#[track_caller]
fn check(document: &str, expected: &[&str]) {
    let ids = BTreeSet::from(["dim.low".to_string(), "dim.high".to_string()]);
    let cited = BTreeMap::from([("seeds/lamp".to_string(), ids.clone()), ("other".to_string(), ids.clone())]);
    let suites = BTreeMap::from([("lamps".to_string(), SuiteClauses { ids, cited })]);
    assert_eq!(find_gaps(document, &suites), expected);
}

#[test]
fn a_table_with_all_clauses_has_no_gap() {
    check(
        "## Dim: `seeds/lamp` in `lamps`\n| 1 | low | `dim.low`, `dim.high` |\n| 2 | glow | silent: no line |\n",
        &[],
    );
}

#[test]
fn an_absent_clause_a_missing_clause_and_a_promise_without_reason_are_gaps() {
    check(
        "## Dim: `seeds/lamp` in `lamps`\n| 1 | low | `dim.low`, `dim.off` |\n| 2 | glow | |\n",
        &[
            "seeds/lamp: no clause `dim.off` in lamps",
            "seeds/lamp: a promise without clause and without reason: | 2 | glow | |",
            "seeds/lamp: the table lacks `dim.high` of lamps",
        ],
    );
}
