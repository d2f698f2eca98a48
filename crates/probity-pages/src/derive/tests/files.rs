//! Reading pages from files and writing the result.

use super::derive_sample;
use super::samples::{DIM_MD, LAMP_PIPES, OFF_RST};
use crate::derive::{DeriveOptions, PageSources, derive_files, write_derivation};
use probity_schema::{CatalogFolder, CompiledCatalog};

#[test]
fn equal_pages_give_equal_bytes_and_stale_schemas_are_removed() {
    let dir = std::env::temp_dir().join(format!("probity-derive-{}", std::process::id()));
    let read = |dir: &std::path::Path| -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
            .expect("a folder")
            .map(|it| it.expect("an entry"))
            .map(|it| (it.file_name().to_string_lossy().into_owned(), std::fs::read(it.path()).expect("a file")))
            .collect();
        all.sort();
        all
    };
    write_derivation(&derive_sample(&[("dim", DIM_MD), ("off", OFF_RST)]), &dir).expect("written");
    std::fs::write(dir.join("mine.txt"), "kept").expect("written");
    let both = read(&dir);
    write_derivation(&derive_sample(&[("dim", DIM_MD), ("off", OFF_RST)]), &dir).expect("written");
    assert_eq!(read(&dir), both);
    write_derivation(&derive_sample(&[("dim", DIM_MD)]), &dir).expect("written");
    let names: Vec<String> = read(&dir).into_iter().map(|(name, _)| name).collect();
    std::fs::remove_dir_all(&dir).expect("removed");
    assert_eq!(
        names,
        ["catalog.json", "citations.json", "dim.request.json", "dim.response.json", "doubts.json", "mine.txt"]
    );
}

#[test]
fn names_of_pages_become_file_names_that_a_catalog_accepts() {
    // An action and versions with signs that no file name has; without them the names are as on the page.
    let action = DIM_MD.replace("\"dim\": {", "\"os/../Dim\\\\Lamp\": {");
    let versions = LAMP_PIPES
        .replace("1 - 2.1", "1 - 2\\1/x")
        .replace("| 2.1 |", "| 2\\1/x |")
        .replace("lampserver 2.1", "lampserver 2\\1/x");
    let long = OFF_RST.replace("Turning a Lamp Off", &format!("Turning {}", "very ".repeat(100)));
    for page in [&action, &versions, &long] {
        let folder = tempfile::tempdir().expect("a folder");
        let derived = derive_sample(&[("page", page)]);
        assert!(!derived.schemas.is_empty());
        write_derivation(&derived, folder.path()).expect("written");
        let loaded = CompiledCatalog::load(&CatalogFolder(folder.path().to_path_buf())).expect("the catalog loads");
        assert_eq!(loaded.bodies().count(), derived.schemas.len());
    }
    assert!(derive_sample(&[("page", &action)]).schemas.contains_key("osDimLamp.request.json"));
}

#[test]
fn bad_input_gives_place_cause_and_remedy() {
    let dir = std::env::temp_dir().join(format!("probity-derive-bad-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    std::fs::write(dir.join("prose.md"), "# Lamps\n\nLamps are nice.\n").expect("written");
    let of = |paths: Vec<std::path::PathBuf>| {
        derive_files(&PageSources::Pages { api: "lamps".into(), paths }, &dir, &DeriveOptions::default())
            .expect_err("bad input")
            .to_string()
    };
    let prose = of(vec![dir.join("prose.md")]);
    let missing = of(vec![dir.join("none.md")]);
    std::fs::write(dir.join("bytes.md"), [0xff, 0xfe, 0]).expect("written");
    let unreadable = of(vec![dir.clone()]);
    std::fs::remove_dir_all(&dir).expect("removed");
    assert!(prose.contains("prose.md: 1 pages were read and describe no operation"), "{prose}");
    let named =
        "1 pages were read and describe no operation; 1 pages cannot be read: bytes.md: line 1: the file is not UTF-8";
    assert!(unreadable.contains(named), "{unreadable}");
    assert!(missing.contains("none.md: ") && missing.contains("exists"), "{missing}");
}
