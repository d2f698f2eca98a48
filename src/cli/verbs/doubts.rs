//! `probity doubts`: where the pages of an API contradict each other or leave a question open.

use crate::cli::args::DoubtsArguments;
use crate::cli::embedded::find_store;
use crate::schema::catalog::Doubt;
use crate::session::{ExitKind, UserError, suggest_name};
use crate::terminal;
use std::fmt::Write;

/// Lists the doubts of one API, or of all APIs.
pub fn list_doubts(arguments: &DoubtsArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let known = store.list_catalogs();
    let chosen = match &arguments.api {
        Some(api) if !known.contains(api) => {
            let all: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(UserError::usage(
                format!("API `{api}`"),
                format!("there are no schemas of that name in {}", store.describe_place()),
                suggest_name(api, &all),
            ));
        }
        Some(api) => vec![api.clone()],
        None => known,
    };
    for api in chosen {
        let place = format!("schemas/{api}/doubts.json");
        let again = "derive the schemas again";
        let bytes = store.open_catalog(&api)?.read("doubts.json");
        let bytes = bytes.ok_or_else(|| UserError::input(&place, "the file is missing or cannot be read", again))?;
        let doubts: Vec<Doubt> = serde_json::from_slice(&bytes)
            .map_err(|error| UserError::input(&place, format!("the file is not a list of doubts: {error}"), again))?;
        terminal::print_text(&render_doubts(&api, &doubts));
    }
    Ok(ExitKind::Passed)
}

fn render_doubts(api: &str, doubts: &[Doubt]) -> String {
    let mut text = format!("{api}: {} doubts\n", doubts.len());
    for doubt in doubts {
        let _ = writeln!(text, "\n{}", doubt.id);
        for (index, side) in doubt.sides.iter().enumerate() {
            let mark = if doubt.taken == Some(index) { "taken" } else { "     " };
            let at = side.at.as_ref().map(|at| format!(" [{at}]")).unwrap_or_default();
            let _ = writeln!(text, "  {mark}  {}{at}", side.says);
        }
        let _ = writeln!(text, "  rule   {}", doubt.rule);
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::catalog::DoubtSide;

    #[test]
    fn the_adopted_side_is_marked() {
        let side = |says: &str, at: Option<&str>| DoubtSide { says: says.into(), at: at.map(|at| at.parse().unwrap()) };
        let doubt = Doubt {
            id: "dim/type-by-example/response/lamp/glow".into(),
            kind: "type-by-example".into(),
            operation: Some("dim".into()),
            subject: None,
            sides: vec![side("string", Some("dim:7")), side("integer", None)],
            taken: Some(0),
            rule: "table-leads".into(),
        };
        let text = render_doubts("lamps", &[doubt]);
        assert_eq!(
            text,
            "lamps: 1 doubts\n\ndim/type-by-example/response/lamp/glow\n  taken  string [dim:7]\n         integer\n  rule   table-leads\n\n"
        );
    }
}
