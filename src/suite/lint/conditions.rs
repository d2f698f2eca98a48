//! Sentences with a condition beside cited lines, that no citation covers.
//!
//! An exception beside a cited promise is easily missed, and becomes a false positive. The pages themselves are not part of
//! the project, so the check needs a copy.

use super::context::{LintContext, LintInputs};
use crate::schema::catalog::SourceLines;
use crate::suite::place::SuitePlace;
use std::collections::BTreeMap;

/// Words and phrases that begin a condition, one per line, in small letters.
const CONDITION_WORDS: &str = include_str!("condition_words.txt");

/// Lines with text before and after a citation in which conditions are looked for.
const LINES_BESIDE: usize = 2;

/// Notes each line with a condition, within two lines of a citation, that neither a citation nor a comment of the suite
/// names.
pub(super) fn note_uncited_conditions(lint: &mut LintContext, evidence: LintInputs) {
    let Some(find_text) = evidence.page_text else {
        return;
    };
    let mut cited: BTreeMap<String, Vec<(SourceLines, SuitePlace)>> = BTreeMap::new();
    for (text, place) in lint.tree.collect_citations() {
        if let Ok(lines) = text.parse::<SourceLines>() {
            cited.entry(lines.page.clone()).or_default().push((lines, place));
        }
    }
    let mentioned = list_comment_citations(lint.tree.text);
    for (page, citations) in cited {
        let Some(text) = find_text(&page) else { continue };
        for (line, word, place) in find_uncited_conditions(&text, &citations, &mentioned) {
            let message = format!(
                "{page}:{line} beside a citation has the word \"{word}\", and no citation covers the line: cite the line, or \
                 name it in a comment with the reason"
            );
            lint.report_note(place, "uncited-condition", message);
        }
    }
}

/// The citations in comments of a suite file.
fn list_comment_citations(text: &str) -> Vec<SourceLines> {
    let comments = text.lines().filter_map(|line| line.trim_start().strip_prefix('#'));
    let words = comments.flat_map(|comment| comment.split([' ', ',', ';', '(', ')']));
    words.filter_map(|word| word.trim_end_matches(['.', ':']).parse().ok()).collect()
}

/// The uncited lines of a page with a condition: number, word and the place of the first citation beside.
fn find_uncited_conditions(
    text: &str,
    citations: &[(SourceLines, SuitePlace)],
    mentioned: &[SourceLines],
) -> Vec<(u32, &'static str, SuitePlace)> {
    let lines: Vec<(u32, String)> = text
        .lines()
        .zip(1..)
        .map(|(line, number)| (number, read_words(line)))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    let page = citations.first().map(|(lines, _)| lines.page.as_str());
    let comments = mentioned.iter().filter(|lines| Some(lines.page.as_str()) == page);
    let known: Vec<&SourceLines> = citations.iter().map(|(lines, _)| lines).chain(comments).collect();
    let is_known = |number: u32| known.iter().any(|lines| (lines.first..=lines.last).contains(&number));
    let mut found: BTreeMap<u32, (&'static str, SuitePlace)> = BTreeMap::new();
    for (cited, place) in citations {
        let start = lines.partition_point(|(number, _)| *number < cited.first);
        let end = lines.partition_point(|(number, _)| *number <= cited.last);
        let beside = start.saturating_sub(LINES_BESIDE)..lines.len().min(end + LINES_BESIDE);
        for (number, words) in &lines[beside] {
            if let Some(word) = find_condition(words).filter(|_| !is_known(*number)) {
                found.entry(*number).or_insert((word, *place));
            }
        }
    }
    found.into_iter().map(|(number, (word, place))| (number, word, place)).collect()
}

/// The words of a line in small letters, without markup, between single spaces.
fn read_words(line: &str) -> String {
    let mut inside = false;
    let shown: String = line
        .chars()
        .map(|letter| {
            inside = letter == '<' || (inside && letter != '>');
            if inside || !letter.is_alphanumeric() { ' ' } else { letter.to_ascii_lowercase() }
        })
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first word of the list that the line has.
fn find_condition(words: &str) -> Option<&'static str> {
    let spaced = format!(" {words} ");
    CONDITION_WORDS.lines().find(|word| spaced.contains(&format!(" {word} ")))
}
