//! What fields of requests must look like, where more than one resource says the same.

use domain::phone;
use http::Uri;
use jiff::tz::TimeZone;

use crate::error::ApiError;

/// A name that people give: something in it, and not endless.
///
/// # Errors
/// 422 that names the field.
pub fn name(field: &str, text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::invalid(field, "empty", "Write something."));
    }
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(ApiError::invalid(field, "too_long", "Write one line of at most 100 characters."));
    }
    Ok(text.to_owned())
}

/// An e-mail address, as it is stored. Only what cannot be one is refused: the rest shows when mail arrives.
///
/// # Errors
/// 422 that names the field.
pub fn email(field: &str, text: &str) -> Result<String, ApiError> {
    let email = store::user::canonical(text);
    let plausible = email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.contains('@') && host.split('.').all(|label| !label.is_empty())
        });
    if plausible {
        Ok(email)
    } else {
        Err(ApiError::invalid(field, "not_an_email", "Write an e-mail address, as in ann@example.com."))
    }
}

/// A two-letter region that has telephone numbers, in upper case.
///
/// # Errors
/// 422 that names the field.
pub fn region(field: &str, text: &str) -> Result<String, ApiError> {
    if phone::is_region(text) {
        Ok(text.trim().to_ascii_uppercase())
    } else {
        Err(ApiError::invalid(field, "unknown_region", "Write a two-letter country code, as in US or DE."))
    }
}

/// A time zone of the IANA database.
///
/// # Errors
/// 422 that names the field.
pub fn time_zone(field: &str, text: &str) -> Result<String, ApiError> {
    match TimeZone::get(text) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(text).to_owned()),
        Err(_) => {
            let message = "No time zone has this name. Use one of the IANA database, as in America/New_York.";
            Err(ApiError::invalid(field, "unknown_time_zone", message))
        }
    }
}

/// A language by its code (ISO 639-1), also in front of a country as in `pt-BR` (BCP 47).
///
/// # Errors
/// 422 that names the field.
pub fn language(field: &str, text: &str) -> Result<String, ApiError> {
    domain::import::language(text.trim()).ok_or_else(|| {
        ApiError::invalid(field, "unknown_language", "Write a language code of two letters, as in en, de or pt-BR.")
    })
}

/// An `https` address of the outside world; `http` and this machine only where private networks are allowed. Names that lead
/// to private addresses are refused when they are called.
///
/// # Errors
/// 422 that names the field.
pub fn url(field: &str, text: &str, private_allowed: bool) -> Result<String, ApiError> {
    let text = text.trim();
    let not_one = || ApiError::invalid(field, "not_a_url", "Write a full address, as in https://example.com/hooks.");
    let uri: Uri = text.parse().map_err(|_| not_one())?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return Err(not_one()) };
    if text.len() > 2_000 || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(not_one());
    }
    match scheme {
        "https" => {}
        "http" if private_allowed => {}
        "http" => return Err(ApiError::invalid(field, "not_https", "Use https: what we send holds people's words.")),
        _ => return Err(not_one()),
    }
    let local =
        host.eq_ignore_ascii_case("localhost") || host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    if local && !private_allowed {
        return Err(ApiError::invalid(field, "private_address", "Use a public host name, not an address."));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_people() {
        assert_eq!(email("email", " Ann@Example.TEST ").unwrap(), "ann@example.test");
        for text in ["", "ann", "@x", "ann@", "ann@@x", "a b@x.test", "ann@x..test", "<ann@x.test>"] {
            assert!(email("email", text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_of_machines() {
        assert!(url("url", "https://example.test/hooks", false).is_ok());
        for text in
            ["http://example.test", "https://127.0.0.1/", "https://localhost", "https://[::1]/", "ftp://x", "x", ""]
        {
            assert!(url("url", text, false).is_err(), "{text}");
        }
        assert!(url("url", "http://127.0.0.1:8080", true).is_ok());
        assert!(url("url", "https://user:password@example.test", true).is_err());
    }

    #[test]
    fn zones_and_regions_are_known_ones() {
        assert!(time_zone("time_zone", "Europe/Berlin").is_ok());
        assert!(time_zone("time_zone", "Mars/Olympus").is_err());
        assert_eq!(region("region", "de").unwrap(), "DE");
        assert_eq!(language("language", " pt-BR ").unwrap(), "pt");
        assert!(language("language", "klingon").is_err() && language("language", "").is_err());
        assert!(region("region", "XX").is_err());
    }
}
