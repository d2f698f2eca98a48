//! Deriving the committed manifests again gives the committed bytes.
//!
//! The vendors' pages are not part of the project. With `PROBITY_PAGES`, every manifest is derived and compared; without
//! `PROBITY_PAGES`, the test prints that it is skipped.

use probity::pages::derive::{DeriveOptions, PageSources, derive_files, write_derivation};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn read_files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(dir)
        .unwrap_or_else(|error| panic!("{}: {error}; derive the manifest and commit what it writes", dir.display()))
        .map(|it| it.expect("an entry"))
        .map(|it| (it.file_name().to_string_lossy().into_owned(), std::fs::read(it.path()).expect("a file")))
        .collect()
}

#[test]
fn every_manifest_derives_the_committed_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(pages) = std::env::var_os("PROBITY_PAGES").map(PathBuf::from) else {
        println!("skipped: 1 test (PROBITY_PAGES is not set, the committed schemas were not derived again)");
        return;
    };
    assert!(pages.is_dir(), "PROBITY_PAGES names {}, which is no folder", pages.display());
    let mut manifests: Vec<PathBuf> = std::fs::read_dir(root.join("suites/sources"))
        .expect("manifests")
        .map(|it| it.expect("an entry").path())
        .collect();
    manifests.retain(|it| it.extension().is_some_and(|it| it == "yaml"));
    manifests.sort();
    assert!(!manifests.is_empty(), "suites/sources holds no manifest");
    let out = std::env::temp_dir().join(format!("probity-again-{}", std::process::id()));
    for manifest in manifests {
        let Some(pages) = find_pages(&manifest, &pages, root) else {
            println!("skipped: {} (no folder has its pages; lay them out as it says)", manifest.display());
            continue;
        };
        let sources = PageSources::Manifest(manifest.clone());
        let (derived, _) =
            derive_files(&sources, &pages, &derive_options(&manifest)).unwrap_or_else(|error| panic!("{error}"));
        let listed = include_str!("../../docs/DOUBTS.md");
        for doubt in &derived.doubts {
            let named = |word: &str| listed.contains(&format!("`{word}`"));
            assert!(named(&doubt.kind) && named(&doubt.rule), "docs/DOUBTS.md lacks {} or {}", doubt.kind, doubt.rule);
        }
        let fresh = out.join(&derived.catalog.api);
        write_derivation(&derived, &fresh).expect("written");
        let (mine, committed) = (read_files(&fresh), read_files(&root.join("schemas").join(&derived.catalog.api)));
        let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&mine), names(&committed), "{}", manifest.display());
        for (name, bytes) in &mine {
            assert!(
                *bytes == committed[name],
                "{}: {name} differs from what is committed; derive again",
                manifest.display()
            );
        }
    }
    std::fs::remove_dir_all(&out).expect("removed");
}

/// The folder with the pages of a manifest: the named folder, or the folder that `testbed/openstack/pages` fills.
fn find_pages(manifest: &Path, named: &Path, root: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(manifest).expect("a manifest");
    let pages =
        probity::pages::manifest::parse_manifest(manifest, &text).unwrap_or_else(|error| panic!("{error}")).pages;
    let upstream = root.join("testbed/openstack/run/pages");
    // A missing page of a vendor is an error that names the page.
    let known = |folder: &PathBuf| folder.join(&pages[0].file).is_file();
    let is_upstream = manifest.file_stem().is_some_and(|it| it.to_string_lossy().starts_with("openstack-"));
    if is_upstream { [named.to_path_buf(), upstream].into_iter().find(known) } else { Some(named.to_path_buf()) }
}

/// The options of the command `derive`: the cited lines of the suites are locked.
fn derive_options(manifest: &Path) -> DeriveOptions {
    let api = manifest.file_stem().expect("a name").to_string_lossy().to_string();
    let suites = manifest.parent().and_then(Path::parent).expect("sources lie in the folder of suites");
    DeriveOptions { cited: probity::cli::list_cited_places(&api, suites), ..DeriveOptions::default() }
}
