//! Suite files and expressions.

use crate::pages::MemoryFiles;
use crate::runner::InputFate;
use probity::expr::{Expr, ExprValue};
use probity::model::Model;
use probity::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use probity::suite::{
    Suite, SuiteFiles, SuiteProblem, collect_page_digests, find_type_errors, format_suite, has_errors,
    list_base_suites, parse_suite_files, read_catalog_name, render_problems,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The catalog of the lamps, which the suites of the corpus are about.
pub static LAMPS: LazyLock<CompiledCatalog> = LazyLock::new(|| {
    let folder = CatalogFolder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps/schemas/lamps"));
    let files: BTreeMap<String, Vec<u8>> =
        folder.names().into_iter().filter_map(|name| Some((name.clone(), folder.read(&name)?))).collect();
    CompiledCatalog::load(&MemoryFiles(files)).expect("the catalog of the lamps")
});

/// A suite is compiled, or refused with places inside of the file; formatting twice is formatting once, and changes no
/// problem and no clause.
pub fn check_suite(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    // What loading reads before the suite.
    let _ = (read_catalog_name("suite.yaml", &text), list_base_suites(&text));
    let sheets = SuiteFiles::from_file("suite.yaml", &text);
    let parsed = check_parsing(&sheets)?;
    let Ok(once) = format_suite("suite.yaml", &text) else {
        return if parsed.is_some() { Err("a suite that is no YAML was read".into()) } else { Ok(InputFate::Refused) };
    };
    let twice = format_suite("suite.yaml", &once).map_err(|problems| format!("formatted, no YAML: {problems:?}"))?;
    if twice != once {
        return Err(format!("formatting again changes the text:\n{once}\n-----\n{twice}"));
    }
    let again = check_parsing(&SuiteFiles::from_file("suite.yaml", &once))?;
    let ids = |suite: &Option<Suite>| {
        suite.as_ref().map(|suite| {
            let mut ids: Vec<String> = suite.clauses.iter().map(|clause| clause.id.clone()).collect();
            ids.sort();
            ids
        })
    };
    if ids(&again) != ids(&parsed) {
        return Err(format!("the formatted suite has other clauses: {:?} and {:?}", ids(&parsed), ids(&again)));
    }
    Ok(if parsed.is_some() { InputFate::Read } else { InputFate::Refused })
}

/// Separates the suite from its base suite in an input.
const BASE: &str = "##### lamps.yaml\n";

/// A suite that extends another is compiled, or refused with places inside of its files.
pub fn check_extending_suite(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    let (own, base) = text.split_once(BASE).unwrap_or((&text, ""));
    let pages = collect_page_digests(&LAMPS.catalog);
    let sheets = SuiteFiles::from_file("suite.yaml", own).with_base("lamps", "lamps.yaml", base, pages);
    let parsed = check_parsing(&sheets)?;
    Ok(if parsed.is_some() { InputFate::Read } else { InputFate::Refused })
}

/// The suite, if its files have no error.
fn check_parsing(sheets: &SuiteFiles) -> Result<Option<Suite>, String> {
    match parse_suite_files(sheets, &LAMPS.catalog) {
        Ok(suite) => {
            check_places(&find_type_errors(sheets, &suite, &LAMPS), sheets)?;
            // Errors of the model are for the user as well.
            let _ = Model::new(Arc::new(suite.clone()), &LAMPS, "2026-01-01");
            Ok(Some(suite))
        }
        Err(problems) if !has_errors(&problems) => Err("a suite without errors was refused".into()),
        Err(problems) => check_places(&problems, sheets).map(|()| None),
    }
}

fn check_places(problems: &[SuiteProblem], sheets: &SuiteFiles) -> Result<(), String> {
    // A parser names the line after the last one for an end that comes too soon.
    let count = sheets.text().split('\n').count() as u32 + 1;
    for problem in problems {
        if problem.place.line == 0 || problem.place.line > count || problem.place.column == 0 {
            return Err(format!("{:?} is no place in {count} lines: {}", problem.place, problem.message));
        }
    }
    render_problems(problems, sheets.text());
    Ok(())
}

/// An expression is printed in a form that means the same; an error is at a place in the text. Evaluation ends.
pub fn check_expression(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    let expr = match Expr::parse(&text) {
        Ok(expr) => expr,
        Err(error) if text.is_char_boundary(error.offset) && !error.message.is_empty() => {
            return Ok(InputFate::Refused);
        }
        Err(error) => return Err(format!("{} is no place in the text: {}", error.offset, error.message)),
    };
    let canonical = expr.to_string();
    let again = Expr::parse(&canonical).map_err(|error| format!("`{canonical}` does not parse: {}", error.message))?;
    if again.to_string() != canonical {
        return Err(format!("`{canonical}` is printed as `{again}`"));
    }
    let values = [
        ExprValue::from(serde_json::json!({"a": [1, 2.5, "x", null], "state": "BRIGHT", "": {}})),
        ExprValue::Unknown,
        ExprValue::from(serde_json::json!("text")),
        ExprValue::from(serde_json::json!(9_223_372_036_854_775_807_i64)),
    ];
    for shift in 0..values.len() {
        let find = |name: &str| values.get((name.len() + shift) % (values.len() + 1)).cloned();
        let show = |expr: &Expr| expr.eval(&find).map(|value| value.to_string()).map_err(|error| error.message);
        let (first, second) = (show(&expr), show(&again));
        if first != second {
            return Err(format!("`{canonical}` means {second:?}, and the text {first:?}"));
        }
    }
    Ok(InputFate::Read)
}
