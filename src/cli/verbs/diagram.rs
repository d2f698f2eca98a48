//! `probity diagram`: the states and transitions of a suite.

use crate::cli::args::{DiagramArguments, DiagramFormat};
use crate::cli::embedded::find_store;
use crate::diagram::{make_suite_diagram, render_dot, render_mermaid, render_svg};
use crate::report::write_file;
use crate::session::{ExitKind, RunStart, UserError, suggest_name};
use crate::suite::Suite;
use crate::terminal;

/// Writes or prints the diagram.
pub fn draw_suite(arguments: &DiagramArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let [name] = store.select_suites(std::slice::from_ref(&arguments.suite))?.try_into().expect("one name, one suite");
    let loaded = store.load(&name, &RunStart::now().date)?;
    check_kind(&loaded.suite, arguments.kind.as_deref())?;
    let diagram = make_suite_diagram(&loaded.suite, arguments.kind.as_deref());
    let text = match arguments.format {
        DiagramFormat::Svg => render_svg(&diagram),
        DiagramFormat::Mermaid => render_mermaid(&diagram),
        DiagramFormat::Dot => render_dot(&diagram),
    };
    match &arguments.out {
        None => terminal::print_text(&text),
        Some(path) => {
            write_file(path, text.as_bytes()).map_err(|error| UserError::unwritable(path, &error))?;
            terminal::print_line(&format!("written: {}", path.display()));
        }
    }
    Ok(ExitKind::Passed)
}

/// Refuses a kind that the suite lacks, and a diagram without a state.
fn check_kind(suite: &Suite, kind: Option<&str>) -> Result<(), UserError> {
    let with_states = suite.resources.iter().filter(|kind| kind.state.is_some());
    let known: Vec<&str> = with_states.map(|kind| kind.name.as_str()).collect();
    let Some(kind) = kind else {
        return match known.is_empty() {
            false => Ok(()),
            true => Err(UserError::usage(
                format!("suite `{}`", suite.name),
                "no resource kind of the suite has states",
                "name a suite whose resources have `state` and `stable`",
            )),
        };
    };
    if known.contains(&kind) {
        return Ok(());
    }
    let cause = match suite.resources.iter().any(|resource| resource.name == kind) {
        true => "the resource kind has no states",
        false => "the suite has no resource kind of that name",
    };
    Err(UserError::usage(format!("--kind {kind}"), cause, suggest_name(kind, &known)))
}
