//! Calls on one thing: the read that shows it, the call that ends it, and the search for its id
//! where no reply has told it yet.

use super::drive::Site;
use super::watch::Eyes;
use crate::endpoint::{Call, compose};
use crate::expr::{Path, assign};
use crate::history::{Cause, Exchange};
use crate::model::{Asked, Heard, Id, Who};
use crate::run::Context;
use crate::schema::catalog::Operation;
use crate::schema::{Class, Draw, Rng, Schemas, draw_valid};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Purpose of the stream that the rest of a body is drawn from.
const PURPOSE_ENDING: u64 = 11;

/// A call of an operation on one thing, whose id goes to a place of the path or the body.
#[must_use]
pub fn call_at(schemas: &Schemas, operation: &Operation, at: &Path, id: &Id, owner: Who) -> Option<Call> {
    let mut call = Call {
        operation: operation.id.clone(),
        binding: operation.bindings.first()?.id.clone(),
        caller: if owner == Who::Owner { "owner" } else { "other" }.to_string(),
        ..Call::default()
    };
    let value = Value::String(id.id.to_string());
    if at.root.as_ref() == "path" {
        let crate::expr::Key::Name(parameter) = at.keys.first()? else { return None };
        call.path.insert(parameter.to_string(), value);
    }
    if let Some(shape) = schemas.request(operation, None) {
        // The least that the pages demand, and this thing alone.
        let how = Draw { optional_percent: 0, ..Draw::default() };
        let mut body = draw_valid(shape, &mut Rng::new(0, 0, 0, PURPOSE_ENDING), &how).ok()?;
        if at.root.as_ref() == "body" {
            one_alone(&mut body, at);
            assign(&mut body, at, Value::String(id.id.to_string()));
        }
        call.body = Some(body);
    }
    Some(call)
}

/// Lists on the way to the place hold one element.
fn one_alone(body: &mut Value, at: &Path) {
    for (depth, key) in at.keys.iter().enumerate() {
        if matches!(key, crate::expr::Key::Index(_)) {
            let list = Path { root: at.root.clone(), keys: at.keys[..depth].to_vec() };
            if let Some(items) = body.pointer_mut(&list.pointer()).and_then(Value::as_array_mut) {
                items.truncate(1);
            }
        }
    }
}

/// The call that ends a thing.
#[must_use]
pub fn ending(site: &Site<'_>, id: &Id, owner: Who) -> Option<Call> {
    let way = site.model.ends[usize::from(id.kind)].as_ref()?;
    call_at(&site.schemas, site.schemas.operation(&way.operation)?, &way.at, id, owner)
}

/// The read that shows a thing.
#[must_use]
pub fn showing(site: &Site<'_>, id: &Id, owner: Who) -> Option<Call> {
    let way = site.model.shown[usize::from(id.kind)].as_ref()?;
    let keys = vec![crate::expr::Key::Name(way.parameter.as_str().into())];
    let at = Path { root: "path".into(), keys };
    call_at(&site.schemas, site.schemas.operation(&way.operation)?, &at, id, owner)
}

/// Ids of things that nothing has told so far: what tells them is looked at until it does, or the time
/// is over. Nothing of it enters the history.
pub async fn found_out(site: &Site<'_>, context: &Context<'_>, eyes: &Eyes, within: Duration) -> Vec<(Id, Who)> {
    let belief = &eyes.judge.belief;
    let end = Instant::now() + within;
    let mut found = Vec::new();
    for (stand_in, teller) in belief.untold() {
        let owner = belief.possibilities(stand_in).first().map_or(Who::Owner, |held| held.thing.owner);
        let Some(call) = showing(site, teller, owner) else { continue };
        let Ok(request) = compose(context.catalog, &call, context.identities) else { continue };
        let mut wait = context.pace.poll_first;
        loop {
            if !context.purse.reserved().await {
                return found;
            }
            if let Ok(outcome) = timeout(context.pace.request_timeout, context.endpoint.send(&request)).await {
                let exchange = unrecorded(&call, request.parameters.clone(), outcome);
                let asked = Asked::new(&site.model, &exchange, Class::Valid);
                let told = belief.tells(&asked, &Heard::of(&exchange.outcome));
                if let Some((_, id)) = told.into_iter().find(|(known, _)| known == stand_in) {
                    found.push((id, owner));
                    break;
                }
            }
            if Instant::now() + wait > end {
                break;
            }
            sleep(wait).await;
            wait = (wait * context.pace.poll_factor_percent / 100).min(context.pace.poll_most);
        }
    }
    found
}

fn unrecorded(call: &Call, path: BTreeMap<String, Value>, outcome: crate::history::Outcome) -> Exchange {
    Exchange {
        number: 0,
        step: 0,
        cause: Cause::Poll,
        operation: call.operation.clone(),
        binding: call.binding.clone(),
        caller: call.caller.clone(),
        path,
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        input: None,
        sent_ms: 0,
        received_ms: 0,
        outcome,
        born: BTreeMap::new(),
    }
}
