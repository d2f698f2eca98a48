//! Lookup of resource ids that no response about the resource itself has told.
//!
//! Some creates are accepted before the endpoint tells an id, and only a read of another resource (such
//! as a job) tells the id later. Both functions poll the other resource until the id appears.

use super::attempt_pace::AttemptPace;
use super::calls::make_show_call;
use super::context::{CleanupContext, CleanupReserve, send_unrecorded};
use super::created::CreatedResource;
use crate::endpoint::compose_request;
use crate::expr::ExprValue;
use crate::history::Call;
use crate::model::{
    Belief, CallView, EvaluationLog, Observation, OutcomeKind, ResourceOwner, read_deferred_id, read_observations,
};
use crate::schema::InputClass;

/// Looks up the ids of resources that the belief knows by a stand-in only.
pub(super) async fn look_up_stand_in_ids(
    cleanup: &CleanupContext<'_>,
    reserve: &CleanupReserve,
    belief: &Belief,
) -> Vec<CreatedResource> {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let mut found = Vec::new();
    for (stand_in, teller) in belief.list_deferred() {
        let owner = belief.list_states(stand_in).first().map_or(ResourceOwner::Owner, |held| held.state.owner);
        let Some(call) = make_show_call(model, schemas, teller, owner) else { continue };
        let Ok(request) = compose_request(context.catalog, &call, context.identities) else { continue };
        let sent = Call { path: request.parameters.clone(), ..call };
        let asked = CallView::new(model, &sent, InputClass::Valid);
        let mut attempts = AttemptPace::new(&context.pace);
        loop {
            attempts.count_request();
            let Some(outcome) = send_unrecorded(context, &request, reserve).await else { return found };
            let told = belief.read_deferred_ids(&asked, &OutcomeKind::classify(&outcome));
            if let Some((_, id)) = told.into_iter().find(|(known, _)| known == stand_in) {
                let caller = if owner == ResourceOwner::Other { "other" } else { "owner" };
                found.push(CreatedResource::from_endpoint(
                    usize::from(id.kind),
                    &model.resource_kind(&id).name,
                    &id.id,
                    caller,
                ));
                break;
            }
            if !attempts.wait_for_next(reserve).await {
                break;
            }
        }
    }
    found
}

/// Looks up the ids that responses about the resources of `made` tell, without a belief.
///
/// Each resource is polled until a response tells an id or shows the resource in a stable state.
pub(super) async fn look_up_deferred_ids(
    cleanup: &CleanupContext<'_>,
    made: &[CreatedResource],
    reserve: &CleanupReserve,
) -> Vec<CreatedResource> {
    let about = || cleanup.model.operations.values().map(|operation| &operation.about);
    let tells = |kind: usize| {
        about().any(|about| {
            let teller = |name: &String| about.iter().any(|other| other.name == *name && other.resource == kind);
            about.iter().any(|entry| entry.told_by.as_ref().is_some_and(teller))
        })
    };
    let mut found = Vec::new();
    for made in made.iter().filter(|made| tells(made.kind)) {
        found.extend(poll_until_id_shown(cleanup, made, reserve).await);
    }
    found
}

async fn poll_until_id_shown(
    cleanup: &CleanupContext<'_>,
    made: &CreatedResource,
    reserve: &CleanupReserve,
) -> Vec<CreatedResource> {
    let CleanupContext { model, schemas, context, .. } = *cleanup;
    let (id, who) = made.to_model_id();
    let Some(call) = make_show_call(model, schemas, &id, who) else { return Vec::new() };
    let Ok(request) = compose_request(context.catalog, &call, context.identities) else { return Vec::new() };
    let sent = Call { path: request.parameters.clone(), ..call };
    let asked = CallView::new(model, &sent, InputClass::Valid);
    let mut attempts = AttemptPace::new(&context.pace);
    loop {
        attempts.count_request();
        let Some(outcome) = send_unrecorded(context, &request, reserve).await else { return Vec::new() };
        let heard = OutcomeKind::classify(&outcome);
        let seen = read_observations(model, &asked, &heard, &EvaluationLog::discarding());
        let sight = seen.resources.iter().find(|sight| sight.id == id);
        let resources = model.suite.resources.iter().enumerate();
        let told: Vec<CreatedResource> = resources
            .filter_map(|(kind, resource)| {
                let told = read_deferred_id(model, &id, &resource.name, &sight?.entry)?;
                Some(CreatedResource::from_endpoint(kind, &resource.name, &told, &made.caller))
            })
            .collect();
        let rests = is_settled(cleanup, made, &heard, sight);
        if !told.is_empty() || rests || !attempts.wait_for_next(reserve).await {
            return told;
        }
    }
}

/// Whether a response shows the resource in a stable state, or refuses to show the resource.
fn is_settled(
    cleanup: &CleanupContext<'_>,
    made: &CreatedResource,
    heard: &OutcomeKind,
    sight: Option<&Observation>,
) -> bool {
    let resource = &cleanup.model.suite.resources[made.kind];
    let Some(state) = &resource.state else { return true };
    let index = resource.fields.iter().position(|field| field.name == *state);
    match heard {
        OutcomeKind::Success(..) => {
            let shown = sight.and_then(|sight| sight.fields.get(index?)?.as_ref());
            matches!(shown, Some(ExprValue::Str(state)) if resource.stable.iter().any(|known| **known == **state))
        }
        OutcomeKind::Refusal(_) => true,
        _ => false,
    }
}
