//! Converts the tree of the `cel` crate into our tree, and refuses unsupported syntax.

use std::sync::Arc;

use super::ast::{BinaryOperator, BuiltinFunction, ExprNode, ExprNodeKind, LoopMacro, LoopMacroKind};
use super::error::ExprParseError;
use super::pattern::compile_pattern;
use super::value::ExprValue;
use cel::common::ast::{self as theirs, EntryExpr, IdedExpr, LiteralValue, SourceInfo, operators};

/// Greatest depth of our tree.
const DEPTH_MAX: usize = 200;

/// Converts a tree; returns the node and the names of its roots by index.
pub(super) fn lower_tree(tree: &IdedExpr, source: &SourceInfo) -> Result<(ExprNode, Vec<Arc<str>>), ExprParseError> {
    let mut lower = TreeLowering { source, roots: Vec::new(), vars: Vec::new(), depth: 0 };
    let node = lower.lower_node(tree)?;
    Ok((node, lower.roots))
}

/// A conversion in progress.
struct TreeLowering<'a> {
    source: &'a SourceInfo,
    roots: Vec<Arc<str>>,
    /// The loop variables, innermost last.
    vars: Vec<Arc<str>>,
    depth: usize,
}

impl TreeLowering<'_> {
    fn lower_node(&mut self, tree: &IdedExpr) -> Result<ExprNode, ExprParseError> {
        let mut at = self.find_offset(tree.id);
        if self.depth == DEPTH_MAX {
            let why = format!("the expression is nested more than {DEPTH_MAX} deep");
            return Err(ExprParseError::new(at, why));
        }
        self.depth += 1;
        let kind = match &tree.expr {
            theirs::Expr::Literal(literal) => ExprNodeKind::Lit(self.lower_literal(at, literal)?),
            theirs::Expr::Ident(name) => self.lower_identifier(name),
            theirs::Expr::Select(select) => {
                at = self.skip_point(at);
                ExprNodeKind::Select(Box::new(self.lower_node(&select.operand)?), Arc::from(select.field.as_str()))
            }
            theirs::Expr::List(list) => fold_list(self.lower_nodes(&list.elements)?),
            theirs::Expr::Map(map) => self.lower_map(at, map)?,
            theirs::Expr::Call(call) => {
                at = self.find_name_offset(at, &call.func_name);
                self.lower_call(at, call)?
            }
            theirs::Expr::Struct(_) => return Err(ExprParseError::new(at, "message literals are not supported")),
            theirs::Expr::Comprehension(_) | theirs::Expr::Unspecified => {
                return Err(ExprParseError::new(at, "this is not supported"));
            }
        };
        self.depth -= 1;
        Ok(ExprNode { at: at as u32, kind })
    }

    fn lower_nodes(&mut self, trees: &[IdedExpr]) -> Result<Vec<ExprNode>, ExprParseError> {
        trees.iter().map(|tree| self.lower_node(tree)).collect()
    }

    fn lower_boxed(&mut self, tree: &IdedExpr) -> Result<Box<ExprNode>, ExprParseError> {
        self.lower_node(tree).map(Box::new)
    }

    fn find_offset(&self, id: u64) -> usize {
        self.source.offset_for(id).map_or(0, |(at, _)| at as usize)
    }

    /// The offset of the field: the parser gives the offset of the point, and errors concern the field.
    fn skip_point(&self, at: usize) -> usize {
        let rest = self.source.source.get(at..).unwrap_or("");
        let field = rest.strip_prefix('.').map_or(rest, str::trim_start);
        at + rest.len() - field.len()
    }

    /// The offset of the name: the parser gives the offset of the parenthesis, and errors concern the name.
    fn find_name_offset(&self, at: usize, name: &str) -> usize {
        let before = self.source.source.get(..at).unwrap_or("");
        let named = before.trim_end().strip_suffix(name);
        named.map_or(at, str::len)
    }

    fn lower_literal(&self, at: usize, literal: &LiteralValue) -> Result<ExprValue, ExprParseError> {
        Ok(match literal {
            LiteralValue::Null => ExprValue::Null,
            LiteralValue::Boolean(truth) => ExprValue::Bool(*truth.inner()),
            LiteralValue::Int(number) => ExprValue::Int(*number.inner()),
            LiteralValue::Double(number) => ExprValue::from(*number.inner()),
            LiteralValue::String(text) => ExprValue::from(text.inner()),
            LiteralValue::UInt(number) => match i64::try_from(*number.inner()) {
                Ok(number) => ExprValue::Int(number),
                Err(_) => return Err(ExprParseError::new(at, "integers are signed and have 64 bits")),
            },
            LiteralValue::Bytes(_) => return Err(ExprParseError::new(at, "byte strings are not supported")),
        })
    }

    fn lower_identifier(&mut self, name: &str) -> ExprNodeKind {
        let up = self.vars.iter().rev().position(|var| var.as_ref() == name);
        if let Some(up) = up {
            return ExprNodeKind::Local(Arc::from(name), up as u16);
        }
        let known = self.roots.iter().position(|root| root.as_ref() == name);
        let slot = known.unwrap_or_else(|| {
            self.roots.push(Arc::from(name));
            self.roots.len() - 1
        });
        ExprNodeKind::Root(slot as u16)
    }

    fn lower_map(&mut self, at: usize, map: &theirs::MapExpr) -> Result<ExprNodeKind, ExprParseError> {
        let mut entries = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err(ExprParseError::new(at, "message literals are not supported"));
            };
            let key = self.lower_node(&entry.key)?;
            match key.as_constant() {
                None | Some(ExprValue::Str(_)) => {}
                Some(other) => {
                    let why = format!("keys of a map are texts, not {}", other.kind_name());
                    return Err(ExprParseError::new(key.at as usize, why));
                }
            }
            if key.as_constant().is_some() && entries.iter().any(|(k, _)| are_equal_literals(k, &key)) {
                return Err(ExprParseError::new(key.at as usize, "the key appears twice"));
            }
            entries.push((key, self.lower_node(&entry.value)?));
        }
        Ok(fold_map(entries))
    }

    fn lower_call(&mut self, at: usize, call: &theirs::CallExpr) -> Result<ExprNodeKind, ExprParseError> {
        let name = call.func_name.as_str();
        if call.target.is_none()
            && let Some(kind) = self.lower_operator(name, &call.args)?
        {
            return Ok(kind);
        }
        if name == operators::HAS && call.target.is_none() {
            return self.lower_has(at, &call.args);
        }
        if let Some(target) = &call.target
            && let Some((walk, _)) = LoopMacroKind::ALL.iter().find(|(_, known)| *known == name)
        {
            return self.lower_loop(at, *walk, target, &call.args);
        }
        self.lower_function(at, call)
    }

    fn lower_operator(&mut self, name: &str, args: &[IdedExpr]) -> Result<Option<ExprNodeKind>, ExprParseError> {
        let kind = match (name, args) {
            (operators::LOGICAL_AND, [a, b]) => ExprNodeKind::And(self.lower_terms(a, b, |kind| match kind {
                ExprNodeKind::And(terms) => Ok(terms),
                other => Err(other),
            })?),
            (operators::LOGICAL_OR, [a, b]) => ExprNodeKind::Or(self.lower_terms(a, b, |kind| match kind {
                ExprNodeKind::Or(terms) => Ok(terms),
                other => Err(other),
            })?),
            (operators::LOGICAL_NOT, [a]) => ExprNodeKind::Not(self.lower_boxed(a)?),
            (operators::NEGATE, [a]) => ExprNodeKind::Negate(self.lower_boxed(a)?),
            (operators::INDEX, [a, b]) => ExprNodeKind::Index(self.lower_boxed(a)?, self.lower_boxed(b)?),
            (operators::CONDITIONAL, [a, b, c]) => {
                ExprNodeKind::Cond(Box::new((self.lower_node(a)?, self.lower_node(b)?, self.lower_node(c)?)))
            }
            (name, [a, b]) => match find_operator(name) {
                Some(op) => ExprNodeKind::Binary(op, Box::new((self.lower_node(a)?, self.lower_node(b)?))),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    /// The terms of a junction, with the terms of nested junctions of equal kind: `&&` and `||` are
    /// associative, errors and unknowns included.
    fn lower_terms(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        flatten: fn(ExprNodeKind) -> Result<Vec<ExprNode>, ExprNodeKind>,
    ) -> Result<Vec<ExprNode>, ExprParseError> {
        let mut terms = Vec::new();
        for side in [left, right] {
            let ExprNode { at, kind } = self.lower_node(side)?;
            match flatten(kind) {
                Ok(inner) => terms.extend(inner),
                Err(kind) => terms.push(ExprNode { at, kind }),
            }
        }
        Ok(terms)
    }

    fn lower_has(&mut self, at: usize, args: &[IdedExpr]) -> Result<ExprNodeKind, ExprParseError> {
        let [arg] = args else {
            return Err(ExprParseError::new(at, "has() takes one argument"));
        };
        let of = self.lower_node(arg)?;
        match of.kind {
            ExprNodeKind::Select(..) | ExprNodeKind::Index(..) => Ok(ExprNodeKind::Has(Box::new(of))),
            _ => Err(ExprParseError::new(of.at as usize, "has() takes a field: has(a.b) or has(a[\"b\"])")),
        }
    }

    fn lower_loop(
        &mut self,
        at: usize,
        walk: LoopMacroKind,
        over: &IdedExpr,
        args: &[IdedExpr],
    ) -> Result<ExprNodeKind, ExprParseError> {
        let (var, filter, body) = match args {
            [var, body] => (var, None, body),
            [var, filter, body] if walk == LoopMacroKind::Map => (var, Some(filter), body),
            _ => {
                let why = format!("{0}() takes a name and a condition", walk.name());
                return Err(ExprParseError::new(at, why));
            }
        };
        let theirs::Expr::Ident(name) = &var.expr else {
            return Err(ExprParseError::new(self.find_offset(var.id), "expected a simple name"));
        };
        let over = self.lower_node(over)?;
        let var: Arc<str> = Arc::from(name.as_str());
        self.vars.push(var.clone());
        let filter = filter.map(|filter| self.lower_node(filter)).transpose()?;
        let body = self.lower_node(body)?;
        self.vars.pop();
        Ok(ExprNodeKind::Loop(Box::new(LoopMacro { walk, over, var, filter, body })))
    }

    fn lower_function(&mut self, at: usize, call: &theirs::CallExpr) -> Result<ExprNodeKind, ExprParseError> {
        let name = call.func_name.as_str();
        let Some((func, _, arity)) = BuiltinFunction::ALL.iter().find(|(_, known, _)| *known == name) else {
            let known: Vec<&str> = BuiltinFunction::ALL.iter().map(|(_, known, _)| *known).collect();
            let why = format!(
                "there is no function {name}(); the functions are {}, has, all, exists, exists_one, map, filter",
                known.join(", ")
            );
            return Err(ExprParseError::new(at, why));
        };
        let args = call.target.as_deref().into_iter().chain(&call.args);
        let mut args: Vec<ExprNode> = args.map(|arg| self.lower_node(arg)).collect::<Result<_, _>>()?;
        let style_fits = match func {
            BuiltinFunction::Size | BuiltinFunction::Min | BuiltinFunction::Max => true,
            _ => func.is_method() == call.target.is_some(),
        };
        if args.len() != *arity || !style_fits {
            let usage = match (func.is_method(), arity) {
                (false, 1) => format!("{name}(x)"),
                (false, _) => format!("{name}(x, y)"),
                (true, 1) => format!("x.{name}()"),
                (true, _) => format!("x.{name}(y)"),
            };
            return Err(ExprParseError::new(at, format!("{name} is called as {usage}")));
        }
        if *func == BuiltinFunction::Matches
            && let Some(ExprValue::Str(pattern)) = args[1].as_constant()
        {
            let compiled = compile_pattern(pattern).map_err(|why| ExprParseError::new(args[1].at as usize, why))?;
            return Ok(ExprNodeKind::Matches(Box::new(args.swap_remove(0)), compiled));
        }
        Ok(ExprNodeKind::Call(*func, args))
    }
}

/// The operator with a name of the `cel` crate.
fn find_operator(name: &str) -> Option<BinaryOperator> {
    Some(match name {
        operators::ADD => BinaryOperator::Add,
        operators::SUBSTRACT => BinaryOperator::Sub,
        operators::MULTIPLY => BinaryOperator::Mul,
        operators::DIVIDE => BinaryOperator::Div,
        operators::MODULO => BinaryOperator::Rem,
        operators::EQUALS => BinaryOperator::Eq,
        operators::NOT_EQUALS => BinaryOperator::Ne,
        operators::LESS => BinaryOperator::Lt,
        operators::LESS_EQUALS => BinaryOperator::Le,
        operators::GREATER => BinaryOperator::Gt,
        operators::GREATER_EQUALS => BinaryOperator::Ge,
        operators::IN => BinaryOperator::In,
        _ => return None,
    })
}

/// Whether two nodes are equal constants.
fn are_equal_literals(a: &ExprNode, b: &ExprNode) -> bool {
    a.as_constant().is_some() && a.as_constant() == b.as_constant()
}

/// A list, or a constant if all elements are constants.
fn fold_list(items: Vec<ExprNode>) -> ExprNodeKind {
    let constant: Option<ExprValue> = items
        .iter()
        .map(|item| item.as_constant().cloned())
        .collect::<Option<Vec<_>>>()
        .map(|vals| vals.into_iter().collect());
    constant.map_or(ExprNodeKind::List(items), ExprNodeKind::Lit)
}

/// A map, or a constant if all keys and values are constants.
fn fold_map(entries: Vec<(ExprNode, ExprNode)>) -> ExprNodeKind {
    let constant: Option<Vec<(Arc<str>, ExprValue)>> = entries
        .iter()
        .map(|(key, val)| match (key.as_constant(), val.as_constant()) {
            (Some(ExprValue::Str(key)), Some(val)) => Some((key.clone(), val.clone())),
            _ => None,
        })
        .collect();
    match constant {
        Some(entries) => ExprNodeKind::Lit(entries.into_iter().collect()),
        None => ExprNodeKind::Map(entries),
    }
}
