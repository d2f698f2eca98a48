//! A suite as it is written: clauses with comments and questions, and their YAML.

use crate::schema::catalog::SourceLines;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_saphyr::{FlowMap, FlowSeq};

/// A question that only a person can answer. It stands in the suite as a comment `# TODO id: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Name within the suite, such as `create-order.state`.
    pub id: String,
    /// The question, with what to write for each answer.
    pub text: String,
}

/// One clause of the suite.
#[derive(Debug, Clone)]
pub(super) struct ClauseDraft {
    pub questions: Vec<OpenQuestion>,
    pub id: String,
    pub says: String,
    pub cites: Vec<SourceLines>,
    /// The rule of a convention.
    pub rule: Option<&'static str>,
    pub calls: ClauseCalls,
    /// Whether the clause applies to resources in transition too.
    pub anytime: bool,
    pub when: Option<String>,
    /// `accept`, `refuse` or `may refuse`, with the statuses.
    pub decision: (&'static str, YamlNode),
    pub then: Vec<(String, YamlNode)>,
    /// An alternative: the reason, and its effects.
    pub otherwise: Option<(String, Vec<(String, YamlNode)>)>,
    pub ensure: Option<String>,
}

/// The operations of a clause.
#[derive(Debug, Clone)]
pub(super) enum ClauseCalls {
    Only(String),
    /// A general clause, without these operations.
    AllBut(Vec<String>),
}

/// A value of YAML, with the form in which it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum YamlNode {
    Text(String),
    Bool(bool),
    Number(i64),
    Json(serde_json::Value),
    /// A list on one line.
    List(Vec<YamlNode>),
    /// A map on one line.
    Line(Vec<(String, YamlNode)>),
    /// A map with a line for each key.
    Block(Vec<(String, YamlNode)>),
}

impl YamlNode {
    pub fn text(text: impl Into<String>) -> YamlNode {
        YamlNode::Text(text.into())
    }

    pub fn texts(texts: impl IntoIterator<Item = String>) -> YamlNode {
        YamlNode::List(texts.into_iter().map(YamlNode::Text).collect())
    }

    pub fn cites(cites: &[SourceLines]) -> YamlNode {
        YamlNode::texts(cites.iter().map(ToString::to_string))
    }
}

/// The pairs of a map, for the serializer.
struct Pairs<'a>(&'a [(String, YamlNode)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

struct Items<'a>(&'a [YamlNode]);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            list.serialize_element(item)?;
        }
        list.end()
    }
}

impl Serialize for YamlNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            YamlNode::Text(text) => serializer.serialize_str(text),
            YamlNode::Bool(truth) => serializer.serialize_bool(*truth),
            YamlNode::Number(number) => serializer.serialize_i64(*number),
            YamlNode::Json(value) => value.serialize(serializer),
            YamlNode::List(items) => FlowSeq(Items(items)).serialize(serializer),
            YamlNode::Line(pairs) => FlowMap(Pairs(pairs)).serialize(serializer),
            YamlNode::Block(pairs) => Pairs(pairs).serialize(serializer),
        }
    }
}

impl ClauseDraft {
    pub fn new(id: String, says: String, call: &str, decision: (&'static str, YamlNode)) -> ClauseDraft {
        ClauseDraft {
            questions: Vec::new(),
            id,
            says,
            cites: Vec::new(),
            rule: None,
            calls: ClauseCalls::Only(call.to_string()),
            anytime: false,
            when: None,
            decision,
            then: Vec::new(),
            otherwise: None,
            ensure: None,
        }
    }

    fn to_yaml(&self) -> YamlNode {
        let mut pairs = vec![("id", YamlNode::text(&self.id)), ("says", YamlNode::text(&self.says))];
        pairs.push(("cites", YamlNode::cites(&self.cites)));
        if let Some(rule) = self.rule {
            pairs.extend([("basis", YamlNode::text("convention")), ("rule", YamlNode::text(rule))]);
        }
        match &self.calls {
            ClauseCalls::Only(call) => pairs.push(("call", YamlNode::text(call))),
            ClauseCalls::AllBut(out) if out.is_empty() => {}
            ClauseCalls::AllBut(out) => pairs.push(("except", YamlNode::texts(out.iter().cloned()))),
        }
        if self.anytime {
            pairs.push(("while", YamlNode::text("any")));
        }
        pairs.extend(self.when.iter().map(|when| ("when", YamlNode::text(when))));
        pairs.push((self.decision.0, self.decision.1.clone()));
        if !self.then.is_empty() {
            pairs.push(("then", YamlNode::Block(self.then.clone())));
        }
        if let Some((because, then)) = &self.otherwise {
            let way = vec![
                ("because".to_string(), YamlNode::text(because)),
                ("cites".to_string(), YamlNode::cites(&self.cites)),
                ("then".to_string(), YamlNode::Line(then.clone())),
            ];
            pairs.push(("or", YamlNode::List(vec![YamlNode::Line(way)])));
        }
        pairs.extend(self.ensure.iter().map(|ensure| ("ensure", YamlNode::text(ensure))));
        YamlNode::Block(pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
    }

    /// The entry of a list, with its questions before it.
    pub fn render(&self) -> String {
        let mut out: String = self.questions.iter().map(|it| render_question(it, 2)).collect();
        let lines = render_yaml(&self.to_yaml());
        for (index, line) in lines.lines().enumerate() {
            out.push_str(if index == 0 { "  - " } else { "    " });
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// A question as comment lines of at most 110 characters.
pub(super) fn render_question(question: &OpenQuestion, indent: usize) -> String {
    render_comment(&format!("TODO {}: {}", question.id, question.text), indent)
}

/// A text as comment lines.
pub(super) fn render_comment(text: &str, indent: usize) -> String {
    let margin = format!("{}# ", " ".repeat(indent));
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && margin.len() + line.len() + 1 + word.len() > WIDTH {
            out.push_str(&format!("{margin}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{out}{margin}{line}\n")
}

/// Longest comment line, in characters.
const WIDTH: usize = 112;

/// A value as YAML, without indentation.
pub(super) fn render_yaml(node: &YamlNode) -> String {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 100 };
    serde_saphyr::to_string_with_options(node, options).expect("texts, numbers, lists and maps have a YAML form")
}

/// A value as YAML, each line indented.
pub(super) fn render_indented(node: &YamlNode, indent: usize) -> String {
    let margin = " ".repeat(indent);
    render_yaml(node).lines().map(|line| format!("{margin}{line}\n")).collect()
}
