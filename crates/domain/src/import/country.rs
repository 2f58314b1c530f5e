//! How countries are called, and how they write numbers and days. By their two-letter codes (ISO 3166).

/// The country's name in English; its code, if it is none of those that we meet most.
pub(super) fn name(code: &str) -> &str {
    const NAMES: [(&str, &str); 48] = [
        ("AE", "the United Arab Emirates"),
        ("AR", "Argentina"),
        ("AT", "Austria"),
        ("AU", "Australia"),
        ("BE", "Belgium"),
        ("BG", "Bulgaria"),
        ("BR", "Brazil"),
        ("CA", "Canada"),
        ("CH", "Switzerland"),
        ("CL", "Chile"),
        ("CN", "China"),
        ("CO", "Colombia"),
        ("CZ", "Czechia"),
        ("DE", "Germany"),
        ("DK", "Denmark"),
        ("EG", "Egypt"),
        ("ES", "Spain"),
        ("FI", "Finland"),
        ("FR", "France"),
        ("GB", "the United Kingdom"),
        ("GR", "Greece"),
        ("HR", "Croatia"),
        ("HU", "Hungary"),
        ("ID", "Indonesia"),
        ("IE", "Ireland"),
        ("IL", "Israel"),
        ("IN", "India"),
        ("IT", "Italy"),
        ("JP", "Japan"),
        ("KR", "Korea"),
        ("MX", "Mexico"),
        ("MY", "Malaysia"),
        ("NG", "Nigeria"),
        ("NL", "the Netherlands"),
        ("NO", "Norway"),
        ("NZ", "New Zealand"),
        ("PH", "the Philippines"),
        ("PL", "Poland"),
        ("PT", "Portugal"),
        ("RO", "Romania"),
        ("RU", "Russia"),
        ("SA", "Saudi Arabia"),
        ("SE", "Sweden"),
        ("SG", "Singapore"),
        ("TR", "Turkey"),
        ("UA", "Ukraine"),
        ("US", "the USA"),
        ("ZA", "South Africa"),
    ];
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map_or(code, |(_, name)| name)
}

/// Whether 03/04/2026 is a day in March there.
pub(super) fn writes_month_first(code: &str) -> bool {
    ["US", "PH", "FM", "GU", "MH", "PR", "PW", "VI"].iter().any(|known| known.eq_ignore_ascii_case(code))
}

/// Whether 1,5 is one and a half there (CLDR, "decimal" of the countries' languages).
pub(super) fn writes_decimal_comma(code: &str) -> bool {
    const POINT: [&str; 36] = [
        "AE", "AU", "BD", "BW", "CA", "CN", "EG", "GB", "GH", "GT", "HK", "HN", "IE", "IL", "IN", "JM", "JP", "KE",
        "KR", "LK", "MT", "MX", "MY", "NG", "NI", "NZ", "PA", "PH", "PK", "PR", "SA", "SG", "SV", "TH", "TW", "US",
    ];
    !POINT.iter().any(|known| known.eq_ignore_ascii_case(code))
}
