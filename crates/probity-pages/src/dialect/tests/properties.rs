//! Properties of the readers for arbitrary text.

use super::assert_lines_in_bounds;
use crate::dialect::{PAGE_BYTES_MAX, markdown, pipes, read_page, rst};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::time::{Duration, Instant};

/// Far more time than a page needs, and far less than a quadratic reader would need.
const BOMB_TIME_MAX: Duration = Duration::from_secs(120);

/// Pieces of markup, so that arbitrary text is not only prose.
const SIGNS: &[&str] = &[
    "# A",
    "## B\n",
    "<table>",
    "</table>",
    "<tr>",
    "<td rowspan=3 colspan=2>",
    "</td>",
    "<th>",
    "<a name=\"x\"></a>",
    "<ul><li>",
    "</li>",
    "<pre>\n",
    "<br>",
    "<!--",
    "-->",
    "```\n",
    "~~~",
    "**",
    "*",
    "`",
    "``",
    ":ref:`a <b>`",
    "\\",
    "|",
    "| a | b |\n",
    "|---|---|\n",
    "+---+---+\n",
    "| a | b |\n",
    "+===+===+\n",
    "+   +---+\n",
    "=== ===\n",
    "--- ---\n",
    "====\n",
    "----\n",
    ".. table:: Table 1\n",
    ".. _l:\n",
    ".. note::\n",
    ".. list-table::\n   :header-rows: 1\n",
    "   * - a\n",
    "   - b\n",
    ".. csv-table::\n",
    "\"a,b\n",
    "- ",
    "#. ",
    "a. ",
    "   ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "1 - 1.3\n",
    "post /v1/x\n",
    "Description\n",
    "{\n",
    "\"k = v\",\n",
    "}\n",
    "::\n",
    ":a: b\n",
    "> ",
    "[x](#y)",
    "![i](j)",
    "Table 1 x\n",
    "\u{4e2d}\u{6587}",
    "\u{a0}",
    "\u{feff}",
    "&lt;",
    "<div>",
    "<b>",
    "text",
    " ",
    "é",
    "\u{0}",
    "<a href='q",
    "<p ",
];

fn make_runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

fn markup_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SIGNS), 0..60).prop_map(|parts| parts.concat())
}

#[test]
fn no_text_makes_a_reader_panic_or_lose_its_lines() {
    make_runner(1500)
        .run(&markup_text(), |text| {
            for document in
                [markdown::read_markdown(&text), rst::read_rst(&text, &|_| None), pipes::read_pipe_page(&text)]
            {
                assert_lines_in_bounds(&document, &text);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_same_text_gives_the_same_outline() {
    make_runner(200)
        .run(&markup_text(), |text| {
            let outline = || read_page("a", text.as_bytes()).map(|document| document.write_outline());
            prop_assert_eq!(outline(), outline());
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn arbitrary_bytes_are_read_or_refused() {
    make_runner(500)
        .run(&prop::collection::vec(any::<u8>(), 0..200), |bytes| {
            if let Ok(document) = read_page("a", &bytes) {
                assert_lines_in_bounds(&document, std::str::from_utf8(&bytes).expect("what is read is UTF-8"));
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a bound on real work needs real time")]
fn deep_nesting_is_read_in_bounded_time() {
    let size = PAGE_BYTES_MAX / 4;
    let fill = |unit: &str| unit.repeat(size / unit.len());
    let bombs = [
        ("quotes", fill("> ")),
        ("tight quotes", format!("# A\n{}", fill(">"))),
        ("lists and blank lines", format!("# A\n{}x\n{}", "- ".repeat(45), fill("\n"))),
        (
            "deeper and deeper lists",
            (0..450).map(|n| format!("{}- x\n", " ".repeat(n))).collect::<String>() + &fill("\n"),
        ),
        ("tables in tables", format!("# A\n{}", fill("<table><tr><td>"))),
        ("elements in a cell", format!("# A\n<table><tr><td>{}</table>", fill("<div>"))),
        ("rows without end", format!("# A\n<table>{}</table>", fill("<tr><td>x"))),
        ("spans", format!("# A\n<table>{}</table>", fill("<tr><td rowspan=1000 colspan=1000>x"))),
        ("brackets", format!("# A\n{}", fill("["))),
        ("stars", format!("A\n===\n\n{}", fill("**a "))),
        ("backquotes", format!("A\n===\n\n{}", fill("`a "))),
        ("corners", format!("A\n===\n\n{}", format!("{}\n", "+-".repeat(300)).repeat(size / 601))),
        ("items", format!("A\n===\n\n{}", fill("- "))),
        ("blocks", (0..450).map(|n| format!("{}x\n\n", " ".repeat(n))).collect::<String>() + ".. _a:\n"),
        ("titles", fill("A\n=\n")),
        ("rules", fill("=== ===\n\n")),
        ("open rules", format!(".. _a:\n\n{}", fill("=== ===\nx\n"))),
        ("brackets of an example", format!("1 - 1.0\npost /x\n{}", fill("{\n"))),
        ("preformatted", format!("# A\n{}", fill("<pre>"))),
        ("anchors", format!("# A\n{}", fill("<a name=\"x\"></a>\n"))),
        ("fences", format!("# A\n{}", fill("```\n"))),
        ("comments", format!("# A\n{}", fill("<!--\n\n"))),
    ];
    for (name, text) in bombs {
        let begun = Instant::now();
        let document = read_page("bomb", text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_lines_in_bounds(&document, &text);
        let taken = begun.elapsed();
        println!("{name}: {taken:?}");
        assert!(taken < BOMB_TIME_MAX, "{name} took {taken:?}");
    }
}
