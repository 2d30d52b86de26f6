//! Sentences that are put together from items are never refuted, and with one digit changed never verified.

use proptest::prelude::*;

use super::*;

/// An item's figures, and the item that tells them.
#[derive(Debug, Clone)]
struct Told {
    host: String,
    count: u32,
    percent: u32,
    milliseconds: u32,
    time: (u32, u32, u32),
}

impl Told {
    fn items(&self) -> Vec<Item> {
        let (h, m, s) = self.time;
        let line = format!(
            "2026-11-20T{h:02}:{m:02}:{s:02}.120Z ERROR Gateway: {} dropped {} packets, load {}.{} %, answered after {} ms",
            self.host,
            self.count,
            self.percent / 10,
            self.percent % 10,
            self.milliseconds
        );
        vec![item("L1", Kind::Log, "ERROR Gateway", &line), item("L2", Kind::Log, "INFO Sweep", "swept")]
    }

    /// True sentences; the digits between the marks may be changed.
    fn sentences(&self) -> Vec<String> {
        let (h, m, s) = self.time;
        let tenth = (self.percent / 10, self.percent % 10);
        let seconds = f64::from(self.milliseconds) / 1_000.0;
        vec![
            format!("{} dropped «{}» packets.", self.host, self.count),
            format!("{} dropped «{}» packets.", self.host, grouped(self.count)),
            format!("The load is «{}.{}» %.", tenth.0, tenth.1),
            format!("It answered after «{}» ms.", self.milliseconds),
            format!("It answered after «{seconds}» s."),
            format!("{} failed at «{h:02}:{m:02}»:{s:02}.", self.host),
            format!("{} failed at «{:02}:{m:02}»:{s:02} JST.", self.host, (h + 9) % 24),
            format!("{}は«{}»個のpacketsを落とした。", self.host, self.count),
            format!("loadは«{}.{}»パーセント。", tenth.0, tenth.1),
            format!("{h}時«{m}»分にエラー。"),
        ]
    }
}

fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    if head.is_empty() { digits } else { format!("{head},{tail}") }
}

fn told() -> impl Strategy<Value = Told> {
    let figures = (1_000u32..999_999, 10u32..1_000, 1_000u32..60_000, (0u32..24, 0u32..60, 0u32..60));
    ("[a-z]{3,8}-[0-9]", figures).prop_map(|(host, (count, percent, milliseconds, time))| Told {
        host,
        count,
        percent,
        milliseconds,
        time,
    })
}

fn verdict(told: &Told, sentence: &str) -> Claim {
    held(&answer(&[(sentence, &["L1"])]), &told.items()).claims.remove(0)
}

fn plain(marked: &str) -> String {
    marked.replace(['«', '»'], "")
}

/// The sentence with the `n`-th of its marked digits changed by `by`; none where that is no number of its own.
fn changed(marked: &str, n: usize, by: u8) -> Option<String> {
    let (start, end) = (marked.find('«')?, marked.find('»')?);
    let places: Vec<usize> = (start..end).filter(|at| marked.as_bytes()[*at].is_ascii_digit()).collect();
    let at = *places.get(n % places.len())?;
    let digit = (marked.as_bytes()[at] - b'0' + by) % 10;
    // A zero in front is written by nobody.
    let first = Some(&at) == places.first() && digit == 0;
    (!first).then(|| plain(&format!("{}{digit}{}", &marked[..at], &marked[at + 1..])))
}

proptest! {
    #[test]
    fn what_an_item_says_is_never_refuted(told in told()) {
        for sentence in told.sentences() {
            let claim = verdict(&told, &plain(&sentence));
            prop_assert_ne!(claim.verdict, Verdict::Refuted, "{} {:?} {:?}", sentence, claim.reason, told);
        }
    }

    #[test]
    fn what_is_changed_by_a_digit_is_never_verified(told in told(), n in 0usize..6, by in 1u8..10) {
        for sentence in told.sentences() {
            let Some(lie) = changed(&sentence, n, by) else { continue };
            let claim = verdict(&told, &lie);
            prop_assert_ne!(claim.verdict, Verdict::Verified, "{} of {:?}", lie, told);
        }
    }

    #[test]
    fn what_another_item_says_is_never_verified(told in told()) {
        for sentence in told.sentences() {
            let claim = held(&answer(&[(&plain(&sentence), &["L2"])]), &told.items()).claims.remove(0);
            prop_assert_ne!(claim.verdict, Verdict::Verified, "{}", sentence);
        }
    }
}
