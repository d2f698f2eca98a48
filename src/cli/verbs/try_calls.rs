//! `probity try`: one call, or a few in a row, with what the model expected and saw, and the clauses that applied.

use super::replay::{CarriedPlan, carry_out_plan, describe_finding};
use crate::cli::args::{TargetArguments, TryArguments};
use crate::cli::embedded::find_store;
use crate::cli::exchange_lines::{describe_belief, describe_exchange};
use crate::cli::recorded::judge_again;
use crate::history::{Call, CallCause, History};
use crate::model::{ClauseId, Model};
use crate::oracle::Judge;
use crate::plan::{FORMAT, Plan, Step, StepWait, make_id_handle};
use crate::schema::catalog::Operation;
use crate::schema::{DrawSettings, SeededRng, draw_valid};
use crate::session::{ExitKind, LoadedSuite, RunStart, UserError, pick_worst, suggest_name};
use crate::suite::IdExpression;
use crate::terminal;
use serde_json::Value;
use std::collections::BTreeMap;

/// Makes the calls and prints what the model made of each.
pub fn try_calls(arguments: &TryArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let name = store.select_suites(std::slice::from_ref(&arguments.suite))?.remove(0);
    let loaded = store.load(&name, &RunStart::now().date)?;
    let mut drafter = StepDrafter {
        loaded: &loaded,
        caller: &arguments.caller,
        seed: arguments.seed,
        wait: choose_wait(&arguments.target),
        born: Vec::new(),
    };
    let mut steps = Vec::new();
    for words in arguments.calls.split(|word| word == "then") {
        steps.push(drafter.draft_step(words, steps.len())?);
    }
    let plan = Plan { format: FORMAT, suite: name, drawn: None, steps };
    let CarriedPlan { loaded, driven, exits } = carry_out_plan(&plan, &arguments.target, (arguments.seed, 0), None)?;
    let history = driven.history.load_history();
    for step in 0..plan.steps.len() {
        terminal::print_text(&describe_step(&loaded, &history, step));
    }
    for finding in &driven.findings {
        terminal::print_text(&describe_finding(&loaded.model, finding, &driven));
    }
    Ok(pick_worst(&exits))
}

/// At an endpoint nobody waits for a bound at the terminal; at the mock a wait costs nothing.
fn choose_wait(target: &TargetArguments) -> StepWait {
    let is_mock = target.profile.is_none() && target.endpoint.as_deref().is_none_or(|endpoint| endpoint == "mock");
    if is_mock { StepWait::Poll { after_ms: 0 } } else { StepWait::PollBriefly { after_ms: 0, next_ms: None } }
}

/// The exchanges of a step, the clauses that applied, and the possible states afterwards.
fn describe_step(loaded: &LoadedSuite, history: &History, step: usize) -> String {
    let mut out = String::new();
    for exchange in history.exchanges.iter().filter(|it| it.step == step && it.cause != CallCause::Poll) {
        out += &format!("\n{}\n", describe_exchange(&loaded.name, 0, exchange));
    }
    if out.is_empty() {
        return format!("\nstep {}: no request was sent, because an earlier call created no resource\n", step + 1);
    }
    let judge_until = |step: Option<usize>| -> Judge {
        let exchanges = history.exchanges.iter().filter(|it| step.is_some_and(|step| it.step <= step)).cloned();
        judge_again(loaded, &History { exchanges: exchanges.collect(), ..history.clone() }, false).0
    };
    let (before, after) = (judge_until(step.checked_sub(1)), judge_until(Some(step)));
    for line in list_spoken(&loaded.model, &before, &after) {
        out += &format!("  {line}\n");
    }
    for line in describe_belief(&after.belief) {
        out += &format!("{line}\n");
    }
    out
}

/// The clauses whose counts changed between two judgements, one line each.
fn list_spoken(model: &Model, before: &Judge, after: &Judge) -> Vec<String> {
    let count = |judge: &Judge, clause: ClauseId| judge.tally().clauses.get(&clause).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for clause in after.tally().clauses.keys() {
        let (old, new) = (count(before, *clause), count(after, *clause));
        let word = if new.passed > old.passed {
            "passed"
        } else if new.unclear > old.unclear {
            "unclear"
        } else if new.applied > old.applied {
            "applied"
        } else {
            continue;
        };
        let info = model.clause_info(*clause);
        lines.push(format!("{word:8} {}: {}", info.id, info.says));
    }
    lines.sort();
    if lines.is_empty() {
        lines.push("no clause applied: the suite promises nothing about this call".to_string());
    }
    lines
}

/// Makes steps from words.
struct StepDrafter<'a> {
    loaded: &'a LoadedSuite,
    caller: &'a str,
    seed: u64,
    /// The wait after each call.
    wait: StepWait,
    /// Handles of the resources that earlier steps create, with their kinds.
    born: Vec<(usize, String)>,
}

impl StepDrafter<'_> {
    /// The step of a call: an operation, and `name=value` for its parameters and the properties of its body.
    fn draft_step(&mut self, words: &[String], index: usize) -> Result<Step, UserError> {
        let operations = &self.loaded.schemas.catalog.operations;
        let known: Vec<&str> = operations.iter().map(|it| it.id.as_str()).collect();
        let name = words.first().map(String::as_str).unwrap_or_default();
        let operation = operations.iter().find(|it| it.id == name).ok_or_else(|| {
            UserError::usage(format!("operation `{name}`"), "the API has no such operation", suggest_name(name, &known))
        })?;
        let binding = operation.bindings.first().map(|it| it.id.clone()).unwrap_or_default();
        let mut call =
            Call { operation: name.to_string(), binding, caller: self.caller.to_string(), ..Call::default() };
        let mut body: BTreeMap<String, Value> = BTreeMap::new();
        for word in &words[1..] {
            let (key, text) = word.split_once('=').ok_or_else(|| {
                UserError::usage(word.as_str(), "this is no value of the call", "write NAME=VALUE, such as limit=2")
            })?;
            self.place_value(operation, key, text, &mut call, &mut body);
        }
        self.fill_ids(operation, &mut call, &mut body);
        call.body = self.draw_body(operation, &call, body, index)?;
        Ok(Step {
            births: self.name_births(operation),
            call,
            settle: self.wait,
            setup: Vec::new(),
            branch: 0,
            offset_us: 0,
        })
    }

    /// Puts a value where the operation has a parameter of the name, else into the body.
    fn place_value(
        &self,
        operation: &Operation,
        key: &str,
        text: &str,
        call: &mut Call,
        body: &mut BTreeMap<String, Value>,
    ) {
        let handle = self.born.iter().find(|(_, name)| name == text);
        let written = || serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        let value = handle.map_or_else(written, |(kind, name)| make_id_handle(&self.loaded.model, *kind as u16, name));
        if operation.path.iter().any(|it| it.name == key) {
            call.path.insert(key.to_string(), value);
        } else if operation.query.iter().any(|it| it.name == key) {
            call.query.insert(key.to_string(), value);
        } else if operation.headers.iter().any(|it| it.name.eq_ignore_ascii_case(key)) {
            call.headers.insert(key.to_string(), text.to_string());
        } else {
            let path = key.strip_prefix("body.").unwrap_or(key);
            body.insert(format!("/{}", path.replace('.', "/")), value);
        }
    }

    /// Where the call has no id of a resource, the youngest resource of the kind stands.
    fn fill_ids(&self, operation: &Operation, call: &mut Call, body: &mut BTreeMap<String, Value>) {
        let model = &self.loaded.model;
        for about in &model.operations[&operation.id].about {
            let IdExpression::Existing(expr) = &about.binding else { continue };
            let Some(path) = expr.as_path() else { continue };
            let Some((kind, name)) = self.born.iter().rev().find(|(kind, _)| *kind == about.resource) else { continue };
            let handle = make_id_handle(model, *kind as u16, name);
            let pointer = path.to_pointer();
            match path.root.as_ref() {
                "path" => drop(call.path.entry(pointer.trim_start_matches('/').to_string()).or_insert(handle)),
                "body" => drop(body.entry(pointer).or_insert(handle)),
                _ => {}
            }
        }
    }

    /// A valid body with the given values, and what else the pages require.
    fn draw_body(
        &self,
        operation: &Operation,
        call: &Call,
        pins: BTreeMap<String, Value>,
        index: usize,
    ) -> Result<Option<Value>, UserError> {
        let Some(shape) = self.loaded.schemas.find_request_schema(operation, None) else { return Ok(None) };
        let how = DrawSettings { pins, optional_percent: 0, ..DrawSettings::default() };
        let mut rng = SeededRng::new(self.seed, 0, index as u64, 60);
        let drawn = draw_valid(shape, &mut rng, &how).map_err(|error| {
            UserError::usage(
                format!("{} {}", call.operation, error.pointer),
                error.cause,
                "give the value as NAME=VALUE",
            )
        })?;
        Ok(Some(drawn))
    }

    /// Handles for the resources that the call creates: `product-1`.
    fn name_births(&mut self, operation: &Operation) -> BTreeMap<String, Vec<String>> {
        let model = &self.loaded.model;
        let mut births = BTreeMap::new();
        for about in model.operations[&operation.id].about.iter() {
            if !matches!(about.binding, IdExpression::New(_)) {
                continue;
            }
            let number = self.born.iter().filter(|(kind, _)| *kind == about.resource).count() + 1;
            let name = format!("{}-{number}", model.suite.resources[about.resource].name);
            self.born.push((about.resource, name.clone()));
            births.insert(about.name.clone(), vec![name]);
        }
        births
    }
}
