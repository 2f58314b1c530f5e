//! Telnyx contract.
