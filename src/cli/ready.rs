//! What is looked at before anything is created: whether the endpoint is the one, offers what the
//! profile names, and has room.

use super::shelf::Loaded;
use super::wrong::Wrong;
use crate::endpoint::{Call, Hindered, Request, compose};
use crate::history::Learned;
use crate::http_client::{Http, HttpLimits, ProbeError, Wall, free, offered, probe, recognise};
use crate::model::{ClauseId, Generated, Model, OperationModel, Origin};
use crate::profile::{Changes, Profile};
use crate::suite::Verb;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Harmless requests that are sent to see whether the API knows one of them.
const HARMLESS_MAX: usize = 3;

/// The endpoint; nothing is sent yet.
///
/// # Errors
/// If address or credentials cannot be used.
pub fn connected(address: &str, profile: &Profile, wall: &Wall) -> Result<Http, Wrong> {
    let mut limits = HttpLimits::USUAL;
    limits.request_timeout = profile.limits.request_seconds.map_or(limits.request_timeout, Duration::from_secs);
    Http::new(address, profile.identities.clone(), limits, &profile.connecting, wall.clone()).map_err(|error| {
        let text = error.to_string();
        let (cause, remedy) = text.rsplit_once("; ").unwrap_or((&text, "check address and profile"));
        Wrong::endpoint(address, cause, remedy)
    })
}

/// An endpoint that has answered what a campaign needs to know.
pub struct There {
    /// Its trouble is recognised as the profile says.
    pub endpoint: Rc<Hindered<Http>>,
    /// What it makes and fetches to prove its callers.
    pub learned: Learned,
    /// The suite with the pools that the endpoint lists.
    pub loaded: Loaded,
}

/// The endpoint, once it has answered what a campaign needs to know.
///
/// # Errors
/// If it is not there, not the API, refuses the credentials, lacks what the profile names, or has no room.
pub async fn reached(loaded: &Loaded, address: &str, profile: &Profile, wall: &Wall) -> Result<There, Wrong> {
    let (there, rooms) = measured(loaded, address, profile, wall).await?;
    match rooms.into_iter().find(|(_, free)| *free == Some(0)) {
        None => Ok(there),
        Some((resource, _)) => Err(Wrong::endpoint(
            address,
            format!("its quota leaves no room for a {resource}"),
            format!("delete a {resource} there, or have the quota raised"),
        )),
    }
}

/// How many more things may be created somewhere, by resource; none where there is no ceiling.
pub type Rooms = Vec<(String, Option<u64>)>;

/// The same, with the room that is there, however little. Where nothing may be changed none is needed.
///
/// # Errors
/// As [`reached`], save for the room.
pub async fn measured(loaded: &Loaded, address: &str, profile: &Profile, wall: &Wall) -> Result<(There, Rooms), Wrong> {
    let http = met(loaded, address, profile, wall).await?;
    let pools = compared(loaded, profile, &http).await?;
    let allowed = profile.changes == Changes::Allowed;
    let rooms = if allowed { room(loaded, profile, &http).await? } else { Vec::new() };
    let (learned, today) = (http.learned(), loaded.model.today.clone());
    let loaded = loaded.clone().with_pools(&pools, &today)?;
    let endpoint = Rc::new(Hindered::new(http, profile.recognise.clone()));
    Ok((There { endpoint, learned, loaded }, rooms))
}

/// The endpoint for cleaning up: what there is no room for, or is no longer offered, does not matter.
///
/// # Errors
/// If it is not there, not the API, or refuses the credentials.
pub async fn reached_to_clean(loaded: &Loaded, address: &str, profile: &Profile, wall: &Wall) -> Result<There, Wrong> {
    let http = met(loaded, address, profile, wall).await?;
    let learned = http.learned();
    Ok(There { endpoint: Rc::new(Hindered::new(http, profile.recognise.clone())), learned, loaded: loaded.clone() })
}

/// It answers, and as the API does.
async fn met(loaded: &Loaded, address: &str, profile: &Profile, wall: &Wall) -> Result<Http, Wrong> {
    let http = connected(address, profile, wall)?;
    let lists = harmless(loaded, profile, None);
    recognise(&http, &lists).await.map_err(unusable)?;
    if lists.is_empty()
        && let Some(request) = harmless(loaded, profile, Some(NOBODY)).first()
    {
        // That it knows no such thing says nothing; that it answers as an API does says much.
        probe(&http, request).await.map_err(unusable)?;
    }
    Ok(http)
}

/// # Errors
/// If the profile names what cannot be read.
async fn room(loaded: &Loaded, profile: &Profile, http: &Http) -> Result<Rooms, Wrong> {
    let mut rooms = Vec::new();
    for (resource, quota) in &profile.quotas {
        // A profile may serve several suites.
        if loaded.suite.resources.iter().any(|known| known.name == *resource) {
            rooms.push((resource.clone(), free(http, quota).await.map_err(unusable)?));
        }
    }
    Ok(rooms)
}

/// What the endpoint lists, for the pools of which the profile says how to list them and gives no values. Of
/// a pool whose values it gives, every value must be among what is listed.
///
/// # Errors
/// If one is not, or nothing is listed.
pub async fn compared(loaded: &Loaded, profile: &Profile, http: &Http) -> Result<BTreeMap<String, Vec<Value>>, Wrong> {
    let mut pools = BTreeMap::new();
    for (pool, offer) in &profile.offers {
        let Some(values) = loaded.suite.pools.get(pool) else { continue };
        let offered = offered(http, offer).await.map_err(unusable)?;
        if !profile.pools.contains_key(pool) {
            if offered.is_empty() {
                let remedy = "check `each` and `value`, or give the values under `pools`";
                return Err(Wrong::endpoint(format!("offers.{pool}"), "the endpoint lists nothing", remedy));
            }
            pools.insert(pool.clone(), offered);
            continue;
        }
        let mut wanted = values.iter().filter_map(crate::expr::Val::to_json);
        if let Some(value) = wanted.find(|value| !offered.contains(value)) {
            let there: Vec<String> = offered.iter().take(LISTED_MAX).map(Value::to_string).collect();
            let there = if there.is_empty() { "nothing".to_string() } else { there.join(", ") };
            return Err(Wrong::input(
                format!("pools.{pool}"),
                format!("the endpoint does not offer {value}"),
                format!("name what it offers in the profile: {there}{}", more(offered.len())),
            ));
        }
    }
    Ok(pools)
}

const LISTED_MAX: usize = 8;

fn more(all: usize) -> String {
    all.checked_sub(LISTED_MAX).filter(|more| *more > 0).map_or_else(String::new, |more| format!(" and {more} more"))
}

/// Whether a clause can only be decided by changing something: it is about calls that change, or it
/// is about a thing that somebody would have to create.
pub fn needs_changes(model: &Model, clause: ClauseId) -> bool {
    match &model.info(clause).origin {
        Origin::Generated(Generated::NoServerError(operation)) => model.operations[operation].changes,
        Origin::Generated(Generated::Reply(operation)) => {
            let operation = &model.operations[operation];
            operation.changes || !operation.about.is_empty()
        }
        Origin::Generated(_) | Origin::Event(_) => true,
        Origin::Clause(index) => {
            let accepts = matches!(model.suite.clauses[*index].verb, Verb::Accept(_));
            let speaks = |operation: &&OperationModel| operation.clauses.contains(&clause) && !operation.changes;
            let mut speaking = model.operations.values().filter(speaks);
            !speaking.any(|operation| !accepts || operation.about.is_empty())
        }
    }
}

fn unusable(error: ProbeError) -> Wrong {
    Wrong::endpoint(error.place, error.cause, error.remedy)
}

/// An id that no endpoint gives.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Reads that name nothing but what the identity fills in; with an id, reads of that thing.
fn harmless(loaded: &Loaded, profile: &Profile, id: Option<&str>) -> Vec<Request> {
    let catalog = &loaded.schemas.catalog;
    let reads =
        catalog.operations.iter().filter(|operation| operation.bindings.iter().all(|binding| binding.method == "GET"));
    let calls =
        reads.filter(|operation| !operation.query.iter().any(|parameter| parameter.required)).map(|operation| {
            let things = operation.path.iter().map(|parameter| parameter.name.as_str());
            let open = things.filter(|name| profile.identities.parameter("owner", name).is_none());
            Call {
                operation: operation.id.clone(),
                binding: operation.bindings[0].id.clone(),
                caller: "owner".to_string(),
                path: id.iter().flat_map(|id| open.clone().map(|name| (name.to_string(), Value::from(*id)))).collect(),
                ..Call::default()
            }
        });
    calls.filter_map(|call| compose(catalog, &call, &profile.identities).ok()).take(HARMLESS_MAX).collect()
}
