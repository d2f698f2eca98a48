use super::{HEAD, load_lamps, parse_lamp_suite, render_complaints, render_complaints_after_head};
use crate::suite::render_problems;
use crate::suite::{
    ClauseBasis, ClauseDecision, ClauseOperations, ClauseTiming, EffectValue, FieldMutability, IdExpression,
    PermittedStatuses, StageExpression,
};

fn check_parse(rest: &str, expected: &str) {
    let found = render_complaints_after_head(rest);
    assert_eq!(found.trim_end(), expected.trim_matches('\n').trim_end(), "\n--- found ---\n{found}");
}

const CLAUSE: &str = r#"clauses:
  - id: light.dark
    says: a dark lamp can be lit
    cites: ["lamps:4-5"]
    call: lightLamp
    when: lamp.status == "DARK" && body.bulb in pools.bulbs
    accept: success
    then:
      lamp.before: lamp.status
      lamp.bulb: body.bulb
      lamp.status: [WARMING, LIT]
    or:
      - because: a broken bulb stays dark
        cites: ["lamps:6"]
        then: { lamp.status: [WARMING, =lamp.status] }
    ensure: reply.lamp.id == path.lamp_id
"#;

#[test]
fn a_clause_is_parsed_with_all_keys() {
    let suite = parse_lamp_suite(CLAUSE);
    let clause = &suite.clauses[0];
    assert_eq!(clause.id, "light.dark");
    assert_eq!((clause.basis, clause.timing), (ClauseBasis::Stated, ClauseTiming::Settled));
    assert_eq!(clause.calls, ClauseOperations::Only(vec!["lightLamp".to_string()]));
    assert_eq!(clause.decision, ClauseDecision::Accept(PermittedStatuses::Documented));
    assert_eq!(clause.cites[0].to_string(), "lamps:4-5");
    let targets: Vec<String> = clause.then.iter().map(|e| e.key.clone()).collect();
    assert_eq!(targets, ["lamp.before", "lamp.bulb", "lamp.status"]);
    let EffectValue::Transition(stages) = &clause.then[2].value else { panic!("the state field takes a course") };
    assert!(
        matches!(&stages[..], [StageExpression::State(a), StageExpression::State(b)] if a == "WARMING" && b == "LIT")
    );
    let EffectValue::Transition(stages) = &clause.or[0].then[0].value else { panic!("the state field takes a course") };
    assert!(matches!(&stages[1], StageExpression::Expr(e) if e.text() == "lamp.status"));
    assert_eq!(clause.ensure.len(), 1);
}

#[test]
fn a_reply_is_open_or_as_the_pages_describe_it() {
    assert!(!parse_lamp_suite(CLAUSE).clauses[0].reply_open);
    assert!(parse_lamp_suite(&format!("{CLAUSE}    reply: open\n")).clauses[0].reply_open);
    let found = render_complaints_after_head(&format!("{CLAUSE}    reply: any\n"));
    assert!(found.contains("`reply` must be `open` or absent"), "{found}");
}

#[test]
fn an_alias_is_an_earlier_id_that_no_other_clause_has() {
    let with = |aliases: &str| format!("{CLAUSE}    aliases: {aliases}\n");
    assert_eq!(parse_lamp_suite(&with("[lamp.lights, light.up]")).clauses[0].aliases, ["lamp.lights", "light.up"]);
    let taken = "the alias `light.dark` is the id or an alias of the clause in line";
    for (aliases, expected) in [
        ("[light.dark]", taken),
        ("[light.up, light.up]", "the alias `light.up` is the id or an alias of the clause in line"),
        ("[Light Up]", "`Light Up` is not an id"),
        ("[lamp.frame.bulb]", "has the form of a generated clause's id"),
    ] {
        let found = render_complaints_after_head(&with(aliases));
        assert!(found.contains(expected), "{aliases}: {found}");
    }
}

#[test]
fn a_resource_kind_is_parsed_with_all_keys() {
    let suite = parse_lamp_suite("clauses: []\n");
    let lamp = &suite.resources[0];
    let fields: Vec<(&str, FieldMutability)> = lamp.fields.iter().map(|f| (f.name.as_str(), f.class)).collect();
    use FieldMutability::{Grows, Keeps, Modelled};
    let expected = [("status", Modelled), ("bulb", Modelled), ("label", Modelled), ("maker", Keeps), ("hours", Grows)];
    assert_eq!(fields, expected);
    assert_eq!((lamp.settles_ms, lamp.prompt, lamp.state.as_deref()), (30_000, false, Some("status")));
    let list = &lamp.views["listLamps"];
    assert!(list.each && list.whole);
    assert_eq!(list.only.as_deref(), Some(&["label".to_string()][..]));
    assert_eq!(lamp.views["showLamp"].only, None);
}

#[test]
fn a_star_in_about_goes_to_every_operation_with_the_path_parameter() {
    let suite = parse_lamp_suite("clauses: []\n");
    let operations: Vec<&str> = suite.about.keys().map(String::as_str).collect();
    assert_eq!(operations, ["buyLamp", "dimLamp", "lightLamp", "scrapLamp", "showLamp"]);
    assert!(matches!(suite.about["buyLamp"][0].binding, IdExpression::New(_)));
    assert!(matches!(suite.about["dimLamp"][0].binding, IdExpression::Existing(_)));
}

#[test]
fn a_general_clause_about_a_resource_excludes_operations_without_it() {
    let suite = parse_lamp_suite(
        "general:\n  - { id: no-lamp, cites: lamps:9, when: lamp == null, refuse: 404 }\n\
         \x20 - { id: no-key, cites: lamps:9, when: caller == \"none\", refuse: 401, except: [listBulbs] }\nclauses: []\n",
    );
    let except = |list: &[&str]| ClauseOperations::AllBut(list.iter().map(|s| s.to_string()).collect());
    assert_eq!(suite.clauses[0].calls, except(&["buyLamp", "listLamps", "listBulbs"]));
    assert_eq!(suite.clauses[1].calls, except(&["listBulbs"]));
    assert_eq!(suite.clauses[0].timing, ClauseTiming::Any);
}

#[test]
fn a_named_expression_counts_as_reading_its_roots() {
    let rest = "let: { dark: '=lamp.status == \"DARK\"' }\ngeneral:\n  - { id: a, cites: lamps:9, when: dark, refuse: 409 }\nclauses: []\n";
    let suite = parse_lamp_suite(rest);
    assert_eq!(
        suite.clauses[0].calls,
        ClauseOperations::AllBut(vec!["buyLamp".to_string(), "listLamps".to_string(), "listBulbs".to_string()])
    );
}

#[test]
fn a_misspelt_decision_is_one_error() {
    check_parse(
        r#"clauses:
  - { id: buy.dark, says: s, cites: lamps:5, call: buyLamp, acept: success, then: { lamp.status: DARK } }
"#,
        r#"
lamps.yaml:2:61: error[unknown-key]: a clause has no key `acept`
 2 |   - { id: buy.dark, says: s, cites: lamps:5, call: buyLamp, acept: success, then: { lamp.status: DARK } }
   |                                                             ^
  hint: did you mean `accept`?
"#,
    );
}

#[test]
fn all_problems_are_reported_at_once_and_in_order() {
    check_parse(
        r#"clauses:
  - id: Light.dark
    cites: [lamps:x, lumps:3]
    call: lightlamp
    wen: lamp.status == "DARK"
    accept: success
    refuse: 409
  - { id: dim, call: dimLamp, accept: 404 }
"#,
        r#"
lamps.yaml:2:9: error[bad-id]: `Light.dark` is not an id
 2 |   - id: Light.dark
   |         ^
  hint: lower-case words joined by `-` and `.`: resize.needs-rest
lamps.yaml:3:13: error[bad-citation]: `lamps:x` is not a citation: expected `<page>:<line>` or `<page>:<first>-<last>`
 3 |     cites: [lamps:x, lumps:3]
   |             ^
lamps.yaml:3:22: error[unknown-page]: the catalog `lamps` has no page `lumps`
 3 |     cites: [lamps:x, lumps:3]
   |                      ^
  hint: did you mean `lamps`?
lamps.yaml:4:11: error[unknown-operation]: the catalog `lamps` has no operation `lightlamp`
 4 |     call: lightlamp
   |           ^
  hint: did you mean `lightLamp`?
lamps.yaml:5:5: error[unknown-key]: a clause has no key `wen`
 5 |     wen: lamp.status == "DARK"
   |     ^
  hint: did you mean `when`?
lamps.yaml:7:5: error[bad-verb]: a clause has exactly one of `accept`, `refuse` and `may refuse`
 7 |     refuse: 409
   |     ^
lamps.yaml:8:5: error[missing-citation]: a clause needs a citation
 8 |   - { id: dim, call: dimLamp, accept: 404 }
   |     ^
  hint: add `cites: ["<page>:<lines>"]`, or `basis: convention` with a `rule`
lamps.yaml:8:39: error[bad-status]: `accept` takes `success` or statuses from 200 to 399
 8 |   - { id: dim, call: dimLamp, accept: 404 }
   |                                       ^
"#,
    );
}

#[test]
fn a_star_is_the_last_stage_or_precedes_gone() {
    let with = |course: &str| {
        format!(
            "clauses:\n  - {{ id: a, cites: lamps:1, call: dimLamp, when: lamp.status == \"LIT\", accept: success, then: {{ lamp.status: {course} }} }}\n"
        )
    };
    for good in ["'*'", "['?', '*']", "['*', gone]", "['?', '=lamp.status']"] {
        check_parse(&with(good), "");
    }
    let wrong = render_complaints_after_head(&with("['*', LIT]"));
    assert!(wrong.contains("error[bad-transition]: only `gone` can follow \"*\""), "{wrong}");
}

#[test]
fn an_error_in_an_expression_points_into_it() {
    check_parse(
        r#"clauses:
  - { id: a, cites: lamps:1, call: dimLamp, when: 'lamp.status == "DARK" && lmap.label == ''x''', refuse: 409 }
  - id: b
    cites: lamps:1
    call: dimLamp
    when: >-
      lamp.status == "DARK" &&
      reply.lamp == null
    refuse: 409
  - { id: c, cites: lamps:1, call: dimLamp, when: "\"x\" in (lamp.label", refuse: 409 }
  - { id: d, cites: lamps:1, call: listBulbs, when: lamp == null, refuse: 409 }
"#,
        r#"
lamps.yaml:2:77: error[unknown-name]: a guard: `lmap` is not known here
 2 |   - { id: a, cites: lamps:1, call: dimLamp, when: 'lamp.status == "DARK" && lmap.label == ''x''', refuse: 409 }
   |                                                                             ^
  hint: did you mean `lamp`?
lamps.yaml:8:7: error[unknown-name]: a guard: `reply` is not known here
 8 |       reply.lamp == null
   |       ^
  hint: known here: binding, body, caller, header, input, lamp, op, path, pools, query, today, version, world
lamps.yaml:10:72: error[bad-expression]: a guard: missing ')' at end of the expression
 10 |   - { id: c, cites: lamps:1, call: dimLamp, when: "\"x\" in (lamp.label", refuse: 409 }
    |                                                                        ^
lamps.yaml:11:53: error[unknown-name]: a guard: `lamp` is not known here
 11 |   - { id: d, cites: lamps:1, call: listBulbs, when: lamp == null, refuse: 409 }
    |                                                     ^
  hint: known here: binding, body, caller, header, input, op, path, pools, query, today, version, world
"#,
    );
}

#[test]
fn a_repeated_key_is_refused_and_the_rest_is_parsed() {
    let text = HEAD.replace("settles: 30s", "settles: 30s\n    settles: 31s") + "clauses: {}\n";
    let found = render_complaints(&text);
    assert!(found.contains("lamps.yaml:9:5: error[not-yaml]: duplicate mapping key"), "{found}");
    assert!(found.contains("error[wrong-kind]: `clauses` must be a list, not a map"), "{found}");
}

#[test]
fn a_name_that_is_defined_twice_is_refused_with_both_places() {
    for twice in ["  glow: '=lamp.status'\n  glow: '=bulb'\n", "  glow: é\n  glow: '=lamp.status'\n"] {
        let text = format!("{HEAD}let:\n{twice}clauses: []\n");
        let second = text.lines().position(|line| line.starts_with("  glow")).expect("the name is there") + 2;
        let found = render_complaints(&text);
        let expected = format!(
            "lamps.yaml:{second}:3: error[not-yaml]: duplicate mapping key: `glow` is in line {} already",
            second - 1
        );
        assert!(found.contains(&expected), "{found}");
    }
}

#[test]
fn the_id_of_a_created_resource_may_be_shown_by_another() {
    let about = "about:\n  \"*\": { lamp: path.lamp_id }\n  buyLamp: { lamp: { new: reply.lamp.id }, spare: { is: lamp, new: it.bulb.id, told by: lamp } }\n";
    let text = format!(
        "{}clauses: []\n",
        HEAD.replace("about:\n  \"*\": { lamp: path.lamp_id }\n  buyLamp: { lamp: { new: reply.lamp.id } }\n", about)
    );
    let suite = super::super::parse_suite("lamps.yaml", &text, &load_lamps())
        .unwrap_or_else(|p| panic!("{}", render_problems(&p, &text)));
    let spare = &suite.about["buyLamp"][1];
    assert_eq!((spare.name.as_str(), spare.told_by.as_deref()), ("spare", Some("lamp")));
}

#[test]
fn told_by_needs_a_resource_created_by_the_call_and_a_path() {
    let told = "  buyLamp: { lamp: { new: reply.lamp.id }, spare: { is: lamp, new: 'it.bulbs.map(b, b.id)', told by: lump } }\n";
    let text = format!("{}clauses: []\n", HEAD.replace("  buyLamp: { lamp: { new: reply.lamp.id } }\n", told));
    let found = render_complaints(&text);
    assert!(found.contains("not-a-path") && found.contains("the call creates no `lump`"), "{found}");
    let text = format!(
        "{}clauses: []\n",
        HEAD.replace(
            "  buyLamp: { lamp: { new: reply.lamp.id } }\n",
            "  dimLamp: { spare: { is: lamp, id: query.spare, told by: lamp } }\n"
        )
    );
    assert!(render_complaints(&text).contains("needs `new`"));
}

#[test]
fn an_effect_may_be_left_open() {
    let suite = parse_lamp_suite(
        "clauses:\n  - { id: dim, cites: lamps:4, call: dimLamp, accept: success, then: { lamp.bulb: \"*\", lamp.status: \"*\" } }\n",
    );
    assert!(suite.clauses[0].then.iter().all(|effect| matches!(effect.value, EffectValue::Anything)));
}

/// `HEAD` with another view of the list of lamps.
fn build_list_suite(more: &str) -> String {
    HEAD.replace("whole: true, only: [label]", more) + "clauses: []\n"
}

#[test]
fn paging_names_the_parameter_that_bounds_a_page() {
    let next = "next: { marker: 'reply.lamps[size(reply.lamps) - 1].id' }";
    let text = build_list_suite(&format!(r#"whole: true, {next}, paging: {{ limit: limit, cites: ["lamps:4"] }}"#));
    let suite = super::super::parse_suite("lamps.yaml", &text, &load_lamps())
        .unwrap_or_else(|p| panic!("{}", render_problems(&p, &text)));
    let view = &suite.resources[0].views["listLamps"];
    let paging = view.paging.as_ref().expect("it is there");
    assert_eq!((paging.limit.as_str(), paging.cites[0].to_string().as_str()), ("limit", "lamps:4"));
    assert!(view.selects_page("limit") && view.selects_page("marker") && !view.selects_page("sort"));
    for less in ["whole: true", next] {
        let found = render_complaints(&build_list_suite(&format!("{less}, paging: {{ limit: limit }}")));
        assert!(found.contains("error[bad-view]: `paging` needs a list with"), "{found}");
    }
    let found = render_complaints(&build_list_suite(&format!("whole: true, {next}, paging: {{ cites: [] }}")));
    assert!(found.contains("`paging`") && found.contains("limit"), "{found}");
}
