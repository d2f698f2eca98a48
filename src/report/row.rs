//! The parts of a report, as they stand in `report.json`.

use crate::oracle::{Standing, Verdict};
use crate::plan::Plan;
use crate::schema::catalog::Source;
use crate::suite::Basis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whom the campaign asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Target {
    /// The mock in this process, and the fault that was switched on in it.
    Mock { fault: Option<String> },
    /// A real endpoint's address, without credentials.
    Address(String),
    /// A service in the process of the tests, by its name.
    InProcess(String),
}

/// One clause and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseRow {
    pub id: String,
    pub says: String,
    pub cites: Vec<Source>,
    pub basis: Basis,
    /// Name of the rule where the basis is `convention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    pub verdict: Verdict,
    /// Why it is not a pass; empty for a pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub standing: Standing,
    pub counts: Numbers,
    /// Numbers of the findings that contradict it, as in [`FindingRow::number`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// How often a clause applied, and what that earned. See [`crate::model::Count`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    pub applied: u64,
    pub passed: u64,
    pub exceptions: u64,
    pub unclear: u64,
}

/// A deviation, with what is needed to check it and to see it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRow {
    /// Counts from 1, in the order in which they were found.
    pub number: usize,
    /// One of these is contradicted in each state that was possible.
    pub clauses: Vec<ClauseRef>,
    pub operation: String,
    pub plan: u64,
    pub step: usize,
    pub exchange: u64,
    pub seen: String,
    pub expected: Vec<String>,
    /// Where the body leaves its documented shape.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
    /// The exchange that last narrowed what was possible for the same things: often the true place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrowed: Option<Narrowed>,
    pub witness: WitnessRow,
}

/// A clause as a finding names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseRef {
    pub id: String,
    pub says: String,
    pub cites: Vec<Source>,
}

/// An exchange and the clauses that ruled something out in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrowed {
    pub exchange: u64,
    pub clauses: Vec<String>,
}

/// The plan that shows a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessRow {
    /// It was run again and showed the same; if not, `plan` is the whole plan in which it was seen once.
    pub seen_again: bool,
    /// A plan for it was run again to its end; if not, nothing follows from that it was not seen again.
    #[serde(default)]
    pub repeated: bool,
    /// File beside the report.
    pub file: String,
    /// The command that replays it, or what to do where only its tests can; `{reports}` stands for the folder the reports are in.
    pub replay: String,
    /// What came back, by step; `skipped` where the step was not sent.
    pub outcomes: Vec<String>,
    pub plan: Plan,
}

/// A stable state and a call of which no clause speaks, with the statuses that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilentRow {
    pub operation: String,
    pub states: Vec<String>,
    /// How often each status came.
    pub statuses: BTreeMap<u16, u64>,
}

/// Clauses by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    pub pass: usize,
    pub fail: usize,
    pub inconclusive: usize,
    pub untested: usize,
    /// Of the untested: those that no sequence of calls reaches here.
    pub unreachable: usize,
    /// Of the inconclusive and untested: those that no reply could contradict.
    pub unobservable: usize,
}

/// What the requests were spent on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// Those of the campaign; requests for shrinking are counted apart.
    pub requests: u64,
    pub plans: u64,
    pub shares: Vec<Share>,
    pub shrinking: u64,
    /// Requests that deleted what plans had created.
    #[serde(default, skip_serializing_if = "none")]
    pub cleaning: u64,
    pub lost: u64,
    pub throttled: u64,
    pub steps_skipped: u64,
    /// Deviations of clauses that the same plan had reported already.
    pub repeated: u64,
    /// Exchanges that were judged.
    pub judged: u64,
    /// The most possible states that were held at once.
    pub worlds_most: usize,
    /// How often a bound was reached, so that what a call touched was not determined from there on.
    pub given_up: u64,
    /// The first reason for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up_because: Option<String>,
}

/// A part of the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub what: String,
    pub requests: u64,
    /// In thousandths of all requests, rounded down.
    pub per_mille: u64,
}

fn none(count: &u64) -> bool {
    *count == 0
}
