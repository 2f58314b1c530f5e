//! The dashboard's built files, compiled into the binary. The build script makes them; see `build.rs` for `WEB_SKIP` and
//! `WEB_DIST`.

/// One file, with what a browser needs to know of it.
#[derive(Debug)]
pub struct Asset {
    /// Without a slash at the start, such as `assets/index-1a2b.js`.
    pub path: &'static str,
    /// The content type.
    pub mime: &'static str,
    /// A digest of the content, without quotes.
    pub etag: &'static str,
    /// Its name changes with its content, so it can be kept for ever.
    pub immutable: bool,
    /// The file.
    pub raw: &'static [u8],
    /// The same, brotli.
    pub br: &'static [u8],
    /// The same, gzip.
    pub gz: &'static [u8],
}

// `pub static ASSETS: &[Asset]`: all files, in the order of their paths.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at `path`, which has no slash at its start.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().map(|at| &ASSETS[at])
}

/// The page itself. The build script refuses a dashboard without one.
#[must_use]
pub fn index() -> &'static Asset {
    &ASSETS[INDEX]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_by_its_path() {
        assert!(ASSETS.is_sorted_by(|a, b| a.path < b.path), "two files of one path, or out of order");
        for asset in ASSETS {
            assert!(std::ptr::eq(find(asset.path).unwrap_or_else(|| panic!("{} is lost", asset.path)), asset));
        }
        assert!(find("assets/no-such-file.js").is_none());
        assert!(find("/index.html").is_none());
    }

    #[test]
    fn the_page_is_html_and_is_asked_for_again() {
        let page = index();
        assert_eq!((page.path, page.mime, page.immutable), ("index.html", "text/html; charset=utf-8", false));
        assert!(page.raw.starts_with(b"<!doctype html>"));
    }

    #[test]
    fn only_files_named_by_their_content_are_kept_for_ever() {
        for asset in ASSETS.iter().filter(|asset| asset.immutable) {
            assert!(asset.path.starts_with("assets/") && asset.path.contains('-'), "{}", asset.path);
        }
    }

    #[test]
    fn every_file_the_page_names_is_there() {
        let page = std::str::from_utf8(index().raw).unwrap_or_default();
        let named = page.split("=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        for path in named {
            assert!(find(path).is_some(), "the page names {path}, which is not built");
        }
    }
}
