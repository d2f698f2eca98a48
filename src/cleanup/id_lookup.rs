//! Lookup of resource ids that no response about the resource itself has told.
//!
//! Some creates are accepted before the endpoint tells an id, and only a read of another resource (such
//! as a job) tells the id later. Both functions poll the other resource until the id appears.

use super::calls::{as_exchange, showing};
use super::context::{CleanupContext, PollWaits, Reserve, inquire};
use super::created::Made;
use crate::endpoint::compose;
use crate::expr::Val;
use crate::history::{Cause, Exchange};
use crate::model::{Asked, Belief, Heard, Sight, Who, sights, told_in};
use crate::schema::Class;
use tokio::time::{Instant, sleep};

/// Looks up the ids of resources that the belief knows by a stand-in only.
pub(super) async fn untold(cleanup: &CleanupContext<'_>, reserve: &Reserve, belief: &Belief) -> Vec<Made> {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let end = Instant::now() + reserve.within / 2;
    let mut found = Vec::new();
    for (stand_in, teller) in belief.untold() {
        let owner = belief.possibilities(stand_in).first().map_or(Who::Owner, |held| held.thing.owner);
        let Some(call) = showing(model, schemas, teller, owner) else { continue };
        let Ok(request) = compose(context.catalog, &call, context.identities) else { continue };
        let mut waits = PollWaits::new(context);
        loop {
            let Some(outcome) = inquire(context, &request).await else { return found };
            let path = request.parameters.clone();
            let exchange = Exchange { outcome, path, cause: Cause::Poll, ..as_exchange(&call) };
            let asked = Asked::new(model, &exchange, Class::Valid);
            let told = belief.tells(&asked, &Heard::of(&exchange.outcome));
            if let Some((_, id)) = told.into_iter().find(|(known, _)| known == stand_in) {
                let caller = if owner == Who::Other { "other" } else { "owner" };
                found.push(Made::found(usize::from(id.kind), &model.resource(&id).name, &id.id, caller));
                break;
            }
            if waits.passes(end) {
                break;
            }
            sleep(waits.next).await;
            waits.grow();
        }
    }
    found
}

/// Looks up the ids that responses about the resources of `made` tell, without a belief.
///
/// Each resource is polled until a response tells an id or shows the resource in a stable state.
pub(super) async fn told_by(cleanup: &CleanupContext<'_>, made: &[Made], reserve: &Reserve) -> Vec<Made> {
    let end = Instant::now() + reserve.within / 2;
    let about = || cleanup.model.operations.values().map(|operation| &operation.about);
    let tells = |kind: usize| {
        about().any(|about| {
            let teller = |name: &String| about.iter().any(|other| other.name == *name && other.resource == kind);
            about.iter().any(|entry| entry.told_by.as_ref().is_some_and(teller))
        })
    };
    let mut found = Vec::new();
    for made in made.iter().filter(|made| tells(made.kind)) {
        found.extend(until_told(cleanup, made, end, reserve).await);
    }
    found
}

async fn until_told(cleanup: &CleanupContext<'_>, made: &Made, end: Instant, reserve: &Reserve) -> Vec<Made> {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let (id, who) = made.known();
    let Some(call) = showing(model, schemas, &id, who) else { return Vec::new() };
    let Ok(request) = compose(context.catalog, &call, context.identities) else { return Vec::new() };
    let mut waits = PollWaits::new(context);
    loop {
        let Some(outcome) = inquire(context, &request).await else { return Vec::new() };
        let exchange = Exchange { outcome, path: request.parameters.clone(), ..as_exchange(&call) };
        let heard = Heard::of(&exchange.outcome);
        let asked = Asked::new(model, &exchange, Class::Valid);
        let seen = sights(model, &asked, &heard).unwrap_or_default();
        let sight = seen.things.iter().find(|sight| sight.id == id);
        let resources = model.suite.resources.iter().enumerate();
        let told: Vec<Made> = resources
            .filter_map(|(kind, resource)| {
                let told = told_in(model, &id, &resource.name, &sight?.it)?;
                Some(Made::found(kind, &resource.name, &told, &made.caller))
            })
            .collect();
        let rests = at_rest(cleanup, made, &heard, sight);
        if !told.is_empty() || rests || waits.passes(end) || reserve.give_up.asked() {
            return told;
        }
        tokio::select! {
            () = sleep(waits.next) => {}
            () = reserve.give_up.wait() => {}
        }
        waits.grow();
    }
}

/// Whether a response shows the resource in a stable state, or refuses to show the resource.
fn at_rest(cleanup: &CleanupContext<'_>, made: &Made, heard: &Heard, sight: Option<&Sight>) -> bool {
    let resource = &cleanup.model.suite.resources[made.kind];
    let Some(state) = &resource.state else { return true };
    let index = resource.fields.iter().position(|field| field.name == *state);
    match heard {
        Heard::Success(..) => {
            let shown = sight.and_then(|sight| sight.fields.get(index?)?.as_ref());
            matches!(shown, Some(Val::Str(state)) if resource.stable.iter().any(|known| **known == **state))
        }
        Heard::Refusal(_) => true,
        _ => false,
    }
}
