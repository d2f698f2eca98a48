//! An endpoint over HTTP.

use super::auth::{Authenticator, Composed};
use super::connect::client;
use super::error::HttpError;
use super::options::{HttpLimits, Wall};
use super::tokens::{Asking, Tokens};
use super::transport_error::{Trouble, trouble};
use crate::endpoint::{
    CALLERS, Credential, Endpoint, Identities, Pending, Request, beginning, percent_encode, read_body,
};
use crate::history::{Learned, Outcome, Reply, ReplyBody};
use crate::profile::Connecting;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;

/// Response headers that are kept; beside them those that name an API version.
const KEPT: &[&str] = &["allow", "content-type", "deprecation", "location", "retry-after", "sunset"];

/// A version header ends so, whatever its vendor puts before.
const KEPT_ENDING: &str = "api-version";

/// A place on the network and the credentials for it.
pub struct Http {
    base: String,
    client: reqwest::Client,
    identities: Identities,
    authenticators: BTreeMap<String, Authenticator>,
    limits: HttpLimits,
    wall: Wall,
    learned: Learned,
    tokens: Tokens,
    /// The proxy's address, for people.
    proxy: Option<String>,
}

impl Http {
    /// `base` stands before the paths of the catalog. Credentials go into headers, never into it.
    ///
    /// # Errors
    /// If the address, a header's name or a setting of the connection cannot be used.
    pub fn new(
        base: &str,
        identities: Identities,
        limits: HttpLimits,
        connecting: &Connecting,
        wall: Wall,
    ) -> Result<Http, HttpError> {
        let base = check_base(base)?;
        let fixed = CALLERS.iter().filter_map(|caller| identities.get(caller)).flat_map(|identity| &identity.headers);
        for (name, _) in fixed {
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| HttpError::Header { name: name.clone() })?;
        }
        let authenticators: BTreeMap<String, Authenticator> =
            identities.iter().map(|(caller, identity)| (caller.to_string(), Authenticator::new(identity))).collect();
        let services = authenticators.values().filter_map(Authenticator::grant);
        let mut addresses = services.map(|grant| grant.request().url).chain([base.clone()]);
        let secure = addresses.any(|address| address.starts_with("https://"));
        let client = client(connecting, &limits, secure)?;
        let proxy = connecting.proxy.as_ref().map(|proxy| proxy.address.clone());
        let (learned, tokens) = (Learned::default(), Tokens::default());
        // The identities know their own credentials, but not the values that a scheme derives from them.
        let derived = authenticators.values().flat_map(Authenticator::secrets);
        for secret in derived.filter(|secret| !identities.credentials().any(|known| known == *secret)) {
            learned.keep(secret.expose());
        }
        Ok(Http { base, client, identities, authenticators, limits, wall, learned, tokens, proxy })
    }

    /// What it made or fetched to prove its callers, to be kept out of what is recorded.
    pub fn learned(&self) -> Learned {
        self.learned.clone()
    }

    pub(super) fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Sends once; once more with a fresh token where the endpoint refuses the one that was sent.
    pub(super) async fn exchange(&self, request: &Request) -> Result<Reply, Trouble> {
        let caller = self.authenticators.get(&request.caller);
        let Some(grant) = caller.and_then(Authenticator::grant) else {
            return self.once(request, caller, None).await;
        };
        let asking =
            Asking { client: &self.client, wall: &self.wall, learned: &self.learned, proxy: self.proxy.as_deref() };
        let token = self.tokens.get(&request.caller, grant, &asking).await?;
        let mut reply = self.once(request, caller, Some(&token)).await?;
        if reply.status == 401 {
            // A 401 is no deed: what is sent again happens once.
            if let Some(fresh) = self.tokens.renewed(&request.caller, &token, grant, &asking).await? {
                reply = self.once(request, caller, Some(&fresh)).await?;
            }
        }
        if reply.status != 401 {
            self.tokens.accepted(&request.caller).await;
        }
        Ok(reply)
    }

    async fn once(
        &self,
        request: &Request,
        caller: Option<&Authenticator>,
        token: Option<&Credential>,
    ) -> Result<Reply, Trouble> {
        let sent = self.build(request, caller, token)?.send().await;
        let mut response = sent.map_err(|error| trouble(&error).at(self.proxy.as_deref()))?;
        let status = response.status().as_u16();
        let headers = kept(response.headers());
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => match trouble(&error) {
                    // It came whole and cannot be unpacked: that is what was replied.
                    Trouble::Encoding(because) => {
                        let body = ReplyBody::Text { begins: String::new(), because };
                        return Ok(Reply { status, headers, body });
                    }
                    other => return Err(other),
                },
            }
            if bytes.len() > self.limits.reply_bytes_max {
                let because = format!("it is longer than {} bytes", self.limits.reply_bytes_max);
                let body = ReplyBody::Text { begins: beginning(&bytes), because };
                return Ok(Reply { status, headers, body });
            }
        }
        let body = read_body(headers.get("content-type").map(String::as_str), &bytes);
        Ok(Reply { status, headers, body })
    }

    fn build(
        &self,
        request: &Request,
        caller: Option<&Authenticator>,
        token: Option<&Credential>,
    ) -> Result<reqwest::RequestBuilder, Trouble> {
        let unfit = |what: &str| Trouble::Unsendable(format!("{what} cannot be put into a request"));
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|_| unfit("the method"))?;
        // What is proven is what is sent: the address as the client writes it.
        let url = reqwest::Url::parse(&self.url(request)).map_err(|_| unfit("the address"))?;
        let body = request.body.as_ref().map(|body| body.to_string().into_bytes());
        let mut inputs = vec![("accept".to_string(), "application/json".to_string())];
        if body.is_some() {
            inputs.push(("content-type".to_string(), "application/json".to_string()));
        }
        inputs.extend(request.headers.iter().cloned());
        let mut headers = HeaderMap::new();
        for (name, value) in &inputs {
            put(&mut headers, name, value, false).map_err(unfit)?;
        }
        if let Some(caller) = caller {
            let bytes = body.as_deref().unwrap_or_default();
            let composed = Composed { method: &request.method, url: url.as_str(), headers: &inputs, body: bytes };
            for (name, value) in caller.prove(&composed, (self.wall)(), token) {
                put(&mut headers, &name, value.expose(), true).map_err(unfit)?;
                if value.is_made() {
                    self.learned.passing(value.expose());
                }
            }
        }
        let builder = self.client.request(method, url).headers(headers);
        Ok(match body {
            Some(body) => builder.body(body),
            None => builder,
        })
    }

    fn url(&self, request: &Request) -> String {
        let mut url = format!("{}{}", self.base, request.path);
        for (at, (name, value)) in request.query.iter().enumerate() {
            let mark = if at == 0 { '?' } else { '&' };
            url.push_str(&format!("{mark}{}={}", encode_query(name), encode_query(value)));
        }
        url
    }
}

impl Endpoint for Http {
    fn name(&self) -> &str {
        &self.base
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(async move { self.exchange(request).await.map_or_else(Trouble::into_outcome, Outcome::Replied) })
    }
}

fn put(headers: &mut HeaderMap, name: &str, value: &str, sensitive: bool) -> Result<(), &'static str> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "the name of a header")?;
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "the value of a header")?;
    value.set_sensitive(sensitive);
    headers.insert(name, value);
    Ok(())
}

/// As a path's, but with what a query may hold as it is (RFC 3986, section 3.4), so that a time or a sort
/// key reads as typed: a server that signs the address after its own escaping then comes to the same.
fn encode_query(text: &str) -> String {
    ["%3A:", "%2F/", "%40@", "%2C,"]
        .iter()
        .fold(percent_encode(text), |text, pair| text.replace(&pair[..3], &pair[3..]))
}

/// The base without its last slash.
fn check_base(base: &str) -> Result<String, HttpError> {
    let fail =
        |place: &str, cause: &str| Err(HttpError::Address { place: place.to_string(), cause: cause.to_string() });
    let url = match reqwest::Url::parse(base) {
        Ok(url) => url,
        // Not repeated when it may hold a password.
        Err(error) => {
            return fail(if base.contains('@') { "the address" } else { base }, &error.to_string());
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return fail(url.host_str().unwrap_or("the address"), "it holds credentials, which belong under `identities`");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return fail(base, "it begins with neither http:// nor https://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail(&base[..base.find(['?', '#']).unwrap_or(base.len())], "it has a query or a fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_string())
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        // `HeaderName` is in lower case already.
        let name = name.as_str();
        if !KEPT.contains(&name) && !name.ends_with(KEPT_ENDING) {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        kept.entry(name.to_string()).and_modify(|all| *all = format!("{all}, {value}")).or_insert(value);
    }
    // A moment at which to come back says something only beside the endpoint's own clock.
    if kept.contains_key("retry-after")
        && let Some(date) = headers.get(DATE)
    {
        kept.insert("date".to_string(), String::from_utf8_lossy(date.as_bytes()).into_owned());
    }
    kept
}
