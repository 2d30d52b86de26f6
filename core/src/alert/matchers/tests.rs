//! What both grammars accept and mean. What amtool 0.25 (classic grammar) says of `READ` and `REFUSED` is recorded
//! from a run of `amtool check-config` and `amtool config routes show`; it agreed with every row but those marked.

use proptest::prelude::*;

use super::*;

/// An input, and the matchers it stands for.
const READ: &[(&str, &str)] = &[
    ("foo=bar", r#"foo="bar""#),
    ("foo!=bar", r#"foo!="bar""#),
    ("foo=~bar", r#"foo=~"bar""#),
    ("foo!~bar", r#"foo!~"bar""#),
    ("{foo=bar}", r#"foo="bar""#),
    (r#"{foo="bar",baz!="qux"}"#, r#"foo="bar", baz!="qux""#),
    (r#"foo="bar""#, r#"foo="bar""#),
    (r#"foo = "bar""#, r#"foo="bar""#),
    (" foo= bar ", r#"foo="bar""#),
    ("foo=", r#"foo="""#),
    (r#"foo="""#, r#"foo="""#),
    (r#"foo!="""#, r#"foo!="""#),
    (r#"foo=~".*""#, r#"foo=~".*""#),
    (r#"foo=~".+""#, r#"foo=~".+""#),
    ("foo=bar baz", r#"foo="bar baz""#),
    (r#"foo="a,b""#, r#"foo="a,b""#),
    ("foo=a,b=c", r#"foo="a", b="c""#),
    ("foo=bar,", r#"foo="bar""#),
    ("{foo=bar,}", r#"foo="bar""#),
    ("foo=bar}", r#"foo="bar""#),
    ("{foo=bar", r#"foo="bar""#),
    ("{}", ""),
    ("", ""),
    ("{", ""),
    (r#"foo="a\"b""#, r#"foo="a\"b""#),
    (r#"foo="a\\b""#, r#"foo="a\\b""#),
    (r#"foo="a\nb""#, r#"foo="a\nb""#),
    // A tab in the UTF-8 grammar, a backslash and a letter in the classic one, which wins.
    (r#"foo="a\tb""#, r#"foo="a\\tb""#),
    (r#"foo=a\"#, r#"foo="a\\""#),
    ("foo:x=bar", r#"foo:x="bar""#),
    ("foo==bar", r#"foo="=bar""#),
    (r#"foo=~"[a-z]+""#, r#"foo=~"[a-z]+""#),
    ("foo=~^a$", r#"foo=~"^a$""#),
    ("foo=日本", r#"foo="日本""#),
    (r#"foo=~"\\d+""#, r#"foo=~"\\d+""#),
    (r#"foo=~"\d+""#, r#"foo=~"\\d+""#),
    ("foo!=~bar", r#"foo!="~bar""#),
    ("foo='bar'", r#"foo="'bar'""#),
    ("foo=`bar`", r#"foo="`bar`""#),
    ("foo={a}", r#"foo="{a""#),
    (r#"service=~"api|web""#, r#"service=~"api|web""#),
    (r#"foo="a"  "#, r#"foo="a""#),
    ("\tfoo\t=\t\"b\"\n", r#"foo="b""#),
    (r#"a=~"x\.y""#, r#"a=~"x\\.y""#),
    (r#"a="}""#, r#"a="}""#),
    (r#"{a="}"}"#, r#"a="}""#),
    ("a=b!c", r#"a="b!c""#),
    (r#"foo="bar\w""#, r#"foo="bar\\w""#),
    (r"a=x\,b=c", r#"a="x\\", b="c""#),
    // From here on only the UTF-8 grammar accepts, hence not amtool 0.25.
    (r#""foo"="bar""#, r#"foo="bar""#),
    (r#"{"foo"="bar",}"#, r#"foo="bar""#),
    (r#""foo bar"="b""#, r#""foo bar"="b""#),
    ("foo-bar=x", r#""foo-bar"="x""#),
    ("日本=x", r#""日本"="x""#),
    ("1foo=bar", r#""1foo"="bar""#),
    (r#""foo"="\xf0\x9f\x99\x82""#, r#"foo="🙂""#),
    (r#""foo"="\U0001f642\u00e9\101""#, r#"foo="🙂éA""#),
    (r#""foo"="a\tb\n\\\"""#, "foo=\"a\tb\\n\\\\\\\"\""),
    (r#" { "a" =~ "b|c" , d != e , } "#, r#"a=~"b|c", d!="e""#),
];

/// An input that neither grammar accepts, the character where it goes wrong, and a word of the explanation.
const REFUSED: &[(&str, usize, &str)] = &[
    ("foo=bar,,", 9, "label name"),
    (",", 1, "label name"),
    ("{,}", 2, "label name"),
    ("foo=\"a\"b\"", 8, "comma"),
    ("foo=\"bar", 5, "never closed"),
    ("foo=bar\"", 8, "never closed"),
    ("foo", 4, "expected =, !=, =~ or !~, found the end"),
    (r#"a="x\,",b=c"#, 5, "escape"),
    ("=bar", 1, "label name"),
    ("foo~bar", 4, "double quotes"),
    ("foo=~\"(\"", 6, "does not compile"),
    ("日本=~\"[\"", 5, "does not compile"),
    ("foo-bar=", 9, "a value"),
    ("{\"foo\"=\"bar\"", 13, "expected `}`"),
    ("\"foo\"=\"bar\"}", 12, "without a `{`"),
    ("{foo=:\"bar\"}", 7, "comma"),
    ("\"foo\"=\"bar\\w\"", 11, "escape"),
    ("\"foo\"=\"\\xf0\\x9f\"", 7, "valid UTF-8"),
    ("\"foo\"=\"\\ud800\"", 8, "escape"),
    ("\"foo\"=\"\\x4\"", 8, "escape"),
    ("\"foo\"=bar} x", 10, "without a `{`"),
    ("{\"foo\"=bar} x", 13, "nothing more"),
    // amtool accepts this one: Go reads a `{` that repeats nothing as itself.
    (" foo=~a{x}y", 7, "does not compile"),
];

#[test]
fn what_is_read() {
    for (input, expected) in READ {
        let read = Matchers::parse(&[input]).unwrap_or_else(|error| panic!("{input}: {error}"));
        assert_eq!(read.to_string(), *expected, "{input}");
    }
}

#[test]
fn what_is_refused_and_where() {
    for (input, position, word) in REFUSED {
        let error = Matchers::parse(&[input]).expect_err(input);
        assert_eq!(error.position, *position, "{error}");
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
}

#[test]
fn a_list_is_one_set_and_a_single_matcher_is_exactly_one() {
    let list = Matchers::parse(&["a=b", "{c=d,e=f}"]).unwrap();
    assert_eq!(list.to_string(), r#"a="b", c="d", e="f""#);
    assert_eq!(Matcher::parse("a=b").unwrap().to_string(), r#"a="b""#);
    for input in ["", "a=b,c=d", "{a=b}", "a=b}", "{}"] {
        assert!(Matcher::parse(input).is_err(), "{input}");
    }
}

#[test]
fn how_a_condition_meets_a_label() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("a=x", &["x"], &["", "xx", "X"]),
        ("a!=x", &["", "y"], &["x"]),
        ("a=~x", &["x"], &["", "xy", "yx"]),
        ("a!~x", &["", "xy"], &["x"]),
        ("a=~\"x|y.*\"", &["x", "y", "yz"], &["xz", "", "zy"]),
        ("a=", &[""], &["x"]),
        ("a!=\"\"", &["x"], &[""]),
        ("a=~\"x?\"", &["", "x"], &["y"]),
        ("a=~\".+\"", &["x"], &["", "x\ny"]),
        ("a=~\"(?i)prod\"", &["prod", "PROD"], &["production"]),
        ("{}", &["", "x"], &[]),
    ];
    for (input, yes, no) in table {
        let matchers = Matchers::parse(&[input]).unwrap();
        let meets = |value: &str| matchers.matches(&[("a", value), ("b", "x")].into_iter().collect());
        yes.iter().for_each(|value| assert!(meets(value), "{input} and {value:?}"));
        no.iter().for_each(|value| assert!(!meets(value), "{input} and {value:?}"));
    }
}

#[test]
fn the_more_is_required_and_the_more_exactly_the_more_specific() {
    let ascending = [
        "{}",
        "a!=x",
        "a=~\"x|y\"",
        "a=x",
        "a=x,b!=y",
        "a=~\"x|y\",b=~\"x|y\"",
        "a=x,b=~\"x|y\"",
        "a=x,b=y",
        "a=x,b=y,c=~\"z.*\"",
    ];
    let ranks: Vec<_> = ascending.map(|input| Matchers::parse(&[input]).unwrap().specificity()).into();
    assert!(ranks.is_sorted_by(|less, more| less < more), "{ranks:?}");
}

#[test]
fn a_regex_may_not_take_the_memory() {
    let error = Matcher::parse("a=~\"((((x{99}){99}){99}){99})\"").unwrap_err();
    assert!(error.what.contains("more than"), "{error}");
}

proptest! {
    #[test]
    fn no_input_is_too_odd(input in any::<String>(), tail in r#"[{}=!~,"'\\a-c \n]{0,24}"#) {
        for text in [input.as_str(), tail.as_str(), &format!("{input}{tail}")] {
            if let Err(error) = Matchers::parse(&[text]) {
                prop_assert!(error.position <= text.chars().count() + 1, "{}", error);
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again(name in "[a-c_ é-]{1,6}", value in any::<String>(), not in any::<bool>()) {
        let operator = if not { Operator::NotEqual } else { Operator::Equal };
        let matcher = Matcher { name, operator, value, regex: None };
        let again = Matchers::parse(&[matcher.to_string()]).unwrap();
        prop_assert_eq!(again, Matchers(vec![matcher]));
    }
}
