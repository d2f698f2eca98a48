//! Three-valued evaluation. The documentation of [`crate::expr`] defines *unknown*.
//!
//! The methods of `Evaluator` are one recursive evaluator in three files: `values`, `truth` and `loops`.

mod loops;
mod run;
mod scope;
mod truth;
mod values;

pub use scope::ExprScope;

use std::cell::OnceCell;
use std::sync::Arc;

use super::ast::ExprNode;
use super::error::ExprEvalError;
use super::value::ExprValue;
use run::Evaluator;

/// Evaluates a node; the scope gives the value of each root on first use.
pub(super) fn eval_in_scope(
    node: &ExprNode,
    names: &[Arc<str>],
    scope: &dyn ExprScope,
) -> Result<ExprValue, ExprEvalError> {
    const INLINE: usize = 6;
    let few: [OnceCell<Option<ExprValue>>; INLINE] = Default::default();
    let many: Vec<OnceCell<Option<ExprValue>>>;
    let cells = if names.len() <= INLINE {
        &few[..]
    } else {
        many = vec![OnceCell::new(); names.len()];
        &many[..]
    };
    run_evaluator(node, names, |slot| cells[slot].get_or_init(|| scope.find_root(&names[slot])).as_ref())
}

/// Evaluates a node; the slots give the values of the roots in the order of `names`.
pub(super) fn eval_in_slots(
    node: &ExprNode,
    names: &[Arc<str>],
    slots: &[Option<ExprValue>],
) -> Result<ExprValue, ExprEvalError> {
    run_evaluator(node, names, |slot| slots[slot].as_ref())
}

fn run_evaluator<'e>(
    node: &'e ExprNode,
    names: &'e [Arc<str>],
    slots: impl Fn(usize) -> Option<&'e ExprValue>,
) -> Result<ExprValue, ExprEvalError> {
    let run = Evaluator::new(names, slots);
    match run.eval_node(node, None) {
        Ok(found) => Ok(found.into_val()),
        Err(error) => Err(*error),
    }
}
