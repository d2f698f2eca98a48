//! The source files of the workspace's crates, parsed, without tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

/// A crate of the workspace. A crate beside `src` counts as one module of the table in `modules`.
pub struct SourceCrate {
    /// The folder of the sources, relative to the repository.
    pub folder: &'static str,
    /// The name of the crate as one module, and as the start of a path. `None` for `src`.
    pub names: Option<(&'static str, &'static str)>,
    /// By module path: `["plan", "guided"]` is `src/plan/guided.rs` or `src/plan/guided/mod.rs`.
    pub files: BTreeMap<ModulePath, SourceFile>,
}

pub type ModulePath = Vec<String>;

pub struct SourceFile {
    /// Relative to the repository.
    pub path: PathBuf,
    pub text: String,
    pub syntax: syn::File,
}

impl SourceCrate {
    /// The module of the table in `modules` that a file belongs to. `None` for `lib.rs` of `src`.
    pub fn top_module(&self, module: &ModulePath) -> Option<String> {
        self.names.map(|(name, _)| name.to_string()).or_else(|| module.first().cloned())
    }

    pub fn path(&self, module: &ModulePath) -> String {
        self.files.get(module).map_or_else(|| module.join("::"), |file| file.path.display().to_string())
    }
}

/// The lines before the unit tests of a file.
pub fn shipped_lines(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let shipped = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&file.text);
    shipped.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Reads all crates.
pub fn read_crates() -> Vec<SourceCrate> {
    [
        ("src", None),
        ("crates/probity-input/src", Some(("input", "probity_input"))),
        ("crates/probity-schema/src", Some(("schema", "probity_schema"))),
        ("crates/probity-pages/src", Some(("pages", "probity_pages"))),
    ]
    .map(|(folder, names)| SourceCrate { folder, names, files: read_files(folder) })
    .into()
}

fn read_files(folder: &str) -> BTreeMap<ModulePath, SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    list_files(&root.join(folder), &mut paths);
    let mut files = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let module = module_path(path.strip_prefix(root.join(folder)).expect("the path is below the folder"));
        let path = path.strip_prefix(root).expect("the path is below the repository").to_path_buf();
        files.insert(module, SourceFile { path, text, syntax });
    }
    // The binary is a crate of its own, and uses the library as any other crate does.
    files.remove(&vec!["main".to_string()]);
    let tests: BTreeSet<ModulePath> = files.iter().flat_map(|(module, file)| test_modules(module, file)).collect();
    files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    files
}

fn list_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.expect("the entry can be read").path()) {
        if path.is_dir() {
            list_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn module_path(file: &Path) -> ModulePath {
    let file = file.with_extension("");
    let mut module: ModulePath = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// The child modules for tests only.
fn test_modules(module: &ModulePath, file: &SourceFile) -> Vec<ModulePath> {
    let declared = file.syntax.items.iter().filter_map(|item| match item {
        Item::Mod(declared) if is_for_tests(&declared.attrs) => Some(declared.ident.to_string()),
        _ => None,
    });
    declared.map(|name| [module.clone(), vec![name]].concat()).collect()
}

/// Whether an item has the attribute `#[cfg(test)]` or `#[cfg(all(test, ...))]`.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => requires_test(&list.tokens.to_string()),
        _ => false,
    })
}

fn requires_test(condition: &str) -> bool {
    let Ok(metas) = syn::parse::Parser::parse_str(Punctuated::<Meta, Token![,]>::parse_terminated, condition) else {
        return false;
    };
    metas.iter().any(|meta| match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("all") && requires_test(&list.tokens.to_string()),
        Meta::NameValue(_) => false,
    })
}
