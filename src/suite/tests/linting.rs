use super::{HEAD, LampFiles, load_lamps};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Citation;
use crate::suite::{
    LintInputs, SuiteProblem, UnreachedClause, find_silent_cells, has_errors, lint_suite, parse_suite, render_problems,
};
use std::collections::{BTreeMap, BTreeSet};

fn lint_problems(rest: &str, evidence: LintInputs) -> Vec<SuiteProblem> {
    let text = format!("{HEAD}{rest}");
    let suite =
        parse_suite("lamps.yaml", &text, &load_lamps()).unwrap_or_else(|p| panic!("{}", render_problems(&p, &text)));
    let schemas = CompiledCatalog::load(&LampFiles).expect("the fixture compiles");
    lint_suite(&suite.files, &suite, &schemas, evidence)
}

/// Compares the problems with one of the codes. Lines count from the end of `HEAD`, and lines in `HEAD` from its
/// beginning.
fn check_lint(codes: &str, rest: &str, expected: &str) {
    let lines = HEAD.lines().count() as u32;
    let codes: BTreeSet<&str> = codes.split(' ').collect();
    let mut found = lint_problems(rest, LintInputs::default());
    found.retain(|p| codes.contains(p.code));
    for problem in &mut found {
        problem.place.line = problem.place.line.checked_sub(lines).unwrap_or(problem.place.line);
    }
    let found = render_problems(&found, rest);
    assert_eq!(found.trim_end(), expected.trim_matches('\n').trim_end(), "\n--- found ---\n{found}");
}

#[test]
fn a_good_suite_has_only_notes() {
    let rest = r#"clauses:
  - id: light.dark
    says: a dark lamp can be lit
    cites: [lamps:4, bulbs:7]
    call: lightLamp
    when: lamp.status == "DARK" && body.slowly == true && body.bulb != lamp.bulb
    accept: success
    then:
      lamp.before: lamp.bulb
      lamp.bulb: body.bulb
      lamp.status: [WARMING, LIT]
    or:
      - because: the new bulb may be broken
        cites: [lamps:5]
        then: { lamp.bulb: lamp.before, lamp.status: =lamp.status }
"#;
    let found = lint_problems(rest, LintInputs::default());
    let codes: BTreeSet<&str> = found.iter().map(|p| p.code).collect();
    assert_eq!(codes, BTreeSet::from(["silent-cell"]), "{found:?}");
}

#[test]
fn names_and_types_are_checked_inside_expressions() {
    check_lint(
        "ill-typed unknown-state",
        r#"let: { dark: '=lamp.status == "DRAK"' }
clauses:
  - { id: a, cites: lamps:1, call: dimLamp, when: lamp.colour == "red", refuse: 409 }
  - { id: b, cites: lamps:1, call: lightLamp, when: body.bulp == "b" || lamp.hours == "ten", refuse: 409 }
  - { id: c, cites: lamps:1, call: dimLamp, when: dark, refuse: 409 }
  - { id: d, cites: lamps:1, call: dimLamp, when: lamp.label, refuse: 409 }
  - id: e
    cites: lamps:1
    call: dimLamp
    accept: success
    then: { lamp.label: lamp.hours, lamp.status: [DIMING, DARK] }
"#,
        r#"
lamps.yaml:1:31: error[ill-typed]: lamp.status is never "DRAK"
 1 | let: { dark: '=lamp.status == "DRAK"' }
   |                               ^
  hint: did you mean "DARK"?
lamps.yaml:3:56: error[ill-typed]: there is no field colour in lamp
 3 |   - { id: a, cites: lamps:1, call: dimLamp, when: lamp.colour == "red", refuse: 409 }
   |                                                        ^
  hint: known: before, bulb, hours, id, label, maker, rest, seq, status
lamps.yaml:4:58: error[ill-typed]: there is no field bulp in body
 4 |   - { id: b, cites: lamps:1, call: lightLamp, when: body.bulp == "b" || lamp.hours == "ten", refuse: 409 }
   |                                                          ^
  hint: did you mean bulb?
lamps.yaml:4:84: error[ill-typed]: lamp.hours is a whole number or null, "ten" is "ten": they are never equal
 4 |   - { id: b, cites: lamps:1, call: lightLamp, when: body.bulp == "b" || lamp.hours == "ten", refuse: 409 }
   |                                                                                    ^
lamps.yaml:6:51: error[ill-typed]: expected a truth value, found a text or null
 6 |   - { id: d, cites: lamps:1, call: dimLamp, when: lamp.label, refuse: 409 }
   |                                                   ^
lamps.yaml:11:25: error[ill-typed]: expected a text or null, found a whole number or null
 11 |     then: { lamp.label: lamp.hours, lamp.status: [DIMING, DARK] }
    |                         ^
lamps.yaml:11:51: error[unknown-state]: no response has the state `DIMING`
 11 |     then: { lamp.label: lamp.hours, lamp.status: [DIMING, DARK] }
    |                                                   ^
  hint: did you mean `DIMMING`?
"#,
    );
}

#[test]
fn a_view_must_find_its_fields_in_the_schema() {
    let head = HEAD.replace("maker: it.maker", "maker: it.makr").replace(", only: [label]", "");
    let text = format!("{head}clauses: []\n");
    let suite = parse_suite("lamps.yaml", &text, &load_lamps()).expect("it parses");
    let schemas = CompiledCatalog::load(&LampFiles).expect("the fixture compiles");
    let found = lint_suite(&suite.files, &suite, &schemas, LintInputs::default());
    let found: Vec<String> =
        found.iter().filter(|p| p.severity == crate::suite::ProblemSeverity::Error).map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "lamps.yaml:9:14: error[ill-typed]: there is no field busy in it",
            "lamps.yaml:11:24: error[ill-typed]: there is no field makr in it",
            "lamps.yaml:14:36: error[unknown-field]: the response of `listLamps` does not show `bulb`: there is no field bulb in it",
            "lamps.yaml:14:36: error[unknown-field]: the response of `listLamps` does not show `hours`: there is no field hours in it",
            "lamps.yaml:14:36: error[unknown-field]: the response of `listLamps` does not show `status`: there is no field status in it",
        ]
    );
}

#[test]
fn a_clause_that_never_applies_is_reported() {
    check_lint(
        "unreachable",
        r#"clauses:
  - { id: a, cites: lamps:1, call: dimLamp, when: lamp.status == "WARMING", refuse: 409 }
  - { id: b, cites: lamps:1, call: dimLamp, while: any, when: lamp.status == "WARMING", refuse: 409 }
  - { id: c, cites: lamps:1, call: dimLamp, when: lamp.label == "x" && lamp.label == "y", refuse: 409 }
  - { id: d, cites: lamps:1, call: dimLamp, when: 1 == 2, refuse: 409 }
  - { id: e, cites: lamps:1, call: dimLamp, when: lamp == null, refuse: 404 }
  - { id: f, cites: lamps:1, call: dimLamp, when: 'lamp.label in ["x"] && lamp.label != "x"', refuse: 409 }
"#,
        r#"
lamps.yaml:2:51: error[unreachable]: `a` never applies: the lamp must be settled, and no stable state satisfies the guard
 2 |   - { id: a, cites: lamps:1, call: dimLamp, when: lamp.status == "WARMING", refuse: 409 }
   |                                                   ^
  hint: add `while: any` if the clause is about an intermediate state
lamps.yaml:4:51: error[unreachable]: `c` never applies: no value of `lamp.label` satisfies the guard
 4 |   - { id: c, cites: lamps:1, call: dimLamp, when: lamp.label == "x" && lamp.label == "y", refuse: 409 }
   |                                                   ^
lamps.yaml:5:51: error[unreachable]: `d` never applies: the guard is always false
 5 |   - { id: d, cites: lamps:1, call: dimLamp, when: 1 == 2, refuse: 409 }
   |                                                   ^
lamps.yaml:7:52: error[unreachable]: `f` never applies: no value of `lamp.label` satisfies the guard
 7 |   - { id: f, cites: lamps:1, call: dimLamp, when: 'lamp.label in ["x"] && lamp.label != "x"', refuse: 409 }
   |                                                    ^
"#,
    );
}

#[test]
fn a_clause_that_the_search_does_not_reach_is_reported() {
    let rest = "clauses:\n  - { id: a, cites: lamps:1, call: dimLamp, refuse: 409 }\n  - { id: b, cites: lamps:1, call: lightLamp, refuse: 409 }\n";
    let unreached = BTreeMap::from([
        ("a".to_string(), UnreachedClause::NotReached("not reached within up to 8 calls".to_string())),
        ("b".to_string(), UnreachedClause::CannotApply("`1 == 2` holds in no state".to_string())),
    ]);
    let found = lint_problems(rest, LintInputs { unreached: Some(&unreached), ..LintInputs::default() });
    let about = |p: &&SuiteProblem| ["unreachable", "not-reached"].contains(&p.code);
    let told: Vec<String> = found.iter().filter(about).map(|p| format!("{}: {}", p.code, p.message)).collect();
    assert_eq!(
        told,
        [
            "not-reached: `a` was not reached within up to 8 calls; longer sequences of calls may reach it",
            "unreachable: `b` never applies: `1 == 2` holds in no state",
        ]
    );
}

#[test]
fn a_refusal_and_an_acceptance_with_compatible_guards_overlap() {
    check_lint(
        "overlap",
        r#"general:
  - { id: no-key, cites: lamps:1, when: caller == "none", refuse: 401 }
  - { id: no-lamp, cites: lamps:1, when: lamp == null, refuse: 404 }
clauses:
  - { id: a, cites: lamps:1, call: dimLamp, when: lamp.status == "LIT", accept: success }
  - { id: b, cites: lamps:1, call: dimLamp, when: lamp.status != "LIT", refuse: 409 }
  - { id: c, cites: lamps:1, call: dimLamp, when: lamp.label == "fixed", refuse: 409 }
  - { id: d, cites: lamps:1, call: lightLamp, when: body.bulb != null, accept: success }
  - { id: e, cites: lamps:1, call: lightLamp, when: body.bulb == null, refuse: 400 }
"#,
        r#"
lamps.yaml:7:5: warning[overlap]: `c` refuses calls that `a` accepts: the guards do not exclude each other
 7 |   - { id: c, cites: lamps:1, call: dimLamp, when: lamp.label == "fixed", refuse: 409 }
   |     ^
  hint: a refusal takes precedence, so `accept` has no effect where both guards are true
"#,
    );
}

#[test]
fn states_without_a_clause_are_silent_cells() {
    let rest = r#"general:
  - { id: no-lamp, cites: lamps:1, when: lamp == null, refuse: 404 }
clauses:
  - { id: a, cites: lamps:1, call: dimLamp, when: lamp.status == "LIT", accept: success }
  - { id: b, cites: lamps:1, call: lightLamp, when: body.bulb != null, accept: success }
  - { id: c, cites: lamps:1, call: scrapLamp, may refuse: 409 }
  - { id: d, cites: lamps:1, call: showLamp, while: any, when: lamp != null, accept: success }
"#;
    check_lint(
        "silent-cell",
        rest,
        r#"
lamps.yaml:16:10: note[silent-cell]: no clause covers `dimLamp` on a lamp in state DARK
lamps.yaml:16:10: note[silent-cell]: no clause covers `scrapLamp` on a lamp in state DARK, LIT
"#,
    );
    let suite = super::parse_lamp_suite(rest);
    let cells: Vec<String> =
        find_silent_cells(&suite, &load_lamps()).iter().map(|c| format!("{} {}", c.operation, c.state)).collect();
    assert_eq!(cells, ["dimLamp DARK", "scrapLamp DARK", "scrapLamp LIT"]);
}

#[test]
fn unobservable_fields_and_unread_inputs_are_listed() {
    check_lint(
        "unobservable unmodelled-input",
        r#"clauses:
  - { id: b, cites: lamps:1, call: lightLamp, when: body.bulb != null, accept: success }
"#,
        r#"
lamps.yaml:4:3: warning[unobservable]: `lamp.before` is remembered and never read
lamps.yaml:2:5: note[unmodelled-input]: no clause reads these fields of `lightLamp`: body.slowly
 2 |   - { id: b, cites: lamps:1, call: lightLamp, when: body.bulb != null, accept: success }
   |     ^
lamps.yaml:2:5: note[unobservable]: no response can show that these fields of `lightLamp` have no effect: body.glow
 2 |   - { id: b, cites: lamps:1, call: lightLamp, when: body.bulb != null, accept: success }
   |     ^
"#,
    );
}

#[test]
fn a_citation_must_be_locked_and_fresh() {
    let rest = "clauses:\n  - { id: a, cites: [lamps:1, lamps:2-3, lamps:4], call: dimLamp, refuse: 409 }\n";
    let lock = |at: &str| Citation {
        at: at.parse().expect("a citation"),
        digest: "sha256:0".to_string(),
        heading: None,
        row: None,
    };
    let locked = [lock("lamps:1"), lock("lamps:4")];
    let fresh = |citation: &Citation| match citation.at.first {
        1 => Ok(()),
        _ => Err("its text was changed".to_string()),
    };
    let evidence = LintInputs { citations: Some(&locked), fresh: Some(&fresh), ..LintInputs::default() };
    let found = lint_problems(rest, evidence);
    assert!(has_errors(&found));
    let told: Vec<String> = found.iter().filter(|p| p.code.ends_with("citation")).map(ToString::to_string).collect();
    let line = HEAD.lines().count() + 2;
    assert_eq!(
        told,
        [
            format!(
                "lamps.yaml:{line}:31: error[unlocked-citation]: the citation `lamps:2-3` is not locked to the text of its page"
            ),
            format!(
                "lamps.yaml:{line}:42: error[stale-citation]: the citation `lamps:4` is stale: its text was changed"
            ),
        ]
    );
}

#[test]
fn a_condition_beside_a_citation_is_noted_unless_a_citation_or_a_comment_names_the_line() {
    let rest = "# A lamp may be fixed to a wall (lamps:9).\nclauses:\n  - { id: a, cites: [lamps:5, lamps:7], call: dimLamp, refuse: 409 }\n";
    let page = "Until the end, unseen.\n\n<b if=\"x\">plain</b>\n\nA lamp is dimmed.\n\nUnless it is dark.\nOtherwise it is bright.\nIf fixed.\nMay glow.";
    let page_text = |page_id: &str| (page_id == "lamps").then(|| page.to_string());
    let mut found = lint_problems(rest, LintInputs { page_text: Some(&page_text), ..LintInputs::default() });
    found.retain(|problem| problem.code == "uncited-condition");
    let lines: Vec<&str> = found.iter().filter_map(|problem| problem.message.split(" beside").next()).collect();
    assert_eq!(lines, ["lamps:1", "lamps:8"]);
    assert!(!has_errors(&found));
}
