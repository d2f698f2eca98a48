//! `probity init`: a profile to fill in, or a suite to start from.

use super::{init_profile, init_suite};
use crate::cli::args::{InitArguments, InitFile};
use crate::endpoint::Identities;
use crate::schema::catalog::Catalog;
use crate::session::{ExitKind, UserError};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Writes or prints the file.
pub fn write_template(arguments: &InitArguments) -> Result<ExitKind, UserError> {
    match &arguments.file {
        InitFile::Profile(arguments) => init_profile::write_profile(arguments),
        InitFile::Suite(arguments) => init_suite::write_suite(arguments),
    }
}

/// The profile of a mock over HTTP: the mock's tokens and path parameters, and its times at `speed`.
#[must_use]
pub fn fill_in_profile(
    address: &str,
    speed: u64,
    identities: &Identities,
    catalog: &Catalog,
    callers: &[&str],
) -> String {
    let names: BTreeSet<&String> =
        catalog.operations.iter().flat_map(|operation| &operation.path).map(|parameter| &parameter.name).collect();
    let mut text =
        format!("endpoint: {address}\nchanges: allowed\nlimits: {{ rate: 0, plans: 8, live: 16, requests: 20000 }}\n");
    let _ = writeln!(text, "settle_percent: {}\nidentities:", (200 / speed.max(1)).clamp(1, 100));
    for caller in callers {
        let _ = writeln!(text, "  {caller}:\n    headers: {{ X-Auth-Token: {caller}-token }}");
        let known = names.iter().filter_map(|name| Some((*name, identities.find_parameter(caller, name)?)));
        let parameters: Vec<String> = known.map(|(name, value)| format!("{name}: \"{value}\"")).collect();
        let _ = writeln!(text, "    parameters: {{ {} }}", parameters.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::init_profile::TEMPLATE;
    use crate::profile::Profile;

    #[test]
    fn the_template_is_a_profile_if_its_token_is_set() {
        let token = |name: &str| (name == "PROBITY_TOKEN").then(|| "t".to_string());
        let profile = Profile::parse(TEMPLATE, "template", &token).expect("the template parses");
        assert_eq!(profile.identities.find_parameter("owner", "project_id"), Some("0123456789abcdef0123456789abcdef"));
        assert!(Profile::parse(TEMPLATE, "template", &|_| None).is_err(), "a missing token is an error");
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

    /// The template with every setting uncommented, except for files and the other schemes.
    fn uncomment_settings(scheme: &str) -> String {
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
    fn every_commented_setting_is_valid() {
        for scheme in SCHEMES.iter().filter(|scheme| **scheme != "openstack-cloud") {
            let text = uncomment_settings(scheme);
            assert!(text.contains(scheme) && text.contains("\nrecognise:") && text.contains("\n  proxy:"), "{text}");
            let profile = Profile::parse(&text, scheme, &|_| Some("t".to_string()));
            profile.unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
    }
}
