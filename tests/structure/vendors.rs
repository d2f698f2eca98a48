//! No vendor, operation or state is named outside of page readers and authentication.

use crate::assert_none;
use crate::sources::{SourceFile, read_crates, shipped_lines};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const VENDORS: &[&str] = &["openstack", "nova", "cinder", "huawei", "samsung", "opentelekom"];

/// States of the committed suites that are no words of English.
const STATES: &[&str] = &["\"VERIFY_RESIZE\"", "\"REVERT_RESIZE\"", "\"SHUTOFF\"", "\"HARD_REBOOT\"", "\"in-use\""];

/// The words to look for: vendors, states, and the operations of the committed catalogs.
fn vendor_words() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = VENDORS.iter().chain(STATES).map(|word| word.to_lowercase()).collect();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for entry in fs::read_dir(schemas).expect("the folder of schemas can be read") {
        let path = entry.expect("the entry can be read").path().join("catalog.json");
        let catalog = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let catalog: serde_json::Value = serde_json::from_str(&catalog).expect("the catalog is JSON");
        let operations = catalog["operations"].as_array().expect("the catalog has operations");
        let ids = operations.iter().map(|operation| operation["id"].as_str().expect("the operation has an id"));
        // An id of one word, such as `reboot`, is a word of English too.
        words.extend(ids.filter(|id| id.chars().any(char::is_uppercase)).map(str::to_lowercase));
    }
    words
}

#[test]
fn no_vendor_is_named_outside_of_page_readers_and_authentication() {
    let words = vendor_words();
    let mut violations = Vec::new();
    for source in read_crates().iter().filter(|source| source.names.is_none_or(|(name, _)| name != "pages")) {
        let is_auth = |file: &&SourceFile| file.path.iter().any(|part| part.to_string_lossy().starts_with("auth"));
        for file in source.files.values().filter(|file| !is_auth(file)) {
            for (number, line) in shipped_lines(file) {
                let code = line.split("//").next().unwrap_or("").to_lowercase();
                for word in words.iter().filter(|word| code.contains(word.as_str())) {
                    violations.push(format!(
                        "{}:{number}: `{word}` is a word of one vendor's API. Remedy: read the word from a suite, a \
                         catalog or a profile, or move the code to a page reader or to authentication.",
                        file.path.display()
                    ));
                }
            }
        }
    }
    assert_none(&violations);
}
