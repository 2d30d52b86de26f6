//! `redact`: standard input to standard output, line by line.

use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook_core::evidence::Redactor;
use firstlook_core::evidence::lines::Encoding;

use super::files;
use super::wide::Wide;

/// Writes each line without secrets, personal data and hidden characters, in UTF-8 whatever it came in.
pub fn run() -> Result<ExitCode, StartError> {
    let mut input = BufReader::new(io::stdin().lock());
    match Encoding::of(input.fill_buf()?) {
        Encoding::Utf8 => lines(input),
        encoding => lines(BufReader::new(Wide::new(input, encoding))),
    }
}

/// What is written is flushed whenever the input has to be waited for, so that it can follow a growing log.
fn lines(mut input: BufReader<impl Read>) -> Result<ExitCode, StartError> {
    let redactor = Redactor::default();
    let mut line = Vec::new();
    files::print(|out| {
        while files::next(&mut input, &mut line)? {
            writeln!(out, "{}", redactor.redact_line(&files::lossy(&line)))?;
            if !input.buffer().contains(&b'\n') {
                out.flush()?;
            }
        }
        Ok(())
    })
}
