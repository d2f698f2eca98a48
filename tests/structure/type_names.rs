//! Each public type of the project has a unique name.

use crate::assert_none;
use crate::sources::{is_for_tests, read_crates};
use std::collections::BTreeMap;
use syn::{Attribute, Ident, Item, Visibility};

#[test]
fn no_two_public_types_share_a_name() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in read_crates() {
        for file in source.files.values() {
            for (ident, visibility, attributes) in file.syntax.items.iter().filter_map(type_of) {
                if matches!(visibility, Visibility::Public(_)) && !is_for_tests(attributes) {
                    let place = format!("{}:{}", file.path.display(), ident.span().start().line);
                    places.entry(ident.to_string()).or_default().push(place);
                }
            }
        }
    }
    places.retain(|_, places| places.len() > 1);
    let describe = |(name, places): (&String, &Vec<String>)| {
        format!(
            "{}: `{name}` is the name of {} public types ({}). Remedy: say in each name what the type is of, \
             such as `ListPage` and `DocumentPage` for two types `Page`.",
            places[0],
            places.len(),
            places[1..].join(", ")
        )
    };
    assert_none(&places.iter().map(describe).collect::<Vec<_>>());
}

fn type_of(item: &Item) -> Option<(&Ident, &Visibility, &[Attribute])> {
    match item {
        Item::Struct(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Enum(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Union(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Trait(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Type(item) => Some((&item.ident, &item.vis, &item.attrs)),
        _ => None,
    }
}
