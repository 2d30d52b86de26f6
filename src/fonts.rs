//! Door: files. The fonts that pictures are written in: one of our own, and those of the system where it has no glyph.
//!
//! Knows where fonts are. Must not know what is written with them.

use std::sync::{Arc, OnceLock};

use fontdb::Database;

/// Latin, Greek and Cyrillic: on a machine without any font a picture still has its words (fonts/README.md).
const ROBOTO: &[u8] = include_bytes!("../fonts/Roboto-Regular.ttf");

/// All fonts, read when the first picture is drawn; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Fonts(Arc<OnceLock<Arc<Database>>>);

impl Fonts {
    /// The fonts; the first call looks through the system's folders.
    pub fn database(&self) -> Arc<Database> {
        let read = || {
            let mut fonts = Database::new();
            fonts.load_font_data(ROBOTO.to_vec());
            fonts.load_system_fonts();
            Arc::new(fonts)
        };
        Arc::clone(self.0.get_or_init(read))
    }

    /// Our own alone, as on a machine that has none.
    pub fn own() -> Self {
        let mut fonts = Database::new();
        fonts.load_font_data(ROBOTO.to_vec());
        Self(Arc::new(OnceLock::from(Arc::new(fonts))))
    }
}
