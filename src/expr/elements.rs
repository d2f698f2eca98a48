//! Loop bodies for the first element, and constants, from which choosers derive inputs.

use super::ast::{ExprNode, ExprNodeKind};
use super::expression::Expr;
use super::value::ExprValue;
use std::collections::BTreeSet;

/// Deepest nesting of expanded loops.
const DEPTH_MAX: usize = 4;

impl Expr {
    /// The body of each loop with the first element for the variable:
    /// `body.list.all(x, x.id in pool)` gives `body.list[0].id in pool`. Nested loops are expanded too.
    pub fn expand_first_elements(&self) -> Vec<Expr> {
        let mut found = Vec::new();
        unroll_loops(self, DEPTH_MAX, &mut found);
        found
    }

    /// Every constant of the expression, sorted and without duplicates.
    pub fn list_constants(&self) -> Vec<ExprValue> {
        let mut found = BTreeSet::new();
        collect_constants(self.node(), &mut found);
        found.into_iter().collect()
    }
}

fn collect_constants(node: &ExprNode, found: &mut BTreeSet<ExprValue>) {
    if let Some(val) = node.as_constant() {
        found.insert(val.clone());
    }
    node.for_each_part(|part| collect_constants(part, found));
}

fn unroll_loops(expr: &Expr, depth: usize, found: &mut Vec<Expr>) {
    if depth == 0 {
        return;
    }
    let mut bodies = Vec::new();
    collect_loop_bodies(expr.node(), &mut bodies);
    for body in bodies {
        let one = expr.extract_part(&body);
        unroll_loops(&one, depth - 1, found);
        found.push(one);
    }
}

/// Filters and bodies of the outermost loops, with the first element for the variable.
fn collect_loop_bodies(node: &ExprNode, bodies: &mut Vec<ExprNode>) {
    let ExprNodeKind::Loop(walk) = &node.kind else {
        node.for_each_part(|part| collect_loop_bodies(part, bodies));
        return;
    };
    collect_loop_bodies(&walk.over, bodies);
    if walk.over.names_outer_variable(0) {
        return;
    }
    for part in walk.filter.iter().chain([&walk.body]) {
        let mut part = part.clone();
        let zero = ExprNode { at: node.at, kind: ExprNodeKind::Lit(ExprValue::Int(0)) };
        let first = ExprNode { at: node.at, kind: ExprNodeKind::Index(Box::new(walk.over.clone()), Box::new(zero)) };
        replace_variable(&mut part, 0, &first);
        bodies.push(part);
    }
}

/// Replaces the variable of the loop `inside` levels up.
fn replace_variable(node: &mut ExprNode, inside: u16, first: &ExprNode) {
    match &mut node.kind {
        ExprNodeKind::Local(_, up) if *up == inside => *node = first.clone(),
        ExprNodeKind::Local(_, up) if *up > inside => *up -= 1,
        ExprNodeKind::Loop(walk) => {
            replace_variable(&mut walk.over, inside, first);
            if let Some(filter) = &mut walk.filter {
                replace_variable(filter, inside + 1, first);
            }
            replace_variable(&mut walk.body, inside + 1, first);
        }
        _ => node.for_each_part_mut(&mut |part| replace_variable(part, inside, first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = Expr::parse(text).expect("the test's text parses").expand_first_elements();
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_loop_gives_its_body_for_the_first_element() {
        check(
            "size(body.l) > 0 && body.l.all(x, x.id in pools.p && x.n == null)",
            &["body.l[0].id in pools.p && body.l[0].n == null"],
        );
    }

    #[test]
    fn nested_loops_give_both_bodies_for_first_elements() {
        check(
            "body.a.all(x, x.b.exists(y, y == x.c))",
            &["body.a[0].b[0] == body.a[0].c", "body.a[0].b.exists(y, y == body.a[0].c)"],
        );
    }

    #[test]
    fn a_filter_reads_the_element_of_the_outer_loop() {
        check(
            "body.a.all(x, x.b.map(y, y.n == x.c, y.m) == [])",
            &[
                "body.a[0].b[0].n == body.a[0].c",
                "body.a[0].b[0].m",
                "body.a[0].b.map(y, y.n == body.a[0].c, y.m) == []",
            ],
        );
    }

    #[test]
    fn a_batch_maps_to_the_path_of_its_first_id() {
        let expr = Expr::parse("body.lamps.map(l, l.id)").expect("the test's text parses");
        let path = expr.expand_first_elements()[0].as_path().expect("a path");
        assert_eq!(path.to_string(), "body.lamps[0].id");
    }

    #[test]
    fn constants_are_found_in_every_position() {
        let expr = Expr::parse(r#"a < 3 || f.startsWith("x") || [1, 2] == b"#).expect("the test's text parses");
        let texts: Vec<String> = expr.list_constants().iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["3", "\"x\"", "[1, 2]"]);
    }
}
