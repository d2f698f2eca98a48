//! Derivation never panics on any document.

use crate::derive::{DeriveOptions, PageInput, derive_api};
use crate::document::{
    BlockText, Document, PageBlock, PageLine, PageLink, PageSection, PageTable, TableCell, TableRow,
};
use crate::manifest::PageEntry;
use proptest::prelude::*;

fn any_words() -> impl Strategy<Value = String> {
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

fn any_text() -> impl Strategy<Value = BlockText> {
    let line = (any_words(), any::<bool>(), proptest::collection::vec(any_words(), 0..2), 0u32..40)
        .prop_map(|(text, bullet, strong, first)| PageLine { text, bullet, strong, first, last: first });
    let link = (
        any_words(),
        prop_oneof![Just("t1".to_string()), Just("t2".to_string()), Just(String::new())],
        proptest::option::of(Just("p1.md".to_string())),
    )
        .prop_map(|(text, label, file)| PageLink { text, label, file, line: 1 });
    (proptest::collection::vec(line, 0..3), proptest::collection::vec(link, 0..2))
        .prop_map(|(lines, links)| BlockText { lines, links })
}

fn any_cell() -> impl Strategy<Value = TableCell> {
    any_text().prop_map(|text| TableCell { text, first: 0, last: 3 })
}

fn any_table() -> impl Strategy<Value = PageTable> {
    let row = proptest::collection::vec(any_cell(), 0..5).prop_map(|cells| TableRow { cells, first: 2, last: 1 });
    let labels = proptest::collection::vec(prop_oneof![Just("t1".to_string()), Just("t2".to_string())], 0..2);
    (any_text(), labels, proptest::collection::vec(any_cell(), 0..5), proptest::collection::vec(row, 0..4))
        .prop_map(|(caption, labels, header, rows)| PageTable { caption, labels, header, rows, first: 1, last: 0 })
}

fn any_block() -> impl Strategy<Value = PageBlock> {
    prop_oneof![
        any_text().prop_map(PageBlock::Paragraph),
        (0u8..3, any_text()).prop_map(|(depth, text)| PageBlock::Item { depth, text }),
        any_words().prop_map(|text| PageBlock::Code { language: String::new(), text, first: 0, last: 0 }),
        any_table().prop_map(PageBlock::Table),
    ]
}

fn any_document() -> impl Strategy<Value = Document> {
    let section = (0u8..4, any_words(), proptest::collection::vec(any_block(), 0..4))
        .prop_map(|(level, title, blocks)| PageSection { level, title, labels: vec!["t1".into()], line: 1, blocks });
    (prop_oneof![Just("markdown"), Just("pipes")], any_words(), proptest::collection::vec(section, 0..8)).prop_map(
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
    fn any_document_is_derived_without_panic(documents in proptest::collection::vec(any_document(), 1..4)) {
        let inputs: Vec<PageInput> = documents
            .into_iter()
            .enumerate()
            .map(|(nth, document)| PageInput { entry: PageEntry { id: format!("p{nth}"), file: format!("p{nth}.md"), ..PageEntry::default() }, text: "a\nb\n".into(), document })
            .collect();
        let found = derive_api("any", &inputs, &DeriveOptions::default());
        let again = derive_api("any", &inputs, &DeriveOptions::default());
        prop_assert_eq!(&found, &again);
        for schema in found.schemas.values() {
            prop_assert!(jsonschema::meta::validate(schema).is_ok(), "{}", schema);
        }
    }
}
