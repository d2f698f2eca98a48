//! The account of the live resources of one plan, from its exchanges alone.

use super::absence::list_absence_statuses;
use super::created::{Leftover, find_owner};
use super::kept_states::{list_kept_states, shows_kept_state};
use crate::history::{CallCause, Exchange, Outcome};
use crate::model::{CallView, Model, OutcomeKind, ResourceId};
use crate::plan::{Step, SuiteHints, counts_as_live};
use crate::schema::{CompiledCatalog, InputClass};
use crate::suite::IdExpression;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The live resources of one plan: creates that may have happened, less deletions that were accepted and seen to be
/// done. The belief has no part in the account.
pub struct LiveResourceLedger {
    model: Arc<Model>,
    hints: Arc<SuiteHints>,
    /// Statuses that prove absence, by resource kind.
    absent: Vec<BTreeSet<u16>>,
    /// States in which a deleted resource may stay, by resource kind.
    kept: Vec<BTreeSet<String>>,
    named: BTreeMap<ResourceId, NamedLiveResource>,
    gone: BTreeSet<ResourceId>,
    unnamed: Vec<UnnamedCreate>,
    /// Kind, owner and step of each handle of the creates so far.
    handles: BTreeMap<String, (usize, &'static str, usize)>,
}

/// A live resource with a known id.
struct NamedLiveResource {
    owner: &'static str,
    /// Whether a deletion was accepted.
    deleted: bool,
}

/// A create that may have created a resource whose id no response told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnnamedCreate {
    /// Index of the step in the plan.
    pub step: usize,
    /// The operation.
    pub operation: String,
    /// Index of the resource kind.
    pub kind: usize,
    /// The owner.
    pub caller: &'static str,
    /// Whether the endpoint accepted the create. If not, no response came, or none that tells the result.
    pub accepted: bool,
}

impl UnnamedCreate {
    /// The resource as a leftover.
    pub(super) fn to_leftover(&self, model: &Model) -> Leftover {
        let reason = match self.accepted {
            true => format!("`{}` was accepted, no response told an id, and no list shows the mark", self.operation),
            false => format!("no response told the result of `{}`, and no list shows the mark", self.operation),
        };
        Leftover { handle: model.suite.resources[self.kind].name.clone(), id: "?".to_string(), reason }
    }
}

impl LiveResourceLedger {
    /// An empty account.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: &CompiledCatalog, hints: Arc<SuiteHints>) -> LiveResourceLedger {
        let kinds = 0..model.suite.resources.len();
        LiveResourceLedger {
            absent: kinds.clone().map(|kind| list_absence_statuses(&model, schemas, kind)).collect(),
            kept: kinds.map(|kind| list_kept_states(&model, kind)).collect(),
            model,
            hints,
            named: BTreeMap::new(),
            gone: BTreeSet::new(),
            unnamed: Vec::new(),
            handles: BTreeMap::new(),
        }
    }

    /// Number of live resources.
    #[must_use]
    pub fn count_live(&self) -> usize {
        self.named.len() + self.unnamed.len()
    }

    /// The creates whose resource has no known id.
    #[must_use]
    pub fn unnamed(&self) -> &[UnnamedCreate] {
        &self.unnamed
    }

    /// Whether a deletion of the resource was accepted and seen to be done.
    pub(super) fn is_seen_gone(&self, kind: usize, id: &str) -> bool {
        self.gone.contains(&ResourceId { kind: kind as u16, id: id.into() })
    }

    /// Takes in an exchange of a step.
    pub fn note_exchange(&mut self, step: &Step, exchange: &Exchange) {
        let heard = OutcomeKind::classify(&exchange.outcome);
        if exchange.cause != CallCause::Poll && !step.births.is_empty() {
            self.note_create(step, exchange, &heard);
        }
        for (handle, id) in &exchange.created {
            let Some(&(kind, owner, step)) = self.handles.get(handle) else { continue };
            let told = |create: &UnnamedCreate| (create.step, create.kind) == (step, kind);
            if let Some(at) = self.unnamed.iter().position(told) {
                self.unnamed.remove(at);
            }
            let resource = ResourceId { kind: kind as u16, id: id.as_str().into() };
            self.named.insert(resource, NamedLiveResource { owner, deleted: false });
        }
        let asked = CallView::new(&self.model, &exchange.call, InputClass::Valid);
        let ids: Vec<ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        if matches!(heard, OutcomeKind::Success(..)) && self.hints.deleting.contains(&exchange.call.operation) {
            self.note_deletion(&exchange.call.operation, &ids);
        }
        self.note_absence(exchange, &ids);
    }

    /// Counts the resources that a create may have created. A resource whose id another resource tells later is
    /// counted from then on, because a job may end without a resource.
    fn note_create(&mut self, step: &Step, exchange: &Exchange, heard: &OutcomeKind) {
        let accepted = match heard {
            OutcomeKind::Success(..) => true,
            OutcomeKind::Lost | OutcomeKind::ServerError(_) | OutcomeKind::Unexpected(_) => false,
            OutcomeKind::Refusal(_) | OutcomeKind::NotExecuted => return,
        };
        let model = Arc::clone(&self.model);
        for about in &model.operations[&exchange.call.operation].about {
            let handles = step.births.get(&about.name).map(Vec::as_slice).unwrap_or_default();
            let new = matches!(about.binding, IdExpression::New(_));
            if handles.is_empty() || !new || !counts_as_live(&self.hints, about.resource) {
                continue;
            }
            let caller = find_owner(&exchange.call.caller);
            for handle in handles {
                self.handles.insert(handle.clone(), (about.resource, caller, exchange.step));
            }
            // A create of several resources counts as one resource until a response tells the number.
            if about.told_by.is_none() {
                self.unnamed.push(UnnamedCreate {
                    step: exchange.step,
                    operation: exchange.call.operation.clone(),
                    kind: about.resource,
                    caller,
                    accepted,
                });
            }
        }
    }

    /// Marks the resources that an accepted call may delete: those of the call, and dependent ones.
    fn note_deletion(&mut self, operation: &str, ids: &[ResourceId]) {
        let clauses = self.model.operations[operation].clauses.iter();
        let effects =
            clauses.filter_map(|clause| self.model.find_suite_clause(*clause)).flat_map(|clause| &clause.then);
        let ending = effects.filter(|effect| effect.ends_resource());
        let dependent: BTreeSet<usize> =
            ending.filter_map(|effect| effect.target.get_selection()).map(|each| each.resource).collect();
        for (id, resource) in &mut self.named {
            resource.deleted |= ids.contains(id) || dependent.contains(&usize::from(id.kind));
        }
    }

    /// Removes a resource if, after an accepted deletion, the owner's read proves its absence, or shows a state in which the
    /// suite lets a deleted resource stay.
    fn note_absence(&mut self, exchange: &Exchange, ids: &[ResourceId]) {
        let Outcome::Replied(reply) = &exchange.outcome else { return };
        for id in ids {
            let kind = usize::from(id.kind);
            let reads = self.model.reads[kind].as_ref().is_some_and(|read| read.operation == exchange.call.operation);
            // Without a read, the accepted deletion is the only proof.
            let unreadable = self.model.reads[kind].is_none();
            let (call, outcome) = (&exchange.call, &exchange.outcome);
            let proven = reads
                && (self.absent[kind].contains(&reply.status)
                    || shows_kept_state(&self.model, id, &self.kept[kind], call, outcome));
            let own = |resource: &NamedLiveResource| resource.deleted && resource.owner == exchange.call.caller;
            if self.named.get(id).is_some_and(own) && (proven || unreadable) {
                self.named.remove(id);
                self.gone.insert(id.clone());
            }
        }
    }
}
