//! Three-valued evaluation. The documentation of [`crate::expr`] defines *unknown*.
//!
//! The methods of `Run` are one recursive evaluator in three files: `values`, `truth` and `loops`.

mod loops;
mod run;
mod scope;
mod truth;
mod values;

pub use scope::Scope;

use std::cell::OnceCell;
use std::sync::Arc;

use super::ast::Node;
use super::error::EvalError;
use super::value::Val;
use run::Run;

/// Evaluates a node; the scope gives the value of each root on first use.
pub(super) fn in_scope(node: &Node, names: &[Arc<str>], scope: &dyn Scope) -> Result<Val, EvalError> {
    const INLINE: usize = 6;
    let few: [OnceCell<Option<Val>>; INLINE] = Default::default();
    let many: Vec<OnceCell<Option<Val>>>;
    let cells = if names.len() <= INLINE {
        &few[..]
    } else {
        many = vec![OnceCell::new(); names.len()];
        &many[..]
    };
    run(node, names, |slot| cells[slot].get_or_init(|| scope.root(&names[slot])).as_ref())
}

/// Evaluates a node; the slots give the values of the roots in the order of `names`.
pub(super) fn in_slots(node: &Node, names: &[Arc<str>], slots: &[Option<Val>]) -> Result<Val, EvalError> {
    run(node, names, |slot| slots[slot].as_ref())
}

fn run<'e>(node: &'e Node, names: &'e [Arc<str>], slots: impl Fn(usize) -> Option<&'e Val>) -> Result<Val, EvalError> {
    let run = Run::new(names, slots);
    match run.eval(node, None) {
        Ok(found) => Ok(found.into_val()),
        Err(error) => Err(*error),
    }
}
