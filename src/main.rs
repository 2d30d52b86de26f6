//! The `firstlook` command: reads its arguments, and hands over.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    firstlook::http::install_tls();
    cli::run(cli::Arguments::parse())
}
