//! Handles and branches are kept whole.
