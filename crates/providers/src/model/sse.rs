//! Server-sent events, from bytes that come in any pieces (html.spec.whatwg.org/multipage/server-sent-events.html).

/// One event, and one line of it, are at most this long.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// An event or a line longer than any that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// What is left of the bytes so far.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    /// The data of the event that has begun.
    data: Option<Vec<u8>>,
    /// The last byte was a CR: an LF now is the same line end.
    after_cr: bool,
    /// There were lines that no stream has.
    pub(super) is_foreign: bool,
}

impl Events {
    /// The data of each event that these bytes end. Names, numbers and comments are passed over: what a model's server says
    /// stands in the data.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut events = Vec::new();
        for byte in bytes {
            let second_half = std::mem::replace(&mut self.after_cr, *byte == b'\r') && *byte == b'\n';
            match byte {
                b'\n' if second_half => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() >= EVENT_BYTES_MAX => return Err(TooLong),
                _ => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    /// What was left without its blank line.
    pub(super) fn finish(&mut self) -> Result<Option<Vec<u8>>, TooLong> {
        if !self.line.is_empty() {
            self.end_line()?;
        }
        Ok(self.data.take())
    }

    fn end_line(&mut self) -> Result<Option<Vec<u8>>, TooLong> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return Ok(self.data.take());
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            // Earlier servers of llama.cpp told their errors in a field of that name.
            b"data" | b"error" => {
                let data = self.data.get_or_insert_default();
                if !data.is_empty() {
                    data.push(b'\n');
                }
                if data.len() + value.len() > EVENT_BYTES_MAX {
                    return Err(TooLong);
                }
                data.extend_from_slice(value);
            }
            b"" | b"event" | b"id" | b"retry" => {}
            _ => self.is_foreign = true,
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut events = Events::default();
        let mut read = events.push(text.as_bytes()).unwrap();
        read.extend(events.finish().unwrap());
        read.into_iter().map(|data| String::from_utf8(data).unwrap()).collect()
    }

    #[test]
    fn events_end_with_a_blank_line_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ": hello|event: x|data: a|data:b|id: 7||data: c|||data||".replace('|', end);
            assert_eq!(read(&text), ["a\nb", "c", ""], "{end:?}");
        }
    }

    #[test]
    fn only_one_space_is_taken_off_and_the_end_may_be_missing() {
        assert_eq!(read("data:  a\n\ndata: last"), [" a", "last"]);
        assert_eq!(read("error: {}\n\nretry: 3\n\nnonsense\n\n"), ["{}"]);
    }

    #[test]
    fn a_line_without_end_is_too_long_one_day() {
        let mut events = Events::default();
        assert_eq!(events.push(&vec![b'x'; EVENT_BYTES_MAX]), Ok(vec![]));
        assert_eq!(events.push(b"x"), Err(TooLong));
        let line = [b"data: ".as_slice(), &vec![b'x'; EVENT_BYTES_MAX / 2 + 1], b"\n"].concat();
        let mut events = Events::default();
        assert_eq!(events.push(&line), Ok(vec![]));
        assert_eq!(events.push(&line), Err(TooLong));
    }
}
