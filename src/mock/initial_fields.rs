//! Values for the fields of a created resource without an effect.

use super::json_path::value_at_mut;
use super::response_context::ResponseContext;
use super::tempo::draw_between;
use crate::expr::{ExprValue, FieldPath, assign_at_path, get_at_path};
use crate::model::{ResourceId, ResourceState};
use crate::schema::{CompiledSchema, DrawSettings, SeededRng, draw_valid};
use crate::suite::{ResourceKind, ResourceView};
use serde_json::Value;

/// Gives a value to each undetermined field of a created resource: the value requested by the call, or a value drawn
/// from the shapes of responses and valid in all views.
pub(super) fn set_initial_fields(
    context: &ResponseContext<'_>,
    id: &ResourceId,
    thing: &mut ResourceState,
    rng: &mut SeededRng,
) {
    let resource = &context.model.suite.resources[usize::from(id.kind)];
    let samples: Vec<SampleResponse<'_>> =
        resource.views.iter().filter_map(|(operation, view)| draw_sample(context, operation, view, rng)).collect();
    for (index, field) in resource.fields.iter().enumerate() {
        if !thing.fields[index].has_unknown() || Some(&field.name) == resource.state.as_ref() {
            continue;
        }
        let Some(path) = field.at.as_path() else { continue };
        let showing: Vec<&SampleResponse<'_>> = samples
            .iter()
            .filter(|sample| sample.view.only.as_ref().is_none_or(|only| only.contains(&field.name)))
            .collect();
        let drawn: Vec<&Value> = showing.iter().filter_map(|sample| get_at_path(sample.resource()?, &path)).collect();
        let everywhere = drawn.iter().find(|value| showing.iter().all(|sample| sample.permits(&path, value)));
        let given = find_requested_value(context, resource, index)
            .filter(|value| showing.iter().all(|s| s.permits(&path, value)));
        let value = given
            .map(|value| ExprValue::from(&value))
            .or(everywhere.or(drawn.first()).map(|value| ExprValue::from(*value)));
        let value = value.unwrap_or_else(|| {
            ExprValue::Str(format!("{}-{}", field.name, draw_between(rng, context.tempo.stage_ms)).into())
        });
        thing.fields[index] = context.model.read_field_value(usize::from(id.kind), index, value);
    }
}

/// The requested value of a field marked in the suite. So a resource gets the requested name even if no clause
/// describes the create.
fn find_requested_value(context: &ResponseContext<'_>, resource: &ResourceKind, field: usize) -> Option<Value> {
    let mark = resource.marks.iter().find(|mark| mark.field == field)?;
    let value = mark.places.get(&context.call.operation)?.eval(context.call).ok()?;
    value.to_json().filter(|value| !value.is_null())
}

/// A drawn response of one view.
struct SampleResponse<'a> {
    view: &'a ResourceView,
    at: FieldPath,
    shape: &'a CompiledSchema,
    body: Value,
}

fn draw_sample<'a>(
    context: &ResponseContext<'a>,
    operation: &str,
    view: &'a ResourceView,
    rng: &mut SeededRng,
) -> Option<SampleResponse<'a>> {
    let described = context.schemas.find_operation(operation)?;
    let shape =
        [200, 202, 201].into_iter().find_map(|status| context.schemas.find_response_schema(described, status, None))?;
    let how = DrawSettings { microversion: context.version.map(str::to_string), ..DrawSettings::for_response() };
    let body = draw_valid(shape, rng, &how).ok()?;
    Some(SampleResponse { view, at: view.at.as_path()?, shape, body })
}

impl SampleResponse<'_> {
    /// The resource in the response; for a list the first entry.
    fn resource(&self) -> Option<&Value> {
        let shown = get_at_path(&self.body, &self.at)?;
        if self.view.each { shown.get(0) } else { Some(shown) }
    }

    /// Whether the documented shape permits a value at a path of the resource.
    fn permits(&self, path: &FieldPath, value: &Value) -> bool {
        let mut body = self.body.clone();
        let Some(shown) = value_at_mut(&mut body, &self.at) else { return true };
        let resource = if self.view.each { shown.get_mut(0) } else { Some(shown) };
        let Some(resource) = resource else { return true };
        assign_at_path(resource, path, value.clone());
        self.shape.is_valid(&body)
    }
}
