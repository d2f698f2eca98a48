//! The URIs of an operation: bindings, path parameters, query parameters.

use super::field::make_source;
use super::page_parts::{PagePart, PlacedBlock};
use crate::derive::patterns::pattern;
use crate::document::PageBlock;
use probity_schema::catalog::{Binding, SourceLines};

// Pages leave out the blank after the method, the slash before the version, and put the endpoint in braces.
pattern!(
    CALL,
    r"(?i)^\s*(?:(?:URI|URL):?\s*)?(GET|POST|PUT|DELETE|PATCH|HEAD)\s*[:：]?\s*(?:https?://[^/\s]*|\{[^}]*endpoint[^}]*\})?(/\S*|v\d[\d.]*/\S+)(.*)$"
);
// Words after a URI that make a note of the rest of the line, and not a sentence of the line.
pattern!(
    NOTE,
    r"(?i)^\s*(?:[(（\[,;.:：–—-]|(?:since|from|for|in|if|when|until|supported|version|v\d\S*|http/\d\S*)\b|$)"
);
pattern!(PATH_LINE, r"(?i)^\s*(?:path|uri|url|request (?:path|uri|url))\s*[:：]\s*(?:https?://[^/\s]*)?(/\S*)\s*$");
pattern!(
    METHOD_LINE,
    r"(?i)^\s*(?:(?:http |request )?method|request type)\s*[:：]\s*(GET|POST|PUT|DELETE|PATCH|HEAD)\s*\.?\s*$"
);
pattern!(PLACEHOLDER, r"=\{[^{}]*\}");
pattern!(BRACES, r"\{[^{}]*\s[^{}]*\}");
pattern!(NAME, r"\{([A-Za-z][\w.-]*)\}");
pattern!(VERSION, r"^v\d+(?:\.\d+)?$");

/// The URIs of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct OperationUris {
    pub bindings: Vec<Binding>,
    /// Parameter names in the order of the first path.
    pub path: Vec<(String, SourceLines)>,
    pub query: Vec<(String, SourceLines)>,
    /// URIs with a different method than the first URI.
    pub others: Vec<(String, SourceLines)>,
    /// Lines that repeat a URI.
    pub repeated: Vec<u32>,
}

/// Reads the URIs of a page. A page without URIs describes no operation.
///
/// The part on the URI has the URIs. Without a URI in that part, a line that is nothing except a method and a path is one
/// in the parts on the function and the request too, on a page that has a part on the request or the response.
pub(super) fn read_uris(placed: &[PlacedBlock], page: &str) -> OperationUris {
    let out = read_uris_of_parts(placed, page, &[PagePart::Uri]);
    let called = placed.iter().any(|it| matches!(it.part, PagePart::Request | PagePart::Response));
    if !out.bindings.is_empty() || !called {
        return out;
    }
    read_uris_of_parts(placed, page, &[PagePart::Function, PagePart::Request, PagePart::Other])
}

fn read_uris_of_parts(placed: &[PlacedBlock], page: &str, parts: &[PagePart]) -> OperationUris {
    let mut reader = UriReader::default();
    for it in placed.iter().filter(|it| parts.contains(&it.part)) {
        for (line, first, last) in list_lines(it.block) {
            reader.read_line(line, make_source(page, first, last));
        }
    }
    reader.out
}

/// Returns the lines of a paragraph, an item or a code block.
fn list_lines(block: &PageBlock) -> Vec<(&str, u32, u32)> {
    match block {
        PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => {
            text.lines.iter().map(|line| (line.text.as_str(), line.first, line.last)).collect()
        }
        PageBlock::Code { text, first, .. } => (*first..).zip(text.lines()).map(|(at, line)| (line, at, at)).collect(),
        PageBlock::Table(_) => Vec::new(),
    }
}

/// Returns the lines with a method and a path in some parts that gave no URI.
pub(super) fn list_unread_calls(
    placed: &[PlacedBlock],
    uris: &OperationUris,
    parts: &[PagePart],
    page: &str,
) -> Vec<SourceLines> {
    let known = |line: u32| {
        let ats = uris.bindings.iter().map(|it| &it.at).chain(uris.others.iter().map(|(_, at)| at));
        ats.into_iter().any(|at| (at.first..=at.last).contains(&line)) || uris.repeated.contains(&line)
    };
    let mut out = Vec::new();
    for it in placed {
        let shown = matches!(it.block, PageBlock::Code { .. }) && it.part != PagePart::Uri;
        if shown || !parts.contains(&it.part) {
            continue;
        }
        for (line, first, last) in list_lines(it.block) {
            if CALL.is_match(&close_braces(line)) && !known(first) {
                out.push(make_source(page, first, last));
            }
        }
    }
    out
}

/// Reads the URIs line by line.
#[derive(Default)]
struct UriReader {
    out: OperationUris,
    /// A path or a method that stands on a line of its own, until the other one follows.
    path: Option<(String, SourceLines)>,
    method: Option<(String, SourceLines)>,
}

impl UriReader {
    fn read_line(&mut self, line: &str, at: SourceLines) {
        let line = close_braces(line);
        if let Some(found) = PATH_LINE.captures(&line) {
            self.path = Some((found[1].to_string(), at));
        } else if let Some(found) = METHOD_LINE.captures(&line) {
            self.method = Some((found[1].to_uppercase(), at));
        } else {
            add_uri(&mut self.out, &line, at);
            return;
        }
        if let (Some((path, here)), Some((method, there))) = (&self.path, &self.method) {
            let at = make_source(&here.page, here.first.min(there.first), here.last.max(there.last));
            add_uri(&mut self.out, &format!("{method} {path}"), at);
            (self.path, self.method) = (None, None);
        }
    }
}

/// Removes blanks inside of braces. Escapes in prose leave such blanks.
fn close_braces(line: &str) -> String {
    let close = |found: &regex::Captures| found[0].split_whitespace().collect::<String>();
    BRACES.replace_all(line, close).into_owned()
}

/// Adds the URI of one line.
pub(super) fn add_uri(out: &mut OperationUris, line: &str, at: SourceLines) {
    let line = close_braces(line);
    let Some(found) = CALL.captures(line.trim()).filter(|it| NOTE.is_match(&it[3])) else {
        return;
    };
    let method = found[1].to_uppercase();
    let written = &found[2];
    let whole = if written.starts_with('/') { written.to_string() } else { format!("/{written}") };
    let (path, query) = split_uri(&whole);
    if out.bindings.first().is_some_and(|it| it.method != method) {
        out.others.push((format!("{method} {path}"), at));
        return;
    }
    for name in query {
        if !out.query.iter().any(|(it, _)| *it == name) {
            out.query.push((name, at.clone()));
        }
    }
    if out.bindings.iter().any(|it| it.path == path) {
        out.repeated.push(at.first);
        return;
    }
    for name in NAME.captures_iter(&path) {
        if !out.path.iter().any(|(it, _)| it == &name[1]) {
            out.path.push((name[1].to_string(), at.clone()));
        }
    }
    let version = path.split('/').find(|it| VERSION.is_match(it)).unwrap_or("default").to_string();
    let mut id = version.clone();
    let mut count = 1;
    while out.bindings.iter().any(|it| it.id == id) {
        count += 1;
        id = format!("{version}-{count}");
    }
    out.bindings.push(Binding { id, method, path, at });
}

/// Splits a URI into the path and the names of the query. Pages write `?a={a}&b={b}`, `?{a,b}` and `{?a,b}`.
fn split_uri(uri: &str) -> (String, Vec<String>) {
    let uri = uri.trim_end_matches(['.', ',', ';']);
    let Some(mark) = uri.find('?') else {
        return (uri.to_string(), Vec::new());
    };
    let path = uri[..mark].trim_end_matches(['{', '[']).to_string();
    // `lit={lamp_lit}` names the parameter `lit`.
    let names = PLACEHOLDER.replace_all(&uri[mark + 1..], "=");
    let names = names
        .split(['&', ',', '{', '}', '[', ']', '?'])
        .map(|piece| piece.split('=').next().unwrap_or_default().trim().to_string())
        .filter(|it| !it.is_empty() && it.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')))
        .fold(Vec::new(), |mut all: Vec<String>, it| {
            if !all.contains(&it) {
                all.push(it);
            }
            all
        });
    (path, names)
}

/// Whether a method only reads. Requests of such methods have no body, so request tables list the query.
pub(super) fn is_read_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_uri(line: &str, path: &str, query: &str) {
        let mut out = OperationUris::default();
        add_uri(&mut out, line, make_source("p", 1, 1));
        let seen = out.bindings.first().map_or("", |it| it.path.as_str());
        let names: Vec<&str> = out.query.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((seen, names.join(",").as_str()), (path, query), "{line}");
    }

    #[test]
    fn queries_are_read_in_every_notation() {
        check_uri("GET /v1/{room}/lamps", "/v1/{room}/lamps", "");
        check_uri("GET /v1/{room}/lamps?{lit,hue}", "/v1/{room}/lamps", "lit,hue");
        check_uri("GET /v1/{room}/lamps{?lit,hue}", "/v1/{room}/lamps", "lit,hue");
        check_uri("GET /v1/{room}/lamps?lit={lit}&hue={hue}", "/v1/{room}/lamps", "lit,hue");
        check_uri("DELETE /v1/lamps/{id}?force=0", "/v1/lamps/{id}", "force");
        check_uri("post /v1/lamps", "/v1/lamps", "");
        check_uri("GET is used to light lamps", "", "");
        check_uri("GET/v1/lamps", "/v1/lamps", "");
        check_uri("GET v1/lamps/{ id }", "/v1/lamps/{id}", "");
        check_uri("PUT https://{Endpoint}/v1/lamps/{lamp _id}?dry={dry _run}", "/v1/lamps/{lamp_id}", "dry");
        check_uri("POST /v1/lamps (since 1.9)", "/v1/lamps", "");
        check_uri("POST /v1/lamps since 1.9", "/v1/lamps", "");
        check_uri("POST /v1/lamps HTTP/1.1", "/v1/lamps", "");
        check_uri("GET /v1/lamps lists lamps of a room", "", "");
    }

    #[test]
    fn path_and_method_on_lines_of_their_own_are_one_uri() {
        let mut reader = UriReader::default();
        for (line, at) in [("PATH: /v1/{room_id}/lamps", 3), ("Method: POST", 5), ("Method: GET", 9), ("URI: /v1/x", 7)]
        {
            reader.read_line(line, make_source("p", at, at));
        }
        let first = &reader.out.bindings[0];
        assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/v1/{room_id}/lamps"));
        assert_eq!(first.at.to_string(), "p:3-5");
        assert_eq!(reader.out.others.len(), 1);
    }

    #[test]
    fn bindings_have_unique_ids() {
        let mut out = OperationUris::default();
        for line in ["GET /v2/a", "GET /v2.1/a", "GET /v2/b"] {
            add_uri(&mut out, line, make_source("p", 1, 1));
        }
        assert_eq!(out.bindings.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["v2", "v2.1", "v2-2"]);
    }
}
