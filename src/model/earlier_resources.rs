//! Resources that existed before the first exchange of a record.
//!
//! A campaign creates all its resources, so that an id without a create leads to nothing. The record of another client
//! names resources whose creates nobody recorded: such a resource is undetermined until a response shows it.

use super::belief::Belief;
use super::belief_factors::sort_states;
use super::call_view::CallView;
use super::effect_context::CreatedIds;
use super::factor::Factor;
use super::outcome_kind::OutcomeKind;
use super::possible_state::{PossibleState, make_possible_resource};
use super::resource_state::{Existence, ResourceId, ResourceOwner, ResourceState, UNKNOWN_SEQ};
use crate::expr::ExprValue;
use std::collections::BTreeSet;

impl Belief {
    /// From now on, calls may name resources that existed before the record, and further resources of each kind may
    /// exist.
    pub fn expect_earlier_resources(&mut self) {
        self.expects_earlier = true;
        // Creates may overlap, and the order of overlapping creates is unknown.
        self.seq = UNKNOWN_SEQ;
        self.unknown_kinds = (0..self.model.suite.resources.len()).collect();
    }

    /// Whether calls may name resources that existed before the record.
    #[must_use]
    pub fn expects_earlier_resources(&self) -> bool {
        self.expects_earlier
    }

    /// Drops the obligations of the exchange with this number and of later ones.
    pub fn keep_obligations_before(&mut self, exchange: u64) {
        self.obligations.retain(|promise, _| promise.exchange < exchange);
    }

    /// Adds the resources that a call names and that the belief does not hold, each undetermined. Returns their ids. The
    /// resources belong to the caller, and those of a call without a proof to the owner.
    pub(super) fn add_earlier_resources(&mut self, asked: &CallView, now: u64) -> Vec<ResourceId> {
        if !self.expects_earlier {
            return Vec::new();
        }
        let named: BTreeSet<&ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let is_new = |id: &&&ResourceId| !self.factors.iter().any(|factor| factor.ids.contains(id));
        let new: Vec<ResourceId> = named.iter().filter(is_new).map(|id| (*id).clone()).collect();
        for id in &new {
            let state = self.make_earlier_state(id, asked.owner, now);
            self.factors.push(Factor::from_resource(make_possible_resource(&self.model, id.clone(), state)));
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        new
    }

    /// Drops resources that a refused call named and nothing has shown: perhaps they do not exist yet.
    pub(super) fn drop_unseen_resources(&mut self, added: &[ResourceId], heard: &OutcomeKind) {
        if matches!(heard, OutcomeKind::Refusal(_) | OutcomeKind::NotExecuted | OutcomeKind::Unexpected(_)) {
            self.drop_resources(added);
        }
    }

    /// Makes room for created resources whose ids the belief holds already. A resource that is gone gives its id to the
    /// new one; any other becomes undetermined, because the create may have changed it.
    pub(super) fn release_created_ids(&mut self, born: &CreatedIds, now: u64) {
        if !self.expects_earlier {
            return;
        }
        for id in born.iter().flat_map(|(_, ids)| ids) {
            let held = self.list_states(id);
            let Some(first) = held.first() else { continue };
            let state = first.state.make_undetermined(now);
            let is_gone = held.iter().all(|held| held.state.existence == Existence::Gone);
            self.drop_resources(std::slice::from_ref(id));
            if !is_gone {
                let state = ResourceState { existence: Existence::Present, ..state };
                self.factors.push(Factor::from_resource(make_possible_resource(&self.model, id.clone(), state)));
                self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
            }
        }
    }

    fn drop_resources(&mut self, ids: &[ResourceId]) {
        if ids.is_empty() {
            return;
        }
        let rest = |state: &PossibleState| -> PossibleState {
            state.iter().filter(|held| !ids.contains(&held.id)).cloned().collect()
        };
        for factor in self.factors.iter_mut().filter(|factor| factor.ids.iter().any(|id| ids.contains(id))) {
            factor.ids.retain(|id| !ids.contains(id));
            factor.states = sort_states(factor.states.iter().map(rest).collect());
            factor.promises.retain(|promised, _| !ids.contains(promised.id()));
        }
        self.factors.retain(|factor| !factor.ids.is_empty());
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }

    fn make_earlier_state(&self, id: &ResourceId, owner: Option<ResourceOwner>, now: u64) -> ResourceState {
        let resource = self.model.resource_kind(id);
        ResourceState {
            kind: id.kind,
            owner: owner.unwrap_or(ResourceOwner::Owner),
            seq: UNKNOWN_SEQ,
            existence: Existence::Present,
            id_deferred: false,
            fields: vec![ExprValue::Unknown; resource.fields.len()],
            memory: vec![ExprValue::Unknown; resource.remembers.len()],
            transition: None,
            undetermined_since: Some(now),
            origin: None,
        }
    }
}
