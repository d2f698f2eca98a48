mod documents;

pub(super) use documents::documents;
