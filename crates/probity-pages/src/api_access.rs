//! How an OpenAPI description says that the API is reached: addresses and security schemes.

use crate::value::SourceValue;

/// Addresses and ways to authenticate, as an OpenAPI description lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiAccess {
    /// Addresses of the servers in the order of the description, with the defaults of their variables.
    pub servers: Vec<String>,
    /// Security schemes, those that the description requires for every operation first.
    pub schemes: Vec<SecurityScheme>,
}

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityScheme {
    /// A key in the header of that name.
    HeaderKey(String),
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// A token from the token service at that address, for client id and secret.
    ClientCredentials(String),
    /// Another scheme, by its name and kind.
    Other(String),
}

/// Reads addresses and security schemes; `root` is the whole description.
#[must_use]
pub fn read_access(root: &SourceValue) -> ApiAccess {
    let servers = root.get("servers").map_or(&[][..], SourceValue::items);
    let schemes = root.get("components").and_then(|it| it.get("securitySchemes"));
    let required = root.get("security").map_or(&[][..], SourceValue::items).iter().flat_map(SourceValue::members);
    let names: Vec<&str> = required.map(|(name, _)| name.as_str()).collect();
    let mut named: Vec<&(String, SourceValue)> = schemes.map_or(&[][..], SourceValue::members).iter().collect();
    named.sort_by_key(|(name, _)| names.iter().position(|it| it == name).unwrap_or(usize::MAX));
    ApiAccess {
        servers: servers.iter().filter_map(read_server).collect(),
        schemes: named.iter().map(|(name, scheme)| read_scheme(root, name, scheme)).collect(),
    }
}

fn read_server(server: &SourceValue) -> Option<String> {
    let mut url = server.get("url")?.as_text()?.to_string();
    for (name, variable) in server.get("variables").map_or(&[][..], SourceValue::members) {
        if let Some(value) = variable.get("default").and_then(SourceValue::scalar_text) {
            url = url.replace(&format!("{{{name}}}"), &value);
        }
    }
    Some(url.trim_end_matches('/').to_string())
}

fn read_scheme(root: &SourceValue, name: &str, scheme: &SourceValue) -> SecurityScheme {
    let reference = scheme.get("$ref").and_then(SourceValue::as_text);
    let scheme = reference.and_then(|it| root.resolve_reference(it)).unwrap_or(scheme);
    let text = |key: &str| scheme.get(key).and_then(SourceValue::as_text).unwrap_or_default();
    let word = text("scheme").to_ascii_lowercase();
    let token = || scheme.get("flows")?.get("clientCredentials")?.get("tokenUrl")?.as_text();
    match (text("type"), text("in")) {
        ("apiKey", "header") => SecurityScheme::HeaderKey(text("name").to_string()),
        ("http", _) if word == "bearer" => SecurityScheme::Bearer,
        ("http", _) if word == "basic" => SecurityScheme::Basic,
        ("oauth2", _) if token().is_some() => {
            SecurityScheme::ClientCredentials(token().unwrap_or_default().to_string())
        }
        ("oauth2" | "openIdConnect", _) => SecurityScheme::Bearer,
        (kind, _) => SecurityScheme::Other(format!("{name} ({kind})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    fn check(description: &str, servers: &[&str], schemes: &[SecurityScheme]) {
        let text = format!("openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\n{description}");
        let document = dialect::read_page("api.yaml", text.as_bytes()).expect("the description is readable");
        let access = read_access(&document.described.expect("an OpenAPI description"));
        assert_eq!(access.servers, servers);
        assert_eq!(access.schemes, schemes);
    }

    #[test]
    fn variables_of_a_server_have_their_defaults() {
        let text = "servers: [{ url: 'https://{host}/v1/', variables: { host: { default: a.example.org } } }]";
        check(text, &["https://a.example.org/v1"], &[]);
    }

    #[test]
    fn the_schemes_that_every_operation_needs_come_first() {
        let text = "security: [{ key: [] }]\ncomponents:\n  securitySchemes:\n    \
                    basic: { type: http, scheme: basic }\n    key: { type: apiKey, in: header, name: X-Key }\n    \
                    cookie: { type: apiKey, in: cookie, name: c }";
        let key = SecurityScheme::HeaderKey("X-Key".to_string());
        check(text, &[], &[key, SecurityScheme::Basic, SecurityScheme::Other("cookie (apiKey)".to_string())]);
    }
}
