//! A file of UTF-16, read as UTF-8.
//!
//! Must not wait for more than it was asked for: what has come is handed on.

use std::io::{self, BufRead, Read};

use firstlook_core::evidence::lines::{Decoder, Encoding};

/// Reads what `input` says.
pub struct Wide<R> {
    input: R,
    decoder: Decoder,
    /// Decoded; what lies before `given` has been handed on.
    ready: String,
    given: usize,
}

impl<R: BufRead> Wide<R> {
    /// `input` from its beginning, its mark included.
    pub fn new(input: R, encoding: Encoding) -> Self {
        Self { input, decoder: Decoder::new(encoding), ready: String::new(), given: 0 }
    }
}

impl<R: BufRead> Read for Wide<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
            let block = self.input.fill_buf()?;
            let read = block.len();
            if read == 0 {
                self.decoder.finish(&mut self.ready);
                if self.ready.is_empty() {
                    return Ok(0);
                }
            }
            self.decoder.push(block, &mut self.ready);
            self.input.consume(read);
        }
        let mut rest = self.ready.as_bytes().get(self.given..).unwrap_or_default();
        let given = rest.read(out)?;
        self.given += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn the_text_is_the_same_however_it_is_read() {
        let text = "2026-03-01 接続 😀\r\nnext\n";
        for half in [false, true] {
            let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            bytes.extend(half.then_some(7));
            for (buffer, asked) in [(1, 1), (2, 100), (3, 2), (100, 3)] {
                let input = BufReader::with_capacity(buffer, &bytes[..]);
                let mut wide = Wide::new(input, Encoding::Utf16Be);
                let (mut all, mut block) = (Vec::new(), vec![0; asked]);
                loop {
                    match wide.read(&mut block).unwrap() {
                        0 => break,
                        read => all.extend_from_slice(&block[..read]),
                    }
                }
                let end = if half { "\u{fffd}" } else { "" };
                assert_eq!(String::from_utf8(all).unwrap(), format!("{text}{end}"));
            }
        }
    }
}
