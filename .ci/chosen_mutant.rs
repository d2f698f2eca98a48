//! The module `chosen_mutant` of the copy that `.ci/mutants` makes: which mutant is to take effect.

static CHOSEN: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
    std::env::var("PROBITY_MUTANT").map_or(0, |text| text.parse().expect("PROBITY_MUTANT is a number"))
});

/// Whether the mutant with this number is to take effect.
pub fn is(number: usize) -> bool {
    *CHOSEN == number
}

/// One iterator or another of the same items.
pub enum Either<A, B> {
    /// The first.
    One(A),
    /// The second.
    Other(B),
}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        match self {
            Either::One(items) => items.next(),
            Either::Other(items) => items.next(),
        }
    }
}

/// The same iterator; names the type of the items.
pub fn iterates<T, I: Iterator<Item = T>>(items: I) -> I {
    items
}
