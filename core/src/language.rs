//! The language that an installation speaks to people in, and a word in each.
//!
//! Knows which languages there are. Must not know what is said. A word without one of them does not compile; names, queries,
//! keys and enum values are not words.

/// The language of pages, messages and summaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// The language that configuration and `lang` attributes call `name`.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == name)
    }

    /// `en`, `ja`.
    pub fn as_str(self) -> &'static str {
        self.pick("en", "ja")
    }

    /// What stands for this language.
    pub fn pick<T>(self, en: T, ja: T) -> T {
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }
}

/// A fixed word or sentence in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// English.
    pub en: &'static str,
    /// Japanese.
    pub ja: &'static str,
}

impl Word {
    /// In this language.
    pub fn of(self, language: Language) -> &'static str {
        language.pick(self.en, self.ja)
    }
}

/// A word: `word("Since: ", "発生：")`.
pub const fn word(en: &'static str, ja: &'static str) -> Word {
    Word { en, ja }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_name_and_picks_its_word() {
        for language in Language::ALL {
            assert_eq!(Language::of(language.as_str()), Some(language));
        }
        assert_eq!([Language::of("de"), Language::of("EN"), Language::of("")], [None; 3]);
        assert_eq!(Language::default(), Language::En);
        let since = word("Since", "発生");
        assert_eq!(Language::ALL.map(|language| since.of(language)), ["Since", "発生"]);
    }
}
