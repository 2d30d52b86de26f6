//! Measuring.
use firstlook_core::evidence::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let read = |p: &str| {
        let d = std::fs::read(p).unwrap_or_default();
        String::from_utf8_lossy(&d).into_owned()
    };
    let (w, b) = (read(&a[1]), read(&a[2]));
    let t = std::time::Instant::now();
    let c = compare(w.lines().map(Line::read), b.lines().map(Line::read), None);
    let t1 = t.elapsed();
    let p = pack(&c, a[3].parse().unwrap(), &Redactor::default());
    eprintln!("{} + {} lines, compare {:?}, pack {:?}", c.lines, c.baseline_lines, t1, t.elapsed() - t1);
    println!("{}", p.text.as_str().trim_end());
}
