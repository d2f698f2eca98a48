//! Effects on resources that the call does not name, and their errors.

use super::{HEAD, LampFiles, load_lamps, parse_lamp_suite, render_complaints_after_head};
use crate::schema::CompiledCatalog;
use crate::suite::{
    EffectTarget, EffectValue, LintInputs, StageExpression, format_suite, lint_suite, parse_suite, render_problems,
};

/// A clause with an effect of scrapping a lamp.
fn build_clause(effect: &str) -> String {
    format!(
        "clauses:\n  - id: scrap\n    cites: [\"lamps:1\"]\n    call: scrapLamp\n    when: lamp.status == \"DARK\"\n    accept: success\n    then:\n      {effect}\n"
    )
}

fn check_effect(effect: &str, expected: &str) {
    let found = render_complaints_after_head(&build_clause(effect));
    assert_eq!(found.trim_end(), expected.trim_matches('\n').trim_end(), "\n--- found ---\n{found}");
}

#[test]
fn an_effect_may_select_resources_with_a_filter() {
    let suite = parse_lamp_suite(&build_clause("world.lamp.filter(l, l.bulb == lamp.bulb).status: [=l.status, gone]"));
    let effect = &suite.clauses[0].then[0];
    let EffectTarget::Each(each) = &effect.target else { panic!("the call does not name the resource") };
    assert_eq!((each.resource, each.name.as_str(), effect.field.as_str()), (0, "l", "status"));
    assert_eq!(each.condition.text(), "l.bulb == lamp.bulb");
    assert_eq!(each.among.text(), "world.lamp.filter(l, l.bulb == lamp.bulb)");
    assert!(
        matches!(&effect.value, EffectValue::Transition(stages) if matches!(stages[..], [StageExpression::Expr(_), StageExpression::Gone]))
    );
}

#[test]
fn another_selection_is_refused_with_the_expected_form() {
    check_effect(
        "world.lamp.status: DARK",
        r#"
lamps.yaml:8:7: error[bad-effect]: `world.lamp.status` is not an effect: expected `world.<resource>.filter(<name>, <condition>).<field>`
 8 |       world.lamp.status: DARK
   |       ^
"#,
    );
    check_effect(
        "world.lamp.map(l, l.bulb).status: DARK",
        r#"
lamps.yaml:8:7: error[bad-effect]: `world.lamp.map(l, l.bulb).status` is not an effect: expected `world.<resource>.filter(<name>, <condition>).<field>`
 8 |       world.lamp.map(l, l.bulb).status: DARK
   |       ^
"#,
    );
}

#[test]
fn a_key_cut_at_its_comma_gets_the_hint_to_quote_it() {
    let rest = build_clause("").replace("then:\n      ", "then: { world.lamp.filter(l, true).status: DARK }");
    let found = render_complaints_after_head(&rest);
    assert!(found.contains("error[bad-effect]: `world.lamp.filter(l` is not an effect"), "{found}");
    assert!(found.contains("inside braces, quote the key"), "{found}");
    let quoted = build_clause("").replace("then:\n      ", "then: { \"world.lamp.filter(l, true).status\": DARK }");
    assert_eq!(render_complaints_after_head(&quoted), "");
}

#[test]
fn resource_kind_field_and_names_of_an_effect_are_checked() {
    check_effect(
        "world.lump.filter(l, true).status: DARK",
        r#"
lamps.yaml:8:7: error[unknown-resource]: there is no resource `lump`
 8 |       world.lump.filter(l, true).status: DARK
   |       ^
  hint: did you mean `lamp`?
"#,
    );
    check_effect(
        "world.lamp.filter(l, true).maker: l.label",
        r#"
lamps.yaml:8:7: error[bad-effect]: `maker` is under `keeps` and never changes
 8 |       world.lamp.filter(l, true).maker: l.label
   |       ^
"#,
    );
    check_effect(
        "world.lamp.filter(lamp, true).label: lamp.bulb",
        r#"
lamps.yaml:8:7: error[bad-effect]: `lamp` has another meaning here: choose another name
 8 |       world.lamp.filter(lamp, true).label: lamp.bulb
   |       ^
"#,
    );
    check_effect(
        "world.lamp.filter(l, l.bulb == lump.bulb).label: m.bulb",
        r#"
lamps.yaml:8:7: error[unknown-name]: an effect: `lump` is not known here
 8 |       world.lamp.filter(l, l.bulb == lump.bulb).label: m.bulb
   |       ^
  hint: did you mean `lamp`?
lamps.yaml:8:56: error[unknown-name]: an effect: `m` is not known here
 8 |       world.lamp.filter(l, l.bulb == lump.bulb).label: m.bulb
   |                                                        ^
  hint: did you mean `l`?
"#,
    );
}

#[test]
fn an_event_changes_only_its_own_resource() {
    let rest = "clauses: []\nevents:\n  - { id: e, cites: \"lamps:1\", resource: lamp, then: { \"world.lamp.filter(l, true).status\": DARK } }\n";
    let found = render_complaints_after_head(rest);
    assert!(found.contains("error[bad-effect]: an event can only change its own resource"), "{found}");
}

#[test]
fn condition_value_and_stages_are_type_checked() {
    let told = |effect: &str| -> Vec<String> {
        let text = format!("{HEAD}{}", build_clause(effect));
        let suite = parse_suite("lamps.yaml", &text, &load_lamps())
            .unwrap_or_else(|p| panic!("{}", render_problems(&p, &text)));
        let schemas = CompiledCatalog::load(&LampFiles).expect("the fixture compiles");
        let found = lint_suite(&suite.files, &suite, &schemas, LintInputs::default());
        let wrong = found.into_iter().filter(|problem| ["ill-typed", "unknown-state"].contains(&problem.code));
        wrong.map(|problem| format!("{}: {}", problem.place.column, problem.message)).collect()
    };
    assert_eq!(told("world.lamp.filter(l, l.bulb == lamp.bulb).label: l.bulb"), Vec::<String>::new());
    let found = told("world.lamp.filter(l, l.colour == lamp.bulb).label: l.bulb");
    assert!(matches!(&found[..], [one] if one.starts_with("7: ") && one.contains("colour")), "{found:?}");
    let found = told("world.lamp.filter(l, l.bulb).label: l.bulb");
    assert!(matches!(&found[..], [one] if one.starts_with("7: ")), "{found:?}");
    let found = told("world.lamp.filter(l, true).label: l.colour");
    assert!(matches!(&found[..], [one] if one.contains("colour")), "{found:?}");
    let found = told("world.lamp.filter(l, true).status: [DRAK, DARK]");
    assert!(matches!(&found[..], [one] if one.contains("no response has the state `DRAK`")), "{found:?}");
}

#[test]
fn formatting_keeps_the_key_of_such_an_effect() {
    let text = format!("{HEAD}{}", build_clause("world.lamp.filter(l, l.bulb == lamp.bulb).status: [\"*\", gone]"));
    assert_eq!(format_suite("lamps.yaml", &text).expect("it is YAML"), text);
}
