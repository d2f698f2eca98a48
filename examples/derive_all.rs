//! Derives every manifest: `cargo run --example derive_all PAGES_DIR`.
use probity::pages::derive::{Options, Sources, derive_files, write};
use std::path::{Path, PathBuf};

fn main() {
    let pages = std::env::args().nth(1).expect("the pages folder");
    let mut args: Vec<String> = std::env::args().skip(2).collect();
    if args.is_empty() {
        args = std::fs::read_dir("suites/sources")
            .expect("manifests")
            .map(|it| it.expect("entry").path().display().to_string())
            .collect();
        args.sort();
    }
    for manifest in args {
        let path = PathBuf::from(&manifest);
        match derive_files(&Sources::Manifest(path.clone()), Path::new(&pages), &Options::default()) {
            Ok((derived, warnings)) => {
                for it in &warnings {
                    eprintln!("warning: {it}");
                }
                let dir = Path::new("schemas").join(&derived.catalog.api);
                write(&derived, &dir).expect("written");
                println!(
                    "{}: {} operations, {} schemas, {} doubts, {} citations",
                    derived.catalog.api,
                    derived.catalog.operations.len(),
                    derived.schemas.len(),
                    derived.doubts.len(),
                    derived.citations.len()
                );
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}
