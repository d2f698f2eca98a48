//! Invented text pages with pipe tables.

use super::check_outline;

#[test]
fn numbers_and_section_words_are_headings() {
    check_outline(
        r##"This is a view for printing. Click here.
Lamp service
- 1: Light
1 - Light
1.1 - 2.1
put /v1/lamps/{lamp_id}
Description
Lights a lamp, if it may be lit.
State ACTIVE (CURRENT)
| Version | Until |
|---|---|
| 2.1 | - |
Fittings of a lamp
| Name | Schema |
|---|---|
| a | b |
"##,
        r##"
pipes @2 Lamp service
section 0 @1
  text @1 This is a view for printing. Click here.
section 1 @2 Lamp service
  item 0 @3 1: Light
section 2 @4 1 - Light
section 3 @5 1.1 - 2.1
  text @6 put /v1/lamps/{lamp_id}
section 4 @7 Description
  text @8 Lights a lamp, if it may be lit.
  text @9 State ACTIVE (CURRENT)
  table @10-12
    head @10 Version ; @10 Until
    row @12-12 @12 2.1 ; @12 -
section 4 @13 Fittings of a lamp
  table @14-16
    head @14 Name ; @14 Schema
    row @16-16 @16 a ; @16 b
"##,
    );
}

#[test]
fn ragged_rows_stay_ragged() {
    check_outline(
        r##"1 - 1.0
get /v1/lamps
Parameters
| Type | Name | Default |
|---|---|---|
| a \| b | [Lamp](models/lamp#top) |
| c | x<br>y | z | more |
| | | |
Responses
| no | rule |
"##,
        r##"
pipes @1 1 - 1.0
section 2 @1 1 - 1.0
  text @2 get /v1/lamps
section 3 @3 Parameters
  table @4-8
    head @4 Type ; @4 Name ; @4 Default
    row @6-6 @6 a | b ; @6 Lamp ->(Lamp|models/lamp|top)@6
    row @7-7 @7 c ; @7 x / @7 y ; @7 z ; @7 more
    row @8-8 - ; - ; -
section 3 @9 Responses
  table @10-10
    row @10-10 @10 no ; @10 rule
trouble @10 a table of pipes has no rule under its first line, so it has no header
"##,
    );
}

#[test]
fn examples_are_code_though_nothing_is_indented() {
    check_outline(
        r##"Light a lamp
1 - 2.1
put /v1/lamps
Example HTTP request
Request path
/v1/lamps
Request header
"Key = a=b",
"Kind = Lamp"
Request body
{
"a": "}",
"b": [1,
2]
}
Example HTTP response
Response 202
"##,
        r##"
pipes @1 Light a lamp
section 1 @1 Light a lamp
section 2 @2 1 - 2.1
  text @3 put /v1/lamps
section 3 @4 Example HTTP request
section 4 @5 Request path
  text @6 /v1/lamps
section 4 @7 Request header
  code "" @8-9
    |"Key = a=b",
    |"Kind = Lamp"
section 4 @10 Request body
  code "" @11-15
    |{
    |"a": "}",
    |"b": [1,
    |2]
    |}
section 3 @16 Example HTTP response
section 4 @17 Response 202
"##,
    );
}

#[test]
fn an_example_without_end_stops_at_the_next_heading() {
    check_outline(
        r##"Light a lamp
1 - 2.1
get /v1/lamps
{
"open": 1
Description
Old.
"##,
        r##"
pipes @1 Light a lamp
section 1 @1 Light a lamp
section 2 @2 1 - 2.1
  text @3 get /v1/lamps
  code "" @4-5
    |{
    |"open": 1
section 3 @6 Description
  text @7 Old.
trouble @4 an example ends before its brackets are closed
"##,
    );
}
