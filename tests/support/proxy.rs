//! Door: network. A TCP proxy before Postgres that cuts a connection while a COMMIT is answered. Knows of Postgres's
//! protocol how a simple query is written, and no more.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// A simple query: its letter, its length, its text.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// Nothing is to be cut.
const NEVER: i64 = -1;

/// A running proxy. Its threads end with their connections.
#[derive(Debug)]
pub struct Proxy {
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    /// After so many bytes of the answer to the next COMMIT.
    after: AtomicI64,
    cuts: AtomicU32,
}

impl Proxy {
    /// Before the server of `url`, a Postgres on 127.0.0.1.
    pub fn start(url: &str) -> (Self, String) {
        let (before, database) = url.rsplit_once('/').unwrap();
        let (user, server) = before.rsplit_once(':').unwrap();
        let server: u16 = server.parse().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State { after: AtomicI64::new(NEVER), cuts: AtomicU32::new(0) });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    std::thread::spawn(move || serve(&client, &server, &state));
                }
            }
        });
        (Self { state }, format!("{user}:{port}/{database}"))
    }

    /// Cuts the connection of the next COMMIT after `bytes` of its answer; 0 is none of them.
    pub fn cut_after(&self, bytes: u16) {
        self.state.after.store(i64::from(bytes), Ordering::SeqCst);
    }

    /// How many connections it has cut.
    pub fn cuts(&self) -> u32 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

/// Passes both ways on until one side ends, or a COMMIT is to be cut.
fn serve(client: &TcpStream, server: &TcpStream, state: &State) {
    // What is left of the answer before the cut; until there is one, nothing.
    let left = AtomicI64::new(NEVER);
    let end = || {
        let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            pass(client, server, |bytes| {
                if bytes.windows(COMMIT.len()).any(|window| window == COMMIT) {
                    left.store(state.after.swap(NEVER, Ordering::SeqCst), Ordering::SeqCst);
                }
                bytes.len()
            });
            end();
        });
        pass(server, client, |bytes| match left.load(Ordering::SeqCst) {
            NEVER => bytes.len(),
            most => {
                state.cuts.fetch_add(1, Ordering::SeqCst);
                bytes.len().min(usize::try_from(most).unwrap_or(0)).min(bytes.len() - 1)
            }
        });
        end();
    });
}

/// Until the end of `from`, or until `most` says to pass on less than what there is.
fn pass(mut from: &TcpStream, mut to: &TcpStream, most: impl Fn(&[u8]) -> usize) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        let pass = most(&buffer[..read]);
        if read == 0 || to.write_all(&buffer[..pass]).is_err() || pass < read {
            return;
        }
    }
}
