//! Hints about unknown names.

use crate::expr::nearest;

/// "did you mean `x`?", or the known names if the list is short, or `None`.
pub(super) fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> Option<String> {
    if let Some(near) = nearest(name, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = known.into_iter().collect();
    (!all.is_empty() && all.len() <= LISTED_MAX).then(|| format!("known here: {}", all.join(", ")))
}

const LISTED_MAX: usize = 24;
