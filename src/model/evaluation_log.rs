//! Which expressions of the suite have a value, and which fail on valid input.
//!
//! A failed expression is undetermined: its clause says nothing about the exchange, and the run goes on
//! (docs/DESIGN.md, "What if an expression of the suite fails?").

use super::clause_info::ClauseId;
use super::evaluation_error::SuiteEvaluationError;
use crate::expr::{Expr, ExprValue};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// An expression of the suite: its line, and its identity among the expressions of the line.
type ExpressionKey = (u32, usize);

/// An expression that failed on valid input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedExpression {
    /// The first failure, with the place in the suite.
    pub error: SuiteEvaluationError,
    /// The clauses of the expression.
    pub clauses: BTreeSet<ClauseId>,
    /// Number of exchanges at which the expression failed.
    pub exchanges: u64,
    /// Whether the expression failed whenever it was evaluated, so that the suite is wrong for every input.
    pub always: bool,
}

/// The evaluations of one or more exchanges, by expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvaluationTally {
    /// Expressions that had a value.
    evaluated: BTreeSet<ExpressionKey>,
    failed: BTreeMap<ExpressionKey, FailedExpression>,
}

impl EvaluationTally {
    /// Adds the evaluations of other exchanges.
    pub fn merge(&mut self, other: &EvaluationTally) {
        self.evaluated.extend(other.evaluated.iter().copied());
        for (key, failed) in &other.failed {
            match self.failed.get_mut(key) {
                Some(known) => {
                    known.exchanges += failed.exchanges;
                    known.clauses.extend(failed.clauses.iter().copied());
                }
                None => {
                    self.failed.insert(*key, failed.clone());
                }
            }
        }
    }

    /// The expressions that failed, in the order of the suite.
    #[must_use]
    pub fn list_failed(&self) -> Vec<FailedExpression> {
        let mut failed: Vec<FailedExpression> = self
            .failed
            .iter()
            .map(|(key, failed)| FailedExpression { always: !self.evaluated.contains(key), ..failed.clone() })
            .collect();
        // The identity of an expression differs from process to process.
        failed.sort_by(|a, b| (a.error.line, &a.error.expression).cmp(&(b.error.line, &b.error.expression)));
        failed
    }
}

/// The evaluations during one exchange.
#[derive(Debug, Default)]
pub struct EvaluationLog {
    /// `None` where nobody reads the log: while a plan is chosen, and in the mock.
    kept: Option<RefCell<EvaluationTally>>,
}

impl EvaluationLog {
    /// A log that keeps the evaluations of an exchange.
    #[must_use]
    pub fn new() -> EvaluationLog {
        EvaluationLog { kept: Some(RefCell::default()) }
    }

    /// A log that keeps nothing: failed expressions are undetermined, and nobody is told.
    #[must_use]
    pub fn discarding() -> EvaluationLog {
        EvaluationLog { kept: None }
    }

    /// Notes an evaluation of an expression at `line` of a clause, or of a view without a clause. The value of a failed
    /// expression is unknown.
    pub(super) fn note_evaluation(
        &self,
        (clause, line): (Option<ClauseId>, u32),
        expr: &Expr,
        value: Result<ExprValue, SuiteEvaluationError>,
    ) -> ExprValue {
        let Some(kept) = &self.kept else { return value.unwrap_or(ExprValue::Unknown) };
        let key = (line, expr.identify());
        let mut kept = kept.borrow_mut();
        match value {
            // An unknown value does not tell whether the expression has a value.
            Ok(ExprValue::Unknown) => ExprValue::Unknown,
            Ok(value) => {
                kept.evaluated.insert(key);
                value
            }
            Err(error) => {
                let first = || FailedExpression { error, clauses: BTreeSet::new(), exchanges: 1, always: true };
                kept.failed.entry(key).or_insert_with(first).clauses.extend(clause);
                ExprValue::Unknown
            }
        }
    }

    /// Whether an expression of a clause failed during the exchange.
    #[must_use]
    pub(super) fn has_failed(&self, clause: ClauseId) -> bool {
        let failed = |kept: &RefCell<EvaluationTally>| {
            kept.borrow().failed.values().any(|failed| failed.clauses.contains(&clause))
        };
        self.kept.as_ref().is_some_and(failed)
    }

    /// The evaluations so far.
    #[must_use]
    pub(super) fn into_tally(self) -> EvaluationTally {
        self.kept.map(RefCell::into_inner).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::EvalFailure;

    fn fail(expr: &Expr) -> Result<ExprValue, SuiteEvaluationError> {
        Err(SuiteEvaluationError {
            file: "suites/boats.yaml".to_string(),
            line: 3,
            expression: expr.text().to_string(),
            message: "division by zero".to_string(),
            failure: EvalFailure::MissingValue,
        })
    }

    /// The exchanges with a failure, and whether each evaluation failed; one log for each exchange.
    fn check(exchanges: &[&[Option<ExprValue>]]) -> Vec<(u64, bool)> {
        let expr = Expr::parse("1 / boat.crew").expect("it parses");
        let mut tally = EvaluationTally::default();
        for values in exchanges {
            let log = EvaluationLog::new();
            for value in *values {
                let value = value.clone().map_or_else(|| fail(&expr), Ok);
                let _ = log.note_evaluation((Some(ClauseId(7)), 3), &expr, value);
            }
            tally.merge(&log.into_tally());
        }
        tally.list_failed().iter().map(|failed| (failed.exchanges, failed.always)).collect()
    }

    #[test]
    fn an_expression_that_had_a_value_once_is_not_wrong_for_every_input() {
        let one = || Some(ExprValue::Int(1));
        assert_eq!(check(&[&[one()]]), []);
        assert_eq!(check(&[&[None, None], &[None]]), [(2, true)]);
        assert_eq!(check(&[&[None, one()]]), [(1, false)]);
        assert_eq!(check(&[&[one()], &[None]]), [(1, false)]);
        assert_eq!(check(&[&[None], &[one()]]), [(1, false)]);
    }

    #[test]
    fn an_unknown_value_does_not_tell_that_an_expression_has_values() {
        assert_eq!(check(&[&[Some(ExprValue::Unknown), None]]), [(1, true)]);
    }
}
