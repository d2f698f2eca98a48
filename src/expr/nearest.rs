//! Suggestions for misspelt names.

/// Most names in a hint.
const NAMES_MAX: usize = 12;

/// The candidate closest to `name`, if at most a third of the letters differ; case is ignored. Of
/// equally close candidates the first.
pub fn find_nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint for an unknown name: the nearest known name, or else a list of known names.
pub(super) fn suggest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    if let Some(name) = find_nearest(name, known.iter().copied()) {
        return Some(format!("did you mean {name}?"));
    }
    let shown = &known[..known.len().min(NAMES_MAX)];
    (!shown.is_empty()).then(|| format!("known: {}", shown.join(", ")))
}

/// The number of letters to insert, delete, replace or swap with a neighbour; case is ignored.
fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}
