//! How far a text got, in Telnyx's words (`to[].status`).

/// One recipient's status. Which may follow which is not decided here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Status {
    Scheduled,
    Queued,
    Sending,
    /// Handed to the recipient's carrier.
    Sent,
    Delivered,
    /// The recipient's carrier refused or lost it (`delivery_failed`).
    DeliveryFailed,
    /// Telnyx could not hand it to a carrier (`sending_failed`).
    SendingFailed,
    /// No receipt came (`delivery_unconfirmed`): it may well have arrived.
    Unconfirmed,
    Expired,
    Cancelled,
    /// RCS and WhatsApp only.
    Read,
    /// A word we do not know, or an empty one where Telnyx did not say.
    OtherStatus(String),
}

/// Word for word, both ways.
const WORDS: [(&str, Status); 11] = [
    ("scheduled", Status::Scheduled),
    ("queued", Status::Queued),
    ("sending", Status::Sending),
    ("sent", Status::Sent),
    ("delivered", Status::Delivered),
    ("delivery_failed", Status::DeliveryFailed),
    ("sending_failed", Status::SendingFailed),
    ("delivery_unconfirmed", Status::Unconfirmed),
    ("expired", Status::Expired),
    ("cancelled", Status::Cancelled),
    ("read", Status::Read),
];

impl Status {
    /// Reads Telnyx's word.
    pub fn parse(word: &str) -> Self {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        known.map_or_else(|| Self::OtherStatus(word.to_owned()), |(_, status)| status.clone())
    }

    /// Telnyx's word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::OtherStatus(word) => word,
            known => WORDS.iter().find(|(_, status)| status == known).map_or("", |(word, _)| word),
        }
    }

    /// Whether Telnyx will say nothing newer about this recipient (a `read` may still follow a delivery).
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Delivered
            | Self::DeliveryFailed
            | Self::SendingFailed
            | Self::Unconfirmed
            | Self::Expired
            | Self::Cancelled
            | Self::Read => true,
            Self::Scheduled | Self::Queued | Self::Sending | Self::Sent | Self::OtherStatus(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, WORDS};

    #[test]
    fn every_word_reads_and_writes_as_itself() {
        for (word, status) in WORDS {
            assert_eq!(Status::parse(word), status);
            assert_eq!(status.as_str(), word);
        }
        assert_eq!(Status::parse("teleported"), Status::OtherStatus("teleported".into()));
        assert_eq!(Status::parse("teleported").as_str(), "teleported");
    }
}
