//! What waits: facts for their turn (inbox), texts for the carrier (outbox), and everything else to be done (errands).
//!
//! The only room of the store, with sign-in and routing, that looks across tenants.

mod errands;
mod inbox;
mod order;
mod outbox;
mod tellings;

pub use errands::{
    Asks, Claimed, Errand, add_errand, claim_errand, claim_errands, drop_errand, hasten_errand, postpone_errand,
    renew_errands, repeat_errand, take_over_errands,
};
pub use inbox::{
    Arrival, Waiting, accept, add_facts, behind_since, finish, forget_arrivals, next_turn, postpone, set_aside,
    shards_of, waiting,
};
pub(crate) use inbox::{add_reminders, reminder};
pub use order::in_order;
pub use outbox::{
    DueText, Lane, LostSend, Paced, Sender, due_texts, keep_request, lanes_waiting, lost_sends, pace, sender, set_pace,
};
pub(crate) use outbox::{follow, hand_to_outbox, leave_outbox, outbox_row};
pub use tellings::{
    Behind, Telling, Told, add_telling, behind, claim_tellings, endpoint, forget_tellings, next_telling, set_told,
    tell_ended,
};
