//! The chooser interface, and the chooser that repeats recorded steps.

use super::chooser_input::Situation;
use super::planning_context::Call;
use super::step::{Settle, Step};
use crate::suite::Binding;

/// Picks the steps of a plan. A choice may depend on the responses of the endpoint, so the steps are recorded:
/// a replay needs the record and no chooser.
pub trait Chooser {
    /// The next step; `None` at the end of the plan, or if no call can be composed.
    fn next(&mut self, situation: &Situation<'_>) -> Option<Step>;
}

/// Returns recorded steps.
#[derive(Debug, Clone)]
pub struct Recorded(std::vec::IntoIter<Step>);

impl Recorded {
    /// A chooser for `steps`, in order.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Recorded {
        Recorded(steps.into_iter())
    }
}

impl Chooser for Recorded {
    fn next(&mut self, _: &Situation<'_>) -> Option<Step> {
        self.0.next()
    }
}

/// The step for a candidate call, with handles for the resources that the call creates.
#[must_use]
pub fn finish(situation: &Situation<'_>, call: Call, settle: Settle) -> Step {
    let mut step = call.step;
    step.settle = settle;
    let operation = &situation.model.operations[&step.operation];
    for about in &operation.about {
        let Binding::New(expr) = &about.binding else {
            continue;
        };
        let resource = &situation.model.suite.resources[about.resource].name;
        // The response determines the number of created resources in a batch; surplus handles stay unused.
        let many = if expr.of_first_elements().is_empty() { 1 } else { BATCH_NAMES };
        let taken = step
            .births
            .values()
            .flatten()
            .filter(|name| name.rsplit_once('-').is_some_and(|(kind, _)| kind == resource))
            .count();
        let names = (0..many).map(|nth| situation.handles.fresh(resource, situation.steps, taken + nth)).collect();
        step.births.insert(about.name.clone(), names);
    }
    step
}

const BATCH_NAMES: usize = 4;
