//! Two pages with equal content in two dialects derive equal schemas.
//!
//! The vendors' pages are not part of the project. The test needs `PROBITY_PAGES` with a folder of pages, and is skipped
//! with a message otherwise.

use probity::pages::derive::{Derivation, DeriveOptions, PageInput, derive_api};
use probity::pages::dialect;
use probity::pages::document::{BlockText, Document, PageBlock};
use probity::pages::manifest::PageEntry;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pages by topic id, from the labels of each page.
fn read_topics(dir: &Path, extension: &str) -> BTreeMap<String, (PathBuf, PageInput)> {
    let mut files = Vec::new();
    list_pages(dir, extension, &mut files);
    let mut out = BTreeMap::new();
    for file in files {
        let bytes = std::fs::read(&file).expect("a page that can be opened");
        let Ok(document) = dialect::read_page(&file.display().to_string(), &bytes) else {
            continue;
        };
        let Some(topic) = document.labels.iter().find(|it| it.contains("topic_")).cloned() else {
            continue;
        };
        let entry = PageEntry { id: "page".into(), file: "page".into(), ..PageEntry::default() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        out.insert(topic, (file, PageInput { entry, text, document }));
    }
    out
}

fn list_pages(dir: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(dir).expect("a folder of pages").map(|it| it.expect("an entry").path()).collect();
    inside.sort();
    for path in inside {
        if path.is_dir() {
            list_pages(&path, extension, out);
        } else if path.extension().is_some_and(|it| it == extension) {
            out.push(path);
        }
    }
}

/// The derived schemas and parameters without places.
fn schemas_without_places(derived: &Derivation) -> String {
    fn strip_places(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for key in ["x-source", "x-sources", "x-doubts", "at", "digest"] {
                    map.shift_remove(key);
                }
                map.values_mut().for_each(strip_places);
            }
            Value::Array(all) => all.iter_mut().for_each(strip_places),
            _ => {}
        }
    }
    let mut out = String::new();
    for one in &derived.catalog.operations {
        for list in [&one.path, &one.query, &one.headers] {
            for it in list {
                let mut schema = it.schema.clone();
                strip_places(&mut schema);
                out.push_str(&format!("{} {} {schema:#}\n", it.name, it.required));
            }
        }
    }
    for (name, schema) in &derived.schemas {
        let mut schema = schema.clone();
        strip_places(&mut schema);
        out.push_str(&format!("{name} {schema:#}\n"));
    }
    out
}

/// The words of all tables and examples of a page, without layout.
fn words_of_page(document: &Document) -> String {
    let mut out = String::new();
    let mut add = |text: &BlockText| {
        for line in &text.lines {
            out.extend(line.text.chars().filter(|c| !c.is_whitespace()));
        }
        out.push('\n');
    };
    for block in document.sections.iter().flat_map(|it| &it.blocks) {
        match block {
            PageBlock::Table(table) => {
                add(&table.caption);
                table.header.iter().for_each(|it| add(&it.text));
                table.rows.iter().flat_map(|it| &it.cells).for_each(|it| add(&it.text));
            }
            PageBlock::Code { text, .. } => {
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                add(&BlockText {
                    lines: vec![probity::pages::document::PageLine { text, ..Default::default() }],
                    links: Vec::new(),
                });
            }
            _ => {}
        }
    }
    // Numbers of tables and the order of URIs are layout.
    out
}

#[test]
fn pages_with_equal_content_derive_equal_schemas() {
    let Some(pages) = std::env::var_os("PROBITY_PAGES").map(PathBuf::from) else {
        println!("skipped: PROBITY_PAGES is not set");
        return;
    };
    assert!(pages.is_dir(), "PROBITY_PAGES names {}, which is no folder", pages.display());
    let markdown = read_topics(&pages.join("otc-ecs-2020-md"), "md");
    let rst = read_topics(&pages.join("otc-ecs-2026-rst"), "rst");
    let (mut pairs, mut same_text, mut same_schema) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (topic, (file, md)) in &markdown {
        let Some((_, other)) = rst.get(topic) else {
            continue;
        };
        let (a, b) = (
            derive_api("pair", std::slice::from_ref(md), &DeriveOptions::default()),
            derive_api("pair", std::slice::from_ref(other), &DeriveOptions::default()),
        );
        if a.catalog.operations.is_empty() && b.catalog.operations.is_empty() {
            continue;
        }
        pairs += 1;
        let (mut mine, mut theirs) = (schemas_without_places(&a), schemas_without_places(&b));
        // Titles changed between editions, and file names follow from titles.
        if let (Some(one), Some(two)) = (a.catalog.operations.first(), b.catalog.operations.first()) {
            mine = mine.replace(&one.id, "OP");
            theirs = theirs.replace(&two.id, "OP");
        }
        let equal = mine == theirs;
        same_schema += usize::from(equal);
        if words_of_page(&md.document) == words_of_page(&other.document) {
            same_text += 1;
            if !equal {
                wrong.push(file.display().to_string());
            }
        }
        if let (false, Some(dir)) = (equal, std::env::var_os("PROBITY_PAIRS_OUT")) {
            let dir = PathBuf::from(dir);
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            std::fs::write(dir.join(format!("{name}.md.txt")), &mine).expect("written");
            std::fs::write(dir.join(format!("{name}.rst.txt")), &theirs).expect("written");
        }
    }
    println!("{pairs} pairs; {same_schema} derive the same; {same_text} say the same word for word");
    assert!(pairs > 0, "no page stands in both dialects under {}", pages.display());
    assert!(wrong.is_empty(), "same words, other schemas: {wrong:#?}");
}
