//! Whom each suite's campaign asks: from flags and profile to an endpoint.

use super::drive::Chosen;
use super::meant::{Target, Whom};
use super::shelf::{Loaded, Shelf};
use super::wrong::{Wrong, meant};
use crate::mock::mutants;
use crate::profile::{Profile, ProfileError};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The profile that the user named, or one that offers nothing.
///
/// # Errors
/// If the file cannot be used.
pub fn profile(path: Option<&Path>) -> Result<Arc<Profile>, Wrong> {
    match path {
        Some(path) => checked(Profile::load(path)).inspect(|profile| warn(profile)),
        None => profile_text("{}"),
    }
}

/// A profile that is no file.
///
/// # Errors
/// If it cannot be used.
pub fn profile_text(text: &str) -> Result<Arc<Profile>, Wrong> {
    checked(Profile::parse(text, "the profile given", &|name| std::env::var(name).ok()))
}

/// Once for all of them: a profile is passed on, and what is written out in it too.
fn warn(profile: &Profile) {
    if let Some(first) = profile.literals.first() {
        let more = match profile.literals.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let remedy = "refer to it with env:NAME, file:PATH or command:LINE";
        eprintln!("warning: {first}{more}: a credential is written out in the profile; {remedy}");
    }
}

fn checked(read: Result<Profile, ProfileError>) -> Result<Arc<Profile>, Wrong> {
    read.map(Arc::new).map_err(|error| {
        let place =
            if error.line == 0 { error.file } else { format!("{}:{}:{}", error.file, error.line, error.column) };
        Wrong::input(place, error.cause, error.remedy)
    })
}

/// A pool that no suite has is misspelt; one of a suite that is not run now is passed over.
///
/// # Errors
/// If the profile names one.
pub fn known_pools(profile: &Profile, loaded: &[Loaded], shelf: &Shelf, today: &str) -> Result<(), Wrong> {
    let of = |loaded: &Loaded| loaded.suite.pools.keys().cloned().collect::<Vec<String>>();
    let mut known: BTreeSet<String> = loaded.iter().flat_map(of).collect();
    let named = || profile.pools.keys().chain(profile.offers.keys());
    if named().all(|pool| known.contains(pool)) {
        return Ok(());
    }
    for suite in shelf.suites()? {
        // A suite that is not asked for may be broken.
        known.extend(shelf.load(&suite, today).iter().flat_map(of));
    }
    match named().find(|pool| !known.contains(*pool)) {
        None => Ok(()),
        Some(pool) => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let place = format!("pool `{pool}` of the profile");
            Err(Wrong::input(place, "no suite has a pool of that name", meant(pool, &known)))
        }
    }
}

/// Each suite with whom it asks, its pools replaced by the profile's. With a fault, only the suites that can have it.
///
/// # Errors
/// If no suite has such a mutant, or a pool is unknown.
pub fn chosen(target: &Target, profile: &Arc<Profile>, loaded: Vec<Loaded>) -> Result<Vec<(Loaded, Chosen)>, Wrong> {
    if let (Whom::Address(address), [first, _, ..]) = (&target.whom, loaded.as_slice()) {
        let cause = format!("{} suites are selected, and an address serves one", loaded.len());
        let remedy = format!("name the suite, such as {}, or give each its address under `endpoints`", first.name);
        return Err(Wrong::usage(format!("--endpoint {address}"), cause, remedy));
    }
    let mut all = Vec::new();
    for loaded in loaded {
        let address = match &target.whom {
            Whom::Mock => None,
            Whom::Address(address) => Some(address.clone()),
            Whom::Profile => profile.endpoint(&loaded.name).map(str::to_string),
        };
        let loaded = loaded.at(profile)?;
        let chosen = match address {
            Some(address) => Chosen::Address(address, profile.clone()),
            None => Chosen::Mock(None),
        };
        all.push((loaded, chosen));
    }
    match &target.fault {
        None => Ok(all),
        Some(fault) => broken(all, fault),
    }
}

/// Whom all of them ask, for the first line of output.
#[must_use]
pub fn asked(chosen: &[(Loaded, Chosen)]) -> String {
    let mut all: Vec<String> = chosen
        .iter()
        .map(|(_, chosen)| match chosen {
            Chosen::Mock(None) => "the built-in mock, which is not a real API".to_string(),
            Chosen::Mock(Some(fault)) => format!("the built-in mock with the fault `{}`", fault.name),
            Chosen::Address(address, _) => address.clone(),
            Chosen::Given(given) => given.name.clone(),
        })
        .collect();
    all.dedup();
    all.join(", ")
}

fn broken(all: Vec<(Loaded, Chosen)>, fault: &str) -> Result<Vec<(Loaded, Chosen)>, Wrong> {
    let mut known: Vec<String> = Vec::new();
    let mut chosen = Vec::new();
    for (loaded, whom) in all {
        if let Chosen::Address(address, _) = whom {
            let cause = format!("only the mock can be broken on purpose, and {} is run at {address}", loaded.name);
            return Err(Wrong::usage(format!("--fault {fault}"), cause, "add --endpoint mock"));
        }
        let mutants = mutants(&loaded.model, &loaded.schemas);
        known.extend(mutants.iter().map(|mutant| mutant.name.clone()));
        if let Some(mutant) = mutants.into_iter().find(|mutant| mutant.name == fault) {
            chosen.push((loaded, Chosen::Mock(Some(mutant))));
        }
    }
    if chosen.is_empty() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Wrong::usage(
            format!("--fault {fault}"),
            "no suite has a mutant of that name",
            meant(fault, &known),
        ));
    }
    Ok(chosen)
}
