//! `probity doubts`: what the pages of an API leave open or contradict.

use crate::cli::exit::Exit;
use crate::cli::out;
use crate::cli::shelf::Shelf;
use crate::cli::typed;
use crate::cli::wrong::{Wrong, meant};
use crate::schema::catalog::Doubt;
use std::fmt::Write;
use std::path::Path;

/// Lists the doubts of one API, or of all.
pub fn doubts(typed: &typed::Doubts) -> Result<Exit, Wrong> {
    let shelf = Shelf::find(Path::new(""))?;
    let known = shelf.catalogs();
    let chosen = match &typed.api {
        Some(api) if !known.contains(api) => {
            let all: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Wrong::usage(
                format!("API `{api}`"),
                format!("there are no schemas of that name in {}", shelf.place()),
                meant(api, &all),
            ));
        }
        Some(api) => vec![api.clone()],
        None => known,
    };
    for api in chosen {
        let place = format!("schemas/{api}/doubts.json");
        let again = "derive the schemas again";
        let bytes = shelf.catalog(&api)?.read("doubts.json");
        let bytes = bytes.ok_or_else(|| Wrong::input(&place, "the file is missing or cannot be read", again))?;
        let doubts: Vec<Doubt> = serde_json::from_slice(&bytes)
            .map_err(|error| Wrong::input(&place, format!("it is not a list of doubts: {error}"), again))?;
        out::print(&rendered(&api, &doubts));
    }
    Ok(Exit::Passed)
}

fn rendered(api: &str, doubts: &[Doubt]) -> String {
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
    use crate::schema::catalog::Side;

    #[test]
    fn the_side_taken_is_marked() {
        let side = |says: &str, at: Option<&str>| Side { says: says.into(), at: at.map(|at| at.parse().unwrap()) };
        let doubt = Doubt {
            id: "dim/type-by-example/response/lamp/glow".into(),
            kind: "type-by-example".into(),
            operation: Some("dim".into()),
            subject: None,
            sides: vec![side("string", Some("dim:7")), side("integer", None)],
            taken: Some(0),
            rule: "table-leads".into(),
        };
        let text = rendered("lamps", &[doubt]);
        assert_eq!(
            text,
            "lamps: 1 doubts\n\ndim/type-by-example/response/lamp/glow\n  taken  string [dim:7]\n         integer\n  rule   table-leads\n\n"
        );
    }
}
