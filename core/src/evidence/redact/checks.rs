//! Tells what looks like a secret from what is one: check digits, and how random a word is.
//!
//! Knows arithmetic and character classes. Must not know the rules that use it.

/// Whether the digits of the text satisfy the check of card numbers (ISO/IEC 7812) and begin like a card network's.
pub fn card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let prefix = |n: usize| digits.iter().take(n).fold(0, |sum, digit| sum * 10 + digit);
    let network = match digits.len() {
        13 => prefix(1) == 4,
        14 => matches!(prefix(2), 30 | 36 | 38 | 39),
        15 => matches!(prefix(2), 34 | 37) || matches!(prefix(4), 1800 | 2131),
        16 => {
            matches!(prefix(1), 4)
                || matches!(prefix(2), 35 | 51..=55 | 60 | 62 | 64 | 65)
                || matches!(prefix(4), 2221..=2720)
        }
        17..=19 => matches!(prefix(1), 4) || matches!(prefix(2), 62 | 60 | 63 | 67),
        _ => false,
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| match i % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    network && sum.is_multiple_of(10)
}

/// Whether the text is an account number whose check digits are right (ISO 13616, modulo 97).
pub fn iban(text: &str) -> bool {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !(15..=34).contains(&chars.len()) {
        return false;
    }
    let moved = chars.iter().skip(4).chain(chars.iter().take(4));
    let rest = moved
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, digit| (rest * if digit > 9 { 100 } else { 10 } + digit) % 97);
    rest == 1
}

/// Whether the number may be a US social security number: area, group and serial that are given out.
pub fn social_security(text: &str) -> bool {
    let mut parts = text.split('-');
    let (area, group, serial) = (parts.next(), parts.next(), parts.next());
    area.is_some_and(|area| !matches!(area, "000" | "666") && !area.starts_with('9'))
        && group.is_some_and(|group| group != "00")
        && serial.is_some_and(|serial| serial != "0000")
}

/// Whether the address belongs to a person or mailbox, not to a file name or a version-control URL.
pub fn mail(text: &str) -> bool {
    let ending = text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let file = matches!(
        ending.as_str(),
        "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "js" | "css" | "so" | "service" | "timer"
    );
    !file && !text.starts_with("git@")
}

/// Whether a phone number has as many digits as one (ITU E.164: at most 15).
pub fn phone(text: &str) -> bool {
    (8..=15).contains(&text.bytes().filter(u8::is_ascii_digit).count())
}

/// Whether there are at least four digits.
pub fn numbered(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// Letters and digits mixed as no word or identifier mixes them: at least 20 characters of upper case, lower case
/// and digits that change class more often than names do.
pub fn random(text: &str) -> bool {
    let classes = Classes::of(text);
    text.len() >= 20
        && classes.digits >= 2
        && classes.upper >= 2
        && classes.lower >= 2
        && classes.changes * 3 >= text.len()
}

/// A value that a word such as `token` announces: long enough, and with a digit, or mixed case inside.
pub fn announced(text: &str) -> bool {
    let classes = Classes::of(text);
    let path = text.starts_with('/') || text.starts_with("./") || text.contains("://");
    let dotted = text.split('.').count() > 2 && classes.digits == 0;
    text.len() >= 8
        && !path
        && !dotted
        && (classes.digits > 0 && classes.letters() > 0 || classes.changes > 6)
        && !text.starts_with("0x")
        && !benign(text)
}

/// A short value of `pw=` and the like: letters and digits mixed, or signs that no word has.
pub fn short(text: &str) -> bool {
    let classes = Classes::of(text);
    let signs =
        text.bytes().any(|byte| matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'@' | b'^'));
    text.len() >= 6 && classes.letters() > 0 && (classes.digits > 0 || signs) && !benign(text)
}

/// The same for a word that also announces harmless things (`key`, `session`): longer, and more of a mixture.
pub fn loosely_announced(text: &str) -> bool {
    let classes = Classes::of(text);
    let hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    announced(text)
        && text.len() >= 16
        && (hex || classes.digits >= 2 && classes.changes * 5 >= text.len())
        && !uuid(text)
}

/// A value of `password=` and the like: anything but the words that stand there when there is no password.
pub fn not_benign(text: &str) -> bool {
    !benign(text)
}

/// A value of `password: …` in prose: not the words that tell what became of a password.
pub fn not_prose(text: &str) -> bool {
    const PROSE: &[&str] = &[
        "basic",
        "bearer",
        "digest",
        "negotiate",
        "incorrect",
        "invalid",
        "wrong",
        "expired",
        "required",
        "mismatch",
        "authentication",
        "failed",
        "failure",
        "must",
        "is",
        "was",
        "for",
        "not",
        "too",
        "accepted",
        "missing",
        "changed",
        "reset",
        "rejected",
        "unset",
        "set",
        "using",
        "the",
        "a",
        "an",
        "and",
        "or",
        "cannot",
        "should",
        "has",
        "does",
        "no",
        "user",
        "login",
        "check",
        "error",
        "denied",
        "unknown",
        "access",
        "provided",
        "may",
    ];
    let word = text.trim_end_matches(['.', '!', ',', ';', ':']).to_ascii_lowercase();
    !benign(text) && !PROSE.contains(&word.as_str())
}

/// What a bearer or basic header carries: never a plain word such as `authentication`.
pub fn credential(text: &str) -> bool {
    let classes = Classes::of(text);
    classes.digits > 0 && classes.letters() > 0 || classes.changes > 4
}

fn benign(text: &str) -> bool {
    const EMPTY: &[&str] = &[
        "null",
        "none",
        "nil",
        "undefined",
        "true",
        "false",
        "yes",
        "no",
        "redacted",
        "hidden",
        "masked",
        "filtered",
        "removed",
        "secret",
        "password",
        "token",
        "string",
        "empty",
        "n/a",
        "***",
        "...",
        "omitted",
    ];
    let word = text.trim_matches(['[', ']', '(', ')', '<', '>', '"', '\'', '*', ',', '.', '-', '_', ' ']);
    let word = word.to_ascii_lowercase();
    let reference =
        text.starts_with("${") || text.starts_with("{{") || text.starts_with("$(") || text.starts_with('%');
    word.is_empty()
        || reference
        || path(text)
        || EMPTY.contains(&word.as_str())
        || word.bytes().all(|byte| byte == b'x')
}

/// `/srv/app`: a place. A password may begin so too, but is not made of lower-case words alone.
fn path(text: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'_' | b'-')
    };
    text.len() > 1 && text.starts_with('/') && text.bytes().all(plain)
}

fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| {
            if matches!(i, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

struct Classes {
    digits: usize,
    upper: usize,
    lower: usize,
    /// How often the class changes from one character to the next.
    changes: usize,
}

impl Classes {
    fn of(text: &str) -> Self {
        let mut classes = Self { digits: 0, upper: 0, lower: 0, changes: 0 };
        let mut last = 0;
        for byte in text.bytes() {
            let class = match byte {
                b'0'..=b'9' => 1,
                b'A'..=b'Z' => 2,
                b'a'..=b'z' => 3,
                _ => continue,
            };
            classes.digits += usize::from(class == 1);
            classes.upper += usize::from(class == 2);
            classes.lower += usize::from(class == 3);
            classes.changes += usize::from(class != last);
            last = class;
        }
        classes
    }

    fn letters(&self) -> usize {
        self.upper + self.lower
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        for (text, expected) in [
            ("4111 1111 1111 1111", true),
            ("4111111111111112", false),
            ("378282246310005", true),
            ("5555-5555-5555-4444", true),
            ("1763629811000000", false),
            ("0000000000000000", false),
        ] {
            assert_eq!(card(text), expected, "{text}");
        }
        for (text, expected) in [
            ("DE89 3704 0044 0532 0130 00", true),
            ("GB82WEST12345698765432", true),
            ("DE88 3704 0044 0532 0130 00", false),
            ("DE89", false),
        ] {
            assert_eq!(iban(text), expected, "{text}");
        }
        for (text, expected) in
            [("281-91-1708", true), ("000-12-3456", false), ("912-12-3456", false), ("123-00-1234", false)]
        {
            assert_eq!(social_security(text), expected, "{text}");
        }
    }

    #[test]
    fn random_text_is_told_from_names() {
        for (text, expected) in [
            ("OJTFDQ74q69dTcada4PR0NfyttUMk931FMdux8KU", true),
            ("jORS/6ilI8ihN5KXSc7Tvo/hBKqFYY/kv5ZJr3J1", true),
            ("InsidePaymentServiceImpl117Handler", false),
            ("d58a02d5-540a-4785-86cf-495687b79919", false),
            ("application_1445062781478_0011", false),
        ] {
            assert_eq!(random(text), expected, "{text}");
        }
    }

    #[test]
    fn announced_values_are_told_from_words() {
        for (text, expected) in [
            ("hunter20M", true),
            ("expired", false),
            ("0x14f05578bd80001", false),
            ("12345678", false),
            ("/etc/key01.pem", false),
        ] {
            assert_eq!(announced(text), expected, "{text}");
        }
        for (text, expected) in [
            ("swordfish", true),
            ("incorrect.", false),
            ("${DB_PASSWORD}", false),
            ("****", false),
            ("null", false),
        ] {
            assert_eq!(not_prose(text), expected, "{text}");
        }
    }
}
