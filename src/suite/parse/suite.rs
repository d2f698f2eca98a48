//! The top level of a suite file.

use super::reader::{MapEntries, SuiteReader};
use super::{about, clauses, events, lets, resources};
use crate::schema::catalog::Catalog;
use crate::suite::grammar;
use crate::suite::pages::collect_page_digests;
use crate::suite::place::SuitePlace;
use crate::suite::problem::{SuiteProblem, require_usable};
use crate::suite::suite_files::SuiteFiles;
use crate::suite::types::{Clause, Event, Suite};
use crate::suite::yaml::YamlNode;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Parses a suite in one file against the operations of `catalog`. `file` is the name of the file for messages.
///
/// # Errors
///
/// As [`parse_suite_files`].
pub fn parse_suite(file: &str, text: &str, catalog: &Catalog) -> Result<Suite, Vec<SuiteProblem>> {
    parse_suite_files(&SuiteFiles::from_file(file, text), catalog)
}

/// Parses a suite with its base suites against the operations of `catalog`.
///
/// # Errors
///
/// All problems of the files, in the order of lines, if at least one is an error.
pub fn parse_suite_files(sheets: &SuiteFiles, catalog: &Catalog) -> Result<Suite, Vec<SuiteProblem>> {
    let operations: Vec<&str> = catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
    let (tree, problems) = sheets.merge_trees(&collect_page_digests(catalog), &operations);
    let file = sheets.find_file(0).0;
    let mut reader = SuiteReader { file, text: sheets.text(), catalog, problems, lets: BTreeMap::new() };
    let suite = tree.as_ref().and_then(|tree| parse_tree(&mut reader, tree, sheets));
    require_usable(suite, sheets.place_problems(reader.problems))
}

fn parse_tree(reader: &mut SuiteReader, tree: &YamlNode, sheets: &SuiteFiles) -> Option<Suite> {
    let map = reader.read_map(tree, "a suite", &grammar::SUITE)?;
    let catalog = reader.read_nonempty_text(map.get("catalog"), "`catalog`");
    if catalog != reader.catalog.api && !catalog.is_empty() {
        let message = format!(
            "the suite is for the catalog `{catalog}`, and was loaded with the catalog `{}`",
            reader.catalog.api
        );
        reader.report_error(map.get_key_place("catalog"), "other-catalog", message);
    }
    let lets = lets::parse_lets(reader, map.get("let"));
    let resources = resources::parse_resources(reader, map.get("resources"));
    let about = about::parse_about(reader, map.get("about"), &resources);
    let names: BTreeSet<String> = about.values().flatten().map(|a| a.name.clone()).collect();
    let names = names.into_iter().chain(resources.iter().map(|r| r.name.clone())).collect();
    lets::check_roots_exist(reader, map.get("let"), &lets, &names);
    let ground = clauses::ParsedDefinitions { resources: &resources, about: &about };
    let mut all = clauses::parse_general_clauses(reader, map.get("general"), &ground);
    all.extend(clauses::parse_clauses(reader, map.get("clauses"), &ground));
    let events = events::parse_events(reader, map.get("events"), &resources);
    refuse_repeated_ids(reader, &all, &events);
    Some(Suite {
        name: parse_suite_name(reader, map),
        title: map.get("title").map(|n| reader.read_nonempty_text(Some(n), "`title`")).unwrap_or_default(),
        catalog,
        digest: compute_digest(reader.text),
        files: sheets.clone(),
        pools: lets::parse_pools(reader, map.get("pools")),
        version: lets::parse_version(reader, map.get("version")),
        lets,
        resources,
        about,
        clauses: all,
        events,
    })
}

fn parse_suite_name(reader: &mut SuiteReader, map: MapEntries) -> String {
    let name = reader.read_nonempty_text(map.get("suite"), "`suite`");
    let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(simple) {
        let message = format!("`{name}` is not a name: lower-case letters, digits and `-`");
        reader.report_error(map.get_key_place("suite"), "bad-id", message);
    }
    name
}

fn refuse_repeated_ids(reader: &mut SuiteReader, clauses: &[Clause], events: &[Event]) {
    let mut seen: BTreeMap<&str, SuitePlace> = BTreeMap::new();
    let ids = clauses.iter().map(|c| (c.id.as_str(), c.place)).chain(events.iter().map(|e| (e.id.as_str(), e.place)));
    for (id, place) in ids.filter(|(id, _)| !id.is_empty()) {
        if let Some(first) = seen.insert(id, place) {
            reader.report_error(place, "repeated-id", format!("line {} has the id `{id}` already", first.line));
        }
    }
    let aliases = clauses.iter().flat_map(|clause| clause.aliases.iter().map(|alias| (alias.as_str(), clause.place)));
    for (alias, place) in aliases.filter(|(alias, _)| !alias.is_empty()) {
        if let Some(first) = seen.insert(alias, place) {
            let message =
                format!("the alias `{alias}` is the id or an alias of the clause in line {} already", first.line);
            reader.report_error(place, "repeated-id", message);
        }
    }
}

fn compute_digest(text: &str) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
