//! TLS in front, as docs/TLS.md shows it: the nginx of its first block, unchanged but for ports and files, before the
//! real firstlook.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::support::process::{self, Daemon};
use crate::support::sns::{Sns, alarm};
use crate::support::wait::eventually;

const NAME: &str = "firstlook.example.com";
const LARGEST: usize = 8 << 20;

/// A running nginx, and a client that trusts it.
struct Proxy {
    // Before the folder: it is dropped first, while its log is there to be shown.
    _server: Daemon,
    _folder: TempDir,
    url: String,
    client: reqwest::Client,
}

/// The configuration that the document shows.
fn shown() -> String {
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/TLS.md")).unwrap();
    let (_, block) = document.split_once("```nginx\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

fn certificate(folder: &Path) -> reqwest::Certificate {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            &format!("/CN={NAME}"),
        ])
        .args([
            "-addext",
            &format!("subjectAltName=DNS:{NAME}"),
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    reqwest::Certificate::from_pem(&std::fs::read(folder.join("cert.pem")).unwrap()).unwrap()
}

impl Proxy {
    /// Starts it before `upstream`, an address with its port.
    async fn start(upstream: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (at, port) = (folder.path().display(), process::free_port());
        let trusted = certificate(folder.path());
        let mut text = shown();
        for (documented, here) in [
            ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
            ("/etc/ssl/firstlook/fullchain.pem", format!("{at}/cert.pem")),
            ("/etc/ssl/firstlook/privkey.pem", format!("{at}/key.pem")),
            ("127.0.0.1:8081", upstream.to_owned()),
        ] {
            assert_eq!(text.matches(documented).count(), 1, "{documented}");
            text = text.replace(documented, &here);
        }
        std::fs::write(folder.path().join("firstlook.conf"), text).unwrap();
        // One process without a change of user, and everything that it writes in the folder.
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {at}/{kind};\n"))
            .collect();
        let main = format!(
            "daemon off;\nmaster_process off;\npid {at}/nginx.pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}include {at}/firstlook.conf;\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), main).unwrap();
        let nginx = process::program("nginx", &["/usr/sbin".into()], "nginx");
        let mut command = Command::new(nginx);
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-e").arg("stderr");
        let server = Daemon::start("nginx", "TERM", command, folder.path());
        firstlook::http::install_tls();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .tls_certs_only([trusted])
            .resolve(NAME, ([127, 0, 0, 1], port).into())
            .build()
            .unwrap();
        let url = format!("https://{NAME}:{port}");
        eventually(PATIENCE, "nginx answers", async || client.get(&url).send().await.ok()).await;
        Self { _server: server, _folder: folder, url, client }
    }

    /// The status and text of an answer.
    async fn post(&self, path: &str, body: String) -> (u16, String) {
        let answer = self.client.post(format!("{}{path}", self.url)).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn the_documented_nginx_passes_alarms_alone_and_turns_none_away() {
    let sns = Sns::start();
    let mut firstlook = Firstlook::start(Setup { sns: sns.source(""), ..Setup::default() }).await;
    let proxy = Proxy::start(firstlook.url.trim_start_matches("http://")).await;
    let source = "/webhooks/sns/aws";
    let message = alarm("edge", "ALARM", firstlook::clock::now()).to_string();
    let (status, text) = proxy.post(source, sns.notification(None, &message).to_string()).await;
    assert!(status == 200 && text.contains("opened"), "{status} {text}");

    for closed in ["/", "/incidents/1", "/api/v1/incidents", "/metrics", "/readyz"] {
        let answer = proxy.client.get(format!("{}{closed}", proxy.url)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{closed}");
        assert!(answer.text().await.unwrap().contains("nginx"), "{closed} reached firstlook");
    }
    // firstlook judges what it would take, and nginx nothing before it.
    for (size, judge) in [(300 << 10, "no JSON object"), (LARGEST, "no JSON object"), (LARGEST + 1, "nginx")]
    {
        let (status, text) = proxy.post(source, "x".repeat(size)).await;
        assert_eq!(status, if size > LARGEST { 413 } else { 400 }, "{size}: {text}");
        assert!(text.contains(judge), "{size}: {text}");
    }
    firstlook.idle().await;
    firstlook.kill();
    let (status, text) = proxy.post(source, sns.notification(None, "x").to_string()).await;
    assert_eq!(status, 502, "SNS tries again: {text}");
    firstlook.launch().await;
    firstlook.finish().await;
}
