//! Texts on their way to the carrier. A row exists from the queueing of a text until the carrier's answer is known.

use domain::assistant;
use domain::consent::Purpose;
use domain::conversation::Mode;
use domain::decide::Written;
use domain::decision::{MessageMoved, Priority, SendText};
use domain::hours::QuietHours;
use domain::id::{CarrierAccountId, ConversationId, MediaId, MessageId, NumberId, TenantId};
use domain::message::{Author, Status};
use domain::registration::Status as Registered;
use domain::tenant::Settings;
use jiff::Timestamp;
use uuid::Uuid;

use crate::remember::{Aftermath, SENDING_LEASE};
use crate::scene::{author, holder, json, mode, unknown};
use crate::{Row, StoreError, SystemTx, TenantTx, Value, args, registration, row};

/// A number with texts that wait.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub number: NumberId,
    /// Segments per thousand seconds.
    pub rate_millis: u64,
    /// When its next reply is ready, its next text in no hurry, and the next one of a campaign.
    pub ready_at: [Option<Timestamp>; 3],
}

/// A text whose time has come, with all that the gate and the carrier need.
#[derive(Debug)]
pub struct DueText {
    /// Which.
    pub message: MessageId,
    /// Where.
    pub conversation: ConversationId,
    /// Its conversation's lane.
    pub lane: Uuid,
    /// Who wrote it.
    pub author: Author,
    /// What it takes of the number's rate.
    pub segments: u32,
    /// How often it was handed over.
    pub attempt: u32,
    /// To whom.
    pub to: String,
    /// What.
    pub body: String,
    /// Attachments: their ids and the tokens that open them.
    pub media: Vec<MediaId>,
    /// The exact bytes of the first attempt.
    pub request: Option<Vec<u8>>,
    /// For the gate.
    pub contact_blocked: bool,
    /// For the gate.
    pub opted_out: bool,
    /// For the gate.
    pub contact_zone: Option<String>,
    /// For the gate.
    pub contact_quiet: Option<QuietHours>,
    /// For the gate.
    pub wrote_at: Option<Timestamp>,
    /// Whose consent it needs, if it is one of many that a workflow sends.
    pub purpose: Option<Purpose>,
    /// What it was written for.
    pub written: Written,
}

/// The sending end of a lane.
#[derive(Debug, Clone)]
pub struct Sender {
    /// What the contact sees.
    pub address: String,
    /// It may send.
    pub enabled: bool,
    /// Whether carriers know who sends from it.
    pub registration: Registered,
    /// Through which account.
    pub account: CarrierAccountId,
    /// The tenant's profile there.
    pub messaging_profile: Option<String>,
    /// The tenant's rules.
    pub settings: Settings,
}

pub(crate) fn outbox_row(send: &SendText) -> [Value<'static>; 10] {
    row![
        send.message,
        send.number,
        send.lane,
        rank(send.priority),
        send.segments,
        send.ready_at,
        "waiting",
        0_i64,
        send.purpose.map(Purpose::as_str),
        send.before
    ]
}

pub(crate) async fn hand_to_outbox(tx: &mut TenantTx<'_>, rows: Vec<[Value<'static>; 10]>) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO outbox (tenant_id, message_id, number_id, lane, priority, segments, ready_at_us, state, attempt, purpose,
             before_us)",
        rows,
    )
    .await
}

pub(crate) async fn leave_outbox(tx: &mut TenantTx<'_>, message: MessageId) -> Result<(), StoreError> {
    tx.push("DELETE FROM outbox WHERE tenant_id = $1 AND message_id = $2", args![message]).await
}

/// The outbox follows the message.
pub(crate) async fn follow(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    moved: &MessageMoved,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    match moved.to {
        Status::Sending => {
            let lease = now.checked_add(SENDING_LEASE).map_err(StoreError::fault)?;
            tx.push(
                "UPDATE outbox SET state = 'sending', attempt = COALESCE($3, attempt), lease_until_us = $4,
                     handed_at_us = $5
                 WHERE tenant_id = $1 AND message_id = $2",
                args![moved.message, moved.attempt, lease, now],
            )
            .await
        }
        Status::Held | Status::Scheduled | Status::Queued | Status::Deferred => {
            let at = moved.not_before.unwrap_or(now);
            after.send_at = Some(after.send_at.map_or(at, |other| other.min(at)));
            tx.push(
                "UPDATE outbox SET state = 'waiting', ready_at_us = $3, attempt = COALESCE($4, attempt),
                     lease_until_us = NULL
                 WHERE tenant_id = $1 AND message_id = $2",
                args![moved.message, at, moved.attempt],
            )
            .await
        }
        Status::Unknown => {
            tx.push(
                "UPDATE outbox SET state = 'unknown', lease_until_us = NULL WHERE tenant_id = $1 AND message_id = $2",
                args![moved.message],
            )
            .await
        }
        Status::Received
        | Status::Noted
        | Status::Sent
        | Status::Delivered
        | Status::Unconfirmed
        | Status::Failed
        | Status::Skipped
        | Status::Cancelled => leave_outbox(tx, moved.message).await,
    }
}

/// The numbers that have texts waiting, now or later.
///
/// # Errors
/// When the database fails.
pub async fn lanes_waiting(tx: &mut SystemTx<'_>) -> Result<Vec<Lane>, StoreError> {
    let rows = tx
        .rows(
            "SELECT n.tenant_id, n.id, n.rate_millis,
                    (SELECT MIN(o.ready_at_us) FROM outbox o WHERE o.tenant_id = n.tenant_id AND o.number_id = n.id
                     AND o.state = 'waiting' AND o.priority = 0),
                    (SELECT MIN(o.ready_at_us) FROM outbox o WHERE o.tenant_id = n.tenant_id AND o.number_id = n.id
                     AND o.state = 'waiting' AND o.priority = 1),
                    (SELECT MIN(CASE WHEN c.only_canary THEN
                                    (SELECT MIN(r.ready_at_us) FROM campaign_recipient r
                                     WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.number_id = n.id
                                       AND r.standing IN ('pending', 'deferred', 'queued') AND r.is_canary)
                                ELSE
                                    (SELECT MIN(r.ready_at_us) FROM campaign_recipient r
                                     WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.number_id = n.id
                                       AND r.standing IN ('pending', 'deferred', 'queued'))
                                END)
                     FROM campaign c WHERE c.tenant_id = n.tenant_id AND c.state = 'running')
             FROM number n",
            args![],
        )
        .await?;
    let mut lanes = Vec::new();
    for row in rows {
        let ready_at = [row.get(3)?, row.get(4)?, row.get(5)?];
        if ready_at.iter().any(Option::is_some) {
            lanes.push(Lane { tenant: row.get(0)?, number: row.get(1)?, rate_millis: row.get(2)?, ready_at });
        }
    }
    Ok(lanes)
}

/// Who sends in a lane; `None`: there is no such number any more.
///
/// # Errors
/// When the database fails.
pub async fn sender(tx: &mut TenantTx<'_>, number: NumberId) -> Result<Option<Sender>, StoreError> {
    let row = tx
        .opt(
            "SELECT n.address, n.enabled, n.carrier_account_id, g.messaging_profile_id, t.settings, n.registration
             FROM number n
             JOIN tenant t ON t.tenant_id = n.tenant_id
             LEFT JOIN carrier_grant g ON g.tenant_id = n.tenant_id AND g.carrier_account_id = n.carrier_account_id
             WHERE n.tenant_id = $1 AND n.id = $2",
            args![number],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Sender {
        registration: registration::status(row.text(0)?, row.text_or_null(5)?)?,
        address: row.get(0)?,
        enabled: row.get(1)?,
        account: row.get(2)?,
        messaging_profile: row.get(3)?,
        settings: json(&row.get::<String>(4)?)?,
    }))
}

/// The texts of a lane whose time has come, replies first, locked until the transaction ends: a STOP that comes now waits
/// for this transaction, or this one does not see the texts that the STOP is taking back.
///
/// # Errors
/// When the database fails.
pub async fn due_texts(
    tx: &mut TenantTx<'_>,
    number: NumberId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueText>, StoreError> {
    let mut due = Vec::new();
    for priority in [Priority::Reply, Priority::Bulk] {
        let room = limit.saturating_sub(u32::try_from(due.len()).unwrap_or(u32::MAX));
        if room == 0 {
            break;
        }
        let rows = tx
            .rows(
                "WITH due AS (
                     SELECT o.tenant_id, o.message_id, o.lane, o.segments, o.attempt, o.request, o.ready_at_us, o.purpose,
                            o.before_us,
                            m.conversation_id, m.author, m.author_id, m.body, m.media, m.answers, m.stop_if_reply,
                            m.draft_id, m.created_at_us
                     FROM outbox o JOIN message m ON m.tenant_id = o.tenant_id AND m.id = o.message_id
                     WHERE o.tenant_id = $1 AND o.number_id = $2 AND o.state = 'waiting' AND o.priority = $3
                       AND o.ready_at_us <= $4
                     ORDER BY o.ready_at_us, o.message_id LIMIT $5 {skip_locked})
                 SELECT d.message_id, d.conversation_id, d.lane, d.author, d.author_id, d.segments, d.attempt, v.address,
                        d.body, d.media, d.request, c.blocked, a.opted_out_at_us, c.time_zone, v.last_inbound_at_us,
                        d.answers, d.stop_if_reply, d.draft_id, d.created_at_us, v.holder, v.holder_id, v.mode, s.settings,
                        c.quiet_hours, d.purpose, d.before_us,
                        CASE WHEN d.author = 'workflow' THEN EXISTS (
                            SELECT 1 FROM enrolment n JOIN workflow w ON w.tenant_id = n.tenant_id AND w.id = n.workflow_id
                            WHERE n.tenant_id = d.tenant_id AND n.id = d.author_id
                              AND (w.state = 'paused' OR n.status = 'paused')) ELSE FALSE END
                 FROM due d
                 JOIN conversation v ON v.tenant_id = d.tenant_id AND v.id = d.conversation_id
                 JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id
                 LEFT JOIN contact_address a ON a.tenant_id = v.tenant_id AND a.kind = 'phone' AND a.address = v.address
                 LEFT JOIN assistant s
                        ON d.author = 'assistant' AND s.tenant_id = d.tenant_id AND s.id = d.author_id
                           AND s.deleted_at_us IS NULL
                 ORDER BY d.ready_at_us, d.message_id",
                args![number, rank(priority), now, room],
            )
            .await?;
        for row in rows {
            let media: Option<String> = row.get(9)?;
            let author = author(&row.get::<String>(3)?, row.get(4)?)?;
            let written = written(&row, author)?;
            due.push(DueText {
                message: row.get(0)?,
                conversation: row.get(1)?,
                lane: row.get(2)?,
                author,
                segments: row.get(5)?,
                attempt: row.get(6)?,
                to: row.get(7)?,
                body: row.get(8)?,
                media: media.as_deref().map(json).transpose()?.unwrap_or_default(),
                request: row.get(10)?,
                contact_blocked: row.get(11)?,
                opted_out: row.get::<Option<Timestamp>>(12)?.is_some(),
                contact_zone: row.get(13)?,
                contact_quiet: row.text_or_null(23)?.map(json).transpose()?,
                wrote_at: row.get(14)?,
                purpose: row.text_or_null(24)?.map(purpose).transpose()?,
                written,
            });
        }
    }
    Ok(due)
}

fn purpose(text: &str) -> Result<Purpose, StoreError> {
    Purpose::parse(text).ok_or_else(|| unknown("purpose", text))
}

fn written(row: &Row, author: Author) -> Result<Written, StoreError> {
    let of_draft = row.get::<Option<Uuid>>(17)?.is_some();
    let own = row.text_or_null(21)?.map(mode).transpose()?;
    // One that was removed may do nothing.
    let set = match row.text_or_null(22)? {
        Some(settings) => json::<assistant::Settings>(settings)?.mode,
        None => Mode::Off,
    };
    Ok(Written {
        author,
        before: row.get(25)?,
        on_hold: row.get(26)?,
        assistant: match author {
            Author::Assistant(id) if !of_draft => Some(id),
            _ => None,
        },
        answers: row.get(15)?,
        stop_if_reply: row.get(16)?,
        at: row.get(18)?,
        last_inbound_at: row.get(14)?,
        holder: holder(row.text(19)?, row.get(20)?)?,
        mode: own.unwrap_or(set),
        lane: row.get(2)?,
    })
}

/// Keeps the bytes that go to the carrier, before they go: a repeat must be the same to the byte (telnyx.md §4).
///
/// # Errors
/// When the database fails.
pub async fn keep_request(tx: &mut TenantTx<'_>, message: MessageId, request: &[u8]) -> Result<(), StoreError> {
    tx.push("UPDATE outbox SET request = $3 WHERE tenant_id = $1 AND message_id = $2", args![message, request]).await
}

/// Where a number stands in its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paced {
    /// From when its next text may go, in microseconds; 0 before its first one.
    pub tat_us: i64,
    /// A day of the carriers.
    pub day: i64,
    /// How many segments it has sent on that day.
    pub day_segments: i64,
}

/// Where a number stands in its rate on this day of the carriers.
///
/// # Errors
/// When the database fails.
pub async fn pace(tx: &mut TenantTx<'_>, number: NumberId, day: i64) -> Result<Paced, StoreError> {
    let sql = "SELECT tat_us, day, day_segments FROM number_pace WHERE tenant_id = $1 AND number_id = $2";
    let Some(row) = tx.opt(sql, args![number]).await? else { return Ok(Paced { tat_us: 0, day, day_segments: 0 }) };
    let day_segments = if row.get::<i64>(1)? == day { row.get(2)? } else { 0 };
    Ok(Paced { tat_us: row.get(0)?, day, day_segments })
}

/// Keeps where a number stands in its rate, in the transaction that hands its texts over.
///
/// # Errors
/// When the database fails.
pub async fn set_pace(tx: &mut TenantTx<'_>, number: NumberId, paced: Paced) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO number_pace (tenant_id, number_id, tat_us, day, day_segments) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, number_id) DO UPDATE SET tat_us = $3, day = $4, day_segments = $5",
        args![number, paced.tat_us, paced.day, paced.day_segments],
    )
    .await
}

/// A text that was handed over and never answered for.
#[derive(Debug, Clone, Copy)]
pub struct LostSend {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub message: MessageId,
    /// Its conversation's lane.
    pub lane: Uuid,
    /// As which attempt.
    pub attempt: u32,
}

/// Texts whose sender died: handed over, and their lease ended before `before`.
///
/// # Errors
/// When the database fails.
pub async fn lost_sends(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<Vec<LostSend>, StoreError> {
    let rows = tx
        .rows(
            "SELECT tenant_id, message_id, lane, attempt FROM outbox
             WHERE state = 'sending' AND lease_until_us < $1 ORDER BY lease_until_us LIMIT $2",
            args![before, limit],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(LostSend { tenant: row.get(0)?, message: row.get(1)?, lane: row.get(2)?, attempt: row.get(3)? }))
        .collect()
}

const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Reply => 0,
        Priority::Bulk => 1,
    }
}
