//! Derivation from invented pages with the faults of real pages.

mod any_document;
mod files;
mod kinds_of_pages;
mod older_version;
mod one_page;
mod openapi;
mod samples;
mod several_pages;
mod versions;

use super::{Derivation, DeriveOptions, PageInput, derive_api};
use crate::dialect;
use crate::manifest::PageEntry;
use probity_schema::catalog::SourceLines;
use serde_json::Value;

fn make_input(id: &str, text: &str) -> PageInput {
    let document = dialect::read_page(&format!("{id}.md"), text.as_bytes()).expect("a page that is read");
    let entry = PageEntry { id: id.into(), file: format!("{id}.md"), ..PageEntry::default() };
    PageInput { entry, text: text.into(), document }
}

fn derive_sample(pages: &[(&str, &str)]) -> Derivation {
    let inputs: Vec<PageInput> = pages.iter().map(|(id, text)| make_input(id, text)).collect();
    derive_api("lamps", &inputs, &DeriveOptions::default())
}

/// Compares the doubts of pages: id, both sides with their sources, the chosen side.
fn check_doubts(pages: &[(&str, &str)], expected: &[&str]) {
    let shown: Vec<String> = derive_sample(pages)
        .doubts
        .iter()
        .filter(|it| it.kind != "no-success-status" && it.kind != "undescribed-object")
        .map(|it| {
            let side = |it: &probity_schema::catalog::DoubtSide| {
                format!("{}@{}", it.says, it.at.as_ref().map_or("-".into(), SourceLines::to_string))
            };
            let sides: Vec<String> = it.sides.iter().map(side).collect();
            format!(
                "{}: {} -> {}",
                it.id,
                sides.join(" | "),
                it.taken.map_or("open".into(), |nth| it.sides[nth].says.clone())
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

/// Returns a schema without annotations, on one line.
fn strip_schema(derived: &Derivation, file: &str) -> String {
    fn strip_annotations(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, _| !key.starts_with("x-") && !key.starts_with('$'));
                map.values_mut().for_each(strip_annotations);
            }
            Value::Array(all) => all.iter_mut().for_each(strip_annotations),
            _ => {}
        }
    }
    let mut schema =
        derived.schemas.get(file).cloned().unwrap_or_else(|| panic!("no {file} among {:?}", derived.schemas.keys()));
    strip_annotations(&mut schema);
    schema.to_string()
}
