//! How each form of a word is masked, found again in its line, and bounded.

use super::*;

fn tokens(line: &str) -> String {
    let mut out = Tokens::default();
    out.read(line.as_bytes());
    let texts =
        out.list.iter().map(|token| String::from_utf8_lossy(out.text(line.as_bytes(), token)).into_owned());
    texts.collect::<Vec<_>>().join(" ")
}

/// The rows of the recipe's table, in its order.
#[test]
fn each_form_is_masked_as_the_table_says() {
    for (line, expected) in [
        // starts like a number, with the units glued to it
        ("took 12ms -5 #4 @0x1f v1.2 .5 /10.0.0.1", "took <*>"),
        ("chunk deadbeef01 of d58a02d5-540a-4785-86cf-495687b79919", "chunk <*> of <*>"),
        ("arp 00:1b:44:11:3a:b7 from fe80::1c2d:3e up", "arp <*> from <*> up"),
        ("from ::ffff:10.0.0.1 denied", "from <*> denied"),
        ("get https://a.b/c?d=e&f=g ok", "get <*> ok"),
        ("open /etc/passwd then ./x and ../y", "open <*> then <*> and <*>"),
        (r"load C:\Windows\x.dll failed", "load <*> failed"),
        ("to api.acme.internal:443 but Main.java:12", "to <*> but Main.java : <*>"),
        ("mail bob@example.com bounced", "mail <*> bounced"),
        ("key AKiai44QH8DHBeXAMPLEkey91bPxRfiCYz used", "key <*> used"),
        ("block blk_-6952295868487656571 on en0", "block blk_# on en#"),
        ("at OrderController#103 x", "at OrderController#103 x"),
        ("delete blk_1 blk_2 blk_3 done", "delete blk_# done"),
        ("values 1 2 3 and 4, 5, 6", "values <*> and <*>"),
        ("after 30 seconds and 12 MB at 10:20:30 PM on 4 Nov 2025", "after <*> and <*> at <*> on <*>"),
        ("Nov 4 came", "<*> came"),
        ("in <1 sec", "in <*>"),
        ("sent 1190 bytes (1.16 KB) ok", "sent <*> ok"),
        ("took 5 ( ) ms", "took <*> ( ) ms"),
        ("host 10.0.0.1 () up", "host <*> ( <*> ) up"),
        ("wifi on: true and disabled", "wifi on : true and disabled"),
        ("user=bob42 id = 7 name= next=x", "user = <*> id = <*> name = <*> next = x"),
        ("ws=WorkSource{10113} size=\"a b\" list=[1,2]", "ws = <*> size = <*> list = <*>"),
        ("ok=true mode=fast x=null", "ok = true mode = fast x = <*>"),
        ("status=failed error=timeout", "status = failed error = timeout"),
        ("a==b c>=d", "a = = b c > = d"),
        (
            "trips [Trip(id=1, to=x9), Trip(id=2, to=y8), Trip(id=3, to=z7)]",
            "trips [ Trip ( id = <*> , to = <*> ) ]",
        ),
        ("can't open. really!", "can't open really"),
        ("size.........0", "size <*>"),
        ("", ""),
    ] {
        assert_eq!(tokens(line), expected, "{line}");
    }
}

#[test]
fn kinds_are_told_apart() {
    let mut out = Tokens::default();
    let line = b"plain well-known camelCase a.b en0 on 12 ;";
    out.read(line);
    let kinds: Vec<Kind> = out.list.iter().map(|token| token.kind).collect();
    use Kind::*;
    assert_eq!(kinds, [Word, Word, Identifier, Identifier, Identifier, Boolean, Variable, Punctuation]);
}

#[test]
fn values_are_found_again_in_the_line() {
    let mut out = Tokens::default();
    let line = b"took 12ms for user=bob9 empty=";
    out.read(line);
    let values: Vec<_> = out.values().map(|(start, end)| &line[start as usize..end as usize]).collect();
    assert_eq!(values, [&b"12ms"[..], b"bob9", b""]);
}

#[test]
fn a_line_of_any_length_has_a_bounded_number_of_tokens() {
    for line in [
        "word ".repeat(400_000),
        "[".repeat(100_000),
        "=".repeat(100_000),
        "a=[".repeat(50_000),
        "x".repeat(10_000_000),
    ] {
        let mut out = Tokens::default();
        out.read(line.as_bytes());
        assert!((1..=MAX_TOKENS + 2).contains(&out.list.len()));
    }
}

#[test]
fn no_bytes_panic() {
    let mut state = 7_u64;
    for _ in 0..20_000 {
        let line: Vec<u8> = (0..40)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let pick = (state >> 33) as usize;
                if pick.is_multiple_of(3) {
                    (pick >> 3) as u8
                } else {
                    b"=:.,'\"[](){}<> /\\#-_a1fZ@"[(pick >> 3) % 25]
                }
            })
            .collect();
        Tokens::default().read(&line);
    }
}
