//! Why a source could not be read, in words for people.

use documents::DocumentError;
use providers::embeddings::EmbedFault;
use store::knowledge::{CHUNKS_MAX, Fault};

fn fault(code: &str, explanation: impl Into<String>, mend: &str) -> Fault {
    Fault { code: code.to_owned(), explanation: explanation.into(), mend: mend.to_owned() }
}

pub(super) fn document(error: &DocumentError) -> Fault {
    fault(error.code(), error.to_string(), error.mend())
}

/// As [`document`], of something that was fetched.
pub(super) fn page(error: &DocumentError) -> Fault {
    let explanation = match error {
        DocumentError::NoText(documents::Format::Html) => {
            "There is no text on the page for who does not run its scripts.".to_owned()
        }
        DocumentError::Empty => "The page is empty.".to_owned(),
        other => other.to_string().replace("The file", "What is there"),
    };
    let mend = match error {
        DocumentError::NoText(_) | DocumentError::Empty => "Name a page with text on it, or paste the text here.",
        DocumentError::TooLong | DocumentError::TooLarge | DocumentError::TooManyPages => {
            "Name the single pages that matter."
        }
        _ => "Name a page of the web, a PDF, a Word document or a text; or download it and upload it here.",
    };
    fault(error.code(), explanation, mend)
}

pub(super) fn too_many_chunks() -> Fault {
    let explanation = format!("With this source there would be more than {CHUNKS_MAX} passages to search.");
    fault("too_many_chunks", explanation, "Remove sources that nobody needs, or split this one and keep what matters.")
}

pub(super) fn interrupted() -> Fault {
    fault(
        "interrupted",
        "Reading it was interrupted again and again.",
        "Save it in a simpler form, as plain text, and add that.",
    )
}

pub(super) fn unreachable(why: &str) -> Fault {
    fault(
        "unreachable",
        format!("The page could not be reached: {why}."),
        "Open the address in a browser. If it is right, nothing has to be done: it is tried again.",
    )
}

pub(super) fn answered(status: u16) -> Fault {
    let (code, what, mend) = match status {
        401 | 403 => {
            ("forbidden", "is not open to the public", "Name a page that everybody may read, or paste its text here.")
        }
        404 | 410 => ("not_found", "is not there", "Check the address; if the page has moved, name the new one."),
        429 => ("busy", "was asked for too often", "Nothing has to be done: it is tried again later."),
        500.. => {
            ("server_error", "could not be shown by its server", "Nothing has to be done: it is tried again later.")
        }
        _ => ("refused", "was refused", "Open the address in a browser, and check what is there."),
    };
    fault(code, format!("The page {what}: its server answered {status}."), mend)
}

pub(super) fn private(why: &str) -> Fault {
    fault(
        "address_refused",
        format!("The address is refused: {why}."),
        "Name a page that is open on the web. What lies in a private network can be uploaded as a file.",
    )
}

pub(super) fn redirects() -> Fault {
    fault(
        "too_many_redirects",
        "The address leads on and on to others, without a page at the end.",
        "Open the address in a browser, and name the one where it ends.",
    )
}

pub(super) fn not_an_address() -> Fault {
    fault(
        "not_an_address",
        "The address leads to something that is no address of the web.",
        "Open the address in a browser, and name the one where it ends.",
    )
}

pub(super) fn robots() -> Fault {
    fault(
        "robots",
        "The site asks programs not to read this page (robots.txt).",
        "If the site is yours, allow `Tidings` in its robots.txt; else paste what matters here.",
    )
}

pub(super) fn too_large(megabytes: usize) -> Fault {
    fault(
        "too_large",
        format!("The page is larger than {megabytes} MB."),
        "Name a smaller page, or download it and upload it here as a file.",
    )
}

pub(super) fn packed() -> Fault {
    fault(
        "unreadable",
        "The page came packed in a way that we did not ask for.",
        "Download the page and upload it here as a file.",
    )
}

pub(super) fn not_a_sitemap() -> Fault {
    fault(
        "not_a_sitemap",
        "What is at this address is no sitemap.",
        "Name the sitemap itself, often /sitemap.xml; a single page is added as a page.",
    )
}

pub(super) fn no_pages(in_a_circle: bool) -> Fault {
    let explanation = if in_a_circle {
        "The sitemap names itself, or other sitemaps in a circle, and no page of its own site."
    } else {
        "The sitemap names no page of its own site."
    };
    fault("no_pages", explanation, "Name another sitemap of the site, or its pages one by one.")
}

pub(super) fn too_many_pages(read: usize) -> Fault {
    fault(
        "too_many_pages",
        format!("The sitemap names more pages than are read: the first {read} are."),
        "Name the sitemap of the part of the site that matters, or its pages one by one.",
    )
}

pub(super) fn embedding(error: &EmbedFault) -> Fault {
    let explanation =
        format!("It is found by its words alone, since the embeddings endpoint does not answer: {error}.");
    fault(error.code(), explanation, error.mend())
}
