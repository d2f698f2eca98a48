//! The names of fields with secret values.

/// The names of fields with secret values.
#[derive(Clone)]
pub(super) struct SecretNames {
    /// Each name is a sequence of words in lower case, mostly one word.
    names: Vec<Vec<String>>,
    /// Every secret name contains one of these texts.
    hints: Vec<String>,
}

/// The names that are always secret: a word, or words in this order.
const NAMES: &[&str] = &[
    "pass",
    "passwd",
    "password",
    "passwords",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "authorization",
    "cookie",
    "private key",
    "privatekey",
    "user data",
    "userdata",
    "access key",
    "accesskey",
    "api key",
    "apikey",
    "secret key",
    "secretkey",
    "auth key",
    "signature",
];

/// Whether a name, of a header or a parameter, is always secret.
#[cfg(feature = "http")]
pub(crate) fn is_secret_name(name: &str) -> bool {
    static USUAL: std::sync::LazyLock<SecretNames> = std::sync::LazyLock::new(SecretNames::new);
    USUAL.is_secret(name)
}

impl SecretNames {
    /// The names that are always secret.
    pub(super) fn new() -> SecretNames {
        let mut names = SecretNames { names: Vec::new(), hints: Vec::new() };
        names.add_names(NAMES.iter().copied());
        names
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Adds names as written in a body (`initialKey`, `seed_phrase`).
    pub(super) fn add_names<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let words = names.into_iter().map(split_words);
        self.names.extend(words.filter(|words| !words.is_empty()));
        let mut hints: Vec<String> = self.names.iter().map(|run| run[0].clone()).collect();
        hints.sort_by_key(String::len);
        self.hints = Vec::new();
        for hint in hints {
            if !self.hints.iter().any(|shorter| hint.contains(shorter.as_str())) {
                self.hints.push(hint);
            }
        }
    }

    /// Whether the words of a field's name include a secret name.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        if !self.has_hint(name) {
            return false;
        }
        let words = split_words(name);
        let said = |run: &Vec<String>| words.windows(run.len()).any(|window| window == run.as_slice());
        self.names.iter().any(said)
    }

    /// A fast test that excludes nearly every field, because the test runs for each field of each response.
    fn has_hint(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let here = |at: usize| {
            let first = bytes[at].to_ascii_lowercase();
            self.hints.iter().any(|hint| {
                let hint = hint.as_bytes();
                hint[0] == first
                    && bytes[at..].len() >= hint.len()
                    && bytes[at..at + hint.len()].eq_ignore_ascii_case(hint)
            })
        };
        // Letters beyond ASCII have cases too. These names are rare, so the slow test decides.
        !name.is_ascii() || (0..bytes.len()).any(here)
    }
}

/// Splits a name into words in lower case: `adminPass`, `admin_pass` → `admin`, `pass`.
fn split_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before_lower = false;
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let after_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && (before_lower || after_lower));
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("the list has at least one word").extend(c.to_lowercase());
        }
        before_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}
