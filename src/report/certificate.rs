//! A campaign's conclusion as one value that is written, read back and rendered.

use super::row::{
    ClauseRef, ClauseRow, FindingRow, Narrowed, Numbers, Share, SilentRow, Spending, Target, Totals, WitnessRow,
};
use super::words::outcomes;
use crate::campaign::{Conclusion, Found, Spent};
use crate::model::{ClauseId, Model};
use crate::oracle::{Row, Standing, Verdict};
use crate::suite::Basis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the `report.json` format. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// What one campaign has shown of one suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub format: u32,
    pub suite: Certified,
    pub title: String,
    pub catalog: Certified,
    pub target: Target,
    pub seed: u64,
    /// The day against which lifecycles are judged, `YYYY-MM-DD`.
    pub today: String,
    /// What the suite's times to settle were multiplied by.
    pub settle_percent: u32,
    /// The pattern of clauses that the run was about; none: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
    /// Why it ended before its clauses were decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    pub totals: Totals,
    pub totals_by_basis: BTreeMap<Basis, Totals>,
    pub findings: Vec<FindingRow>,
    pub clauses: Vec<ClauseRow>,
    /// What the documentation fails to say.
    pub silent: Vec<SilentRow>,
    pub spending: Spending,
}

/// A name and the digest of what it names, `sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certified {
    pub name: String,
    pub digest: String,
}

/// What a report says beyond the conclusion: of whom, from what, and how to see it again.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub model: &'a Model,
    /// `sha256:…` over the catalog's files.
    pub catalog_digest: &'a str,
    pub target: &'a Target,
    pub settle_percent: u32,
    /// The pattern given by the user.
    pub selected: Option<&'a str>,
    /// What has to follow `probity replay FILE` for the same endpoint.
    pub replay_options: &'a [String],
}

/// One report of one campaign.
#[must_use]
pub fn certificate(conclusion: &Conclusion, subject: &Subject<'_>) -> Report {
    let suite = &subject.model.suite;
    let clauses: Vec<ClauseRow> = conclusion.rows.iter().map(|row| clause(subject.model, row)).collect();
    Report {
        format: FORMAT,
        suite: Certified { name: suite.name.clone(), digest: suite.digest.clone() },
        title: suite.title.clone(),
        catalog: Certified { name: suite.catalog.clone(), digest: subject.catalog_digest.to_string() },
        target: subject.target.clone(),
        seed: conclusion.seed,
        today: subject.model.today.clone(),
        settle_percent: subject.settle_percent,
        selected: subject.selected.map(str::to_string),
        stopped: conclusion.stopped.clone(),
        totals: totals(clauses.iter()),
        totals_by_basis: by_basis(&clauses),
        findings: conclusion
            .found
            .iter()
            .enumerate()
            .map(|(index, found)| finding(subject, conclusion.seed, index + 1, found))
            .collect(),
        clauses,
        silent: silent(conclusion),
        spending: spending(conclusion),
    }
}

impl Report {
    /// The bytes of `report.json`.
    ///
    /// # Panics
    /// Never for a report that [`certificate`] made: its values all have a JSON form.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a report has string keys only");
        text.push('\n');
        text
    }

    /// Reads `report.json`.
    ///
    /// # Errors
    /// In words, if it is not JSON, not a report, or of a newer format.
    pub fn read(text: &str) -> Result<Report, String> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if format > u64::from(FORMAT) {
            return Err(format!("its format is {format}, this program reads up to {FORMAT}"));
        }
        serde_json::from_value(value).map_err(|error| format!("it is not a report: {error}"))
    }

    /// The row of a clause.
    #[must_use]
    pub fn clause(&self, id: &str) -> Option<&ClauseRow> {
        self.clauses.iter().find(|row| row.id == id)
    }
}

fn clause(model: &Model, row: &Row) -> ClauseRow {
    let info = model.info(row.clause);
    ClauseRow {
        id: info.id.clone(),
        says: info.says.clone(),
        cites: info.cites.clone(),
        basis: info.basis,
        rule: info.rule.clone(),
        verdict: row.verdict,
        reason: row.reason.clone(),
        standing: row.standing.clone(),
        counts: Numbers {
            applied: row.count.applied,
            passed: row.count.passed,
            exceptions: row.count.exceptions,
            unclear: row.count.unclear,
        },
        findings: row.findings.iter().map(|index| index + 1).collect(),
    }
}

fn finding(subject: &Subject<'_>, seed: u64, number: usize, found: &Found) -> FindingRow {
    let model = subject.model;
    let name = |clause: &ClauseId| model.info(*clause).id.clone();
    let finding = &found.finding;
    FindingRow {
        number,
        clauses: finding
            .clauses
            .iter()
            .map(|c| ClauseRef { id: name(c), says: model.info(*c).says.clone(), cites: model.info(*c).cites.clone() })
            .collect(),
        operation: finding.operation.clone(),
        plan: finding.plan,
        step: finding.step,
        exchange: finding.exchange,
        seen: finding.seen.clone(),
        expected: finding.expected.clone(),
        violations: finding.violations.clone(),
        narrowed: finding
            .shrunk
            .as_ref()
            .map(|(exchange, clauses)| Narrowed { exchange: *exchange, clauses: clauses.iter().map(name).collect() }),
        witness: witness(subject, seed, number, found),
    }
}

fn witness(subject: &Subject<'_>, seed: u64, number: usize, found: &Found) -> WitnessRow {
    let seen_again = found.witness.is_some();
    let (plan, history) =
        found.witness.as_ref().map_or((&found.plan, &found.history), |(plan, history)| (plan, history));
    let file = if seen_again { format!("witness-{number}.json") } else { format!("plan-{number}.json") };
    let mut options: Vec<String> = subject.replay_options.to_vec();
    // The mock's own choices follow from seed and number of the plan; the file has them unless it came from elsewhere.
    if matches!(subject.target, Target::Mock { .. }) && plan.drawn != Some((seed, found.finding.plan)) {
        options.extend(["--seed".into(), seed.to_string(), "--plan".into(), found.finding.plan.to_string()]);
    }
    let options: String = options.iter().map(|option| format!(" {}", quoted(option))).collect();
    let suite = &subject.model.suite.name;
    let replay = match subject.target {
        // No other process has that service; but the tests run committed witnesses first.
        Target::InProcess(_) => {
            format!("copy {{reports}}/{suite}/{file} to suites/witnesses/{suite}/ and run the tests again")
        }
        _ => format!("probity replay {{reports}}/{suite}/{file}{options}"),
    };
    WitnessRow {
        seen_again,
        repeated: found.repeated,
        replay,
        file,
        outcomes: outcomes(plan, history),
        plan: plan.clone(),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn totals<'r>(rows: impl Iterator<Item = &'r ClauseRow>) -> Totals {
    let mut totals = Totals::default();
    for row in rows {
        match row.verdict {
            Verdict::Pass => totals.pass += 1,
            Verdict::Fail => totals.fail += 1,
            Verdict::Inconclusive => totals.inconclusive += 1,
            Verdict::Untested => totals.untested += 1,
        }
        let undecided = matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested);
        match &row.standing {
            Standing::Unreachable(_) if row.verdict == Verdict::Untested => totals.unreachable += 1,
            Standing::Unobservable(_) if undecided => totals.unobservable += 1,
            _ => {}
        }
    }
    totals
}

fn by_basis(rows: &[ClauseRow]) -> BTreeMap<Basis, Totals> {
    [Basis::Stated, Basis::Example, Basis::Convention]
        .into_iter()
        .filter(|basis| rows.iter().any(|row| row.basis == *basis))
        .map(|basis| (basis, totals(rows.iter().filter(|row| row.basis == basis))))
        .collect()
}

fn silent(conclusion: &Conclusion) -> Vec<SilentRow> {
    let cells = conclusion.tally.silent.iter();
    cells
        .map(|(cell, statuses)| SilentRow {
            operation: cell.operation.clone(),
            states: cell.states.clone(),
            statuses: statuses.clone(),
        })
        .collect()
}

fn spending(conclusion: &Conclusion) -> Spending {
    let Spent {
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
    Spending {
        requests,
        plans,
        shares: parts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| Share {
                what: what.to_string(),
                requests: count,
                per_mille: count * 1000 / requests.max(1),
            })
            .collect(),
        shrinking,
        cleaning,
        lost,
        throttled,
        steps_skipped,
        repeated: conclusion.tally.repeated,
        judged: conclusion.tally.judged,
        worlds_most: conclusion.tally.worlds_most,
        given_up: conclusion.tally.exceeded,
        given_up_because: conclusion.tally.excess.clone(),
    }
}
