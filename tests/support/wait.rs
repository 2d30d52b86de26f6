//! Waiting for something that another task or process does. Knows nothing of what is waited for.

use std::time::{Duration, Instant};

/// How often a probe is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
///
/// # Panics
/// After `timeout`, saying `what` was waited for. A probe that is still running then is dropped.
pub async fn eventually<T>(timeout: Duration, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = Instant::now();
    let poll = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(timeout, poll).await {
        Ok(found) => found,
        Err(_) => panic!("waited {:.1} s in vain for: {what}", asked.elapsed().as_secs_f64()),
    }
}

/// Asks for the whole time, and wants "yes" each time: for what must not happen.
///
/// # Panics
/// At the first "no", saying what did not stay.
pub async fn stays(time: Duration, what: &str, mut probe: impl AsyncFnMut() -> bool) {
    let asked = Instant::now();
    while asked.elapsed() < time {
        assert!(probe().await, "did not stay so ({:.1} s): {what}", asked.elapsed().as_secs_f64());
        tokio::time::sleep(PAUSE).await;
    }
}
