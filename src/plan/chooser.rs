//! The chooser interface, and the chooser that repeats recorded steps.

use super::chooser_input::ChooserInput;
use super::planning_context::CandidateCall;
use super::step::{Step, StepWait};
use crate::suite::IdExpression;

/// Picks the steps of a plan. A choice may depend on the responses of the endpoint, so the steps are recorded:
/// a replay needs the record and no chooser.
pub trait Chooser {
    /// The next step; `None` at the end of the plan, or if no call can be composed.
    fn next(&mut self, situation: &ChooserInput<'_>) -> Option<Step>;
}

/// Returns recorded steps.
#[derive(Debug, Clone)]
pub struct RecordedChooser(std::vec::IntoIter<Step>);

impl RecordedChooser {
    /// A chooser for `steps`, in order.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> RecordedChooser {
        RecordedChooser(steps.into_iter())
    }
}

impl Chooser for RecordedChooser {
    fn next(&mut self, _: &ChooserInput<'_>) -> Option<Step> {
        self.0.next()
    }
}

/// The step for a candidate call, with handles for the resources that the call creates.
#[must_use]
pub fn finish_step(situation: &ChooserInput<'_>, call: CandidateCall, settle: StepWait) -> Step {
    let mut step = call.step;
    step.settle = settle;
    let operation = &situation.model.operations[&step.call.operation];
    for about in &operation.about {
        let IdExpression::New(expr) = &about.binding else {
            continue;
        };
        let resource = &situation.model.suite.resources[about.resource].name;
        // The response determines the number of created resources in a batch; surplus handles stay unused.
        let many = if expr.expand_first_elements().is_empty() { 1 } else { BATCH_NAMES };
        let taken = step
            .births
            .values()
            .flatten()
            .filter(|name| name.rsplit_once('-').is_some_and(|(kind, _)| kind == resource))
            .count();
        let names =
            (0..many).map(|nth| situation.handles.make_handle(resource, situation.steps, taken + nth)).collect();
        step.births.insert(about.name.clone(), names);
    }
    step
}

const BATCH_NAMES: usize = 4;
