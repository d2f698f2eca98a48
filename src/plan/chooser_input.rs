//! The input of a chooser: the belief, the resources of the plan, and the coverage.

use super::coverage::Coverage;
use super::handles::HandleTable;
use super::step::Step;
use super::wait_ledger::WaitLedger;
use crate::model::{Belief, Model, ResourceId};
use crate::schema::CompiledCatalog;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The input for the choice of the next step.
#[derive(Clone, Copy)]
pub struct ChooserInput<'a> {
    /// The model of the suite.
    pub model: &'a Model,
    /// The schemas of the catalog.
    pub schemas: &'a CompiledCatalog,
    /// The possible states.
    pub belief: &'a Belief,
    /// The resources of the plan, by handle.
    pub handles: &'a HandleTable,
    /// The previous steps, in order.
    pub steps: &'a [Step],
    /// Requests of the plan so far, with polls and retries.
    pub requests: u64,
    /// By operation: the list page of the last response.
    pub pages: &'a BTreeMap<String, LastListPage>,
    /// Coverage of all plans of the campaign so far, with the current plan.
    pub coverage: &'a Coverage,
    /// What waiting costs, and how long transitions took so far.
    pub waits: &'a WaitLedger,
    /// Resources that may be settled, of which only the passing of their bound tells more.
    pub awaiting_bound: &'a BTreeSet<ResourceId>,
    /// The limits of the plan.
    pub limits: &'a PlanLimits,
}

/// The page of a list in an earlier response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastListPage {
    /// Index of the step that requested the page.
    pub step: usize,
    /// Query parameters for the next page; empty if unknown, and after an empty page.
    pub next: BTreeMap<String, Value>,
}

/// Limits of one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLimits {
    /// Highest number of steps.
    pub steps_max: usize,
    /// Highest number of live resources of deletable kinds.
    pub live_max: usize,
    /// Path parameters with a value from the identity, such as a project id.
    pub filled_parameters: BTreeSet<String>,
    /// Callers in the profile: `owner`, and any of `other`, `expired`, `forged` and `none`.
    pub callers: BTreeSet<String>,
    /// Operations that a plan does not call. The limits of a campaign have the operations that the profile does not claim;
    /// [`PlanLimits::for_next_plan`] permits those that few steps have called, to see whether the endpoint offers them.
    pub avoided_operations: BTreeSet<String>,
}

/// After how many steps of a campaign no further plan calls an operation that the profile does not claim.
const PROBES_MAX: u64 = 3;

impl PlanLimits {
    /// The limits of the next plan after these steps.
    #[must_use]
    pub fn for_next_plan(&self, coverage: &Coverage) -> PlanLimits {
        let count = |id: &String| coverage.operations.get(id).copied().unwrap_or(0);
        let spent = self.avoided_operations.iter().filter(|id| count(id) >= PROBES_MAX);
        PlanLimits { avoided_operations: spent.cloned().collect(), ..self.clone() }
    }
}
