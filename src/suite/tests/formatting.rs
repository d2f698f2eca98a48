use super::{HEAD, load_lamps};
use crate::suite::{build_suite_schema, format_suite, parse_suite};
use proptest::prelude::*;

fn check_format(text: &str, expected: &str) {
    let once = format_suite("lamps.yaml", text).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(once, expected, "\n--- found ---\n{once}");
    let twice = format_suite("lamps.yaml", &once).expect("what was formatted is YAML");
    assert_eq!(twice, once, "formatting twice is formatting once");
}

#[test]
fn comments_move_with_the_keys_below_them() {
    check_format(
        r#"# A suite of lamps.

clauses:

  # The dark ones.
  - when: lamp.status == "DARK"
    # Only the owner.
    refuse: 409
    id: a
    cites: [lamps:1,'lamps:2-3']   # both pages


    call: dimLamp
  - { id: b, cites: lamps:4, call: dimLamp, accept: success }
# What it is about.
suite: lamps
catalog: lamps
"#,
        r#"# A suite of lamps.

# What it is about.
suite: lamps
catalog: lamps
clauses:

  # The dark ones.
  - id: a
    cites: ["lamps:1", "lamps:2-3"]   # both pages

    call: dimLamp
    when: lamp.status == "DARK"
    # Only the owner.
    refuse: 409
  - { id: b, cites: ["lamps:4"], call: dimLamp, accept: success }
"#,
    );
}

#[test]
fn a_rule_that_would_change_the_meaning_is_left_out() {
    // The blank lines and the citation are part of a block scalar.
    let text = "suite: lamps\ntitle: |\n  one\n\n\n  cites: [lamps:1]\n";
    check_format(text, text);
}

#[test]
fn invalid_yaml_is_an_error() {
    let problems = format_suite("lamps.yaml", "suite: [lamps\n").expect_err("the list is not closed");
    assert_eq!(problems[0].code, "not-yaml");
}

#[test]
fn the_suite_that_comes_with_the_program_is_in_canonical_form() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/ecs-native.yaml");
    let text = std::fs::read_to_string(path).expect("the suite is there");
    let formatted = format_suite("ecs-native.yaml", &text).expect("it is YAML");
    let pairs = text.lines().zip(formatted.lines()).enumerate();
    let first: Vec<String> =
        pairs.filter(|(_, (a, b))| a != b).map(|(n, (a, b))| format!("{}: {a}\n=> {b}", n + 1)).take(1).collect();
    assert!(formatted == text, "the first line that differs: {first:?}");
}

/// With `PROBITY_BLESS`, the test writes the schema instead of comparing it.
#[test]
fn the_schema_for_editors_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/suite.schema.json");
    let made = serde_json::to_string_pretty(&build_suite_schema()).expect("it is JSON") + "\n";
    if std::env::var_os("PROBITY_BLESS").is_some() {
        std::fs::write(&path, &made).expect("the folder is there");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "run with PROBITY_BLESS=1 to write {}", path.display());
}

const CLAUSES: &str = r#"general:
  - { id: no-key, cites: lamps:1, when: caller == "none", refuse: 401 }
clauses:
  # Dark lamps.
  - id: light
    cites: ["lamps:4-5"]
    when: 'lamp.status == "DARK" && body.bulb in pools.bulbs'
    call: lightLamp
    accept: success
    then: { lamp.status: [WARMING, =lamp.status] }
events:
  - { id: breaks, cites: lamps:7, resource: lamp, then: { lamp.status: "*" } }
"#;

/// The text with some parts removed, inserted or replaced.
fn mangle_suite() -> impl Strategy<Value = String> {
    let whole = format!("{HEAD}{CLAUSES}");
    let length = whole.len();
    let inserts = prop::sample::select(vec![
        "", "'", "\"", "[", "}", ": ", "- ", "=", "\n", "  ", "&a ", "*a", "|\n", "#", "é", "null", "!!int ", "\t",
    ]);
    prop::collection::vec((0..length, 0..12usize, inserts), 1..6).prop_map(move |edits| {
        let mut chars: Vec<char> = whole.chars().collect();
        for (at, cut, insert) in edits {
            let at = at.min(chars.len());
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, insert.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_or_the_formatter_panic(text in mangle_suite()) {
        let parsed = parse_suite("lamps.yaml", &text, &load_lamps());
        if let Ok(once) = format_suite("lamps.yaml", &text) {
            let twice = format_suite("lamps.yaml", &once).expect("what was formatted is YAML");
            prop_assert_eq!(&twice, &once);
            if let Ok(before) = parsed {
                let after = parse_suite("lamps.yaml", &once, &load_lamps()).expect("formatting keeps the meaning");
                prop_assert_eq!(describe_suite(&before), describe_suite(&after));
            }
        }
    }

    #[test]
    fn no_text_at_all_makes_the_parser_panic(text in "\\PC{0,200}") {
        let _ = parse_suite("lamps.yaml", &text, &load_lamps());
    }
}

/// A suite as text, without places and digest.
fn describe_suite(suite: &crate::suite::Suite) -> String {
    let text = format!("{suite:?}").replace(&suite.digest, "");
    let place = regex::Regex::new(r"Place \{ line: \d+, column: \d+ \}").expect("a constant of ours");
    place.replace_all(&text, "").into_owned()
}
