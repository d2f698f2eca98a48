//! From a campaign's conclusion to its report, which is written, read back and rendered.

use super::cell_rows::{CellsRow, compile_cells};
use super::claims::{ClaimsRow, compile_claims};
use super::clause_place::locate_clause;
use super::compile_finding::compile_finding;
use super::exceptions::{KnownDeviationsRow, apply_exceptions};
use super::race_rows::{RacedPairRow, list_raced_pairs};
use super::report_subject::ReportSubject;
use super::report_target::ReportTarget;
use super::resumed_row::ResumedRow;
use super::rows::{
    CitedPageRow, ClauseCountsRow, ClauseRow, FailedExpressionRow, FindingRow, NamedDigest, PurposeRequestsRow,
    ResourceKindRow, SilentCellRow, SpentRequestsRow, UnprovenTransitionRow, VerdictTotals,
};
use crate::campaign::{Conclusion, SpentRequests};
use crate::model::{ClauseId, ClauseOrigin};
use crate::oracle::{ClauseDecidability, ClauseResult, Verdict};
use crate::suite::ClauseBasis;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the formats of `report.json` and `run.json`. A reader refuses a newer version and reads older versions:
/// version 3 has `evidence` and `call` in a finding, version 2 had `expected` and `violations`, and version 1 called
/// the counterexample `witness`.
pub const FORMAT: u32 = 3;

/// The results of a campaign of a suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of the form of `report.json`, at most [`FORMAT`].
    pub format: u32,
    /// The suite by its name, with the digest of its text.
    pub suite: NamedDigest,
    /// The suite's `title`, for headings.
    pub title: String,
    /// The catalog that the suite names, with the digest of the catalog's files.
    pub catalog: NamedDigest,
    /// Which endpoint, mock or service the plans ran against.
    pub target: ReportTarget,
    /// The seed of all random choices. The same seed, suite, catalog and target give the same report at the mock.
    pub seed: u64,
    /// The date against which API lifecycles are judged, `YYYY-MM-DD`.
    pub today: String,
    /// Percentage by which the bounds of transitions were multiplied.
    pub settle_percent: u32,
    /// `sha256:…` of the profile without its secrets; none for a target without a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// `sha256:…` of the times of an earlier run that told when to poll; none without such times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<String>,
    /// The pattern of the selected clauses; none for all clauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
    /// The pattern of the excluded clauses, which have no row; none if no clause was excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
    /// The part of the run that the report is about, such as `2/4`; none for a whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// What a resumed run took over from its earlier parts; none for a run in one part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<ResumedRow>,
    /// Why the campaign ended before its clauses were decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Whether the campaign ended before its requests were spent, because each clause that can be decided is, and no
    /// cell is left that more requests are expected to fill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub covered: bool,
    /// How many of `clauses` have each verdict.
    pub totals: VerdictTotals,
    /// As `totals`, apart for stated clauses and conventions. A basis without clauses is absent.
    pub totals_by_basis: BTreeMap<ClauseBasis, VerdictTotals>,
    /// The deviations, in the order of discovery; the entry at index `n` has the number `n + 1`.
    pub findings: Vec<FindingRow>,
    /// One row for each selected clause, in the order of the model. Events have no row, because they promise nothing.
    pub clauses: Vec<ClauseRow>,
    /// Which deviations are known, and which waivers and entries of the baseline met none; absent without a baseline and
    /// waivers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_deviations: Option<KnownDeviationsRow>,
    /// What the profile claims, and what the endpoint offers; absent without claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRow>,
    /// Expressions of the suite that could not be evaluated, in the order of the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_expressions: Vec<FailedExpressionRow>,
    /// Clauses that started transitions whose end only a wait for the bound would have shown; the run did not wait. Fewer
    /// clauses are decided by what came after such a transition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unproven_transitions: Vec<UnprovenTransitionRow>,
    /// The pairs of calls that conflict, with the races of each; absent if no calls may overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub races: Vec<RacedPairRow>,
    /// The kinds of calls that each operation should be sent once, and which of them were sent. None in reports of earlier
    /// releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<CellsRow>,
    /// Combinations of operation and state for which the pages make no promise.
    pub silent: Vec<SilentCellRow>,
    /// The resource kinds of the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceKindRow>,
    /// The pages that `clauses` cite, in the order of the catalog.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<CitedPageRow>,
    /// Requests, plans and skipped steps of the campaign.
    pub spending: SpentRequestsRow,
}

/// Compiles the report of a campaign.
#[must_use]
pub fn compile_report(conclusion: &Conclusion, subject: &ReportSubject<'_>) -> Report {
    let suite = &subject.model.suite;
    let clauses: Vec<ClauseRow> = conclusion.rows.iter().map(|row| compile_clause(subject, conclusion, row)).collect();
    let pages = list_cited_pages(subject, &clauses);
    let findings = conclusion.findings.iter().enumerate();
    let mut findings: Vec<FindingRow> =
        findings.map(|(index, found)| compile_finding(subject, conclusion.seed, index + 1, found)).collect();
    let claims = subject
        .exceptions
        .unclaimed()
        .map(|unclaimed| compile_claims(subject.model, unclaimed, &conclusion.tally.answers, (&clauses, &findings)));
    let known_deviations = apply_exceptions(&mut findings, &clauses, subject.exceptions);
    Report {
        format: FORMAT,
        suite: NamedDigest { name: suite.name.clone(), digest: suite.digest.clone() },
        title: suite.title.clone(),
        catalog: NamedDigest { name: suite.catalog.clone(), digest: subject.catalog_digest.to_string() },
        target: subject.target.clone(),
        seed: conclusion.seed,
        today: subject.model.today.clone(),
        settle_percent: subject.settle_percent,
        profile: subject.profile_digest.map(str::to_string),
        times: subject.times_digest.map(str::to_string),
        selected: subject.selected.map(str::to_string),
        excluded: subject.excluded.map(str::to_string),
        shard: subject.shard.map(str::to_string),
        resumed: subject.resumed.cloned(),
        stopped: conclusion.stopped.clone(),
        covered: conclusion.covered,
        totals: count_verdicts(clauses.iter()),
        totals_by_basis: count_by_basis(&clauses),
        findings,
        clauses,
        known_deviations,
        claims,
        failed_expressions: list_failed_expressions(conclusion, subject),
        unproven_transitions: list_unproven_transitions(conclusion),
        races: list_raced_pairs(&conclusion.races),
        cells: compile_cells(conclusion),
        silent: list_silent_cells(conclusion),
        resources: list_resource_kinds(subject),
        pages,
        spending: compile_spending(conclusion),
    }
}

impl Report {
    /// Whether a clause counts as missing a decision. A clause that cannot apply at the target counts only if the user
    /// selected clauses by name. A clause that no response can contradict never counts, nor does a clause that may
    /// stay undecided, or that the profile does not claim.
    #[must_use]
    pub fn misses_decision(&self, row: &ClauseRow) -> bool {
        let is_expected = match row.standing {
            ClauseDecidability::Reachable | ClauseDecidability::NotReached(_) => true,
            ClauseDecidability::Unreachable(_) => self.selected.is_some(),
            ClauseDecidability::Unobservable(_) => false,
        };
        let is_undecided = matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested);
        is_undecided && is_expected && !row.may_stay_undecided && !row.not_claimed
    }

    /// The bytes of `report.json`.
    ///
    /// # Panics
    /// Never for a report of [`compile_report`], whose values all have a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a report has string keys only");
        text.push('\n');
        text
    }

    /// Reads `report.json`.
    ///
    /// # Errors
    /// A message, if the text is not JSON, not a report, or of a newer format.
    pub fn read(text: &str) -> Result<Report, String> {
        read_versioned(text, "a report")
    }

    /// The first clause with a verdict of an expression that failed; none for an event or a view without such a clause.
    #[must_use]
    pub fn find_first_clause(&self, failed: &FailedExpressionRow) -> Option<&ClauseRow> {
        failed.clauses.iter().find_map(|id| self.find_clause(id))
    }

    /// The row of a clause; none for an unknown clause.
    #[must_use]
    pub fn find_clause(&self, id: &str) -> Option<&ClauseRow> {
        self.clauses.iter().find(|row| row.id == id)
    }
}

/// Reads a file with a `format` of at most [`FORMAT`]. `what` is what the file should be.
pub(super) fn read_versioned<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("the file is not JSON: {error}"))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if format > u64::from(FORMAT) {
        return Err(format!("the report has format {format}; this program reads formats up to {FORMAT}"));
    }
    serde_json::from_value(value).map_err(|error| format!("the file is not {what}: {error}"))
}

fn compile_clause(subject: &ReportSubject<'_>, conclusion: &Conclusion, row: &ClauseResult) -> ClauseRow {
    let info = subject.model.clause_info(row.clause);
    ClauseRow {
        id: info.id.clone(),
        aliases: info.aliases.clone(),
        place: locate_clause(subject.model, row.clause),
        says: info.says.clone(),
        cites: info.cites.clone(),
        basis: info.basis,
        rule: info.rule.clone(),
        verdict: row.verdict,
        reason: row.reason.clone(),
        standing: row.standing.clone(),
        may_stay_undecided: info.list_names().any(subject.may_stay_undecided),
        not_claimed: subject.exceptions.unclaimed().is_some_and(|unclaimed| unclaimed.clauses.contains(&info.id)),
        optional: subject.model.find_suite_clause(row.clause).is_some_and(|clause| clause.optional),
        counts: ClauseCountsRow {
            applied: row.count.applied,
            passed: row.count.passed,
            exceptions: row.count.exceptions,
            unclear: row.count.unclear,
        },
        passed_by: conclusion.tally.passed_by.get(&row.clause).cloned().unwrap_or_default(),
        missing_proof: row.missing_proof.clone(),
        findings: row.findings.iter().map(|index| index + 1).collect(),
    }
}

fn list_resource_kinds(subject: &ReportSubject<'_>) -> Vec<ResourceKindRow> {
    let kinds = subject.model.suite.resources.iter();
    kinds
        .map(|kind| ResourceKindRow {
            name: kind.name.clone(),
            states: kind.state.as_ref().map(|_| kind.stable.clone()).unwrap_or_default(),
            settles_ms: kind.settles_ms,
        })
        .collect()
}

fn list_cited_pages(subject: &ReportSubject<'_>, clauses: &[ClauseRow]) -> Vec<CitedPageRow> {
    let cited: BTreeSet<&str> = clauses.iter().flat_map(|row| &row.cites).map(|cite| cite.page.as_str()).collect();
    let pages = subject.schemas.catalog.pages.iter().filter(|page| cited.contains(page.id.as_str()));
    pages.map(|page| CitedPageRow { id: page.id.clone(), title: page.title.clone(), url: page.url.clone() }).collect()
}

pub(super) fn count_verdicts<'r>(rows: impl Iterator<Item = &'r ClauseRow>) -> VerdictTotals {
    let mut totals = VerdictTotals::default();
    for row in rows {
        match row.verdict {
            Verdict::Pass => totals.pass += 1,
            Verdict::Fail => totals.fail += 1,
            Verdict::Inconclusive => totals.inconclusive += 1,
            Verdict::Untested => totals.untested += 1,
        }
        let undecided = matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested);
        match &row.standing {
            ClauseDecidability::Unreachable(_) if row.verdict == Verdict::Untested => totals.unreachable += 1,
            ClauseDecidability::Unobservable(_) if undecided => totals.unobservable += 1,
            _ => {}
        }
    }
    totals
}

pub(super) fn count_by_basis(rows: &[ClauseRow]) -> BTreeMap<ClauseBasis, VerdictTotals> {
    [ClauseBasis::Stated, ClauseBasis::Example, ClauseBasis::Convention]
        .into_iter()
        .filter(|basis| rows.iter().any(|row| row.basis == *basis))
        .map(|basis| (basis, count_verdicts(rows.iter().filter(|row| row.basis == basis))))
        .collect()
}

/// The expressions that failed, of the selected clauses and of what belongs to no clause with a verdict.
fn list_failed_expressions(conclusion: &Conclusion, subject: &ReportSubject<'_>) -> Vec<FailedExpressionRow> {
    let model = subject.model;
    let is_event = |clause: &ClauseId| matches!(model.clause_info(*clause).origin, ClauseOrigin::Event(_));
    let is_reported = |clause: &ClauseId| conclusion.rows.iter().any(|row| row.clause == *clause) || is_event(clause);
    let failed = conclusion.tally.evaluations.list_failed().into_iter();
    failed
        .filter(|failed| failed.clauses.is_empty() || failed.clauses.iter().any(is_reported))
        .map(|failed| FailedExpressionRow {
            place: format!("{}:{}", failed.error.file, failed.error.line),
            expression: failed.error.expression,
            cause: failed.error.message,
            clauses: failed.clauses.iter().map(|clause| model.clause_info(*clause).id.clone()).collect(),
            exchanges: failed.exchanges,
            always: failed.always,
        })
        .collect()
}

fn list_unproven_transitions(conclusion: &Conclusion) -> Vec<UnprovenTransitionRow> {
    let rows = conclusion.unproven_transitions.iter();
    rows.map(|(clause, count)| UnprovenTransitionRow { clause: clause.clone(), count: *count }).collect()
}

fn list_silent_cells(conclusion: &Conclusion) -> Vec<SilentCellRow> {
    let cells = conclusion.tally.silent.iter();
    cells
        .map(|(cell, statuses)| SilentCellRow {
            operation: cell.operation.clone(),
            states: cell.states.clone(),
            statuses: statuses.clone(),
        })
        .collect()
}

fn compile_spending(conclusion: &Conclusion) -> SpentRequestsRow {
    let SpentRequests {
        requests,
        reads,
        polls,
        refusals,
        changes,
        creates,
        lost,
        throttled,
        shrinking,
        cleaning,
        checking,
        plans,
        steps_skipped,
    } = conclusion.spent;
    let rest = requests.saturating_sub(reads + polls + refusals + changes + creates);
    let parts = [
        ("reads", reads),
        ("polls", polls),
        ("refused changes", refusals),
        ("accepted changes", changes),
        ("creates", creates),
        ("others", rest),
    ];
    SpentRequestsRow {
        requests,
        plans,
        shares: parts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| PurposeRequestsRow {
                what: what.to_string(),
                requests: count,
                per_mille: count * 1000 / requests.max(1),
            })
            .collect(),
        shrinking,
        cleaning,
        checking,
        lost,
        throttled,
        steps_skipped,
        repeated: conclusion.tally.repeated,
        unkept_findings: conclusion.tally.unkept,
        recognise_throttled: conclusion.tally.quota_entry.clone(),
        judged: conclusion.tally.judged,
        worlds_most: conclusion.tally.states_most,
        given_up: conclusion.tally.exceeded,
        given_up_because: conclusion.tally.excess.clone(),
    }
}
