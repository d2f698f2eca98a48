//! Which parts of a condition decide its value, in words and with the values that the parts read.

use super::ast::{ExprNode, ExprNodeKind};
use super::comparisons::{Comparison, ComparisonRelation};
use super::eval::ExprScope;
use super::expression::Expr;
use super::path::{FieldPath, PathKey, is_identifier};
use super::value::ExprValue;

/// Most parts of one explanation.
const PARTS_MAX: usize = 12;
/// Deepest nesting of named expressions. A named expression cannot contain its own name; the limit guards against
/// a faulty suite.
const DEPTH_MAX: usize = 8;

/// A part of a condition that decides the value of the whole condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingPart {
    /// The part in words, such as `server.status is ACTIVE or SHUTOFF`.
    pub text: String,
    /// The value of the part; `None` for unknown.
    pub truth: Option<bool>,
    /// The values that the part reads, by path, in the order of the text.
    pub values: Vec<(FieldPath, ExprValue)>,
}

impl Expr {
    /// The smallest parts that together decide the value of a condition: of a conjunction that is false the terms
    /// that are false, of a disjunction that is true the first term that is true, otherwise all terms. `find_named`
    /// gives the expression behind a name, which is explained in place of the name.
    #[must_use]
    pub fn explain_truth(&self, scope: &dyn ExprScope, find_named: &dyn Fn(&str) -> Option<Expr>) -> Vec<DecidingPart> {
        let mut explainer = Explainer { scope, find_named, parts: Vec::new() };
        explainer.explain_node(self, self.node(), false, 0);
        explainer.parts
    }

    /// A condition in words: `server.status is ACTIVE or SHUTOFF`. Conditions other than comparisons keep their form.
    fn describe_condition(&self, negated: bool) -> String {
        let comparison = match &self.node().kind {
            ExprNodeKind::Binary(..)
            | ExprNodeKind::Has(_)
            | ExprNodeKind::Matches(..)
            | ExprNodeKind::Root(_)
            | ExprNodeKind::Select(..)
            | ExprNodeKind::Index(..) => self.list_comparisons().into_iter().next(),
            _ => None,
        };
        match comparison {
            Some(Comparison { path, op, other }) => {
                let relation = if negated { op.negate() } else { op };
                format!("{path} {}", describe_relation(relation, &other))
            }
            None if negated => format!("not ({self})"),
            None => self.to_string(),
        }
    }
}

/// Collects the deciding parts of one condition.
struct Explainer<'a> {
    scope: &'a dyn ExprScope,
    find_named: &'a dyn Fn(&str) -> Option<Expr>,
    parts: Vec<DecidingPart>,
}

impl Explainer<'_> {
    fn explain_node(&mut self, expr: &Expr, node: &ExprNode, negated: bool, depth: usize) {
        match &node.kind {
            ExprNodeKind::Not(of) => self.explain_node(expr, of, !negated, depth),
            ExprNodeKind::And(terms) => self.explain_junction(expr, node, terms, (negated, false), depth),
            ExprNodeKind::Or(terms) => self.explain_junction(expr, node, terms, (negated, true), depth),
            ExprNodeKind::Root(slot) if depth < DEPTH_MAX => {
                match (self.find_named)(&expr.roots()[usize::from(*slot)]) {
                    Some(named) => self.explain_node(&named, named.node(), negated, depth + 1),
                    None => self.add_part(expr, node, negated),
                }
            }
            _ => self.add_part(expr, node, negated),
        }
    }

    /// Explains `&&` (decided by false) or `||` (decided by true).
    fn explain_junction(
        &mut self,
        expr: &Expr,
        node: &ExprNode,
        terms: &[ExprNode],
        (negated, decides): (bool, bool),
        depth: usize,
    ) {
        let whole = self.evaluate(expr, node);
        let deciding = terms.iter().filter(|term| match whole {
            Some(truth) if truth == decides => self.evaluate(expr, term) == whole,
            Some(_) => true,
            None => self.evaluate(expr, term) != Some(!decides),
        });
        // One true term of a disjunction is enough; of a conjunction, each false term is of interest.
        let most = if decides && whole == Some(true) { 1 } else { terms.len() };
        let deciding: Vec<&ExprNode> = deciding.take(most).collect();
        for term in deciding {
            self.explain_node(expr, term, negated, depth);
        }
    }

    fn evaluate(&self, expr: &Expr, node: &ExprNode) -> Option<bool> {
        match expr.extract_part(node).eval(self.scope) {
            Ok(ExprValue::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    fn add_part(&mut self, expr: &Expr, node: &ExprNode, negated: bool) {
        if self.parts.len() >= PARTS_MAX {
            return;
        }
        let part = expr.extract_part(node);
        let truth = self.evaluate(expr, node).map(|truth| truth != negated);
        let compared = part.list_comparisons().into_iter().next().map(|comparison| comparison.path);
        let mut paths = part.list_reads();
        // The compared value comes first.
        if let Some(at) = compared.and_then(|compared| paths.iter().position(|path| *path == compared)) {
            paths[..=at].rotate_right(1);
        }
        let values = paths.into_iter().filter_map(|path| {
            let value = self.read_path(&path)?;
            Some((path, value))
        });
        let part = DecidingPart { text: part.describe_condition(negated), truth, values: values.collect() };
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    fn read_path(&self, path: &FieldPath) -> Option<ExprValue> {
        let mut value = self.scope.find_root(&path.root)?;
        for key in &path.keys {
            value = match (&value, key) {
                (ExprValue::Map(entries), PathKey::Name(name)) => entries.get(name).cloned().unwrap_or(ExprValue::Null),
                (ExprValue::List(items), PathKey::Index(index)) => items.get(*index).cloned()?,
                (ExprValue::Unknown, _) => ExprValue::Unknown,
                _ => ExprValue::Null,
            };
        }
        Some(value)
    }
}

fn describe_relation(relation: ComparisonRelation, other: &Expr) -> String {
    use ComparisonRelation::{Contains, Eq, Ge, Gt, In, Le, Lt, Matches, Ne, NotContains, NotIn, NotMatches};
    let shown = describe_operand(other);
    let members = match other.as_literal() {
        Some(ExprValue::List(items)) => Some(items.iter().map(describe_value).collect::<Vec<String>>()),
        _ => None,
    };
    match (relation, members) {
        (Eq, _) if other.as_literal() == Some(&ExprValue::Null) => "is absent".to_string(),
        (Ne, _) if other.as_literal() == Some(&ExprValue::Null) => "is present".to_string(),
        (Eq, _) => format!("is {shown}"),
        (Ne, _) => format!("is not {shown}"),
        (In, Some(members)) => format!("is {}", join_alternatives(&members)),
        (NotIn, Some(members)) => format!("is neither {}", members.join(" nor ")),
        (In, None) => format!("is in {shown}"),
        (NotIn, None) => format!("is not in {shown}"),
        (Contains, _) => format!("contains {shown}"),
        (NotContains, _) => format!("does not contain {shown}"),
        (Lt, _) => format!("is less than {shown}"),
        (Le, _) => format!("is at most {shown}"),
        (Gt, _) => format!("is more than {shown}"),
        (Ge, _) => format!("is at least {shown}"),
        (Matches, _) => format!("matches {shown}"),
        (NotMatches, _) => format!("does not match {shown}"),
    }
}

fn join_alternatives(members: &[String]) -> String {
    match members.split_last() {
        None => "one of no values".to_string(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

fn describe_operand(other: &Expr) -> String {
    other.as_literal().map_or_else(|| other.to_string(), describe_value)
}

/// A value without quotes where no quotes are needed to see its ends.
fn describe_value(value: &ExprValue) -> String {
    match value {
        ExprValue::Str(text) if is_identifier(text) => text.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(text: &str, values: &Value, expected: &[&str]) {
        let named = |name: &str| {
            (name == "resting")
                .then(|| Expr::parse(r#"server.status in ["ACTIVE", "SHUTOFF"]"#).expect("an expression"))
        };
        let scope = |name: &str| match values.get(name) {
            Some(Value::String(text)) if text == "?" => Some(ExprValue::Unknown),
            Some(value) => Some(ExprValue::from(value)),
            None => named(name).and_then(|inner| {
                let values = values.clone();
                inner.eval(&move |name: &str| values.get(name).map(ExprValue::from)).ok()
            }),
        };
        let parts = Expr::parse(text).expect("an expression").explain_truth(&scope, &named);
        let shown: Vec<String> = parts
            .iter()
            .map(|part| {
                let values: Vec<String> = part.values.iter().map(|(path, value)| format!("{path}={value}")).collect();
                let truth = part.truth.map_or("unknown".to_string(), |truth| truth.to_string());
                format!("{}: {truth} [{}]", part.text, values.join(" "))
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn of_a_false_conjunction_the_false_terms_are_named_with_their_values() {
        let server = json!({"server": {"status": "ERROR", "locked": false}, "body": {"name": "x"}});
        check(
            r#"server.status in ["ACTIVE", "SHUTOFF"] && !server.locked && body.name != """#,
            &server,
            &[r#"server.status is ACTIVE or SHUTOFF: false [server.status="ERROR"]"#],
        );
        check(
            r#"server.status == "ACTIVE" && body.name == "y z""#,
            &server,
            &[
                r#"server.status is ACTIVE: false [server.status="ERROR"]"#,
                r#"body.name is "y z": false [body.name="x"]"#,
            ],
        );
    }

    #[test]
    fn of_a_true_condition_all_terms_of_and_and_one_term_of_or_are_named() {
        let lamp = json!({"lamp": {"state": "DIM", "hot": true}, "limit": 3});
        check(
            r#"(lamp.state == "BRIGHT" || lamp.state == "DIM" || lamp.hot) && limit >= 3 && has(lamp.state)"#,
            &lamp,
            &[
                r#"lamp.state is DIM: true [lamp.state="DIM"]"#,
                "limit is at least 3: true [limit=3]",
                r#"lamp.state is present: true [lamp.state="DIM"]"#,
            ],
        );
    }

    #[test]
    fn negations_are_put_into_words_and_a_disjunction_below_a_negation_is_explained() {
        let lamp = json!({"lamp": {"state": "DIM"}, "color": null});
        check(
            r#"!(lamp.state == "DIM" || lamp.state == "OFF")"#,
            &lamp,
            &[r#"lamp.state is not DIM: false [lamp.state="DIM"]"#],
        );
        check("color != null", &lamp, &["color is present: false [color=null]"]);
        check(
            r#"!(lamp.state in ["DIM", "OFF"])"#,
            &lamp,
            &[r#"lamp.state is neither DIM nor OFF: false [lamp.state="DIM"]"#],
        );
    }

    #[test]
    fn the_expression_behind_a_name_is_explained() {
        check(
            "resting",
            &json!({"server": {"status": "ERROR"}}),
            &[r#"server.status is ACTIVE or SHUTOFF: false [server.status="ERROR"]"#],
        );
    }

    #[test]
    fn unknown_parts_are_named_where_they_leave_the_condition_open() {
        check(
            r#"limit == 1 && input == "valid""#,
            &json!({"limit": "?", "input": "valid"}),
            &["limit is 1: unknown [limit=unknown]"],
        );
    }

    #[test]
    fn other_conditions_keep_their_form() {
        check(
            r#"body.tags.all(tag, size(tag) < 3)"#,
            &json!({"body": {"tags": ["long"]}}),
            &[r#"body.tags.all(tag, size(tag) < 3): false [body.tags=["long"]]"#],
        );
    }
}
