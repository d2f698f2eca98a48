//! A page that has a URI becomes an operation.

use super::Drafts;
use super::PageInput;
use super::doubts::{Draft, doubt, side};
use super::field::{Field, Need, Way, source};
use super::json::{Kind, Node};
use super::layout::{Part, Placed, place};
use super::nest::{self, FieldTable};
use super::notes::{self, Noted};
use super::reconcile::{self, Scene};
use super::survey::Survey;
use super::types::Type;
use super::uri::{self, Uris};
use crate::schema::catalog::{Action, ApiVersion, Binding, Source, Status};
use regex::Regex;
use std::sync::LazyLock;

static VERSION_HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b([A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+-Version)\b").expect("ours")
});

/// An operation while its doubts have no names yet.
#[derive(Debug)]
pub(super) struct Made {
    pub page: usize,
    pub id: String,
    pub title: String,
    pub at: Source,
    pub deprecated: bool,
    pub bindings: Vec<Binding>,
    pub action: Option<Action>,
    pub path: Vec<Field>,
    pub query: Vec<Field>,
    pub headers: Vec<Field>,
    pub requests: Vec<MadeBody>,
    pub responses: Vec<MadeBody>,
    pub statuses: Vec<Status>,
    pub versions: Vec<ApiVersion>,
    pub noted: Vec<(
        crate::schema::catalog::Note,
        Vec<(String, String)>,
        Vec<crate::pages::document::Link>,
    )>,
}

/// A body while it is a tree of fields; no fields and no list means an empty body.
#[derive(Debug, Clone)]
pub(super) struct MadeBody {
    pub way: Way,
    pub versions: Vec<String>,
    pub statuses: Vec<u16>,
    /// Part of the file name that tells it from others, as `error`.
    pub suffix: String,
    pub fields: Vec<Field>,
    /// The body is a list of what `fields` describe.
    pub list: bool,
    pub at: Source,
}

impl MadeBody {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// The operation that a page describes; `None` for a page without a URI.
pub(super) fn make(
    nth: usize,
    input: &PageInput,
    survey: &Survey,
    drafts: &mut Drafts,
) -> Option<Made> {
    let placed = place(&input.document);
    let page = &input.entry.id;
    let uris = uri::read(&placed, page);
    let first = uris.bindings.first()?.clone();
    let start = drafts.all.len();
    let own: Vec<usize> = (0..survey.tables.len())
        .filter(|it| survey.tables[*it].page == nth)
        .collect();
    let (path, query) = address(&uris, survey, &own, &first.method, page);
    let headers = headers(survey, nth, &own, &placed, page);
    let mut requests = Vec::new();
    requests.extend(request(
        nth,
        survey,
        &own,
        &first.method,
        page,
        &mut drafts.all,
    ));
    let action = action(&first.path, &mut requests);
    let responses = responses(nth, survey, &own, page, &mut drafts.all);
    let statuses = statuses(nth, survey, page, &mut drafts.all);
    for (call, at) in &uris.others {
        let sides = vec![
            side(first.method.clone(), Some(first.at.clone())),
            side(call.split(' ').next().unwrap_or_default(), Some(at.clone())),
        ];
        doubt(
            &mut drafts.all,
            "several-methods",
            "",
            sides,
            Some(0),
            "first-method",
        );
    }
    let title = input
        .entry
        .title
        .clone()
        .unwrap_or_else(|| input.document.title.clone());
    let id = input
        .entry
        .operation
        .clone()
        .or(action.as_ref().map(|it| it.name.clone()))
        .unwrap_or_else(|| camel(&title));
    let noted = notes::read(&placed, page)
        .into_iter()
        .map(|Noted { note, pairs, links }| (note, pairs, links))
        .collect();
    drafts.tag(start, nth);
    Some(Made {
        page: nth,
        id,
        deprecated: is_withdrawn(&input.document.title),
        title,
        at: source(page, input.document.title_line, input.document.title_line),
        bindings: uris.bindings,
        action,
        path,
        query,
        headers,
        requests,
        responses,
        statuses,
        versions: Vec::new(),
        noted,
    })
}

/// What a caption says about where its parameters stand.
fn placed_by_caption(table: &FieldTable) -> Option<&'static str> {
    let lower = table.caption.to_lowercase();
    ["query", "header", "path"]
        .into_iter()
        .find(|word| lower.contains(word) && lower.contains("parameter"))
}

fn address(
    uris: &Uris,
    survey: &Survey,
    own: &[usize],
    method: &str,
    page: &str,
) -> (Vec<Field>, Vec<Field>) {
    let mut rows: Vec<&Field> = Vec::new();
    let mut asked: Vec<&Field> = Vec::new();
    for at in own {
        let table = &survey.tables[*at];
        match (table.part, placed_by_caption(table)) {
            (_, Some("header")) => {}
            (Part::Uri, _) => rows.extend(&table.fields),
            (Part::Request, Some(_)) => rows.extend(&table.fields),
            (Part::Request, None) if is_read(method) => asked.extend(&table.fields),
            _ => {}
        }
    }
    let in_path = |name: &str| uris.path.iter().any(|(it, _)| it == name);
    let path = uris.path.iter().map(|(name, at)| {
        let row = rows.iter().chain(&asked).find(|it| it.name == *name);
        let mut field = row.map_or_else(
            || Field::new(name, Type::String, at.clone()),
            |it| (*it).clone(),
        );
        field.need = Need::Yes;
        field.is = if field.is == Type::Any {
            Type::String
        } else {
            field.is
        };
        field
    });
    let path = path.collect();
    let mut query: Vec<Field> = Vec::new();
    for row in rows.into_iter().chain(asked) {
        if !in_path(&row.name) && !query.iter().any(|it| it.name == row.name) {
            let mut field = row.clone();
            field.is = if field.is == Type::Any {
                Type::String
            } else {
                field.is
            };
            query.push(field);
        }
    }
    for (name, at) in &uris.query {
        if !query.iter().any(|it| it.name == *name) && !in_path(name) {
            query.push(Field::new(
                name,
                Type::String,
                source(page, at.first, at.last),
            ));
        }
    }
    (path, query)
}

/// Methods whose request has no body, so that request tables list the query.
fn is_read(method: &str) -> bool {
    matches!(method, "GET" | "HEAD")
}

/// Headers from tables, from example requests, and the version header where prose names one.
fn headers(
    survey: &Survey,
    nth: usize,
    own: &[usize],
    placed: &[Placed],
    page: &str,
) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    let mut add = |field: Field| {
        if !out
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(&field.name))
        {
            out.push(field);
        }
    };
    for at in own {
        let table = &survey.tables[*at];
        if placed_by_caption(table) == Some("header")
            && matches!(table.part, Part::Request | Part::Uri)
        {
            table.fields.iter().cloned().for_each(&mut add);
        }
    }
    for (name, at) in &survey.pages[nth].headers {
        add(Field::new(name, Type::String, at.clone()));
    }
    for it in placed {
        for line in super::across::lines_of(it.block) {
            if let Some(found) = VERSION_HEADER.captures(&line.text) {
                add(Field::new(
                    &found[1],
                    Type::String,
                    source(page, line.first, line.last),
                ));
            }
        }
    }
    out
}

fn request(
    nth: usize,
    survey: &Survey,
    own: &[usize],
    method: &str,
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Option<MadeBody> {
    if is_read(method) {
        return None;
    }
    let candidates: Vec<usize> = own
        .iter()
        .copied()
        .filter(|it| {
            survey.tables[*it].part == Part::Request
                && placed_by_caption(&survey.tables[*it]).is_none()
        })
        .collect();
    let examples = examples(survey, nth, Way::Request, false);
    body(
        survey,
        nth,
        &candidates,
        examples,
        Way::Request,
        page,
        drafts,
    )
}

fn examples(survey: &Survey, nth: usize, way: Way, abnormal: bool) -> Vec<Node> {
    survey.pages[nth]
        .examples
        .iter()
        .filter(|it| it.way == way && it.abnormal == abnormal)
        .map(|it| it.node.clone())
        .collect()
}

/// Tables and examples of one body, joined and held against each other.
fn body(
    survey: &Survey,
    nth: usize,
    candidates: &[usize],
    examples: Vec<Node>,
    way: Way,
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Option<MadeBody> {
    let _ = nth;
    let list = !examples.is_empty() && examples.iter().all(|it| matches!(it.kind, Kind::Array(_)));
    let examples: Vec<Node> = if list {
        examples.iter().flat_map(nest::objects).cloned().collect()
    } else {
        examples
    };
    let mut joined = nest::join(
        survey.tables.as_slice(),
        &survey.names,
        candidates,
        &examples,
        drafts,
    );
    for at in candidates.iter().filter(|it| !joined.used.contains(it)) {
        leftover(&survey.tables[*at], &mut joined.fields, way, drafts);
    }
    let by_example = joined.fields.is_empty();
    if !list {
        reconcile::wrap(
            &mut joined.fields,
            &examples,
            &joined.root,
            page,
            way,
            drafts,
        );
    }
    let shown: Vec<&Node> = examples
        .iter()
        .filter(|it| matches!(it.kind, Kind::Object(_)))
        .collect();
    if by_example && shown.is_empty() {
        return None;
    }
    let scene = Scene {
        page,
        way,
        silent: by_example,
    };
    reconcile::reconcile(&mut joined.fields, &shown, way.word(), scene, drafts, 0);
    let at = joined
        .root
        .clone()
        .or_else(|| shown.first().map(|it| source(page, it.first, it.last)))?;
    if by_example {
        let sides = vec![
            side("no table", None),
            side(format!("{} fields", joined.fields.len()), Some(at.clone())),
        ];
        let nth = doubt(
            drafts,
            "body-by-example",
            way.word(),
            sides,
            Some(1),
            "example-adds-optional",
        );
        joined.fields.iter_mut().for_each(|it| it.doubts.push(nth));
    }
    Some(MadeBody {
        way,
        versions: Vec::new(),
        statuses: Vec::new(),
        suffix: String::new(),
        fields: joined.fields,
        list,
        at,
    })
}

/// A table that nothing joins: its rows are put beside the root's if it is a root too.
fn leftover(table: &FieldTable, fields: &mut Vec<Field>, way: Way, drafts: &mut Vec<Draft>) {
    let lower = table.caption.to_lowercase();
    let root_like = [
        "request parameter",
        "response parameter",
        "request body",
        "response body",
        "parameter description",
    ]
    .iter()
    .any(|it| lower.contains(it));
    let fresh: Vec<Field> = table
        .fields
        .iter()
        .filter(|it| !fields.iter().any(|old| old.name == it.name))
        .cloned()
        .collect();
    let taken = if root_like && !fresh.is_empty() {
        Some(1)
    } else {
        None
    };
    let sides = vec![
        side(
            format!(
                "a table of {} fields that nothing names",
                table.fields.len()
            ),
            Some(table.at.clone()),
        ),
        side("fields of the body", None),
    ];
    doubt(
        drafts,
        "table-unjoined",
        format!("{}/{}", way.word(), table.at.first),
        sides,
        taken,
        if taken.is_some() {
            "second-root"
        } else {
            "left-out"
        },
    );
    if taken.is_some() {
        fields.extend(fresh);
    }
}

/// The top property that selects the operation where the path ends in `action`.
fn action(path: &str, requests: &mut [MadeBody]) -> Option<Action> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    if !last.eq_ignore_ascii_case("action") {
        return None;
    }
    let body = requests.first_mut()?;
    let top: Vec<&Field> = body.fields.iter().filter(|it| !it.any_key).collect();
    let chosen = match top.as_slice() {
        [only] => *only,
        several => {
            let mandatory: Vec<&Field> = several
                .iter()
                .copied()
                .filter(|it| it.need == Need::Yes)
                .collect();
            match mandatory.as_slice() {
                [only] if only.is.holds_fields() || only.is == Type::Null => *only,
                _ => return None,
            }
        }
    };
    if !(chosen.is.holds_fields() || chosen.is == Type::Null) {
        return None;
    }
    let action = Action {
        name: chosen.name.clone(),
        at: chosen.at.clone(),
    };
    // Without it the call is another one, whatever its cell says.
    if let Some(it) = body.fields.iter_mut().find(|it| it.name == action.name) {
        it.need = Need::Yes;
    }
    Some(action)
}

fn responses(
    nth: usize,
    survey: &Survey,
    own: &[usize],
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Vec<MadeBody> {
    let there = |at: &usize, parts: &[Part], abnormal: bool| {
        parts.contains(&survey.tables[*at].part) && survey.tables[*at].abnormal == abnormal
    };
    let mut out = Vec::new();
    let mut tables: Vec<usize> = own
        .iter()
        .copied()
        .filter(|it| {
            there(it, &[Part::Response], false) && placed_by_caption(&survey.tables[*it]).is_none()
        })
        .collect();
    let mut errors: Vec<usize> = own
        .iter()
        .copied()
        .filter(|it| there(it, &[Part::Response], true))
        .collect();
    let mut home = nth;
    if tables.is_empty() {
        // The page may leave its response to another one that describes no operation.
        let linked = survey.pages_linked(&survey.pages[nth].response_links, nth);
        let lender = linked.into_iter().find(|page| {
            survey
                .tables
                .iter()
                .any(|it| it.page == *page && matches!(it.part, Part::Other | Part::Response))
        });
        if let Some(lender) = lender {
            home = lender;
            let all: Vec<usize> = (0..survey.tables.len())
                .filter(|it| survey.tables[*it].page == lender)
                .collect();
            let first = all.first().copied();
            tables = all
                .iter()
                .copied()
                .filter(|it| there(it, &[Part::Other, Part::Response], false))
                .collect();
            errors = all
                .iter()
                .copied()
                .filter(|it| there(it, &[Part::Other, Part::Response], true))
                .collect();
            if let (Some(none), Some(first)) = (&survey.pages[nth].no_example, first) {
                let sides = vec![
                    side("a body", Some(survey.tables[first].at.clone())),
                    side("none", Some(none.clone())),
                ];
                doubt(
                    drafts,
                    "example-none",
                    "response",
                    sides,
                    Some(0),
                    "table-wins-on-presence",
                );
            }
        }
    }
    let id = survey
        .names
        .get(home)
        .map_or(page, |it| it.id.as_str())
        .to_string();
    let mut shown = examples(survey, nth, Way::Response, false);
    let mut failed = examples(survey, nth, Way::Response, true);
    let own_id = page.to_string();
    let example_page = if shown.is_empty() && home != nth {
        shown = examples(survey, home, Way::Response, false);
        failed = examples(survey, home, Way::Response, true);
        id
    } else {
        own_id
    };
    let made = body(
        survey,
        home,
        &tables,
        shown,
        Way::Response,
        &example_page,
        drafts,
    );
    match (made, &survey.pages[nth].no_response) {
        (Some(body), _) => out.push(body),
        (None, Some(at)) => out.push(MadeBody {
            way: Way::Response,
            versions: Vec::new(),
            statuses: Vec::new(),
            suffix: String::new(),
            fields: Vec::new(),
            list: false,
            at: at.clone(),
        }),
        (None, None) => {
            doubt(
                drafts,
                "response-unsaid",
                "response",
                vec![side("no table, no example, no \"none\"", None)],
                None,
                "nothing-promised",
            );
        }
    }
    if !errors.is_empty() {
        if let Some(mut error) = body(
            survey,
            home,
            &errors,
            failed,
            Way::Response,
            &example_page,
            drafts,
        ) {
            error.suffix = "error".into();
            error.statuses = survey
                .codes_of(nth)
                .into_iter()
                .map(|it| it.code)
                .filter(|it| *it >= 400)
                .collect();
            if error.statuses.is_empty() {
                error.statuses = vec![400];
            }
            out.push(error);
        }
    }
    out
}

impl Survey {
    /// The page's own codes, then those of the general tables it refers to.
    fn codes_of(&self, nth: usize) -> Vec<Status> {
        let mut out = self.pages[nth].codes.clone();
        for page in self.pages_linked(&self.pages[nth].status_links, nth) {
            for status in &self.pages[page].codes {
                if !out.iter().any(|it| it.code == status.code) {
                    out.push(Status {
                        general: true,
                        ..status.clone()
                    });
                }
            }
        }
        out
    }
}

fn statuses(nth: usize, survey: &Survey, page: &str, drafts: &mut Vec<Draft>) -> Vec<Status> {
    let all = survey.codes_of(nth);
    let own: Vec<&Status> = all
        .iter()
        .filter(|it| !it.general && (200..300).contains(&it.code))
        .collect();
    if own.len() != 1 {
        let offered: Vec<&Status> = all
            .iter()
            .filter(|it| (200..300).contains(&it.code))
            .collect();
        let mut sides = vec![side(
            if own.is_empty() {
                "no success status on the page"
            } else {
                "several success statuses on the page"
            },
            Some(source(page, 1, 1)),
        )];
        sides[0].at = own.first().map(|it| it.at.clone());
        let codes: Vec<String> = offered.iter().map(|it| it.code.to_string()).collect();
        if let Some(first) = offered.first() {
            sides.push(side(codes.join(", "), Some(first.at.clone())));
        }
        doubt(
            drafts,
            "no-success-status",
            "",
            sides,
            None,
            "any-documented-success",
        );
    }
    all
}

/// A title that says that the operation is withdrawn.
fn is_withdrawn(title: &str) -> bool {
    let lower = title.to_lowercase();
    [
        "(discarded",
        "(deprecated",
        "abandoned",
        "（废弃",
        "(废弃",
        "obsolete)",
    ]
    .iter()
    .any(|it| lower.contains(it))
}

/// A title as one word: `Dimming a Lamp (Old)` is `dimmingALamp`.
pub(super) fn camel(title: &str) -> String {
    let mut depth = 0;
    let bare: String = title
        .chars()
        .map(|c| {
            match c {
                '(' | '（' => depth += 1,
                ')' | '）' => {
                    depth -= 1;
                    return ' ';
                }
                _ => {}
            }
            if depth > 0 || !c.is_ascii_alphanumeric() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let mut out = String::new();
    for word in bare.split_whitespace() {
        let mut chars = word.chars();
        let first = chars.next().unwrap_or_default();
        if out.is_empty() {
            out.push(first.to_ascii_lowercase());
        } else {
            out.push(first.to_ascii_uppercase());
        }
        out.extend(chars.map(|c| c.to_ascii_lowercase()));
    }
    if out.is_empty() {
        "operation".into()
    } else {
        out
    }
}
