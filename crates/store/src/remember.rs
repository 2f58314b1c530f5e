//! Writes decisions: each change becomes rows, each effect waits where its worker finds it, and the log tells of it.

use domain::campaign::{Guard, Halt, Moved, Standing};
use domain::conversation;
use domain::decision::{
    CancelReason, Change, Consent, ConsentSource, Decision, Draft, DraftState, Effect, MessageMoved, ReceiptLine,
    Unsent,
};
use domain::event::Kind;
use domain::id::{CampaignId, ContactId, ConversationId, EnrolmentId, Ids, MessageId, RecipientId, TenantId};
use domain::message::{Author, Status};
use domain::workflow::{Coming, Done, Word};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::rows::{Rows, text};
use crate::campaign::{guard, recipient};
use crate::consent;
use crate::contact::history::{By, Hand};
use crate::event::Line;
use crate::queue::{self, Errand};
use crate::scene::author;
use crate::{StoreError, TenantTx, args, contact, enrolment, row};

mod rows;

/// The texts that are taken back: those that have not been handed to the carrier.
macro_rules! cancel {
    ($which:literal) => {
        concat!(
            "UPDATE message SET status = 'cancelled', not_before_us = NULL
             WHERE tenant_id = $1 AND direction = 'out' AND status IN ('held', 'scheduled', 'queued', 'deferred') AND ",
            $which,
            " RETURNING id, conversation_id, author, author_id"
        )
    };
}

/// A text that was handed over is answered for within this time; after it, whoever handed it over is taken for dead.
pub const SENDING_LEASE: SignedDuration = SignedDuration::from_secs(120);

/// What a transaction has to tell, and whom to wake after its commit.
#[derive(Debug, Default)]
pub struct Aftermath {
    /// Lines for the tenant's log; see [`crate::event::append`].
    pub lines: Vec<Line>,
    /// The earliest time at which a fact waits for its turn.
    pub turn_at: Option<Timestamp>,
    /// The earliest time at which a text waits to be sent.
    pub send_at: Option<Timestamp>,
    /// There is something to fetch or to ask.
    pub errands: bool,
    /// Who has said STOP, and to whom.
    pub stopped: Vec<(TenantId, String)>,
    /// Conversations that stand differently: what an assistant thinks of one may not count any more.
    pub moved: Vec<ConversationId>,
    /// Campaigns of which some texts were blocked: it is to be seen whether they are too many.
    pub blocked: Vec<CampaignId>,
    /// Campaigns that stopped by themselves.
    pub halted: Vec<(CampaignId, Guard)>,
}

impl Aftermath {
    /// Both, as if it had been one.
    pub fn join(&mut self, other: Self) {
        self.turn_at = earliest(self.turn_at, other.turn_at);
        self.send_at = earliest(self.send_at, other.send_at);
        self.errands |= other.errands;
        self.stopped.extend(other.stopped);
        self.moved.extend(other.moved);
        self.blocked.extend(other.blocked);
        self.halted.extend(other.halted);
        self.lines.extend(other.lines);
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Writes them, in this order. The caller appends the lines to the log, last in the transaction.
///
/// What is only added is written together at the end; whatever changes rows that a decision before it may have added has
/// these written first.
///
/// # Errors
/// When the database fails. A row that another turn has made at the same moment is [`StoreError::Retry`]: the turn is
/// taken again and finds it.
pub async fn remember(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    decisions: &[Decision],
) -> Result<Aftermath, StoreError> {
    let (rows, tally, after) = (Rows::default(), guard::Tally::default(), Aftermath::default());
    let (words, coming, failed) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
    let mut pen = Pen { tx, now, ids, rows, tally, after, since: 0, words, coming, failed };
    for decision in decisions {
        pen.since = pen.after.lines.len();
        for change in &decision.changes {
            pen.change(change).await?;
        }
        for effect in &decision.effects {
            pen.effect(effect).await?;
        }
    }
    pen.rows.write(pen.tx).await?;
    enrolment::tell(pen.tx, now, pen.ids, &pen.words).await?;
    enrolment::enter(pen.tx, now, pen.ids, &pen.coming).await?;
    enrolment::fires::failed(pen.tx, now, pen.ids, &pen.failed.0, &pen.failed.1).await?;
    pen.after.blocked = pen.tally.write(pen.tx, now, pen.ids).await?;
    Ok(pen.after)
}

/// What writing takes.
struct Pen<'p, 't, 'd> {
    tx: &'p mut TenantTx<'t>,
    now: Timestamp,
    ids: &'p mut Ids,
    rows: Rows<'d>,
    tally: guard::Tally,
    after: Aftermath,
    /// Where the lines of the decision at hand begin.
    since: usize,
    /// What ways through workflows are told.
    words: Vec<(EnrolmentId, Word)>,
    /// Who is to enter a workflow.
    coming: Vec<Coming>,
    /// Texts that were not delivered: of threads, and of campaigns.
    failed: (Vec<MessageId>, Vec<RecipientId>),
}

impl<'d> Pen<'_, '_, 'd> {
    async fn change(&mut self, change: &'d Change) -> Result<(), StoreError> {
        let now = self.now;
        match change {
            Change::ContactAdded { contact, phone } => {
                self.rows.contact(self.tx.tenant(), contact, phone, now);
                self.tell(Kind::ContactUpdated, contact.id, None);
            }
            Change::ContactNamed { contact, name, company, by } => {
                let named = contact::Change {
                    name: Some(name.clone()),
                    company: Some(company.clone()),
                    ..contact::Change::default()
                };
                self.contact_changed(*contact, &named, *by).await?;
            }
            Change::Consented(consent) => self.consented(consent).await?,
            Change::ConversationOpened(conversation) => {
                if let Some(previous) = conversation.previous {
                    self.tx
                        .push(
                            "UPDATE conversation SET is_current = FALSE WHERE tenant_id = $1 AND id = $2",
                            args![previous],
                        )
                        .await?;
                }
                self.rows.conversation(conversation, true);
                self.tell(Kind::ConversationCreated, conversation.id, Some(conversation.id));
            }
            Change::ConversationChanged(conversation) => {
                self.rows.conversation(conversation, false);
                if conversation.status == conversation::Status::Closed && conversation.resolved_at == Some(now) {
                    self.rows.close(conversation.id, now);
                }
                self.after.moved.push(conversation.id);
                self.tell(Kind::ConversationUpdated, conversation.id, Some(conversation.id));
            }
            Change::ConversationTagged { conversation, tags } => self.tagged(*conversation, tags).await?,
            Change::Answered { conversation, waiting_since } => {
                self.tx
                    .push(
                        "UPDATE conversation SET waiting_since_us = $3 WHERE tenant_id = $1 AND id = $2",
                        args![*conversation, *waiting_since],
                    )
                    .await?;
                self.tell(Kind::ConversationUpdated, *conversation, Some(*conversation));
            }
            Change::MessageAdded(message) => {
                self.rows.message(message)?;
                self.tell(Kind::MessageCreated, message.id, Some(message.conversation));
            }
            Change::MessageMoved(moved) => {
                if moved.to == Status::Failed {
                    self.failed.0.push(moved.message);
                }
                self.moved(moved).await?;
            }
            Change::RecipientAnswered { recipient, campaign, conversation } => {
                recipient::answered(self.tx, now, *recipient, *conversation).await?;
                self.tell_once(*campaign);
            }
            Change::RecipientMoved(moved) => self.recipient_moved(moved).await?,
            Change::CampaignOutcome { campaign, recipient, blocked } => self.tally.add(*campaign, *recipient, *blocked),
            Change::CampaignHalted { campaign, halt } => self.halted(*campaign, halt).await?,
            Change::UnsentCancelled { which, why } => self.cancelled(*which, *why).await?,
            Change::Noted { message, line } => self.rows.receipt_line(self.ids, *message, line, now)?,
            Change::MediaAwaited { media, url, content_type } => self.rows.media(*media, url, content_type, now),
            Change::DraftAdded(draft) => self.draft_added(draft).await?,
            Change::DraftMoved { draft, state, reason } => {
                let row = self
                    .tx
                    .one(
                        "UPDATE draft SET state = $3, reason = $4 WHERE tenant_id = $1 AND id = $2
                         RETURNING conversation_id",
                        args![*draft, state.as_str(), reason],
                    )
                    .await?;
                self.tell(Kind::DraftUpdated, *draft, Some(row.get(0)?));
            }
            Change::FieldSaved { contact, field, value, by } => {
                let fields = vec![(field.clone(), Some(value.clone()))];
                let saved = contact::Change { fields, ..contact::Change::default() };
                self.contact_changed(*contact, &saved, *by).await?;
            }
            Change::TagAdded { conversation, tag } => {
                self.rows.write(self.tx).await?;
                self.tx
                    .push(
                        "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, $3)
                         ON CONFLICT (tenant_id, conversation_id, tag) DO NOTHING",
                        args![*conversation, tag],
                    )
                    .await?;
                self.tell(Kind::ConversationUpdated, *conversation, Some(*conversation));
            }
            Change::RunEnded(ended) => {
                self.rows.write(self.tx).await?;
                crate::run::keep(self.tx, now, ended).await?;
            }
            Change::DraftsSuperseded { conversation } => self.superseded(*conversation).await?,
            Change::ApprovalAdded(approval) => {
                self.rows.write(self.tx).await?;
                crate::approval::add(self.tx, now, approval).await?;
                self.tell(Kind::ApprovalUpdated, approval.id, Some(approval.conversation));
            }
            Change::WrongCode { approval } => {
                let conversation = crate::approval::wrong_code(self.tx, *approval).await?;
                self.tell(Kind::ApprovalUpdated, *approval, Some(conversation));
            }
            Change::ApprovalMoved { approval, state, by, result } => {
                let conversation =
                    crate::approval::go_on(self.tx, now, *approval, *state, *by, result.as_deref()).await?;
                self.tell(Kind::ApprovalUpdated, *approval, Some(conversation));
            }
        }
        Ok(())
    }

    async fn effect(&mut self, effect: &Effect) -> Result<(), StoreError> {
        match effect {
            Effect::SendText(send) => {
                self.rows.outbox(send);
                self.after.send_at = earliest(self.after.send_at, Some(send.ready_at));
            }
            Effect::AskAssistant { conversation, assistant, version } => {
                let (conversation, assistant, version) = (*conversation, *assistant, *version);
                self.errand(&Errand::AskAssistant { conversation, assistant, version }).await?;
            }
            Effect::FetchMedia { media, message } => {
                self.errand(&Errand::FetchMedia { media: *media, message: *message }).await?;
            }
            Effect::ReadRegistration { number } => {
                self.errand(&Errand::ReadRegistration { number: *number }).await?;
            }
            Effect::RunTool { approval } => self.errand(&Errand::RunTool { approval: *approval }).await?,
            Effect::Enter(coming) => self.coming.push(coming.clone()),
            Effect::TellEnrolment { enrolment, word } => self.words.push((*enrolment, word.clone())),
            Effect::Remind { fact, at, lane } => {
                self.rows.reminder(self.ids.next(), *lane, fact, *at)?;
                self.after.turn_at = earliest(self.after.turn_at, Some(*at));
            }
        }
        Ok(())
    }

    async fn errand(&mut self, errand: &Errand) -> Result<(), StoreError> {
        self.after.errands = true;
        queue::add_errand(self.tx, self.ids.next(), self.now, errand).await
    }

    fn tell(&mut self, kind: Kind, subject: impl Into<Uuid>, conversation: Option<ConversationId>) {
        let line = Line { kind, subject: subject.into(), conversation };
        // One line for a thing that changed twice in a turn is enough: readers see it as it is now.
        if !self.after.lines[self.since..].contains(&line) {
            self.after.lines.push(line);
        }
    }

    async fn contact_changed(
        &mut self,
        contact: ContactId,
        change: &contact::Change,
        by: Author,
    ) -> Result<(), StoreError> {
        self.rows.write(self.tx).await?;
        let mut hand = Hand { by: By::Author(by), at: self.now, ids: self.ids };
        contact::change(self.tx, &mut hand, contact, change).await?;
        self.tell(Kind::ContactUpdated, contact, None);
        Ok(())
    }

    async fn consented(&mut self, said: &Consent) -> Result<(), StoreError> {
        self.rows.write(self.tx).await?;
        let line = consent::Line::of(self.ids.next(), said);
        consent::append(self.tx, self.now, self.ids, &[line]).await?;
        if said.state == domain::consent::State::OptedOut {
            if said.source != ConsentSource::Carrier {
                for campaign in recipient::left::left(self.tx, &said.phone, said.at).await? {
                    self.tell_once(campaign);
                }
            }
            self.after.stopped.push((self.tx.tenant(), said.phone.clone()));
        }
        enrolment::consented(self.tx, self.now, self.ids, [said.contact]).await?;
        self.tell(Kind::ContactUpdated, said.contact, None);
        Ok(())
    }

    async fn tagged(&mut self, conversation: ConversationId, tags: &[String]) -> Result<(), StoreError> {
        self.rows.write(self.tx).await?;
        self.tx
            .push("DELETE FROM conversation_tag WHERE tenant_id = $1 AND conversation_id = $2", args![conversation])
            .await?;
        let rows = tags.iter().map(|tag| row![conversation, tag]);
        self.tx.push_many("INSERT INTO conversation_tag (tenant_id, conversation_id, tag)", rows).await
    }

    /// Writes where a message stands now. One that is being sent keeps the time it waited for, which tells this try from the
    /// next.
    async fn moved(&mut self, moved: &MessageMoved) -> Result<(), StoreError> {
        if self.rows.hold_messages() {
            self.rows.write(self.tx).await?;
        }
        let now = self.now;
        self.tx
            .push(
                "UPDATE message SET status = $3, carrier_ref = COALESCE($5, carrier_ref),
                     not_before_us = CASE WHEN $3 = 'sending' THEN not_before_us ELSE $4 END,
                     failure = COALESCE($6, failure), parts = COALESCE($7, parts),
                     cost_micros = COALESCE($8, cost_micros), currency = COALESCE($9, currency),
                     sent_at_us = COALESCE($10, sent_at_us), delivered_at_us = COALESCE($11, delivered_at_us)
                 WHERE tenant_id = $1 AND id = $2",
                args![
                    moved.message,
                    moved.to.as_str(),
                    moved.not_before,
                    &moved.carrier_ref,
                    moved.failure.as_ref().map(text).transpose()?,
                    moved.parts,
                    moved.cost.as_ref().map(|cost| cost.micros),
                    moved.cost.as_ref().map(|cost| cost.currency.as_str()),
                    (moved.to == Status::Sent).then_some(now),
                    (moved.to == Status::Delivered).then_some(now)
                ],
            )
            .await?;
        if moved.to == Status::Failed {
            self.send_failed(moved).await?;
        }
        queue::follow(self.tx, now, moved, &mut self.after).await?;
        self.tell(Kind::MessageUpdated, moved.message, Some(moved.conversation));
        Ok(())
    }

    /// The conversation is among those whose newest text of ours did not arrive, unless we have said something since.
    async fn send_failed(&mut self, moved: &MessageMoved) -> Result<(), StoreError> {
        let sql = "UPDATE conversation SET send_failed = TRUE
                   WHERE tenant_id = $1 AND id = $2 AND NOT EXISTS (
                       SELECT 1 FROM message m WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.id > $3
                       AND m.direction = 'out')";
        let changed = self.tx.exec_returning_count(sql, args![moved.conversation, moved.message]).await?;
        if changed > 0 {
            self.tell(Kind::ConversationUpdated, moved.conversation, Some(moved.conversation));
        }
        Ok(())
    }

    /// Their text may stand in a thread already.
    async fn recipient_moved(&mut self, moved: &Moved) -> Result<(), StoreError> {
        recipient::go_on(self.tx, self.now, moved).await?;
        if moved.to == Standing::Failed {
            self.failed.1.push(moved.recipient);
        }
        if let (Some(conversation), Some(to)) = (moved.conversation, recipient::status(moved.to)) {
            let message = MessageMoved {
                carrier_ref: moved.carrier_ref.clone(),
                failure: moved.failure.clone(),
                parts: moved.parts,
                cost: moved.cost.clone(),
                ..MessageMoved::to(moved.recipient.0.into(), conversation, to)
            };
            self.moved(&message).await?;
        }
        if moved.to.waits() {
            self.after.send_at = earliest(self.after.send_at, Some(moved.ready_at.unwrap_or(self.now)));
        }
        self.tell_once(moved.campaign);
        Ok(())
    }

    /// It stops once, however many texts say so.
    async fn halted(&mut self, campaign: CampaignId, halt: &Halt) -> Result<(), StoreError> {
        let is_known = self.after.halted.iter().any(|(known, _)| *known == campaign);
        if !is_known && guard::halt(self.tx, self.now, self.ids, campaign, halt).await? {
            self.after.halted.push((campaign, halt.by));
            self.tell_once(campaign);
        }
        Ok(())
    }

    /// One line for a whole transaction is enough: bulk work is told of in few words.
    fn tell_once(&mut self, campaign: CampaignId) {
        let line = crate::campaign::updated(campaign);
        if !self.after.lines.contains(&line) {
            self.after.lines.push(line);
        }
    }

    async fn cancelled(&mut self, which: Unsent, why: CancelReason) -> Result<(), StoreError> {
        self.rows.write(self.tx).await?;
        if let (Unsent::To(contact), CancelReason::ContactOptedOut) = (which, why) {
            for campaign in recipient::opted_out(self.tx, contact).await? {
                self.tell_once(campaign);
            }
        }
        let tx = &mut *self.tx;
        let rows = match which {
            Unsent::To(contact) => tx.rows(cancel!("contact_id = $2 AND author <> 'system'"), args![contact]).await?,
            Unsent::IfSilent(contact) => tx.rows(cancel!("contact_id = $2 AND stop_if_reply"), args![contact]).await?,
            Unsent::ByAssistant(conversation) => {
                tx.rows(cancel!("conversation_id = $2 AND author = 'assistant'"), args![conversation]).await?
            }
            Unsent::One(message) => tx.rows(cancel!("id = $2"), args![message]).await?,
        };
        for row in rows {
            let message: MessageId = row.get(0)?;
            queue::leave_outbox(self.tx, message).await?;
            self.rows.receipt_line(self.ids, message, &ReceiptLine::Cancelled { why }, self.now)?;
            if let Author::Workflow(enrolment) = author(row.text(2)?, row.get(3)?)? {
                let became = Done::Blocked(why.as_str().into());
                self.words.push((enrolment, Word::Text { message, became, at: self.now }));
            }
            self.tell(Kind::MessageUpdated, message, Some(row.get(1)?));
        }
        Ok(())
    }

    async fn draft_added(&mut self, draft: &Draft) -> Result<(), StoreError> {
        self.rows.write(self.tx).await?;
        self.superseded(draft.conversation).await?;
        self.tx
            .push(
                "INSERT INTO draft (tenant_id, id, conversation_id, assistant_id, body, sources, state, held_back, run_id,
                     created_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                args![
                    draft.id,
                    draft.conversation,
                    draft.assistant,
                    &draft.body,
                    text(&draft.sources)?,
                    DraftState::Open.as_str(),
                    &draft.held_back,
                    draft.run,
                    self.now
                ],
            )
            .await?;
        self.tell(Kind::DraftCreated, draft.id, Some(draft.conversation));
        Ok(())
    }

    async fn superseded(&mut self, conversation: ConversationId) -> Result<(), StoreError> {
        let rows = self
            .tx
            .rows(
                "UPDATE draft SET state = 'superseded' WHERE tenant_id = $1 AND conversation_id = $2 AND state = 'open'
                 RETURNING id",
                args![conversation],
            )
            .await?;
        for row in rows {
            self.tell(Kind::DraftUpdated, row.get::<Uuid>(0)?, Some(conversation));
        }
        Ok(())
    }
}

/// A row that another transaction made at the same moment, and that the next try finds.
#[must_use]
pub fn is_race(error: &StoreError) -> bool {
    const RACES: [&str; 5] =
        ["contact_address_pkey", "conversation_current", "enrolment_inside", "enrolment_entry", "enrolment_floor"];
    matches!(error, StoreError::Unique(name) if RACES.contains(&name.as_str()))
}
