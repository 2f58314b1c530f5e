//! The small media host: something real for an inbound MMS to point at.

use aws_lc_rs::digest;

/// A red pixel, the smallest thing a picture can be. Made by hand: signature, IHDR (1×1, 8-bit RGB), IDAT, IEND.
pub(crate) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, //
    0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xDE, //
    0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0xDA, 0x63, 0xF8, 0xCF, 0xC0, 0, 0, 3, 1, 1, 0, 0xF7, 3, 0x41,
    0x43, //
    0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
];

/// Where the media host answers.
pub(crate) const PATH: &str = "/_sandbox/media/";

/// The bytes behind a URL, if it is one of the sandbox's own. Every `.png` name is the same picture.
pub(crate) fn known(url: &str) -> Option<&'static [u8]> {
    let (_, name) = url.split_once(PATH)?;
    named(name)
}

/// The bytes of a name at the media host.
pub(crate) fn named(name: &str) -> Option<&'static [u8]> {
    let plain = name.len() <= 100 && !name.contains('/');
    (plain && name.ends_with(".png")).then_some(PNG)
}

/// What a URL's ending says about its content.
pub(crate) fn content_type(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        "3gp" => "video/3gpp",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "amr" => "audio/amr",
        "pdf" => "application/pdf",
        "vcf" => "text/vcard",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
