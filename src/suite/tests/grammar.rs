//! The grammar: the parser and the published JSON Schema agree about every key.

use super::{load_lamps, render_problems};
use crate::suite::grammar::{BASIS_WORDS, MAPS, NOTATION_WORDS, REPLY_WORDS, WHILE_WORDS};
use crate::suite::{SuiteProblem, build_suite_schema, parse_suite, yaml};
use serde_json::{Value, json};

/// A suite with at least one map of each kind in the grammar.
fn full_suite() -> Value {
    json!({
        "suite": "lamps", "catalog": "lamps", "title": "Lamps", "version": "header.version",
        "let": { "glowing": "=lamp.status == \"LIT\"" }, "pools": { "bulbs": ["b1"] },
        "resources": { "lamp": {
            "says": "a lamp", "id": "it.id", "state": "status", "stable": ["DARK", "LIT"], "settles": "30s",
            "prompt": true, "rest": "it.busy == false",
            "fields": { "status": "it.status", "label": "it.label", "bulb": { "at": "it.bulb.id", "cites": "lamps:3" } },
            "keeps": { "maker": "it.maker" }, "grows": { "hours": "it.hours" }, "remembers": { "before": null },
            "shows": { "glow": { "at": "it.glow", "in": "[1]", "cites": ["lamps:4"] } },
            "views": { "showLamp": "reply.lamp", "listLamps": {
                "each": "reply.lamps", "whole": true, "only": ["label"], "when": "true", "cites": ["lamps:5"],
                "next": { "marker": "reply.lamps[0].id" }, "paging": { "limit": "limit", "cites": ["lamps:6"] },
            } },
            "marks": { "label": { "buyLamp": "body.label" } },
            "release": { "dimLamp": { "lamp_id": "it.id" } },
        } },
        "about": { "*": { "lamp": "path.lamp_id" }, "buyLamp": { "lamp": { "is": "lamp", "new": "reply.lamp.id" } } },
        "general": [{ "id": "no-key", "says": "a key is needed", "cites": "lamps:1", "basis": "stated",
            "except": "listBulbs", "while": "any", "when": "caller == \"none\"", "refuse": 401 }],
        "clauses": [{ "id": "light", "says": "a lamp can be lit", "cites": "lamps:1", "basis": "example",
            "call": "lightLamp", "while": "rest", "when": "lamp.status == \"DARK\"", "accept": "success",
            "then": { "lamp.status": ["WARMING", "LIT"] }, "reply": "open", "ensure": "reply.lamp.id == lamp.id",
            "or": [{ "because": "the bulb breaks", "cites": "lamps:2", "when": "true", "then": { "lamp.bulb": null } }] }],
        "events": [{ "id": "breaks", "says": "a lamp breaks", "basis": "convention", "rule": "wear",
            "resource": "lamp", "when": "true", "then": { "lamp.status": "BROKEN" } }],
    })
}

/// The suite as text: pretty-printed JSON is YAML.
fn to_yaml(suite: &Value) -> String {
    serde_json::to_string_pretty(suite).expect("JSON")
}

/// Where `full_suite` has a map of the grammar, as a JSON pointer.
fn find_pointer(map: &str) -> &'static str {
    match map {
        "Suite" => "",
        "Resource" => "/resources/lamp",
        "CitedField" => "/resources/lamp/fields/bulb",
        "Shows" => "/resources/lamp/shows/glow",
        "DetailedView" => "/resources/lamp/views/listLamps",
        "Paging" => "/resources/lamp/views/listLamps/paging",
        "DetailedAbout" => "/about/buyLamp/lamp",
        "General" => "/general/0",
        "Clause" => "/clauses/0",
        "Alternative" => "/clauses/0/or/0",
        "Event" => "/events/0",
        _ => panic!("add `{map}` to `full_suite` and give its pointer here"),
    }
}

/// The problems of `full_suite` with one key of one map set to a value.
fn problems_with(pointer: &str, key: &str, value: Value) -> Vec<SuiteProblem> {
    let mut suite = full_suite();
    suite.pointer_mut(pointer).expect("the map is in the suite")[key] = value;
    parse_suite("lamps.yaml", &to_yaml(&suite), &load_lamps()).err().unwrap_or_default()
}

#[test]
fn the_full_suite_parses_and_is_valid() {
    let text = to_yaml(&full_suite());
    let found = parse_suite("lamps.yaml", &text, &load_lamps())
        .map_or_else(|problems| render_problems(&problems, &text), |_| String::new());
    assert_eq!(found, "");
    let validator = jsonschema::validator_for(&build_suite_schema()).expect("a JSON Schema");
    let errors: Vec<String> = validator.iter_errors(&full_suite()).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_parser_reads_every_key_of_the_schema() {
    let schema = build_suite_schema();
    for map in MAPS {
        let pointer = if map.name == "Suite" { String::new() } else { format!("/$defs/{}", map.name) };
        let properties = schema.pointer(&pointer).and_then(|definition| definition["properties"].as_object());
        for key in properties.unwrap_or_else(|| panic!("the schema has no `{}`", map.name)).keys() {
            // The description of a resource kind is for readers of the file only.
            if (map.name, key.as_str()) != ("Resource", "says") {
                let problems = problems_with(find_pointer(map.name), key, json!([[[]]]));
                assert!(!problems.is_empty(), "no part of the parser reads `{key}` of `{}`", map.name);
                assert!(problems.iter().all(|problem| problem.code != "unknown-key"), "{problems:?}");
            }
        }
    }
}

#[test]
fn the_parser_refuses_every_key_that_is_not_in_the_schema() {
    let validator = jsonschema::validator_for(&build_suite_schema()).expect("a JSON Schema");
    for map in MAPS {
        let pointer = find_pointer(map.name);
        let codes: Vec<&str> =
            problems_with(pointer, "nonsense", json!(1)).iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["unknown-key"], "{}", map.name);
        let mut suite = full_suite();
        suite.pointer_mut(pointer).expect("the map is in the suite")["nonsense"] = json!(1);
        assert!(!validator.is_valid(&suite), "the schema accepts an unknown key in `{}`", map.name);
    }
}

#[test]
fn the_parser_accepts_every_word_of_the_schema() {
    let lists: [(&str, &[(&str, &str)]); 3] =
        [("basis", &BASIS_WORDS), ("while", &WHILE_WORDS), ("reply", &REPLY_WORDS)];
    for (key, words) in lists {
        for (word, _) in words {
            let mut suite = full_suite();
            suite["clauses"][0][key] = json!(word);
            if *word == "convention" {
                suite["clauses"][0]["rule"] = json!("wear");
            }
            assert!(parse_suite("lamps.yaml", &to_yaml(&suite), &load_lamps()).is_ok(), "{key}: {word}");
        }
        assert!(!problems_with("/clauses/0", key, json!("nonsense")).is_empty(), "{key}: nonsense");
    }
    for (word, _) in NOTATION_WORDS {
        assert!(problems_with("/resources/lamp/fields/bulb", "as", json!(word)).is_empty(), "as: {word}");
    }
    assert!(!problems_with("/resources/lamp/fields/bulb", "as", json!("nonsense")).is_empty(), "as: nonsense");
}

#[test]
fn every_suite_of_the_program_is_valid_against_the_schema() {
    let validator = jsonschema::validator_for(&build_suite_schema()).expect("a JSON Schema");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("suites");
    let files = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")) {
        let text = std::fs::read_to_string(&path).expect("the suite is there");
        let (tree, malformed) = yaml::read_yaml(&text);
        assert!(malformed.is_empty(), "{malformed:?}");
        let errors: Vec<String> =
            validator.iter_errors(&tree.expect("a tree").to_json()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
    }
}
