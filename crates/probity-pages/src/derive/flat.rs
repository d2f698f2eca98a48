//! A table that lists an object and, beside it, what the object holds.

use super::doubts::{Draft, doubt, side};
use super::field::{Field, Way, source};
use super::json::Node;
use super::nest::objects;
use probity_schema::catalog::Source;

/// Puts rows that no example shows at the top into the one row of an object under which examples show them.
pub(super) fn gather(
    fields: &mut Vec<Field>,
    examples: &[Node],
    root: &Option<Source>,
    page: &str,
    way: Way,
    drafts: &mut Vec<Draft>,
) {
    let at_top = |name: &str| examples.iter().any(|it| it.get(name).is_some());
    if fields.iter().any(|it| it.any_key) || !fields.iter().any(|it| at_top(&it.name)) {
        return;
    }
    let beside: Vec<String> = fields.iter().map(|it| it.name.clone()).filter(|it| !at_top(it)).collect();
    let held = |field: &Field| {
        let inside: Vec<&Node> = examples.iter().filter_map(|it| it.get(&field.name)).flat_map(objects).collect();
        beside.iter().filter(|name| inside.iter().any(|node| node.get(name).is_some())).count()
    };
    let counts: Vec<usize> =
        fields.iter().map(|it| if it.is.holds_fields() && at_top(&it.name) { held(it) } else { 0 }).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let Some(nth) = counts.iter().position(|it| *it == most).filter(|_| most > 0) else {
        return;
    };
    let name = fields[nth].name.clone();
    let (rest, mut top): (Vec<Field>, Vec<Field>) =
        std::mem::take(fields).into_iter().partition(|it| beside.contains(&it.name));
    let outer = top.iter_mut().find(|it| it.name == name).expect("the chosen row is shown at the top");
    let shown = examples.iter().find_map(|it| it.get(&name)).map(|it| source(page, it.first, it.last));
    let first = rest.first().map_or(String::new(), |it| it.name.clone());
    let sides =
        vec![side(format!("{first} beside {name}"), root.clone()), side(format!("{first} within {name}"), shown)];
    let subject = format!("{}/{name}", way.word());
    outer.doubts.push(doubt(drafts, "flat-table", subject, sides, Some(1), "example-shows-nesting"));
    for field in rest {
        if !outer.children.iter().any(|it| it.name == field.name) {
            outer.children.push(field);
        }
    }
    *fields = top;
}
