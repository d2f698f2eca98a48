//! Addresses without user names, passwords and secret parameters.

use std::borrow::Cow;

/// What stands in place of a secret part.
const HIDDEN: &str = "[hidden]";

/// Words within the names of parameters with secret values, in lower case and without separators.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "signature",
    "apikey",
    "accesskey",
    "privatekey",
    "authkey",
    "credential",
];

/// Names of parameters with secret values that are parts of ordinary words.
const SECRET_NAMES: &[&str] = &["sig", "auth", "key", "session", "code", "pwd", "jwt"];

/// The text with every address in it redacted: the part before `@` of the host, and the values of parameters with
/// secret names, are replaced.
#[must_use]
pub fn redact_urls(text: &str) -> Cow<'_, str> {
    let secrets = find_secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in secrets {
        redacted.push_str(&text[from..start]);
        redacted.push_str(HIDDEN);
        from = end;
    }
    redacted.push_str(&text[from..]);
    Cow::Owned(redacted)
}

/// Whether a text has an address with a user name, a password or a secret parameter.
#[must_use]
pub fn has_url_secret(text: &str) -> bool {
    !find_secrets(text).is_empty()
}

/// The byte ranges of the secret parts of all addresses, in order.
fn find_secrets(text: &str) -> Vec<(usize, usize)> {
    let mut secrets = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + 3;
        let end = start + text[start..].find(ends_address).unwrap_or(text.len() - start);
        let authority_end = start + text[start..end].find(['/', '?', '#', '\\']).unwrap_or(end - start);
        // A password with an unescaped slash or question mark still stands before the last `@`, but so may an
        // ordinary path. Before the first slash the `@` is certain; behind, only with a colon before that slash.
        let certain = text[start..authority_end].rfind('@');
        let colon = text[start..authority_end].contains(':') && !has_port(&text[start..authority_end]);
        let user_end = certain.or_else(|| text[start..end].rfind('@').filter(|_| colon));
        if let Some(user_end) = user_end.filter(|&at| &text[start..start + at] != HIDDEN) {
            secrets.push((start, start + user_end));
        }
        let query = user_end.map_or(start, |at| start + at);
        secrets.extend(find_secret_parameters(text, query, end));
        from = end.max(start);
    }
    secrets
}

fn has_port(authority: &str) -> bool {
    let port = authority.rsplit(':').next().unwrap_or_default();
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

/// The values of secret parameters between two offsets, in the query and in the fragment.
fn find_secret_parameters(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let mut secrets = Vec::new();
    let Some(query) = text[start..end].find(['?', '#']) else { return secrets };
    let mut at = start + query + 1;
    for pair in text[at..end].split(['&', ';', '#', '?']) {
        if let Some((name, value)) = pair.split_once('=')
            && !value.is_empty()
            && value != HIDDEN
            && is_secret_name(name)
        {
            secrets.push((at + name.len() + 1, at + pair.len()));
        }
        at += pair.len() + 1;
    }
    secrets
}

fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SECRET_NAMES.contains(&plain.as_str()) || SECRET_WORDS.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str) {
        assert_eq!(redact_urls(text), shown);
        assert_eq!(has_url_secret(text), text != shown);
        assert_eq!(redact_urls(shown), shown, "a redacted text stays");
    }

    #[test]
    fn user_names_and_passwords_are_hidden() {
        check("http://ada:canary@h:80/v1", "http://[hidden]@h:80/v1");
        check("https://canary@h", "https://[hidden]@h");
        check("http://ada:can@ary@h/", "http://[hidden]@h/");
        check("http://ada:can/ary@h/", "http://[hidden]@h/");
        check("HTTP://ada:can%40ary@[::1]:9/x y://b:canary@c", "HTTP://[hidden]@[::1]:9/x y://[hidden]@c");
    }

    #[test]
    fn secret_parameters_are_hidden() {
        check("http://h/a?x=1&X-Amz-Signature=canary&y=2", "http://h/a?x=1&X-Amz-Signature=[hidden]&y=2");
        check("http://h?api_key=canary#access_token=canary", "http://h?api_key=[hidden]#access_token=[hidden]");
        check("see http://h/?sig=canary, and more", "see http://h/?sig=[hidden] and more");
    }

    #[test]
    fn ordinary_addresses_stay() {
        for text in [
            "http://127.0.0.1:8080/v2.1/servers/@me",
            "http://h:80/a@b?marker=7&sort_key=name&limit=2",
            "mail ada@h",
            "://",
            "http://",
            "http://é/ü@",
        ] {
            assert_eq!(redact_urls(text), text);
        }
    }
}
