//! A document as YAML: the same things under the same names, for people who keep it in files of their own.

use serde_json::Value as Json;

use super::document::{BYTES_MAX, Document};
use super::fault::Fault;

impl Document {
    /// Reads a text of YAML 1.2. `yes` and `no` are words in it, as cases of replies are; `true` and `false` are not.
    ///
    /// # Errors
    /// As [`Self::from_json`]; or that it is no YAML, or too long.
    pub fn from_yaml(text: &str) -> Result<Self, Vec<Fault>> {
        if text.len() > BYTES_MAX {
            return Err(vec![Fault::too_long()]);
        }
        let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
        match serde_saphyr::from_str_with_options::<Json>(text, options) {
            Ok(json) => Self::from_json(&json),
            Err(why) => Err(vec![Fault::new("", "not_yaml", format!("This is no YAML: {why}."), "Mend it there.")]),
        }
    }

    /// As YAML; read again it is the same document.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::gallery;
    use crate::workflow::testing::told;

    #[test]
    fn the_gallery_is_the_same_in_yaml() {
        for (name, document) in gallery::all() {
            let yaml = document.to_yaml();
            let again = Document::from_yaml(&yaml).unwrap_or_else(|faults| panic!("{name}: {}\n{yaml}", told(&faults)));
            assert_eq!(again, document, "{name}");
            assert_eq!(again.to_yaml(), yaml, "{name}");
        }
    }

    #[test]
    fn people_write_it_by_hand() {
        let yaml = "name: Short\nsteps:\n  - id: ask\n    send: { text: 'Will you come?', purpose: service }\n  - id: hear\n    \
                    wait_for_reply:\n      timeout: 1d\n      cases:\n        - when: yes\n          steps: [{ id: fine, end: yes }]\n        \
                    - when: no\n";
        let document = Document::from_yaml(yaml).unwrap_or_else(|faults| panic!("{}", told(&faults)));
        assert_eq!(document.all_steps().len(), 3);
        for (wrong, code) in [
            ("name: [", "not_yaml"),
            ("name: x\nstesp: []\n", "no_such_part"),
            (
                "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
                "no_such_part",
            ),
            ("", "wrong_type"),
        ] {
            let faults = Document::from_yaml(wrong).unwrap_err();
            assert!(faults.iter().any(|fault| fault.code == code), "{wrong}: {faults:?}");
        }
    }
}
