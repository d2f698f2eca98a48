//! Pages of our own invention, and the reader's promises for any text.

use super::read;

fn check(page: &str, expected: &str) {
    let document = read("page.txt", page.as_bytes()).expect("the page is readable");
    let found = document.outline();
    assert!(
        found.trim() == expected.trim(),
        "--- expected\n{}\n--- found\n{}",
        expected.trim(),
        found.trim()
    );
}

#[test]
fn a_heading_loses_its_anchor() {
    check(
        "# Lighting a Lamp<a name=\"LAMP_1\"></a>\n\nText.\n",
        "markdown @1 Lighting a Lamp [lamp_1]\nsection 1 @1 Lighting a Lamp [lamp_1]\n  text @3 Text.",
    );
}
