//! Bodies that deviate in one place from one that would be accepted.

use super::super::probe::Call;
use super::super::search::with_handles;
use super::super::situation::named;
use super::{Guided, View, lives, moves};
use crate::model::version_of;
use crate::schema::{Class, Deviation, deviations_at};
use std::collections::{BTreeMap, BTreeSet};

/// Deviations sent so far, and what is known to be left.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// By operation: place and kind.
    cases: BTreeMap<String, BTreeSet<(String, String)>>,
    /// By operation: cases left when it was last looked at, and of how many.
    left: BTreeMap<String, (usize, usize)>,
}

impl Sent {
    fn holds(&self, operation: &str, case: &Deviation) -> bool {
        // Looked up rarely enough that a key made anew does not matter.
        let key = (case.pointer.clone(), case.kind.clone());
        self.cases.get(operation).is_some_and(|sent| sent.contains(&key))
    }

    fn at(&self, operation: &str, pointer: &str) -> u32 {
        let sent = self.cases.get(operation).into_iter().flatten();
        sent.filter(|(known, _)| known == pointer).count() as u32
    }

    /// Operations of which little was tried come first, whatever their number of cases.
    fn weight(&self, operation: &str) -> u32 {
        match self.left.get(operation) {
            None => 40,
            Some((0, _)) => 0,
            Some((left, all)) => 1 + (20 * left / (*all).max(1)) as u32 + left.isqrt() as u32,
        }
    }
}

impl Guided {
    /// A body that deviates in one place from one that would be accepted, from another place if it can.
    pub(super) fn deviate(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let changing = view.situation.model.operations.values().filter(|operation| operation.changes);
        let open = changing.filter(|operation| !view.beyond(&operation.id));
        let mut operations: Vec<(u32, &str)> =
            open.map(|operation| (self.sent.weight(&operation.id), operation.id.as_str())).collect();
        while let Some(operation) = view.rng.weighted(&operations).copied() {
            operations.retain(|(_, known)| *known != operation);
            let Some(good) = moves::accepted_call(view, operation) else {
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
            // What nobody says anything about would leave the thing undetermined.
            let telling = match case.class {
                Class::Valid => outlook.accepted(),
                Class::Invalid => outlook.refused(),
                // Nothing is known of its things afterwards, so that it comes when there is little left to lose.
                Class::Doubtful => lives::late(view),
            };
            if telling {
                self.sent.cases.entry(operation.id.clone()).or_default().insert((case.pointer, case.kind));
                return Some(call);
            }
        }
        None
    }

    /// What is certainly invalid comes before what stands on a bound and is accepted, which costs polls;
    /// doubtful input decides nothing, and hides what it touches. Of one place, the second case is worth less
    /// than the first, and of the wrong types each is like the others.
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
