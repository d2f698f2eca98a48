//! Which operation decided which clause how often, and why clauses stayed undecided.

use super::finding_part::{CitePart, make_cite};
use crate::oracle::{ClauseDecidability, Verdict};
use crate::report::compile::Report;
use crate::report::explain_clause::basis_word;
use crate::report::rows::{ClauseRow, FindingRow};
use probity_input::escape_line;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most clauses and operations that are shown; `report.json` has all.
const CLAUSES_MAX: usize = 200;
const OPERATIONS_MAX: usize = 60;

/// Clauses by operations.
#[derive(Debug, Serialize)]
pub(super) struct ClauseMatrix {
    operations: Vec<String>,
    rows: Vec<MatrixRow>,
    clauses_hidden: usize,
    operations_hidden: usize,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    clause: String,
    says: String,
    basis: &'static str,
    verdict: &'static str,
    cites: Vec<CitePart>,
    passed: u64,
    cells: Vec<MatrixCell>,
}

#[derive(Debug, Serialize)]
struct MatrixCell {
    /// Responses that passed the clause; empty for none.
    passed: String,
    /// Numbers of the findings at this operation; empty for none.
    findings: String,
}

/// Undecided clauses with one reason.
#[derive(Debug, Serialize)]
pub(super) struct UndecidedGroup {
    verdict: &'static str,
    reason: String,
    counts: bool,
    clauses: Vec<UndecidedClause>,
}

#[derive(Debug, Serialize)]
struct UndecidedClause {
    id: String,
    says: String,
    excused: bool,
}

/// The matrix of a report. Deviations come first, then the order of the report.
pub(super) fn make_matrix(report: &Report) -> ClauseMatrix {
    let mut rows: Vec<&ClauseRow> = report.clauses.iter().collect();
    rows.sort_by_key(|row| row.verdict != Verdict::Fail);
    let shown = &rows[..rows.len().min(CLAUSES_MAX)];
    let operations: BTreeSet<&str> = shown
        .iter()
        .flat_map(|row| {
            let passed = row.passed_by.keys().map(String::as_str);
            passed.chain(select_findings(report, row).flat_map(list_operations))
        })
        .collect();
    let columns: Vec<&str> = operations.iter().copied().take(OPERATIONS_MAX).collect();
    ClauseMatrix {
        rows: shown.iter().map(|row| make_row(report, row, &columns)).collect(),
        clauses_hidden: rows.len() - shown.len(),
        operations_hidden: operations.len() - columns.len(),
        operations: columns.into_iter().map(str::to_string).collect(),
    }
}

fn make_row(report: &Report, row: &ClauseRow, columns: &[&str]) -> MatrixRow {
    let cells = columns.iter().map(|operation| {
        let passed = row.passed_by.get(*operation).map(u64::to_string).unwrap_or_default();
        let here = select_findings(report, row).filter(|finding| list_operations(finding).any(|at| at == *operation));
        let findings: Vec<String> = here.map(|finding| finding.number.to_string()).collect();
        MatrixCell { passed, findings: findings.join(", ") }
    });
    MatrixRow {
        clause: row.id.clone(),
        says: row.says.clone(),
        basis: basis_word(row.basis),
        verdict: row.verdict.word(),
        cites: row.cites.iter().map(|cite| make_cite(report, cite)).collect(),
        passed: row.counts.passed,
        cells: cells.collect(),
    }
}

fn select_findings<'r>(report: &'r Report, row: &'r ClauseRow) -> impl Iterator<Item = &'r FindingRow> {
    crate::report::failure_text::select_findings(report, row)
}

fn list_operations(finding: &FindingRow) -> impl Iterator<Item = &str> {
    finding.operations.iter().chain([&finding.operation]).map(String::as_str)
}

/// The undecided clauses by verdict and reason.
pub(super) fn group_undecided(report: &Report) -> Vec<UndecidedGroup> {
    let mut groups: BTreeMap<(Verdict, String), Vec<&ClauseRow>> = BTreeMap::new();
    for row in report.clauses.iter().filter(|row| matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested)) {
        groups.entry((row.verdict, describe_reason(row))).or_default().push(row);
    }
    let groups = groups.into_iter().map(|((verdict, reason), rows)| UndecidedGroup {
        verdict: verdict.word(),
        reason: escape_line(&reason).into_owned(),
        counts: rows.iter().any(|row| report.misses_decision(row)),
        clauses: rows
            .iter()
            .take(CLAUSES_MAX)
            .map(|row| UndecidedClause { id: row.id.clone(), says: row.says.clone(), excused: row.may_stay_undecided })
            .collect(),
    });
    groups.collect()
}

fn describe_reason(row: &ClauseRow) -> String {
    match &row.standing {
        ClauseDecidability::Unreachable(why) => format!("Unreachable at this target: {why}"),
        ClauseDecidability::Unobservable(why) => format!("Unobservable: {why}"),
        ClauseDecidability::NotReached(bounds) if row.verdict == Verdict::Untested => {
            format!("The clause never applied; by a search of the model it was {bounds}")
        }
        _ if row.reason.is_empty() => "No reason is recorded".to_string(),
        _ => row.reason.clone(),
    }
}
