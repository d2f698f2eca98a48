//! An invented API: lamps whose bulbs can be tried and returned.

use probity::model::Model;
use probity::schema::{CatalogFiles, CompiledCatalog};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const SUITE: &str = r#"suite: lamps
catalog: lamps
pools:
  bulbs: [warm, cold, red]
resources:
  lamp:
    id: it.id
    state: status
    stable: [LIT, DARK, TRYING]
    settles: 10m
    rest: it.busy == false
    fields: { status: it.status, bulb: it.bulb, level: it.level, busy: it.busy }
    keeps: { maker: it.maker }
    remembers: { bulb_before: null, lit: true, undone: 0 }
    views: { showLamp: reply.lamp, listLamps: { each: reply.lamps, whole: true } }
  card:
    id: it.id
    fields: { lamp: it.lamp, text: it.text }
    views: { showCard: reply.card }
about:
  "*": { lamp: path.lamp_id, card: path.card_id }
  buyLamp: { lamp: { new: reply.lamp.id } }
  writeCard: { lamp: body.card.lamp, card: { new: reply.card.id } }
  pinCard: { card: path.card_id, lamp: body.pin.lamp }
general:
  - { id: no-key, cites: "lamps:1", when: 'caller in ["none", "expired"]', refuse: 401 }
  - { id: no-lamp, cites: "lamps:2", when: lamp == null, refuse: 404 }
  - { id: no-card, cites: "lamps:2", when: card == null, refuse: 404 }
  - { id: bad-body, cites: "lamps:3", when: input == "invalid", refuse: 400 }
clauses:
  - { id: buy, cites: "lamps:4", call: buyLamp, when: body.lamp.bulb in pools.bulbs, accept: success,
      then: { lamp.bulb: body.lamp.bulb, lamp.level: "5", lamp.busy: "false", lamp.status: LIT } }
  - { id: show, cites: "lamps:5", call: showLamp, while: any, when: lamp != null, accept: success }
  - { id: list, cites: "lamps:5", call: listLamps, while: any, accept: success }
  - { id: off, cites: "lamps:6", call: switchOff, when: lamp.status == "LIT", accept: success,
      then: { lamp.lit: "false", lamp.status: [FADING, DARK] } }
  - { id: on, cites: "lamps:6", call: switchOn, when: lamp.status == "DARK", accept: success,
      then: { lamp.lit: "true", lamp.status: [WARMING, LIT] } }
  - { id: on.lit, cites: "lamps:6", call: switchOn, while: any, when: lamp.status == "LIT", refuse: 409 }
  - { id: dim, cites: "lamps:7", call: dim, when: lamp.status == "LIT" && body.dim.level != lamp.level, accept: success,
      then: { lamp.level: body.dim.level } }
  - { id: dim.dark, cites: "lamps:7", call: dim, when: lamp.status == "DARK", refuse: 409 }
  - { id: try, cites: "lamps:8", call: tryBulb, when: 'lamp.status in ["LIT", "DARK"] && body.try.bulb in pools.bulbs && body.try.bulb != lamp.bulb',
      accept: success, then: { lamp.bulb_before: lamp.bulb, lamp.bulb: body.try.bulb, lamp.status: [SWAPPING, TRYING] } }
  - { id: try.same, cites: "lamps:8", call: tryBulb, when: 'lamp.status in ["LIT", "DARK"] && body.try.bulb == lamp.bulb', refuse: 409 }
  - { id: keep, cites: "lamps:9", call: keepBulb, when: lamp.status == "TRYING", accept: success,
      then: { lamp.status: '=lamp.lit ? "LIT" : "DARK"' } }
  - { id: keep.needs-trial, cites: "lamps:9", call: keepBulb, while: any, when: lamp.status != "TRYING", refuse: 409 }
  - { id: undo.lit, cites: "lamps:10", call: undoBulb, when: lamp.status == "TRYING" && lamp.lit, accept: success,
      then: { lamp.bulb: lamp.bulb_before, lamp.undone: lamp.undone + 1, lamp.status: [SWAPPING, LIT] } }
  - { id: undo.dark, cites: "lamps:10", call: undoBulb, when: lamp.status == "TRYING" && !lamp.lit, accept: success,
      then: { lamp.bulb: lamp.bulb_before, lamp.undone: lamp.undone + 1, lamp.status: [SWAPPING, DARK] } }
  - { id: undo.needs-trial, cites: "lamps:10", call: undoBulb, while: any, when: lamp.status != "TRYING", refuse: 409 }
  - { id: clean.worn, cites: "lamps:11", call: clean, when: lamp.status == "DARK" && lamp.undone >= 2, accept: success,
      then: { lamp.undone: "0" } }
  - { id: clean.fresh, cites: "lamps:11", call: clean, when: lamp.status == "DARK" && lamp.undone < 2, refuse: 409 }
  - { id: never, cites: "lamps:11", call: clean, when: lamp.status == "BROKEN", accept: success, then: { lamp.status: DARK } }
  - { id: write, cites: "lamps:12", call: writeCard, when: lamp != null && lamp.status == "LIT", accept: success,
      then: { card.lamp: body.card.lamp, card.text: body.card.text } }
  - { id: card, cites: "lamps:12", call: showCard, while: any, when: card != null, accept: success }
  - { id: pin.same, cites: "lamps:13", call: pinCard, when: lamp != null && card != null && card.lamp == lamp.id, refuse: 409 }
  - { id: pin.other, cites: "lamps:13", call: pinCard, when: lamp != null && card != null && card.lamp != lamp.id, accept: success,
      then: { card.lamp: lamp.id } }
  - { id: tear, cites: "lamps:14", call: tearCard, when: card != null, accept: success, then: { card.text: "''" } }
  - { id: scrap, cites: "lamps:15", call: scrapLamp, when: lamp != null && lamp.status != "TRYING", accept: success, then: { lamp.status: ["*", gone] } }
"#;

struct Memory(BTreeMap<String, Value>);

impl CatalogFiles for Memory {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.get(name).map(|value| value.to_string().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().expect("properties are an object").keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn operation(id: &str, method: &str, thing: Option<&str>, bodies: (Option<&str>, Option<&str>)) -> Value {
    let path = thing.map_or(String::new(), |thing| format!("/{{{thing}_id}}"));
    let parameter = |thing: &str| json!({ "name": format!("{thing}_id"), "required": true, "schema": { "type": "string", "format": "uuid" }, "at": "lamps:2" });
    let body = |name: Option<&str>| {
        name.map(|name| json!({ "schema": format!("{name}.json"), "at": "lamps:2" })).into_iter().collect::<Vec<_>>()
    };
    let binding = |version: &str| json!({ "id": version, "method": method, "path": format!("/{version}/{{owner}}/{id}{path}"), "at": "lamps:1" });
    let owner = json!({ "name": "owner", "required": true, "schema": { "type": "string" }, "at": "lamps:2" });
    json!({
        "id": id, "title": id, "at": "lamps:1",
        "bindings": [binding("v1"), binding("v2")],
        "path": thing.map(parameter).into_iter().chain([owner]).collect::<Vec<_>>(),
        "requests": body(bodies.0), "responses": body(bodies.1),
    })
}

/// Model and schemas of the lamps.
pub fn lamps() -> (Arc<Model>, Arc<CompiledCatalog>) {
    let text = |most: u64| json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": "^[a-z]*$" });
    let shown = json!({ "type": "string" });
    let lamp = object(
        json!({ "id": shown, "status": shown, "bulb": shown, "level": { "type": "integer" }, "busy": { "type": "boolean" }, "maker": text(9) }),
    );
    let card = object(json!({ "id": shown, "lamp": shown, "text": shown }));
    let catalog = json!({
        "format": 1, "api": "lamps",
        "pages": [{ "id": "lamps", "file": "lamps.md", "title": "Lamps", "digest": "sha256:0", "dialect": "markdown" }],
        "operations": [
            operation("buyLamp", "POST", None, (Some("buy"), Some("lamp"))),
            operation("showLamp", "GET", Some("lamp"), (None, Some("lamp"))),
            operation("listLamps", "GET", None, (None, Some("lamps"))),
            operation("scrapLamp", "DELETE", Some("lamp"), (None, None)),
            operation("switchOn", "POST", Some("lamp"), (None, None)),
            operation("switchOff", "POST", Some("lamp"), (None, None)),
            operation("dim", "POST", Some("lamp"), (Some("dim"), None)),
            operation("tryBulb", "POST", Some("lamp"), (Some("try"), None)),
            operation("keepBulb", "POST", Some("lamp"), (None, None)),
            operation("undoBulb", "POST", Some("lamp"), (None, None)),
            operation("clean", "POST", Some("lamp"), (None, None)),
            operation("writeCard", "POST", None, (Some("write"), Some("card"))),
            operation("showCard", "GET", Some("card"), (None, Some("card"))),
            operation("pinCard", "POST", Some("card"), (Some("pin"), None)),
            operation("tearCard", "POST", Some("card"), (None, None)),
        ],
    });
    let files = BTreeMap::from([
        ("catalog.json".to_string(), catalog),
        ("buy.json".to_string(), object(json!({ "lamp": object(json!({ "bulb": text(10), "note": text(40) })) }))),
        (
            "dim.json".to_string(),
            object(json!({ "dim": object(json!({ "level": { "type": "integer", "minimum": 1, "maximum": 10 } })) })),
        ),
        ("try.json".to_string(), object(json!({ "try": object(json!({ "bulb": text(10) })) }))),
        (
            "write.json".to_string(),
            object(json!({ "card": object(json!({ "lamp": { "type": "string" }, "text": text(20) })) })),
        ),
        ("pin.json".to_string(), object(json!({ "pin": object(json!({ "lamp": { "type": "string" } })) }))),
        ("lamp.json".to_string(), object(json!({ "lamp": lamp }))),
        ("lamps.json".to_string(), object(json!({ "lamps": { "type": "array", "items": lamp } }))),
        ("card.json".to_string(), object(json!({ "card": card }))),
    ]);
    let schemas = CompiledCatalog::load(&Memory(files)).unwrap_or_else(|error| panic!("{error}"));
    let suite = probity::suite::parse_suite("lamps.yaml", SUITE, &schemas.catalog)
        .unwrap_or_else(|problems| panic!("{}", probity::suite::render_problems(&problems, SUITE)));
    let model = Model::new(Arc::new(suite), &schemas, "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    (Arc::new(model), Arc::new(schemas))
}
