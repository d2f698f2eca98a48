//! An endpoint that passed the preflight.

use super::loaded_suite::LoadedSuite;
use crate::endpoint::Endpoint;
use crate::history::LearnedSecrets;
use std::rc::Rc;

/// An endpoint that passed the preflight.
pub struct CheckedEndpoint {
    /// The endpoint, with infrastructure failures recognised as the profile says.
    pub endpoint: Rc<dyn Endpoint>,
    /// The credentials that the endpoint's client makes and fetches.
    pub learned: LearnedSecrets,
    /// The suite with the pools that the endpoint lists.
    pub loaded: LoadedSuite,
}

/// The creates that the quotas leave, by resource kind; none for a kind without a quota.
pub type FreeQuotas = Vec<(String, Option<u64>)>;
