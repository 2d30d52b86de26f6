//! The shapes of credentials, most specific first.
//!
//! Knows where secrets stand: in tokens with a vendor's prefix, in headers, URLs, and behind words that announce
//! them. Must not know personal data (`personal` does) nor any deployment's own words (the configuration does).
//! Of each pattern, the group `secret` (or group 1, or all of it) is replaced if the check agrees.

use super::checks::{announced, credential, loosely_announced, not_benign, not_prose, random, short};

/// Kind, pattern, check.
pub(super) type RuleText = (&'static str, &'static str, fn(&str) -> bool);

/// Words that announce a password: whatever stands behind them is one.
macro_rules! strong {
    () => {
        r"pass(?:word|wd|phrase|code)|pwd|passw|secret|secret[_-]?key|private[_-]?key|access[_-]?key|account[_-]?key|api[_-]?key|app(?:lication)?[_-]?key|client[_-]?secret|(?:encryption|signing|master|shared|license|service|auth|deploy|ssh|storage|host|admin|consumer|subscription|publish|ingest|integration|routing)[_-]?key|credentials?|connection[_-]?string|cvv2?|cvc|ssn|otp|mfa[_-]?code|webhook[_-]?url|passwort|kennwort|contrase(?:ñ|n)a|mot de passe|senha|wachtwoord|hasło|пароль|パスワード|密码|密碼|비밀번호"
    };
}

/// Words behind which a secret stands, but also much that is none.
macro_rules! weak {
    () => {
        r"token|jwt|pass|community|signature|sig|auth|authorization|bearer|nonce|assertion|api[_-]?id[_-]?key|x-amz-credential|x-amz-security-token|session[_-]?(?:id|key|token)|jsessionid|phpsessid|connect\.sid|sid|csrf|xsrf"
    };
}

/// What may follow the word in a key: `password_hash`, `token2`, `secretValue`.
macro_rules! suffix {
    () => {
        r"(?:[_-]?(?:value|base|text|plain|old|new|current|confirm(?:ation)?|hash|b64|base64|prod|live|test|[0-9]{1,3}))?"
    };
}

pub(super) const RULES: &[RuleText] = &[
    (
        "private-key",
        r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)",
        |_| true,
    ),
    ("private-key", r"\bPuTTY-User-Key-File-[0-9]:.*|\bAGE-SECRET-KEY-1[A-Z0-9]{40,}", |_| true),
    (
        "jwt",
        r"\bey[A-Za-z0-9_-]{8,}\.ey[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?|\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){4}",
        |_| true,
    ),
    (
        "webhook",
        r"(?i)https://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)|(?:[a-z]{2,6}\.)?discord(?:app)?\.com/api/webhooks|[a-z0-9-]{1,60}\.webhook\.office\.com|outlook\.office\.com/webhook|chat\.googleapis\.com/v1/spaces|hooks\.zapier\.com/hooks|api\.telegram\.org/bot[0-9]+)[:/][^\s\x22'<>]{8,}",
        |_| true,
    ),
    ("aws-key-id", r"\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA|ANPA|AGPA)[A-Z0-9]{16}\b", |_| true),
    (
        "token",
        r"\b(?:gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}|gl[a-z]{2,5}-[A-Za-z0-9_.-]{18,}|xox[a-z](?:-[A-Za-z0-9]+){2,}|xox[a-z]\.[A-Za-z0-9.-]{16,}|xapp-[0-9]-[A-Za-z0-9-]{16,})",
        |_| true,
    ),
    (
        "token",
        r"\b(?:(?:sk|rk|pk|sess|acct|price)_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{16,}|1//0[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{16,})",
        |_| true,
    ),
    (
        "token",
        r"\b(?:SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|(?:SK|AC)[0-9a-f]{32}\b|key-[0-9a-f]{32}\b|[0-9a-f]{32}-us[0-9]{1,2}\b|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}|EAAA[A-Za-z0-9_-]{40,}|EAA[A-Za-z0-9]{40,}|dapi[0-9a-f]{32}\b|hv[bsr]\.[A-Za-z0-9_-]{16,})",
        |_| true,
    ),
    (
        "token",
        r"\b(?:ATATT3[A-Za-z0-9_=-]{20,}|ATCTT3[A-Za-z0-9_=-]{20,}|dp\.[a-z]{2,4}\.[A-Za-z0-9.]{16,}|dt0[a-z][0-9]{2}\.[A-Z0-9]{16,}\.[A-Z0-9]{32,}|NR(?:AK|II|JS|AL)-[A-Za-z0-9-]{16,}|PMAK-[A-Za-z0-9-]{16,}|HRKU-[A-Za-z0-9_-]{16,}|FlyV1 [A-Za-z0-9_,/+=-]{16,}|dckr_[a-z]{3}_[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{30,})",
        |_| true,
    ),
    (
        "token",
        r"(?:^|[^A-Za-z0-9])(?P<secret>[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{30,}|[0-9]{8,10}:A[A-Za-z0-9_-]{30,}|[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})",
        |_| true,
    ),
    // The general shape: a short prefix, `_` or `-`, and a long random body, of whatever vendor.
    (
        "token",
        r"\b[A-Za-z][A-Za-z0-9]{1,11}[_-](?:[A-Za-z0-9]{1,8}[_-]){0,3}(?P<secret>[A-Za-z0-9]{24,})\b",
        random,
    ),
    ("token", r"\b[a-z]{2,10}_(?:[a-z0-9]{1,8}_){0,3}(?P<secret>[0-9a-f]{32,})\b", |_| true),
    // URLs: what stands between the colon and the at sign, a token in place of a user, and drivers' own forms.
    (
        "password",
        r#"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/?\#@"'<>]{0,128}:(?P<secret>[^\s"'<>/]{1,256})@"#,
        not_benign,
    ),
    (
        "password",
        r#"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/?\#@"'<>]{0,128}:(?P<secret>[^\s"'<>@]{1,256})@[A-Za-z0-9.-]{1,128}(?::[0-9]{1,5})?(?:[/?\s"']|\z)"#,
        not_benign,
    ),
    ("token", r"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<secret>[A-Za-z0-9_-]{16,256})@", announced),
    ("password", r#"\b[A-Za-z0-9_.-]{1,64}:(?P<secret>[^\s@:/"'<>]{1,128})@(?:tcp|unix)\("#, not_benign),
    ("password", r#"(?i)\bthin:[^/\s]{1,64}/(?P<secret>[^@\s"'<>]{1,128})@"#, not_benign),
    // What a password is kept as: crypt(3) and its heirs, and LDAP's.
    (
        "password-hash",
        r"\$(?:1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2[a-z0-9-]{0,12})\$[A-Za-z0-9./$=,+-]{20,}|\{(?:S?SHA(?:256|384|512)?|SMD5)\}[A-Za-z0-9+/=]{20,}",
        |_| true,
    ),
    // Headers.
    (
        "credential",
        r#"(?i)\bdigest\s+username=[^\n]{0,512}?\bresponse=\\?["']?(?P<secret>[A-Za-z0-9_+/=-]{8,})"#,
        |_| true,
    ),
    ("cookie", r#"(?i)\bcookies["'\\]{0,4}\s{0,4}[:=]\s{0,4}\{(?P<secret>[^{}\n]{1,4096})\}"#, |_| true),
    (
        "credential",
        r#"(?i)\b(?:proxy-)?authorization\b["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:bearer|basic|digest|token|negotiate|ntlm|apikey|api-key|key|aws4-hmac-sha256|hawk|signature)\s+)?(?P<secret>[^\s"'\\,;<>]{4,})"#,
        not_prose,
    ),
    ("credential", r"(?i)\b(?:bearer|basic)\s+(?P<secret>[A-Za-z0-9._~+/-]{8,}={0,2})", credential),
    (
        "cookie",
        r#"(?i)\b(?:set-)?cookies?["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?P<secret>[^\s"'\\;,=<>]{1,128}=[^\s"'\\;,<>]*(?:;\s?[^\s"'\\;,=<>]{1,128}=[^\s"'\\;,<>]*)*)"#,
        not_benign,
    ),
    // `"password": "…"`, with the quotation marks of JSON inside a string.
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r")",
            suffix!(),
            r#"\\+["']\s*(?:=>|:=|=|:)\s*\\+["'](?P<secret>[^"'\n<]+?)\\+["']"#
        ),
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            weak!(),
            r")",
            suffix!(),
            r#"\\+["']\s*(?:=>|:=|=|:)\s*\\+["'](?P<secret>[^"'\n<]+?)\\+["']"#
        ),
        announced,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*"(?P<secret>(?:[^"\\\n]|\\[^\n])+)"#
        ),
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*'(?P<secret>(?:[^'\\\n]|\\[^\n])+)"#
        ),
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)\b[A-Za-z0-9_.-]{0,48}?(?:"#,
            weak!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*"(?P<secret>[^"\s\\]+)"#
        ),
        announced,
    ),
    (
        "secret",
        concat!(
            r#"(?i)\b[A-Za-z0-9_.-]{0,48}?(?:"#,
            weak!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*'(?P<secret>[^'\s\\]+)"#
        ),
        announced,
    ),
    // `password=…`, `X-Api-Key: …`, `&sig=…`, `PGPASSWORD=…`
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r")",
            suffix!(),
            r#"["']?(?:=>|:=|=|%3D)(?P<secret>(?:[^\s"'&;,<>(){}\[\]\\]|[(){}\[\]!][A-Za-z0-9_])+)"#
        ),
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*(?P<secret>(?:[^\s"'&;,<>(){}\[\]\\]|[(){}\[\]!][A-Za-z0-9_]){3,})"#
        ),
        not_prose,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:\b|_)(?:"#,
            weak!(),
            r")",
            suffix!(),
            r#"["']?[ \t]*(?:=>|:=|=|:|%3D)[ \t]*(?P<secret>[^\s"'&;,<>(){}\[\]\\]{8,})"#
        ),
        announced,
    ),
    (
        "secret",
        r#"(?i)[?&](?:key|code|sig|auth|access|state)=(?P<secret>[^\s"'&;<>]{16,})"#,
        loosely_announced,
    ),
    // A name, and behind it its value: `{"name":"DB_PASSWORD","value":"…"}`, `Property: a.password Value: "…"`.
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r#"|token|authorization)\\?["']?[\s,;][^"'\n]{0,120}?["']?\bvalue\\?["']?\s*[:=]\s*\\?["'](?P<secret>[^"'\\\n]+)"#
        ),
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)(?:"#,
            strong!(),
            r#"|token|authorization)["']?[\s,;][^"'\n]{0,120}?["']?\bvalue["']?\s*[:=]\s*(?P<secret>[^\s"'\\,;}\]]+)"#
        ),
        announced,
    ),
    // `('X-Api-Key', '…')`: headers as pairs.
    (
        "secret",
        concat!(
            r#"(?i)["'][A-Za-z0-9_.-]{0,32}(?:"#,
            strong!(),
            r#"|token|authorization|cookie)["'],\s{0,4}["'](?P<secret>[^"'\n]+)["']"#
        ),
        announced,
    ),
    // The arguments of a call that connects, as PHP shows them.
    (
        "password",
        r#"(?i)\b(?:PDO->__construct|mysqli?(?:_p?connect|->__construct|->real_connect)?|ldap_bind|ssh2_auth_password)\((?:'[^'\n]{0,256}'|[A-Za-z0-9_ ()\#]{1,40}), '[^'\n]{0,128}', '(?P<secret>[^'\n]+)'"#,
        not_benign,
    ),
    // A short word before an equals sign.
    (
        "secret",
        r#"(?i)(?:\b|_)(?:pw|pass|community)["']?=["']?(?P<secret>[^\s"'&;,<>(){}\[\]\\]{6,})"#,
        short,
    ),
    // What is sent to a person's phone, to be typed in.
    (
        "code",
        r"(?i)\b(?:verification|security|confirmation|login|sms|one[- ]time|2fa|mfa)[ _-]?(?:code|pin|passcode|password)s?(?:\s+(?:is|was))?[\s:=-]{1,3}(?P<secret>[0-9]{4,8})\b|\bOTP(?:\s+(?:is|was|code))?[\s:=-]{1,3}(?P<other>[0-9]{4,8})\b",
        |_| true,
    ),
    // Command lines, SQL, XML, prose.
    (
        "secret",
        concat!(
            r#"(?i)(?:^|\s)--?(?:[A-Za-z0-9_-]{0,32}-)?(?:"#,
            strong!(),
            r#"|token)[ =]["']?(?P<secret>[^\s"'<>-][^\s"'<>]*)"#
        ),
        not_prose,
    ),
    (
        "secret",
        r#"(?i)\b(?:sshpass\s+-p|redis-cli\b[^\n]{0,128}?\s-a|mysql(?:dump|admin)?\b[^\n]{0,128}?\s-p|docker\s+login\b[^\n]{0,128}?\s-p|net\s+user\s+[^\s/]{1,64}\s|smbclient\b[^\n]{0,128}?\s-U\s?[^\s%]{1,64}%)\s?["']?(?P<secret>[^\s"'<>/-][^\s"'<>]*)"#,
        short,
    ),
    ("secret", r#"(?i)\b(?:password|passphrase|passcode)\s+["']?(?P<secret>[^\s"'<>,;:]{8,})"#, announced),
    (
        "secret",
        r#"(?i)\bcurl\b[^\n]{0,256}?\s(?:-u|--user)[ =]?["']?[^\s:"']{1,64}:(?P<secret>[^\s"'<>]+)"#,
        not_benign,
    ),
    (
        "secret",
        r#"(?i)\b(?:identified (?:with [A-Za-z0-9_]{1,40} )?by\s+|password\s+|password\s?\(\s?)'(?P<secret>[^'\n<]+)"#,
        not_benign,
    ),
    (
        "secret",
        concat!(
            r#"(?i)<(?:[A-Za-z0-9_:.-]{0,48})(?:"#,
            strong!(),
            r#"|token)[A-Za-z0-9_]{0,16}>(?P<secret>[^<\n]+)</"#
        ),
        not_benign,
    ),
    (
        "secret",
        r#"(?i)\b(?:password|passphrase|passcode|secret|pin)\b[^\n.,;:="']{0,40}?\s(?:is|was|to)\s+["']?(?P<secret>[^\s"'<>,;]{4,})"#,
        announced,
    ),
    (
        "secret",
        r#"(?i)\b(?:key|token|secret|credentials?|password|apikey)s?(?:\s+(?:is|was|of|for|id|value))?[\s:=]+["'(\[]?(?P<secret>[A-Za-z0-9_./+=:~-]{16,})"#,
        loosely_announced,
    ),
    ("secret", r"(?:^|[\s\x22'=:,(\[])(?P<secret>[A-Za-z0-9+/]{40,}={0,2})(?:[\s\x22',)\]]|\z)", random),
];
