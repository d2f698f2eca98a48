//! The canonical form of a suite file. The formatter works on lines, so comments are kept.
//!
//! The result of each rule is used only if the file keeps its meaning.

use super::grammar::{CLAUSE, EVENT, GENERAL, MapGrammar, SUITE};
use super::problem::SuiteProblem;
use super::yaml::{self, YamlNode, YamlValue};
use serde_json::Value;

/// The canonical text of a suite file. `file` is the name of the file for messages. Formatting is idempotent.
///
/// # Errors
///
/// The problems of the text as YAML.
pub fn format_suite(file: &str, text: &str) -> Result<String, Vec<SuiteProblem>> {
    let (tree, troubles) = yaml::read_yaml(text);
    let Some(tree) = tree.filter(|_| troubles.is_empty()) else {
        let problem = |t: yaml::YamlError| SuiteProblem::new_yaml_problem(file, t.place, t.message);
        return Err(troubles.into_iter().map(problem).collect());
    };
    let meaning = read_meaning(&tree);
    let rules: [fn(&str) -> String; 4] = [trim_spaces, sort_top_keys, sort_clause_keys, rewrite_citations];
    let mut best = text.to_string();
    for rule in rules {
        let candidate = rule(&best);
        if yaml::read_yaml(&candidate).0.is_some_and(|tree| self::read_meaning(&tree) == meaning) {
            best = candidate;
        }
    }
    Ok(best)
}

/// The meaning of a file: the values without the order of keys, and every citation as a list.
fn read_meaning(node: &YamlNode) -> Value {
    match &node.kind {
        YamlValue::List(items) => Value::Array(items.iter().map(read_meaning).collect()),
        YamlValue::Map(entries) => {
            let says = |(key, value): &(yaml::YamlKey, YamlNode)| match (&key.text[..], &value.kind) {
                ("cites", YamlValue::Text(one)) => Value::from(vec![one.clone()]),
                _ => read_meaning(value),
            };
            let pairs = entries.iter().map(|entry| (entry.0.text.clone(), says(entry)));
            // `serde_json` preserves the order of keys and ignores the order in comparisons.
            Value::Object(pairs.collect())
        }
        _ => node.to_json(),
    }
}

/// Removes white space at line ends and repeated blank lines; the text ends with one line end.
fn trim_spaces(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

/// Sorts the keys of the file into canonical order. Lines above the first key stay in place.
fn sort_top_keys(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| read_key_at(line, 0).is_some()).unwrap_or(lines.len());
    let mut chunks = split_key_blocks(&lines[first..], 0);
    let ordered = is_ordered(&chunks, &SUITE);
    if ordered {
        return text.to_string();
    }
    chunks.sort_by_key(|chunk| SUITE.rank_key(&chunk.key));
    let head = lines[..first].iter().copied();
    let body = chunks.iter().flat_map(|chunk| chunk.lines.iter().copied());
    trim_spaces(&(head.chain(body).collect::<Vec<_>>().join("\n") + "\n"))
}

/// Sorts the keys of each clause and event written over several lines.
fn sort_clause_keys(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    let mut list: Option<&MapGrammar> = None;
    while at < lines.len() {
        if let Some(key) = read_key_at(lines[at], 0) {
            list = match key {
                "general" => Some(&GENERAL),
                "clauses" => Some(&CLAUSE),
                "events" => Some(&EVENT),
                _ => None,
            };
        }
        let dash = lines[at].len() - lines[at].trim_start().len();
        let starts = lines[at].trim_start().starts_with("- ") && !lines[at].trim_start().starts_with("- {");
        let Some(map) = list.filter(|_| starts) else {
            out.push(lines[at].to_string());
            at += 1;
            continue;
        };
        let end = find_item_end(&lines, at, dash);
        out.extend(sort_item_keys(&lines[at..end], dash, map));
        at = end;
    }
    out.join("\n") + "\n"
}

/// Index after the last line of the list item that begins at `start`. Blank lines and comments after the item belong
/// to the next item.
fn find_item_end(lines: &[&str], start: usize, dash: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let outside = |line: &&str| !line.trim().is_empty() && indent(line) <= dash;
    let after = lines[start + 1..].iter().position(outside).map_or(lines.len(), |n| start + 1 + n);
    let inside = |line: &&str| !line.trim().is_empty();
    lines[start..after].iter().rposition(inside).map_or(after, |n| start + n + 1)
}

fn sort_item_keys(lines: &[&str], dash: usize, map: &MapGrammar) -> Vec<String> {
    let marker_width = lines[0][dash + 1..].len() - lines[0][dash + 1..].trim_start().len() + 1;
    let indent = dash + marker_width;
    let first = format!("{}{}", " ".repeat(indent), &lines[0][indent..]);
    let mut plain: Vec<&str> = vec![&first];
    plain.extend(&lines[1..]);
    let mut chunks = split_key_blocks(&plain, indent);
    if is_ordered(&chunks, map) {
        return lines.iter().map(|line| line.to_string()).collect();
    }
    chunks.sort_by_key(|chunk| map.rank_key(&chunk.key));
    let all: Vec<&str> = chunks.iter().flat_map(|chunk| chunk.lines.iter().copied()).collect();
    let key = all.iter().position(|line| read_key_at(line, indent).is_some()).unwrap_or(0);
    let marker = &lines[0][dash..indent];
    all.iter()
        .enumerate()
        .map(|(n, line)| match n.cmp(&key) {
            // A comment above the first key moves out of the item.
            std::cmp::Ordering::Less => format!("{}{}", " ".repeat(dash), line.trim_start()),
            std::cmp::Ordering::Equal => {
                format!("{}{marker}{}", " ".repeat(dash), line.trim_start())
            }
            std::cmp::Ordering::Greater => line.to_string(),
        })
        .collect()
}

/// A key of a block map, with the comments above and the lines of the value.
struct KeyBlock<'a> {
    key: String,
    lines: Vec<&'a str>,
}

fn split_key_blocks<'a>(lines: &[&'a str], indent: usize) -> Vec<KeyBlock<'a>> {
    let mut chunks: Vec<KeyBlock> = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    for line in lines {
        match read_key_at(line, indent) {
            Some(key) => {
                waiting.push(line);
                chunks.push(KeyBlock { key: key.to_string(), lines: std::mem::take(&mut waiting) });
            }
            None if line.trim().is_empty() || line.trim_start().starts_with('#') => waiting.push(line),
            None => match chunks.last_mut() {
                Some(chunk) => {
                    chunk.lines.append(&mut waiting);
                    chunk.lines.push(line);
                }
                None => waiting.push(line),
            },
        }
    }
    if let Some(chunk) = chunks.last_mut() {
        chunk.lines.append(&mut waiting);
    }
    chunks
}

/// The key that begins at column `indent` of a line.
fn read_key_at(line: &str, indent: usize) -> Option<&str> {
    let rest = line.get(indent..)?;
    let blank = line[..indent].chars().all(|c| c == ' ');
    let (key, _) = rest.split_once(':')?;
    let simple = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '));
    (blank && simple).then_some(key)
}

fn is_ordered(chunks: &[KeyBlock], map: &MapGrammar) -> bool {
    chunks.is_sorted_by_key(|chunk| map.rank_key(&chunk.key))
}

/// Rewrites `cites: a:1` and `cites: [a:1, 'b:2']` as `cites: ["a:1", "b:2"]`.
fn rewrite_citations(text: &str) -> String {
    let line = |line: &str| match line.find("cites: ") {
        Some(at) if !line.trim_start().starts_with('#') => {
            let (head, tail) = line.split_at(at + "cites: ".len());
            rewrite_citation_value(tail).map_or(line.to_string(), |tail| format!("{head}{tail}"))
        }
        _ => line.to_string(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn rewrite_citation_value(tail: &str) -> Option<String> {
    let (items, after) = match tail.strip_prefix('[') {
        Some(list) => list.split_once(']')?,
        None => {
            let end = tail.find([',', ' ', '}']).unwrap_or(tail.len());
            tail.split_at(end)
        }
    };
    let quoted = |item: &str| {
        let bare = item.trim().trim_matches(['"', '\'']);
        bare.parse::<crate::schema::catalog::SourceLines>().ok().map(|_| format!("\"{bare}\""))
    };
    let items: Option<Vec<String>> = items.split(',').map(quoted).collect();
    Some(format!("[{}]{after}", items?.join(", ")))
}
