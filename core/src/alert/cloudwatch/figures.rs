//! A metric's value as a person reads it at night: few digits, thousands apart, in the unit that fits its size.
//!
//! Knows CloudWatch's names of units. Must not know what is compared with what.

/// Significant digits of a value, as few as tell it from what it is compared with.
const DIGITS: [usize; 4] = [4, 6, 9, 15];

/// A threshold or a bound, exactly.
pub fn exact(value: f64, unit: &str) -> String {
    quantity(value, unit, 15)
}

/// A value beside what it is compared with, whose text it must not have by rounding alone.
pub fn beside(value: f64, others: &[f64], unit: &str) -> String {
    let told = |digits: &usize| quantity(value, unit, *digits);
    let like = |text: &String| others.iter().any(|other| *other != value && exact(*other, unit) == *text);
    DIGITS.iter().map(told).find(|text| !like(text)).unwrap_or_else(|| value.to_string())
}

fn quantity(value: f64, unit: &str, digits: usize) -> String {
    let (unit, per) = match unit.strip_suffix("/Second") {
        Some(unit) => (unit, "/s"),
        None => (unit, ""),
    };
    let (size, steps) = steps(unit);
    let base = value * size;
    // The largest that it reaches; the smallest of all where it reaches none.
    let step = steps.iter().find(|(least, ..)| base.abs() >= *least).or_else(|| steps.last());
    match step {
        Some((_, size, name)) if base != 0.0 => format!("{}{name}{per}", number(base / size, digits)),
        _ => format!("{}{}{per}", number(value, digits), if unit == "Percent" { "%" } else { "" }),
    }
}

/// From what size on, how large, and its name.
type Step = (f64, f64, &'static str);

const TIME: [Step; 6] = [
    (172_800.0, 86_400.0, " d"),
    (7_200.0, 3_600.0, " h"),
    (600.0, 60.0, " min"),
    (1.0, 1.0, " s"),
    (1e-3, 1e-3, " ms"),
    (0.0, 1e-6, " µs"),
];
const BYTES: [Step; 5] =
    [(1e12, 1e12, " TB"), (1e9, 1e9, " GB"), (1e6, 1e6, " MB"), (1e3, 1e3, " kB"), (0.0, 1.0, " B")];
const BITS: [Step; 5] = [
    (1e12, 1e12, " Tbit"),
    (1e9, 1e9, " Gbit"),
    (1e6, 1e6, " Mbit"),
    (1e3, 1e3, " kbit"),
    (0.0, 1.0, " bit"),
];

/// How large CloudWatch's unit is in the smallest whole one of its kind, and in what that is told.
fn steps(unit: &str) -> (f64, &'static [Step]) {
    match unit {
        "Seconds" => (1.0, &TIME),
        "Milliseconds" => (1e-3, &TIME),
        "Microseconds" => (1e-6, &TIME),
        "Bytes" => (1.0, &BYTES),
        "Kilobytes" => (1e3, &BYTES),
        "Megabytes" => (1e6, &BYTES),
        "Gigabytes" => (1e9, &BYTES),
        "Terabytes" => (1e12, &BYTES),
        "Bits" => (1.0, &BITS),
        "Kilobits" => (1e3, &BITS),
        "Megabits" => (1e6, &BITS),
        "Gigabits" => (1e9, &BITS),
        "Terabits" => (1e12, &BITS),
        _ => (1.0, &[]),
    }
}

/// So many significant digits, of which none before the point are left out: `12,346`, `0.02`, `1.5e20`.
fn number(value: f64, digits: usize) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        let text = format!("{value:.*e}", digits.saturating_sub(1).min(6));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    // Between -4 and 14 here.
    let before = size.log10().floor() as i64 + 1;
    let decimals = usize::try_from(digits as i64 - before).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = trimmed(&text).split_once('.').unwrap_or((trimmed(&text), ""));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", grouped(whole))
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

fn grouped(whole: &str) -> String {
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_few_digits_and_the_unit_of_its_size() {
        for (value, unit, text) in [
            (17.0, "", "17"),
            (17.5, "Count", "17.5"),
            (99.987_123_45, "", "99.99"),
            (12_345.678, "None", "12,346"),
            (1_284_000.0, "", "1,284,000"),
            (0.021_739_13, "", "0.02174"),
            (-3.25, "", "-3.25"),
            (-1_234_567.0, "", "-1,234,567"),
            (0.0, "", "0"),
            (-0.0, "", "0"),
            (1.5e20, "", "1.5e20"),
            (-0.000_001_5, "", "-1.5e-6"),
            (f64::MAX, "", "1.798e308"),
            (5e-324, "", "4.941e-324"),
            (92.5, "Percent", "92.5%"),
            (0.0, "Percent", "0%"),
            (-0.5, "Percent", "-0.5%"),
            (0.31, "Seconds", "310 ms"),
            (2.5, "Seconds", "2.5 s"),
            (310.0, "Milliseconds", "310 ms"),
            (130.0, "Seconds", "130 s"),
            (7_200.0, "Seconds", "2 h"),
            (432_000.0, "Seconds", "5 d"),
            (40.0, "Microseconds", "40 µs"),
            (10_737_418_240.0, "Bytes", "10.74 GB"),
            (512.0, "Megabytes", "512 MB"),
            (-2_048.0, "Bytes", "-2.048 kB"),
            (0.5, "Bytes", "0.5 B"),
            (25_000_000.0, "Bits/Second", "25 Mbit/s"),
            (1_500_000.0, "Bytes/Second", "1.5 MB/s"),
            (17.0, "Count/Second", "17/s"),
            (17.0, "Furlongs", "17"),
        ] {
            assert_eq!(beside(value, &[], unit), text, "{value} {unit}");
        }
    }

    #[test]
    fn rounding_never_makes_a_value_its_threshold() {
        assert_eq!(beside(100.004, &[100.0], ""), "100.004");
        assert_eq!(beside(99.999_999, &[90.0, 100.0], "Percent"), "99.999999%");
        assert_eq!(beside(100.0, &[100.0], ""), "100", "at or above");
        assert_eq!(beside(1_000_000_001.0, &[1e9], "Bytes"), "1.000000001 GB");
        assert_eq!((exact(0.1, ""), exact(99.95, "Percent")), ("0.1".into(), "99.95%".into()));
        assert_eq!(beside(0.1 + f64::EPSILON, &[0.1], ""), "0.10000000000000023", "no digits are too many");
    }
}
