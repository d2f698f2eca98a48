//! A small suite in, its transitions and diagrams out.

use super::{make_suite_diagram, render_dot, render_mermaid, render_svg};
use crate::suite::{Suite, parse_suite};
use std::path::Path;

/// Lamps that remember whether they were bright, with an operation that switches them off and on again.
const SUITE: &str = r#"suite: lamps
title: Lamps that remember
catalog: lamps
resources:
  lamp:
    id: it.id
    state: state
    stable: [BRIGHT, DIM, "OUT & COLD", BROKEN]
    settles: 2m
    fields: { state: it.state, color: it.color }
    remembers: { lit: true }
    views: { showLamp: { at: reply } }
about:
  "*": { lamp: path.lamp_id }
  lightLamp: { lamp: { new: reply.id } }
clauses:
  - { id: light.bright, says: s, cites: ["light:5"], call: lightLamp, accept: 201, then: { lamp.state: [WARMING, BRIGHT] } }
  - id: dim.dims
    says: s
    cites: ["light:5"]
    call: dimLamp
    when: lamp.state == "BRIGHT" && body.off != true
    accept: success
    then: { lamp.lit: false, lamp.state: [DIMMING, DIM] }
  - id: dim.switches
    says: s
    cites: ["light:5"]
    call: dimLamp
    when: lamp.state in ["BRIGHT", "DIM"] && body.off == true
    accept: success
    then: { lamp.state: "OUT & COLD" }
  - id: show.switches-on
    says: s
    cites: ["light:5"]
    call: showLamp
    when: lamp.state == "OUT & COLD"
    accept: success
    then: { lamp.state: '=lamp.lit ? "BRIGHT" : "DIM"' }
  - { id: remove.gone, says: s, cites: ["light:5"], call: removeLamp, when: lamp != null, accept: 204, then: { lamp.state: ["*", gone] } }
events:
  - { id: warm.fails, says: s, cites: ["light:5"], resource: lamp, when: 'lamp.state == "WARMING"', then: { lamp.state: BROKEN } }
"#;

fn read_suite(text: &str) -> Suite {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps/schemas/lamps");
    let catalog = std::fs::read_to_string(folder.join("catalog.json")).expect("the catalog is readable");
    let catalog = serde_json::from_str(&catalog).expect("it is a catalog");
    parse_suite("lamps.yaml", text, &catalog)
        .unwrap_or_else(|problems| panic!("{}", crate::suite::render_problems(&problems, text)))
}

/// Compares the transitions of the suite, after a replacement in its text, one a line.
fn check(written: &str, otherwise: &str, expected: &[&str]) {
    assert!(SUITE.contains(written), "{written}");
    let diagram = make_suite_diagram(&read_suite(&SUITE.replace(written, otherwise)), None);
    let arrows = diagram.kinds.iter().flat_map(|kind| &kind.arrows);
    let lines: Vec<String> = arrows.map(|arrow| format!("{} -> {}: {}", arrow.from, arrow.to, arrow.title)).collect();
    assert_eq!(lines, expected);
}

const EXPECTED: [&str; 11] = [
    "BRIGHT -> DIM: dimLamp (dim.dims) through DIMMING",
    "BRIGHT -> OUT & COLD: dimLamp (dim.switches)",
    "BRIGHT -> gone: removeLamp (remove.gone)",
    "BROKEN -> gone: removeLamp (remove.gone)",
    "DIM -> OUT & COLD: dimLamp (dim.switches)",
    "DIM -> gone: removeLamp (remove.gone)",
    "OUT & COLD -> BRIGHT: showLamp (show.switches-on)",
    "OUT & COLD -> DIM: showLamp (show.switches-on)",
    "OUT & COLD -> gone: removeLamp (remove.gone)",
    "WARMING -> BROKEN: event warm.fails",
    "new -> BRIGHT: lightLamp (light.bright) through WARMING",
];

#[test]
fn a_state_that_depends_on_a_remembered_value_follows_from_the_calls_before() {
    check("title", "title", &EXPECTED);
}

#[test]
fn a_transition_that_no_guard_permits_is_absent() {
    let expected: Vec<&str> = EXPECTED.into_iter().filter(|line| !line.starts_with("DIM -> OUT")).collect();
    check(r#"lamp.state in ["BRIGHT", "DIM"] &&"#, r#"lamp.state == "BRIGHT" &&"#, &expected);
}

#[test]
fn a_diagram_is_drawn_as_mermaid_and_dot() {
    let diagram = make_suite_diagram(&read_suite(SUITE), Some("lamp"));
    insta::assert_snapshot!(format!("{}\n{}", render_mermaid(&diagram), render_dot(&diagram)));
}

#[test]
fn an_image_names_each_transition_at_its_arrow_and_at_its_label() {
    let text = render_svg(&make_suite_diagram(&read_suite(SUITE), None));
    for (mark, count) in [("<path class=\"edge\"", 11), ("<text class=\"cause\"", 11), ("<title>", 22), ("<rect", 7)] {
        assert_eq!(text.matches(mark).count(), count, "{mark}: {text}");
    }
    assert!(text.contains("<title>dimLamp (dim.dims) through DIMMING</title>"), "{text}");
    assert!(text.contains(">OUT &amp; COLD</text>") && !text.contains("OUT & COLD"), "{text}");
}

#[test]
fn a_kind_without_states_has_no_diagram() {
    assert!(make_suite_diagram(&read_suite(SUITE), Some("bulb")).kinds.is_empty());
}
