//! Derivation never panics on any document.

use crate::derive::{Options, PageInput, derive};
use crate::document::{Block, Cell, Document, Line, Link, Row, Section, Table, Text};
use crate::manifest::PageEntry;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    let known = prop_oneof![
        Just("Parameter"),
        Just("Mandatory"),
        Just("Type"),
        Just("Description"),
        Just("Schema"),
        Just("URI"),
        Just("Request"),
        Just("Response"),
        Just("Example Request"),
        Just("Example Response"),
        Just("Returned Values"),
        Just("Constraints"),
        Just("1 - 1.0"),
        Just("Array of objects"),
        Just("Object"),
        Just("String"),
        Just("Yes"),
        Just("No (if lit)"),
        Just("None"),
        Just("POST /v1/{a}/action"),
        Just("GET /v1/{a}?{b,c}"),
        Just("Values:"),
        Just("lamp"),
        Just("body required"),
        Just("path"),
        Just("body"),
        Just("LampModel"),
        Just("State ACTIVE (DEPRECATED)"),
        Just("is in 1 to 5 characters"),
        Just("{\"lamp\": {\"a\": [1, {\"b\": null}]}}"),
        Just("[{\"lamp\": 1}, "),
        Just("supported in microversion 2.0"),
        Just("Status"),
        Just("HTTP Code"),
        Just("202"),
        Just("key"),
        Just("value"),
        Just("Header parameters"),
        Just("a=b"),
    ];
    prop_oneof![4 => known.prop_map(str::to_string), 1 => "\\PC{0,12}"]
}

fn text() -> impl Strategy<Value = Text> {
    let line = (words(), any::<bool>(), proptest::collection::vec(words(), 0..2), 0u32..40)
        .prop_map(|(text, bullet, strong, first)| Line { text, bullet, strong, first, last: first });
    let link = (
        words(),
        prop_oneof![Just("t1".to_string()), Just("t2".to_string()), Just(String::new())],
        proptest::option::of(Just("p1.md".to_string())),
    )
        .prop_map(|(text, label, file)| Link { text, label, file, line: 1 });
    (proptest::collection::vec(line, 0..3), proptest::collection::vec(link, 0..2))
        .prop_map(|(lines, links)| Text { lines, links })
}

fn cell() -> impl Strategy<Value = Cell> {
    text().prop_map(|text| Cell { text, first: 0, last: 3 })
}

fn table() -> impl Strategy<Value = Table> {
    let row = proptest::collection::vec(cell(), 0..5).prop_map(|cells| Row { cells, first: 2, last: 1 });
    let labels = proptest::collection::vec(prop_oneof![Just("t1".to_string()), Just("t2".to_string())], 0..2);
    (text(), labels, proptest::collection::vec(cell(), 0..5), proptest::collection::vec(row, 0..4))
        .prop_map(|(caption, labels, header, rows)| Table { caption, labels, header, rows, first: 1, last: 0 })
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        text().prop_map(Block::Paragraph),
        (0u8..3, text()).prop_map(|(depth, text)| Block::Item { depth, text }),
        words().prop_map(|text| Block::Code { language: String::new(), text, first: 0, last: 0 }),
        table().prop_map(Block::Table),
    ]
}

fn document() -> impl Strategy<Value = Document> {
    let section = (0u8..4, words(), proptest::collection::vec(block(), 0..4))
        .prop_map(|(level, title, blocks)| Section { level, title, labels: vec!["t1".into()], line: 1, blocks });
    (prop_oneof![Just("markdown"), Just("pipes")], words(), proptest::collection::vec(section, 0..8)).prop_map(
        |(dialect, title, sections)| Document {
            dialect,
            title,
            title_line: 0,
            labels: vec!["t2".into()],
            sections,
            included: Vec::new(),
            troubles: Vec::new(),
            described: None,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_is_derived_without_panic(documents in proptest::collection::vec(document(), 1..4)) {
        let inputs: Vec<PageInput> = documents
            .into_iter()
            .enumerate()
            .map(|(nth, document)| PageInput { entry: PageEntry { id: format!("p{nth}"), file: format!("p{nth}.md"), ..PageEntry::default() }, text: "a\nb\n".into(), document })
            .collect();
        let found = derive("any", &inputs, &Options::default());
        let again = derive("any", &inputs, &Options::default());
        prop_assert_eq!(&found, &again);
        for schema in found.schemas.values() {
            prop_assert!(jsonschema::meta::validate(schema).is_ok(), "{}", schema);
        }
    }
}
