//! The three classes of an input.

/// What the pages promise about an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputClass {
    /// The input obeys every page in the narrowest reading. An endpoint must not refuse the input for its form.
    Valid,
    /// The pages leave the input open. Neither acceptance nor refusal decides a clause.
    Doubtful,
    /// The input breaks a rule on which the pages agree. An endpoint must refuse the input.
    Invalid,
}
