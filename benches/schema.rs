//! Judging and drawing of one body.

use probity::schema::{CompiledSchema, DrawSettings, SeededRng, classify_input, draw_valid, vary_body};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// The schema of a request with a dozen fields on three levels.
fn request() -> CompiledSchema {
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
fn reply() -> CompiledSchema {
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

fn shape(schema: Value) -> CompiledSchema {
    CompiledSchema::new(schema, "bench.json").expect("the bench's own schema compiles")
}

fn drawn(shape: &CompiledSchema, how: &DrawSettings) -> Value {
    draw_valid(shape, &mut SeededRng::new(1, 2, 3, 4), how).expect("the bench's own schema can be drawn")
}

#[divan::bench]
fn classify_a_request(bencher: divan::Bencher) {
    let shape = request();
    let body = drawn(&shape, &DrawSettings { optional_percent: 100, ..DrawSettings::default() });
    bencher.bench(|| classify_input(Some(&shape), Some(&body), None));
}

#[divan::bench]
fn violations_of_a_reply(bencher: divan::Bencher) {
    let shape = reply();
    let body = drawn(&shape, &DrawSettings::for_response());
    bencher.bench(|| shape.find_violations(&body));
}

#[divan::bench]
fn violations_of_a_reply_by_the_library(bencher: divan::Bencher) {
    let shape = reply();
    let body = drawn(&shape, &DrawSettings::for_response());
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    let validator = options.build(&shape.schema).expect("the bench's own schema compiles");
    bencher.bench(|| validator.is_valid(&body));
}

#[divan::bench]
fn draw_a_request(bencher: divan::Bencher) {
    let shape = request();
    let mut rng = SeededRng::new(1, 2, 3, 4);
    bencher.bench_local(|| draw_valid(&shape, &mut rng, &DrawSettings::default()));
}

#[divan::bench]
fn start_a_generator(bencher: divan::Bencher) {
    bencher.bench(|| SeededRng::new(1, 2, 3, 4).draw_u64());
}

#[divan::bench]
fn all_deviations_of_a_request(bencher: divan::Bencher) {
    let shape = request();
    let body = drawn(&shape, &DrawSettings { optional_percent: 100, ..DrawSettings::default() });
    bencher.bench(|| vary_body(&shape, &body));
}

#[divan::bench]
fn compile_a_request(bencher: divan::Bencher) {
    let schema = request().schema;
    bencher.with_inputs(|| schema.clone()).bench_values(shape);
}
