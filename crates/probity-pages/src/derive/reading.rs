//! The account of a derivation: what became of each page, each row and each example. What gave nothing is a doubt.

use super::doubts::{DraftDoubts, add_doubt, make_side};
use super::field::{BodyDirection, DraftField, make_source};
use super::input::PageInput;
use super::operation_draft::DraftOperation;
use super::operation_page::find_table_place;
use super::page_parts::{PagePart, PlacedBlock, place_blocks};
use super::reading_summary::{PageKind, PageReading, ReadingSummary};
use super::survey::PageSurvey;
use super::uri::{self, OperationUris};
use super::words::normalise_label;
use crate::document::PageBlock;
use probity_schema::catalog::SourceLines;
use std::collections::{BTreeMap, BTreeSet};

/// Writes the account, and records a doubt for everything that gave nothing.
pub(super) fn read_account(
    inputs: &[PageInput],
    survey: &PageSurvey,
    made: &[DraftOperation],
    drafts: &mut DraftDoubts,
) -> ReadingSummary {
    let used = collect_used_rows(made);
    let mut account = Account { survey, used, drafts, out: ReadingSummary::default(), headings: BTreeMap::new() };
    for (nth, input) in inputs.iter().enumerate() {
        let operations = made.iter().filter(|it| it.page == nth).count();
        account.read_page(nth, input, operations);
    }
    account.record_strange_headings();
    account.record_strange_columns(made);
    account.count_examples(made);
    account.out
}

struct Account<'a> {
    survey: &'a PageSurvey,
    /// Places of the rows that became a parameter or a field.
    used: BTreeSet<SourceLines>,
    drafts: &'a mut DraftDoubts,
    out: ReadingSummary,
    /// Headings that no list of words has: the heading as written, the first place, the number of pages.
    headings: BTreeMap<String, (String, SourceLines, usize)>,
}

impl Account<'_> {
    fn read_page(&mut self, nth: usize, input: &PageInput, operations: usize) {
        let start = self.drafts.all.len();
        // These readers take a page as a whole.
        let whole = matches!(input.document.dialect, "openapi" | "pipes");
        let placed = place_blocks(&input.document, &self.survey.words);
        let has = |part: PagePart| placed.iter().any(|it| it.part == part);
        let missed = operations == 0 && has(PagePart::Uri) && (has(PagePart::Request) || has(PagePart::Response));
        let (kind, reason) = if operations > 0 {
            if !whole {
                self.account_operation(nth, input, &placed);
            }
            (PageKind::Operation, format!("{operations} operation{}", if operations == 1 { "" } else { "s" }))
        } else {
            self.account_other(nth, input, &placed)
        };
        self.out.pages.push(PageReading { file: input.entry.file.clone(), kind, reason, missed });
        self.drafts.assign_unit(start, nth);
    }

    /// Counts the rows of a page with an operation, and records what gave nothing.
    fn account_operation(&mut self, nth: usize, input: &PageInput, placed: &[PlacedBlock]) {
        let uris = uri::read_uris(placed, &input.entry.id);
        let calls = uri::list_unread_calls(placed, &uris, &[PagePart::Uri], &input.entry.id);
        self.record_unread_calls(calls);
        for table in self.survey.tables.iter().filter(|it| it.page == nth) {
            // Headers of responses are read, and no response is checked against them.
            let headers = table.part == PagePart::Response && find_table_place(table).is_some();
            let hits = table.fields.iter().filter(|it| self.used.contains(&it.at)).count();
            self.out.rows += table.fields.len();
            self.out.joined_rows += if headers { table.fields.len() } else { hits };
            let told = self.drafts.all.iter().any(|it| {
                it.kind == "table-unjoined" && it.sides.iter().any(|side| side.at.as_ref() == Some(&table.at))
            });
            if hits == 0 && !headers && !table.fields.is_empty() {
                self.out.unread_parts += 1;
                if !told {
                    let says = format!("a table of {} fields that no part of the operation takes", table.fields.len());
                    self.record_unread_table(says, &table.at);
                }
            }
        }
        for table in self.survey.strange.iter().filter(|it| it.page == nth) {
            self.out.unread_parts += 1;
            let says = format!("a table with the headings {}", shorten(&table.heads));
            self.record_unread_table(says, &table.at);
        }
        self.collect_strange_headings(input);
    }

    fn record_unread_table(&mut self, says: String, at: &SourceLines) {
        let sides = vec![make_side(says, Some(at.clone())), make_side("nothing", None)];
        add_doubt(&mut self.drafts.all, "unread-table", at.first.to_string(), sides, None, "left-out");
    }

    fn record_unread_calls(&mut self, calls: Vec<SourceLines>) {
        let count = calls.len();
        self.out.unread_parts += count;
        if let Some(first) = calls.into_iter().next() {
            let says = format!("{count} line{} with a method and a path", if count == 1 { "" } else { "s" });
            let sides = vec![make_side(says, Some(first)), make_side("no operation", None)];
            add_doubt(&mut self.drafts.all, "unread-call", "", sides, None, "left-out");
        }
    }

    /// Collects headings below the title that no list of words has, with a table or an example below.
    fn collect_strange_headings(&mut self, input: &PageInput) {
        for section in input.document.sections.iter().filter(|it| it.level == 2) {
            let content = section.blocks.iter().any(|it| matches!(it, PageBlock::Table(_) | PageBlock::Code { .. }));
            if !content || self.survey.words.find_heading_part(&section.title).is_some() {
                continue;
            }
            self.out.unread_parts += 1;
            let at = make_source(&input.entry.id, section.line, section.line);
            let entry = self.headings.entry(normalise_label(&section.title));
            entry.or_insert_with(|| (section.title.clone(), at, 0)).2 += 1;
        }
    }

    /// Names the kind of a page without operation.
    fn account_other(&mut self, nth: usize, input: &PageInput, placed: &[PlacedBlock]) -> (PageKind, String) {
        let called = placed.iter().any(|it| matches!(it.part, PagePart::Uri | PagePart::Request | PagePart::Response));
        let parts = [PagePart::Uri, PagePart::Function, PagePart::Request, PagePart::Other];
        let calls = uri::list_unread_calls(placed, &OperationUris::default(), &parts, &input.entry.id);
        let lines = calls.len();
        if called {
            self.record_unread_calls(calls);
        }
        let own: Vec<_> = self.survey.tables.iter().filter(|it| it.page == nth).collect();
        let lent = own.iter().filter(|table| table.fields.iter().any(|it| self.used.contains(&it.at))).count();
        let (rows, joined) = own.iter().filter(|table| table.fields.iter().any(|it| self.used.contains(&it.at))).fold(
            (0, 0),
            |(rows, joined), table| {
                let hits = table.fields.iter().filter(|it| self.used.contains(&it.at)).count();
                (rows + table.fields.len(), joined + hits)
            },
        );
        self.out.rows += rows;
        self.out.joined_rows += joined;
        let page = &self.survey.pages[nth];
        let calls_said =
            if lines > 0 { format!(", and {lines} lines with a method and a path") } else { String::new() };
        if lent > 0 {
            return (PageKind::Structure, format!("{lent} of {} tables are used by operations", own.len()));
        }
        if !page.codes.is_empty() {
            return (PageKind::Structure, format!("{} statuses{calls_said}", page.codes.len()));
        }
        if self.survey.values.iter().any(|it| it.at.page == input.entry.id) {
            return (PageKind::Structure, format!("a table of values{calls_said}"));
        }
        if !own.is_empty() {
            return (PageKind::Structure, format!("{} tables of fields that no operation uses{calls_said}", own.len()));
        }
        if !page.examples.is_empty() {
            return (PageKind::Structure, format!("{} examples{calls_said}", page.examples.len()));
        }
        (PageKind::Prose, format!("no URI, no table of fields, no status{calls_said}"))
    }

    /// Records one doubt for each heading that no list of words has.
    fn record_strange_headings(&mut self) {
        for (_, (title, at, count)) in std::mem::take(&mut self.headings) {
            let sides = vec![
                make_side(format!("the heading {} on {count} pages", shorten(&title)), Some(at)),
                make_side("no part", None),
            ];
            let nth = add_doubt(&mut self.drafts.all, "unread-heading", shorten(&title), sides, None, "left-out");
            self.drafts.set_owner(nth, None);
        }
    }

    /// Records one doubt for each heading of a column that no list of words has.
    fn record_strange_columns(&mut self, made: &[DraftOperation]) {
        let pages: BTreeSet<&str> = made.iter().map(|it| it.at.page.as_str()).collect();
        let mut seen: BTreeMap<&str, (SourceLines, usize)> = BTreeMap::new();
        for (head, at) in self.survey.strange_columns.iter().filter(|(_, at)| pages.contains(at.page.as_str())) {
            seen.entry(head).or_insert_with(|| (at.clone(), 0)).1 += 1;
        }
        for (head, (at, count)) in seen {
            self.out.unread_parts += count;
            let sides = vec![
                make_side(format!("the column {} of {count} tables", shorten(head)), Some(at)),
                make_side("no claim", None),
            ];
            let nth = add_doubt(&mut self.drafts.all, "unread-column", shorten(head), sides, None, "left-out");
            self.drafts.set_owner(nth, None);
        }
    }

    fn count_examples(&mut self, made: &[DraftOperation]) {
        for body in made.iter().flat_map(|it| it.requests.iter().chain(&it.responses)) {
            let count = match body.way {
                BodyDirection::Request => &mut self.out.requests,
                BodyDirection::Response => &mut self.out.responses,
            };
            for check in &body.checks {
                count.all += 1;
                count.agreeing += usize::from(check.valid && !check.doubted);
                count.doubted += usize::from(check.doubted);
            }
        }
    }
}

/// The places of all fields of all operations.
fn collect_used_rows(made: &[DraftOperation]) -> BTreeSet<SourceLines> {
    fn collect(fields: &[DraftField], out: &mut BTreeSet<SourceLines>) {
        for field in fields {
            out.insert(field.at.clone());
            out.extend(field.merged.iter().cloned());
            collect(&field.children, out);
            field.further_types.iter().for_each(|(_, below)| collect(below, out));
            field.choices.iter().for_each(|(_, all)| collect(all, out));
        }
    }
    let mut out = BTreeSet::new();
    for one in made {
        for list in [&one.path, &one.query, &one.headers] {
            collect(list, &mut out);
        }
        for body in one.requests.iter().chain(&one.responses) {
            collect(&body.fields, &mut out);
        }
    }
    out
}

/// A heading for a message: one line, and not the text of a page.
fn shorten(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if text.chars().count() > 60 {
        out.push('…');
    }
    out
}
