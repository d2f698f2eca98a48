//! Leftovers as text.

use crate::cleanup::Left;

/// One line for each leftover: handle, id and reason.
#[must_use]
pub fn list_leftovers(left: &[Left]) -> String {
    let line = |left: &Left| format!("left behind: {} {}: {}\n", left.handle, left.id, left.because);
    left.iter().map(line).collect()
}
