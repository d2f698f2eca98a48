//! Open questions: comments `# TODO ID: text`, each for a decision that only a person can make.

use super::place::SuitePlace;
use super::problem::{ProblemSeverity, SuiteProblem};

/// An open question of a suite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteQuestion {
    /// Name of the question, such as `create-order.state`; empty if the comment has none.
    pub id: String,
    /// The question on one line.
    pub text: String,
    /// The place of the comment.
    pub place: SuitePlace,
}

/// The open questions of a suite file, in the order of lines. A question goes on over the comment lines below it.
#[must_use]
pub fn list_open_questions(text: &str) -> Vec<SuiteQuestion> {
    let mut found: Vec<SuiteQuestion> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix('#') else {
            goes_on = false;
            continue;
        };
        let comment = comment.trim();
        let asked = comment.strip_prefix("TODO").filter(|rest| rest.is_empty() || rest.starts_with([' ', ':']));
        if let Some(rest) = asked {
            let rest = rest.trim_start_matches(':').trim();
            let (id, text) = rest
                .split_once(": ")
                .filter(|(id, _)| !id.contains(' '))
                .map_or(("", rest), |(id, text)| (id, text.trim()));
            let column = line.len() - line.trim_start().len() + 1;
            let place = SuitePlace { line: index as u32 + 1, column: column as u32 };
            found.push(SuiteQuestion { id: id.to_string(), text: text.to_string(), place });
            goes_on = true;
        } else if let Some(last) = found.last_mut().filter(|_| goes_on && !comment.is_empty()) {
            last.text.push(' ');
            last.text.push_str(comment);
        } else {
            goes_on = false;
        }
    }
    found
}

/// A note for each open question.
pub(super) fn note_open_questions(file: &str, text: &str) -> Vec<SuiteProblem> {
    let note = |question: SuiteQuestion| SuiteProblem {
        file: file.to_string(),
        place: question.place,
        severity: ProblemSeverity::Note,
        code: "open-question",
        message: question.text,
        hint: None,
        excerpt: None,
    };
    list_open_questions(text).into_iter().map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_goes_on_over_the_comment_lines_below_it() {
        let text = "# A suite.\nclauses:\n  # TODO pay.state: In which state\n  # is it?\n  - id: a\n# TODO\n\n# not a question\n# TODOS are none";
        let found = list_open_questions(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].id.as_str(), found[0].text.as_str()), ("pay.state", "In which state is it?"));
        assert_eq!((found[0].place.line, found[0].place.column), (3, 3));
        assert_eq!((found[1].id.as_str(), found[1].text.as_str()), ("", ""));
    }
}
