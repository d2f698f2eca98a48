//! Random expressions with matching documents.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::Union;

use crate::expr::{ExprValue, RecordField, ValueType};

/// The language of random expressions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// The part that CEL and our evaluator agree on.
    Common,
    /// All of our language.
    Ours,
}

/// The settings for a random expression.
#[derive(Clone, Copy)]
struct ExprGrammar {
    language: Language,
    depth: u32,
    /// Whether the expression is in a loop over numbers with the variable `x`.
    in_loop: bool,
}

/// An expression over the roots of [`documents`], mostly well-typed.
pub(super) fn expressions(language: Language) -> BoxedStrategy<String> {
    let draw = ExprGrammar { language, depth: 4, in_loop: false };
    prop_oneof![6 => draw.truth(), 1 => draw.number(), 1 => draw.text(), 1 => draw.list()].boxed()
}

impl ExprGrammar {
    fn descend(self) -> Option<ExprGrammar> {
        let depth = self.depth.checked_sub(1)?;
        Some(ExprGrammar { depth, ..self })
    }

    fn enter_loop(self) -> ExprGrammar {
        ExprGrammar { in_loop: true, ..self }
    }

    fn is_ours(self) -> bool {
        self.language == Language::Ours
    }

    fn number(self) -> BoxedStrategy<String> {
        let mut leaves = vec!["0", "1", "2", "-3", "9223372036854775807", "a", "m.n", "m.d.x", "l[0]"];
        if self.in_loop {
            leaves.extend(["x", "x", "x"]);
        }
        if self.is_ours() {
            leaves.extend(["m.o", "m.d.zzz", "max(l)", "l[a]", "f", "g.n"]);
        }
        let leaf = leaf(leaves);
        let Some(deep) = self.descend() else {
            return leaf;
        };
        let n = || deep.number();
        union([
            (4, leaf),
            (3, (n(), sign("+-*/%"), n()).prop_map(|(a, op, b)| format!("({a} {op} {b})")).boxed()),
            (1, n().prop_map(|n| format!("-({n})")).boxed()),
            (1, deep.list().prop_map(|l| format!("size({l})")).boxed()),
            (1, deep.choice(n(), n())),
            (1, deep.anything()),
        ])
    }

    fn text(self) -> BoxedStrategy<String> {
        let mut leaves = vec!["\"\"", "\"a\"", "'b\\n'", "s", "m.k", "t[1]"];
        if self.is_ours() {
            leaves.extend(["m.o", "m[s]", "s.lowerAscii()", "g"]);
        }
        let leaf = leaf(leaves);
        let Some(deep) = self.descend() else {
            return leaf;
        };
        union([
            (4, leaf),
            (2, (deep.text(), deep.text()).prop_map(|(a, b)| format!("{a} + {b}")).boxed()),
            (1, deep.choice(deep.text(), deep.text())),
            (1, deep.anything()),
        ])
    }

    fn list(self) -> BoxedStrategy<String> {
        let leaf = leaf(vec!["[]", "l", "[1, 2]", "[a, 1]"]);
        let Some(deep) = self.descend() else {
            return leaf;
        };
        let body = deep.enter_loop();
        union([
            (4, leaf),
            (2, (deep.number(), deep.number()).prop_map(|(a, b)| format!("[{a}, {b}]")).boxed()),
            (1, (deep.list(), deep.list()).prop_map(|(a, b)| format!("({a} + {b})")).boxed()),
            (1, (deep.list(), body.number()).prop_map(|(l, n)| format!("{l}.map(x, {n})")).boxed()),
            (1, (deep.list(), body.truth()).prop_map(|(l, b)| format!("{l}.filter(x, {b})")).boxed()),
        ])
    }

    fn truth(self) -> BoxedStrategy<String> {
        let mut leaves = vec!["true", "false", "b", "has(m.k)", "has(m.zzz)", "f < 1.5", "f == a"];
        if self.is_ours() {
            leaves.extend(["has(m.o)", "m.o", "has(m.o.q)", "g", "s.matches(\"a+\")", "m.d == {\"x\": a}"]);
        }
        let leaf = leaf(leaves);
        let Some(deep) = self.descend() else {
            return leaf;
        };
        let (n, t, b) = (|| deep.number(), || deep.text(), || deep.truth());
        let order = || prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
        let walk = prop::sample::select(vec!["all", "exists", "exists_one"]);
        let find = prop::sample::select(vec!["contains", "startsWith", "endsWith"]);
        union([
            (3, leaf),
            (3, (n(), order(), n()).prop_map(|(a, op, b)| format!("{a} {op} {b}")).boxed()),
            (2, (t(), order(), t()).prop_map(|(a, op, b)| format!("{a} {op} {b}")).boxed()),
            (1, (deep.list(), deep.list()).prop_map(|(a, b)| format!("{a} == {b}")).boxed()),
            (1, (deep.any(), deep.any()).prop_map(|(a, b)| format!("({a}) == ({b})")).boxed()),
            (1, (n(), deep.list()).prop_map(|(n, l)| format!("{n} in {l}")).boxed()),
            (1, t().prop_map(|t| format!("({t}) in t")).boxed()),
            (1, t().prop_map(|t| format!("({t}) in m")).boxed()),
            (4, (b(), b()).prop_map(|(a, b)| format!("({a}) && ({b})")).boxed()),
            (4, (b(), b()).prop_map(|(a, b)| format!("({a}) || ({b})")).boxed()),
            (2, b().prop_map(|b| format!("!({b})")).boxed()),
            (1, deep.choice(b(), b())),
            (1, (t(), find, t()).prop_map(|(a, find, b)| format!("({a}).{find}({b})")).boxed()),
            (
                2,
                (deep.list(), walk, deep.enter_loop().truth())
                    .prop_map(|(l, walk, b)| format!("{l}.{walk}(x, {b})"))
                    .boxed(),
            ),
        ])
    }

    fn choice(self, a: BoxedStrategy<String>, b: BoxedStrategy<String>) -> BoxedStrategy<String> {
        (self.truth(), a, b).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")).boxed()
    }

    fn any(self) -> BoxedStrategy<String> {
        prop_oneof![self.number(), self.text(), self.list(), self.truth()].boxed()
    }

    /// An expression of a random type, whatever type its place needs.
    fn anything(self) -> BoxedStrategy<String> {
        let mut leaves = vec!["null", "true", "\"q\"", "l", "1 / 0", "nobody", "b", "s", "a"];
        // The crate adds a map to a list, which CEL does not.
        if self.is_ours() {
            leaves.push("m");
        }
        leaf(leaves)
    }
}

fn leaf(texts: Vec<&'static str>) -> BoxedStrategy<String> {
    prop::sample::select(texts).prop_map(str::to_string).boxed()
}

fn sign(signs: &'static str) -> BoxedStrategy<char> {
    prop::sample::select(signs.chars().collect::<Vec<_>>()).boxed()
}

fn union<const N: usize>(arms: [(u32, BoxedStrategy<String>); N]) -> BoxedStrategy<String> {
    Union::new_weighted(arms.into_iter().collect()).boxed()
}

/// The roots of an expression with their values.
pub(super) type Documents = BTreeMap<String, ExprValue>;

/// Values for all roots. `g` is an arbitrary value; the optional number `m.o` is present in half of
/// the cases.
pub(super) fn documents() -> impl Strategy<Value = Documents> {
    let int = || prop_oneof![-3_i64..4, any::<i64>()].prop_map(ExprValue::Int);
    let float = prop_oneof![Just(1.0), Just(1.5), -3.0..3.0_f64].prop_map(ExprValue::from);
    let text = || "[ab\n]{0,2}".prop_map(|text| ExprValue::from(text.as_str()));
    let list = |item: BoxedStrategy<ExprValue>| {
        prop::collection::vec(item, 0..4).prop_map(|items| items.into_iter().collect::<ExprValue>())
    };
    let inner = int().prop_map(|x| record([("x", x)]));
    let map = (text(), int(), inner, prop::option::of(int())).prop_map(|(k, n, d, o)| {
        let fields = [("k", k), ("n", n), ("d", d)];
        record(fields.into_iter().chain(o.map(|o| ("o", o))))
    });
    let numbers = list(int().boxed());
    let texts = list(text().boxed());
    let roots = (int(), float, any::<bool>(), text(), numbers, texts, map, values());
    roots.prop_map(|(a, f, b, s, l, t, m, g)| {
        let roots = [("a", a), ("f", f), ("b", b.into()), ("s", s), ("l", l), ("t", t), ("m", m), ("g", g)];
        roots.map(|(name, val)| (name.to_string(), val)).into()
    })
}

/// A small known value.
pub(super) fn values() -> BoxedStrategy<ExprValue> {
    let leaf = prop_oneof![
        Just(ExprValue::Null),
        any::<bool>().prop_map(ExprValue::Bool),
        (-3_i64..4).prop_map(ExprValue::Int),
        (-3.0..3.0_f64).prop_map(ExprValue::from),
        "[ab]{0,2}".prop_map(|text| ExprValue::from(text.as_str())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let map = prop::collection::btree_map("[knx]", inner.clone(), 0..3)
            .prop_map(|map| map.iter().map(|(k, v)| (k.as_str().into(), v.clone())).collect());
        prop_oneof![prop::collection::vec(inner, 0..3).prop_map(|items| items.into_iter().collect()), map,]
    })
    .boxed()
}

/// The types of [`documents`].
pub(super) fn types() -> BTreeMap<String, ValueType> {
    let field = |ty, optional| RecordField { ty, optional };
    let record = |fields: Vec<(&str, RecordField)>| ValueType::Record {
        fields: fields.into_iter().map(|(name, field)| (name.to_string(), field)).collect(),
        open: false,
    };
    let inner = record(vec![("x", field(ValueType::Int, false))]);
    let map = record(vec![
        ("k", field(ValueType::Str, false)),
        ("n", field(ValueType::Int, false)),
        ("d", field(inner, false)),
        ("o", field(ValueType::Int, true)),
    ]);
    let list = |ty| ValueType::List(Box::new(ty));
    [
        ("a", ValueType::Int),
        ("f", ValueType::Float),
        ("b", ValueType::Bool),
        ("s", ValueType::Str),
        ("l", list(ValueType::Int)),
        ("t", list(ValueType::Str)),
        ("m", map),
    ]
    .map(|(name, ty)| (name.to_string(), ty))
    .into()
}

fn record<'a>(fields: impl IntoIterator<Item = (&'a str, ExprValue)>) -> ExprValue {
    fields.into_iter().map(|(name, val)| (name.into(), val)).collect()
}
