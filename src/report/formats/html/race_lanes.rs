//! The calls of a race as lanes over time, as coordinates.

use crate::report::race_rows::RaceRow;
use probity_input::{escape_line, shorten_text};
use serde::Serialize;

/// Left end and width of the time axis.
const AXIS_X: u64 = 190;
const AXIS_WIDTH: u64 = 360;
/// Height of a lane.
const LANE_HEIGHT: usize = 30;
/// Longest name of a call, in characters.
const NAME_CHARS_MAX: usize = 26;

/// One lane for each call, and a sentence about the order that gets furthest.
#[derive(Debug, Serialize)]
pub(super) struct RaceLanes {
    height: usize,
    lanes: Vec<Lane>,
    /// The time at the right end of the axis.
    end: String,
    order: String,
    /// What a reader hears in place of the drawing.
    label: String,
}

#[derive(Debug, Serialize)]
struct Lane {
    y: usize,
    name: String,
    x: u64,
    width: u64,
    outcome: String,
    deviates: bool,
}

/// The lanes of a race. A read after the race begins at the end of the axis.
pub(super) fn make_lanes(race: &RaceRow) -> RaceLanes {
    let end = race.calls.iter().filter(|call| call.branch > 0).map(|call| call.received_us).max().unwrap_or(0).max(1);
    let place = |time_us: u64| {
        let along = u128::from(time_us.min(end)) * u128::from(AXIS_WIDTH) / u128::from(end);
        u64::try_from(along).unwrap_or(AXIS_WIDTH)
    };
    let lanes: Vec<Lane> = race
        .calls
        .iter()
        .zip(0..)
        .map(|(call, row)| {
            let (from, to) = (place(call.sent_us), place(call.received_us));
            let name = format!("{}. {}", call.step + 1, call.operation);
            Lane {
                y: 20 + row * LANE_HEIGHT,
                name: escape_line(&shorten_text(&name, NAME_CHARS_MAX)).into_owned(),
                x: AXIS_X + from.min(AXIS_WIDTH - 4),
                width: to.saturating_sub(from).max(4),
                outcome: escape_line(&call.outcome).into_owned(),
                deviates: call.exchange == race.unexplained,
            }
        })
        .collect();
    RaceLanes {
        height: 40 + lanes.len() * LANE_HEIGHT,
        end: format!("{}.{:03} ms", end / 1_000, end % 1_000),
        order: race.describe_order(),
        label: format!("{} calls over time, as in the list of steps", lanes.len()),
        lanes,
    }
}
