//! The first filter: whether the clauses permit the outcome in each possible state.

use super::applicability::{Reading, allows, combinations, read};
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::describe::describe;
use super::effect::{Choice, fogged, successors};
use super::effect_context::Moment;
use super::factor::Factor;
use super::input_class::undecided;
use super::possible_state::{World, find, replaced};
use super::reply_kind::Heard;
use super::resource_state::{Life, Thing, Who};
use super::roots::{Fault, Roots, world_root};
use crate::expr::Val;
use crate::suite::Calls;
use std::collections::BTreeMap;

/// A possible state after the outcome, and the explanation of the outcome.
#[derive(Debug, Clone)]
pub struct Next {
    pub world: World,
    pub how: How,
}

#[derive(Debug, Clone)]
pub enum How {
    /// Clauses demand or permit a refusal with the status.
    Refused {
        demanded: Vec<ClauseId>,
        explaining: Vec<ClauseId>,
    },
    Accepted {
        choice: Choice,
    },
    /// No clause applies, or no clause can be decided.
    Open {
        silent: bool,
    },
    /// The endpoint may or may not have carried out the call.
    Lost,
}

/// The judgement of one outcome.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    pub next: Vec<Next>,
    /// The states that are ruled out, each with the contradicted clauses.
    pub dropped: Vec<(World, Vec<ClauseId>)>,
    pub readings: Vec<Reading>,
    /// The clause against server errors, if the outcome is a server error.
    pub server_error: Option<ClauseId>,
    /// Whether the call may have taken effect in some possible state.
    pub may_have_acted: bool,
    /// The permitted outcomes, in words.
    pub expected: Vec<String>,
}

impl Judged {
    #[must_use]
    pub fn reasons(&self) -> Vec<ClauseId> {
        self.dropped.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect()
    }

    #[must_use]
    pub fn ruled_out(&self, model: &Model) -> Vec<(String, Vec<ClauseId>)> {
        self.dropped.iter().map(|(world, clauses)| (describe(model, world), clauses.clone())).collect()
    }
}

/// Filters the possible states of the joint factor by the outcome, and adds the successor states.
///
/// # Errors
/// If the evaluation of an expression fails on valid input.
pub fn judge(
    model: &Model,
    asked: &Asked,
    heard: &Heard,
    before: &Factor,
    moment: &Moment<'_>,
) -> Result<Judged, Fault> {
    let mut judged = Judged::default();
    for world in &before.worlds {
        let reading = read(model, asked, world, moment.strangers)?;
        note_expected(model, asked, &reading, &mut judged.expected);
        match heard {
            Heard::Success(status, _) => accepted(model, asked, *status, world, &reading, moment, &mut judged)?,
            Heard::Refusal(status) => refused(model, asked, *status, world, &reading, &mut judged),
            Heard::ServerError(status) if excused(model, asked, &reading, *status) => {
                refused(model, asked, *status, world, &reading, &mut judged);
            }
            Heard::ServerError(_) => {
                judged.server_error = Some(model.operations[&asked.operation].no_server_error);
                lost(model, asked, world, &reading, moment, &mut judged)?;
            }
            Heard::Lost => lost(model, asked, world, &reading, moment, &mut judged)?,
            Heard::Odd(_) if reading.silent() => {
                judged.next.push(Next { world: fogged(model, asked, world, moment), how: How::Open { silent: true } })
            }
            Heard::Odd(_) => {
                judged.dropped.push((world.clone(), [reading.demanded.clone(), reading.accepts.clone()].concat()))
            }
            Heard::Nothing => unreachable!("an exchange without effect is not judged"),
        }
        judged.readings.push(reading);
    }
    Ok(judged)
}

fn accepted(
    model: &Model,
    asked: &Asked,
    status: u16,
    world: &World,
    reading: &Reading,
    moment: &Moment<'_>,
    judged: &mut Judged,
) -> Result<(), Fault> {
    judged.may_have_acted = true;
    if !reading.demanded.is_empty() {
        judged.dropped.push((world.clone(), reading.demanded.clone()));
        return Ok(());
    }
    // An endpoint may ignore or apply doubtful input in full or in part, unless a clause resolves the doubt.
    if reading.accepts.is_empty() || undecided(model, asked, reading) {
        let silent = reading.accepts.is_empty() && reading.perhaps.is_empty();
        // A read changes nothing, with or without a clause.
        let changes = model.operations[&asked.operation].changes;
        let next = if changes { fogged(model, asked, world, moment) } else { world.clone() };
        judged.next.push(Next { world: next, how: How::Open { silent } });
        return Ok(());
    }
    let wrong: Vec<ClauseId> =
        reading.accepts.iter().copied().filter(|clause| !allows(model, &asked.operation, *clause, status)).collect();
    if !wrong.is_empty() {
        judged.dropped.push((world.clone(), wrong));
        return Ok(());
    }
    for successor in successors(model, asked, world, &reading.accepts, moment)? {
        let broken = broken_ensures(model, asked, world, &reading.accepts, moment)?;
        if broken.is_empty() {
            judged.next.push(Next { world: successor.world, how: How::Accepted { choice: successor.choice } });
        } else {
            judged.dropped.push((world.clone(), broken));
            break;
        }
    }
    Ok(())
}

fn broken_ensures(
    model: &Model,
    asked: &Asked,
    world: &World,
    accepts: &[ClauseId],
    moment: &Moment<'_>,
) -> Result<Vec<ClauseId>, Fault> {
    let mut broken = Vec::new();
    let kinds = model.operations[&asked.operation].reads_all.iter().copied();
    let all = world_root(model, kinds, world, asked.who, moment.strangers);
    for &id in accepts {
        let clause = model.written(id).expect("only written clauses accept");
        for combination in combinations(model, asked, world) {
            let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
            let roots = Roots { model, asked, things: &things, reply: Some(moment.reply), it: None, world: Some(&all) };
            for (ensure, place) in &clause.ensure {
                // A response of another shape than documented ensures nothing.
                let holds = roots.eval(ensure, place.line).unwrap_or(Val::Bool(false));
                if holds == Val::Bool(false) {
                    broken.push(id);
                }
            }
        }
    }
    broken.dedup();
    Ok(broken)
}

fn refused(model: &Model, asked: &Asked, status: u16, world: &World, reading: &Reading, judged: &mut Judged) {
    let explaining: Vec<ClauseId> = reading.explaining(model, &asked.operation, status).collect();
    let allowed = if reading.demanded.is_empty() {
        reading.accepts.is_empty() || !explaining.is_empty() || undecided(model, asked, reading)
    } else {
        !explaining.is_empty()
    };
    if !allowed {
        let reasons = if reading.demanded.is_empty() { &reading.accepts } else { &reading.demanded };
        judged.dropped.push((world.clone(), reasons.clone()));
        return;
    }
    let how = if explaining.is_empty() {
        How::Open { silent: reading.silent() && reading.perhaps.is_empty() }
    } else {
        How::Refused { demanded: reading.demanded.clone(), explaining }
    };
    judged.next.push(Next { world: after_refusal(model, asked, status, world), how });
}

/// The possible state after a refusal. A 404 proves absence only if the owner sent the read that shows one
/// resource: any other call may be refused because of another resource.
fn after_refusal(model: &Model, asked: &Asked, status: u16, world: &World) -> World {
    let named: Vec<_> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    if let (404, [id]) = (status, named.as_slice())
        && model.shown[usize::from(id.kind)].as_ref().is_some_and(|shown| shown.operation == asked.operation)
        && let Some(held) = find(world, id)
        && held.thing.fog.is_some()
        && asked.caller == "owner"
        && held.thing.owner == Who::Owner
    {
        let gone = Thing { life: Life::Gone, fog: None, ..held.thing.clone() };
        return replaced(model, world, BTreeMap::from([((*id).clone(), gone)]));
    }
    world.clone()
}

fn lost(
    model: &Model,
    asked: &Asked,
    world: &World,
    reading: &Reading,
    moment: &Moment<'_>,
    judged: &mut Judged,
) -> Result<(), Fault> {
    judged.next.push(Next { world: world.clone(), how: How::Lost });
    if !reading.demanded.is_empty() {
        return Ok(());
    }
    judged.may_have_acted = true;
    let open = reading.accepts.is_empty() || undecided(model, asked, reading);
    if !open {
        for successor in successors(model, asked, world, &reading.accepts, moment)? {
            judged.next.push(Next { world: successor.world, how: How::Lost });
        }
    }
    // Without a clause about acceptance, the call may have any effect.
    if open && model.operations[&asked.operation].changes {
        judged.next.push(Next { world: fogged(model, asked, world, moment), how: How::Lost });
    }
    Ok(())
}

/// A server error is permitted only if a clause of the operation lists the status.
fn excused(model: &Model, asked: &Asked, reading: &Reading, status: u16) -> bool {
    reading
        .explaining(model, &asked.operation, status)
        .any(|clause| model.written(clause).is_some_and(|clause| matches!(clause.calls, Calls::Only(_))))
}

fn note_expected(model: &Model, asked: &Asked, reading: &Reading, expected: &mut Vec<String>) {
    let names = |clauses: &[ClauseId]| {
        clauses.iter().map(|clause| model.info(*clause).id.clone()).collect::<Vec<_>>().join(", ")
    };
    let line = if !reading.demanded.is_empty() {
        format!("a refusal ({})", names(&reading.demanded))
    } else if !reading.accepts.is_empty() {
        format!("acceptance ({})", names(&reading.accepts))
    } else {
        format!("any outcome: no clause applies to {} here", asked.operation)
    };
    if !expected.contains(&line) {
        expected.push(line);
    }
}
