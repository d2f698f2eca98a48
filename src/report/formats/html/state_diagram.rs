//! The states of a resource kind with the observed transitions, as coordinates: states on an ellipse, so that no
//! straight line between two states crosses a third.

use crate::oracle::Verdict;
use crate::report::rows::ResourceKindRow;
use crate::report::settle_times::SettleTimesRow;
use crate::report::stored_run::StoredRun;
use probity_input::shorten_text;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::f64::consts::{PI, TAU};

/// Most states of a diagram; the table beside it has all transitions.
const STATES_MAX: usize = 24;
/// Most diagrams of a campaign.
const KINDS_MAX: usize = 20;
/// Half the size of a state.
const HALF_WIDTH: f64 = 72.0;
const HALF_HEIGHT: f64 = 16.0;
/// Longest name of a state, in characters.
const NAME_CHARS_MAX: usize = 17;
/// How far a transition bends towards the centre, as a part of its length: more if there is a transition in the opposite
/// direction, of which one bends less, so that the two stay apart.
const BEND: f64 = 0.16;
const BEND_LESS: f64 = 0.03;
const BEND_MORE: f64 = 0.3;
/// Smallest distance between the centres of neighbours.
const GAP_X: f64 = 2.0 * HALF_WIDTH + 76.0;
const GAP_Y: f64 = 2.0 * HALF_HEIGHT + 48.0;

/// The states of one resource kind.
#[derive(Debug, Serialize)]
pub(super) struct StateDiagram {
    id: String,
    kind: String,
    width: String,
    height: String,
    states: Vec<StateNode>,
    /// States that no transition of the run reached.
    unseen: Vec<String>,
    edges: Vec<StateEdge>,
    rows: Vec<TransitionRow>,
    hidden: usize,
}

#[derive(Debug, Serialize)]
struct StateNode {
    name: String,
    x: String,
    y: String,
    /// `new` and `gone`, which are no states of the endpoint.
    is_end: bool,
}

#[derive(Debug, Serialize)]
struct StateEdge {
    path: String,
    label: String,
    x: String,
    y: String,
    is_broken: bool,
}

/// A transition as a row of the table beside the diagram.
#[derive(Debug, Serialize)]
struct TransitionRow {
    from: String,
    to: String,
    by: String,
    count: u64,
    /// Clauses among `by` that are contradicted.
    broken: String,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

/// The diagrams of a campaign: one for each resource kind with states.
pub(super) fn make_diagrams(campaign: &str, run: &StoredRun) -> Vec<StateDiagram> {
    let broken: BTreeSet<&str> =
        run.report.clauses.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.id.as_str()).collect();
    let settled: Vec<&SettleTimesRow> = run.facts.iter().flat_map(|facts| &facts.settled).collect();
    let kinds = run.report.resources.iter().filter(|kind| !kind.states.is_empty()).take(KINDS_MAX);
    kinds
        .enumerate()
        .map(|(index, kind)| {
            let rows: Vec<&SettleTimesRow> = settled.iter().copied().filter(|row| row.resource == kind.name).collect();
            make_diagram(format!("{campaign}-states-{}", index + 1), kind, &rows, &broken)
        })
        .collect()
}

fn make_diagram(
    id: String,
    kind: &ResourceKindRow,
    settled: &[&SettleTimesRow],
    broken: &BTreeSet<&str>,
) -> StateDiagram {
    let mut counts: BTreeMap<(String, String), (u64, bool)> = BTreeMap::new();
    for row in settled {
        let entry = counts.entry((name_start(row), name_end(row))).or_default();
        entry.0 += row.count;
        entry.1 |= row.by.iter().any(|clause| broken.contains(clause.as_str()));
    }
    let order = order_states(&counts);
    let shown = &order[..order.len().min(STATES_MAX)];
    let sine = (PI / shown.len().max(3) as f64).sin();
    let radius = Point { x: (GAP_X / 2.0 / sine).max(150.0), y: (GAP_Y / 2.0 / sine).max(110.0) };
    let centre = Point { x: radius.x + HALF_WIDTH + 44.0, y: radius.y + HALF_HEIGHT + 44.0 };
    let places: BTreeMap<&str, Point> = shown
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), place_state(index, shown.len(), centre, radius)))
        .collect();
    let edges = counts.iter().filter_map(|((from, to), (count, is_broken))| {
        let (start, end) = (*places.get(from.as_str())?, *places.get(to.as_str())?);
        let bend = match (counts.contains_key(&(to.clone(), from.clone())), from < to) {
            (false, _) => BEND,
            (true, true) => BEND_LESS,
            (true, false) => BEND_MORE,
        };
        Some(draw_edge(start, end, (centre, bend), (*count, *is_broken)))
    });
    StateDiagram {
        id,
        kind: kind.name.clone(),
        width: format_length(2.0 * centre.x),
        height: format_length(2.0 * centre.y),
        states: shown
            .iter()
            .map(|name| StateNode {
                name: shorten_text(name, NAME_CHARS_MAX).into_owned(),
                x: format_length(places[name.as_str()].x),
                y: format_length(places[name.as_str()].y),
                is_end: name == NEW || name == GONE,
            })
            .collect(),
        edges: edges.collect(),
        unseen: kind.states.iter().filter(|state| !order.contains(state)).cloned().collect(),
        rows: settled.iter().map(|row| make_row(row, broken)).collect(),
        hidden: order.len() - shown.len(),
    }
}

const NEW: &str = "new";
const GONE: &str = "gone";

fn name_start(row: &SettleTimesRow) -> String {
    row.from.clone().unwrap_or_else(|| NEW.to_string())
}

fn name_end(row: &SettleTimesRow) -> String {
    row.to.clone().unwrap_or_else(|| GONE.to_string())
}

fn make_row(row: &SettleTimesRow, broken: &BTreeSet<&str>) -> TransitionRow {
    let bad: Vec<&str> = row.by.iter().map(String::as_str).filter(|clause| broken.contains(clause)).collect();
    TransitionRow {
        from: name_start(row),
        to: name_end(row),
        by: row.by.join(", "),
        count: row.count,
        broken: bad.join(", "),
    }
}

/// The states of the transitions, in the order in which the transitions lead from `new` to them, `gone` last.
fn order_states(counts: &BTreeMap<(String, String), (u64, bool)>) -> Vec<String> {
    let mut order = vec![NEW.to_string()];
    let mut open = VecDeque::from([NEW.to_string()]);
    while let Some(state) = open.pop_front() {
        let mut next: Vec<(&String, u64)> =
            counts.iter().filter(|((from, _), _)| *from == state).map(|((_, to), (count, _))| (to, *count)).collect();
        next.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), (*name).clone()));
        for (name, _) in next {
            if name != GONE && !order.contains(name) {
                order.push(name.clone());
                open.push_back(name.clone());
            }
        }
    }
    for name in counts.keys().flat_map(|(from, to)| [from, to]) {
        if name != GONE && !order.contains(name) {
            order.push(name.clone());
        }
    }
    order.push(GONE.to_string());
    order
}

/// The place of a state on the ellipse, clockwise from the left.
fn place_state(index: usize, count: usize, centre: Point, radius: Point) -> Point {
    let angle = -PI + TAU * index as f64 / count as f64;
    Point { x: centre.x + radius.x * angle.cos(), y: centre.y + radius.y * angle.sin() }
}

fn draw_edge(start: Point, end: Point, (centre, bend): (Point, f64), (count, is_broken): (u64, bool)) -> StateEdge {
    let label = if is_broken { format!("{count}× broken") } else { format!("{count}×") };
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let length = dx.hypot(dy);
    if length < 1.0 {
        return draw_loop(start, centre, label, is_broken);
    }
    let middle = Point { x: (start.x + end.x) / 2.0, y: (start.y + end.y) / 2.0 };
    let (inward_x, inward_y) = (centre.x - middle.x, centre.y - middle.y);
    let inward = inward_x.hypot(inward_y);
    // Opposite states: the line leads through the centre, and bends to its left side.
    let (side_x, side_y) =
        if inward < 0.15 * length { (-dy / length, dx / length) } else { (inward_x / inward, inward_y / inward) };
    let control = Point { x: middle.x + side_x * bend * length, y: middle.y + side_y * bend * length };
    let (from, to) = (leave_state(start, control, 0.0), leave_state(end, control, 5.0));
    // Nearer to the start, because many transitions cross in the middle.
    let middle = find_point(from, control, to, 0.38);
    StateEdge {
        path: format!(
            "M{},{} Q{},{} {},{}",
            format_length(from.x),
            format_length(from.y),
            format_length(control.x),
            format_length(control.y),
            format_length(to.x),
            format_length(to.y)
        ),
        label,
        x: format_length(middle.x),
        y: format_length(middle.y),
        is_broken,
    }
}

/// A transition of a state to itself: a loop on the outer side.
fn draw_loop(at: Point, centre: Point, label: String, is_broken: bool) -> StateEdge {
    let side = if at.y < centre.y { -1.0 } else { 1.0 };
    let edge = at.y + side * HALF_HEIGHT;
    let top = edge + side * 40.0;
    StateEdge {
        path: format!(
            "M{},{} C{},{} {},{} {},{}",
            format_length(at.x - 22.0),
            format_length(edge),
            format_length(at.x - 34.0),
            format_length(top),
            format_length(at.x + 34.0),
            format_length(top),
            format_length(at.x + 22.0),
            format_length(edge + side * 5.0)
        ),
        label,
        x: format_length(at.x),
        y: format_length(edge + side * 34.0),
        is_broken,
    }
}

/// The point where the way from the centre of a state towards `to` leaves the state, with a gap for an arrow.
fn leave_state(state: Point, to: Point, gap: f64) -> Point {
    let (dx, dy) = (to.x - state.x, to.y - state.y);
    let reach = ((HALF_WIDTH + gap) / dx.abs().max(1e-6)).min((HALF_HEIGHT + gap) / dy.abs().max(1e-6));
    Point { x: state.x + dx * reach, y: state.y + dy * reach }
}

/// A point of a quadratic curve.
fn find_point(from: Point, control: Point, to: Point, part: f64) -> Point {
    let mix =
        |a: f64, b: f64, c: f64| (1.0 - part) * (1.0 - part) * a + 2.0 * part * (1.0 - part) * b + part * part * c;
    Point { x: mix(from.x, control.x, to.x), y: mix(from.y, control.y, to.y) }
}

fn format_length(length: f64) -> String {
    format!("{length:.1}")
}
