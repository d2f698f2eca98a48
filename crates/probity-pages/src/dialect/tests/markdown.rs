//! Invented pages in Markdown.

use super::check_outline;

#[test]
fn anchors_and_escapes_vanish_from_headings_and_text() {
    check_outline(
        r##"# Lamps<a name="LAMP_1"></a>

## URI \(both\)<a name="section_2"></a>

PUT /v1/\{lamp\_id\}
"##,
        r##"
markdown @1 Lamps [lamp_1]
section 1 @1 Lamps [lamp_1]
section 2 @3 URI (both) [section_2]
  text @5 PUT /v1/{lamp_id}
"##,
    );
}

#[test]
fn a_hard_break_begins_a_line_and_links_keep_their_targets() {
    check_outline(
        r##"# A

Before, call `light` for a **LIT** lamp  
or [another](other-page.md#Part_2), see [Table 7](#table_b) and [home](https://example.org/x).
"##,
        r##"
markdown @1 A
section 1 @1 A
  text @3 Before, call light for a LIT lamp !light!LIT / @4 or another, see Table 7 and home. ->(another|other-page.md|part_2)@4 ->(Table 7||table_b)@4
"##,
    );
}

#[test]
fn items_nest_and_their_further_paragraphs_follow() {
    check_outline(
        r##"# A

1.  First step
    -   Inner **A**

    A second paragraph.

2.  Second
"##,
        r##"
markdown @1 A
section 1 @1 A
  item 0 @3 First step
  item 1 @4 Inner A !A
  text @6 A second paragraph.
  item 0 @8 Second
"##,
    );
}

#[test]
fn a_caption_and_an_anchor_belong_to_the_next_table() {
    check_outline(
        r##"# A

[Table 7](#table_b)  describes the shade.

**Table  7** **shade**  field description

<a name="table_b"></a>
<table><tr><th>Name</th></tr><tr><td>k</td></tr></table>

**Table  8**  Nothing follows

Text.
"##,
        r##"
markdown @1 A
section 1 @1 A
  text @3 Table 7 describes the shade. ->(Table 7||table_b)@3
  table @8-8 @5 shade field description !shade [table_b]
    head @8 Name
    row @8-8 @8 k
  text @10 Table 8 Nothing follows !Table 8
  text @12 Text.
"##,
    );
}

#[test]
fn an_anchor_belongs_to_a_table_after_one_introducing_paragraph() {
    check_outline(
        r##"# A

-   <a name="li7"></a>Parameters in the **shade** field

    <table><tr><th>Name</th></tr>
    <tr><td>k</td></tr>
    </table>

    | Far | Off |
    |-----|-----|
    | a   | b   |
"##,
        r##"
markdown @1 A
section 1 @1 A
  item 0 @3 Parameters in the shade field !shade
  table @5-7  [li7]
    head @5 Name
    row @6-6 @6 k
  table @9-11
    head @9 Far ; @9 Off
    row @11-11 @11 a ; @11 b
"##,
    );
}

#[test]
fn a_row_span_repeats_its_cell_and_a_blank_line_ends_no_table() {
    check_outline(
        r##"# A

<table><thead><tr><th>Name</th><th>Meaning</th><th>Note</th></tr></thead>
<tbody><tr><td rowspan="2"><p>shade</p>
</td><td colspan="2">wide &lt;cell&gt;</td></tr>

<tr><td>second</td><td></td></tr>
</table>
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-8
    head @3 Name ; @3 Meaning ; @3 Note
    row @4-5 @4 shade ; @5 wide <cell> ; @5 wide <cell>
    row @7-7 @4 shade ; @7 second ; -
"##,
    );
}

#[test]
fn an_item_of_a_list_in_a_cell_is_a_line_of_its_own() {
    check_outline(
        r##"# A

<table><tr><th>Name</th><th>Meaning</th></tr>
<tr><td>shade</td><td><p>Values:</p>
<ul><li><strong>OPEN</strong>: up</li><li><b>SHUT</b><ul><li>inner</li></ul></li></ul>
after, see <a href="#Table_C">Table C</a><br>last<pre>as it
  stands</pre></td></tr></table>
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-7
    head @3 Name ; @3 Meaning
    row @4-7 @4 shade ; @4 Values: / @5 * OPEN: up !OPEN / @5 * SHUT !SHUT / @5 * inner / @6 after, see Table C / @6 last / @6 as it / @7   stands ->(Table C||table_c)@6
"##,
    );
}

#[test]
fn cells_without_end_tags_are_cells() {
    check_outline(
        r##"# A

<table><tr><th>K<th>V
<tr><td>bare
<td>cells
<tr><td>end
</table>
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-7
    head @3 K ; @3 V
    row @4-5 @4 bare ; @5 cells
    row @6-6 @6 end
"##,
    );
}

#[test]
fn a_table_without_end_stops_at_the_next_heading() {
    check_outline(
        r##"# A

<table><tr><th>K</th></tr>
<tr><td>one

## B

text `<table>` and
more

```
<table>
```
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-4
    head @3 K
    row @4-4 @4 one
section 2 @6 B
  text @8-9 text <table> and more !<table>
  code "" @12-12
    |<table>
trouble @3 a table has no end tag; it is taken to reach to the next heading
"##,
    );
}

#[test]
fn pipe_rows_keep_their_number_of_cells() {
    check_outline(
        r##"# A

| Key | Value |
|-----|-------|
| `a\|b` | one<br>two |
| short |
| a | b | c |
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-7
    head @3 Key ; @3 Value
    row @5-5 @5 a|b !a|b ; @5 one / @5 two
    row @6-6 @6 short
    row @7-7 @7 a ; @7 b ; @7 c
"##,
    );
}

#[test]
fn code_keeps_its_lines() {
    check_outline(
        r##"# A

```text
{

  "lamp": 1
}
```

> **NOTE:**
> Mind the step.
"##,
        r##"
markdown @1 A
section 1 @1 A
  code "text" @4-7
    |{
    |
    |  "lamp": 1
    |}
  text @10-11 NOTE: Mind the step. !NOTE:
"##,
    );
}

#[test]
fn preformatted_html_is_code() {
    check_outline(
        r##"# A

<p>Ask:</p>
<pre class="x">POST /v1/lamps

{
  "a": &quot;b&quot;
}</pre>
<div>Then <a href="#t">see</a>.</div>

Text.
"##,
        r##"
markdown @1 A
section 1 @1 A
  text @3 Ask:
  code "" @4-8
    |POST /v1/lamps
    |
    |{
    |  "a": "b"
    |}
  text @9 Then see. ->(see||t)@9
  text @11 Text.
"##,
    );
}

#[test]
fn settings_before_a_page_may_hold_its_title() {
    check_outline(
        r##"---
title: "Lamps"
weight: 3
---

Text.

## URI

More.
"##,
        r##"
markdown @2 Lamps
section 1 @2 Lamps
  text @6 Text.
section 2 @8 URI
  text @10 More.
"##,
    );
}

#[test]
fn a_first_row_in_bold_is_a_header() {
    check_outline(
        r##"# A

<table><tr><td><b>Name</b></td><td><strong>Type</strong></td></tr><tr><td>k</td><td><b>bold</b></td></tr></table>
"##,
        r##"
markdown @1 A
section 1 @1 A
  table @3-3
    head @3 Name !Name ; @3 Type !Type
    row @3-3 @3 k ; @3 bold !bold
"##,
    );
}

#[test]
fn a_page_without_heading_is_read_with_a_trouble() {
    check_outline(
        r##"Only words.

-   and an item
"##,
        r##"
markdown @1
section 0 @1
  text @1 Only words.
  item 0 @3 and an item
trouble @1 the page has no heading
"##,
    );
}
