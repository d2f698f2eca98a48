//! Hints about unknown names.

use crate::expr::find_nearest;

/// "did you mean `x`?", or the known names if the list is short, or `None`.
pub(super) fn suggest_name<'k>(name: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> Option<String> {
    if let Some(near) = find_nearest(name, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = known.into_iter().collect();
    (!all.is_empty() && all.len() <= SUGGESTIONS_MAX).then(|| format!("known here: {}", all.join(", ")))
}

const SUGGESTIONS_MAX: usize = 24;
