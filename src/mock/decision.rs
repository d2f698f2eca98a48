//! The mock's decision about a call: status and clauses.

use super::mutant::{FaultKind, Mutant};
use super::tempo::Tempo;
use crate::model::{ApplicableClauses, CallView, ClauseId, Model, ResourceId, allows_status, leaves_outcome_open};
use crate::schema::{InputClass, SeededRng};
use crate::suite::IdExpression;

/// The answer of the mock, without a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MockDecision {
    /// The call is refused.
    Refuse {
        /// 400 to 599.
        status: u16,
    },
    /// The call is accepted.
    Accept {
        /// 200 to 299.
        status: u16,
        /// The accepting clauses; empty if no clause describes the call.
        clauses: Vec<ClauseId>,
    },
    /// The call is accepted and deletes a resource at once, though no clause describes the call.
    Delete {
        /// 200 to 299.
        status: u16,
        /// The deleted resource.
        resource: ResourceId,
    },
    /// The call fails by a fault of the mock.
    Error {
        /// 500 to 599.
        status: u16,
    },
}

/// Chooses one of the permitted answers.
#[must_use]
pub fn decide_answer(
    model: &Model,
    call: &CallView,
    reading: &ApplicableClauses,
    tempo: &Tempo,
    fault: Option<&Mutant>,
    rng: &mut SeededRng,
) -> MockDecision {
    let mut reading = reading.clone();
    let operation = call.operation.as_str();
    if let Some(mutant) = fault {
        if let Some(answer) = break_answer(model, call, &reading, mutant, rng) {
            return answer;
        }
        let lets_pass = match &mutant.kind {
            FaultKind::Accepted => true,
            FaultKind::AcceptedBy(careless) => careless == operation,
            _ => false,
        };
        if lets_pass && reading.demanded.contains(&mutant.clause) {
            reading.demanded.retain(|clause| *clause != mutant.clause);
            if reading.demanded.is_empty() {
                return MockDecision::Accept {
                    status: choose_success(model, operation, &reading.accepts),
                    clauses: reading.accepts,
                };
            }
        }
    }
    if !reading.demanded.is_empty() {
        return MockDecision::Refuse { status: draw_refusal(model, call, &reading.demanded, rng) };
    }
    if !reading.permitted.is_empty() && rng.draw_chance(tempo.exception_percent, 100) {
        return MockDecision::Refuse { status: draw_refusal(model, call, &reading.permitted, rng) };
    }
    let operation_model = &model.operations[operation];
    if call.class == InputClass::Invalid || (leaves_outcome_open(model, call, &reading) && rng.draw_chance(1, 2)) {
        return MockDecision::Refuse { status: draw_documented(&operation_model.client_error, 400, rng) };
    }
    // No clause promises the effect of a doubtful input; the mock applies none.
    if leaves_outcome_open(model, call, &reading) {
        reading.accepts.clear();
        return MockDecision::Accept { status: choose_success(model, operation, &[]), clauses: Vec::new() };
    }
    if reading.accepts.is_empty() && operation_model.changes {
        return decide_undescribed_change(model, call, rng);
    }
    MockDecision::Accept { status: choose_success(model, operation, &reading.accepts), clauses: reading.accepts }
}

/// The answer to a changing call that no clause describes: mostly a refusal, and otherwise an acceptance without effect.
/// A deletion takes effect if it is accepted, so that no resource stays that no call can delete.
fn decide_undescribed_change(model: &Model, call: &CallView, rng: &mut SeededRng) -> MockDecision {
    let operation = &model.operations[&call.operation];
    let deleted = find_deleted_resource(model, call);
    let (refused, of) = if deleted.is_some() { (1, 2) } else { (4, 5) };
    if rng.draw_chance(refused, of) {
        return MockDecision::Refuse { status: draw_documented(&operation.client_error, 400, rng) };
    }
    let status = choose_success(model, &call.operation, &[]);
    match deleted {
        Some(resource) => MockDecision::Delete { status, resource },
        None => MockDecision::Accept { status, clauses: Vec::new() },
    }
}

/// The one resource that the call names, if a clause of the operation deletes such a resource. A call of several resources,
/// or one that creates a resource, such as a job, has effects that depend on each other.
fn find_deleted_resource(model: &Model, call: &CallView) -> Option<ResourceId> {
    let operation = &model.operations[&call.operation];
    let [(index, ids)] = call.existing.as_slice() else { return None };
    let [Some(id)] = ids.as_slice() else { return None };
    if operation.about.iter().any(|about| matches!(about.binding, IdExpression::New(_))) {
        return None;
    }
    let name = &operation.about[*index].name;
    let mut effects =
        operation.clauses.iter().filter_map(|clause| model.find_suite_clause(*clause)).flat_map(|clause| &clause.then);
    effects.any(|effect| effect.ends_resource() && effect.target.is_named(name)).then(|| id.clone())
}

/// The answer of a mutant whose fault is a wrong status; none if the fault does not concern the call.
fn break_answer(
    model: &Model,
    call: &CallView,
    reading: &ApplicableClauses,
    mutant: &Mutant,
    rng: &mut SeededRng,
) -> Option<MockDecision> {
    let operation = call.operation.as_str();
    let demanded = reading.demanded.contains(&mutant.clause);
    let accepts = reading.demanded.is_empty()
        && reading.accepts.contains(&mutant.clause)
        && !leaves_outcome_open(model, call, reading);
    match mutant.kind {
        FaultKind::ServerError if model.operations[operation].no_server_error == mutant.clause => {
            Some(MockDecision::Error { status: 500 })
        }
        FaultKind::Refused if accepts => {
            Some(MockDecision::Refuse { status: draw_documented(&model.operations[operation].client_error, 400, rng) })
        }
        FaultKind::OtherStatus if demanded => {
            let others = [400, 403, 404, 405, 406, 409, 410].into_iter();
            let wrong = others
                .filter(|status| !reading.list_explaining(model, operation, *status).any(|_| true))
                .collect::<Vec<u16>>();
            Some(MockDecision::Refuse { status: *wrong.first()? })
        }
        FaultKind::OtherStatus if accepts => {
            let wrong = [200, 201, 202, 204, 203, 206]
                .into_iter()
                .find(|status| !allows_status(model, operation, mutant.clause, *status))?;
            Some(MockDecision::Accept { status: wrong, clauses: reading.accepts.clone() })
        }
        _ => None,
    }
}

/// Draws a status from the statuses of the refusing clauses.
fn draw_refusal(model: &Model, call: &CallView, clauses: &[ClauseId], rng: &mut SeededRng) -> u16 {
    let permitted: Vec<u16> = (400..600)
        .filter(|status| clauses.iter().any(|clause| allows_status(model, &call.operation, *clause, *status)))
        .collect();
    *rng.pick_element(&keep_plausible(&permitted, &call.caller)).or_else(|| permitted.first()).unwrap_or(&400)
}

/// Keeps the statuses of a real endpoint where a clause permits a whole class. 429 means throttling; 407 and 408 come
/// from gateways; 401 means wrong credentials (RFC 9110, 15.5.2), but `owner` and `other` have valid credentials.
fn keep_plausible(permitted: &[u16], caller: &str) -> Vec<u16> {
    let known = matches!(caller, "owner" | "other");
    let odd = |status: u16| matches!(status, 405..=408 | 429) || (known && status == 401);
    permitted.iter().copied().filter(|status| !odd(*status)).collect()
}

/// Chooses a success status allowed by all clauses, always equal for an operation.
fn choose_success(model: &Model, operation: &str, clauses: &[ClauseId]) -> u16 {
    let documented = &model.operations[operation].success;
    // A described body has a status with a body, unless the pages list 204 alone.
    let has_body = model.operations[operation].reply.is_some() && documented.as_slice() != [204];
    let fits = |status: &u16| {
        clauses.iter().all(|clause| allows_status(model, operation, *clause, *status)) && !(has_body && *status == 204)
    };
    let candidates: Vec<u16> =
        if clauses.is_empty() && !documented.is_empty() { documented.clone() } else { (200..300).collect() };
    let fitting: Vec<u16> = candidates.into_iter().filter(fits).collect();
    let preferred: Vec<u16> =
        fitting.iter().copied().filter(|status| documented.is_empty() || documented.contains(status)).collect();
    let from = if preferred.is_empty() { fitting } else { preferred };
    let fixed = SeededRng::new(hash_operation(operation), 0, 0, 0).draw_below(from.len().max(1) as u64) as usize;
    from.get(fixed).copied().unwrap_or(200)
}

/// A number derived from the name of the operation.
fn hash_operation(operation: &str) -> u64 {
    operation.bytes().fold(7, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// Draws a documented status of a refusal; `otherwise` if none is documented.
fn draw_documented(documented: &[u16], otherwise: u16, rng: &mut SeededRng) -> u16 {
    let plain: Vec<u16> = documented.iter().copied().filter(|status| matches!(status, 400 | 403 | 404 | 409)).collect();
    *rng.pick_element(&plain).unwrap_or(&otherwise)
}

#[cfg(test)]
mod tests {
    use super::keep_plausible;

    #[test]
    fn a_caller_with_valid_credentials_is_never_answered_401() {
        let permitted = [400, 401, 404, 407, 429];
        assert_eq!(keep_plausible(&permitted, "owner"), [400, 404]);
        assert_eq!(keep_plausible(&permitted, "other"), [400, 404]);
        assert_eq!(keep_plausible(&permitted, "expired"), [400, 401, 404]);
        assert_eq!(keep_plausible(&permitted, "none"), [400, 401, 404]);
    }
}
