//! A field that an effect of a clause sets.

/// An observed field that an effect sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffectField {
    /// Index of the resource kind.
    pub kind: u16,
    /// Index of the field.
    pub field: u16,
    /// Whether the call creates the resource.
    pub newborn: bool,
}
