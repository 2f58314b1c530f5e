//! Which column is what, as people confirmed it; remembered for the next file with the same columns.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::headers::squashed;
use super::{Column, DateOrder};
use crate::field::Field;
use crate::template;

/// What each column is, from the left, and how its values are read. A stored document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What each column is.
    pub columns: Vec<Column>,
    /// How 03/04/2026 is read.
    #[serde(default)]
    pub dates: DateOrder,
    /// Whether 1,5 is one and a half.
    #[serde(default)]
    pub decimal_comma: bool,
}

/// Why nothing can be imported so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingFault {
    /// Nobody can be reached.
    NoPhone,
    /// Two columns are the same.
    Twice {
        /// What they are.
        column: Column,
        /// The two, from 0.
        at: (usize, usize),
    },
    /// The tenant has no such field.
    NoSuchField {
        /// In this column, from 0.
        at: usize,
        /// Its key.
        key: String,
        /// Which may be meant.
        nearest: Option<String>,
    },
    /// It is of another file.
    WrongWidth {
        /// It has so many columns.
        mapped: usize,
        /// The file has so many.
        columns: usize,
    },
    /// The file has no column of consent, and nobody vouches for it.
    NoConsent,
}

impl MappingFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPhone => "no_phone_column",
            Self::Twice { .. } => "column_twice",
            Self::NoSuchField { .. } => "no_such_field",
            Self::WrongWidth { .. } => "wrong_width",
            Self::NoConsent => "no_consent",
        }
    }
}

impl fmt::Display for MappingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPhone => f.write_str(
                "No column has phone numbers. Say which one it is; if there is none, export the contacts with their numbers.",
            ),
            Self::Twice { column, at: (first, second) } => write!(
                f,
                "Columns {} and {} both mean {column}. Keep the one that counts, and ignore the other.",
                first + 1,
                second + 1
            ),
            Self::NoSuchField { at, key, nearest } => {
                let meant = nearest.as_ref().map(|near| format!(" Do you mean {near}?")).unwrap_or_default();
                write!(f, "Column {} goes to the field {key}, which is not there.{meant} Add it, or choose another.", at + 1)
            }
            Self::WrongWidth { mapped, columns } => {
                write!(f, "{mapped} columns are mapped and the file has {columns}. Map the columns of this file anew.")
            }
            Self::NoConsent => f.write_str(
                "Nothing says that these people agreed to get texts. Map a column that does, or vouch for it yourself.",
            ),
        }
    }
}

impl std::error::Error for MappingFault {}

impl Mapping {
    /// What is wrong with it, all at once; nothing: it can be used. `columns`: how wide the file is.
    #[must_use]
    pub fn faults(&self, columns: usize, fields: &[Field]) -> Vec<MappingFault> {
        let mut faults = Vec::new();
        if self.columns.len() != columns {
            faults.push(MappingFault::WrongWidth { mapped: self.columns.len(), columns });
        }
        if !self.columns.iter().any(|column| matches!(column, Column::Phone | Column::OtherPhone)) {
            faults.push(MappingFault::NoPhone);
        }
        for (at, column) in self.columns.iter().enumerate() {
            let before = self.columns[..at].iter().position(|before| before == column);
            if let Some(before) = before.filter(|_| column.is_single()) {
                faults.push(MappingFault::Twice { column: column.clone(), at: (before, at) });
            }
            if let Column::Field(key) = column
                && !fields.iter().any(|field| field.key == *key)
            {
                let nearest = template::nearest(key, fields.iter().map(|field| field.key.as_str()));
                faults.push(MappingFault::NoSuchField { at, key: key.clone(), nearest });
            }
        }
        faults
    }

    /// Whether the file itself says of people whether they agreed. If not, an importer must vouch for them
    /// ([`Attestation`](super::Attestation)).
    #[must_use]
    pub fn tells_consent(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, Column::OptedIn | Column::ConsentAt))
    }

    /// Under what it is remembered: the names of the columns in their order, whatever their case, accents and marks. `None`:
    /// they have no names, so that the next file with as many may be quite another.
    #[must_use]
    pub fn fingerprint<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<String> {
        // FNV-1a, 64 bits: whoever wants two lists of names to meet harms only their own mapping.
        let (mut hash, mut is_named) = (0xcbf2_9ce4_8422_2325_u64, false);
        for header in headers {
            let name = squashed(header);
            is_named |= !name.is_empty();
            for byte in name.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        is_named.then(|| format!("{hash:016x}"))
    }
}
