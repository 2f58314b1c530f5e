//! The text of an answer while it is still being written.

/// So many bytes of an answer are followed.
const BYTES_MAX: usize = 16 << 10;

/// An answer so far: the object that was asked for, unfinished.
#[derive(Default)]
pub struct Outline(String);

impl Outline {
    /// Adds what came; the text so far, if there is any. What is unfinished at its end (half an escape) waits for the rest.
    pub fn more(&mut self, came: &str) -> Option<String> {
        if self.0.len() + came.len() > BYTES_MAX {
            return None;
        }
        self.0.push_str(came);
        let (_, rest) = self.0.split_once("\"text\"")?;
        let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let mut end = rest.len();
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let written = &rest[..end];
        // The longest beginning that reads: an escape may be half here.
        (0..=written.len().min(12))
            .filter_map(|cut| written.get(..written.len() - cut))
            .find_map(|text| serde_json::from_str::<String>(&format!("\"{text}\"")).ok())
            .filter(|text| !text.is_empty())
    }
}

impl std::fmt::Debug for Outline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Outline").field(&self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_grows_and_never_shows_the_object() {
        let whole = r#"{"outcome":"answer", "text" : "Wir \u00f6ffnen \"um\" 7\n\ud83d\ude00", "citations":[1]}"#;
        let mut outline = Outline::default();
        let mut seen = Vec::new();
        for c in whole.chars() {
            seen.extend(outline.more(&c.to_string()));
        }
        assert_eq!(seen.last().unwrap(), "Wir öffnen \"um\" 7\n😀");
        assert!(seen.windows(2).all(|two| two[1].starts_with(&two[0])), "{seen:?}");
        assert!(seen.iter().all(|text| !text.contains('{') && !text.contains('\\')), "{seen:?}");
    }
}
