//! Invented API references with parameters and examples in included files.

use crate::dialect::read_page_with_files;
use crate::document::{Document, LINES_APART};

const PARAMETERS: &str = r#"# Parameters in path
lamp_id:
  description: |
    The lamp.
  in: path
  required: true
  type: string
# Parameters in body
bulb: &bulb
  type: object
  in: body
  required: false
  description: |
    The bulb, if any:

    - ``big``
    - ``small``
  min_version: 2.4
hue:
  description: |
    The colour.
  in: body
  required: true
  type: string
  max_version: "2.9"
"#;

fn read_reference(text: &str) -> Document {
    let file = |path: &str| match path {
        "parameters.yaml" => Some(PARAMETERS.to_string()),
        "samples/dim.json" => Some("{\n  \"hue\": 1\n}\n".to_string()),
        _ => None,
    };
    read_page_with_files("page.rst", text.as_bytes(), &file).expect("the page is readable")
}

fn check_reference(text: &str, expected: &str) {
    let found = read_reference(text).write_outline();
    // Lines of the first included file are written as +1, of the second as ++1.
    let mut shown = found.clone();
    for nth in (1..3u32).rev() {
        for line in (0..60).rev() {
            shown =
                shown.replace(&(LINES_APART * nth + line).to_string(), &format!("{}{line}", "+".repeat(nth as usize)));
        }
    }
    assert!(shown.trim() == expected.trim(), "--- expected\n{}\n--- found\n{}", expected.trim(), shown.trim());
}

#[test]
fn a_call_with_its_parameters_statuses_and_example_is_read() {
    check_reference(
        r##"=====
Lamps
=====

Dim a Lamp
==========

.. rest_method::  POST /lamps/{lamp_id}

Dims it.

Normal response codes: 202

Error response codes: badRequest(400),
conflict(409)

Request
-------

.. rest_parameters:: parameters.yaml

  - lamp_id: lamp_id
  - bulb: bulb
  - bulb.hue: hue

.. literalinclude:: samples/dim.json
   :language: javascript
"##,
        r##"
rst @2 Lamps
section 1 @2 Lamps
section 2 @5 Dim a Lamp
section 3 @8 URI
  text @8 POST /lamps/{lamp_id}
section 3 @8 Description
  text @10 Dims it.
  table @12-12
    head @12 Status code
    row @12-12 @12 202
  table @14-15
    head @14 Status code
    row @14-14 @14 400
    row @15-15 @15 409
section 3 @17 Request
  table @22-22 @22 path parameters [path@22]
    head @22 Parameter ; @22 Mandatory ; @22 Type ; @22 First microversion ; @22 Last microversion ; @22 Description
    row @+2-+7 @+2 lamp_id ; @+2 yes ; @+2 string ; - ; - ; @+4 The lamp.
  table @23-23  [body@23]
    head @23 Parameter ; @23 Mandatory ; @23 Type ; @23 First microversion ; @23 Last microversion ; @23 Description
    row @+9-+18 @+9 bulb ->(||body.bulb@24)@24 ; @+9 no ; @+9 object ; @+9 2.4 ; - ; @+14 The bulb, if any: / @+16 * big !big / @+17 * small !small
  table @24-24  [body.bulb@24]
    head @24 Parameter ; @24 Mandatory ; @24 Type ; @24 First microversion ; @24 Last microversion ; @24 Description
    row @+19-+25 @+19 hue ; @+19 yes ; @+19 string ; - ; @+19 2.9 ; @+21 The colour.
  code "javascript" @++1-++3
    |{
    |  "hue": 1
    |}
"##,
    );
}

#[test]
fn a_missing_file_or_key_is_a_trouble_with_its_line() {
    let found = read_reference(
        "Lamps\n=====\n\n.. rest_parameters:: parameters.yaml\n\n  - glow: glow\n  - shade.hue: hue\n\n.. literalinclude:: samples/none.json\n",
    );
    let shown: Vec<String> = found.troubles.iter().map(|it| format!("{}: {}", it.line, it.cause)).collect();
    assert_eq!(
        shown,
        [
            "6: the list of parameters has no key `glow`",
            "7: no row is named `shade`, so its members are left out",
            "9: the included file samples/none.json was not found",
        ]
    );
}

#[test]
fn a_list_of_parameters_is_a_page_with_a_section_for_each() {
    let found = read_reference(PARAMETERS);
    let shown: Vec<String> = found.sections.iter().map(|it| format!("{} @{}", it.title, it.line)).collect();
    assert_eq!(
        (found.dialect, shown.as_slice()),
        ("parameters", ["Parameters @1", "lamp_id @2", "bulb @9", "hue @19"].map(String::from).as_slice())
    );
}

#[test]
fn a_section_is_cut_out_without_the_calls_below_it() {
    let whole = read_reference(
        "Lamps\n=====\n\nAll of them.\n\nStates\n------\n\nLit.\n\nDim\n---\n\n.. rest_method:: POST /lamps\n\nDims.\n\nRequest\n~~~~~~~\n\nNone\n\nLight\n-----\n\nLights.\n",
    );
    let titles = |document: &Document| {
        document.sections.iter().map(|it| format!("{} {}", it.level, it.title)).collect::<Vec<_>>().join(", ")
    };
    let cut = |title: &str| whole.cut_section(title).map(|it| titles(&it));
    assert_eq!(cut("Lamps").as_deref(), Some("1 Lamps, 2 States, 2 Light"));
    assert_eq!(cut("Dim").as_deref(), Some("1 Dim, 2 URI, 2 Description, 2 Request"));
    assert_eq!(cut("Nothing"), None);
}
