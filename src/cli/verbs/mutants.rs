//! `probity mutants`: the ways in which the mock can break a promise, as the suite gives them.

use crate::cli::exit::Exit;
use crate::cli::meant::Patterns;
use crate::cli::shelf::Shelf;
use crate::cli::wrong::Wrong;
use crate::cli::{clock, out, typed};
use crate::endpoint::mock;
use std::path::Path;

/// One name per line, for `--fault`.
pub fn mutants(typed: &typed::Mutants) -> Result<Exit, Wrong> {
    let shelf = Shelf::find(Path::new(""))?;
    let patterns = Patterns::new("--only", &typed.only)?;
    let today = clock::Began::now().day;
    for suite in shelf.select(&typed.suites)? {
        let loaded = shelf.load(&suite, &today)?;
        let names = mock::mutants(&loaded.model, &loaded.schemas).into_iter().map(|mutant| mutant.name);
        let lines: String = names.filter(|name| patterns.hold(name)).map(|name| format!("{name}\n")).collect();
        out::print(&lines);
    }
    Ok(Exit::Passed)
}
