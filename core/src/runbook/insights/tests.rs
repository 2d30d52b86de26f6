//! Where letters stand, what commands are, and what a `stats` says.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

#[test]
fn a_slash_divides_or_begins_a_pattern() {
    for (text, expected) in [
        ("filter a = 'it", Place::String { by: '\'', regex: false }),
        ("filter a =~ \"x", Place::String { by: '"', regex: true }),
        (r"filter a = 'it\'s' and ", Place::Outside),
        ("filter @message like /it's", Place::Other('/')),
        ("filter @message not LIKE /a\\/b/ and b = '", Place::String { by: '\'', regex: false }),
        ("stats sum(a) / count(*) as x, '", Place::String { by: '\'', regex: false }),
        ("parse @message /user '", Place::Other('/')),
        ("filter a = 1 | PARSE @message /x", Place::Other('/')),
        ("parse @message /x/ | fields a / b, '", Place::String { by: '\'', regex: false }),
        ("# don't", Place::Comment),
        ("# don't\nfilter a = 1", Place::Outside),
        ("fields `it's", Place::Other('`')),
    ] {
        assert_eq!(place(text), expected, "{text}");
    }
    assert_eq!(outside("a = 'b|#' | c # d|").collect::<String>(), "a = ' | c #");
}

#[test]
fn a_query_is_its_commands_without_comments() {
    let text = "# all | errors\n| filter a like /x|y/ # and\nand b = '|'\n|\n| stats count(*) by c\n";
    let query = Query::parse(text).unwrap();
    assert_eq!(query.text(), "filter a like /x|y/ \nand b = '|'\n| stats count(*) by c");
    for (text, lines, limit) in [
        ("filter a = 1", true, None),
        ("fields @timestamp | sort @timestamp desc | limit 20", true, Some(20)),
        ("filter stats = 1 | LIMIT 5", true, Some(5)),
        ("STATS count(*)", false, None),
        ("filter a = 1 | pattern @message", false, None),
        ("fields a | display a", false, None),
    ] {
        let query = Query::parse(text).unwrap();
        assert_eq!((query.gives_lines(), query.limit()), (lines, limit), "{text}");
    }
}

#[test]
fn what_a_stats_counts_and_by_what() {
    let stats = |text: &str| Query::parse(text).unwrap().stats();
    assert_eq!(stats("filter stats = 1"), None);
    let of = stats(
        "parse @message /(?<ms>\\d+), by / | stats count(*) as slow, max( ms ), pct(ms, 99) as p by path, BIN(5m)",
    );
    let text = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    let bin = |column: &str, minutes| Bin { column: column.into(), width: TimeDelta::minutes(minutes) };
    let expected = Stats {
        counts: text(&["slow"]),
        values: text(&["slow", "max(ms)", "p"]),
        by: text(&["path"]),
        bin: Some(bin("BIN(5m)", 5)),
        whole: true,
    };
    assert_eq!(of, Some(expected));
    for (text, by, width) in [
        ("stats count(*) by bin(1h) as t | sort t", 0, Some(60)),
        ("stats count(*) by datefloor(@timestamp, 2min)", 0, Some(2)),
        ("stats count(*) by bin(1w)", 1, None),
        ("stats count(*) by bin(0m)", 1, None),
        ("stats count(*) by bin(99999999999999999999m)", 1, None),
        ("stats count(*) by bybin", 1, None),
        ("stats count(*)", 0, None),
    ] {
        let of = stats(text).unwrap();
        let found = of.bin.as_ref().map(|bin| bin.width.num_minutes());
        assert_eq!((of.by.len(), found, of.whole), (by, width, true), "{text}");
    }
    assert!(!stats("stats count(*) as n by a | filter n > 3").unwrap().whole);
    assert!(stats("filter a = 1 | stats count(*) as n by a | sort n desc").unwrap().whole);
}

#[test]
fn what_is_wrong_is_said() {
    for (text, said) in [
        ("", "says nothing"),
        (" | # only this", "says nothing"),
        ("SOURCE logGroups(namePrefix: ['/aws']) | filter a = 1", "SOURCE"),
        ("filter a = 'x", "not closed"),
        ("limit 20 | filter a = 1", "`limit` stands before `filter`"),
        ("limit 20 | sort a | stats count(*)", "`limit` stands before `stats`"),
        ("filter a = {{labels.x}}", "outside of a string"),
        ("filter a like /{{labels.x}}/", "outside of a string"),
        (&"x".repeat(LONGEST + 1), "longer than"),
    ] {
        assert!(fault(text).unwrap().0.contains(said), "{text}: {:?}", fault(text));
    }
    for text in ["filter a = '{{labels.x}}' | stats count(source) by b | sort b | limit 20", "fields source"]
    {
        assert_eq!(fault(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_written_it_is_read(text in ".{0,200}", more in "[|#'\"/` a-z(),]{0,60}") {
        let all = format!("stats {text}{more} by {more}");
        if let Ok(query) = Query::parse(&all) {
            let _ = (query.stats(), query.limit(), query.gives_lines(), query.odd());
            // What is sent reads the same again.
            prop_assert_eq!(Query::parse(&query.text()).map(|again| again.commands), Ok(query.commands));
        }
    }
}
