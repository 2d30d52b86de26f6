//! What is removed in every syntax, what stays, and that long lines cost linear time.

use proptest::prelude::*;

use super::*;

fn redact(text: &str) -> String {
    Redactor::default().redact(text).to_string()
}

#[test]
fn every_built_in_pattern_compiles() {
    for (kind, pattern, _) in rules::RULES.iter().chain(personal::RULES) {
        let compiled = Regex::new(&ascii(pattern));
        assert!(compiled.is_ok(), "{kind}: {compiled:?}");
    }
    assert_eq!(BUILT_IN.len(), rules::RULES.len() + personal::RULES.len());
}

/// What announces a secret in the logs of real systems without an equals sign between them.
#[test]
fn secrets_go_where_a_name_stands_apart_from_its_value() {
    for (line, secret, kept) in [
        (
            r#"env: [{"name":"DB_PASSWORD","value":"hunter2"}]"#,
            "hunter2",
            r#"{"name":"DB_PASSWORD","value":"<"#,
        ),
        (r#"{"headers":[{"name":"X-Api-Key","value":"qweRTY123zxc"}]}"#, "qweRTY", "X-Api-Key"),
        ("- name: DB_PASSWORD value: qweRTY123zxc", "qweRTY", "- name: DB_PASSWORD value: <"),
        (
            r#"Failed to bind 'spring.datasource.password' to java.lang.String: Value: "hunter2""#,
            "hunter2",
            "to java.lang.String",
        ),
        ("':path', '/a' 'x-api-key', 'q1w2e3r4t5' ':method', 'GET'", "q1w2e3", "':method', 'GET'"),
        ("':path', '/a' 'cookie', 'session=s3ss10nValue99'", "s3ss10n", "':path', '/a'"),
        (r#"{"cookies":{"session":"s3ss10n"},"n":1}"#, "s3ss10n", r#","n":1}"#),
        (
            r#"Authorization: Digest username="bob", nonce="abc", response="d1gestResp0nse""#,
            "d1gest",
            "Authorization: Digest",
        ),
        ("#0 /app/db.php(12): PDO->__construct('mysql:host=db', 'app', 'hunter2')", "hunter2", "'app'"),
        ("SET PASSWORD FOR 'app'@'%' = PASSWORD('hunter2');", "hunter2", "FOR 'app'"),
        (
            "row 7 hash $2b$12$KIXQ1Zp0u1a3vXx7gq9E5eWq8mJq3t1zN0dYb2cFh6sRkLmPoQwYa",
            "KIXQ1Zp0",
            "row 7 hash <",
        ),
        ("app:$6$rounds=5000$salt$QwErTyUiOpAsDfGhJkLzXcVbNm1234567890:19000", "QwErTy", ":19000"),
        ("the password for user bob is kJ8#mN2$pQ5", "kJ8#mN2", "for user bob is"),
        ("Your verification code is 482913", "482913", "Your verification code is"),
        ("sent OTP 482913 to bob", "482913", " to bob"),
        ("LDAP bind cn=admin pw=hunter2 failed", "hunter2", " failed"),
        ("docker login -u bob -p dckr_pat_aBcDeFgHiJkLmNoPqRsTuVwXyZ0", "aBcDeF", "docker login -u bob"),
        ("smbclient //srv/share -U bob%hunter2", "hunter2", "-U bob%"),
        ("passwort=hunter2 mot de passe : hunter2 パスワード: hunter2", "hunter2", "mot de passe"),
        ("passport_number=E12345678 x", "E12345678", " x"),
        ("電話番号: 09012345678", "0901234", "電話番号: <phone:"),
        ("to jürgen@例え.jp failed", "jürgen", " failed"),
    ] {
        let out = redact(line);
        assert!(!out.contains(secret), "{secret} is left in {out}");
        assert!(out.contains(kept), "{kept} is not left in {out}");
    }
}

/// A line, and the parts of it that must be gone; all else of the line has to stay where `kept` names it.
#[test]
fn secrets_go_in_every_syntax() {
    for (line, secret, kept) in [
        ("level=warn password=hunter20M status=401", "hunter20M", "status=401"),
        (r#"{"user":"bob","db_password": "a \"b\" c!","n":1}"#, "c!", r#""n":1}"#),
        (r#"{"msg":"{\"password\":\"hunter2\",\"n\":1}"}"#, "hunter2", r#"\"n\":1}"}"#),
        ("PGPASSWORD='correct horse' psql -h db", "horse", "psql -h db"),
        ("password: swordfish", "swordfish", "password: "),
        ("<Password>abc123</Password>", "abc123", "</Password>"),
        ("DB_PASS=Zx9#qLm2vT x=1", "Zx9#qLm2vT", " x=1"),
        ("sshpass -p Zx9#qLm2vT ssh h", "Zx9#qLm2vT", " ssh h"),
        ("login with password Zx9#qLm2vT failed", "Zx9#qLm2vT", " failed"),
        ("mysql --password hunter2 -h db", "hunter2", "-h db"),
        ("ALTER USER app IDENTIFIED BY 'hunter2'", "hunter2", "ALTER USER app"),
        ("curl -s -u bob:hunter2 https://x", "hunter2", "https://x"),
        (
            "postgres://app:p@ss@db.internal:5432/pay?sslmode=require",
            "p@ss",
            "@db.internal:5432/pay?sslmode=require",
        ),
        ("redis://:pa/ss@cache:6379/0", "pa/ss", "@cache:6379/0"),
        ("app:hunter2@tcp(db:3306)/pay", "hunter2", "@tcp(db:3306)/pay"),
        ("jdbc:oracle:thin:scott/tiger@db:1521/x", "tiger", "@db:1521/x"),
        ("Server=db;User Id=sa;Password=hunter2;Timeout=5", "hunter2", ";Timeout=5"),
        ("Cookie: sid=abc123; theme=dark HTTP 403", "abc123", " HTTP 403"),
        ("Authorization: Basic c3ZjOjFqTTF0TEI0cHl5Ug== 401", "c3ZjOjFq", "Basic <credential:"),
        ("-H 'X-Api-Key: VtLLCWPgEuxqyhxEykCpZj6R5aDT6mZck71oe7N3'", "VtLLCWPg", "-H 'X-Api-Key: "),
        ("AccountKey=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy==;EndpointSuffix=x", "Zm9vYmFy", ";EndpointSuffix=x"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nAwEHoUQD\n-----END EC PRIVATE KEY----- after",
            "AwEHoUQD",
            " after",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMHcCAQEE", "MHcCAQEE", "<private-key:"),
        (
            "auth failed for key acme_8fK2mQ9xZ1vB7nR4tY6wL3pD from 10.2.3.4",
            "8fK2mQ9xZ1vB7nR4tY6wL3pD",
            " from 10.2.3.4",
        ),
    ] {
        let out = redact(line);
        assert!(!out.contains(secret), "{secret} is left in {out}");
        assert!(out.contains(kept), "{kept} is not left in {out}");
    }
}

#[test]
fn personal_data_goes_by_its_check_digits() {
    for (line, expected) in [
        ("mail to bob.b+x@example.co.jp failed", "mail to <email:"),
        ("user%40example.com", "<email:"),
        ("card 4111 1111 1111 1111 declined", "card <card:"),
        ("to DE89370400440532013000 refused", "to <iban:"),
        ("call +81 90-1234-5678 now", "call <phone:"),
        ("tel=0312345678;", "tel=<phone:"),
        ("ssn 281-91-1708.", "ssn <ssn:"),
    ] {
        assert!(redact(line).starts_with(expected), "{line} became {}", redact(line));
    }
}

#[test]
fn what_is_not_secret_stays() {
    for line in [
        "2025-11-20T09:12:33.123+09:00 ERROR Failed password for root from 10.0.0.1 port 22 ssh2",
        "password authentication failed for user \"app\"",
        "password: incorrect",
        "pass: 12 fail: 3, bypass=true",
        "invalid token: expired",
        "unexpected token: '}' at line 3",
        "max_tokens=4096 token_type=Bearer tokens=12 token_count: 99",
        "block blk_-1608999687919862906 of size 67108864 from /10.250.19.102",
        "TraceID: 7f1cc679403433f0dc1ace576721bb03 SpanID: a3588fbbcac68bc6 [pay][order d58a02d5-540a-4785-86cf-495687b79919]",
        "order 4111111111111112 of 2025-11-20 at 1763629811000000",
        "password=${DB_PASSWORD} secret=**** token=null",
        "GET https://user@host:8080/a?b=c&n=1 200",
        "git@github.com:acme/app.git, icon@2x.png",
        "session 0x14f05578bd80001 closed, key: user/profile/settings",
        "HikariPool-1 - Connection is not available, request timed out after 30000ms",
        "basic authentication is required, bearer authentication failed",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf was not found",
        "sudo: bob : PWD=/srv/app ; USER=root ; COMMAND=/bin/ls",
        "MountVolume.SetUp failed for volume \"db-secret\" : secret \"db-password\" not found",
        "required fields: ['password', 'username'], password policy value: 12",
        "security code check took 1200 ms, error code 4711, one-time job 123456",
        "pass=second pin=gpio17 community=public bypass=phase2",
        "image registry/api@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 x-request-id: 9f86d081-884c-7d65-9a2f-eaa0c55ad015",
    ] {
        assert_eq!(redact(line), line);
    }
}

#[test]
fn the_same_secret_has_the_same_placeholder_and_another_one_has_not() {
    let out = redact("a@example.com b@example.com a@example.com");
    let words: Vec<&str> = out.split(' ').collect();
    assert_eq!(words[0], words[2]);
    assert_ne!(words[0], words[1]);
}

#[test]
fn custom_rules_and_the_allow_list_are_obeyed() {
    let rules = [CustomRule { name: "customer".into(), pattern: r"customer (C-\d+)".into() }];
    let redactor = Redactor::new(&rules, &[r".*@example\.com".into()]).unwrap();
    let out = redactor.redact("customer C-123 ops@example.com bob@example.org").to_string();
    assert!(out.starts_with("customer <customer:") && out.contains(" ops@example.com <email:"), "{out}");
    let bad = |name: &str, pattern: &str| {
        Redactor::new(&[CustomRule { name: name.into(), pattern: pattern.into() }], &[])
            .unwrap_err()
            .to_string()
    };
    assert!(bad("order", "(").contains("`order`"));
    assert!(bad("Order Id", "x").contains("Order Id"));
    assert!(Redactor::new(&[], &["[".into()]).unwrap_err().to_string().contains("`allow`"));
}

#[test]
fn one_line_stays_one_line() {
    let out = Redactor::default().redact_line("a\npassword=x1\r\n\tb\u{2028}c");
    assert!(!out.as_str().contains(['\n', '\r', '\t', '\u{2028}']), "{out:?}");
    assert!(!out.as_str().contains("x1"));
}

#[test]
fn long_lines_take_linear_time() {
    let hostile =
        ["password=", "eyJ", "://a:", "\\\"token\\\":\\\"", "-----BEGIN PRIVATE KEY-----", "a@", "1 "];
    for piece in hostile {
        let started = std::time::Instant::now();
        redact(&piece.repeat(200_000 / piece.len()));
        assert!(started.elapsed().as_secs() < 10, "{piece} took {:?}", started.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn twice_is_once(text in r#"(password|token|key|a@b\.co|://|:|=|"|'|\\|<|>| |@|\n|[a-zA-Z0-9]{1,24}|4111111111111111|\u{200b}|\x1b\[){0,12}"#) {
        let redactor = Redactor::default();
        let once = redactor.redact(&text);
        prop_assert_eq!(redactor.redact(once.as_str()), once);
    }
}
