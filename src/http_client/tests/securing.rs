//! TLS, versions of HTTP, and proxies; certificates are made here.

use super::*;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

type Authority = CertifiedIssuer<'static, KeyPair>;

/// Authorities are told apart by their names.
fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for the name, and its key.
fn certificate(authority: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (CertificateParams::new(vec![name.to_string()]).unwrap().signed_by(&key, authority).unwrap(), key)
}

/// A server that answers with the version of HTTP it was asked in.
struct Secure {
    authority: Authority,
    name: &'static str,
    /// Ask for a certificate of this authority.
    clients: Option<CertificateDer<'static>>,
}

impl Secure {
    fn new(name: &'static str) -> Secure {
        Secure { authority: authority("of the server"), name, clients: None }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match &self.clients {
            None => builder.with_no_client_auth(),
            Some(trusted) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(trusted.clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let (certificate, key) = certificate(&self.authority, self.name);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// The outcome of one request; `scheme` and host stand before the port.
    fn asked(&self, place: &str, connecting: &Connecting) -> (Outcome, Result<(), ProbeError>) {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("{place}:{}", listener.local_addr().unwrap().port());
            let acceptor = self.acceptor();
            let server = async {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let acceptor = acceptor.clone();
                    tokio::spawn(async move {
                        // Whether it comes about is what the client tells.
                        let Ok(stream) = acceptor.accept(stream).await else { return };
                        let two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        let service = hyper::service::service_fn(async |request: hyper::Request<_>| {
                            let _: &hyper::body::Incoming = request.body();
                            let body = json!({ "version": format!("{:?}", request.version()) }).to_string();
                            let reply = hyper::Response::builder().header("content-type", "application/json");
                            Ok::<_, std::convert::Infallible>(reply.body(Full::new(Bytes::from(body))).unwrap())
                        });
                        if two {
                            let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                        } else {
                            let connection = hyper::server::conn::http1::Builder::new();
                            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                        }
                    });
                }
            };
            let client = async {
                let http = Http::new(&base, identities(), HttpLimits::USUAL, connecting, wall()).unwrap();
                let request = request(&call("showBox"));
                (http.send(&request).await, probe(&http, &request).await.map(|_| ()))
            };
            tokio::select! {
                never = server => never,
                result = client => result,
            }
        })
    }
}

fn trusting(authority: &Authority) -> Connecting {
    Connecting { authorities: vec![authority.pem().into_bytes()], ..Connecting::default() }
}

/// Unsent, for a reason with these words; and the look before a run says the same and what to do.
fn refused((outcome, probed): (Outcome, Result<(), ProbeError>), words: &str) {
    let told = told(&outcome);
    assert!(told.starts_with("unsent: no secure connection: ") && told.contains(words), "{told}");
    let error = probed.unwrap_err().to_string();
    assert!(error.contains(words) && error.contains("; check the certificate"), "{error}");
    assert!(!format!("{told}{error}").contains(CANARY), "{error}");
}

#[test]
fn a_server_of_a_private_authority_is_reached_if_the_authority_is_named() {
    let server = Secure::new("localhost");
    let (outcome, probed) = server.asked("https://localhost", &trusting(&server.authority));
    assert_eq!(told(&outcome), r#"200 {"version":"HTTP/2.0"}"#);
    assert_eq!(probed, Ok(()));
    refused(server.asked("https://localhost", &trusting(&authority("another"))), "UnknownIssuer");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Secure::new("elsewhere.example");
    refused(server.asked("https://localhost", &trusting(&server.authority)), "not valid for name");
}

#[test]
fn the_version_of_http_is_the_profiles_choice() {
    let server = Secure::new("localhost");
    for (version, seen) in [(Version::Any, "HTTP/2.0"), (Version::One, "HTTP/1.1"), (Version::Two, "HTTP/2.0")] {
        let connecting = Connecting { version, ..trusting(&server.authority) };
        let (outcome, _) = server.asked("https://localhost", &connecting);
        assert_eq!(told(&outcome), format!("200 {{\"version\":\"{seen}\"}}"));
    }
}

#[test]
fn a_server_that_asks_for_a_certificate_is_shown_one() {
    let clients = authority("of clients");
    let server = Secure { clients: Some(clients.der().clone()), ..Secure::new("localhost") };
    let (certificate, key) = certificate(&clients, "client");
    let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
    let certificate = Some(Credential::made(pem));
    let (outcome, _) = server.asked("https://localhost", &Connecting { certificate, ..trusting(&server.authority) });
    assert!(told(&outcome).starts_with("200 "), "{outcome:?}");
    refused(server.asked("https://localhost", &trusting(&server.authority)), "the client's certificate is refused");
}

#[test]
fn a_wrong_scheme_is_told_from_a_server_that_is_not_there() {
    let server = Secure::new("localhost");
    let (outcome, probed) = server.asked("http://localhost", &Connecting::default());
    assert!(matches!(outcome, Outcome::Lost { .. }), "{outcome:?}");
    let error = probed.unwrap_err().to_string();
    assert!(
        error.contains("what came back is not HTTP; check the port; an address with TLS begins with https://"),
        "{error}"
    );
    let plain = reply_bytes("200 OK", "", b"{}");
    let outcome = with_raw(&plain, async |base: String| {
        let base = base.replace("http://", "https://");
        let trusted = trusting(&authority("another"));
        let http = Http::new(&base, identities(), HttpLimits::USUAL, &trusted, wall()).unwrap();
        tokio::time::timeout(Duration::from_secs(5), http.send(&request(&call("showBox")))).await
    });
    let outcome = outcome.unwrap_or(Outcome::Lost { cause: "it waits".to_string() });
    assert!(matches!(outcome, Outcome::Unsent { .. } | Outcome::Lost { .. }), "{outcome:?}");
}

#[test]
fn an_authority_or_a_certificate_that_is_none_is_refused() {
    for connecting in [
        Connecting { authorities: vec![b"nothing".to_vec()], ..Connecting::default() },
        Connecting { certificate: Some(Credential::made("canary".to_string())), ..Connecting::default() },
    ] {
        let error = Http::new("https://h", identities(), HttpLimits::USUAL, &connecting, wall()).map(|_| ());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("in PEM; check `connection` in the profile") && !error.contains("canary"), "{error}");
    }
}

fn through(address: &str) -> Connecting {
    let credentials = Some(("ada".to_string(), Credential::made("canary-proxy".to_string())));
    Connecting { proxy: Some(Proxy { address: address.to_string(), credentials }), ..Connecting::default() }
}

#[test]
fn requests_go_through_the_proxy_that_is_named() {
    let heads = RefCell::new(String::new());
    let told = block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            heads.replace(String::from_utf8(head).unwrap());
            stream.write_all(&reply_bytes("200 OK", "content-type: application/json\r\n", b"{}")).await.unwrap();
            std::future::pending::<()>().await
        };
        let client = async {
            let (base, connecting) = ("http://endpoint.example/base", through(&proxy));
            let http = Http::new(base, identities(), HttpLimits::USUAL, &connecting, wall()).unwrap();
            told(&http.send(&request(&call("showBox"))).await)
        };
        tokio::select! {
            () = server => unreachable!("it waits for ever"),
            told = client => told,
        }
    });
    assert_eq!(told, "200 {}");
    let head = heads.into_inner();
    assert!(head.starts_with("GET http://endpoint.example/base/v1/left%20top/boxes/7 HTTP/1.1\r\n"), "{head}");
    // Python: base64.b64encode(b"ada:canary-proxy")
    assert!(head.contains("roxy-authorization: Basic YWRhOmNhbmFyeS1wcm94eQ==\r\n"), "{head}");
}

#[test]
fn a_proxy_that_is_not_there_is_told_from_the_endpoint() {
    for base in ["http://endpoint.example", "https://endpoint.example"] {
        let connecting =
            Connecting { authorities: trusting(&authority("another")).authorities, ..through("http://127.0.0.1:9") };
        let http = Http::new(base, identities(), HttpLimits::USUAL, &connecting, wall()).unwrap();
        let request = request(&call("showBox"));
        let (outcome, probed) = block_on(async { (http.send(&request).await, probe(&http, &request).await) });
        assert!(told(&outcome).starts_with("unsent: the proxy cannot be used: http://127.0.0.1:9: "), "{outcome:?}");
        let error = probed.unwrap_err().to_string();
        assert!(error.contains("; check `connection.proxy`") && !error.contains("canary"), "{error}");
    }
}
