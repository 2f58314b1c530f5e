//! Where short links go: an address of the tenant's own.

/// It is longer than any domain has to be.
const CHARS_MAX: usize = 100;

/// Why an address cannot be what short links begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseFault {
    /// It has no scheme that phones trust.
    #[error("Write the whole address, as in https://go.example.com; phones warn of links without https.")]
    NoScheme,
    /// It is no name.
    #[error("This is no name of a host. Write a domain of your own, as in https://go.example.com.")]
    NoHost,
    /// It goes on after the host.
    #[error("Write the host alone, without a path, as in https://go.example.com; `/l/` and a code come behind it.")]
    HasPath,
    /// Everybody can make a link there.
    #[error("This is a public link shortener, which carriers block. Write a domain of your own.")]
    PublicShortener,
}

impl BaseFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoScheme => "no_scheme",
            Self::NoHost => "no_host",
            Self::HasPath => "has_path",
            Self::PublicShortener => "public_shortener",
        }
    }
}

/// An address that somebody wants short links to begin with, as it is kept: in small letters, without a slash at the end.
///
/// # Errors
/// When it is none.
pub fn base(text: &str) -> Result<String, BaseFault> {
    let text = text.trim().to_lowercase();
    let rest = text.strip_prefix("https://").ok_or(BaseFault::NoScheme)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#']) {
        return Err(BaseFault::HasPath);
    }
    let (name, port) = rest.split_once(':').unwrap_or((rest, "443"));
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_name =
        name.contains('.') && name.split('.').all(is_label) && name.ends_with(|c: char| c.is_ascii_alphabetic());
    if !is_name || rest.len() > CHARS_MAX || port.parse::<u16>().is_err() {
        return Err(BaseFault::NoHost);
    }
    if crate::lint::is_public_shortener(name) {
        return Err(BaseFault::PublicShortener);
    }
    Ok(format!("https://{rest}"))
}

/// The host of an address with a scheme of the web, with its port if it names one, in small letters; `None`: it has none, or
/// names a user before it.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    let small = url.get(..8).map(str::to_lowercase)?;
    let rest = if small.starts_with("https://") {
        url.get(8..)?
    } else if small.starts_with("http://") {
        url.get(7..)?
    } else {
        return None;
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = rest.get(..end)?.to_lowercase();
    let is_host =
        !host.is_empty() && !host.contains('@') && !host.contains(char::is_whitespace) && host.contains(['.', ':']);
    (is_host || host == "localhost").then_some(host)
}
