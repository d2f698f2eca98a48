//! The settings of the checks before the first plan.

use crate::endpoint::RequestWatch;
use crate::http_client::WallClock;

/// The settings of the checks before the first plan.
#[derive(Clone, Copy)]
pub struct CheckSettings<'a> {
    /// The wall clock, for credentials with a time and tokens with an end.
    pub wall: &'a WallClock,
    /// Most requests that the checks send.
    pub requests_max: u64,
    /// Shows the requests.
    pub watch: &'a RequestWatch,
}
