//! States and the transitions between them as coordinates: states on an ellipse, so that no straight line between two
//! states crosses a third.

use probity_input::shorten_text;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::f64::consts::{PI, TAU};

/// Most states of a drawing.
const STATES_MAX: usize = 24;
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

/// The name of the place where created resources come from, which is no state.
pub const NEW: &str = "new";
/// The name of the place where deleted resources end, which is no state.
pub const GONE: &str = "gone";

/// Transitions from one state to another, to be drawn as one arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateArrow {
    /// The state before, or [`NEW`].
    pub from: String,
    /// The state after, or [`GONE`].
    pub to: String,
    /// The text beside the arrow.
    pub label: String,
    /// The whole text about the arrow, where a drawing has room for it.
    pub title: String,
    /// Arrows of more weight lead to earlier places.
    pub weight: u64,
    /// Whether a promise about the transition is broken.
    pub is_broken: bool,
}

/// A drawing of states.
#[derive(Debug, Serialize)]
pub struct StateDrawing {
    /// Width in units of the drawing.
    pub width: String,
    /// Height in units of the drawing.
    pub height: String,
    /// The states, with the coordinates of their centres.
    pub states: Vec<StateNode>,
    /// The arrows.
    pub edges: Vec<StateEdge>,
    /// Number of states that are left out.
    pub hidden: usize,
}

/// A drawn state.
#[derive(Debug, Serialize)]
pub struct StateNode {
    name: String,
    x: String,
    y: String,
    /// [`NEW`] and [`GONE`], which are no states of the endpoint.
    is_end: bool,
}

/// A drawn arrow.
#[derive(Debug, Serialize)]
pub struct StateEdge {
    path: String,
    label: String,
    title: String,
    x: String,
    y: String,
    is_broken: bool,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

/// Draws the states that the arrows join. There is at most one arrow from one state to another. `spread` multiplies the
/// distances between states: 1 is enough for labels of a few letters.
#[must_use]
pub fn draw_states(arrows: &[StateArrow], spread: f64) -> StateDrawing {
    let order = order_states(arrows);
    let shown = &order[..order.len().min(STATES_MAX)];
    let sine = (PI / shown.len().max(3) as f64).sin();
    let radius = Point { x: spread * (GAP_X / 2.0 / sine).max(150.0), y: spread * (GAP_Y / 2.0 / sine).max(110.0) };
    let centre = Point { x: radius.x + HALF_WIDTH + 44.0, y: radius.y + HALF_HEIGHT + 44.0 };
    let places: BTreeMap<&str, Point> = shown
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), place_state(index, shown.len(), centre, radius)))
        .collect();
    let edges = arrows.iter().filter_map(|arrow| {
        let (start, end) = (*places.get(arrow.from.as_str())?, *places.get(arrow.to.as_str())?);
        let has_opposite = arrows.iter().any(|other| (&other.from, &other.to) == (&arrow.to, &arrow.from));
        let bend = match (has_opposite, arrow.from < arrow.to) {
            (false, _) => BEND,
            (true, true) => BEND_LESS,
            (true, false) => BEND_MORE,
        };
        Some(draw_edge(start, end, (centre, bend), arrow))
    });
    StateDrawing {
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
        hidden: order.len() - shown.len(),
    }
}

/// The states of the transitions, in the order in which the transitions lead from [`NEW`] to them, [`GONE`] last.
fn order_states(arrows: &[StateArrow]) -> Vec<String> {
    let mut order = vec![NEW.to_string()];
    let mut open = VecDeque::from([NEW.to_string()]);
    while let Some(state) = open.pop_front() {
        let leaving = arrows.iter().filter(|arrow| arrow.from == state);
        let mut next: Vec<(&String, u64)> = leaving.map(|arrow| (&arrow.to, arrow.weight)).collect();
        next.sort_by_key(|(name, weight)| (std::cmp::Reverse(*weight), (*name).clone()));
        for (name, _) in next {
            if name != GONE && !order.contains(name) {
                order.push(name.clone());
                open.push_back(name.clone());
            }
        }
    }
    for name in arrows.iter().flat_map(|arrow| [&arrow.from, &arrow.to]) {
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

fn draw_edge(start: Point, end: Point, (centre, bend): (Point, f64), arrow: &StateArrow) -> StateEdge {
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let length = dx.hypot(dy);
    if length < 1.0 {
        return draw_loop(start, centre, arrow);
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
        label: arrow.label.clone(),
        title: arrow.title.clone(),
        x: format_length(middle.x),
        y: format_length(middle.y),
        is_broken: arrow.is_broken,
    }
}

/// A transition of a state to itself: a loop on the outer side.
fn draw_loop(at: Point, centre: Point, arrow: &StateArrow) -> StateEdge {
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
        label: arrow.label.clone(),
        title: arrow.title.clone(),
        x: format_length(at.x),
        y: format_length(edge + side * 34.0),
        is_broken: arrow.is_broken,
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
