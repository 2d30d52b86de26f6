//! Units: what they measure, and how much of it one of them is.
//!
//! Knows how units are written in English and Japanese. Must not know which number one belongs to.

/// What a number is a measure of. Two of different kinds never say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dim {
    /// No unit is given.
    Bare,
    /// Seconds.
    Time,
    /// Bytes.
    Bytes,
    /// Bits.
    Bits,
    /// Hundredths.
    Percent,
    /// Of two percentages, the difference.
    Points,
    /// So many times as much.
    Factor,
    /// So many of a whole, which is its [`Per::Of`](super::quantity::Per).
    Share,
    /// `usd`, `eur`, `gbp`, `jpy`.
    Money(&'static str),
    /// Celsius.
    Degrees,
    /// Hertz.
    Hertz,
    /// People; Japanese counts them with their own word.
    People,
    /// Machines; the same.
    Machines,
}

/// What a unit makes of a number: the kind and the factors to its base; two where people use the word for either.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    /// What it measures.
    pub dim: Dim,
    /// How much one is.
    pub scale: [f64; 2],
    /// Where the unit holds its own `per second`, in seconds.
    pub per: Option<f64>,
}

const KI: f64 = 1024.0;

/// The unit called `word`; its case tells `M` from `m`.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let one = |dim, scale: f64| Some(Unit { dim, scale: [scale, scale], per: None });
    let two = |dim, scale, other| Some(Unit { dim, scale: [scale, other], per: None });
    let lower = word.to_lowercase();
    match lower.as_str() {
        "ns" | "nanosecond" | "nanoseconds" => one(Dim::Time, 1e-9),
        "µs" | "us" | "microsecond" | "microseconds" | "マイクロ秒" => one(Dim::Time, 1e-6),
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" | "ミリ秒" => {
            one(Dim::Time, 1e-3)
        }
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" | "秒間" => one(Dim::Time, 1.0),
        "m" | "min" | "mins" | "minute" | "minutes" | "分" | "分間" if word != "M" => one(Dim::Time, 60.0),
        "h" | "hr" | "hrs" | "hour" | "hours" | "時間" => one(Dim::Time, 3_600.0),
        "d" | "day" | "days" | "日" | "日間" => one(Dim::Time, 86_400.0),
        "w" | "week" | "weeks" | "週" | "週間" => one(Dim::Time, 604_800.0),
        "month" | "months" | "か月" | "ヶ月" | "カ月" => two(Dim::Time, 2_592_000.0, 2_678_400.0),
        "year" | "years" | "年" | "年間" => one(Dim::Time, 31_536_000.0),
        "byte" | "bytes" | "バイト" => one(Dim::Bytes, 1.0),
        "b" if word == "B" => one(Dim::Bytes, 1.0),
        "kb" | "キロバイト" => two(Dim::Bytes, 1e3, KI),
        "mb" | "メガバイト" => two(Dim::Bytes, 1e6, KI * KI),
        "gb" | "ギガバイト" => two(Dim::Bytes, 1e9, KI * KI * KI),
        "tb" => two(Dim::Bytes, 1e12, KI * KI * KI * KI),
        "kib" => one(Dim::Bytes, KI),
        "mib" => one(Dim::Bytes, KI * KI),
        "gib" => one(Dim::Bytes, KI * KI * KI),
        "tib" => one(Dim::Bytes, KI * KI * KI * KI),
        "bit" | "bits" => one(Dim::Bits, 1.0),
        "%" | "percent" | "pct" | "パーセント" => one(Dim::Percent, 1.0),
        "割" => one(Dim::Percent, 10.0),
        "points" | "point" | "pp" | "ポイント" => one(Dim::Points, 1.0),
        "x" | "fold" | "倍" => one(Dim::Factor, 1.0),
        "$" | "usd" | "dollar" | "dollars" | "ドル" => one(Dim::Money("usd"), 1.0),
        "€" | "eur" | "euro" | "euros" | "ユーロ" => one(Dim::Money("eur"), 1.0),
        "£" | "gbp" | "pound" | "pounds" => one(Dim::Money("gbp"), 1.0),
        "¥" | "jpy" | "yen" | "円" => one(Dim::Money("jpy"), 1.0),
        "°c" | "°" | "degree" | "degrees" | "celsius" | "度" => one(Dim::Degrees, 1.0),
        "hz" => one(Dim::Hertz, 1.0),
        "khz" => one(Dim::Hertz, 1e3),
        "mhz" => one(Dim::Hertz, 1e6),
        "ghz" => one(Dim::Hertz, 1e9),
        "人" | "名" => one(Dim::People, 1.0),
        "台" => one(Dim::Machines, 1.0),
        _ => of_rate(&lower),
    }
}

/// Units with their own `per second`.
fn of_rate(word: &str) -> Option<Unit> {
    let (dim, scale) = match word {
        "rps" | "qps" | "tps" | "iops" => (Dim::Bare, 1.0),
        "bps" => (Dim::Bits, 1.0),
        "kbps" => (Dim::Bits, 1e3),
        "mbps" => (Dim::Bits, 1e6),
        "gbps" => (Dim::Bits, 1e9),
        _ => return None,
    };
    Some(Unit { dim, scale: [scale, scale], per: Some(1.0) })
}

/// The unit of Japanese at the beginning of `text`, and its length in bytes. `分の` makes a fraction, and `時` alone a
/// time of day.
pub(super) fn japanese(text: &str) -> Option<(Unit, usize)> {
    const WORDS: [&str; 29] = [
        "マイクロ秒",
        "ミリ秒",
        "秒間",
        "秒",
        "分間",
        "分",
        "時間",
        "日間",
        "日",
        "週間",
        "週",
        "か月",
        "ヶ月",
        "カ月",
        "年間",
        "年",
        "パーセント",
        "ポイント",
        "キロバイト",
        "メガバイト",
        "ギガバイト",
        "バイト",
        "割",
        "倍",
        "円",
        "ドル",
        "ユーロ",
        "度",
        "人",
    ];
    let found = WORDS.into_iter().chain(["名", "台"]).find(|word| text.starts_with(word))?;
    // `回` and `目` behind them, as in `3度目` and `2台目`, make an ordinal of the same kind.
    (!text.starts_with("分の")).then_some((unit(found)?, found.len()))
}

/// What a name's last part says of the number behind it: `latency_ms`, `durationSeconds`, `heap_bytes`.
pub(super) fn of_name(name: &str) -> Option<Unit> {
    const ENDS: [(&str, &str); 12] = [
        ("millis", "ms"),
        ("_ms", "ms"),
        ("-ms", "ms"),
        ("seconds", "s"),
        ("_sec", "s"),
        ("_s", "s"),
        ("_us", "us"),
        ("_ns", "ns"),
        ("bytes", "bytes"),
        ("percent", "%"),
        ("_pct", "%"),
        ("minutes", "min"),
    ];
    let lower = name.to_lowercase();
    if name.ends_with("Ms") && name.len() > 3 {
        return unit("ms");
    }
    ENDS.iter().find(|(end, _)| lower.ends_with(end)).and_then(|(_, word)| unit(word))
}

/// A magnitude by word or letter: `thousand`, `k`, `M`. Lower-case `m` is a minute.
pub(super) fn magnitude(word: &str) -> Option<f64> {
    match word {
        "k" | "K" | "thousand" => Some(1e3),
        "M" | "million" | "mn" => Some(1e6),
        "G" | "bn" | "billion" => Some(1e9),
        "trillion" => Some(1e12),
        _ => None,
    }
}
