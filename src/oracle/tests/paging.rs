//! Pages of lamps: the clauses about successive pages, and the events that end a chain.

use super::{PatchedLampFiles, build_exchange, find_lamp_file};
use crate::history::{Exchange, Outcome};
use crate::model::{BeliefLimits, Model};
use crate::oracle::Judge;
use crate::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const VIEW: &str = r#"      listLamps:
        each: reply.lamps
        whole: true
        whole_when: reply.more == null
        when: query.all(k, k == "sort")
        next: { marker: 'reply.lamps[size(reply.lamps) - 1].id' }
        paging: { limit: limit, cites: ["light:70"] }
"#;

/// A judge for the lamps, with a list operation.
fn new_list_judge() -> Judge {
    let mut catalog: Value =
        serde_json::from_slice(&CatalogFolder(find_lamp_file("schemas/lamps")).read("catalog.json").unwrap()).unwrap();
    let text =
        |name: &str| json!({ "name": name, "required": false, "schema": { "type": "string" }, "at": "light:71" });
    let number = json!({ "name": "limit", "required": false, "schema": { "type": "integer" }, "at": "light:70" });
    let list = json!({
        "id": "listLamps", "title": "Listing lamps", "at": "light:68",
        "bindings": [{ "id": "v1", "method": "GET", "path": "/v1/lamps", "at": "light:69" }],
        "query": [number, text("marker"), text("sort"), text("color")],
        "responses": [{ "at": "light:72" }],
        "statuses": [{ "code": 200, "general": false, "at": "light:73" }]
    });
    catalog["operations"].as_array_mut().unwrap().push(list);
    let schemas = Arc::new(
        CompiledCatalog::load(&PatchedLampFiles(BTreeMap::from([("catalog.json", catalog)]))).expect("schemas"),
    );
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let text = text.replacen("    views:\n", &format!("    views:\n{VIEW}"), 1);
    let suite = crate::suite::parse_suite("lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    Judge::new(model, schemas, 0, BeliefLimits { states_max: 100, settle_percent: 100, insight: false })
}

fn build_lamp(id: &str) -> Value {
    let (id, color) = id.split_once('=').unwrap_or((id, "red"));
    json!({ "id": id, "state": "BRIGHT", "color": color })
}

/// Parses a call from a line: `light a`, `show a`, `dim a`, `remove a`, or `list limit=1 marker=a: b c` with the
/// entries after the colon. ` (lost)` and ` (404)` replace the outcome; ` (more)` adds a link to more entries; ` (early)`
/// is sent while the call before is under way.
fn parse_exchange(number: u64, line: &str) -> Exchange {
    let (line, end) = line.split_once(" (").unwrap_or((line, ""));
    let (call, entries) = line.split_once(':').unwrap_or((line, ""));
    let mut words = call.split(' ');
    let (verb, rest): (&str, Vec<&str>) = (words.next().unwrap(), words.collect());
    let mut made = match verb {
        "light" => build_exchange(number, "lightLamp", 201, &build_lamp(rest[0])),
        "show" => build_exchange(number, "showLamp", 200, &build_lamp(rest[0])),
        "dim" => build_exchange(number, "dimLamp", 204, &Value::Null),
        "remove" => build_exchange(number, "removeLamp", 204, &Value::Null),
        _ => {
            let shown: Vec<Value> = entries.split_whitespace().map(build_lamp).collect();
            let more = (end == "more)").then_some("/v1/lamps?marker=a");
            build_exchange(number, "listLamps", 200, &json!({ "lamps": shown, "more": more }))
        }
    };
    if let (true, Some(id)) = (made.call.path.contains_key("lamp_id"), rest.first()) {
        made.call.path.insert("lamp_id".to_string(), json!(id.split('=').next()));
    }
    if verb == "list" {
        made.call.path.clear();
        for (name, value) in rest.iter().filter_map(|word| word.split_once('=')) {
            let value = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
            match name {
                "caller" => made.call.caller = value.as_str().unwrap().to_string(),
                "version" => drop(made.call.headers.insert("Version".to_string(), value.to_string())),
                _ => drop(made.call.query.insert(name.to_string(), value)),
            }
        }
    }
    match (end, &mut made.outcome) {
        ("lost)", outcome) => *outcome = Outcome::Lost { cause: "cut".to_string() },
        ("404)", Outcome::Replied(reply)) => reply.status = 404,
        ("early)", _) => made.sent_ms -= 10,
        _ => {}
    }
    made
}

/// Judges three creates of bright lamps and then the calls; compares the findings and the passes of the clauses about
/// pages.
fn check_pages(calls: &str, expected: &str) {
    let mut judge = new_list_judge();
    let before = ["light a", "light b", "light c", "show a", "show b", "show c"];
    let mut found = String::new();
    for (number, line) in
        before.into_iter().chain(calls.lines().map(str::trim).filter(|line| !line.is_empty())).enumerate()
    {
        let seen = judge.observe(&parse_exchange(number as u64, line));
        for finding in seen.findings {
            let clauses: Vec<&str> =
                finding.clauses.iter().map(|clause| judge.belief.model().clause_info(*clause).id.as_str()).collect();
            found += &format!("{}: {}\n", clauses.join(" "), finding.seen);
        }
    }
    let model = Arc::clone(judge.belief.model());
    for (clause, count) in &judge.tally().clauses {
        let id = &model.clause_info(*clause).id;
        if id.contains(".page") && count.passed > 0 {
            found += &format!("{id} passed {}\n", count.passed);
        }
    }
    let expected: String =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).map(|l| format!("{l}\n")).collect();
    assert_eq!(found, expected, "\n--- calls ---\n{calls}");
}

const LIMIT_PASSED: &str = "lamp.page-limit.listLamps passed 1";

#[test]
fn a_list_that_says_that_there_is_more_contradicts_nothing_by_what_is_missing() {
    check_pages("list: a c (more)", "");
    check_pages("list: a c", "lamp.listed.listLamps: accepted with 200");
}

#[test]
fn pages_that_show_each_resource_once_pass_in_any_order() {
    let passed = format!("{LIMIT_PASSED}\nlamp.paged.listLamps passed 1");
    check_pages(
        "list limit=1: b\n list limit=1 marker=b: c\n list limit=1 marker=c: a\n list limit=1 marker=a:",
        &passed,
    );
    check_pages("list limit=2: c a\n list limit=1 marker=a: b\n list marker=b:", &passed);
    let with_strangers = "list limit=2: c x\n list limit=2 marker=x: a b\n list limit=2 marker=b:";
    check_pages(with_strangers, LIMIT_PASSED);
}

#[test]
fn a_resource_on_no_page_is_missing_after_an_empty_page() {
    let found = "lamp.paged.listLamps: lamp c on none of 3 pages, the last of which is empty";
    check_pages(
        "list limit=1: a\n list limit=1 marker=a: b\n list limit=1 marker=b:",
        &format!("{found}\n{LIMIT_PASSED}"),
    );
    // A page may be shorter than its limit and still be followed by another page.
    check_pages("list limit=2: a\n list limit=2 marker=a: b", LIMIT_PASSED);
}

#[test]
fn a_resource_on_two_pages_is_a_finding() {
    let found = "lamp.paged.listLamps: lamp b a second time, on page 2";
    check_pages("list limit=2: a b\n list limit=2 marker=b: b c", &format!("{found}\n{LIMIT_PASSED}"));
}

#[test]
fn a_page_holds_no_more_than_its_limit() {
    check_pages("list limit=2: a b c", "lamp.page-limit.listLamps: 3 entries on a page of at most 2");
    check_pages("list limit=1 marker=a: b c", "lamp.page-limit.listLamps: 2 entries on a page of at most 1");
    // The documentation says nothing about a limit of 0.
    check_pages("list limit=0: a b c", "");
    check_pages("list limit=3: a b c", "");
}

#[test]
fn an_entry_of_a_page_is_checked_against_the_belief() {
    check_pages("list limit=1: a=blue", &format!("lamp.frame.color: accepted with 200\n{LIMIT_PASSED}"));
    check_pages("list limit=1 sort=x: a=blue", &format!("lamp.frame.color: accepted with 200\n{LIMIT_PASSED}"));
    // The matching of a filter is not part of the view.
    check_pages("list limit=1 color=red: a=blue", "");
}

#[test]
fn a_broken_chain_is_not_judged() {
    let broken = |between: &str, last: &str| {
        check_pages(&format!("list limit=1: a\n list limit=1 marker=a: b\n {between}\n {last}"), LIMIT_PASSED);
    };
    let end = "list limit=1 marker=b:";
    broken("dim a", end);
    broken("dim a (lost)", end);
    broken("remove c", end);
    broken("light d", end);
    broken("dim x (404)", end);
    broken("list limit=1 marker=b: (lost)", end);
    broken("list limit=1 marker=b: (404)", end);
    broken("list limit=1 marker=a: b", "list limit=1 marker=a:");
    broken("", "list limit=1 marker=x:");
    broken("", "list limit=1 marker=b sort=x:");
    broken("", "list limit=1 marker=b version=2:");
    broken("", "list limit=1 marker=b caller=other:");
    broken("", "list limit=1 marker=b color=red:");
}

#[test]
fn a_page_that_was_asked_for_before_a_change_had_ended_begins_no_chain() {
    let pages = |first: &str| {
        format!(
            "light d\n list limit=1: a{first}\n list limit=1 marker=a: b\n list limit=1 marker=b: c\n list marker=c:"
        )
    };
    let found = "lamp.paged.listLamps: lamp d on none of 4 pages, the last of which is empty";
    check_pages(&pages(""), &format!("{found}\n{LIMIT_PASSED}"));
    check_pages(&pages(" (early)"), LIMIT_PASSED);
}

#[test]
fn a_page_that_could_not_exceed_its_limit_leaves_the_clause_open_and_not_untested() {
    let mut judge = new_list_judge();
    judge.observe(&parse_exchange(0, "light a"));
    judge.observe(&parse_exchange(1, "list limit=3: a"));
    let clause = judge.belief.model().find_clause("lamp.page-limit.listLamps").expect("the clause exists");
    let count = judge.tally().clauses[&clause];
    assert_eq!((count.applied, count.passed), (1, 0));
}

#[test]
fn pages_with_one_certain_resource_show_nothing_about_their_sequence() {
    // The lamp `c` is in transition, and the color of `a` contradicts a clause before the last page.
    let calls = "dim c\n list limit=1: a\n list limit=1 marker=a: b\n show a=blue\n list limit=1 marker=b:";
    check_pages(calls, &format!("lamp.frame.color: accepted with 200\n{LIMIT_PASSED}"));
}

#[test]
fn reads_in_between_break_no_chain() {
    let found = "lamp.paged.listLamps: lamp c on none of 3 pages, the last of which is empty";
    let calls = "list limit=1: a\n show a\n list limit=1 marker=a: b\n show c\n list limit=1 marker=b:";
    check_pages(calls, &format!("{found}\n{LIMIT_PASSED}"));
}

#[test]
fn a_resource_in_transition_or_undetermined_need_not_be_shown() {
    check_pages("dim c\n list limit=1: a\n list limit=1 marker=a: b\n list limit=1 marker=b:", &{
        format!("{LIMIT_PASSED}\nlamp.paged.listLamps passed 1")
    });
    // After a resource in transition, a list may continue anywhere.
    check_pages("dim a\n list limit=1: a=red\n list limit=1 marker=a:", LIMIT_PASSED);
}
