//! What a response shows of resources.

use super::call_view::Asked;
use super::compile::Model;
use super::paging::is_page;
use super::reply_kind::Heard;
use super::resource_state::Id;
use super::roots::{Fault, Roots};
use crate::expr::Val;
use crate::suite::View;

/// One observation: a resource as a response shows the resource.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The resource.
    pub id: Id,
    /// The part of the response about the resource.
    pub it: Val,
    /// By field of the resource kind; `None` where the view does not show the field.
    pub fields: Vec<Option<Val>>,
    /// Whether the view shows every field.
    pub full: bool,
    /// Value of the `rest` expression; `None` where the expression cannot be evaluated.
    pub rest: Option<bool>,
}

/// All observations in one response.
#[derive(Debug, Clone, Default)]
pub struct Sights {
    /// The observed resources, in the order of the response.
    pub things: Vec<Sight>,
    /// Resource kinds of which the response lists every resource of the caller.
    pub whole: Vec<usize>,
    /// Resource kinds of which the response lists a page.
    pub parts: Vec<usize>,
}

/// Reads the observations in a response.
///
/// # Errors
/// If the evaluation of a view's condition fails.
pub fn sights(model: &Model, asked: &Asked, heard: &Heard) -> Result<Sights, Fault> {
    let Heard::Success(_, reply) = heard else { return Ok(Sights::default()) };
    let mut seen = Sights::default();
    for (kind, view) in &model.operations[&asked.operation].views {
        let part = is_page(model, asked, view)?;
        let roots = Roots { model, asked, things: &[], reply: Some(reply), it: None, world: None };
        if let Some(when) = &view.when
            && !part
            && roots.eval(when, view.place.line)? != Val::Bool(true)
        {
            continue;
        }
        // A response without the resource violates the schema, and another clause covers schemas.
        let Ok(shown) = view.at.eval(&roots) else { continue };
        let items = match (&shown, view.each) {
            (Val::List(items), true) => items.to_vec(),
            (Val::Map(_), false) => vec![shown.clone()],
            _ => continue,
        };
        seen.things.extend(items.iter().filter_map(|it| sight(model, asked, *kind, view, it)));
        if part {
            seen.parts.push(*kind);
        } else if view.whole {
            seen.whole.push(*kind);
        }
    }
    Ok(seen)
}

pub(super) fn sight(model: &Model, asked: &Asked, kind: usize, view: &View, it: &Val) -> Option<Sight> {
    let resource = &model.suite.resources[kind];
    let roots = Roots { model, asked, things: &[], reply: None, it: Some(it), world: None };
    let Ok(Val::Str(id)) = resource.id.eval(&roots) else { return None };
    let shown = |name: &str| view.only.as_ref().is_none_or(|only| only.iter().any(|known| known == name));
    let fields =
        resource.fields.iter().map(|field| shown(&field.name).then(|| field.at.eval(&roots).unwrap_or(Val::Null)));
    let full = view.only.is_none();
    let rest = match &resource.rest {
        Some(rest) if full => match rest.eval(&roots) {
            Ok(Val::Bool(rest)) => Some(rest),
            _ => None,
        },
        _ => None,
    };
    Some(Sight { id: Id { kind: kind as u16, id }, it: it.clone(), fields: fields.collect(), full, rest })
}
