//! `probity init profile`: a profile to be filled in.

use crate::cli::exit::Exit;
use crate::cli::out;
use crate::cli::typed;
use crate::cli::wrong::Wrong;
use crate::endpoint::Identities;
use crate::report::write_file;
use crate::schema::catalog::Catalog;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Every key of a profile with a word on it; `docs/profile.schema.json` is its schema.
const TEMPLATE: &str = "\
# What one endpoint offers and allows. Credentials are read from the environment (env:NAME) or
# a file (file:PATH), and never stand in a report.
endpoint: https://compute.example.org

# A campaign creates, changes and deletes things. Without `allowed` only reading calls are sent.
changes: forbidden        # or: allowed

identities:
  owner:
    headers: { X-Auth-Token: env:PROBITY_TOKEN }
    parameters: { project_id: \"0123456789abcdef0123456789abcdef\" }
  # Someone of another project, and a token that has expired; leave them out if there are none.
  # other:
  #   headers: { X-Auth-Token: env:PROBITY_OTHER_TOKEN }
  #   parameters: { project_id: \"fedcba9876543210fedcba9876543210\" }
  # expired:
  #   headers: { X-Auth-Token: file:expired-token }

# Values that this endpoint offers, in place of those of the suite.
pools: {}
  # flavors: [s3.small.1, s3.medium.2]

# How to see what it offers and how many more things it allows, before anything is created:
# {name} is the owner's parameter, the rest are JSON Pointers into the reply.
offers: {}
  # flavors: { get: \"/v2.1/{project_id}/flavors\", each: /flavors, value: /id }
quotas: {}
  # server: { get: \"/v2.1/{project_id}/limits\", most: /limits/max, used: /limits/used }

limits:
  requests: 2000          # in all, for all suites
  seconds: 3600           # in all, for all suites
  live: 3                 # things at the same time
  plans: 3                # plans side by side
  rate: 5                 # requests a second; 0: as many as there are
  reserve_seconds: 600    # of the seconds, for cleaning up
  trouble_percent: 20     # requests without an answer that end the run

# Whether a suite that is not decided in full fails its test `<suite>::complete`; or: waived
complete: required

# How long things may take here, compared with what the suite allows.
settle_percent: 100
";

/// Writes the template, or prints it.
pub fn init(typed: &typed::Init) -> Result<Exit, Wrong> {
    let typed::Thing::Profile { out } = &typed.thing;
    let Some(place) = out else {
        out::print(TEMPLATE);
        return Ok(Exit::Passed);
    };
    if place.exists() {
        return Err(Wrong::usage(place.display().to_string(), "there is such a file already", "name another place"));
    }
    write_file(place, TEMPLATE.as_bytes()).map_err(|error| Wrong::unwritable(place, &error))?;
    out::line(&format!("{} is to be filled in", place.display()));
    Ok(Exit::Passed)
}

/// The profile of a mock that listens: tokens and path parameters as it knows them, and times as it
/// takes them at its speed.
#[must_use]
pub fn filled_in(address: &str, speed: u64, identities: &Identities, catalog: &Catalog, callers: &[&str]) -> String {
    let names: BTreeSet<&String> =
        catalog.operations.iter().flat_map(|operation| &operation.path).map(|parameter| &parameter.name).collect();
    let mut text =
        format!("endpoint: {address}\nchanges: allowed\nlimits: {{ rate: 0, plans: 8, live: 16, requests: 20000 }}\n");
    let _ = writeln!(text, "settle_percent: {}\nidentities:", (200 / speed.max(1)).clamp(1, 100));
    for caller in callers {
        let _ = writeln!(text, "  {caller}:\n    headers: {{ X-Auth-Token: {caller}-token }}");
        let known = names.iter().filter_map(|name| Some((*name, identities.parameter(caller, name)?)));
        let parameters: Vec<String> = known.map(|(name, value)| format!("{name}: \"{value}\"")).collect();
        let _ = writeln!(text, "    parameters: {{ {} }}", parameters.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Profile;

    #[test]
    fn the_template_is_a_profile_once_its_token_is_there() {
        let token = |name: &str| (name == "PROBITY_TOKEN").then(|| "t".to_string());
        let profile = Profile::parse(TEMPLATE, "template", &token).expect("the template parses");
        assert_eq!(profile.identities.parameter("owner", "project_id"), Some("0123456789abcdef0123456789abcdef"));
        assert!(Profile::parse(TEMPLATE, "template", &|_| None).is_err(), "a missing token is noticed");
    }
}
