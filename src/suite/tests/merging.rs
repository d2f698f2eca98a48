//! Suites that build on others: inheritance, changes, and errors.

use super::{HEAD, LampFiles, load_lamps};
use crate::schema::CompiledCatalog;
use crate::suite::{
    EffectValue, FieldMutability, LintInputs, PageDigests, Suite, SuiteFiles, format_suite, lint_suite,
    list_base_suites, parse_suite_files, render_problems,
};

/// The suite of another vendor, for the same operations and for two pages, one of them with the same text.
const BASE: &str = r#"let:
  glowing: '=lamp.status == "LIT"'
  words: [dim, bright]
pools: { bulbs: [b1, b2], shades: [s1] }
general:
  - { id: no-key, cites: "bulbs:1", when: caller == "none", refuse: 401 }
clauses:
  - id: light
    cites: ["lamps:4-5"]
    call: lightLamp
    when: lamp.status == "DARK" && body.bulb in pools.bulbs
    accept: success
    then: { lamp.bulb: body.bulb, lamp.status: [WARMING, LIT] }
    or:
      - { because: it breaks, cites: "bulbs:7", then: { lamp.status: BROKEN } }
  - { id: dim, cites: "bulbs:3", call: dimLamp, when: glowing, accept: success, then: { lamp.status: DARK } }
events:
  - { id: breaks, cites: "bulbs:9", resource: lamp, then: { lamp.status: BROKEN } }
"#;

fn build_files(own: &str) -> SuiteFiles {
    let base = format!("{HEAD}{BASE}").replace("suite: lamps", "suite: old-lamps");
    let pages = PageDigests::from([("bulbs".into(), "sha256:0".into()), ("lamps".into(), "sha256:other".into())]);
    SuiteFiles::from_file("new.yaml", own).with_base("old-lamps", "old.yaml", &base, pages)
}

fn parse_extending_suite(own: &str) -> Suite {
    parse_suite_files(&build_files(own), &load_lamps())
        .unwrap_or_else(|problems| panic!("{}", render_problems(&problems, own)))
}

fn check_merge(own: &str, expected: &str) {
    let found = parse_suite_files(&build_files(own), &load_lamps())
        .map_or_else(|problems| render_problems(&problems, own), |_| String::new());
    assert_eq!(found.trim_end(), expected.trim_matches('\n').trim_end(), "\n--- found ---\n{found}");
}

const EXTENDS: &str = "suite: new\ncatalog: lamps\nextends: old-lamps\nchange: { light: { cites: \"lamps:8\" } }\n";

#[test]
fn an_extending_suite_inherits_everything_except_the_name() {
    let suite = parse_extending_suite(EXTENDS);
    assert_eq!((suite.name.as_str(), suite.catalog.as_str()), ("new", "lamps"));
    let ids: Vec<&str> = suite.clauses.iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(ids, ["no-key", "light", "dim"]);
    assert_eq!(suite.events.len(), 1);
    assert_eq!(suite.pools["bulbs"].len(), 2);
    assert_eq!(suite.clauses[1].cites[0].to_string(), "lamps:8", "it is cited again");
    assert_eq!(suite.clauses[2].cites[0].to_string(), "bulbs:3", "the page is the same for both");
    assert!(suite.about.contains_key("lightLamp"));
}

#[test]
fn an_extending_suite_replaces_inherited_entries_by_name() {
    let suite = parse_extending_suite(&format!(
        "{EXTENDS}title: New lamps
let: {{ glowing: true, words: [x] }}
pools: {{ bulbs: [b9], shades: null, cords: [c1] }}
drop: [dim, breaks, no-key]
resources:
  lamp:
    settles: 1m
    fields: {{ label: null, bulb: {{ cites: \"lamps:3\" }} }}
    keeps: {{ label: it.label }}
    remembers: {{ before: null, after: null }}
    views: {{ listLamps: null, showLamp: {{ except: [hours] }} }}
clauses:
  - {{ id: scrap, cites: \"lamps:6\", call: scrapLamp, accept: success, then: {{ lamp.status: [\"*\", gone] }} }}
"
    ));
    let ids: Vec<&str> = suite.clauses.iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(ids, ["light", "scrap"]);
    assert!(suite.events.is_empty());
    assert_eq!(suite.title, "New lamps");
    assert_eq!(suite.pools.keys().collect::<Vec<_>>(), ["bulbs", "cords"]);
    let lamp = &suite.resources[0];
    assert_eq!(lamp.settles_ms, 60_000);
    let field = |name: &str| lamp.fields.iter().find(|field| field.name == name).expect("it is there");
    assert_eq!(field("label").class, FieldMutability::Keeps);
    assert_eq!((field("bulb").at.text(), field("bulb").cites.len()), ("it.bulb.id", 1));
    assert_eq!(lamp.remembers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["after"]);
    assert_eq!(lamp.views.keys().collect::<Vec<_>>(), ["showLamp"]);
    assert!(lamp.views["showLamp"].only.is_some() && lamp.views["showLamp"].at.text() == "reply.lamp");
}

#[test]
fn a_change_sets_single_keys_of_a_clause() {
    let suite = parse_extending_suite(
        "suite: new\ncatalog: lamps\nextends: old-lamps\nchange:\n  light: { cites: \"lamps:8\", or: null, then: { lamp.status: LIT } }\n",
    );
    let light = &suite.clauses[1];
    assert!(light.or.is_empty());
    assert!(
        matches!(&light.then[..], [effect] if matches!(&effect.value, EffectValue::Transition(stages) if stages.len() == 1))
    );
    assert!(light.when.is_some(), "what is not named stays");
}

#[test]
fn an_inherited_clause_of_another_page_needs_a_new_citation() {
    check_merge(
        "suite: new\ncatalog: lamps\nextends: old-lamps\n",
        r"
new.yaml:3:1: error[missing-citation]: `light` is inherited, and the clause or one of its alternatives cites a page that this suite does not share
 3 | extends: old-lamps
   | ^
  hint: add `cites` (or `or` with citations) under `change`, or list the id under `drop`
",
    );
}

#[test]
fn dropped_changed_and_removed_entries_must_exist() {
    check_merge(
        &format!(
            "{EXTENDS}drop: [dimm]\npools: {{ cords: null }}\nresources: {{ lamp: {{ views: {{ shoLamp: null }} }}, lump: null }}\n"
        )
        .replace("change: {", "change: { lite: { when: \"true\" },"),
        r#"
new.yaml:4:11: error[unknown-clause]: the base suite has no clause or event `lite`
 4 | change: { lite: { when: "true" }, light: { cites: "lamps:8" } }
   |           ^
  hint: known here: breaks, dim, light, no-key
new.yaml:5:8: error[unknown-clause]: the base suite has no clause or event `dimm`
 5 | drop: [dimm]
   |        ^
  hint: did you mean `dim`?
new.yaml:6:10: error[nothing-to-drop]: null cannot remove `cords`, which the base suite does not have
 6 | pools: { cords: null }
   |          ^
  hint: known here: bulbs, shades
new.yaml:7:31: error[nothing-to-drop]: null cannot remove `shoLamp`, which the base suite does not have
 7 | resources: { lamp: { views: { shoLamp: null } }, lump: null }
   |                               ^
  hint: did you mean `showLamp`?
new.yaml:7:50: error[nothing-to-drop]: null cannot remove `lump`, which the base suite does not have
 7 | resources: { lamp: { views: { shoLamp: null } }, lump: null }
   |                                                  ^
  hint: did you mean `lamp`?
"#,
    );
}

#[test]
fn a_problem_in_the_base_suite_is_reported_with_the_line_of_its_file() {
    let sheets = SuiteFiles::from_file("new.yaml", EXTENDS).with_base("old-lamps", "old.yaml", &format!("{HEAD}clauses:\n  - {{ id: light, cites: \"lamps:4\", call: lightLamp, when: lump.status, accept: success }}\n"), PageDigests::new());
    let found = parse_suite_files(&sheets, &load_lamps()).expect_err("it reads a thing that is not there");
    assert_eq!(
        render_problems(&found, EXTENDS).trim_end(),
        r"
old.yaml:19:59: error[unknown-name]: a guard: `lump` is not known here
 19 |   - { id: light, cites: ~lamps:4~, call: lightLamp, when: lump.status, accept: success }
    |                                                           ^
  hint: did you mean `lamp`?
"
        .replace('~', "\"")
        .trim()
    );
}

#[test]
fn an_unknown_suite_and_a_second_level_are_refused() {
    check_merge(
        "suite: new\ncatalog: lamps\nextends: older-lamps\nresources: {}\nclauses: []\n",
        r"
new.yaml:3:10: error[unknown-suite]: there is no suite `older-lamps`
 3 | extends: older-lamps
   |          ^
  hint: did you mean `old-lamps`?
",
    );
    let sheets =
        SuiteFiles::from_file("new.yaml", "suite: new\ncatalog: lamps\nextends: mid\nresources: {}\nclauses: []\n");
    let sheets = sheets.with_base("mid", "mid.yaml", "suite: mid\ncatalog: lamps\nextends: old\n", PageDigests::new());
    let found = parse_suite_files(&sheets, &load_lamps()).expect_err("two levels");
    assert_eq!(found[0].code, "too-deep");
}

const IMPORTS: &str = "suite: new
catalog: lamps
import: { old-lamps: [lamp] }
resources:
  lamp:
    fields: { status: { cites: \"lamps:3\" } }
    views: { showLamp: null, buyLamp: reply.lamp }
about: { lightLamp: { lamp: path.lamp_id } }
clauses:
  - { id: own, cites: \"lamps:5\", call: lightLamp, accept: success, then: { lamp.status: LIT } }
";

#[test]
fn an_imported_resource_brings_the_names_that_it_reads_and_no_clause() {
    let shows = "    shows: { glow: { at: it.bulb.id, in: 'words' } }\n    views: { showLamp";
    let base = format!("{HEAD}{BASE}").replace("    views: { showLamp", shows);
    let sheets =
        SuiteFiles::from_file("new.yaml", IMPORTS).with_base("old-lamps", "old.yaml", &base, PageDigests::new());
    let suite = parse_suite_files(&sheets, &load_lamps())
        .unwrap_or_else(|problems| panic!("{}", render_problems(&problems, IMPORTS)));
    assert_eq!(suite.clauses.len(), 1, "no clause comes along");
    assert!(suite.pools.is_empty());
    assert_eq!(suite.lets.keys().collect::<Vec<_>>(), ["words"], "what the resource reads");
    let lamp = &suite.resources[0];
    assert_eq!(lamp.views.keys().collect::<Vec<_>>(), ["buyLamp", "listLamps"]);
    assert_eq!(lamp.stable, ["DARK", "LIT"]);
    assert_eq!(lamp.fields[0].cites.len(), 1);
}

#[test]
fn the_lint_finds_places_in_inherited_parts() {
    let sheets = build_files(EXTENDS);
    let suite = parse_suite_files(&sheets, &load_lamps()).expect("it parses");
    let schemas = CompiledCatalog::load(&LampFiles).expect("the fixture compiles");
    let found = lint_suite(&sheets, &suite, &schemas, LintInputs::default());
    let unread = found.iter().find(|problem| problem.code == "unobservable").expect("nothing reads the memory");
    assert_eq!((unread.file.as_str(), unread.place.line), ("old.yaml", 4), "{unread}");
}

#[test]
fn base_suites_are_found_without_parsing() {
    assert_eq!(list_base_suites(EXTENDS), ["old-lamps"]);
    assert_eq!(list_base_suites("import: { b: [x], a: [y] }\nextends: c\n"), ["a", "b", "c"]);
    assert!(list_base_suites("suite: x").is_empty());
}

#[test]
fn the_lock_holds_inherited_citations_of_shared_pages() {
    let own = PageDigests::from([("bulbs".into(), "sha256:0".into()), ("lamps".into(), "sha256:0".into())]);
    let cited: Vec<String> = build_files(EXTENDS).collect_cited_lines(&own).iter().map(ToString::to_string).collect();
    assert_eq!(cited, ["bulbs:1", "bulbs:3", "bulbs:7", "bulbs:9", "lamps:8"]);
}

#[test]
fn canonical_order_puts_extends_after_the_catalog() {
    let formatted =
        format_suite("new.yaml", "suite: new\nclauses: []\nextends: old\ncatalog: lamps\n").expect("it is YAML");
    assert_eq!(formatted, "suite: new\ncatalog: lamps\nextends: old\nclauses: []\n");
}
