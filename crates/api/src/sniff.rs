//! What an attachment is, by its first bytes: a declaration alone is anyone's word.
//!
//! The signatures are those of the formats' own specifications (PNG, GIF, JPEG, RIFF, ISO base media, Matroska, Ogg, …).

/// The kinds that are kept, and how their files end.
const KINDS: &[(&str, &str)] = &[
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tiff"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/avif", "avif"),
    ("video/mp4", "mp4"),
    ("video/3gpp", "3gp"),
    ("video/3gpp2", "3g2"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("video/mpeg", "mpg"),
    ("video/ogg", "ogv"),
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/3gpp", "3gp"),
    ("audio/amr", "amr"),
    ("audio/aac", "aac"),
    ("audio/wav", "wav"),
    ("audio/ogg", "ogg"),
    ("audio/webm", "weba"),
    ("audio/flac", "flac"),
    ("audio/midi", "mid"),
    ("application/pdf", "pdf"),
    ("text/vcard", "vcf"),
];

/// Other names of the same.
const ALIASES: &[(&str, &str)] = &[
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/x-ms-bmp", "image/bmp"),
    ("image/heic-sequence", "image/heic"),
    ("image/heif-sequence", "image/heif"),
    ("video/x-m4v", "video/mp4"),
    ("video/3gp", "video/3gpp"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/m4a", "audio/mp4"),
    ("audio/x-m4a", "audio/mp4"),
    ("audio/3gp", "audio/3gpp"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/x-aac", "audio/aac"),
    ("audio/x-flac", "audio/flac"),
    ("audio/opus", "audio/ogg"),
    ("text/x-vcard", "text/vcard"),
    ("text/directory", "text/vcard"),
];

/// The usual name of a declared content type, if attachments of that kind are kept. Parameters are dropped.
pub fn known(declared: &str) -> Option<&'static str> {
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let name = ALIASES.iter().find(|(alias, _)| *alias == essence).map_or(essence.as_str(), |(_, name)| name);
    KINDS.iter().find(|(kind, _)| *kind == name).map(|(kind, _)| *kind)
}

/// How files of this kind end.
pub fn extension(kind: &str) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("bin", |(_, extension)| extension)
}

/// Whether these bytes can be of this kind.
pub fn may_be(bytes: &[u8], kind: &str) -> bool {
    kinds_of(bytes).contains(&kind)
}

/// What the first bytes can be. A container says little of what is in it, so some have several names.
fn kinds_of(bytes: &[u8]) -> &'static [&'static str] {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => &["image/jpeg"],
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => &["image/png"],
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => &["image/gif"],
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => &["image/webp"],
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => &["audio/wav"],
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => &["image/tiff"],
        // The second word of a bitmap's header is reserved and zero.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => &["image/bmp"],
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => of_brand(brand),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => &["video/webm", "audio/webm"],
        [b'O', b'g', b'g', b'S', ..] => &["audio/ogg", "video/ogg"],
        [0, 0, 1, 0xB3 | 0xBA, ..] => &["video/mpeg"],
        [b'I', b'D', b'3', ..] => &["audio/mpeg", "audio/aac"],
        [b'#', b'!', b'A', b'M', b'R', ..] => &["audio/amr"],
        [b'f', b'L', b'a', b'C', ..] => &["audio/flac"],
        [b'M', b'T', b'h', b'd', ..] => &["audio/midi"],
        // ADTS: twelve set bits, then a layer of zero; else a frame of MPEG audio.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => &["audio/aac"],
        [0xFF, second, ..] if second & 0xE0 == 0xE0 => &["audio/mpeg"],
        [b'%', b'P', b'D', b'F', b'-', ..] => &["application/pdf"],
        bytes if is_vcard(bytes) => &["text/vcard"],
        _ => &[],
    }
}

/// The major brand of an ISO base media file.
fn of_brand(brand: &[u8]) -> &'static [&'static str] {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis") => &["image/heic", "image/heif"],
        Some(b"mif1" | b"msf1") => &["image/heif", "image/heic", "image/avif"],
        Some(b"avif" | b"avis") => &["image/avif"],
        Some(b"qt  ") => &["video/quicktime"],
        Some(b"M4A " | b"M4B ") => &["audio/mp4"],
        Some([b'3', b'g', b'2', _]) => &["video/3gpp2"],
        Some([b'3', b'g', ..]) => &["video/3gpp", "audio/3gpp", "video/mp4"],
        Some(_) => &["video/mp4", "audio/mp4", "video/quicktime", "video/3gpp", "audio/3gpp"],
        None => &[],
    }
}

fn is_vcard(bytes: &[u8]) -> bool {
    const BEGIN: &str = "BEGIN:VCARD";
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.get(..BEGIN.len()).is_some_and(|start| start.eq_ignore_ascii_case(BEGIN)) && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_declaration_must_agree() {
        for (declared, bytes, fits) in [
            ("image/jpeg", b"\xFF\xD8\xFF\xE0".as_slice(), true),
            ("image/JPG; q=1", b"\xFF\xD8\xFF\xE0", true),
            ("image/png", b"\xFF\xD8\xFF\xE0", false),
            ("image/gif", b"GIF89a..", true),
            ("image/gif", b"GIF88a..", false),
            ("image/heic", b"\0\0\0\x18ftypheic", true),
            ("video/mp4", b"\0\0\0\x18ftypisom", true),
            ("video/mp4", b"\0\0\0\x18ftyp", false),
            ("audio/mpeg", b"\xFF\xFB\x90\x00", true),
            ("audio/mpeg", b"ID3\x04", true),
            ("audio/aac", b"\xFF\xF1\x50", true),
            ("application/pdf", b"%PDF-1.4", true),
            ("application/pdf", b"<html>%PDF-", false),
            ("text/vcard", b"\xEF\xBB\xBF\r\nbegin:vcard\r\n", true),
            ("text/vcard", b"<html>", false),
            ("text/x-vcard", b"BEGIN:VCARD\nEND:VCARD", true),
            ("image/png", b"", false),
        ] {
            let kind = known(declared).unwrap();
            assert_eq!(may_be(bytes, kind), fits, "{declared} {bytes:?}");
        }
    }

    #[test]
    fn what_can_run_is_not_kept() {
        for declared in
            ["image/svg+xml", "text/html", "text/plain", "application/octet-stream", "application/javascript", ""]
        {
            assert_eq!(known(declared), None, "{declared}");
        }
    }

    #[test]
    fn every_alias_names_a_kind() {
        for (alias, name) in ALIASES {
            assert_eq!(known(alias), Some(*name));
        }
    }
}
