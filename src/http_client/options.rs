//! Limits of one request, and the clock.

use std::sync::Arc;
use std::time::Duration;

/// Returns the current time, for the time in proofs and the end of tokens.
pub type WallClock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// Limits of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time until the arrival of the whole response.
    pub request_timeout: Duration,
    /// Longest readable body in bytes.
    pub reply_bytes_max: usize,
    /// Most requests before the first call, those for tokens included.
    pub checks_max: u64,
}

impl HttpLimits {
    /// Limits for a cloud API.
    pub const USUAL: HttpLimits = HttpLimits {
        connect_timeout: Duration::from_secs(10),
        request_timeout: Duration::from_secs(60),
        reply_bytes_max: 8 << 20,
        checks_max: u64::MAX,
    };
}
