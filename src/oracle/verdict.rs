//! Counts and findings to one verdict per clause.

use super::judge::Finding;
use crate::model::{ClauseId, Count, Model, Origin, Tally};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be said of a clause. In order of weight: the worst wins when verdicts are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It applied, and only what it says explains a reply that came.
    Pass,
    /// It never applied. Never a pass.
    Untested,
    /// It applied, but something else may explain what came.
    Inconclusive,
    /// What came contradicts it.
    Fail,
}

/// Whether a clause can be decided here at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    #[default]
    Reachable,
    /// No sequence of calls makes it apply on this endpoint, and why.
    Unreachable(String),
    /// It applies, but no reply could contradict it, and why.
    Unobservable(String),
    /// No sequence of calls was found that makes it apply, and why the search proves nothing.
    Unknown(String),
}

impl Standing {
    /// Whether a run is expected to decide the clause: what is not known counts as expected.
    #[must_use]
    pub fn decidable(&self) -> bool {
        matches!(self, Standing::Reachable | Standing::Unknown(_))
    }
}

/// A clause and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub clause: ClauseId,
    pub verdict: Verdict,
    /// Why it is not a pass; empty for a pass.
    pub reason: String,
    pub standing: Standing,
    pub count: Count,
    /// Indexes into the findings that contradict it.
    pub findings: Vec<usize>,
}

/// Which clauses a run is about; the others are driven but not reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection(pub Option<BTreeSet<ClauseId>>);

impl Selection {
    #[must_use]
    pub fn holds(&self, clause: ClauseId) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen.contains(&clause))
    }
}

/// One row for each clause that is a promise, in the order of the model. Events permit; they get none.
#[must_use]
pub fn verdicts(
    model: &Model,
    tally: &Tally,
    findings: &[Finding],
    selection: &Selection,
    standing: &dyn Fn(ClauseId) -> Standing,
    stopped: Option<&str>,
) -> Vec<Row> {
    promises(model, selection)
        .map(|clause| {
            let count = tally.clauses.get(&clause).copied().unwrap_or_default();
            let against: Vec<usize> =
                findings.iter().enumerate().filter(|(_, f)| f.clauses.contains(&clause)).map(|(i, _)| i).collect();
            // What passed or failed was reached and seen, whatever a search would say.
            let decided = count.passed > 0 || !against.is_empty();
            let applied = count.applied + count.exceptions + count.unclear > 0;
            let standing = match if decided { Standing::Reachable } else { standing(clause) } {
                Standing::Unreachable(_) | Standing::Unknown(_) if applied => Standing::Reachable,
                standing => standing,
            };
            let (verdict, reason) = decide(&count, !against.is_empty(), &standing, stopped);
            Row { clause, verdict, reason, standing, count, findings: against }
        })
        .collect()
}

/// The selected clauses that get a verdict: what may happen by itself is no promise.
pub fn promises(model: &Model, selection: &Selection) -> impl Iterator<Item = ClauseId> {
    let promised = model.clauses.iter().enumerate().filter(|(_, info)| !matches!(info.origin, Origin::Event(_)));
    promised.map(|(index, _)| ClauseId(index as u32)).filter(|clause| selection.holds(*clause))
}

fn decide(count: &Count, contradicted: bool, standing: &Standing, stopped: Option<&str>) -> (Verdict, String) {
    if contradicted {
        return (Verdict::Fail, "contradicted by what was seen".to_string());
    }
    if count.passed > 0 {
        return (Verdict::Pass, String::new());
    }
    if let Standing::Unreachable(why) = standing {
        return (Verdict::Untested, format!("unreachable here: {why}"));
    }
    let touched = count.applied + count.exceptions + count.unclear;
    if touched == 0 {
        if let (Standing::Unknown(why), None) = (standing, stopped) {
            return (Verdict::Untested, format!("it never applied; {why}"));
        }
        return (
            Verdict::Untested,
            stopped.map_or_else(|| "it never applied".to_string(), |why| format!("it never applied: {why}")),
        );
    }
    let reason = if let Standing::Unobservable(why) = standing {
        format!("unobservable: {why}")
    } else if count.exceptions > 0 {
        format!("seen only through an exception ({} times)", count.exceptions)
    } else {
        format!("it applied {touched} times, and each time something else may explain what came")
    };
    (Verdict::Inconclusive, reason)
}

impl Verdict {
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
