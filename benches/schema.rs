//! Judging and drawing of one body.

use probity::schema::{Draw, Rng, Shape, classify, deviations, draw_valid};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// The schema of a request with a dozen fields on three levels.
fn request() -> Shape {
    let word = json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9_.-]+$"});
    let id = json!({"type": "string", "format": "uuid"});
    shape(json!({"type": "object", "required": ["kettle"], "properties": {"kettle": {
        "type": "object", "required": ["name", "make", "plate"], "properties": {
            "name": word, "make": id, "plate": id, "room": word, "town": word,
            "metadata": {"type": "object"},
            "cups": {"type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "object", "required": ["id"],
                "properties": {"id": id, "size": {"type": "integer", "minimum": 1, "maximum": 32}}}},
            "power": {"type": "string", "enum": ["LOW", "HIGH"]},
            "count": {"type": "integer", "minimum": 1, "maximum": 10}}}}}))
}

/// The schema of a response with thirty fields, as of a show call.
fn reply() -> Shape {
    let kinds = [
        json!({"type": "string"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": ["integer", "null"], "minimum": 0}),
        json!({"type": "object", "properties": {"id": {"type": "string"}, "links": {"type": "array", "items":
            {"type": "object", "properties": {"rel": {"type": "string"}, "href": {"type": "string"}}}}}}),
        json!({"type": "boolean"}),
        json!({"type": "string", "enum": ["ACTIVE", "SHUTOFF", "ERROR"]}),
    ];
    let properties: serde_json::Map<String, Value> =
        (0..30).map(|at| (format!("field_{at}"), kinds[at % kinds.len()].clone())).collect();
    let required: Vec<String> = properties.keys().cloned().collect();
    shape(json!({"type": "object", "required": ["kettle"], "properties": {
        "kettle": {"type": "object", "required": required, "properties": properties}}}))
}

fn shape(schema: Value) -> Shape {
    Shape::new(schema, "bench.json").expect("the bench's own schema compiles")
}

fn drawn(shape: &Shape, how: &Draw) -> Value {
    draw_valid(shape, &mut Rng::new(1, 2, 3, 4), how).expect("the bench's own schema can be drawn")
}

#[divan::bench]
fn classify_a_request(bencher: divan::Bencher) {
    let shape = request();
    let body = drawn(&shape, &Draw { optional_percent: 100, ..Draw::default() });
    bencher.bench(|| classify(Some(&shape), Some(&body), None));
}

#[divan::bench]
fn violations_of_a_reply(bencher: divan::Bencher) {
    let shape = reply();
    let body = drawn(&shape, &Draw::response());
    bencher.bench(|| shape.violations(&body));
}

#[divan::bench]
fn violations_of_a_reply_by_the_library(bencher: divan::Bencher) {
    let shape = reply();
    let body = drawn(&shape, &Draw::response());
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    let validator = options.build(&shape.schema).expect("the bench's own schema compiles");
    bencher.bench(|| validator.is_valid(&body));
}

#[divan::bench]
fn draw_a_request(bencher: divan::Bencher) {
    let shape = request();
    let mut rng = Rng::new(1, 2, 3, 4);
    bencher.bench_local(|| draw_valid(&shape, &mut rng, &Draw::default()));
}

#[divan::bench]
fn start_a_generator(bencher: divan::Bencher) {
    bencher.bench(|| Rng::new(1, 2, 3, 4).u64());
}

#[divan::bench]
fn all_deviations_of_a_request(bencher: divan::Bencher) {
    let shape = request();
    let body = drawn(&shape, &Draw { optional_percent: 100, ..Draw::default() });
    bencher.bench(|| deviations(&shape, &body));
}

#[divan::bench]
fn compile_a_request(bencher: divan::Bencher) {
    let schema = request().schema;
    bencher.with_inputs(|| schema.clone()).bench_values(shape);
}
