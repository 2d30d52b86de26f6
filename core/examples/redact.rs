//! Redacts stdin line by line, to be measured from outside.
use std::io::BufRead;
fn main() {
    let redactor = firstlook_core::evidence::Redactor::default();
    let mut out = String::new();
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.unwrap_or_default();
        out.push_str(redactor.redact_line(&String::from_utf8_lossy(&line)).as_str());
        out.push('\n');
    }
    use std::io::Write;
    let _ = std::io::stdout().write_all(out.as_bytes());
}
