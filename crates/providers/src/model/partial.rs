//! What can be read of a JSON document while it is still being written.

/// The string in `field` of the object, as far as it is there; `None` if it has not begun. Fences around the object do not
/// matter.
pub fn string_so_far(json: &str, field: &str) -> Option<String> {
    let object = &json[json.find('{')? + 1..];
    let (mut depth, mut in_value, mut key, mut at) = (0_u32, false, "", 0);
    while let Some(byte) = object.as_bytes().get(at) {
        at += 1;
        match byte {
            b'"' => {
                let (written, closed) = string(&object[at..]);
                if depth == 0 && in_value && key == field {
                    return decoded(written);
                }
                if depth == 0 && !in_value {
                    key = written;
                }
                at += written.len() + usize::from(closed);
            }
            b':' if depth == 0 => in_value = true,
            b',' if depth == 0 => in_value = false,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// What stands before the closing quote, and whether there is one.
fn string(text: &str) -> (&str, bool) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (&text[..at], true),
            _ => {}
        }
    }
    (text, false)
}

/// Without an escape that is only half there, at the end. A character outside the plane is written as two of them.
fn decoded(written: &str) -> Option<String> {
    let mut whole = written;
    for _ in 0..3 {
        if let Ok(text) = serde_json::from_str(&format!("\"{whole}\"")) {
            return Some(text);
        }
        whole = &whole[..whole.rfind('\\')?];
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_found_wherever_it_stands() {
        let cases = [
            (r#"{"outcome":"answer","text":"We op"#, Some("We op")),
            (r#"{"text":"We open.","sources":[1"#, Some("We open.")),
            ("```json\n{ \"text\" : \"We\\n op\\", Some("We\n op")),
            (r#"{"text":""#, Some("")),
            (r#"{"text":"#, None),
            (r#"{"te"#, None),
            (r#"{"text":7}"#, None),
            (r#"{"facts":{"text":"no"},"said":["text","no"],"text":"yes"#, Some("yes")),
            (r#"{"outcome":"text","reason":"no"#, None),
            (r#"{"outcome":"}"} {"text":"no"}"#, None),
            (r#"{"text":"a \ud83d\ude0"#, Some("a ")),
            (r#"{"text":"a \ud83d\ude00 b\""#, Some("a 😀 b\"")),
            ("We open at 7.", None),
            ("", None),
        ];
        for (json, text) in cases {
            assert_eq!(string_so_far(json, "text").as_deref(), text, "{json}");
        }
    }

    proptest! {
        #[test]
        fn it_only_grows(text in any::<String>(), other in any::<String>(), cut in any::<prop::sample::Index>()) {
            let json = serde_json::json!({ "other": other, "text": text }).to_string();
            let cut = json.floor_char_boundary(cut.index(json.len() + 1));
            let so_far = string_so_far(&json[..cut], "text").unwrap_or_default();
            prop_assert!(text.starts_with(&so_far), "{so_far:?}");
            prop_assert_eq!(string_so_far(&json, "text"), Some(text));
        }

        #[test]
        fn nothing_is_too_strange(json in any::<String>(), quoted in r#"[{}":,\\\[\]a-z]{0,60}"#) {
            let _ = (string_so_far(&json, "a"), string_so_far(&quoted, "a"));
        }
    }
}
