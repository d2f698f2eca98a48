//! Routing: from method, path and body to the operation.

use super::composition::{parse_parameter_name, percent_decode};
use crate::schema::catalog::{Binding, Catalog, Operation};
use serde_json::Value;
use std::collections::BTreeMap;

/// All bindings of a catalog, ordered by the number of their parameters: `/boxes/detail` is not the box `detail`.
pub(crate) struct RouteTable<'a> {
    all: Vec<BindingRoute<'a>>,
}

struct BindingRoute<'a> {
    operation: &'a Operation,
    binding: &'a Binding,
    segments: Vec<&'a str>,
}

/// The result of routing.
pub(crate) enum RoutingResult<'a> {
    Operation {
        operation: &'a Operation,
        binding: &'a Binding,
        parameters: BTreeMap<String, Value>,
    },
    /// The path exists, with these methods only.
    Methods(Vec<&'a str>),
    /// The path has actions, and the body names none of them; `first` is one of the actions.
    NoAction {
        first: Box<RoutingResult<'a>>,
    },
    Nothing,
}

impl<'a> RouteTable<'a> {
    pub fn from_catalog(catalog: &'a Catalog) -> RouteTable<'a> {
        let bindings = catalog
            .operations
            .iter()
            .flat_map(|operation| operation.bindings.iter().map(move |binding| (operation, binding)));
        let mut all: Vec<BindingRoute<'a>> = bindings
            .map(|(operation, binding)| BindingRoute { operation, binding, segments: split_path(&binding.path) })
            .collect();
        // The sort is stable, so bindings with equal numbers keep the order of the catalog.
        all.sort_by_key(|route| {
            route.segments.iter().filter(|segment| parse_parameter_name(segment).is_some()).count()
        });
        RouteTable { all }
    }

    pub fn find_route(&self, method: &str, path: &str, body: Option<&Value>) -> RoutingResult<'a> {
        let asked = split_path(path);
        let on_path: Vec<&BindingRoute<'a>> =
            self.all.iter().filter(|route| route.match_parameters(&asked).is_some()).collect();
        let Some(best) = on_path.iter().find(|route| route.binding.method == method) else {
            let mut methods: Vec<&str> = on_path.iter().map(|route| route.binding.method.as_str()).collect();
            methods.sort_unstable();
            methods.dedup();
            return if methods.is_empty() { RoutingResult::Nothing } else { RoutingResult::Methods(methods) };
        };
        let same = |route: &&&BindingRoute<'a>| {
            route.binding.method == method
                && list_fixed_segments(&route.segments) == list_fixed_segments(&best.segments)
        };
        let candidates: Vec<&BindingRoute<'a>> = on_path.iter().filter(same).copied().collect();
        let named = |route: &&&BindingRoute<'a>| {
            let action = route.operation.action.as_ref();
            action.is_some_and(|action| body.is_some_and(|body| body.get(&action.name).is_some()))
        };
        let chosen =
            candidates.iter().find(named).or_else(|| candidates.iter().find(|route| route.operation.action.is_none()));
        match chosen {
            Some(route) => route.build_result(&asked),
            None => RoutingResult::NoAction { first: Box::new(candidates[0].build_result(&asked)) },
        }
    }
}

impl<'a> BindingRoute<'a> {
    /// The values of the path parameters; none for another path.
    fn match_parameters(&self, asked: &[&str]) -> Option<BTreeMap<String, Value>> {
        if asked.len() != self.segments.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (segment, given) in self.segments.iter().zip(asked) {
            match parse_parameter_name(segment) {
                Some(name) => {
                    parameters.insert(name.to_string(), Value::String(percent_decode(given)));
                }
                None if percent_decode(given) == *segment => {}
                None => return None,
            }
        }
        Some(parameters)
    }

    fn build_result(&self, asked: &[&str]) -> RoutingResult<'a> {
        let parameters = self.match_parameters(asked).expect("only routes on this path are candidates");
        RoutingResult::Operation { operation: self.operation, binding: self.binding, parameters }
    }
}

/// The segments of a path. A slash at the end is ignored.
fn split_path(path: &str) -> Vec<&str> {
    path.trim_end_matches('/').split('/').collect()
}

/// The segments of a path; none in place of each parameter.
fn list_fixed_segments<'a>(segments: &[&'a str]) -> Vec<Option<&'a str>> {
    segments.iter().map(|segment| if parse_parameter_name(segment).is_some() { None } else { Some(*segment) }).collect()
}

/// The decoded pairs of the query of an address, in order.
pub(crate) fn parse_query(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode(&text.replace('+', " "));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
