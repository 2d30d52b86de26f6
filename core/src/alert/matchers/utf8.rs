//! The grammar of Alertmanager since 0.27: any UTF-8 in names and values, quoted as Go quotes strings.
//!
//! Knows tokens and their order, and says where a string goes wrong.

use super::{Fault, Operator, Raw};

/// A piece of the input, with the byte where it begins.
struct Token {
    at: usize,
    kind: Kind,
}

enum Kind {
    Open,
    Close,
    Comma,
    Operator(Operator),
    Text(String),
    End,
}

impl Kind {
    fn describe(&self) -> String {
        match self {
            Self::Open => "`{`".to_owned(),
            Self::Close => "`}`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Operator(operator) => format!("`{}`", operator.as_str()),
            Self::Text(text) => format!("{text:?}"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// What is still to be read.
struct Lexer<'a> {
    rest: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.at = self.at.saturating_add(bytes);
    }

    fn next(&mut self) -> Result<Token, Fault> {
        let trimmed = self.rest.trim_start();
        self.skip(self.rest.len().saturating_sub(trimmed.len()));
        let at = self.at;
        let mut take = |kind: Kind, bytes: usize| {
            self.skip(bytes);
            Ok(Token { at, kind })
        };
        let operators = [Operator::Regex, Operator::Equal, Operator::NotEqual, Operator::NotRegex];
        if let Some(operator) = operators.into_iter().find(|o| trimmed.starts_with(o.as_str())) {
            return take(Kind::Operator(operator), operator.as_str().len());
        }
        match trimmed.chars().next() {
            None => take(Kind::End, 0),
            Some('{') => take(Kind::Open, 1),
            Some('}') => take(Kind::Close, 1),
            Some(',') => take(Kind::Comma, 1),
            Some('"') => {
                let (text, bytes) = unquote(trimmed).map_err(|(offset, what)| (at + offset, what))?;
                take(Kind::Text(text), bytes)
            }
            Some(c) if is_reserved(c) => Err((at, format!("{c:?} must stand in double quotes"))),
            Some(_) => {
                let end = trimmed.find(is_reserved).unwrap_or(trimmed.len());
                take(Kind::Text(trimmed.get(..end).unwrap_or_default().to_owned()), end)
            }
        }
    }

    fn text(&mut self, expected: &str) -> Result<(usize, String), Fault> {
        match self.next()? {
            Token { at, kind: Kind::Text(text) } => Ok((at, text)),
            Token { at, kind } => Err((at, format!("expected {expected}, found {}", kind.describe()))),
        }
    }
}

fn is_reserved(c: char) -> bool {
    c.is_whitespace() || "{}!=~,\\\"'`".contains(c)
}

/// Reads all matchers of `input`: none, or several with commas between them and perhaps one at the end, in a pair of
/// braces or without.
pub fn read(input: &str) -> Result<Vec<Raw>, Fault> {
    let mut lexer = Lexer { rest: input, at: 0 };
    let braced = input.trim_start().starts_with('{');
    if braced {
        lexer.next()?;
    }
    let mut raws = Vec::new();
    loop {
        let here = (lexer.rest, lexer.at);
        let token = lexer.next()?;
        if finished(&token, braced)? {
            break;
        }
        (lexer.rest, lexer.at) = here;
        raws.push(matcher(&mut lexer)?);
        let token = lexer.next()?;
        if !matches!(token.kind, Kind::Comma) && finished(&token, braced)? {
            break;
        } else if !matches!(token.kind, Kind::Comma) {
            return Err((token.at, format!("expected a comma or the end, found {}", token.kind.describe())));
        }
    }
    match lexer.next()? {
        Token { kind: Kind::End, .. } => Ok(raws),
        Token { at, kind } => Err((at, format!("expected nothing more, found {}", kind.describe()))),
    }
}

/// Whether the list of matchers ends here.
fn finished(token: &Token, braced: bool) -> Result<bool, Fault> {
    match (&token.kind, braced) {
        (Kind::Close, true) | (Kind::End, false) => Ok(true),
        (Kind::End, true) => {
            Err((token.at, "expected `}`, since there is a `{` at the beginning".to_owned()))
        }
        (Kind::Close, false) => Err((token.at, "there is a `}` without a `{` at the beginning".to_owned())),
        _ => Ok(false),
    }
}

fn matcher(lexer: &mut Lexer<'_>) -> Result<Raw, Fault> {
    let (_, name) = lexer.text("a label name")?;
    let operator = match lexer.next()? {
        Token { kind: Kind::Operator(operator), .. } => operator,
        Token { at, kind } => {
            return Err((at, format!("expected =, !=, =~ or !~, found {}", kind.describe())));
        }
    };
    let (value_at, value) = lexer.text("a value (\"\" for none)")?;
    Ok(Raw { name, operator, value, value_at })
}

/// Reads the Go string literal at the beginning of `text`: its value, and how many bytes it takes.
fn unquote(text: &str) -> Result<(String, usize), Fault> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let value = String::from_utf8(bytes)
                    .map_err(|_| (0, "the escapes of this string do not make valid UTF-8".to_owned()))?;
                return Ok((value, at.saturating_add(1)));
            }
            '\n' => return Err((at, "a line break in a string is written \\n".to_owned())),
            '\\' => {
                let kind = chars.next().map(|(_, kind)| kind);
                escape(kind, &mut chars, &mut bytes)
                    .ok_or_else(|| (at, "not an escape of Go; a backslash is written \\\\".to_owned()))?;
            }
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err((0, "this double quote is never closed".to_owned()))
}

/// Reads what follows the backslash into `bytes`: `\x` and octal escapes are bytes, `\u` and `\U` are characters.
fn escape(
    kind: Option<char>,
    chars: &mut impl Iterator<Item = (usize, char)>,
    bytes: &mut Vec<u8>,
) -> Option<()> {
    let mut number = |first: u32, digits: usize, radix: u32| {
        chars
            .by_ref()
            .take(digits)
            .try_fold((first, 0), |(value, read), (_, c)| {
                Some((value.checked_mul(radix)?.checked_add(c.to_digit(radix)?)?, read + 1))
            })
            .filter(|(_, read)| *read == digits)
            .map(|(value, _)| value)
    };
    let simple = match kind? {
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' => b'\\',
        '"' => b'"',
        'x' => u8::try_from(number(0, 2, 16)?).ok()?,
        first @ '0'..='7' => u8::try_from(number(first.to_digit(8)?, 2, 8)?).ok()?,
        'u' => return push_char(number(0, 4, 16)?, bytes),
        'U' => return push_char(number(0, 8, 16)?, bytes),
        _ => return None,
    };
    bytes.push(simple);
    Some(())
}

fn push_char(code: u32, bytes: &mut Vec<u8>) -> Option<()> {
    bytes.extend(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
    Some(())
}
