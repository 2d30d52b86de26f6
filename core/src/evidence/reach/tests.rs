//! No spelling of a range is taken for a shorter one.

use proptest::prelude::*;

use super::*;

fn secs(seconds: u64) -> Result<Duration, Unread> {
    Ok(Duration::from_secs(seconds))
}

#[test]
fn ranges_are_read_and_those_within_each_other_added_up() {
    for (query, seconds) in [
        ("up", 0),
        ("rate(x[5m])", 300),
        ("rate(x[ 5m ])", 300),
        ("rate(x[300])", 300),
        ("rate(x[5m0s])", 300),
        ("rate(a[5m]) / rate(b[10m])", 600),
        ("sum by (job) (rate(a[5m])) > 0.1 and on (job) sum(rate(b[1h])) by (job)", 3_600),
        ("max_over_time(rate(x[5m])[30m:1m])", 2_100),
        ("max_over_time(rate(x[5m])[30m:])", 2_100),
        ("max_over_time((rate(x[5m]) + y)[30m:1m])", 2_100),
        ("max_over_time(sum(rate(x[5m])) by (job)[30m:1m])", 2_100),
        ("max_over_time(max_over_time(max_over_time(x[1h:1m])[1h:1m])[1h:1m])", 10_800),
        ("max_over_time(-rate(x[50m])[30m:1m])", 4_800),
        ("quantile_over_time(0.9, x[30m]) or y", 1_800),
        ("histogram_quantile(0.99, sum by (le) (rate(x_bucket{a=~\"b|c\", d!=\"e\"}[5m])))", 300),
        (r#"sum(count_over_time({a="b"} |= "[30d]" | json | x > 5 [1m]))"#, 60),
        (r#"quantile_over_time(0.9, {a="b"} | unwrap t [1.5h]) by (host)"#, 5_400),
        ("rate({a=\"b\"} |~ `\\[30d]` [2m])", 120),
        ("# it's [30d]\nrate(x[5m]) # \"", 300),
        (r#"x{a="\"[30d]"} > 1"#, 0),
        ("", 0),
    ] {
        assert_eq!(reach(query), secs(seconds), "{query}");
    }
}

#[test]
fn hostile_spelling_is_read_as_long_as_it_is_or_refused() {
    let year = 31_536_000;
    for (query, seconds) in [
        ("rate(x[ 1y2d ])", year + 2 * 86_400),
        ("rate(x[2d1y])", year + 2 * 86_400),
        ("rate(x[\n1y\t])", year),
        ("rate(x[1h # it is short\n])", 3_600),
        ("rate(x[1e9])", 1_000_000_000),
        ("rate(x[.5e9])", 500_000_000),
        ("rate(x[86400000ms])", 86_400),
        ("{a=\"b\"}[7d] + rate({a=\"b\"}[1s])", 604_800),
        ("# '\nrate(x[7d]) # '", 604_800),
        ("x{a='\\'', b=\"'\"}[7d]", 604_800),
        ("((((x[7d]))))", 604_800),
    ] {
        assert_eq!(reach(query), secs(seconds), "{query}");
    }
    assert_eq!(reach("rate(x[99999999999999y])"), Ok(Duration::MAX));
    assert_eq!(reach("a(b(x[99999999999999y:1m])[99999999999999y:1m])"), Ok(Duration::MAX));
    for range in [
        "", " ", "1h 30m", "5m*2", "-1h", "+1h", "5M", "$__range", "d", "5", "1h1", "inf", "NaN", "0x99999",
        "1_000", "5i", "\"5m\"", "1h:1m:1s", ":1m", "1e", "１h", "1..5h", "(5m)", "1µ",
    ] {
        let query = format!("rate(x[{range}])");
        let bare_seconds = range == "5";
        assert_eq!(
            matches!(reach(&query), Err(Unread::Range(_))),
            !bare_seconds,
            "{query}: {:?}",
            reach(&query)
        );
    }
    for (query, why) in [
        ("max_over_time(x[1h:1ms])", Unread::Step("1h:1ms".into())),
        ("max_over_time(x[1h:0s])", Unread::Step("1h:0s".into())),
        ("rate(x[5m]", Unread::Unclosed),
        ("rate(x[5m", Unread::Unclosed),
        ("rate(x]5m[)", Unread::Unclosed),
        ("rate(x{)[5m]}", Unread::Unclosed),
        ("x{a=\"b}", Unread::Unclosed),
        ("x{a=\"b\n\"}[30d]", Unread::Unclosed),
        ("rate({a=\"b\"} // '\n [30d]) # '", Unread::Comment),
        ("rate({a=\"b\"} /* ' */ [30d]) # '", Unread::Comment),
        ("# \r ' \n rate(x[30d]) # '", Unread::Control),
        ("x\0[5m]", Unread::Control),
        ("WITH (a = b[1h]) max_over_time(a[1h:])", Unread::Template),
    ] {
        assert_eq!(reach(query), Err(why), "{query:?}");
    }
    assert!(Unread::Range("x".into()).to_string().contains("`[x]`"));
}

#[test]
fn a_long_or_deep_query_is_read_in_no_time() {
    let deep = "(".repeat(100_000);
    assert_eq!(reach(&deep), Err(Unread::Unclosed));
    let nested = format!("{}x{}", "m(".repeat(500), "[1h:1m])".repeat(500));
    assert_eq!(reach(&nested), secs(500 * 3_600));
}

#[test]
fn a_duration_is_written_as_it_is_read() {
    for (text, seconds) in [("0s", 0), ("1h", 3_600), ("1h30m", 5_400), ("1d1s", 86_401), ("15m", 900)] {
        assert_eq!(written(Duration::from_secs(seconds)), text);
        assert_eq!(duration(text), Some(Duration::from_secs(seconds)));
    }
}

/// An expression and how far it reads.
fn expression() -> impl Strategy<Value = (String, u64)> {
    let noise = prop_oneof![Just(""), Just(" "), Just("\n"), Just(" # don't [9y] \"\n")];
    let leaf = (
        1..7_200_u64,
        noise.clone(),
        prop_oneof![Just("x"), Just(r#"{a="[9y]", b!='\''}"#), Just("x{c=~`[9y]`}")],
    );
    let leaf = leaf.prop_map(|(range, noise, name)| (format!("rate({name}[{noise}{range}s{noise}])"), range));
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let between = prop_oneof![Just("+"), Just(" and "), Just(","), Just(" > on (a) "), Just(" unless\n")];
        prop_oneof![
            (inner.clone(), 1..7_200_u64, noise.clone()).prop_map(|((text, reach), range, noise)| {
                (format!("max_over_time({text}{noise}[{range}s:1m])"), reach + range)
            }),
            (inner.clone(), between, inner.clone())
                .prop_map(|((a, one), between, (b, other))| (format!("({a}{between}{b})"), one.max(other))),
            inner.prop_map(|(text, reach)| (format!("sum by (x) ({text}) by (y)"), reach)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn every_nesting_comes_to_its_sum((query, seconds) in expression()) {
        prop_assert_eq!(reach(&query), secs(seconds), "{}", query);
    }

    #[test]
    fn whatever_comes_is_answered(query in "([\\[\\](){}\"'`#/*\\\\:a-z0-9 \n\r]|\\PC){0,60}") {
        let _ = reach(&query);
    }
}
