//! The interpreter of responses.

use crate::history::{Call, Exchange};
use std::collections::BTreeMap;
use std::time::Duration;

/// Interprets responses: the belief of a campaign, or a plain recorder. No function has a default, because an interpreter
/// that stands before another one must pass on each call.
pub trait ExchangeInterpreter {
    /// The ids that an exchange tells. Called before secrets are stripped, for polls and retries too: a poll may
    /// show the resource of a lost create.
    fn find_ids(&self, exchange: &Exchange) -> FoundIds;
    /// Sets the input class of an exchange, which only the exchange with secrets shows.
    fn classify_input(&self, exchange: &mut Exchange);
    /// Whether a clause explains the refusal of a call with `status`. The exchange is not recorded yet.
    fn explains_refusal(&self, exchange: &Exchange, status: u16) -> bool;
    /// Takes in one recorded exchange. Called once for each exchange, in the order of sending.
    fn observe_exchange(&mut self, exchange: &Exchange);
    /// Reads of the resources of a step that are not settled; empty if all are settled.
    fn list_unsettled_reads(&self, step_index: usize) -> Vec<Call>;
    /// Whether polls are useless before the bound: every resource of the step may be settled, and no
    /// response can prove more.
    fn is_waiting_for_time(&self, step_index: usize) -> bool;
    /// The bound of the step's resources, counted from the response; `None` if only the pace limits
    /// polling.
    fn find_bound(&self, step_index: usize) -> Option<Duration>;
}

/// The ids that an exchange tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundIds {
    /// Ids of the resources that the call created, by `about` name of the suite.
    pub created: BTreeMap<String, Vec<String>>,
    /// Ids of resources that earlier steps created.
    pub learned: Vec<DeferredId>,
}

/// The id of a resource whose create did not tell the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferredId {
    /// Index of the step with the create.
    pub step: usize,
    /// The `about` name of the resource in the create.
    pub about: String,
    /// The resource id.
    pub id: String,
}
