//! Files that were posted: pictures that are shown, and others whose beginning can be read.
//!
//! Knows what a file is and says. Must not fetch anything: what was not uploaded is named, not shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use super::string;

/// Characters of a text file that are shown.
const BEGINNING: usize = 600;
/// What begins a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A file as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Slack's name of it.
    pub id: String,
    /// `incident-482-M1.png`.
    pub name: String,
    /// What people read over it.
    pub title: String,
    /// What is read aloud in a picture's place.
    pub alt: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// All that were uploaded, by their ids.
pub(super) struct Files(Vec<File>);

/// A picture: itself where it was uploaded, else what it shows.
#[derive(Serialize)]
pub(super) struct Picture {
    title: String,
    alt: String,
    /// A `data:` address: nothing is fetched.
    source: Option<String>,
}

/// A file under a message.
#[derive(Serialize)]
pub(super) struct Attached {
    picture: Option<Picture>,
    name: String,
    title: String,
    /// How a text begins.
    text: String,
}

impl Files {
    pub(super) fn new<'a>(all: impl Iterator<Item = &'a File>) -> Self {
        Self(all.cloned().collect())
    }

    /// The picture of an image block.
    pub(super) fn picture(&self, block: &Value) -> Picture {
        let id = block.pointer("/slack_file/id").and_then(Value::as_str);
        let file = id.and_then(|id| self.0.iter().find(|file| file.id == id));
        let title = block.get("title").map(super::blocks::text_object).unwrap_or_default();
        Picture { title, alt: string(block, "alt_text").to_owned(), source: file.and_then(source) }
    }
}

/// A file as it stands under a message.
pub(super) fn attached(file: &File) -> Attached {
    let picture = source(file).map(|source| Picture {
        title: String::new(),
        alt: file.alt.clone(),
        source: Some(source),
    });
    let text = if picture.is_some() { "".into() } else { String::from_utf8_lossy(&file.bytes) };
    let mut beginning: String = text.chars().take(BEGINNING).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    Attached { picture, name: file.name.clone(), title: file.title.clone(), text: beginning }
}

fn source(file: &File) -> Option<String> {
    file.bytes.starts_with(PNG).then(|| format!("data:image/png;base64,{}", STANDARD.encode(&file.bytes)))
}
