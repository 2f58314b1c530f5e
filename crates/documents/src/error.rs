//! Why a document cannot be read, in words for people.

use crate::{CHARACTERS_MAX, Format, PAGES_MAX, UNPACKED_MAX};

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No bytes at all.
    #[error("The file is empty.")]
    Empty,
    /// Its name claims another format.
    #[error("By its name the file is {said}, but what is in it is {found}.")]
    NotWhatItSays {
        /// By its name.
        said: &'static str,
        /// In truth.
        found: &'static str,
    },
    /// Something that we do not read.
    #[error("The file is {0}, which cannot be read for its text.")]
    Unsupported(&'static str),
    /// It begins as one and does not go on as one.
    #[error("The file is {} that is damaged or was cut off.", .0.name())]
    Damaged(Format),
    /// It wants a password.
    #[error("The file is locked with a password.")]
    Encrypted,
    /// Pictures of text, as a scanner makes them, or nothing.
    #[error("There is no text in the file{}.", if *.0 == Format::Pdf { ": its pages are pictures, as a scanner makes them" } else { "" })]
    NoText(Format),
    /// It would unpack to far more than it is.
    #[error("The file unpacks to more than {} MB.", UNPACKED_MAX >> 20)]
    TooLarge,
    /// More text than is read.
    #[error("The file has more than {CHARACTERS_MAX} characters of text.")]
    TooLong,
    /// More pages than are read.
    #[error("The file has more than {PAGES_MAX} pages.")]
    TooManyPages,
    /// Things in things in things.
    #[error("The file is nested too deeply to be a document for people.")]
    TooDeep,
    /// It took too long.
    #[error("The file took too long to read.")]
    TooSlow,
}

impl DocumentError {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotWhatItSays { .. } => "not_what_it_says",
            Self::Unsupported(_) => "unsupported_format",
            Self::Damaged(_) => "damaged",
            Self::Encrypted => "encrypted",
            Self::NoText(_) => "no_text",
            Self::TooLarge => "too_large",
            Self::TooLong => "too_long",
            Self::TooManyPages => "too_many_pages",
            Self::TooDeep => "too_deep",
            Self::TooSlow => "too_slow",
        }
    }

    /// What to do about it, in words for people.
    #[must_use]
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::Empty => "Choose the file again; if it is empty there, too, save it anew.",
            Self::NotWhatItSays { .. } => "Give the file the ending of what it is, or choose the one that you meant.",
            Self::Unsupported(_) => "Save it as PDF, DOCX, HTML, Markdown, TXT or CSV, and upload that.",
            Self::Damaged(_) => "Open it where it was made, save it anew, and upload that.",
            Self::Encrypted => "Save a copy without a password, and upload that.",
            Self::NoText(Format::Pdf) => "Have the text recognised (OCR), or paste the text.",
            Self::NoText(_) => "Choose a file with text in it, or paste the text.",
            Self::TooLarge | Self::TooLong | Self::TooManyPages => "Split it into several files by their subjects.",
            Self::TooDeep | Self::TooSlow => "Save it in a simpler form, as plain text, and upload that.",
        }
    }
}
