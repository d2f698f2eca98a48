//! Shows the requests outside of plans as they are sent.

use super::request::Request;
use crate::history::{Call, CallCause, Exchange, Outcome};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Why a request is sent that belongs to no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutsideRequest {
    /// A check before the first plan.
    Check,
    /// Cleaning up.
    CleaningUp,
}

/// Receives requests outside of plans with their outcomes, without secrets.
type ShowRequest = dyn Fn(OutsideRequest, &Exchange) + Send + Sync;

/// The receiver of requests outside of plans; by default there is none.
#[derive(Clone, Default)]
pub struct RequestWatch(Option<Arc<ShowRequest>>);

impl RequestWatch {
    /// Hands each request to a function.
    pub fn new(show: impl Fn(OutsideRequest, &Exchange) + Send + Sync + 'static) -> RequestWatch {
        RequestWatch(Some(Arc::new(show)))
    }

    /// Shows a request with its outcome, without the secrets that `strip` removes.
    pub fn show_request(
        &self,
        why: OutsideRequest,
        request: &Request,
        outcome: &Outcome,
        strip: impl FnOnce(&mut Exchange),
    ) {
        let Some(show) = &self.0 else { return };
        let mut exchange = make_exchange(request, outcome);
        strip(&mut exchange);
        show(why, &exchange);
    }
}

impl fmt::Debug for RequestWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestWatch").field(&self.0.is_some()).finish()
    }
}

/// The request as an exchange. A request of the profile has no operation, and is named by method and path.
fn make_exchange(request: &Request, outcome: &Outcome) -> Exchange {
    let named = !request.operation.is_empty();
    let address = || format!("{} {}", request.method, request.path);
    Exchange {
        number: 0,
        step: 0,
        cause: CallCause::Step,
        call: Call {
            operation: if named { request.operation.clone() } else { address() },
            binding: request.binding.clone(),
            caller: request.caller.clone(),
            path: request.parameters.clone(),
            query: request.query.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            headers: request.headers.iter().cloned().collect(),
            body: request.body.clone(),
        },
        input: None,
        sent_ms: 0,
        received_ms: 0,
        overlap: None,
        outcome: outcome.clone(),
        created: BTreeMap::new(),
    }
}
