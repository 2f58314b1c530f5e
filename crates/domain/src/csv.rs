//! Tables that we write for people: CSV that a spreadsheet opens without running anything in it.

/// Writes a row at the end of `into`, and ends its line as RFC 4180 has it.
pub fn write_row<'a>(into: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            into.push(',');
        }
        write_cell(into, cell);
    }
    into.push_str("\r\n");
}

/// What a cell is written as. One that a spreadsheet would take for a formula gets an apostrophe, which shows it as text; plain
/// telephone numbers keep their plus. Importing takes the apostrophe away again.
fn write_cell(into: &mut String, cell: &str) {
    let formula = is_formula(cell);
    let quoted = cell.contains([',', ';', '"', '\r', '\n', '\t']);
    if quoted {
        into.push('"');
    }
    if formula {
        into.push('\'');
    }
    for piece in cell.split_inclusive('"') {
        into.push_str(piece);
        if piece.ends_with('"') {
            into.push('"');
        }
    }
    if quoted {
        into.push('"');
    }
}

/// Whether a spreadsheet would calculate with it, or run it (OWASP, "CSV Injection"). Some drop what is blank before it.
#[must_use]
pub fn is_formula(cell: &str) -> bool {
    let looks = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    (looks(cell) || looks(cell.trim_start())) && !is_plain_number(cell)
}

/// `+14155550100`, `-12.5`.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    (1..=18).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|c: char| c.is_ascii_digit())
}

/// A cell as it was before [`write_row`] wrote it.
#[must_use]
pub fn without_apostrophe(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut text = String::new();
        write_row(&mut text, cells.iter().copied());
        text
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(
            row(&["Ann", "", "a,b", "say \"hi\"", "one\ntwo"]),
            "Ann,,\"a,b\",\"say \"\"hi\"\"\",\"one\ntwo\"\r\n"
        );
    }

    #[test]
    fn nothing_runs_when_it_is_opened() {
        for hostile in
            ["=1+1", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "+", "-x"]
        {
            let text = row(&[hostile]);
            assert!(text.trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        for plain in ["+14155550100", "-12.5", "12", "Ann", "a=b", "ann@example.com", "'t Hooft", ""] {
            assert!(!row(&[plain]).starts_with('\'') || plain.starts_with('\''), "{plain}");
            assert_eq!(without_apostrophe(plain), plain);
        }
        assert_eq!(without_apostrophe("'=1+1"), "=1+1");
    }
}
