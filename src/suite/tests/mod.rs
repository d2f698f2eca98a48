//! Small suites about an API of lamps: text in, problems out.

mod effects;
mod formatting;
mod grammar;
mod linting;
mod merging;
mod parsing;
mod shipped;

use super::problem::render_problems;
use super::types::Suite;
use crate::schema::CatalogFiles;
use crate::schema::catalog::Catalog;
use serde_json::{Value, json};

/// The catalog of the fixture: lamps that warm up, and spare bulbs.
fn load_lamps() -> Catalog {
    serde_json::from_slice(&LampFiles.read("catalog.json").expect("it is made here")).expect("the fixture is a catalog")
}

/// The catalog and its schemas, as files of a folder.
struct LampFiles;

impl CatalogFiles for LampFiles {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = if name == "catalog.json" { build_catalog() } else { build_schema(name)? };
        Some(file.to_string().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn build_catalog() -> Value {
    let page = |id: &str| {
        json!({
            "id": id, "file": format!("{id}.md"), "title": id,
            "digest": "sha256:0", "dialect": "markdown",
        })
    };
    json!({
        "format": 1, "api": "lamps", "pages": [page("lamps"), page("bulbs")],
        "operations": [
            build_operation("buyLamp", false, Some("buyLamp.request.json"), Some("showLamp.response.json")),
            build_operation("showLamp", true, None, Some("showLamp.response.json")),
            build_operation("listLamps", false, None, Some("listLamps.response.json")),
            build_operation("lightLamp", true, Some("lightLamp.request.json"), Some("showLamp.response.json")),
            build_operation("dimLamp", true, None, None),
            build_operation("scrapLamp", true, None, None),
            build_operation("listBulbs", false, None, None),
        ],
    })
}

fn build_operation(id: &str, lamp: bool, request: Option<&str>, response: Option<&str>) -> Value {
    let lamp_id = json!({
        "name": "lamp_id", "required": true, "schema": { "type": "string" }, "at": "lamps:2",
    });
    let bodies = |schema: Option<&str>| match schema {
        Some(name) => json!([{ "schema": name, "at": "lamps:3" }]),
        None => json!([]),
    };
    json!({
        "id": id, "title": id, "at": "lamps:1",
        "path": if lamp { json!([lamp_id]) } else { json!([]) },
        "bindings": [{ "id": "v1", "method": "POST", "path": format!("/v1/{id}"), "at": "lamps:1" }],
        "requests": bodies(request),
        "responses": bodies(response),
    })
}

fn build_schema(name: &str) -> Option<Value> {
    let text = json!({ "type": "string" });
    let lamp = json!({
        "type": "object",
        "required": ["id", "status", "busy"],
        "properties": {
            "id": text, "label": text, "maker": text, "hours": { "type": "integer" },
            "status": { "type": "string", "enum": ["DARK", "WARMING", "LIT", "DIMMING", "BROKEN"] },
            "busy": { "type": "boolean" },
            "bulb": { "type": "object", "properties": { "id": text } },
        },
    });
    let thin = json!({ "type": "object", "properties": { "id": text, "label": text } });
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    Some(match name {
        "buyLamp.request.json" => object(json!({ "label": text, "shade": text })),
        "lightLamp.request.json" => object(json!({
            "bulb": { "type": "string", "x-source": "bulbs:4" },
            "glow": { "type": "integer", "x-dead": true, "x-source": "bulbs:7" },
            "slowly": { "type": "boolean", "x-source": "bulbs:9" },
        })),
        "showLamp.response.json" => object(json!({ "lamp": lamp })),
        "listLamps.response.json" => object(json!({ "lamps": { "type": "array", "items": thin } })),
        _ => return None,
    })
}

/// The resource kind and the `about` entries of most suites in these tests.
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
fn parse_lamp_suite(rest: &str) -> Suite {
    let text = format!("{HEAD}{rest}");
    super::parse_suite("lamps.yaml", &text, &load_lamps())
        .unwrap_or_else(|problems| panic!("{}", render_problems(&problems, &text)))
}

/// The problems of a text, rendered.
fn render_complaints(text: &str) -> String {
    super::parse_suite("lamps.yaml", text, &load_lamps())
        .map_or_else(|problems| render_problems(&problems, text), |_| String::new())
}

/// The problems of `HEAD` and `rest`; lines count from the end of `HEAD`.
fn render_complaints_after_head(rest: &str) -> String {
    let text = format!("{HEAD}{rest}");
    let lines = HEAD.lines().count() as u32;
    let mut problems = super::parse_suite("lamps.yaml", &text, &load_lamps()).err().unwrap_or_default();
    for problem in &mut problems {
        problem.place.line = problem.place.line.checked_sub(lines).unwrap_or(problem.place.line);
    }
    render_problems(&problems, rest)
}
