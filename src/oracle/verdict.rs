//! From counts and findings to one verdict per clause.

use super::hollow_pass::list_missing_proof;
use super::judge::Finding;
use crate::model::{ClauseCount, ClauseId, ClauseOrigin, ClauseTally, FailedExpression, Model};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The verdict of a clause, ordered by weight: when verdicts are merged, the greatest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The clause applied, and at least one response is explained by the clause only.
    Pass,
    /// The clause never applied.
    Untested,
    /// The clause applied, but each response has another explanation too, or would be the same without the promised
    /// behaviour.
    Inconclusive,
    /// A response contradicts the clause.
    Fail,
}

/// Whether a run against the endpoint can decide a clause.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ClauseDecidability {
    /// Some sequence of calls can decide the clause.
    #[default]
    Reachable,
    /// The clause cannot apply at the endpoint; with the condition that cannot hold.
    Unreachable(String),
    /// The clause applies, but no response could contradict the clause; with the reason.
    Unobservable(String),
    /// The search found no sequence of calls that makes the clause apply; with the bounds of the search. Beyond the bounds
    /// there may be such a sequence.
    #[serde(alias = "unknown")]
    NotReached(String),
}

/// The result of one clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseResult {
    /// The clause.
    pub clause: ClauseId,
    /// The verdict.
    pub verdict: Verdict,
    /// Why the verdict is not a pass; empty for a pass.
    pub reason: String,
    /// Whether the clause can be decided.
    pub standing: ClauseDecidability,
    /// How often the clause applied and passed.
    pub count: ClauseCount,
    /// What a pass needs and no exchange showed, in words: each pass is hollow. Empty for every other verdict.
    pub missing_proof: Vec<String>,
    /// Indexes of the kept findings that contradict the clause.
    pub findings: Vec<usize>,
}

/// The clauses that a run reports; the run tests the others without a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClauseSelection(pub Option<BTreeSet<ClauseId>>);

impl ClauseSelection {
    /// Whether the selection contains a clause.
    #[must_use]
    pub fn contains(&self, clause: ClauseId) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen.contains(&clause))
    }
}

/// How an entry of [`ClauseResult::missing_proof`] begins that names a kind of call.
pub const NOT_SENT: &str = "not sent: ";

/// What verdicts depend on besides counts and findings.
pub struct VerdictSettings<'a> {
    /// The clauses with a verdict.
    pub selection: &'a ClauseSelection,
    /// Whether a clause can be decided.
    pub standing: &'a dyn Fn(ClauseId) -> ClauseDecidability,
    /// The kinds of calls that a clause needs for a pass and that no exchange made, in words.
    pub unsent: &'a dyn Fn(ClauseId) -> Vec<String>,
    /// Why the campaign ended early.
    pub stopped: Option<&'a str>,
}

/// One row per selected clause except events, in the order of the model. An event permits a change and promises
/// nothing.
#[must_use]
pub fn decide_verdicts(
    model: &Model,
    tally: &ClauseTally,
    findings: &[Finding],
    settings: &VerdictSettings<'_>,
) -> Vec<ClauseResult> {
    let VerdictSettings { selection, standing, unsent, stopped } = settings;
    let failed = tally.evaluations.list_failed();
    list_promises(model, selection)
        .map(|clause| {
            let fault = failed.iter().find(|failed| failed.clauses.contains(&clause));
            let count = tally.clauses.get(&clause).copied().unwrap_or_default();
            let against: Vec<usize> = findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| finding.contradicts(clause))
                .map(|(i, _)| i)
                .collect();
            let contradicted = !against.is_empty() || tally.unkept_clauses.contains(&clause);
            // A clause with a pass, a finding or an expression that failed is reachable and observable, whatever the
            // search reports.
            let decided = count.passed > 0 || contradicted || fault.is_some();
            let applied = count.applied + count.exceptions + count.unclear > 0;
            let standing = match if decided { ClauseDecidability::Reachable } else { standing(clause) } {
                ClauseDecidability::Unreachable(_) | ClauseDecidability::NotReached(_) if applied => {
                    ClauseDecidability::Reachable
                }
                standing => standing,
            };
            let (verdict, reason) = match fault {
                Some(fault) if !contradicted => (Verdict::Inconclusive, describe_fault(fault)),
                _ => decide_verdict(&count, contradicted, &standing, *stopped),
            };
            let missing_proof =
                if verdict == Verdict::Pass { list_missing_proof(model, tally, clause) } else { Vec::new() };
            let not_sent = if verdict == Verdict::Pass { unsent(clause) } else { Vec::new() };
            let not_sent = not_sent.iter().map(|kind| format!("{NOT_SENT}{kind}"));
            let missing_proof: Vec<String> = missing_proof.into_iter().chain(not_sent).collect();
            let (verdict, reason) = match missing_proof.as_slice() {
                [] => (verdict, reason),
                missing => (Verdict::Inconclusive, missing.join("; ")),
            };
            ClauseResult { clause, verdict, reason, standing, count, missing_proof, findings: against }
        })
        .collect()
}

/// Why a clause with an expression that failed is undecided.
fn describe_fault(fault: &FailedExpression) -> String {
    let where_from = if fault.always { "for every input" } else { "for some inputs" };
    format!("an expression of the clause could not be evaluated {where_from}: {}", fault.error)
}

/// The selected clauses with a verdict: all but events.
pub fn list_promises(model: &Model, selection: &ClauseSelection) -> impl Iterator<Item = ClauseId> {
    let promised = model.clauses.iter().enumerate().filter(|(_, info)| !matches!(info.origin, ClauseOrigin::Event(_)));
    promised.map(|(index, _)| ClauseId(index as u32)).filter(|clause| selection.contains(*clause))
}

fn decide_verdict(
    count: &ClauseCount,
    contradicted: bool,
    standing: &ClauseDecidability,
    stopped: Option<&str>,
) -> (Verdict, String) {
    if contradicted {
        return (Verdict::Fail, "contradicted by a response".to_string());
    }
    if count.passed > 0 {
        return (Verdict::Pass, String::new());
    }
    if let ClauseDecidability::Unreachable(why) = standing {
        return (Verdict::Untested, format!("unreachable here: {why}"));
    }
    let touched = count.applied + count.exceptions + count.unclear;
    if touched == 0 {
        if let (ClauseDecidability::NotReached(why), None) = (standing, stopped) {
            return (Verdict::Untested, format!("the clause never applied; by a search of the model it was {why}"));
        }
        return (
            Verdict::Untested,
            stopped.map_or_else(
                || "the clause never applied".to_string(),
                |why| format!("the clause never applied: {why}"),
            ),
        );
    }
    let reason = if let ClauseDecidability::Unobservable(why) = standing {
        format!("unobservable: {why}")
    } else if count.exceptions > 0 {
        format!("only an alternative was observed ({} times)", count.exceptions)
    } else {
        format!("the clause applied {touched} times, and each response has another explanation too")
    };
    (Verdict::Inconclusive, reason)
}

impl Verdict {
    /// The verdict as a word for reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Untested => "untested",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Fail => "fail",
        }
    }
}
