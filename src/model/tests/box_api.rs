//! An invented API: boxes with labels, and a text line for each call.

use crate::history::{Call, CallCause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{
    Belief, BeliefLimits, DeviationEvidence, Existence, InterpretedExchange, Model, PossibleResource, ResourceId,
    TransitionStage,
};
use crate::schema::{CatalogFiles, CompiledCatalog, InputClass};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SUITE: &str = r#"suite: boxes
catalog: boxes
resources:
  box:
    id: it.id
    state: state
    stable: [here]
    settles: 1m
    fields: { state: it.state }
    views: { showBox: reply }
  label:
    id: it.id
    state: state
    stable: [here]
    settles: 1m
    fields: { state: it.state, box: it.box, text: it.text }
    views: { showLabel: reply, listLabels: { each: reply.labels, whole: true } }
about:
  "*": { box: path.box_id, label: path.label_id }
  putBox: { box: { new: reply.id } }
  stickLabel: { label: { new: reply.id } }
clauses:
  - { id: put, cites: "boxes:1", call: putBox, accept: 201, then: { box.state: here } }
  - { id: stick, cites: "boxes:2", call: stickLabel, accept: 201,
      then: { label.box: body.box, label.text: "'old'", label.state: here } }
  - { id: move, cites: "boxes:3", call: moveLabel, when: label != null, accept: 200, then: { label.box: body.box } }
  - { id: show-box, cites: "boxes:4", call: showBox, while: any, when: box != null, accept: 200 }
  - { id: show-label, cites: "boxes:4", call: showLabel, while: any,
      when: label != null && op == "showLabel" && binding == "v1", accept: 200 }
  - { id: list, cites: "boxes:4", call: listLabels, while: any, accept: 200 }
  - { id: no-label, cites: "boxes:4", call: showLabel, while: any, when: label == null, refuse: 404 }
  - { id: no-box, cites: "boxes:4", call: [dropBox, relabelBox], while: any, when: box == null, refuse: 404 }
  - { id: drop.box, cites: "boxes:5", call: dropBox, when: box != null, accept: 202, then: { box.state: ["*", gone] } }
  - id: drop.labels
    cites: "boxes:6"
    call: dropBox
    when: box != null && query.all == true
    accept: 202
    then: { "world.label.filter(l, l.box == box.id).state": ["*", gone] }
  - id: relabel
    cites: "boxes:7"
    call: relabelBox
    when: box != null
    accept: 200
    then: { "world.label.filter(l, l.box == box.id).text": "'new'" }
  - id: soothe
    cites: "boxes:8"
    call: shakeLabel
    when: label != null && label.box != "b2" && header["Box-Mood"] == "calm"
    accept: 200
    then: { label.text: "'calm'", label.state: [shaking, here] }
  - { id: crowded, cites: "boxes:10", call: showBox, while: any, when: size(world.label) > 5, refuse: 404 }
  - id: drop.kept
    cites: "boxes:11"
    call: dropBox
    when: box != null && query.keep == true
    accept: 202
    then: { box.state: here }
  - { id: stuck, cites: "boxes:9", call: shakeLabel, when: label.box == "b2", refuse: 409 }
"#;

fn make_operation(id: &str, method: &str, thing: Option<&str>, id_type: &str) -> Value {
    let parameter = |thing: &str| json!({ "name": format!("{thing}_id"), "required": true, "schema": { "type": id_type }, "at": "boxes:1" });
    json!({
        "id": id, "title": id, "at": "boxes:1",
        "bindings": [{ "id": "v1", "method": method, "path": format!("/{id}"), "at": "boxes:1" }],
        "path": thing.map(parameter).into_iter().collect::<Vec<_>>(), "requests": [], "responses": [],
    })
}

/// The files of a catalog in memory, by name.
pub(super) struct MemoryCatalog(pub BTreeMap<&'static str, Value>);

impl CatalogFiles for MemoryCatalog {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        Some(self.0.get(name)?.to_string().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(ToString::to_string).collect()
    }
}

/// The model of a suite over the files of a catalog.
pub(super) fn compile_suite(suite: &str, files: MemoryCatalog) -> Arc<Model> {
    let schemas = CompiledCatalog::load(&files).unwrap_or_else(|error| panic!("{error}"));
    let parsed = crate::suite::parse_suite("suite.yaml", suite, &schemas.catalog)
        .unwrap_or_else(|problems| panic!("{}", crate::suite::render_problems(&problems, suite)));
    Arc::new(Model::new(Arc::new(parsed), &schemas, "2026-11-20").unwrap_or_else(|error| panic!("{error}")))
}

/// The model of the box API.
pub(super) fn make_model() -> Arc<Model> {
    make_model_with_ids("string")
}

/// The model of the box API, whose ids have a type of JSON Schema.
pub(super) fn make_model_with_ids(id_type: &str) -> Arc<Model> {
    let make_operation = |id: &str, method: &str, thing: Option<&str>| make_operation(id, method, thing, id_type);
    let catalog = json!({
        "format": 1, "api": "boxes",
        "pages": [{ "id": "boxes", "file": "boxes.md", "title": "Boxes", "digest": "sha256:0", "dialect": "markdown" }],
        "operations": [
            make_operation("putBox", "POST", None), make_operation("showBox", "GET", Some("box")),
            make_operation("dropBox", "DELETE", Some("box")), make_operation("relabelBox", "POST", Some("box")),
            make_operation("stickLabel", "POST", None), make_operation("showLabel", "GET", Some("label")),
            make_operation("listLabels", "GET", None), make_operation("moveLabel", "POST", Some("label")),
            make_operation("shakeLabel", "POST", Some("label")),
        ],
    });
    compile_suite(SUITE, MemoryCatalog(BTreeMap::from([("catalog.json", catalog)])))
}

/// A belief that observes calls, each from a line such as `other show l1 b1 old`, `later show l1 404` or `drop
/// b1 all lost`. `old@odd` shows the state `odd`; a call that is `nameless` lacks the id.
pub(super) struct BoxApi {
    pub belief: Belief,
    now: u64,
    number: u64,
    /// Deviations: the line, and the contradicted clauses.
    pub found: Vec<String>,
    /// The evidence of the deviations.
    pub evidence: Vec<DeviationEvidence>,
    /// The cells that calls filled: the line, and the cell.
    pub cells: Vec<String>,
}

impl BoxApi {
    pub fn new() -> BoxApi {
        let bounds = BeliefLimits { states_max: 1_000, settle_percent: 100, insight: false };
        BoxApi {
            belief: Belief::new(make_model(), bounds),
            now: 0,
            number: 0,
            found: Vec::new(),
            evidence: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// As recorded traffic, in which resources may have existed before.
    pub fn new_with_earlier_resources() -> BoxApi {
        let mut api = BoxApi::new();
        api.belief.expects_earlier = true;
        api
    }

    pub fn send_call(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let has = |word: &str| words.contains(&word);
        let rest: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !["other", "forged", "later", "lost", "all", "calm", "nameless"].contains(word))
            .collect();
        let (operation, thing, status) = match rest[0] {
            "put" => ("putBox", None, 201),
            "stick" => ("stickLabel", None, 201),
            "drop" => ("dropBox", Some("box_id"), 202),
            "relabel" => ("relabelBox", Some("box_id"), 200),
            "move" => ("moveLabel", Some("label_id"), 200),
            "shake" => ("shakeLabel", Some("label_id"), 200),
            "show" if rest[1].starts_with('b') => ("showBox", Some("box_id"), 200),
            _ => ("showLabel", Some("label_id"), 200),
        };
        let shown = |text: &str| {
            let (text, state) = text.split_once('@').unwrap_or((text, "here"));
            json!({ "id": rest[1], "state": state, "box": rest[2], "text": text })
        };
        let (status, reply) = match rest[..] {
            [_, _, "404"] => (404, Value::Null),
            ["put", id] => (status, json!({ "id": id, "state": "here" })),
            ["stick", ..] => (status, shown("old")),
            ["show", _, _, text] => (status, shown(text)),
            _ => (status, Value::Null),
        };
        self.now += if has("later") { 600_000 } else { 1_000 };
        let exchange = Exchange {
            number: self.number,
            step: self.number as usize,
            cause: CallCause::Step,
            call: Call {
                operation: operation.to_string(),
                binding: "v1".to_string(),
                caller: ["other", "forged"].into_iter().find(|caller| has(caller)).unwrap_or("owner").to_string(),
                path: thing
                    .filter(|_| !has("nameless"))
                    .map(|name| (name.to_string(), json!(rest[1])))
                    .into_iter()
                    .collect(),
                query: has("all").then(|| ("all".to_string(), json!(true))).into_iter().collect(),
                headers: has("calm").then(|| ("box-mood".to_string(), "calm".to_string())).into_iter().collect(),
                body: matches!(rest[0], "stick" | "move").then(|| json!({ "box": rest[2] })),
            },
            input: None,
            sent_ms: self.now,
            received_ms: self.now + 1,
            overlap: None,
            outcome: if has("lost") {
                Outcome::Lost { cause: String::new() }
            } else {
                Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(reply) })
            },
            created: BTreeMap::new(),
        };
        self.number += 1;
        let class = if has("nameless") { InputClass::Invalid } else { InputClass::Valid };
        let mut interpreted = InterpretedExchange::new(self.belief.model(), &exchange, class);
        interpreted.call.broken_keywords.extend(has("nameless").then(|| "required".to_string()));
        let observed = self.belief.observe_exchange(&interpreted);
        let model = self.belief.model();
        let name = |clause: &crate::model::ClauseId| model.clause_info(*clause).id.clone();
        let told = observed
            .deviations
            .iter()
            .map(|deviation| format!("{line}: {}", deviation.clauses.iter().map(name).collect::<Vec<_>>().join(", ")));
        self.found.extend(told.collect::<Vec<_>>());
        self.evidence.extend(observed.deviations.iter().map(|deviation| deviation.evidence.clone()));
        self.cells.extend(observed.cell.map(|cell| format!("{line}: {}", cell.kind)));
    }

    /// All possible states of a label, as text.
    pub fn describe_label(&self, id: &str) -> String {
        let possible = self.belief.list_states(&ResourceId { kind: 1, id: Arc::from(id) });
        let all: BTreeSet<String> = possible.iter().map(|held| describe_entry(held)).collect();
        all.into_iter().collect::<Vec<_>>().join(" or ")
    }

    /// How often a clause passed, and how often the clause was unclear.
    pub fn count_clause(&self, clause: &str) -> (u64, u64) {
        let clause = self.belief.model().find_clause(clause).expect("the suite has it");
        self.belief.tally.clauses.get(&clause).map_or((0, 0), |count| (count.passed, count.unclear))
    }
}

fn describe_entry(held: &PossibleResource) -> String {
    let thing = &held.state;
    let leaves = thing.transition.iter().any(|motion| motion.stages.contains(&TransitionStage::Gone));
    match (thing.existence, thing.undetermined_since) {
        (Existence::Gone, _) => "gone".to_string(),
        _ if leaves => "leaving".to_string(),
        (_, Some(_)) => "undetermined".to_string(),
        _ => {
            let text = |index: usize| thing.fields[index].to_string().replace('"', "");
            format!("{} {}", text(1), text(2))
        }
    }
}
