//! Door: processes. Headless Chromium: what a page is after the browser has read it, and how it looks.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

const PROGRAM: &str = "/usr/bin/chromium";
const TIMEOUT: Duration = Duration::from_secs(60);

/// The page's DOM as HTML.
///
/// # Errors
/// When Chromium is missing (naming Debian's package), fails, or takes longer than a minute.
pub async fn dom(url: &str) -> Result<String, String> {
    let output = run(&["--dump-dom"], url).await?;
    String::from_utf8(output.stdout).map_err(|e| format!("the DOM of {url} is not UTF-8: {e}"))
}

/// Writes a PNG of the page in a window of that size, in CSS pixels.
///
/// # Errors
/// As [`dom`], and when no picture came out.
pub async fn screenshot(url: &str, width: u32, height: u32, file: &Path) -> Result<(), String> {
    let target = format!("--screenshot={}", file.display());
    run(&[&target, &format!("--window-size={width},{height}"), "--hide-scrollbars"], url).await?;
    if file.is_file() { Ok(()) } else { Err(format!("Chromium made no picture of {url}")) }
}

async fn run(arguments: &[&str], url: &str) -> Result<Output, String> {
    if !Path::new(PROGRAM).is_file() {
        return Err(format!(
            "there is no {PROGRAM}: apt-get install chromium, or scripts/ensure-peers.sh browser"
        ));
    }
    let profile =
        tempfile::Builder::new().prefix("firstlook-chromium-").tempdir().map_err(|e| e.to_string())?;
    let mut command = Command::new(PROGRAM);
    // As root there is no sandbox to be had, and only pages of ours are shown. The rest keeps it off the network.
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
    ]);
    command.args([
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).args(arguments).arg(url);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let run = tokio::time::timeout(TIMEOUT, command.output());
    let output =
        run.await.map_err(|_| format!("Chromium did not finish with {url}"))?.map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("Chromium failed with {url}: {}", String::from_utf8_lossy(&output.stderr)))
}
