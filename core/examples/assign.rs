//! Measuring.
fn main() {
    let data = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let body = data.strip_suffix(b"\n").unwrap_or(&data);
    let lines = || body.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    let t = std::time::Instant::now();
    let a = firstlook_core::evidence::patterns::assign(lines);
    eprintln!("{:.3} M/s", a.ids.len() as f64 / t.elapsed().as_secs_f64() / 1e6);
    let mut out = String::new();
    for id in a.ids {
        out.push_str(&format!("{}\t{}\n", id, a.templates[&id]));
    }
    use std::io::Write;
    std::io::stdout().write_all(out.as_bytes()).unwrap();
}
