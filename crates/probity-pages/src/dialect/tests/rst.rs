//! Invented pages in reStructuredText.

use super::check_outline;

#[test]
fn titles_take_their_levels_from_the_order_of_their_styles() {
    check_outline(
        r##"=====
Lamps
=====

URI
---

More
~~~~

Last
----

Text.
"##,
        r##"
rst @2 Lamps
section 1 @2 Lamps
section 2 @5 URI
section 3 @8 More
section 2 @11 Last
  text @14 Text.
"##,
    );
}

#[test]
fn inline_markup_is_resolved() {
    check_outline(
        r##".. _a:

Lamps
=====

Call |GET| ``/v1/lamps`` or `*all* <other.html#x>`__, see :ref:`Table 1 <Lamp_9__t1>`, :ref:`lamp_8`,
a\_b, 2\ nd and |icon|; `site <https://example.org>`__ and :doc:`this <lamps/index>`.

.. |GET| replace:: GET
"##,
        r##"
rst @3 Lamps [a]
section 1 @3 Lamps [a]
  text @6-7 Call GET /v1/lamps or all, see Table 1, lamp_8, a_b, 2nd and ; site and this. !/v1/lamps ->(all|other.html|x)@6 ->(Table 1||lamp_9__t1)@6 ->(lamp_8||lamp_8)@6 ->(this|lamps/index|)@7
"##,
    );
}

#[test]
fn the_name_of_the_source_and_a_target_label_the_page() {
    check_outline(
        r##":original_name: LAMP_9.html

.. _lamp_9b:

Lamps
=====

.. _lamp_9__uri:

URI
---

Text.
"##,
        r##"
rst @5 Lamps [lamp_9 lamp_9b]
section 1 @5 Lamps [lamp_9 lamp_9b]
section 2 @10 URI [lamp_9__uri]
  text @13 Text.
"##,
    );
}

#[test]
fn a_target_in_an_item_labels_the_table_that_the_item_introduces() {
    check_outline(
        r##"Lamps
=====

-  .. _lamp_9__t1:

   Parameters in the **lamp** field

   ===== ====
   Name  Type
   ===== ====
   shade Text
   ===== ====
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  item 0 @6 Parameters in the lamp field !lamp
  table @8-12  [lamp_9__t1]
    head @9 Name ; @9 Type
    row @11-11 @11 shade ; @11 Text
"##,
    );
}

#[test]
fn a_grid_cell_holds_blocks() {
    check_outline(
        r##"Lamps
=====

+-------+------------------+
| Name  | Description      |
+=======+==================+
| shade | Either:          |
|       |                  |
|       | -  **OPEN**      |
|       | -  **SHUT**: no  |
|       |    light at all  |
|       |                  |
|       |    .. code::     |
|       |                  |
|       |       { x }      |
|       |                  |
|       | .. note::        |
|       |                  |
|       |    Wipe it.      |
+-------+------------------+
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  table @4-20
    head @5 Name ; @5 Description
    row @7-19 @7 shade ; @7 Either: / @9 * OPEN !OPEN / @10-11 * SHUT: no light at all !SHUT / @15 { x } / @19 Wipe it.
"##,
    );
}

#[test]
fn a_grid_cell_may_span_rows_and_columns() {
    check_outline(
        r##"Lamps
=====

+-----+-----+------+
| A   | B   | C    |
+=====+=====+======+
| tall| wide       |
|     +-----+------+
|     | x   | 中文 |
+-----+-----+------+
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  table @4-10
    head @5 A ; @5 B ; @5 C
    row @7-7 @7 tall ; @7 wide ; @7 wide
    row @9-9 @7 tall ; @9 x ; @9 中文
"##,
    );
}

#[test]
fn a_simple_table_folds_rows_and_spans_columns() {
    check_outline(
        r##"Lamps
=====

.. table:: **Table 2** Request parameters

   ===== ========= ===========
   Name  Mandatory Description
   ===== ========= ===========
   watt  Yes       The power,
                   in watts
   tint  both columns
   ----- ---------------------
   glow  No        \
   ===== ========= ===========
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  table @6-14 @4 Request parameters
    head @7 Name ; @7 Mandatory ; @7 Description
    row @9-10 @9 watt ; @9 Yes ; @9-10 The power, in watts
    row @11-11 @11 tint ; @11 both columns ; @11 both columns
    row @13-13 @13 glow ; @13 No ; -
"##,
    );
}

#[test]
fn list_tables_and_csv_tables_are_read() {
    check_outline(
        r##"Lamps
=====

.. list-table:: Table 3: Lists
   :header-rows: 1

   * - Name
     - Meaning
   * - p
     - first

       second

.. csv-table:: Values
   :header: "Name", "Meaning"

   "q", "a ""b"", c"
   r, "over
   lines"
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  table @4-12 @4 Lists
    head @7 Name ; @8 Meaning
    row @9-12 @9 p ; @10 first / @12 second
  table @14-19 @14 Values
    head @14 Name ; @14 Meaning
    row @17-17 @17 q ; @17 a "b", c
    row @18-19 @18 r ; @18-19 over lines
"##,
    );
}

#[test]
fn items_and_literal_blocks_nest() {
    check_outline(
        r##"Lamps
=====

#. One

   a. Inner

      ::

         as it
           stands

#. Two

Literally::

   x

Term
   Its meaning.
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  item 0 @4 One
  item 1 @6 Inner
  code "" @10-11
    |as it
    |  stands
  item 0 @13 Two
  text @15 Literally:
  code "" @17-17
    |x
  text @19 Term
  text @20 Its meaning.
"##,
    );
}

#[test]
fn directives_are_read_or_reported() {
    check_outline(
        r##"Lamps
=====

.. warning:: Hot.

   Very hot.

.. _web: https://example.org

.. a comment
   of two lines

.. code-block:: json
   :linenos:

   {
     "a": 1
   }

.. toctree::
   :maxdepth: 1

   lamps/index

.. odd-thing:: said

   inside

| one
| two
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  text @4 Hot.
  text @6 Very hot.
  code "json" @16-18
    |{
    |  "a": 1
    |}
  item 0 @23 lamps/index ->(lamps/index|lamps/index|)@23
  text @25 said
  text @27 inside
  text @29 one / @30 two
trouble @25 the directive `odd-thing` is not known; its content is read as text
"##,
    );
}

#[test]
fn broken_tables_are_read_as_literal_text() {
    check_outline(
        r##"Lamps
=====

+---+
| a

=== ===
a   b

Text.
"##,
        r##"
rst @1 Lamps
section 1 @1 Lamps
  code "" @4-5
    |+---+
    || a
  code "" @7-8
    |=== ===
    |a   b
  text @10 Text.
trouble @4 a grid table could not be read; its lines are taken as they stand
trouble @7 a table has no last rule; its lines are taken as they stand
"##,
    );
}
