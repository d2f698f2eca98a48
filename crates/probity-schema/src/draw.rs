//! Random valid values, and valid values on a boundary.

mod drawer;
mod scalars;
mod settings;
mod containers;
mod value;

pub use settings::{DrawError, DrawSettings};

use super::class::InputClass;
use super::compiled_schema::CompiledSchema;
use super::node::{ROOT, SchemaNodeId};
use super::pointer::{covers_pointer, set_at};
use super::rng::SeededRng;
use super::version::RequestedVersion;
use super::walk;
use drawer::{ATTEMPTS, ValueDrawer};
use serde_json::Value;

/// Draws a value that the schema accepts. With `how.avoid_doubt` the value also has the class valid.
///
/// # Errors
/// The schema contradicts itself, or no attempt satisfied all keywords.
pub fn draw_valid(shape: &CompiledSchema, rng: &mut SeededRng, how: &DrawSettings) -> Result<Value, DrawError> {
    draw_value(shape, rng, how, false).map(|(value, _)| value)
}

/// Draws a value as [`draw_valid`] does, with at least one field at its least or greatest allowed
/// value or at an end of its enumeration. A schema without bounds gives a plain valid value.
///
/// # Errors
/// As [`draw_valid`].
pub fn draw_boundary(shape: &CompiledSchema, rng: &mut SeededRng, how: &DrawSettings) -> Result<Value, DrawError> {
    let mut last = draw_value(shape, rng, how, true)?;
    for _ in 0..ATTEMPTS {
        if last.1 > 0 {
            break;
        }
        let all = DrawSettings { optional_percent: 100, ..how.clone() };
        last = draw_value(shape, rng, &all, true)?;
    }
    Ok(last.0)
}

/// Draws a value; returns the value with the number of fields on a boundary.
fn draw_value(
    shape: &CompiledSchema,
    rng: &mut SeededRng,
    how: &DrawSettings,
    boundary: bool,
) -> Result<(Value, usize), DrawError> {
    let asked = RequestedVersion::read(how.microversion.as_deref());
    let mut flaw = None;
    for _ in 0..ATTEMPTS {
        let mut drawer = ValueDrawer { shape, rng, how, asked, boundary, on_boundary: 0 };
        let mut value = match drawer.draw_value(ROOT, "", 0) {
            Ok(value) => value,
            Err(undrawable) => {
                flaw = Some(undrawable);
                continue;
            }
        };
        let on_boundary = drawer.on_boundary;
        for (pointer, pin) in &how.pins {
            set_at(&mut value, pointer, pin.clone());
        }
        match find_objection(shape, &value, how, asked) {
            None => return Ok((value, on_boundary)),
            Some(undrawable) => flaw = Some(undrawable),
        }
    }
    Err(flaw.expect("every failed attempt sets the error"))
}

/// The first mismatch of a drawn value with the schema or the settings, outside of pins.
fn find_objection(
    shape: &CompiledSchema,
    value: &Value,
    how: &DrawSettings,
    asked: RequestedVersion,
) -> Option<DrawError> {
    let pinned =
        |pointer: &str| how.pins.keys().any(|pin| covers_pointer(pin, pointer) || covers_pointer(pointer, pin));
    let findings = walk::find_all_mismatches(shape, value, asked).into_iter();
    let mut counted = findings.filter(|finding| {
        (finding.hard || (how.avoid_doubt && finding.class != InputClass::Valid)) && !pinned(&finding.pointer)
    });
    counted.next().map(|finding| DrawError {
        pointer: finding.pointer,
        cause: format!("no attempt satisfied `{}`: expected {}", finding.keyword, finding.expected),
    })
}

/// Example number `index` of a value that the part of the schema at `id` accepts. Equal arguments
/// give equal examples.
pub(super) fn draw_example(
    shape: &CompiledSchema,
    id: SchemaNodeId,
    index: u64,
    microversion: Option<&str>,
) -> Option<Value> {
    let how =
        DrawSettings { optional_percent: 0, microversion: microversion.map(str::to_string), ..DrawSettings::default() };
    let asked = RequestedVersion::read(microversion);
    let rng = &mut SeededRng::new(index, id as u64, 0, 0);
    (0..ATTEMPTS).find_map(|_| {
        let mut drawer = ValueDrawer { shape, rng, how: &how, asked, boundary: false, on_boundary: 0 };
        let value = drawer.draw_value(id, "", 0).ok()?;
        walk::accepts_value(shape, id, &value, asked).then_some(value)
    })
}
