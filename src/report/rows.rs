//! The parts of a report, in the form of `report.json`.

use super::call_row::CallRow;
use super::evidence_rows::EvidenceRow;
use super::race_rows::RaceRow;
use crate::known_deviations::Excuse;
use crate::oracle::{ClauseDecidability, Verdict};
use crate::plan::Plan;
use crate::schema::catalog::SourceLines;
use crate::suite::ClauseBasis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clause with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClauseRow {
    /// The id of the clause in the suite, such as `remove.gone`.
    pub id: String,
    /// Earlier ids of the clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// File and line of the clause in the suite, `suites/name.yaml:12`; none for a clause that is generated from the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The promise as one sentence, from the suite.
    pub says: String,
    /// Pages and lines that make the promise; empty for a convention.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub cites: Vec<SourceLines>,
    /// Whether the pages state the promise, or a rule of probity does.
    pub basis: ClauseBasis,
    /// Name of the rule, for the basis `convention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The result of the campaign for the clause.
    pub verdict: Verdict,
    /// Why the verdict is not pass; empty for a pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether a campaign at this target can decide the clause; an undecided clause that it cannot decide is no defect.
    pub standing: ClauseDecidability,
    /// Whether the user permits that the clause stays undecided, so that it does not count for the exit code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_stay_undecided: bool,
    /// Whether the profile does not claim the clause, so that it does not count for the exit code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_claimed: bool,
    /// Whether an endpoint need not implement the clause, as the suite says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The numbers of calls on which the verdict rests.
    pub counts: ClauseCountsRow,
    /// How many of `counts.passed` each operation decided.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_by: BTreeMap<String, u64>,
    /// What a pass needs and no exchange showed, in words. Only of a clause whose passes are all hollow, which is
    /// inconclusive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_proof: Vec<String>,
    /// Numbers of the findings that contradict the clause; see [`FindingRow::number`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// How often a clause applied, and with which result; see [`crate::model::ClauseCount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClauseCountsRow {
    /// Calls to which the clause applied in every possible state.
    pub applied: u64,
    /// Responses that only the main outcome of the clause explains. One is enough for the verdict pass.
    pub passed: u64,
    /// Responses that an alternative of the clause explains, and not the main outcome.
    pub exceptions: u64,
    /// Calls to which the clause applied in some possible states only, with doubtful input, or whose promised value no
    /// response showed.
    pub unclear: u64,
}

/// An expression of the suite that could not be evaluated for valid input, so that its clauses are undecided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FailedExpressionRow {
    /// File and line of the suite, `suites/name.yaml:12`.
    pub place: String,
    /// The text of the expression.
    pub expression: String,
    /// Why the expression has no value, such as `division by zero`.
    pub cause: String,
    /// Ids of the clauses of the expression; empty for a view without a clause about its list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// Number of exchanges at which the expression failed.
    pub exchanges: u64,
    /// Whether the expression failed whenever it was evaluated: the suite is wrong for every input.
    pub always: bool,
}

/// A deviation with its evidence and its counterexample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FindingRow {
    /// Counts from 1, in the order of discovery.
    pub number: usize,
    /// One text for each difference, equal for equal defects in any run: clauses, operation, kind of difference and
    /// place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fingerprints: Vec<String>,
    /// Fingerprints of further differences that the finding stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_fingerprints: Vec<String>,
    /// Whether the finding stands for more differences than `related_fingerprints` has. No baseline covers it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lacks_fingerprints: bool,
    /// Why the deviation does not fail the run; none for a new deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
    /// How often the campaign showed the deviation.
    #[serde(default = "count_one")]
    pub count: u64,
    /// Ids of further operations whose responses show the same deviation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// The contradicted clauses: each state that was possible contradicts at least one of them.
    pub clauses: Vec<ClauseReference>,
    /// Id of the operation whose response deviates.
    pub operation: String,
    /// Number of the plan within the campaign.
    pub plan: u64,
    /// Index of the step within the plan, from 0.
    pub step: usize,
    /// Number of the exchange within the plan's history, from 0.
    pub exchange: u64,
    /// The response in words, such as `accepted with 200`.
    pub seen: String,
    /// Expected and got as a difference, and the reasons. From the counterexample if there is one, otherwise from the
    /// whole plan. None in reports of formats 1 and 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRow>,
    /// The call that deviates, from the same history as `evidence`. None in reports of formats 1 and 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallRow>,
    /// The calls that overlapped, if no order of them explains the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub race: Option<RaceRow>,
    /// Formats 1 and 2: each outcome that the clauses permit, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<String>,
    /// Formats 1 and 2: where the body does not match its JSON Schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
    /// Formats 1 and 2: the last exchange that removed possible states of the same resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrowed: Option<NarrowingExchange>,
    /// An entry for the profile, in YAML, if the response looks like a quota, a limit or a gateway that the profile does
    /// not recognise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognise: Option<String>,
    /// Ids of further clauses that the deviation or repetitions of it contradict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// What tells the contradicted clauses apart. Those that hold in another run come last in `clauses`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_apart: Vec<BlameRow>,
    /// Reports of format 1 call the counterexample `witness`.
    #[serde(alias = "witness")]
    pub counterexample: CounterexampleRow,
}

/// A run like the counterexample with one change, which tells the contradicted clauses of a finding apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BlameRow {
    /// The change and its result as a sentence.
    pub says: String,
    /// Ids of the contradicted clauses that hold in the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// Ids of the clauses that the run contradicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted: Vec<String>,
}

/// A clause in a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClauseReference {
    /// The id of the clause in the suite.
    pub id: String,
    /// The promise as one sentence, from the suite.
    pub says: String,
    /// Pages and lines that make the promise; empty for a convention.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub cites: Vec<SourceLines>,
    /// The name of the convention without which the pages do not make the promise; none for a promise of the pages alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// An exchange with the clauses that removed possible states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NarrowingExchange {
    /// Number of the exchange within the plan's history, from 0.
    pub exchange: u64,
    /// Ids of the clauses by which the exchange removed possible states.
    pub clauses: Vec<String>,
}

/// The plan that shows a finding: a counterexample if `seen_again`, else the whole original plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CounterexampleRow {
    /// A second execution showed the same deviation. If not, `plan` is the whole original plan.
    pub seen_again: bool,
    /// A repetition was run to its end. If not, `seen_again: false` proves nothing.
    #[serde(default)]
    pub repeated: bool,
    /// How often the plan was run again to its end.
    #[serde(default)]
    pub runs: u64,
    /// How many of these runs showed the deviation.
    #[serde(default)]
    pub shown: u64,
    /// Why the plan was not run again, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevented: Option<String>,
    /// Name of the shell script beside the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Why there is no script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_script: Option<String>,
    /// The text of the script; not in the report.
    #[serde(skip)]
    pub script_text: String,
    /// Name of the plan file beside the report.
    pub file: String,
    /// The command that replays the plan, or an instruction where only the tests can replay. `{reports}`
    /// stands for the folder of the reports.
    pub replay: String,
    /// The outcome of each step; `skipped` for a step that was not sent.
    pub outcomes: Vec<String>,
    /// The steps to replay.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub plan: Plan,
}

/// A resource kind of the suite, as far as readers of a report need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResourceKindRow {
    /// Name of the resource kind.
    pub name: String,
    /// The stable states; empty for a resource kind without states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// The promised bound for settling in milliseconds, before `settle_percent`.
    pub settles_ms: u64,
}

/// A page that a clause of the report cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CitedPageRow {
    /// Id of the page, as citations name it.
    pub id: String,
    /// Title of the page.
    pub title: String,
    /// Address of the page, if the catalog has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A clause that started transitions whose end no response showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnprovenTransitionRow {
    /// The clause id.
    pub clause: String,
    /// Number of the transitions.
    pub count: u64,
}

/// A combination of operation and state without a clause, with the observed statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SilentCellRow {
    /// Id of the operation.
    pub operation: String,
    /// Kind and state of each resource of the call, such as `server ACTIVE`.
    pub states: Vec<String>,
    /// Number of responses, by status.
    pub statuses: BTreeMap<u16, u64>,
}

/// Number of clauses by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerdictTotals {
    /// Clauses with a response that only their main outcome explains.
    pub pass: usize,
    /// Clauses that a response contradicts.
    pub fail: usize,
    /// Clauses that applied, and that no response decided.
    pub inconclusive: usize,
    /// Clauses that never applied.
    pub untested: usize,
    /// Untested clauses that no sequence of calls reaches at this target.
    pub unreachable: usize,
    /// Inconclusive or untested clauses that no response can contradict.
    pub unobservable: usize,
}

/// How many requests a campaign sent, by purpose and outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpentRequestsRow {
    /// Requests of plans, without requests for shrinking.
    pub requests: u64,
    /// Number of plans, without the candidates of the shrinker.
    pub plans: u64,
    /// `requests` by purpose; purposes without a request are absent.
    pub shares: Vec<PurposeRequestsRow>,
    /// Requests for shrinking counterexamples, in addition to `requests`.
    pub shrinking: u64,
    /// Requests for cleaning up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cleaning: u64,
    /// Checks before the first plan, requests for tokens, and repetitions with a renewed token.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub checking: u64,
    /// Requests of plans without a response.
    pub lost: u64,
    /// Requests of plans that were refused for their rate (429).
    pub throttled: u64,
    /// Steps that were not sent, because an earlier step created no resource or the plan ended early.
    pub steps_skipped: u64,
    /// Deviations from clauses that the same plan had contradicted before.
    pub repeated: u64,
    /// Deviations that are not kept as findings, because there are too many. Their clauses fail.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unkept_findings: u64,
    /// The entry for a profile, in YAML, if a throttled response names a quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognise_throttled: Option<String>,
    /// Judged exchanges.
    pub judged: u64,
    /// Most possible states at one time.
    pub worlds_most: usize,
    /// How often the bound of possible states was reached, so that the resources of the call became undetermined.
    pub given_up: u64,
    /// The reason at the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up_because: Option<String>,
}

/// The requests for a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PurposeRequestsRow {
    /// The purpose, such as `polls`.
    pub what: String,
    /// Number of requests for the purpose.
    pub requests: u64,
    /// Thousandths of all requests, rounded down.
    pub per_mille: u64,
}

fn count_one() -> u64 {
    1
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A name with the digest of the named file or folder, `sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NamedDigest {
    /// Name of the suite or the catalog.
    pub name: String,
    /// `sha256:` and 64 hexadecimal digits. Equal digests mean equal contents.
    pub digest: String,
}
