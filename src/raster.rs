//! SVG text in, PNG bytes out.
//!
//! Knows pixels. Must not know what is drawn, nor open anything: a drawing that names a file or an address has nothing there.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// Pixels for each unit of a drawing: sharp on a phone's screen.
const SCALE: f32 = 2.0;
/// Longest side of a drawing, in units.
const LONGEST: f32 = 2000.0;

/// Why there is no picture. A drawing of ours that has none is a fault of firstlook.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// It is no SVG.
    #[error("a drawing cannot be read: {0}")]
    Unreadable(#[from] resvg::usvg::Error),
    /// Its pixels would take too much memory.
    #[error("a drawing of {width} × {height} is too large")]
    TooLarge {
        /// In units.
        width: f32,
        /// In units.
        height: f32,
    },
    /// Its pixels cannot be written.
    #[error("a picture cannot be encoded: {0}")]
    Unwritable(String),
}

/// The drawing as a PNG with twice as many pixels as it has units. Takes some tens of milliseconds of a core.
///
/// # Errors
/// [`RasterError`].
pub fn png(svg: &str, fonts: Arc<Database>) -> Result<Vec<u8>, RasterError> {
    let nothing =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options { fontdb: fonts, image_href_resolver: nothing, ..Options::default() };
    let tree = Tree::from_str(svg, &options)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let too_large = RasterError::TooLarge { width, height };
    if width > LONGEST || height > LONGEST {
        return Err(too_large);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "up to 4,000")]
    let pixels = |units: f32| (units * SCALE).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(width), pixels(height)).ok_or(too_large)?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| RasterError::Unwritable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::PremultipliedColorU8;

    use super::*;
    use crate::fonts::Fonts;

    fn drawn(svg: &str) -> Pixmap {
        let png = png(svg, Fonts::own().database()).unwrap();
        Pixmap::decode_png(&png).unwrap()
    }

    fn svg(inside: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"40\" font-family=\"Roboto\">{inside}</svg>"
        )
    }

    fn dark(picture: &Pixmap) -> usize {
        picture.pixels().iter().filter(|pixel| pixel.alpha() > 128).count()
    }

    #[test]
    fn a_drawing_becomes_pixels_of_its_colours_at_twice_its_size() {
        let picture = drawn(&svg("<rect x=\"10\" y=\"10\" width=\"5\" height=\"5\" fill=\"#b0121b\"/>"));
        assert_eq!((picture.width(), picture.height()), (200, 80));
        assert_eq!(picture.pixel(22, 22), PremultipliedColorU8::from_rgba(0xb0, 0x12, 0x1b, 0xff));
        assert_eq!(picture.pixel(18, 22).map(|pixel| pixel.alpha()), Some(0));
    }

    #[test]
    fn words_need_no_font_of_the_system_and_what_none_has_is_a_box() {
        for text in ["Errors", "Ошибки", "Σφάλματα", "µs ≥ 5 × — …", "エラー率"] {
            let picture = drawn(&svg(&format!("<text x=\"2\" y=\"30\" font-size=\"16\">{text}</text>")));
            assert!(dark(&picture) > 100, "{text} has vanished");
        }
        assert_eq!(dark(&drawn(&svg("<text x=\"2\" y=\"30\"> </text>"))), 0);
    }

    #[test]
    fn nothing_is_opened_and_nothing_grows_without_bound() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("red.svg");
        std::fs::write(&file, svg("<rect width=\"100\" height=\"40\" fill=\"red\"/>")).unwrap();
        let image = format!("<image href=\"{}\" width=\"100\" height=\"40\"/>", file.display());
        assert_eq!(dark(&drawn(&svg(&image))), 0, "a file was read");
        let fonts = || Fonts::own().database();
        for wrong in [
            "",
            "<svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"-1\" height=\"1\"/>",
            "no drawing",
        ] {
            assert!(png(wrong, fonts()).is_err(), "{wrong}");
        }
        let huge = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1e9\" height=\"10\"/>";
        assert!(matches!(png(huge, fonts()), Err(RasterError::TooLarge { .. })));
    }
}
