//! The URIs of an operation: bindings, path parameters, query parameters.

use super::field::make_source;
use super::page_parts::{PagePart, PlacedBlock};
use crate::derive::patterns::pattern;
use crate::document::PageBlock;
use probity_schema::catalog::{Binding, SourceLines};

pattern!(CALL, r"(?i)^\s*(?:URI:?\s*)?(GET|POST|PUT|DELETE|PATCH|HEAD)\s+(?:https?://[^/\s]+)?(/\S*)\s*$");
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
}

/// Reads the URIs of a page. A page without URIs describes no operation.
pub(super) fn read_uris(placed: &[PlacedBlock], page: &str) -> OperationUris {
    let mut out = OperationUris::default();
    for it in placed.iter().filter(|it| it.part == PagePart::Uri) {
        match it.block {
            PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => {
                for line in &text.lines {
                    add_uri(&mut out, &line.text, make_source(page, line.first, line.last));
                }
            }
            PageBlock::Code { text, first, .. } => {
                for (nth, line) in text.lines().enumerate() {
                    let at = first + nth as u32;
                    add_uri(&mut out, line, make_source(page, at, at));
                }
            }
            PageBlock::Table(_) => {}
        }
    }
    out
}

/// Adds the URI of one line.
pub(super) fn add_uri(out: &mut OperationUris, line: &str, at: SourceLines) {
    // Escapes in prose leave spaces inside braces.
    let Some(found) = CALL.captures(line.trim()) else {
        return;
    };
    let method = found[1].to_uppercase();
    let (path, query) = split_uri(&found[2]);
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
    let names = uri[mark + 1..]
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
