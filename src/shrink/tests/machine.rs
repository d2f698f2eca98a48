//! A small machine: boxes with a size and a lock, and disks that are inserted into boxes.

use crate::plan::{FORMAT, Plan, Settle, Step, handle, handle_name};
use crate::schema::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The state of one box.
#[derive(Default, Clone, PartialEq)]
pub(super) struct Crate {
    pub(super) size: u64,
    pub(super) before: Option<u64>,
    pub(super) confirmed: Option<u64>,
    pub(super) locked: bool,
    pub(super) disks: Vec<String>,
}

pub(super) fn plan(steps: Vec<Step>) -> Plan {
    Plan { format: FORMAT, suite: "boxes".to_owned(), drawn: Some((7, 1)), steps }
}

/// A step for `word` or `word=number`, on the box or disk named by `on`, if any.
pub(super) fn call(text: &str, on: Option<&str>) -> Step {
    let (operation, number) = text.split_once('=').unwrap_or((text, ""));
    let number: Option<u64> = number.parse().ok();
    Step {
        operation: operation.to_owned(),
        binding: "v1".to_owned(),
        caller: "owner".to_owned(),
        path: on.map(|name| ("id".to_owned(), handle(name))).into_iter().collect(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: number.map(|number| json!({ operation: { "size": number, "note": "as drawn" } })),
        births: BTreeMap::new(),
        settle: Settle::Poll { after_ms: 800 },
        setup: Vec::new(),
        branch: 0,
    }
}

pub(super) fn create(kind: &str, name: &str) -> Step {
    let births = BTreeMap::from([(kind.to_owned(), vec![name.to_owned()])]);
    Step { births, ..call(if kind == "box" { "create" } else { "format" }, None) }
}

pub(super) fn insert(disk: &str, into: &str) -> Step {
    Step { body: Some(json!({ "insert": { "disk": handle(disk) } })), ..call("insert", Some(into)) }
}

pub(super) fn on(step: &Step) -> Option<&str> {
    step.path.get("id").and_then(handle_name)
}

pub(super) fn size(step: &Step) -> u64 {
    step.body
        .as_ref()
        .and_then(|body| body.pointer(&format!("/{}/size", step.operation)))
        .and_then(Value::as_u64)
        .unwrap_or(0)
}

/// Runs the steps; `watch` receives each step with the boxes after the step. False if a call is refused.
pub(super) fn carry_out(steps: &[Step], mut watch: impl FnMut(&Step, &BTreeMap<String, Crate>)) -> bool {
    let mut boxes: BTreeMap<String, Crate> = BTreeMap::new();
    for step in steps {
        if !apply(step, &mut boxes) {
            return false;
        }
        watch(step, &boxes);
    }
    true
}

/// Whether no call is refused; stands for a model that rejects candidates without a run.
pub(super) fn possible(steps: &[Step]) -> bool {
    carry_out(steps, |_, _| {})
}

fn apply(step: &Step, boxes: &mut BTreeMap<String, Crate>) -> bool {
    if step.operation == "create" {
        boxes.extend(super::super::handles_born(step).into_iter().map(|name| (name, Crate::default())));
        return true;
    }
    let Some(name) = on(step) else { return true };
    let Some(it) = boxes.get_mut(name) else {
        return false;
    };
    match step.operation.as_str() {
        "resize" if it.before.is_none() && !it.locked => {
            it.before = Some(it.size);
            it.size = size(step);
        }
        "confirm" if it.before.is_some() => {
            it.before = None;
            it.confirmed = Some(it.size);
        }
        "revert" if it.before.is_some() => it.size = it.before.take().unwrap_or(0),
        "reboot" | "show" => {}
        "lock" if !it.locked => it.locked = true,
        "unlock" if it.locked => it.locked = false,
        "insert" => it.disks.extend(super::super::handles_used(step).into_iter().filter(|used| used != name)),
        "delete" => return boxes.remove(name).is_some(),
        _ => return false,
    }
    true
}

/// Length of the shortest possible plan with the given operations on one box, in the given order.
pub(super) fn shortest(words: &[&str]) -> usize {
    let first = vec![create("box", "box-1")];
    let mut left = VecDeque::from([(first, 0)]);
    let mut seen = BTreeSet::new();
    while let Some((steps, done)) = left.pop_front() {
        if done == words.len() {
            return steps.len();
        }
        for word in ["resize", "confirm", "revert", "reboot", "show", "lock", "unlock"] {
            let mut longer = steps.clone();
            longer.push(call(word, Some("box-1")));
            let done = done + usize::from(words[done] == word);
            let mut end = None;
            if carry_out(&longer, |_, boxes| end = boxes.get("box-1").map(|it| (it.before.is_some(), it.locked)))
                && seen.insert((end, done))
            {
                left.push_back((longer, done));
            }
        }
    }
    panic!("no plan makes the calls {words:?}: are they words of the machine?")
}

/// Shorter notes and smaller sizes, by halving and by decrement.
pub(super) fn offers(step: &Step) -> Vec<Step> {
    let Some(Value::Object(body)) = &step.body else {
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
        offers.push(Step { body: Some(json!({ operation.as_str(): inner })), ..step.clone() });
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
pub(super) fn noise(seed: u64, count: usize) -> Vec<Step> {
    let mut rng = Rng::new(seed, 0, 0, 0);
    let mut steps = vec![create("box", "box-1")];
    while steps.len() < count {
        let next = draw(&mut rng, &steps);
        steps.push(next);
        if !possible(&steps) || super::super::closed(&steps).len() < steps.len() {
            steps.pop();
        }
    }
    steps
}

fn draw(rng: &mut Rng, steps: &[Step]) -> Step {
    let born = |kind: &str| -> Vec<String> {
        steps.iter().filter_map(|step| step.births.get(kind)).flatten().cloned().collect()
    };
    let (boxes, disks) = (born("box"), born("disk"));
    let which = rng.pick(&boxes).expect("one is always there").clone();
    let words =
        ["resize", "confirm", "revert", "reboot", "show", "lock", "unlock", "list", "insert", "create", "format"];
    let mut step = match *rng.pick(&words).expect("words") {
        "create" if boxes.len() < 3 => create("box", &format!("box-{}", boxes.len() + 1)),
        "format" if disks.len() < 2 => create("disk", &format!("disk-{}", disks.len() + 1)),
        "create" | "format" | "list" => call("list", None),
        "insert" => match rng.pick(&disks) {
            Some(disk) => insert(disk, &which),
            None => call("show", Some(&which)),
        },
        "resize" => call(&format!("resize={}", rng.below(100)), Some(&which)),
        word => call(word, Some(&which)),
    };
    if rng.chance(1, 2) {
        step.binding = "v2".to_owned();
    }
    if rng.chance(1, 4) {
        step.settle = Settle::Leave;
    }
    step
}
