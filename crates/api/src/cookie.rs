//! The session cookie.

use http::{HeaderMap, HeaderValue, header};

/// How long a browser and we keep a session, in seconds: 30 days.
pub const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// `__Host-` makes the browser refuse the cookie unless it is secure, of this host and for the whole site; it needs TLS.
const fn name(https: bool) -> &'static str {
    if https { "__Host-tidings_session" } else { "tidings_session" }
}

/// The token of the session cookie, if the request has one.
#[must_use]
pub fn session(headers: &HeaderMap, https: bool) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name(https))
        .map(|(_, token)| token)
        .filter(|token| (1..=128).contains(&token.len()))
}

/// `Set-Cookie` that starts a session. `None` cannot happen with a token of ours, which is plain ASCII.
#[must_use]
pub fn set(token: &str, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_SECONDS}{secure}", name(https));
    HeaderValue::from_str(&text).ok()
}

/// `Set-Cookie` that ends it.
#[must_use]
pub fn clear(https: bool) -> HeaderValue {
    HeaderValue::from_static(if https {
        "__Host-tidings_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
    } else {
        "tidings_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let headers =
            HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("a=b; tidings_session=tok; c=d"))]);
        assert_eq!(session(&headers, false), Some("tok"));
        assert_eq!(session(&headers, true), None);
    }

    #[test]
    fn over_tls_it_never_travels_without() {
        let value = set("tok", true).unwrap();
        let text = value.to_str().unwrap();
        assert!(text.starts_with("__Host-tidings_session=tok;") && text.ends_with("; Secure"));
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax") && !text.contains("Domain"));
        assert!(!set("tok", false).unwrap().to_str().unwrap().contains("Secure"));
    }
}
