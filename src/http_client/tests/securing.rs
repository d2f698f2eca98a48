//! TLS, HTTP versions and proxies, with generated certificates.

use super::*;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

type TestAuthority = CertifiedIssuer<'static, KeyPair>;

/// Creates an authority with a distinct name.
fn authority(name: &str) -> TestAuthority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Creates a certificate for a name, and its key.
fn certificate(authority: &TestAuthority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (CertificateParams::new(vec![name.to_string()]).unwrap().signed_by(&key, authority).unwrap(), key)
}

/// A server that answers with the HTTP version of the request.
struct TlsServer {
    authority: TestAuthority,
    name: &'static str,
    /// The authority of client certificates, if the server demands certificates.
    clients: Option<CertificateDer<'static>>,
}

impl TlsServer {
    fn new(name: &'static str) -> TlsServer {
        TlsServer { authority: authority("of the server"), name, clients: None }
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

    /// The outcome of one request, and of a probe; `place` is the address without the port.
    fn asked(&self, place: &str, connecting: &ConnectionSettings) -> (Outcome, Result<(), ProbeError>) {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("{place}:{}", listener.local_addr().unwrap().port());
            let acceptor = self.acceptor();
            let server = async {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let acceptor = acceptor.clone();
                    tokio::spawn(async move {
                        // The client reports a failed handshake.
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
                let http =
                    HttpEndpoint::new(&base, identities(), HttpLimits::USUAL, connecting, fixed_clock()).unwrap();
                let request = request(&call("showBox"));
                (http.send(&request).await, probe_endpoint(&http, &request).await.map(|_| ()))
            };
            tokio::select! {
                never = server => never,
                result = client => result,
            }
        })
    }
}

fn trust_authority(authority: &TestAuthority) -> ConnectionSettings {
    ConnectionSettings { authorities: vec![authority.pem().into_bytes()], ..ConnectionSettings::default() }
}

/// Checks that the request is unsent for a reason with the words, and that the probe gives the same reason with a
/// remedy.
fn check_refused((outcome, probed): (Outcome, Result<(), ProbeError>), words: &str) {
    let told = summarise_outcome(&outcome);
    assert!(told.starts_with("unsent: no secure connection: ") && told.contains(words), "{told}");
    let error = probed.unwrap_err().to_string();
    assert!(error.contains(words) && error.contains("; check the certificate"), "{error}");
    assert!(!format!("{told}{error}").contains(CANARY), "{error}");
}

#[test]
fn a_server_with_a_private_authority_needs_the_authority_in_the_profile() {
    let server = TlsServer::new("localhost");
    let (outcome, probed) = server.asked("https://localhost", &trust_authority(&server.authority));
    assert_eq!(summarise_outcome(&outcome), r#"200 {"version":"HTTP/2.0"}"#);
    assert_eq!(probed, Ok(()));
    check_refused(server.asked("https://localhost", &trust_authority(&authority("another"))), "UnknownIssuer");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = TlsServer::new("elsewhere.example");
    check_refused(server.asked("https://localhost", &trust_authority(&server.authority)), "not valid for name");
}

#[test]
fn the_profile_chooses_the_version_of_http() {
    let server = TlsServer::new("localhost");
    for (version, seen) in
        [(HttpVersion::Any, "HTTP/2.0"), (HttpVersion::One, "HTTP/1.1"), (HttpVersion::Two, "HTTP/2.0")]
    {
        let connecting = ConnectionSettings { version, ..trust_authority(&server.authority) };
        let (outcome, _) = server.asked("https://localhost", &connecting);
        assert_eq!(summarise_outcome(&outcome), format!("200 {{\"version\":\"{seen}\"}}"));
    }
}

#[test]
fn a_client_certificate_is_sent_if_the_server_demands_one() {
    let clients = authority("of clients");
    let server = TlsServer { clients: Some(clients.der().clone()), ..TlsServer::new("localhost") };
    let (certificate, key) = certificate(&clients, "client");
    let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
    let certificate = Some(Credential::from_process(pem));
    let (outcome, _) =
        server.asked("https://localhost", &ConnectionSettings { certificate, ..trust_authority(&server.authority) });
    assert!(summarise_outcome(&outcome).starts_with("200 "), "{outcome:?}");
    check_refused(
        server.asked("https://localhost", &trust_authority(&server.authority)),
        "the client's certificate is refused",
    );
}

#[test]
fn http_and_https_confused_is_not_reported_as_a_missing_server() {
    let server = TlsServer::new("localhost");
    let (outcome, probed) = server.asked("http://localhost", &ConnectionSettings::default());
    assert!(matches!(outcome, Outcome::Lost { .. }), "{outcome:?}");
    let error = probed.unwrap_err().to_string();
    assert!(
        error.contains("the answer is not HTTP; check the port; an address with TLS begins with https://"),
        "{error}"
    );
    let plain = reply_bytes("200 OK", "", b"{}");
    let outcome = serve_bytes(&plain, async |base: String| {
        let base = base.replace("http://", "https://");
        let trusted = trust_authority(&authority("another"));
        let http = HttpEndpoint::new(&base, identities(), HttpLimits::USUAL, &trusted, fixed_clock()).unwrap();
        tokio::time::timeout(Duration::from_secs(5), http.send(&request(&call("showBox")))).await
    });
    let outcome = outcome.unwrap_or(Outcome::Lost { cause: "timeout".to_string() });
    assert!(matches!(outcome, Outcome::Unsent { .. } | Outcome::Lost { .. }), "{outcome:?}");
}

#[test]
fn an_invalid_authority_or_certificate_is_refused() {
    for connecting in [
        ConnectionSettings { authorities: vec![b"nothing".to_vec()], ..ConnectionSettings::default() },
        ConnectionSettings {
            certificate: Some(Credential::from_process("canary".to_string())),
            ..ConnectionSettings::default()
        },
    ] {
        let error =
            HttpEndpoint::new("https://h", identities(), HttpLimits::USUAL, &connecting, fixed_clock()).map(|_| ());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("in PEM; check `connection` in the profile") && !error.contains("canary"), "{error}");
    }
}

fn connect_through(address: &str) -> ConnectionSettings {
    let credentials = Some(("ada".to_string(), Credential::from_process("canary-proxy".to_string())));
    ConnectionSettings {
        proxy: Some(ProxySettings { address: address.to_string(), credentials }),
        ..ConnectionSettings::default()
    }
}

#[test]
fn requests_go_through_the_proxy_of_the_profile() {
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
            let (base, connecting) = ("http://endpoint.example/base", connect_through(&proxy));
            let http = HttpEndpoint::new(base, identities(), HttpLimits::USUAL, &connecting, fixed_clock()).unwrap();
            summarise_outcome(&http.send(&request(&call("showBox"))).await)
        };
        tokio::select! {
            () = server => unreachable!("the server waits for ever"),
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
fn a_missing_proxy_is_distinguished_from_a_missing_endpoint() {
    for base in ["http://endpoint.example", "https://endpoint.example"] {
        let connecting = ConnectionSettings {
            authorities: trust_authority(&authority("another")).authorities,
            ..connect_through("http://127.0.0.1:9")
        };
        let http = HttpEndpoint::new(base, identities(), HttpLimits::USUAL, &connecting, fixed_clock()).unwrap();
        let request = request(&call("showBox"));
        let (outcome, probed) = block_on(async { (http.send(&request).await, probe_endpoint(&http, &request).await) });
        assert!(
            summarise_outcome(&outcome).starts_with("unsent: the proxy cannot be used: http://127.0.0.1:9: "),
            "{outcome:?}"
        );
        let error = probed.unwrap_err().to_string();
        assert!(error.contains("; check `connection.proxy`") && !error.contains("canary"), "{error}");
    }
}
