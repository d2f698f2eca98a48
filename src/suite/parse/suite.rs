//! The top level of a suite file.

use super::reader::{Fields, Reader};
use super::{about, clauses, events, lets, resources};
use crate::schema::catalog::Catalog;
use crate::suite::grammar;
use crate::suite::pages::pages_of;
use crate::suite::place::Place;
use crate::suite::problem::{Problem, usable};
use crate::suite::sheets::Sheets;
use crate::suite::tree::Node;
use crate::suite::types::{Clause, Event, Suite};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Parses a suite in one file against the operations of `catalog`. `file` is the name of the file for messages.
///
/// # Errors
///
/// As [`parse_sheets`].
pub fn parse(file: &str, text: &str, catalog: &Catalog) -> Result<Suite, Vec<Problem>> {
    parse_sheets(&Sheets::alone(file, text), catalog)
}

/// Parses a suite with its base suites against the operations of `catalog`.
///
/// # Errors
///
/// All problems of the files, in the order of lines, if at least one is an error.
pub fn parse_sheets(sheets: &Sheets, catalog: &Catalog) -> Result<Suite, Vec<Problem>> {
    let operations: Vec<&str> = catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
    let (tree, problems) = sheets.tree(&pages_of(catalog), &operations);
    let file = sheets.whence(0).0;
    let mut reader = Reader { file, text: sheets.text(), catalog, problems, lets: BTreeMap::new() };
    let suite = tree.as_ref().and_then(|tree| suite(&mut reader, tree, sheets));
    usable(suite, sheets.told(reader.problems))
}

fn suite(reader: &mut Reader, tree: &Node, sheets: &Sheets) -> Option<Suite> {
    let map = reader.fields(tree, "a suite", &grammar::SUITE)?;
    let catalog = reader.words(map.get("catalog"), "`catalog`");
    if catalog != reader.catalog.api && !catalog.is_empty() {
        let message = format!(
            "the suite is for the catalog `{catalog}`, and was loaded with the catalog `{}`",
            reader.catalog.api
        );
        reader.error(map.key_place("catalog"), "other-catalog", message);
    }
    let lets = lets::lets(reader, map.get("let"));
    let resources = resources::resources(reader, map.get("resources"));
    let about = about::about(reader, map.get("about"), &resources);
    let names: BTreeSet<String> = about.values().flatten().map(|a| a.name.clone()).collect();
    let names = names.into_iter().chain(resources.iter().map(|r| r.name.clone())).collect();
    lets::check_roots_exist(reader, map.get("let"), &lets, &names);
    let ground = clauses::Ground { resources: &resources, about: &about };
    let mut all = clauses::general(reader, map.get("general"), &ground);
    all.extend(clauses::clauses(reader, map.get("clauses"), &ground));
    let events = events::events(reader, map.get("events"), &resources);
    refuse_repeated_ids(reader, &all, &events);
    Some(Suite {
        name: name(reader, map),
        title: map.get("title").map(|n| reader.words(Some(n), "`title`")).unwrap_or_default(),
        catalog,
        digest: digest(reader.text),
        sheets: sheets.clone(),
        pools: lets::pools(reader, map.get("pools")),
        version: lets::version(reader, map.get("version")),
        lets,
        resources,
        about,
        clauses: all,
        events,
    })
}

fn name(reader: &mut Reader, map: Fields) -> String {
    let name = reader.words(map.get("suite"), "`suite`");
    let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(simple) {
        let message = format!("`{name}` is not a name: lower-case letters, digits and `-`");
        reader.error(map.key_place("suite"), "bad-id", message);
    }
    name
}

fn refuse_repeated_ids(reader: &mut Reader, clauses: &[Clause], events: &[Event]) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    let ids = clauses.iter().map(|c| (c.id.as_str(), c.place)).chain(events.iter().map(|e| (e.id.as_str(), e.place)));
    for (id, place) in ids.filter(|(id, _)| !id.is_empty()) {
        if let Some(first) = seen.insert(id, place) {
            reader.error(place, "repeated-id", format!("line {} has the id `{id}` already", first.line));
        }
    }
}

fn digest(text: &str) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
