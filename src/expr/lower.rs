//! Converts the tree of the `cel` crate into our tree, and refuses unsupported syntax.

use std::sync::Arc;

use super::ast::{Binary, Func, Kind, Loop, Node, Walk};
use super::error::ParseError;
use super::pattern::compile_pattern;
use super::value::Val;
use cel::common::ast::{self as theirs, EntryExpr, IdedExpr, LiteralValue, SourceInfo, operators};

/// Greatest depth of our tree.
const DEPTH_MAX: usize = 200;

/// Converts a tree; returns the node and the names of its roots by index.
pub(super) fn lower(tree: &IdedExpr, source: &SourceInfo) -> Result<(Node, Vec<Arc<str>>), ParseError> {
    let mut lower = Lower { source, roots: Vec::new(), vars: Vec::new(), depth: 0 };
    let node = lower.node(tree)?;
    Ok((node, lower.roots))
}

/// A conversion in progress.
struct Lower<'a> {
    source: &'a SourceInfo,
    roots: Vec<Arc<str>>,
    /// The loop variables, innermost last.
    vars: Vec<Arc<str>>,
    depth: usize,
}

impl Lower<'_> {
    fn node(&mut self, tree: &IdedExpr) -> Result<Node, ParseError> {
        let mut at = self.at(tree.id);
        if self.depth == DEPTH_MAX {
            let why = format!("the expression is nested more than {DEPTH_MAX} deep");
            return Err(ParseError::new(at, why));
        }
        self.depth += 1;
        let kind = match &tree.expr {
            theirs::Expr::Literal(literal) => Kind::Lit(self.literal(at, literal)?),
            theirs::Expr::Ident(name) => self.ident(name),
            theirs::Expr::Select(select) => {
                at = self.after_point(at);
                Kind::Select(Box::new(self.node(&select.operand)?), Arc::from(select.field.as_str()))
            }
            theirs::Expr::List(list) => fold_list(self.nodes(&list.elements)?),
            theirs::Expr::Map(map) => self.map(at, map)?,
            theirs::Expr::Call(call) => {
                at = self.name_before(at, &call.func_name);
                self.call(at, call)?
            }
            theirs::Expr::Struct(_) => return Err(ParseError::new(at, "message literals are not supported")),
            theirs::Expr::Comprehension(_) | theirs::Expr::Unspecified => {
                return Err(ParseError::new(at, "this is not supported"));
            }
        };
        self.depth -= 1;
        Ok(Node { at: at as u32, kind })
    }

    fn nodes(&mut self, trees: &[IdedExpr]) -> Result<Vec<Node>, ParseError> {
        trees.iter().map(|tree| self.node(tree)).collect()
    }

    fn boxed(&mut self, tree: &IdedExpr) -> Result<Box<Node>, ParseError> {
        self.node(tree).map(Box::new)
    }

    fn at(&self, id: u64) -> usize {
        self.source.offset_for(id).map_or(0, |(at, _)| at as usize)
    }

    /// The offset of the field: the parser gives the offset of the point, and errors concern the field.
    fn after_point(&self, at: usize) -> usize {
        let rest = self.source.source.get(at..).unwrap_or("");
        let field = rest.strip_prefix('.').map_or(rest, str::trim_start);
        at + rest.len() - field.len()
    }

    /// The offset of the name: the parser gives the offset of the parenthesis, and errors concern the name.
    fn name_before(&self, at: usize, name: &str) -> usize {
        let before = self.source.source.get(..at).unwrap_or("");
        let named = before.trim_end().strip_suffix(name);
        named.map_or(at, str::len)
    }

    fn literal(&self, at: usize, literal: &LiteralValue) -> Result<Val, ParseError> {
        Ok(match literal {
            LiteralValue::Null => Val::Null,
            LiteralValue::Boolean(truth) => Val::Bool(*truth.inner()),
            LiteralValue::Int(number) => Val::Int(*number.inner()),
            LiteralValue::Double(number) => Val::from(*number.inner()),
            LiteralValue::String(text) => Val::from(text.inner()),
            LiteralValue::UInt(number) => match i64::try_from(*number.inner()) {
                Ok(number) => Val::Int(number),
                Err(_) => return Err(ParseError::new(at, "integers are signed and have 64 bits")),
            },
            LiteralValue::Bytes(_) => return Err(ParseError::new(at, "byte strings are not supported")),
        })
    }

    fn ident(&mut self, name: &str) -> Kind {
        let up = self.vars.iter().rev().position(|var| var.as_ref() == name);
        if let Some(up) = up {
            return Kind::Local(Arc::from(name), up as u16);
        }
        let known = self.roots.iter().position(|root| root.as_ref() == name);
        let slot = known.unwrap_or_else(|| {
            self.roots.push(Arc::from(name));
            self.roots.len() - 1
        });
        Kind::Root(slot as u16)
    }

    fn map(&mut self, at: usize, map: &theirs::MapExpr) -> Result<Kind, ParseError> {
        let mut entries = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err(ParseError::new(at, "message literals are not supported"));
            };
            let key = self.node(&entry.key)?;
            match key.as_lit() {
                None | Some(Val::Str(_)) => {}
                Some(other) => {
                    let why = format!("keys of a map are texts, not {}", other.kind());
                    return Err(ParseError::new(key.at as usize, why));
                }
            }
            if key.as_lit().is_some() && entries.iter().any(|(k, _)| same_lit(k, &key)) {
                return Err(ParseError::new(key.at as usize, "the key appears twice"));
            }
            entries.push((key, self.node(&entry.value)?));
        }
        Ok(fold_map(entries))
    }

    fn call(&mut self, at: usize, call: &theirs::CallExpr) -> Result<Kind, ParseError> {
        let name = call.func_name.as_str();
        if call.target.is_none()
            && let Some(kind) = self.operator(name, &call.args)?
        {
            return Ok(kind);
        }
        if name == operators::HAS && call.target.is_none() {
            return self.has(at, &call.args);
        }
        if let Some(target) = &call.target
            && let Some((walk, _)) = Walk::ALL.iter().find(|(_, known)| *known == name)
        {
            return self.walk(at, *walk, target, &call.args);
        }
        self.function(at, call)
    }

    fn operator(&mut self, name: &str, args: &[IdedExpr]) -> Result<Option<Kind>, ParseError> {
        let kind = match (name, args) {
            (operators::LOGICAL_AND, [a, b]) => Kind::And(self.terms(a, b, |kind| match kind {
                Kind::And(terms) => Ok(terms),
                other => Err(other),
            })?),
            (operators::LOGICAL_OR, [a, b]) => Kind::Or(self.terms(a, b, |kind| match kind {
                Kind::Or(terms) => Ok(terms),
                other => Err(other),
            })?),
            (operators::LOGICAL_NOT, [a]) => Kind::Not(self.boxed(a)?),
            (operators::NEGATE, [a]) => Kind::Negate(self.boxed(a)?),
            (operators::INDEX, [a, b]) => Kind::Index(self.boxed(a)?, self.boxed(b)?),
            (operators::CONDITIONAL, [a, b, c]) => Kind::Cond(Box::new((self.node(a)?, self.node(b)?, self.node(c)?))),
            (name, [a, b]) => match binary(name) {
                Some(op) => Kind::Binary(op, Box::new((self.node(a)?, self.node(b)?))),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    /// The terms of a junction, with the terms of nested junctions of equal kind: `&&` and `||` are
    /// associative, errors and unknowns included.
    fn terms(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        flatten: fn(Kind) -> Result<Vec<Node>, Kind>,
    ) -> Result<Vec<Node>, ParseError> {
        let mut terms = Vec::new();
        for side in [left, right] {
            let Node { at, kind } = self.node(side)?;
            match flatten(kind) {
                Ok(inner) => terms.extend(inner),
                Err(kind) => terms.push(Node { at, kind }),
            }
        }
        Ok(terms)
    }

    fn has(&mut self, at: usize, args: &[IdedExpr]) -> Result<Kind, ParseError> {
        let [arg] = args else {
            return Err(ParseError::new(at, "has() takes one argument"));
        };
        let of = self.node(arg)?;
        match of.kind {
            Kind::Select(..) | Kind::Index(..) => Ok(Kind::Has(Box::new(of))),
            _ => Err(ParseError::new(of.at as usize, "has() takes a field: has(a.b) or has(a[\"b\"])")),
        }
    }

    fn walk(&mut self, at: usize, walk: Walk, over: &IdedExpr, args: &[IdedExpr]) -> Result<Kind, ParseError> {
        let (var, filter, body) = match args {
            [var, body] => (var, None, body),
            [var, filter, body] if walk == Walk::Map => (var, Some(filter), body),
            _ => {
                let why = format!("{0}() takes a name and a condition", walk.name());
                return Err(ParseError::new(at, why));
            }
        };
        let theirs::Expr::Ident(name) = &var.expr else {
            return Err(ParseError::new(self.at(var.id), "expected a simple name"));
        };
        let over = self.node(over)?;
        let var: Arc<str> = Arc::from(name.as_str());
        self.vars.push(var.clone());
        let filter = filter.map(|filter| self.node(filter)).transpose()?;
        let body = self.node(body)?;
        self.vars.pop();
        Ok(Kind::Loop(Box::new(Loop { walk, over, var, filter, body })))
    }

    fn function(&mut self, at: usize, call: &theirs::CallExpr) -> Result<Kind, ParseError> {
        let name = call.func_name.as_str();
        let Some((func, _, arity)) = Func::ALL.iter().find(|(_, known, _)| *known == name) else {
            let known: Vec<&str> = Func::ALL.iter().map(|(_, known, _)| *known).collect();
            let why = format!(
                "there is no function {name}(); the functions are {}, has, all, exists, exists_one, map, filter",
                known.join(", ")
            );
            return Err(ParseError::new(at, why));
        };
        let args = call.target.as_deref().into_iter().chain(&call.args);
        let mut args: Vec<Node> = args.map(|arg| self.node(arg)).collect::<Result<_, _>>()?;
        let style_fits = match func {
            Func::Size | Func::Min | Func::Max => true,
            _ => func.is_method() == call.target.is_some(),
        };
        if args.len() != *arity || !style_fits {
            let usage = match (func.is_method(), arity) {
                (false, 1) => format!("{name}(x)"),
                (false, _) => format!("{name}(x, y)"),
                (true, 1) => format!("x.{name}()"),
                (true, _) => format!("x.{name}(y)"),
            };
            return Err(ParseError::new(at, format!("{name} is called as {usage}")));
        }
        if *func == Func::Matches
            && let Some(Val::Str(pattern)) = args[1].as_lit()
        {
            let compiled = compile_pattern(pattern).map_err(|why| ParseError::new(args[1].at as usize, why))?;
            return Ok(Kind::Matches(Box::new(args.swap_remove(0)), compiled));
        }
        Ok(Kind::Call(*func, args))
    }
}

/// The operator with a name of the `cel` crate.
fn binary(name: &str) -> Option<Binary> {
    Some(match name {
        operators::ADD => Binary::Add,
        operators::SUBSTRACT => Binary::Sub,
        operators::MULTIPLY => Binary::Mul,
        operators::DIVIDE => Binary::Div,
        operators::MODULO => Binary::Rem,
        operators::EQUALS => Binary::Eq,
        operators::NOT_EQUALS => Binary::Ne,
        operators::LESS => Binary::Lt,
        operators::LESS_EQUALS => Binary::Le,
        operators::GREATER => Binary::Gt,
        operators::GREATER_EQUALS => Binary::Ge,
        operators::IN => Binary::In,
        _ => return None,
    })
}

/// Whether two nodes are equal constants.
fn same_lit(a: &Node, b: &Node) -> bool {
    a.as_lit().is_some() && a.as_lit() == b.as_lit()
}

/// A list, or a constant if all elements are constants.
fn fold_list(items: Vec<Node>) -> Kind {
    let constant: Option<Val> = items
        .iter()
        .map(|item| item.as_lit().cloned())
        .collect::<Option<Vec<_>>>()
        .map(|vals| vals.into_iter().collect());
    constant.map_or(Kind::List(items), Kind::Lit)
}

/// A map, or a constant if all keys and values are constants.
fn fold_map(entries: Vec<(Node, Node)>) -> Kind {
    let constant: Option<Vec<(Arc<str>, Val)>> = entries
        .iter()
        .map(|(key, val)| match (key.as_lit(), val.as_lit()) {
            (Some(Val::Str(key)), Some(val)) => Some((key.clone(), val.clone())),
            _ => None,
        })
        .collect();
    match constant {
        Some(entries) => Kind::Lit(entries.into_iter().collect()),
        None => Kind::Map(entries),
    }
}
