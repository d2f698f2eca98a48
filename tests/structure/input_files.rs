//! Input files are read by one crate only, because reading a pipe, a device or a folder hangs or has no end.

use crate::assert_none;
use crate::sources::{is_for_tests, read_crates};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{ExprPath, ImplItemFn, ItemFn, ItemMod};

/// The crate that reads input files.
const READER: &str = "crates/probity-input/";

/// Files that open what is no input of a user, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("src/cleanup/journal.rs", "opens a folder to write its entries to disk, and locks a file that it checked"),
    ("src/report/folder.rs", "opens a folder to write its entries to disk"),
    ("src/session/history_writer.rs", "creates and locks the file of a history"),
    ("src/session/resume/resume_file.rs", "locks a history, and appends to a file that was read before"),
    ("src/endpoint/shell_command.rs", "gives a command the terminal"),
    ("src/session/signal_streams.rs", "reads a file of the kernel about this process"),
    ("src/conformance/lock.rs", "opens a lock file that it creates"),
];

/// Ends of the paths of functions that open or read a file.
const READS: &[&[&str]] =
    &[&["fs", "read"], &["fs", "read_to_string"], &["File", "open"], &["File", "options"], &["OpenOptions", "new"]];

/// The calls of reading functions in one file.
#[derive(Default)]
struct FileReads {
    lines: Vec<(usize, String)>,
}

impl<'a> Visit<'a> for FileReads {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let ends_with = |read: &[&str]| {
            names.len() >= read.len()
                && names[names.len() - read.len()..].iter().zip(read).all(|(name, end)| name == end)
        };
        if READS.iter().any(|read| ends_with(read)) {
            self.lines.push((path.span().start().line, names.join("::")));
        }
        visit::visit_expr_path(self, path);
    }
}

fn find_reads(syntax: &syn::File) -> Vec<(usize, String)> {
    let mut reads = FileReads::default();
    reads.visit_file(syntax);
    reads.lines
}

#[test]
fn only_one_crate_opens_and_reads_input_files() {
    let mut violations = Vec::new();
    for file in read_crates().iter().flat_map(|source| source.files.values()) {
        let path = file.path.display().to_string();
        if path.starts_with(READER) || EXCEPTIONS.iter().any(|(exception, _)| path == *exception) {
            continue;
        }
        for (line, name) in find_reads(&file.syntax) {
            violations.push(format!(
                "{path}:{line}: `{name}` reads a file of any kind and size. Remedy: use `read_input_text`, \
                 `read_input_bytes` or `open_input_file` of `probity_input`."
            ));
        }
    }
    assert_none(&violations);
}

#[test]
fn each_way_of_reading_is_recognised_and_tests_are_left_out() {
    let text = "fn a() { std::fs::read(p); fs::read_to_string(p); p.map(File::open); OpenOptions::new(); }
        #[cfg(test)] mod tests { fn b() { std::fs::read(p); } }
        fn c() { std::fs::read_dir(p); std::fs::write(p, q); }";
    let names: Vec<String> =
        find_reads(&syn::parse_file(text).expect("the text is Rust")).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["std::fs::read", "fs::read_to_string", "File::open", "OpenOptions::new"]);
}
