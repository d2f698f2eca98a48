//! How fast the mock's resources change.

use crate::schema::SeededRng;

/// Durations in milliseconds of the mock's clock, and frequencies in percent. Ranges are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempo {
    /// Time from request to response.
    pub latency_ms: (u64, u64),
    /// Duration of each stage of a transition, including the time before the first stage.
    pub stage_ms: (u64, u64),
    /// How often a transition skips a stage.
    pub skip_percent: u32,
    /// How often an event of the suite happens where the suite permits the event.
    pub event_percent: u32,
    /// How often the mock chooses a permitted alternative or an optional refusal over the main outcome.
    pub exception_percent: u32,
}

impl Tempo {
    /// Minutes for a transition, as in a cloud.
    pub const CLOUD: Tempo = Tempo {
        latency_ms: (5, 80),
        stage_ms: (200, 60_000),
        skip_percent: 20,
        event_percent: 2,
        exception_percent: 10,
    };
    /// Milliseconds for a transition, so that responses show few transient states.
    pub const FAST: Tempo =
        Tempo { latency_ms: (1, 5), stage_ms: (0, 30), skip_percent: 40, event_percent: 2, exception_percent: 10 };
}

/// Draws a number from an inclusive range.
pub(super) fn draw_between(rng: &mut SeededRng, (low, high): (u64, u64)) -> u64 {
    low + rng.draw_below(high.saturating_sub(low) + 1)
}
