//! Small suites over an API of lamps: text in, problems out.

mod parsing;

use super::problem::render;
use super::types::Suite;
use crate::schema::catalog::Catalog;

/// An API of our own: lamps that warm up, and a shelf of spare bulbs.
fn lamps() -> Catalog {
    let operation = |id: &str, path: serde_json::Value| {
        serde_json::json!({
            "id": id, "title": id, "at": "lamps:1", "path": path,
            "bindings": [{ "id": "v1", "method": "POST", "path": format!("/v1/{id}"), "at": "lamps:1" }],
        })
    };
    let lamp_id = serde_json::json!([
        { "name": "lamp_id", "required": true, "schema": { "type": "string" }, "at": "lamps:2" }
    ]);
    let none = serde_json::json!([]);
    let page = |id: &str| serde_json::json!({ "id": id, "file": format!("{id}.md"), "title": id, "digest": "sha256:0", "dialect": "markdown" });
    serde_json::from_value(serde_json::json!({
        "format": 1, "api": "lamps", "pages": [page("lamps"), page("bulbs")],
        "operations": [
            operation("buyLamp", none.clone()),
            operation("showLamp", lamp_id.clone()),
            operation("listLamps", none.clone()),
            operation("lightLamp", lamp_id.clone()),
            operation("dimLamp", lamp_id.clone()),
            operation("scrapLamp", lamp_id),
            operation("listBulbs", none),
        ],
    }))
    .expect("the fixture is a catalog")
}

/// The resource and the things that most suites of these tests begin with.
const HEAD: &str = r#"suite: lamps
catalog: lamps
resources:
  lamp:
    id: it.id
    state: status
    stable: [DARK, LIT]
    settles: 30s
    rest: it.busy == false
    fields: { status: it.status, bulb: it.bulb.id, label: it.label }
    keeps: { maker: it.maker }
    grows: { hours: it.hours }
    remembers: { before: null }
    views: { showLamp: reply.lamp, listLamps: { each: reply.lamps, whole: true, only: [label] } }
about:
  "*": { lamp: path.lamp_id }
  buyLamp: { lamp: { new: reply.lamp.id } }
"#;

/// The suite of `HEAD` and `rest`.
fn suite(rest: &str) -> Suite {
    let text = format!("{HEAD}{rest}");
    super::parse("lamps.yaml", &text, &lamps())
        .unwrap_or_else(|problems| panic!("{}", render(&problems, &text)))
}

/// What parsing `text` complains about, rendered.
fn complaints(text: &str) -> String {
    super::parse("lamps.yaml", text, &lamps())
        .map_or_else(|problems| render(&problems, text), |_| String::new())
}

/// What parsing `HEAD` and `rest` complains about; lines count from the end of `HEAD`.
fn complaints_after_head(rest: &str) -> String {
    let text = format!("{HEAD}{rest}");
    let lines = HEAD.lines().count() as u32;
    let mut problems = super::parse("lamps.yaml", &text, &lamps())
        .err()
        .unwrap_or_default();
    for problem in &mut problems {
        problem.place.line = problem
            .place
            .line
            .checked_sub(lines)
            .unwrap_or(problem.place.line);
    }
    render(&problems, rest)
}
