//! Every crate of the workspace forbids unsafe code, so that no parser and no bound can be circumvented in memory.

use crate::assert_none;
use std::fs;
use std::path::Path;

/// The files that begin a crate, below the folder of a package.
const ROOTS: [&str; 2] = ["src/lib.rs", "src/main.rs"];

/// The folders of the packages, as `Cargo.toml` lists them.
fn list_packages() -> Vec<String> {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("the manifest");
    let members = manifest.split_once("\nmembers = [").and_then(|(_, rest)| rest.split_once(']'));
    let members = members.expect("the manifest lists the members of the workspace").0.split(',');
    let members = members.map(|member| member.trim().trim_matches('"').to_string()).filter(|member| !member.is_empty());
    std::iter::once(".".to_string()).chain(members).collect()
}

/// Whether a crate forbids unsafe code, which no part of the crate can allow again.
fn forbids_unsafe_code(text: &str) -> bool {
    let syntax = syn::parse_file(text).expect("a source file");
    syntax.attrs.iter().any(|attribute| {
        attribute.path().is_ident("forbid")
            && attribute.parse_args::<syn::Path>().is_ok_and(|lint| lint.is_ident("unsafe_code"))
    })
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let packages = list_packages();
    assert!(packages.len() > 3, "the packages are found: {packages:?}");
    let mut violations = Vec::new();
    for package in packages {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&package);
        let roots: Vec<&str> = ROOTS.into_iter().filter(|root| folder.join(root).exists()).collect();
        assert!(!roots.is_empty(), "the package {package} has a crate");
        for root in roots {
            let text = fs::read_to_string(folder.join(root)).expect("the file that begins a crate");
            if !forbids_unsafe_code(&text) {
                violations.push(format!("{package}/{root}: Remedy: add `#![forbid(unsafe_code)]`."));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn a_weaker_lint_is_not_enough() {
    assert!(forbids_unsafe_code("//! A crate.\n#![forbid(unsafe_code)]\n"));
    assert!(!forbids_unsafe_code("#![deny(unsafe_code)]\n#![forbid(missing_docs)]\n"));
}
