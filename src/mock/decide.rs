//! What the mock answers to a call: which verb, which status, which outcome.

use super::life::Tempo;
use super::mutant::{Kind, Mutant};
use crate::model::{Asked, ClauseId, Model, Reading, allows, undecided};
use crate::schema::{Class, Rng};

/// The mock's answer before there is a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Refuse {
        status: u16,
    },
    /// By these clauses; none where no clause speaks.
    Accept {
        status: u16,
        clauses: Vec<ClauseId>,
    },
    Error {
        status: u16,
    },
}

/// Chooses among what the clauses permit.
#[must_use]
pub fn decide(
    model: &Model,
    asked: &Asked,
    reading: &Reading,
    tempo: &Tempo,
    fault: Option<&Mutant>,
    rng: &mut Rng,
) -> Answer {
    let mut reading = reading.clone();
    let operation = asked.operation.as_str();
    if let Some(mutant) = fault {
        if let Some(answer) = broken(model, asked, &reading, mutant, rng) {
            return answer;
        }
        let lets_pass = match &mutant.kind {
            Kind::Accepted => true,
            Kind::AcceptedBy(careless) => careless == operation,
            _ => false,
        };
        if lets_pass && reading.demanded.contains(&mutant.clause) {
            reading.demanded.retain(|clause| *clause != mutant.clause);
            if reading.demanded.is_empty() {
                return Answer::Accept {
                    status: success(model, operation, &reading.accepts),
                    clauses: reading.accepts,
                };
            }
        }
    }
    if !reading.demanded.is_empty() {
        return Answer::Refuse { status: refusal(model, asked, &reading.demanded, rng) };
    }
    if !reading.permitted.is_empty() && rng.chance(tempo.exception_percent, 100) {
        return Answer::Refuse { status: refusal(model, asked, &reading.permitted, rng) };
    }
    let operation_model = &model.operations[operation];
    if asked.class == Class::Invalid || (undecided(model, asked, &reading) && rng.chance(1, 2)) {
        return Answer::Refuse { status: any_of(&operation_model.client_error, 400, rng) };
    }
    // What comes of an accepted doubtful input is nobody's promise: this mock ignores it.
    if undecided(model, asked, &reading) {
        reading.accepts.clear();
        return Answer::Accept { status: success(model, operation, &[]), clauses: Vec::new() };
    }
    if reading.accepts.is_empty() && operation_model.changes && rng.chance(4, 5) {
        return Answer::Refuse { status: any_of(&operation_model.client_error, 400, rng) };
    }
    Answer::Accept { status: success(model, operation, &reading.accepts), clauses: reading.accepts }
}

fn broken(model: &Model, asked: &Asked, reading: &Reading, mutant: &Mutant, rng: &mut Rng) -> Option<Answer> {
    let operation = asked.operation.as_str();
    let demanded = reading.demanded.contains(&mutant.clause);
    let accepts =
        reading.demanded.is_empty() && reading.accepts.contains(&mutant.clause) && !undecided(model, asked, reading);
    match mutant.kind {
        Kind::ServerError if model.operations[operation].no_server_error == mutant.clause => {
            Some(Answer::Error { status: 500 })
        }
        Kind::Refused if accepts => {
            Some(Answer::Refuse { status: any_of(&model.operations[operation].client_error, 400, rng) })
        }
        Kind::OtherStatus if demanded => {
            let others = [400, 403, 404, 405, 406, 409, 410].into_iter();
            let wrong = others
                .filter(|status| !reading.explaining(model, operation, *status).any(|_| true))
                .collect::<Vec<u16>>();
            Some(Answer::Refuse { status: *wrong.first()? })
        }
        Kind::OtherStatus if accepts => {
            let wrong = [200, 201, 202, 204, 203, 206]
                .into_iter()
                .find(|status| !allows(model, operation, mutant.clause, *status))?;
            Some(Answer::Accept { status: wrong, clauses: reading.accepts.clone() })
        }
        _ => None,
    }
}

fn refusal(model: &Model, asked: &Asked, clauses: &[ClauseId], rng: &mut Rng) -> u16 {
    let permitted: Vec<u16> = (400..600)
        .filter(|status| clauses.iter().any(|clause| allows(model, &asked.operation, *clause, *status)))
        .collect();
    *rng.pick(&plain(&permitted, &asked.caller)).or_else(|| permitted.first()).unwrap_or(&400)
}

/// Those that an endpoint would take, where a clause permits a whole class. 429 means something else to everyone;
/// 407 and 408 are the gateway's; and 401 says that the credentials are no good (RFC 9110, 15.5.2), which
/// those of the two who own things are.
fn plain(permitted: &[u16], caller: &str) -> Vec<u16> {
    let known = matches!(caller, "owner" | "other");
    let odd = |status: u16| matches!(status, 405..=408 | 429) || (known && status == 401);
    permitted.iter().copied().filter(|status| !odd(*status)).collect()
}

/// One success status that all clauses allow; the same for an operation throughout a run.
fn success(model: &Model, operation: &str, clauses: &[ClauseId]) -> u16 {
    let has_body = model.operations[operation].reply.is_some();
    let fits = |status: &u16| {
        clauses.iter().all(|clause| allows(model, operation, *clause, *status)) && !(has_body && *status == 204)
    };
    let documented = &model.operations[operation].success;
    let candidates: Vec<u16> =
        if clauses.is_empty() && !documented.is_empty() { documented.clone() } else { (200..300).collect() };
    let fitting: Vec<u16> = candidates.into_iter().filter(fits).collect();
    let preferred: Vec<u16> =
        fitting.iter().copied().filter(|status| documented.is_empty() || documented.contains(status)).collect();
    let from = if preferred.is_empty() { fitting } else { preferred };
    let fixed = Rng::new(rng_seed(operation), 0, 0, 0).below(from.len().max(1) as u64) as usize;
    from.get(fixed).copied().unwrap_or(200)
}

fn rng_seed(operation: &str) -> u64 {
    operation.bytes().fold(7, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

fn any_of(documented: &[u16], otherwise: u16, rng: &mut Rng) -> u16 {
    let plain: Vec<u16> = documented.iter().copied().filter(|status| matches!(status, 400 | 403 | 404 | 409)).collect();
    *rng.pick(&plain).unwrap_or(&otherwise)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn whose_credentials_are_good_is_not_told_that_they_are_not() {
        let permitted = [400, 401, 404, 407, 429];
        assert_eq!(plain(&permitted, "owner"), [400, 404]);
        assert_eq!(plain(&permitted, "other"), [400, 404]);
        assert_eq!(plain(&permitted, "expired"), [400, 401, 404]);
        assert_eq!(plain(&permitted, "none"), [400, 401, 404]);
    }
}
