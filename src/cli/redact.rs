//! `redact`: standard input to standard output, line by line.

use std::io::{self, BufReader};
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook_core::evidence::Redactor;

use super::files;

/// Writes each line without secrets, personal data and hidden characters. What is written is flushed whenever the input
/// has to be waited for, so that it can follow a growing log.
pub fn run() -> Result<ExitCode, StartError> {
    let redactor = Redactor::default();
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = Vec::new();
    files::print(|out| {
        while files::next(&mut input, &mut line)? {
            writeln!(out, "{}", redactor.redact_line(&String::from_utf8_lossy(&line)))?;
            if !input.buffer().contains(&b'\n') {
                out.flush()?;
            }
        }
        Ok(())
    })
}
