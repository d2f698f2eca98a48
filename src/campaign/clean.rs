//! Deleting what a plan, and at last the whole run, brought to life.

use super::census::{Seen, census, findable};
use super::drive::Site;
use super::keeper::{Keeper, Living};
use super::mark::Mark;
use super::naming::{found_out, showing};
use super::undo::{Made, deletion, owner_of, ranks, releases};
use super::watch::Eyes;
use crate::endpoint::compose;
use crate::expr::Val;
use crate::history::{Cause, Exchange, Outcome};
use crate::model::{Asked, Heard, Life, Sight, Who, told_in};
use crate::plan::Step;
use crate::run::{Context, Deletion, Left, NoMarks, Purse, Reserve, Run, Swept, inquire, sweep};
use crate::schema::Class;
use crate::suite::Binding;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Cleans up after one plan; returns what could not be deleted.
pub async fn clean(
    site: &Site<'_>,
    (keeper, living): (&Keeper, &Living),
    context: &Context<'_>,
    steps: &[Step],
    run: &mut Run,
    eyes: &Eyes,
) -> Vec<Left> {
    let creates = |exchange: &&Exchange| steps.get(exchange.step).is_some_and(|step| !step.births.is_empty());
    if !run.exchanges.iter().any(|exchange| creates(&exchange)) {
        return Vec::new();
    }
    keeper.note_created();
    let mut made = born(site, steps, run);
    if eyes.fault.is_none() {
        made.retain(|made| !known_gone(eyes, made));
    }
    let mut requests = 0;
    if eyes.fault.is_none() {
        add(&mut made, untold(site, context, &keeper.reserve, eyes).await);
    } else {
        let told = told_by(site, context, &made, &keeper.reserve, &mut requests).await;
        add(&mut made, told);
    }
    if run.exchanges.iter().filter(creates).any(|exchange| unclear(site, exchange)) {
        let mine = |mark: &Mark| *mark == living.mark;
        match marked(site, context, &mine, &mut requests).await {
            Ok(found) => add(&mut made, found),
            // The last look of the run makes up for it, or says that it could not.
            Err(because) => keeper.note_unread(Some(because)),
        }
    }
    let swept = delete(site, context, &made, &keeper.reserve).await;
    for handle in &swept.gone {
        run.note_gone(handle);
    }
    keeper.note(&made, &swept.left);
    swept.left
}

/// The run is over, well or not: asks once more for what is left, and looks through the lists of the
/// endpoint for what carries the run's mark.
pub async fn last_look(site: &Site<'_>) -> Vec<Left> {
    let Some(keeper) = &site.keeper else { return Vec::new() };
    if keeper.created() {
        let endpoint = (site.endpoint)(0);
        let purse = Purse::new(site.ceilings);
        let context = idle(site, endpoint.as_ref(), &purse);
        let mut made = keeper.unfinished();
        let mine = |mark: &Mark| mark.run == keeper.run;
        let found = marked(site, &context, &mine, &mut 0).await;
        keeper.note_unread(found.as_ref().err().cloned());
        add(&mut made, found.unwrap_or_default());
        let swept = delete(site, &context, &made, &keeper.reserve).await;
        keeper.note(&made, &swept.left);
    }
    keeper.close();
    keeper.left()
}

/// A context for requests that belong to no plan.
pub fn idle<'a>(site: &'a Site<'_>, endpoint: &'a dyn crate::endpoint::Endpoint, purse: &'a Purse) -> Context<'a> {
    Context {
        endpoint,
        catalog: &site.schemas.catalog,
        identities: &site.identities,
        secrets: &site.secrets,
        marks: &NoMarks,
        pace: site.pace,
        budget: crate::run::Budget { requests: 0, time: Duration::ZERO },
        purse,
        seeds: (site.seed, 0),
        cancel: site.cancel.clone(),
    }
}

/// Deletes things, and says of those that nothing ends that they are left.
pub async fn delete(site: &Site<'_>, context: &Context<'_>, made: &[Made], reserve: &Reserve) -> Swept {
    let ranks = ranks(&site.model);
    let mut deletions = Vec::new();
    let mut endless = Vec::new();
    for made in made {
        match deletion(site, &ranks, made) {
            Some(deletion) => deletions.push(deletion),
            // What no call of the API ends is no thing that could be left, such as a job.
            None if !ends_elsewhere(site, made.kind) => {}
            None => endless.push(Left {
                handle: made.handle.clone(),
                id: made.id.clone(),
                because: "the suite has no call that names it alone and ends it".to_string(),
            }),
        }
    }
    let release = |deletion: &Deletion, shown: &Outcome| {
        let made = made.iter().find(|made| made.id == deletion.id && made.handle == deletion.handle);
        made.map_or_else(Vec::new, |made| releases(site, made, shown))
    };
    let mut swept = sweep(context, &deletions, reserve, &release).await;
    swept.left.extend(endless);
    swept
}

/// Whether some clause ends things of this kind, although by no call that could be made here.
fn ends_elsewhere(site: &Site<'_>, kind: usize) -> bool {
    let suite = &site.model.suite;
    suite.clauses.iter().any(|clause| {
        clause.then.iter().any(|effect| {
            let gone = matches!(&effect.value, crate::suite::EffectValue::Course(stages)
                if matches!(stages.last(), Some(crate::suite::Stage::Gone)));
            let of_kind = |about: &crate::suite::About| effect.target.is(&about.name) && about.resource == kind;
            let unnamed = effect.target.each().is_some_and(|each| each.resource == kind);
            gone && (unnamed || suite.about.values().flatten().any(of_kind))
        })
    })
}

/// What got an id, the youngest first.
fn born(site: &Site<'_>, steps: &[Step], run: &Run) -> Vec<Made> {
    let mut made = Vec::new();
    for handle in run.births.iter().rev() {
        let of = steps.iter().find_map(|step| {
            let (name, _) = step.births.iter().find(|(_, handles)| handles.contains(handle))?;
            let about = &site.model.operations.get(&step.operation)?.about;
            Some((about.iter().find(|about| about.name == *name)?.resource, owner_of(&step.caller)))
        });
        if let (Some((kind, caller)), Some(id)) = (of, run.ids.get(handle)) {
            made.push(Made { kind, id: id.clone(), caller: caller.to_string(), handle: handle.clone() });
        }
    }
    made
}

/// Things that came to life and whose ids nothing has told so far.
async fn untold(site: &Site<'_>, context: &Context<'_>, reserve: &Reserve, eyes: &Eyes) -> Vec<Made> {
    let found = found_out(site, context, eyes, reserve.within / 2).await;
    let made = found.into_iter().map(|(id, who)| Made {
        kind: usize::from(id.kind),
        id: id.id.to_string(),
        caller: if who == Who::Other { "other" } else { "owner" }.to_string(),
        handle: format!("{}:{}", site.model.resource(&id).name, id.id),
    });
    made.collect()
}

fn known_gone(eyes: &Eyes, made: &Made) -> bool {
    let belief = &eyes.judge.belief;
    let id = belief.ids().find(|id| usize::from(id.kind) == made.kind && id.id.as_ref() == made.id);
    id.is_some_and(|id| belief.possibilities(id).iter().all(|held| held.thing.life == Life::Gone))
}

/// Whether a call that creates may have created something that nobody has an id of.
fn unclear(site: &Site<'_>, exchange: &Exchange) -> bool {
    if exchange.cause == Cause::Poll {
        return false;
    }
    match Heard::of(&exchange.outcome) {
        Heard::Lost | Heard::ServerError(_) | Heard::Odd(_) => true,
        Heard::Success(..) => {
            let about = &site.model.operations[&exchange.operation].about;
            exchange.born.is_empty() && about.iter().any(|about| matches!(about.binding, Binding::New(_)))
        }
        Heard::Refusal(_) | Heard::Nothing => false,
    }
}

/// Things that carry a mark, whoever of the profile has them.
///
/// # Errors
/// Why a list could not be read.
pub async fn marked(
    site: &Site<'_>,
    context: &Context<'_>,
    mine: &dyn Fn(&Mark) -> bool,
    requests: &mut u64,
) -> Result<Vec<Made>, String> {
    let seen = everything(site, context, requests).await?;
    Ok(seen.into_iter().filter(|seen| seen.mark.as_ref().is_some_and(mine)).map(|seen| seen.made).collect())
}

/// Everything that lists show to the callers of the profile who may have things.
///
/// # Errors
/// Why a list could not be read.
pub async fn everything(site: &Site<'_>, context: &Context<'_>, requests: &mut u64) -> Result<Vec<Seen>, String> {
    let kinds = findable(site);
    let mut all = Vec::new();
    for caller in ["owner", "other"].into_iter().filter(|caller| site.limits.callers.contains(*caller)) {
        let seen = census(site, context, &kinds, caller, requests).await;
        all.extend(seen.map_err(|because| format!("asked as {caller}: {because}"))?);
    }
    Ok(all)
}

/// Adds what is not known yet.
pub fn add(made: &mut Vec<Made>, found: Vec<Made>) {
    for found in found {
        if !made.iter().any(|made| (made.kind, &made.id) == (found.kind, &found.id)) {
            made.push(found);
        }
    }
}

/// Things that only the reply to a look at another thing tells, such as what a job made: the other is
/// looked at until it tells them, or comes to rest.
pub async fn told_by(
    site: &Site<'_>,
    context: &Context<'_>,
    made: &[Made],
    reserve: &Reserve,
    requests: &mut u64,
) -> Vec<Made> {
    let end = Instant::now() + reserve.within / 2;
    let about = || site.model.operations.values().map(|operation| &operation.about);
    let tells = |kind: usize| {
        about().any(|about| {
            let teller = |name: &String| about.iter().any(|other| other.name == *name && other.resource == kind);
            about.iter().any(|entry| entry.told_by.as_ref().is_some_and(teller))
        })
    };
    let mut found = Vec::new();
    for made in made.iter().filter(|made| tells(made.kind)) {
        found.extend(until_told(site, context, made, (end, reserve), requests).await);
    }
    found
}

async fn until_told(
    site: &Site<'_>,
    context: &Context<'_>,
    made: &Made,
    (end, reserve): (Instant, &Reserve),
    requests: &mut u64,
) -> Vec<Made> {
    let (id, who) = made.known();
    let Some(call) = showing(site, &id, who) else { return Vec::new() };
    let Ok(request) = compose(context.catalog, &call, context.identities) else { return Vec::new() };
    let mut wait = context.pace.poll_first;
    loop {
        let Some(outcome) = inquire(context, &request, requests).await else { return Vec::new() };
        let exchange = Exchange { outcome, path: request.parameters.clone(), ..super::mark::as_exchange(&call) };
        let heard = Heard::of(&exchange.outcome);
        let asked = Asked::new(&site.model, &exchange, Class::Valid);
        let seen = crate::model::sights(&site.model, &asked, &heard).unwrap_or_default();
        let sight = seen.things.iter().find(|sight| sight.id == id);
        let resources = site.model.suite.resources.iter().enumerate();
        let told: Vec<Made> = resources
            .filter_map(|(kind, resource)| {
                let told = told_in(&site.model, &id, &resource.name, &sight?.it)?;
                Some(Made {
                    kind,
                    id: told.to_string(),
                    caller: made.caller.clone(),
                    handle: format!("{}:{told}", resource.name),
                })
            })
            .collect();
        let rests = at_rest(site, made, &heard, sight);
        if !told.is_empty() || rests || Instant::now() + wait > end || reserve.give_up.asked() {
            return told;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = reserve.give_up.wait() => {}
        }
        wait = (wait * context.pace.poll_factor_percent / 100).min(context.pace.poll_most);
    }
}

/// Whether a reply shows the thing in a state where it may stay, or not at all.
fn at_rest(site: &Site<'_>, made: &Made, heard: &Heard, sight: Option<&Sight>) -> bool {
    let resource = &site.model.suite.resources[made.kind];
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
