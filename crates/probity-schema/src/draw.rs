//! Random valid values, and valid values on a boundary.

mod drawer;
mod leaf;
mod settings;
mod tree;
mod value;

pub use settings::{Draw, Undrawable};

use super::class::Class;
use super::node::{NodeId, ROOT};
use super::place::{covers, set};
use super::rng::Rng;
use super::shape::Shape;
use super::version::Asked;
use super::walk;
use drawer::{ATTEMPTS, Drawer};
use serde_json::Value;

/// Draws a value that the schema accepts. With `how.avoid_doubt` the value also has the class valid.
///
/// # Errors
/// The schema contradicts itself, or no attempt satisfied all keywords.
pub fn draw_valid(shape: &Shape, rng: &mut Rng, how: &Draw) -> Result<Value, Undrawable> {
    draw(shape, rng, how, false).map(|(value, _)| value)
}

/// Draws a value as [`draw_valid`] does, with at least one field at its least or greatest allowed
/// value or at an end of its enumeration. A schema without bounds gives a plain valid value.
///
/// # Errors
/// As [`draw_valid`].
pub fn draw_boundary(shape: &Shape, rng: &mut Rng, how: &Draw) -> Result<Value, Undrawable> {
    let mut last = draw(shape, rng, how, true)?;
    for _ in 0..ATTEMPTS {
        if last.1 > 0 {
            break;
        }
        let all = Draw { optional_percent: 100, ..how.clone() };
        last = draw(shape, rng, &all, true)?;
    }
    Ok(last.0)
}

/// Draws a value; returns the value with the number of fields on a boundary.
fn draw(shape: &Shape, rng: &mut Rng, how: &Draw, boundary: bool) -> Result<(Value, usize), Undrawable> {
    let asked = Asked::read(how.microversion.as_deref());
    let mut flaw = None;
    for _ in 0..ATTEMPTS {
        let mut drawer = Drawer { shape, rng, how, asked, boundary, on_boundary: 0 };
        let mut value = match drawer.value(ROOT, "", 0) {
            Ok(value) => value,
            Err(undrawable) => {
                flaw = Some(undrawable);
                continue;
            }
        };
        let on_boundary = drawer.on_boundary;
        for (pointer, pin) in &how.pins {
            set(&mut value, pointer, pin.clone());
        }
        match objection(shape, &value, how, asked) {
            None => return Ok((value, on_boundary)),
            Some(undrawable) => flaw = Some(undrawable),
        }
    }
    Err(flaw.expect("every failed attempt sets the error"))
}

/// The first mismatch of a drawn value with the schema or the settings, outside of pins.
fn objection(shape: &Shape, value: &Value, how: &Draw, asked: Asked) -> Option<Undrawable> {
    let pinned = |pointer: &str| how.pins.keys().any(|pin| covers(pin, pointer) || covers(pointer, pin));
    let findings = walk::all(shape, value, asked).into_iter();
    let mut counted = findings.filter(|finding| {
        (finding.hard || (how.avoid_doubt && finding.class != Class::Valid)) && !pinned(&finding.pointer)
    });
    counted.next().map(|finding| Undrawable {
        pointer: finding.pointer,
        cause: format!("no attempt satisfied `{}`: expected {}", finding.keyword, finding.expected),
    })
}

/// Example number `index` of a value that the part of the schema at `id` accepts. Equal arguments
/// give equal examples.
pub(super) fn example(shape: &Shape, id: NodeId, index: u64, microversion: Option<&str>) -> Option<Value> {
    let how = Draw { optional_percent: 0, microversion: microversion.map(str::to_string), ..Draw::default() };
    let asked = Asked::read(microversion);
    let rng = &mut Rng::new(index, id as u64, 0, 0);
    (0..ATTEMPTS).find_map(|_| {
        let mut drawer = Drawer { shape, rng, how: &how, asked, boundary: false, on_boundary: 0 };
        let value = drawer.value(id, "", 0).ok()?;
        walk::accepts(shape, id, &value, asked).then_some(value)
    })
}
