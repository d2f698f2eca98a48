//! Imports between files: `use` declarations and paths in code, resolved through re-exports.

use crate::sources::{ModulePath, SourceCrate, SourceFile, is_for_tests};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{ImplItem, Item, UseTree, Visibility};

/// A path in the code of a file, as written, from `crate`, `self`, `super` or a name in scope.
#[derive(Clone, Debug)]
pub struct WrittenPath {
    pub segments: Vec<String>,
    pub line: usize,
}

/// A name that a `use` declaration brings into a file. `name` is `*` for all names of a module.
#[derive(Clone, Debug)]
struct Import {
    name: String,
    path: WrittenPath,
    re_exported: bool,
}

/// The declarations, imports and paths of a file.
#[derive(Default)]
struct FileNames {
    /// Names of the items that the file defines.
    defined: BTreeSet<String>,
    imports: Vec<Import>,
    paths: Vec<WrittenPath>,
    /// Nesting of inline modules around the visited item.
    depth: usize,
}

/// The imports of one crate.
pub struct ImportGraph<'a> {
    source: &'a SourceCrate,
    names: BTreeMap<&'a ModulePath, FileNames>,
}

impl<'a> ImportGraph<'a> {
    pub fn new(source: &'a SourceCrate) -> Self {
        let names = source.files.iter().map(|(module, file)| (module, FileNames::read(file))).collect();
        ImportGraph { source, names }
    }

    /// All paths of a file, from the root of the crate or from the name of a crate. A re-export of a child module
    /// is left out, because a parent that only declares and re-exports does not depend on its children.
    pub fn absolute_paths(&self, module: &ModulePath) -> Vec<WrittenPath> {
        let names = &self.names[module];
        let imported = names.imports.iter().filter(|import| !import.re_exported).map(|import| &import.path);
        let mut absolute = Vec::new();
        for path in imported.chain(&names.paths) {
            if let Some(segments) = self.make_absolute(module, &path.segments) {
                absolute.push(WrittenPath { segments, line: path.line });
            }
        }
        absolute
    }

    /// The imported files of a file, each with the line of the first import.
    pub fn imported_files(&self, module: &ModulePath) -> BTreeMap<ModulePath, usize> {
        let mut files = BTreeMap::new();
        for path in self.absolute_paths(module) {
            let Some(("crate", rest)) = path.segments.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
                continue;
            };
            if let Some(target) = self.find_file(rest, 0).filter(|target| target != module) {
                files.entry(target).or_insert(path.line);
            }
        }
        files
    }

    /// A path from `crate` or from the name of a crate; `None` for a path from a local name.
    fn make_absolute(&self, module: &ModulePath, path: &[String]) -> Option<Vec<String>> {
        let from_root = |module: &[String], rest: &[String]| {
            Some([vec!["crate".to_string()], module.to_vec(), rest.to_vec()].concat())
        };
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(path.to_vec()),
            "self" => from_root(module, rest),
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                from_root(module.get(..module.len().checked_sub(ups)?)?, &path[ups..])
            }
            name => {
                let child = [module.clone(), vec![name.to_string()]].concat();
                if self.source.files.contains_key(&child) {
                    return from_root(&child, rest);
                }
                let names = &self.names[module];
                let import = names.imports.iter().find(|import| import.name == name && import.path.segments != *path);
                match import {
                    Some(import) => {
                        let base = self.make_absolute(module, &import.path.segments)?;
                        Some([base, rest.to_vec()].concat())
                    }
                    None if names.defined.contains(name) => None,
                    None => Some(path.to_vec()),
                }
            }
        }
    }

    /// The file that defines the target of a path from the root.
    fn find_file(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        if depth > 8 {
            return None;
        }
        let module = (0..=path.len()).rev().map(|end| path[..end].to_vec()).find(|m| self.names.contains_key(m))?;
        let Some(name) = path.get(module.len()) else {
            return Some(module);
        };
        let names = &self.names[&module];
        if !names.defined.contains(name) {
            for import in names.imports.iter().filter(|import| import.name == *name || import.name == "*") {
                let mut target = self.make_absolute(&module, &import.path.segments)?;
                if target.first().is_none_or(|first| first != "crate") || target[1..] == path[..=module.len()] {
                    continue;
                }
                if import.name == "*" {
                    let globbed = self.names.get(&target[1..].to_vec());
                    let has_name = |names: &FileNames| {
                        names.defined.contains(name) || names.imports.iter().any(|import| import.name == *name)
                    };
                    if !globbed.is_some_and(has_name) {
                        continue;
                    }
                    target.push(name.clone());
                }
                target.extend_from_slice(&path[module.len() + 1..]);
                if let Some(found) = self.find_file(&target[1..], depth + 1) {
                    return Some(found);
                }
            }
        }
        Some(module)
    }
}

impl FileNames {
    fn read(file: &SourceFile) -> Self {
        let mut names = FileNames::default();
        for item in &file.syntax.items {
            names.defined.extend(defined_name(item));
        }
        names.visit_file(&file.syntax);
        names
    }

    fn add_import(&mut self, tree: &UseTree, mut prefix: Vec<String>, re_exported: bool) {
        let (name, last) = match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                return self.add_import(&path.tree, prefix, re_exported);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.add_import(tree, prefix.clone(), re_exported));
            }
            UseTree::Name(name) => (name.ident.to_string(), Some(name.ident.to_string())),
            UseTree::Rename(rename) => (rename.rename.to_string(), Some(rename.ident.to_string())),
            UseTree::Glob(_) => ("*".to_string(), None),
        };
        // `use a::{self}` brings in `a`.
        let name = if name == "self" { prefix.last().cloned().unwrap_or_default() } else { name };
        prefix.extend(last.filter(|last| last != "self" || prefix.is_empty()));
        if let Some(segments) = self.leave_inline_modules(prefix) {
            let path = WrittenPath { segments, line: tree.span().start().line };
            self.imports.push(Import { name, path, re_exported });
        }
    }

    fn add_path(&mut self, segments: Vec<String>, line: usize) {
        if let Some(segments) = self.leave_inline_modules(segments) {
            self.paths.push(WrittenPath { segments, line });
        }
    }

    /// A path as seen from the file. In a module inside of the file the first `super` stays in the file.
    fn leave_inline_modules(&self, mut segments: Vec<String>) -> Option<Vec<String>> {
        for _ in 0..self.depth {
            match segments.first().map(String::as_str) {
                Some("super") => _ = segments.remove(0),
                Some("crate") => {}
                _ => return None,
            }
        }
        Some(segments)
    }

    /// Finds paths in the arguments of a macro, which are not parsed.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let (mut colons, mut line) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add_path(std::mem::take(&mut segments), line);
                    }
                    line = ident.span().start().line;
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.add_path(std::mem::take(&mut segments), line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add_path(segments, line);
    }
}

impl<'ast> Visit<'ast> for FileNames {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.depth += 1;
        visit::visit_item_mod(self, module);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_import(&item.tree, Vec::new(), !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add_path(segments, path.span().start().line);
        visit::visit_path(self, path);
    }

    /// `pub(in crate::plan)` is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.add_tokens(called.tokens.clone());
        visit::visit_macro(self, called);
    }
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}
