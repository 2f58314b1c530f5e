//! What `Debug` may show of things that must stay out of logs.

use std::fmt;

/// The length of a text instead of the text.
pub(crate) struct Length<'a>(pub(crate) &'a str);

impl fmt::Debug for Length<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} chars)", self.0.chars().count())
    }
}

/// The last two characters of an address: enough to tell two apart, too little to call somebody.
pub(crate) struct Tail<'a>(pub(crate) &'a str);

impl fmt::Debug for Tail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.chars().rev();
        let (second, first) = (last.next(), last.next());
        f.write_str("…")?;
        // Four characters or fewer would be shown half: a short code keeps to itself.
        if last.nth(2).is_some() {
            for char in [first, second].into_iter().flatten() {
                write!(f, "{char}")?;
            }
        }
        Ok(())
    }
}

/// Several addresses, each by its tail.
pub(crate) struct Tails<'a, T: AsRef<str>>(pub(crate) &'a [T]);

impl<T: AsRef<str>> fmt::Debug for Tails<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|address| Tail(address.as_ref()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Length, Tail};

    #[test]
    fn a_number_shows_its_last_two_digits_only() {
        assert_eq!(format!("{:?}", Tail("+15550100042")), "…42");
        assert_eq!(format!("{:?}", Tail("1234")), "…");
        assert_eq!(format!("{:?}", Tail("")), "…");
    }

    #[test]
    fn a_text_shows_its_length_in_characters() {
        assert_eq!(format!("{:?}", Length("grüß")), "(4 chars)");
    }
}
