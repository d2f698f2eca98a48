//! In place of the preflight in a build without the feature `http`: an endpoint at an address is an error of the user.

use super::check_settings::CheckSettings;
use super::checked_endpoint::{CheckedEndpoint, FreeQuotas};
use super::loaded_suite::LoadedSuite;
use super::user_error::UserError;
use crate::profile::Profile;
use std::future::{Ready, ready};

/// Fails.
pub fn check_endpoint(
    _: &LoadedSuite,
    address: &str,
    _: &Profile,
    _: CheckSettings<'_>,
) -> Ready<Result<CheckedEndpoint, UserError>> {
    ready(Err(missing_feature_error(address)))
}

/// Fails.
pub fn check_with_quotas(
    _: &LoadedSuite,
    address: &str,
    _: &Profile,
    _: CheckSettings<'_>,
) -> Ready<Result<(CheckedEndpoint, FreeQuotas), UserError>> {
    ready(Err(missing_feature_error(address)))
}

/// Fails.
pub fn check_for_cleanup(
    _: &LoadedSuite,
    address: &str,
    _: &Profile,
    _: CheckSettings<'_>,
) -> Ready<Result<CheckedEndpoint, UserError>> {
    ready(Err(missing_feature_error(address)))
}

fn missing_feature_error(address: &str) -> UserError {
    let cause = "probity was built without the feature `http`, which an endpoint at an address needs";
    UserError::usage(address, cause, "add \"http\" to the features of `probity` in Cargo.toml")
}
