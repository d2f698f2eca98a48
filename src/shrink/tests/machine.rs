//! A small machine: boxes with a size and a lock, and disks that are inserted into boxes.

use crate::history::Call;
use crate::plan::{FORMAT, Plan, Step, StepWait, make_handle, read_handle};
use crate::schema::SeededRng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The state of one box.
#[derive(Default, Clone, PartialEq)]
pub(super) struct BoxState {
    pub(super) size: u64,
    pub(super) before: Option<u64>,
    pub(super) confirmed: Option<u64>,
    pub(super) locked: bool,
    pub(super) disks: Vec<String>,
}

pub(super) fn build_plan(steps: Vec<Step>) -> Plan {
    Plan { format: FORMAT, suite: "boxes".to_owned(), drawn: Some((7, 1)), steps }
}

/// A step for `word` or `word=number`, on the box or disk named by `find_box`, if any.
pub(super) fn build_call(text: &str, on: Option<&str>) -> Step {
    let (operation, number) = text.split_once('=').unwrap_or((text, ""));
    let number: Option<u64> = number.parse().ok();
    Step {
        call: Call {
            operation: operation.to_owned(),
            binding: "v1".to_owned(),
            caller: "owner".to_owned(),
            path: on.map(|name| ("id".to_owned(), make_handle(name))).into_iter().collect(),
            body: number.map(|number| json!({ operation: { "size": number, "note": "as drawn" } })),
            ..Call::default()
        },
        births: BTreeMap::new(),
        settle: StepWait::Poll { after_ms: 800 },
        setup: Vec::new(),
        branch: 0,
        offset_us: 0,
    }
}

pub(super) fn build_create(kind: &str, name: &str) -> Step {
    let births = BTreeMap::from([(kind.to_owned(), vec![name.to_owned()])]);
    Step { births, ..build_call(if kind == "box" { "create" } else { "format" }, None) }
}

pub(super) fn build_insert(disk: &str, into: &str) -> Step {
    let mut step = build_call("insert", Some(into));
    step.call.body = Some(json!({ "insert": { "disk": make_handle(disk) } }));
    step
}

pub(super) fn find_box(step: &Step) -> Option<&str> {
    step.call.path.get("id").and_then(read_handle)
}

pub(super) fn read_size(step: &Step) -> u64 {
    step.call
        .body
        .as_ref()
        .and_then(|body| body.pointer(&format!("/{}/size", step.call.operation)))
        .and_then(Value::as_u64)
        .unwrap_or(0)
}

/// Runs the steps; `watch` receives each step with the boxes after the step. False if a call is refused.
pub(super) fn run_steps(steps: &[Step], mut watch: impl FnMut(&Step, &BTreeMap<String, BoxState>)) -> bool {
    let mut boxes: BTreeMap<String, BoxState> = BTreeMap::new();
    for step in steps {
        if !apply_step(step, &mut boxes) {
            return false;
        }
        watch(step, &boxes);
    }
    true
}

/// Whether no call is refused; stands for a model that rejects candidates without a run.
pub(super) fn is_possible(steps: &[Step]) -> bool {
    run_steps(steps, |_, _| {})
}

fn apply_step(step: &Step, boxes: &mut BTreeMap<String, BoxState>) -> bool {
    if step.call.operation == "create" {
        boxes.extend(super::super::list_created_handles(step).into_iter().map(|name| (name, BoxState::default())));
        return true;
    }
    let Some(name) = find_box(step) else { return true };
    let Some(it) = boxes.get_mut(name) else {
        return false;
    };
    match step.call.operation.as_str() {
        "resize" if it.before.is_none() && !it.locked => {
            it.before = Some(it.size);
            it.size = read_size(step);
        }
        "confirm" if it.before.is_some() => {
            it.before = None;
            it.confirmed = Some(it.size);
        }
        "revert" if it.before.is_some() => it.size = it.before.take().unwrap_or(0),
        "reboot" | "show" => {}
        "lock" if !it.locked => it.locked = true,
        "unlock" if it.locked => it.locked = false,
        "insert" => it.disks.extend(super::super::collect_used_handles(step).into_iter().filter(|used| used != name)),
        "delete" => return boxes.remove(name).is_some(),
        _ => return false,
    }
    true
}

/// Length of the shortest possible plan with the given operations on one box, in the given order.
pub(super) fn find_shortest_length(words: &[&str]) -> usize {
    let first = vec![build_create("box", "box-1")];
    let mut left = VecDeque::from([(first, 0)]);
    let mut seen = BTreeSet::new();
    while let Some((steps, done)) = left.pop_front() {
        if done == words.len() {
            return steps.len();
        }
        for word in ["resize", "confirm", "revert", "reboot", "show", "lock", "unlock"] {
            let mut longer = steps.clone();
            longer.push(build_call(word, Some("box-1")));
            let done = done + usize::from(words[done] == word);
            let mut end = None;
            if run_steps(&longer, |_, boxes| end = boxes.get("box-1").map(|it| (it.before.is_some(), it.locked)))
                && seen.insert((end, done))
            {
                left.push_back((longer, done));
            }
        }
    }
    panic!("no plan makes the calls {words:?}: are they words of the machine?")
}

/// Shorter notes and smaller sizes, by halving and by decrement.
pub(super) fn list_offers(step: &Step) -> Vec<Step> {
    let Some(Value::Object(body)) = &step.call.body else {
        return Vec::new();
    };
    let Some((operation, inner)) = body.iter().next() else {
        return Vec::new();
    };
    let mut offers = Vec::new();
    let mut put = |key: &str, value: Option<Value>| {
        let mut inner = inner.clone();
        let entries = inner.as_object_mut().expect("bodies of the machine have one level");
        match value {
            Some(value) => drop(entries.insert(key.to_owned(), value)),
            None => drop(entries.shift_remove(key)),
        }
        offers.push(Step {
            call: Call { body: Some(json!({ operation.as_str(): inner })), ..step.call.clone() },
            ..step.clone()
        });
    };
    if let Some(note) = inner.get("note").and_then(Value::as_str) {
        put("note", None);
        for length in [1, note.len() / 2, note.len() - 1] {
            put("note", Some(json!(&note[..length.max(1)])));
        }
    }
    if let Some(size) = inner.get("size").and_then(Value::as_u64).filter(|&size| size > 0) {
        for smaller in [0, size / 2, size - 1] {
            put("size", Some(json!(smaller)));
        }
    }
    offers
}

/// The given number of possible calls on at most three boxes and two disks, drawn by seed.
pub(super) fn draw_steps(seed: u64, count: usize) -> Vec<Step> {
    let mut rng = SeededRng::new(seed, 0, 0, 0);
    let mut steps = vec![build_create("box", "box-1")];
    while steps.len() < count {
        let next = draw_step(&mut rng, &steps);
        steps.push(next);
        if !is_possible(&steps) || super::super::remove_unbound_steps(&steps).len() < steps.len() {
            steps.pop();
        }
    }
    steps
}

fn draw_step(rng: &mut SeededRng, steps: &[Step]) -> Step {
    let born = |kind: &str| -> Vec<String> {
        steps.iter().filter_map(|step| step.births.get(kind)).flatten().cloned().collect()
    };
    let (boxes, disks) = (born("box"), born("disk"));
    let which = rng.pick_element(&boxes).expect("one is always there").clone();
    let words =
        ["resize", "confirm", "revert", "reboot", "show", "lock", "unlock", "list", "insert", "create", "format"];
    let mut step = match *rng.pick_element(&words).expect("words") {
        "create" if boxes.len() < 3 => build_create("box", &format!("box-{}", boxes.len() + 1)),
        "format" if disks.len() < 2 => build_create("disk", &format!("disk-{}", disks.len() + 1)),
        "create" | "format" | "list" => build_call("list", None),
        "insert" => match rng.pick_element(&disks) {
            Some(disk) => build_insert(disk, &which),
            None => build_call("show", Some(&which)),
        },
        "resize" => build_call(&format!("resize={}", rng.draw_below(100)), Some(&which)),
        word => build_call(word, Some(&which)),
    };
    if rng.draw_chance(1, 2) {
        step.call.binding = "v2".to_owned();
    }
    if rng.draw_chance(1, 4) {
        step.settle = StepWait::Leave;
    }
    step
}
