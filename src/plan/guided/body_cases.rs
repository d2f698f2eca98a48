//! Request bodies that differ in one place from an accepted body.

use super::accepted_calls;
use super::context::{ChoiceContext, is_late};
use super::state::GuidedChooser;
use crate::plan::handles::named_handles;
use crate::plan::planning_context::CandidateCall;
use crate::plan::spoiled_call::restore_handles;
use crate::schema::{BodyVariant, InputClass, list_body_edits};

impl GuidedChooser {
    /// An accepted call with a change in one place of the body, preferably in a new place.
    pub(super) fn choose_body_case(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let changing = view.input.model.operations.values().filter(|operation| operation.changes);
        let open = changing.filter(|operation| !view.exceeds_live_limit(&operation.id));
        let mut operations: Vec<(u32, &str)> =
            open.map(|operation| (self.body_cases.weigh_operation(&operation.id), operation.id.as_str())).collect();
        while let Some(operation) = view.rng.pick_weighted(&operations).copied() {
            operations.retain(|(_, known)| *known != operation);
            let Some(good) = accepted_calls::find_accepted_call(view, operation) else {
                continue;
            };
            if let Some(call) = self.try_body_cases(view, &good) {
                return Some(call);
            }
        }
        None
    }

    fn try_body_cases(&mut self, view: &mut ChoiceContext<'_, '_>, good: &CandidateCall) -> Option<CandidateCall> {
        let scene = view.planning;
        let operation = scene.schemas.find_operation(&good.step.call.operation)?;
        let version = good.view.get_version();
        let shape = scene.schemas.find_request_schema(operation, version)?;
        let body = good.call.body.as_ref()?;
        let mut edits = list_body_edits(shape, body, version);
        let all = edits.len();
        edits.retain(|edit| !self.body_cases.has_case(&operation.id, edit));
        self.body_cases.left.insert(operation.id.clone(), (edits.len(), all));
        let cases: Vec<BodyVariant> = edits.iter().map(|edit| edit.make_variant(shape, body, version)).collect();
        let bodies = named_handles(&good.step);
        let weigh = |(index, case): (usize, &BodyVariant)| (self.weigh_case(&operation.id, case), index);
        let mut weighted: Vec<(u32, usize)> = cases.iter().enumerate().map(weigh).collect();
        while let Some(index) = view.rng.pick_weighted(&weighted).copied() {
            weighted.retain(|(_, known)| *known != index);
            let case = &cases[index];
            let mut step = good.step.clone();
            step.call.body = case.value.clone().map(|value| restore_handles(value, scene, &bodies));
            let Some(call) = scene.make_candidate_call(step) else {
                continue;
            };
            let Some(outlook) = scene.predict(&call) else {
                continue;
            };
            // A call without a clause would make the resource undetermined.
            let telling = match case.class {
                InputClass::Valid => outlook.is_accepted(),
                InputClass::Invalid => outlook.is_refused(),
                // The resources of the call become undetermined, so doubtful cases come late in a plan.
                InputClass::Doubtful => is_late(view),
            };
            if telling {
                self.body_cases
                    .cases
                    .entry(operation.id.clone())
                    .or_default()
                    .insert((case.pointer.clone(), case.kind.clone()));
                return Some(call);
            }
        }
        None
    }

    /// The weight of a case. An invalid body costs one request. A valid body at a bound is accepted and costs
    /// polls. A doubtful body decides nothing and makes its resources undetermined. A second case in one place
    /// has less weight, and so have wrong types, which are much alike.
    fn weigh_case(&self, operation: &str, case: &BodyVariant) -> u32 {
        let by_class = match case.class {
            InputClass::Invalid => 240,
            InputClass::Valid => 40,
            InputClass::Doubtful => 1,
        };
        let alike = case.kind.starts_with("type:") || case.kind == "null";
        let by_kind = if alike { 1 } else { 3 };
        (by_class * by_kind / (1 + self.body_cases.count_at(operation, &case.pointer))).max(1)
    }
}
