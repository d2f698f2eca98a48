//! Request bodies that differ in one place from an accepted body.

use super::accepted_calls;
use super::context::{View, late};
use super::state::Guided;
use crate::model::version_of;
use crate::plan::handles::named;
use crate::plan::planning_context::Call;
use crate::plan::spoiled_call::with_handles;
use crate::schema::{Class, Deviation, deviations_at};

impl Guided {
    /// An accepted call with a change in one place of the body, preferably in a new place.
    pub(super) fn deviate(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let changing = view.situation.model.operations.values().filter(|operation| operation.changes);
        let open = changing.filter(|operation| !view.beyond(&operation.id));
        let mut operations: Vec<(u32, &str)> =
            open.map(|operation| (self.sent.weight(&operation.id), operation.id.as_str())).collect();
        while let Some(operation) = view.rng.weighted(&operations).copied() {
            operations.retain(|(_, known)| *known != operation);
            let Some(good) = accepted_calls::accepted_call(view, operation) else {
                continue;
            };
            if let Some(call) = self.deviation(view, &good) {
                return Some(call);
            }
        }
        None
    }

    fn deviation(&mut self, view: &mut View<'_, '_>, good: &Call) -> Option<Call> {
        let scene = view.scene;
        let operation = scene.schemas.operation(&good.step.operation)?;
        let version = version_of(scene.model, &good.exchange);
        let shape = scene.schemas.request(operation, version.as_deref())?;
        let body = good.exchange.body.as_ref()?;
        let mut cases = deviations_at(shape, body, version.as_deref());
        let all = cases.len();
        cases.retain(|case| !self.sent.holds(&operation.id, case));
        self.sent.left.insert(operation.id.clone(), (cases.len(), all));
        let bodies = named(&good.step);
        let mut weighted: Vec<(u32, Deviation)> =
            cases.into_iter().map(|case| (self.worth(&operation.id, &case), case)).collect();
        while let Some(case) = view.rng.weighted(&weighted).cloned() {
            weighted.retain(|(_, known)| *known != case);
            let mut step = good.step.clone();
            step.body = case.value.clone().map(|value| with_handles(value, scene, &bodies));
            let Some(call) = scene.call(step) else {
                continue;
            };
            let Some(outlook) = scene.outlook(&call) else {
                continue;
            };
            // A call without a clause would make the resource undetermined.
            let telling = match case.class {
                Class::Valid => outlook.accepted(),
                Class::Invalid => outlook.refused(),
                // The resources of the call become undetermined, so doubtful cases come late in a plan.
                Class::Doubtful => late(view),
            };
            if telling {
                self.sent.cases.entry(operation.id.clone()).or_default().insert((case.pointer, case.kind));
                return Some(call);
            }
        }
        None
    }

    /// The weight of a case. An invalid body costs one request. A valid body at a bound is accepted and costs
    /// polls. A doubtful body decides nothing and makes its resources undetermined. A second case in one place
    /// has less weight, and so have wrong types, which are much alike.
    fn worth(&self, operation: &str, case: &Deviation) -> u32 {
        let by_class = match case.class {
            Class::Invalid => 240,
            Class::Valid => 40,
            Class::Doubtful => 1,
        };
        let alike = case.kind.starts_with("type:") || case.kind == "null";
        let by_kind = if alike { 1 } else { 3 };
        (by_class * by_kind / (1 + self.sent.at(operation, &case.pointer))).max(1)
    }
}
