//! The text of a finding, for each kind of difference: responses of an imaginary endpoint of lanterns, judged.

use crate::campaign::{FindingRepetition, RecordedFinding};
use crate::history::{Call, CallCause, Exchange, History, HistoryHeader, Outcome, RecordedHistory, Reply, ReplyBody};
use crate::known_deviations::SuiteExceptions;
use crate::model::{BeliefLimits, Model};
use crate::oracle::{Finding, Judge};
use crate::plan::{FORMAT, Plan, Step, StepWait, make_handle};
use crate::report::call_row::compile_call;
use crate::report::compile_finding::compile_finding;
use crate::report::finding_text::{LINES_MAX, list_finding_lines};
use crate::report::{ReportLocation, ReportSubject, ReportTarget};
use crate::schema::{CatalogFiles, CompiledCatalog};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const SUITE: &str = r#"
suite: lanterns
title: Lanterns that are lit, painted and put out
catalog: lanterns

resources:
  lantern:
    id: it.id
    state: state
    stable: [LIT, OUT, BROKEN]
    settles: 2m
    fields:
      state: { at: it.state, cites: ["lanterns:24"] }
      color: it.color
    views:
      createLantern: { at: reply }
      showLantern: { at: reply }
      listLanterns: { each: reply.lanterns, whole: true }

about:
  "*": { lantern: path.lantern_id }
  createLantern: { lantern: { new: reply.id } }
  listLanterns: {}

general:
  - id: bad-body
    says: a body that breaks the table of its fields is refused
    cites: ["lanterns:70"]
    when: input == "invalid"
    refuse: 400

clauses:
  - id: create.lit
    says: a new lantern is lit
    cites: ["lanterns:5"]
    call: createLantern
    when: input == "valid"
    accept: 201
    then: { lantern.state: LIT, lantern.color: body.color }
    ensure: reply.color == body.color

  - id: paint.color
    says: a lantern that is lit or out gets the color that was asked for
    cites: ["lanterns:31-32"]
    call: paintLantern
    when: lantern.state in ["LIT", "OUT"] && body.color != "black"
    accept: success
    then: { lantern.color: body.color }

  - id: paint.broken
    says: a broken lantern can be painted, to no effect
    cites: ["lanterns:33"]
    call: paintLantern
    when: lantern.state == "BROKEN"
    accept: success

  - id: paint.black
    says: no lantern is painted black
    cites: ["lanterns:34"]
    call: paintLantern
    when: lantern.state in ["LIT", "OUT"] && body.color == "black"
    refuse: 409

  - id: quench.out
    says: a lit lantern goes out
    cites: ["lanterns:41"]
    call: quenchLantern
    when: lantern.state == "LIT"
    accept: 202
    then: { lantern.state: [QUENCHING, OUT] }

  - id: quench.broken
    says: a broken lantern cannot be put out
    cites: ["lanterns:42"]
    call: quenchLantern
    when: lantern.state == "BROKEN"
    refuse: 409

  - id: show.there
    says: a lantern that is there can be looked at
    cites: ["lanterns:45"]
    call: showLantern
    while: any
    when: lantern != null
    accept: 200

  - id: list.all
    says: the list of lanterns can be read
    cites: ["lanterns:50"]
    call: listLanterns
    while: any
    accept: 200

  - id: remove.gone
    says: a removed lantern is gone
    cites: ["lanterns:62"]
    call: removeLantern
    while: any
    when: lantern != null
    accept: 204
    then: { lantern.state: ["*", gone] }

events:
  - id: lantern.breaks
    says: a lit lantern may break at any time
    cites: ["lanterns:80"]
    resource: lantern
    when: lantern.state == "LIT"
    then: { lantern.state: BROKEN }
"#;

/// The catalog and the schemas of the lanterns.
struct LanternFiles;

impl CatalogFiles for LanternFiles {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let lantern = json!({
            "type": "object",
            "required": ["id", "state", "color"],
            "properties": { "id": { "type": "string" }, "state": { "type": "string" }, "color": { "type": "string", "x-source": "lanterns:25" } }
        });
        let color = json!({
            "type": "object",
            "required": ["color"],
            "properties": { "color": { "type": "string", "maxLength": 12, "x-source": "lanterns:14" } }
        });
        let list = json!({ "type": "object", "properties": { "lanterns": { "type": "array" } } });
        let value = match name {
            "catalog.json" => catalog(),
            "lantern.json" => lantern,
            "color.json" => color,
            "list.json" => list,
            "doubts.json" => json!([]),
            _ => return None,
        };
        Some(value.to_string().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        ["catalog.json", "lantern.json", "color.json", "list.json"].map(str::to_string).into()
    }
}

fn catalog() -> Value {
    let operation = |id: &str, method: &str, path: &str, success: u16| {
        let parameters =
            json!([{ "name": "lantern_id", "required": true, "schema": { "type": "string" }, "at": "lanterns:2" }]);
        let statuses =
            [success, 400, 404, 409].map(|code| json!({ "code": code, "general": false, "at": "lanterns:3" }));
        let mut operation = json!({
            "id": id, "title": id, "at": "lanterns:1",
            "bindings": [{ "id": "v1", "method": method, "path": path, "at": "lanterns:1" }],
            "statuses": statuses,
        });
        if path.contains("lantern_id") {
            operation["path"] = parameters;
        }
        operation
    };
    let mut operations = vec![
        operation("createLantern", "POST", "/v1/lanterns", 201),
        operation("showLantern", "GET", "/v1/lanterns/{lantern_id}", 200),
        operation("listLanterns", "GET", "/v1/lanterns", 200),
        operation("paintLantern", "POST", "/v1/lanterns/{lantern_id}/paint", 202),
        operation("quenchLantern", "POST", "/v1/lanterns/{lantern_id}/quench", 202),
        operation("removeLantern", "DELETE", "/v1/lanterns/{lantern_id}", 204),
    ];
    let body = |schema: &str| json!([{ "schema": schema, "at": "lanterns:4" }]);
    operations[0]["requests"] = body("color.json");
    operations[0]["responses"] = body("lantern.json");
    operations[1]["responses"] = body("lantern.json");
    operations[2]["responses"] = body("list.json");
    operations[3]["requests"] = body("color.json");
    json!({
        "format": 1,
        "api": "lanterns",
        "pages": [{ "id": "lanterns", "file": "lanterns.md", "title": "Lanterns", "digest": "sha256:0", "dialect": "markdown" }],
        "operations": operations,
    })
}

fn lantern(state: &str, color: &str) -> Value {
    json!({ "id": "8a78c0de", "state": state, "color": color })
}

/// A call and its response: operation, body, status, body of the response, and the time in seconds.
type Answered = (&'static str, Value, u16, Value, u64);

/// A lantern that was created and shown.
fn created() -> Vec<Answered> {
    let red = || lantern("LIT", "red");
    vec![("createLantern", json!({ "color": "red" }), 201, red(), 0), ("showLantern", Value::Null, 200, red(), 2)]
}

fn make_call(operation: &str, body: &Value, id: Value) -> Call {
    let named = !matches!(operation, "createLantern" | "listLanterns");
    Call {
        operation: operation.to_string(),
        binding: "v1".to_string(),
        caller: "owner".to_string(),
        path: named.then(|| ("lantern_id".to_string(), id)).into_iter().collect(),
        body: (!body.is_null()).then(|| body.clone()),
        ..Call::default()
    }
}

fn make_exchange(index: usize, answered: &Answered) -> Exchange {
    let (operation, body, status, reply, seconds) = answered;
    let handle = (*operation == "createLantern").then(|| ("lantern-1".to_string(), "8a78c0de".to_string()));
    Exchange {
        number: index as u64,
        step: index,
        cause: CallCause::Step,
        call: make_call(operation, body, json!("8a78c0de")),
        input: None,
        sent_ms: seconds * 1_000,
        received_ms: seconds * 1_000 + 40,
        overlap: None,
        outcome: Outcome::Replied(Reply {
            status: *status,
            headers: request_ids(*status),
            body: if reply.is_null() { ReplyBody::Empty } else { ReplyBody::Json(reply.clone()) },
        }),
        created: handle.into_iter().collect(),
    }
}

/// Refusals and errors tell the id of the request.
fn request_ids(status: u16) -> BTreeMap<String, String> {
    let ids = [("content-type", "application/json"), ("x-request-id", "req-7"), ("x-example-id", "41")];
    let told = ids.into_iter().filter(|_| status >= 400);
    told.map(|(name, id)| (name.to_string(), id.to_string())).collect()
}

fn make_step(answered: &Answered) -> Step {
    let births = (answered.0 == "createLantern").then(|| ("lantern".to_string(), vec!["lantern-1".to_string()]));
    Step {
        call: make_call(answered.0, &answered.1, make_handle("lantern-1")),
        births: births.into_iter().collect(),
        settle: StepWait::Leave,
        setup: Vec::new(),
        branch: 0,
        offset_us: 0,
    }
}

/// Judges the calls, and returns the texts of all findings.
fn judge(calls: &[Answered]) -> Vec<String> {
    let schemas = Arc::new(CompiledCatalog::load(&LanternFiles).expect("the schemas load"));
    let suite = crate::suite::parse_suite("lanterns.yaml", SUITE, &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), Arc::clone(&schemas), 0, bounds);
    let exchanges: Vec<Exchange> =
        calls.iter().enumerate().map(|(index, answered)| make_exchange(index, answered)).collect();
    let seen = exchanges.iter().map(|exchange| judge.observe(exchange));
    let findings: Vec<Finding> = seen.flat_map(|seen| seen.findings).collect();
    let header = HistoryHeader { started: Some("2026-11-20T14:03:20.500Z".to_string()), ..super::history().header };
    let history = RecordedHistory::from_history(&History { header, exchanges });
    let plan =
        Plan { format: FORMAT, suite: "lanterns".into(), drawn: None, steps: calls.iter().map(make_step).collect() };
    let target = ReportTarget::Address("https://lanterns.example.org/".to_string());
    let subject = ReportSubject {
        model: &model,
        schemas: &schemas,
        catalog_digest: "sha256:11",
        target: &target,
        settle_percent: 100,
        selected: None,
        excluded: None,
        exceptions: &SuiteExceptions::default(),
        shard: None,
        resumed: None,
        profile_digest: None,
        times_digest: None,
        request_ids: &["x-example-id".to_string()],
        proofs: None,
        may_stay_undecided: &|_| false,
        replay_options: &[],
    };
    let texts = findings.into_iter().enumerate().map(|(index, finding)| {
        assert!(compile_call(&subject, &history.load_history().header, &finding.recorded, &finding.evidence).is_some());
        let fingerprints = finding.fingerprints.join("\n");
        let recorded = RecordedFinding {
            finding,
            plan: plan.clone().into(),
            history: history.clone(),
            requests: 0,
            count: 1,
            counterexample: None,
            repetition: FindingRepetition { runs: 1, ..FindingRepetition::default() },
        };
        let row = compile_finding(&subject, 1, index + 1, &recorded);
        let lines = list_finding_lines(&row, &ReportLocation { reports: "reports" });
        assert!(lines.len() <= LINES_MAX, "{lines:?}");
        let until_plan = lines.iter().take_while(|line| !line.contains("the whole plan"));
        format!("{}\nfingerprint: {fingerprints}\n", until_plan.cloned().collect::<Vec<_>>().join("\n"))
    });
    texts.collect()
}

/// The text of the only finding after a lantern was created.
fn check(name: &str, more: Vec<Answered>) {
    let texts = judge(&[created(), more].concat());
    assert_eq!(texts.len(), 1, "one finding of `{name}`: {texts:#?}");
    insta::assert_snapshot!(name, texts[0]);
}

#[test]
fn a_field_that_changed_without_permission_names_the_clause_and_its_false_condition() {
    let broken = |color: &str| lantern("BROKEN", color);
    check(
        "changed_field",
        vec![
            ("showLantern", Value::Null, 200, broken("red"), 5),
            ("paintLantern", json!({ "color": "blue" }), 202, Value::Null, 6),
            ("showLantern", Value::Null, 200, broken("blue"), 7),
        ],
    );
}

#[test]
fn a_field_that_a_refused_call_changed_says_so() {
    check(
        "changed_by_refusal",
        vec![
            ("paintLantern", json!({ "color": "black" }), 409, Value::Null, 6),
            ("showLantern", Value::Null, 200, lantern("LIT", "black"), 7),
        ],
    );
}

#[test]
fn an_effect_that_did_not_come_names_the_step_that_promised_it() {
    check(
        "missing_effect",
        vec![
            ("paintLantern", json!({ "color": "blue" }), 202, Value::Null, 6),
            ("showLantern", Value::Null, 200, lantern("LIT", "red"), 200),
        ],
    );
}

#[test]
fn a_refusal_names_the_clause_that_demands_acceptance_and_the_values_behind_it() {
    check("refusal", vec![("removeLantern", Value::Null, 409, json!({ "error": "no" }), 5)]);
}

/// A lantern that was put out, and cannot break any more.
fn quenched() -> Vec<Answered> {
    vec![
        ("quenchLantern", Value::Null, 202, Value::Null, 3),
        ("showLantern", Value::Null, 200, lantern("OUT", "red"), 4),
    ]
}

#[test]
fn an_acceptance_names_the_clause_that_demands_the_refusal() {
    check(
        "acceptance",
        [quenched(), vec![("paintLantern", json!({ "color": "black" }), 202, Value::Null, 6)]].concat(),
    );
}

#[test]
fn an_accepted_input_names_place_value_and_line_of_the_broken_rule() {
    let long = json!({ "color": "a color of many characters" });
    check("input", [quenched(), vec![("paintLantern", long, 202, Value::Null, 6)]].concat());
}

#[test]
fn a_wrong_status_is_told_in_numbers() {
    check("wrong_status", vec![("removeLantern", Value::Null, 200, Value::Null, 5)]);
}

#[test]
fn a_server_error_is_told_with_the_status_that_was_expected() {
    check("server_error", vec![("removeLantern", Value::Null, 500, json!({ "trace": "\u{1b}[31mat line 5" }), 5)]);
}

#[test]
fn a_body_that_breaks_its_schema_names_place_keyword_value_and_line() {
    let odd = json!({ "id": "8a78c0de", "state": "LIT", "color": 5 });
    let texts = judge(&[created(), vec![("showLantern", Value::Null, 200, odd, 5)]].concat());
    let schema = texts.iter().find(|text| text.contains("schema")).expect("a finding about the schema");
    insta::assert_snapshot!("schema", schema);
}

#[test]
fn a_transition_without_end_names_the_time_the_bound_and_the_last_state() {
    check(
        "unsettled",
        vec![
            ("quenchLantern", Value::Null, 202, Value::Null, 10),
            ("showLantern", Value::Null, 200, lantern("QUENCHING", "red"), 20),
            ("showLantern", Value::Null, 200, lantern("QUENCHING", "red"), 200),
        ],
    );
}

#[test]
fn a_resource_that_is_not_gone_names_the_call_that_ended_it() {
    check(
        "not_gone",
        vec![
            ("removeLantern", Value::Null, 204, Value::Null, 10),
            ("listLanterns", Value::Null, 200, json!({ "lanterns": [lantern("LIT", "red")] }), 300),
        ],
    );
}

#[test]
fn a_list_without_a_resource_names_the_resource() {
    check("missing_in_list", vec![("listLanterns", Value::Null, 200, json!({ "lanterns": [] }), 10)]);
}

#[test]
fn a_broken_condition_on_a_response_names_its_values() {
    let texts = judge(&[("createLantern", json!({ "color": "red" }), 201, lantern("LIT", "blue"), 0)]);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    insta::assert_snapshot!("condition", texts[0]);
}
