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
const TEMPLATE: &str = include_str!("../../../docs/profile.yaml");

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
    use crate::profile::Profile;

    #[test]
    fn the_template_is_a_profile_once_its_token_is_there() {
        let token = |name: &str| (name == "PROBITY_TOKEN").then(|| "t".to_string());
        let profile = Profile::parse(TEMPLATE, "template", &token).expect("the template parses");
        assert_eq!(profile.identities.parameter("owner", "project_id"), Some("0123456789abcdef0123456789abcdef"));
        assert!(Profile::parse(TEMPLATE, "template", &|_| None).is_err(), "a missing token is noticed");
    }

    const SCHEMES: &[&str] = &[
        "bearer",
        "basic",
        "client-credentials",
        "openstack-password",
        "openstack-application-credential",
        "openstack-cloud",
        "sdk-hmac-sha256",
        "scp-hmac-sha256",
    ];

    /// With every setting put to use, of the schemes the one that is named. Files are left out: there are none.
    fn in_use(scheme: &str) -> String {
        let used = |line: &str| {
            let Some(rest) = line.trim_start().strip_prefix("# ") else { return Some(line.to_string()) };
            let key = rest.trim_start().split(':').next().unwrap_or_default();
            let setting = rest.contains(':') && !key.contains(' ') && !["ca", "certificate", "key"].contains(&key);
            let other = SCHEMES.contains(&key) && key != scheme;
            (setting && !other).then(|| line.replacen("# ", "", 1))
        };
        TEMPLATE.lines().filter_map(used).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_commented_out_can_be_put_to_use() {
        for scheme in SCHEMES.iter().filter(|scheme| **scheme != "openstack-cloud") {
            let text = in_use(scheme);
            assert!(text.contains(scheme) && text.contains("\nrecognise:") && text.contains("\n  proxy:"), "{text}");
            let profile = Profile::parse(&text, scheme, &|_| Some("t".to_string()));
            profile.unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
    }
}
