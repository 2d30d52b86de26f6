//! Door: files. Lines in, lines out, for the commands that work on plain files: streaming, whatever the bytes.
//!
//! Must not know what a line says.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook_core::evidence::lines::{Encoding, Parts, Taken};
use firstlook_core::evidence::{Line, joined};

use super::wide::Wide;

/// The most bytes of one line that are held; the rest of a longer line is passed over.
const LONGEST: u64 = 64 << 20;
/// Read and written at once.
const BLOCK: usize = 1 << 18;

/// The file at `path`, `-` being standard input.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, StartError> {
    if path == Path::new("-") {
        return Ok(utf8(BufReader::with_capacity(BLOCK, io::stdin()))?);
    }
    let fault = |error| StartError::from(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(fault)?;
    if file.metadata().map_err(fault)?.is_dir() {
        return Err(format!("cannot read {}: it is a folder; name one file of it", path.display()).into());
    }
    utf8(BufReader::with_capacity(BLOCK, file)).map_err(fault)
}

/// What is read as UTF-8, whether it is UTF-16 or not: its first bytes tell.
fn utf8<R: Read + 'static>(mut input: BufReader<R>) -> io::Result<Box<dyn BufRead>> {
    Ok(match Encoding::of(input.fill_buf()?) {
        Encoding::Utf8 => Box::new(input),
        encoding => Box::new(BufReader::with_capacity(BLOCK, Wide::new(input, encoding))),
    })
}

/// Reads the next line, without its line break, into `line`; false at the end. Of a line longer than 64 MB its first
/// 64 MB.
pub fn next(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if Read::take(&mut *input, LONGEST).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else if line.len() as u64 >= LONGEST {
        skip(input)?;
    }
    Ok(true)
}

/// The line as text. Most lines are valid, which is known faster than what is to be replaced in others.
pub fn lossy(line: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed)
}

/// Passes over what is left of a line.
fn skip(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let block = input.fill_buf()?;
        let end = block.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(block.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(());
        }
    }
}

/// The lines of a file as logs, stack traces joined. A fault while reading ends them, and stays in `self.fault`.
#[derive(Default)]
pub struct Logs {
    /// Why the file ended early.
    pub fault: Option<StartError>,
}

impl Logs {
    /// The lines of the file at `path`; of no file none.
    pub fn read(&mut self, path: Option<&Path>) -> Result<impl Iterator<Item = Line>, StartError> {
        let mut input: Box<dyn BufRead> = match path {
            Some(path) => open(path)?,
            None => Box::new(io::empty()),
        };
        let name = path.map(Path::to_owned).unwrap_or_default();
        let (fault, mut line, mut parts) = (&mut self.fault, Vec::new(), Parts::default());
        let mut left = None;
        let lines = std::iter::from_fn(move || {
            while left.is_none() {
                match next(&mut *input, &mut line) {
                    Ok(true) => match parts.push(&lossy(&line)) {
                        Taken::Whole(text) => return Some(Line::read(text)),
                        Taken::Joined(_, text) => return Some(Line::read(&text)),
                        Taken::Held(_) => continue,
                    },
                    Ok(false) => {}
                    Err(error) => {
                        *fault = Some(format!("cannot read {} to its end: {error}", name.display()).into());
                    }
                }
                left = Some(parts.finish().collect::<Vec<_>>().into_iter());
            }
            left.as_mut()?.next().map(|(_, text)| Line::read(&text))
        });
        Ok(joined(lines))
    }

    /// An error where reading ended early.
    pub fn whole(self) -> Result<(), StartError> {
        self.fault.map_or(Ok(()), Err)
    }
}

/// Writes to standard output what `write` says. That nobody reads on (`| head`) is a quiet end, not a fault.
pub fn print(write: impl FnOnce(&mut dyn Write) -> Result<(), StartError>) -> Result<ExitCode, StartError> {
    let mut output = io::BufWriter::with_capacity(BLOCK, io::stdout().lock());
    match write(&mut output).and_then(|()| Ok(output.flush()?)) {
        Err(error) if !is_closed(&*error) => Err(error),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn is_closed(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_line_break_and_nothing_else() {
        let mut input: &[u8] = b"one\r\n\ntwo \xff\nlast";
        let (mut line, mut all) = (Vec::new(), Vec::new());
        while next(&mut input, &mut line).unwrap() {
            all.push(line.clone());
        }
        assert_eq!(all, [&b"one"[..], b"", b"two \xff", b"last"]);
    }

    #[test]
    fn what_is_left_of_a_line_is_passed_over() {
        let mut input = BufReader::with_capacity(4, &b"the rest of it\nnext"[..]);
        skip(&mut input).unwrap();
        let mut line = Vec::new();
        assert!(next(&mut input, &mut line).unwrap() && line == b"next");
        skip(&mut input).unwrap();
    }
}
