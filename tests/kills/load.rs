//! Senders that never tire: each posts an alarm, again and to every address in turn until it is answered 2xx, then
//! the next one. Every third alarm ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::harness::{TOKEN, alert, body, resolved};

/// An alarm of a service of its own, that pages.
pub fn critical(service: &str) -> String {
    body(&[firing(service)])
}

fn firing(service: &str) -> Value {
    let labels = [("alertname", "ApiDown"), ("service", service), ("severity", "critical")];
    alert(&labels, "api answers 0 of 12 probes.")
}

/// What was sent, and what became of it.
#[derive(Debug, Default)]
pub struct Sent {
    /// Services whose alarm was answered 2xx.
    pub kept: BTreeSet<String>,
    /// How many of their ends were.
    pub ended: usize,
    /// Answers of 5xx, but for those of a process that stops.
    pub refused: usize,
}

/// Senders at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<Sent>>,
}

impl Load {
    /// Starts `count` senders that know these addresses.
    pub fn start(addresses: &[String], count: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let sender = |n| tokio::spawn(send(n, addresses.to_vec(), Arc::clone(&stop)));
        Self { senders: (0..count).map(sender).collect(), stop }
    }

    /// Lets each finish what it has begun.
    pub async fn end(self) -> Sent {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Sent::default();
        for sender in self.senders {
            let one = sender.await.unwrap();
            all.kept.extend(one.kept);
            all.ended += one.ended;
            all.refused += one.refused;
        }
        all
    }
}

async fn send(sender: usize, addresses: Vec<String>, stop: Arc<AtomicBool>) -> Sent {
    let client = firstlook::http::client(Duration::from_secs(12)).unwrap();
    let mut sent = Sent::default();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let service = format!("api-{sender}-{n}");
        let fires = firing(&service);
        insist(&client, &addresses, sender + n, &body(std::slice::from_ref(&fires)), &mut sent).await;
        sent.kept.insert(service);
        if n % 3 == 0 {
            insist(&client, &addresses, sender + n, &body(&[resolved(&fires)]), &mut sent).await;
            sent.ended += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sent
}

/// Posts until somebody answers 2xx, beginning with the address that is next.
async fn insist(client: &reqwest::Client, addresses: &[String], first: usize, text: &str, sent: &mut Sent) {
    for address in addresses.iter().cycle().skip(first % addresses.len()) {
        let answer = client.post(address).bearer_auth(TOKEN).body(text.to_owned()).send().await;
        let Ok(answer) = answer else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let status = answer.status();
        if status.is_success() {
            return;
        }
        // On a connection that was kept until the end of a drain, and that alone.
        let stopping = answer.text().await.is_ok_and(|text| text.contains("this process is stopping"));
        sent.refused += usize::from(status.is_server_error() && !stopping);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
