//! Certificates from a TLS server that stands in for SNS: its name is SNS's, its certificate the test's own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

const HOST: &str = "sns.us-west-2.amazonaws.com";
const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/sns/signed_certificate_7506a1e3.pem");

/// A server for `HOST` that answers each request with `answer`, or never where that is empty.
struct Server {
    address: SocketAddr,
    root: Vec<u8>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start(answer: Vec<u8>) -> Self {
        http::install_tls();
        let folder = tempfile::tempdir().unwrap();
        let (key, pem) = (folder.path().join("key.pem"), folder.path().join("cert.pem"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ])
            .args(["-subj", "/CN=test", "-addext", &format!("subjectAltName=DNS:{HOST}")])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&pem)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let chain = vec![CertificateDer::from_pem_file(&pem).unwrap()];
        let key = PrivateKeyDer::from_pem_file(&key).unwrap();
        let config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let (config, asked) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, count) = (listener.local_addr().unwrap(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, answer, count) = (Arc::clone(&config), answer.clone(), Arc::clone(&count));
                std::thread::spawn(move || {
                    let connection = rustls::ServerConnection::new(config).unwrap();
                    let mut tls = rustls::StreamOwned::new(connection, stream.unwrap());
                    let mut head = [0; 4096];
                    if tls.read(&mut head).unwrap_or(0) == 0 {
                        return;
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    if answer.is_empty() {
                        let _ = tls.read(&mut head);
                    }
                    let _ = tls.write_all(&answer).and_then(|()| tls.flush());
                });
            }
        });
        Self { address, root: std::fs::read(&pem).unwrap(), asked }
    }

    /// As production's client, with this server in the place of SNS.
    fn fetcher(&self, timeout: Duration) -> Fetcher {
        let root = reqwest::Certificate::from_pem(&self.root).unwrap();
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .resolve(HOST, self.address)
            .tls_certs_only([root])
            .build()
            .unwrap();
        Fetcher::with(client)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn url(number: usize) -> String {
    format!("https://{HOST}/SimpleNotificationService-{number:032x}.pem")
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn certificate() -> Vec<u8> {
    answer("200 OK", "", &std::fs::read(SAMPLE).unwrap())
}

#[tokio::test]
async fn a_certificate_is_fetched_once_however_many_ask_at_the_same_time() {
    let server = Server::start(certificate());
    let fetcher = server.fetcher(TIMEOUT);
    let (first, second) = (url(1), url(2));
    let all = futures_util::future::join_all((0..20).map(|_| fetcher.get(&first))).await;
    assert!(all.into_iter().all(|one| one.unwrap().is_for("sns.amazonaws.com").is_ok()));
    assert_eq!(server.asked(), 1);
    fetcher.get(&second).await.unwrap();
    fetcher.get(&first).await.unwrap();
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn the_ten_that_were_used_last_are_kept() {
    let server = Server::start(certificate());
    let fetcher = server.fetcher(TIMEOUT);
    for number in 0..MOST_KNOWN {
        fetcher.get(&url(number)).await.unwrap();
    }
    fetcher.get(&url(0)).await.unwrap();
    fetcher.get(&url(99)).await.unwrap();
    let before = server.asked();
    fetcher.get(&url(0)).await.unwrap();
    assert_eq!(server.asked(), before, "used of late");
    fetcher.get(&url(1)).await.unwrap();
    assert_eq!(server.asked(), before + 1, "given up");
}

#[tokio::test]
async fn what_is_no_certificate_in_time_and_bounds_is_unavailable_and_not_asked_for_again_at_once() {
    let redirect = format!("location: https://{HOST}/other.pem\r\n");
    for (answer, said) in [
        (answer("302 Found", &redirect, b""), "302"),
        (answer("404 Not Found", "", b"x"), "404"),
        (answer("500 Oops", "", b"x"), "500"),
        (answer("200 OK", "", &vec![b'x'; 10 << 20]), "65536 bytes"),
        (answer("200 OK", "", b"<html>"), "no PEM"),
        (Vec::new(), "in time"),
    ] {
        let server = Server::start(answer);
        let fetcher = server.fetcher(Duration::from_millis(700));
        for _ in 0..3 {
            let Unavailable(why) = fetcher.get(&url(1)).await.unwrap_err();
            assert!(why.contains(said), "{said}: {why}");
        }
        assert_eq!(server.asked(), 1, "{said}");
        assert!(locked(&fetcher.known).is_empty());
    }
}

#[tokio::test]
async fn a_host_whose_tls_is_not_trusted_is_not_believed() {
    let (server, other) = (Server::start(certificate()), Server::start(Vec::new()));
    let stranger = Server { address: server.address, root: other.root.clone(), asked: Arc::default() };
    assert!(stranger.fetcher(TIMEOUT).get(&url(1)).await.is_err());
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn made_up_addresses_have_bounds() {
    let server = Server::start(Vec::new());
    let fetcher = server.fetcher(Duration::from_millis(700));
    let urls: Vec<String> = (0..3 * MOST_TRIED).map(url).collect();
    let all = futures_util::future::join_all(urls.iter().map(|url| fetcher.get(url))).await;
    assert!(all.iter().all(Result::is_err));
    assert!(server.asked() <= PLACES, "{}", server.asked());
    assert_eq!(locked(&fetcher.tried).len(), MOST_TRIED);
}
