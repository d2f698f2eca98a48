//! From a recorded finding to its row in the report.

use super::blame_rows::compile_blame;
use super::call_row::compile_call;
use super::curl_script::{ScriptHeading, write_curl_script};
use super::evidence_rows::{bound_text, compile_evidence};
use super::phrases::list_citations;
use super::plan_text::list_outcomes;
use super::race_rows::compile_race;
use super::report_subject::ReportSubject;
use super::report_target::ReportTarget;
use super::rows::{ClauseReference, CounterexampleRow, FindingRow};
use super::shell_word::quote_word;
use crate::campaign::{RecordedFinding, ShownCounterexample};
use crate::history::RecordedHistory;
use crate::model::{ClauseId, Model};
use crate::oracle::{Finding, InfrastructureHint};
use crate::plan::Plan;
use std::collections::BTreeSet;

/// The run that a finding's evidence is from: the counterexample, or the whole plan without a counterexample.
struct ShownRun<'a> {
    plan: &'a Plan,
    history: &'a RecordedHistory,
    finding: &'a Finding,
}

impl<'a> ShownRun<'a> {
    fn choose(found: &'a RecordedFinding) -> ShownRun<'a> {
        match &found.counterexample {
            Some(ShownCounterexample { plan, history, finding, .. }) => ShownRun { plan, history, finding },
            None => ShownRun { plan: &found.plan, history: &found.history, finding: &found.finding },
        }
    }
}

/// The row of a finding.
pub(super) fn compile_finding(
    subject: &ReportSubject<'_>,
    seed: u64,
    number: usize,
    found: &RecordedFinding,
) -> FindingRow {
    let model = subject.model;
    let finding = &found.finding;
    let run = ShownRun::choose(found);
    let history = run.history.load_history();
    let at = &run.finding.recorded;
    let evidence = compile_evidence(model, &run.finding.evidence, run.plan, &history.exchanges, at);
    let blamed = found.list_blamed();
    let clauses = blamed.iter().map(|clause| {
        let info = model.clause_info(*clause);
        let (id, says, cites) = (info.id.clone(), info.says.clone(), info.cites.clone());
        ClauseReference { id, says, cites, rule: info.rule.clone() }
    });
    let clauses: Vec<ClauseReference> = clauses.collect();
    let heading = ScriptHeading {
        file: &name_plan_file(found, number),
        promises: clauses.iter().map(|clause| format!("{} [{}]", clause.says, list_citations(&clause.cites))).collect(),
        evidence: &evidence,
    };
    let script = write_curl_script(subject, &heading, run.plan, &history.exchanges, at);
    FindingRow {
        number,
        excuse: None,
        fingerprints: finding.fingerprints.clone(),
        related_fingerprints: finding.related_fingerprints.iter().cloned().collect(),
        lacks_fingerprints: finding.lacks_fingerprints,
        count: found.count,
        operations: finding.operations.iter().cloned().collect(),
        clauses,
        operation: finding.operation.clone(),
        plan: finding.plan,
        step: finding.step,
        exchange: finding.exchange,
        seen: bound_text(&run.finding.seen),
        evidence: Some(evidence),
        call: compile_call(subject, &history.header, at, &run.finding.evidence),
        counterexample: compile_counterexample(subject, (seed, number), found, &run, script),
        race: run.finding.race.as_deref().map(compile_race),
        expected: Vec::new(),
        violations: Vec::new(),
        narrowed: None,
        recognise: finding.hint.as_ref().map(InfrastructureHint::to_yaml),
        related: list_related(model, found, &blamed),
        told_apart: found.counterexample.iter().flat_map(|shown| compile_blame(model, shown)).collect(),
    }
}

/// The ids of the clauses that the deviation contradicts besides the blamed ones.
fn list_related(model: &Model, found: &RecordedFinding, blamed: &[ClauseId]) -> Vec<String> {
    let of_plan = found.finding.clauses.iter().chain(&found.finding.related_clauses);
    let further: BTreeSet<ClauseId> = of_plan.filter(|clause| !blamed.contains(clause)).copied().collect();
    further.into_iter().map(|clause| model.clause_info(clause).id.clone()).collect()
}

fn name_plan_file(found: &RecordedFinding, number: usize) -> String {
    let name = if found.counterexample.is_some() { "counterexample" } else { "plan" };
    format!("{name}-{number}.json")
}

fn compile_counterexample(
    subject: &ReportSubject<'_>,
    (seed, number): (u64, usize),
    found: &RecordedFinding,
    run: &ShownRun<'_>,
    script: Result<String, String>,
) -> CounterexampleRow {
    let seen_again = found.counterexample.is_some();
    let file = name_plan_file(found, number);
    let mut options: Vec<String> = subject.replay_options.to_vec();
    // The mock's choices follow from the seed and the number of the plan. The file of a plan that this
    // campaign drew has both.
    if matches!(subject.target, ReportTarget::Mock { .. }) && run.plan.drawn != Some((seed, run.finding.plan)) {
        options.extend(["--seed".into(), seed.to_string(), "--plan".into(), run.finding.plan.to_string()]);
    }
    let options: String = options.iter().map(|option| format!(" {}", quote_word(option))).collect();
    let suite = &subject.model.suite.name;
    let replay = match subject.target {
        // Only the tests have the service, and they run recorded plans first.
        ReportTarget::InProcess(_) => {
            format!("copy {{reports}}/{suite}/{file} to suites/counterexamples/{suite}/ and run the tests again")
        }
        _ => format!("probity replay {{reports}}/{suite}/{file}{options}"),
    };
    CounterexampleRow {
        seen_again,
        repeated: found.repetition.runs > 0,
        runs: found.repetition.runs,
        shown: found.repetition.shown,
        prevented: found.repetition.prevented.clone(),
        script: script.is_ok().then(|| file.replace(".json", ".sh")),
        no_script: script.as_ref().err().cloned(),
        script_text: script.unwrap_or_default(),
        replay,
        file,
        outcomes: list_outcomes(run.plan, run.history),
        plan: run.plan.clone(),
    }
}
