//! What rows of a file do to contacts: some thousand of them in one transaction, with one query per kind of thing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use domain::consent::{Purpose, State};
use domain::decision::ConsentSource;
use domain::field::Compared;
use domain::id::{ContactId, Ids, ImportId};
use domain::import::{self, Change, Known, Mode, Row, Settings, Step as ConsentStep, Verdict, judge};
use domain::phone::E164;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Reading, Step, undo};
use crate::contact::history::{self, By, Hand, Noted};
use crate::enrolment::{self, fires};
use crate::search::words;
use crate::{StoreError, TenantTx, args, consent, contact, list, row};

/// A row that can be imported.
pub struct Read {
    /// What it says.
    pub row: Row,
    /// A row before it had the same number.
    pub seen: bool,
}

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Read").field("seen", &self.seen).finish_non_exhaustive()
    }
}

/// For which import, and how.
#[derive(Debug, Clone, Copy)]
pub struct Applying<'a> {
    /// Which.
    pub import: ImportId,
    /// What is done.
    pub settings: &'a Settings,
    /// Nothing is changed: only counted.
    pub is_check: bool,
    /// When.
    pub now: Timestamp,
}

/// Who has a number.
struct Someone {
    id: ContactId,
    opted_out: bool,
    known: Known,
}

/// Does what these rows say, in their order, and counts it. Answers who wants no texts from now on.
///
/// # Errors
/// When the database fails.
pub async fn apply(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    applying: Applying<'_>,
    rows: &[Read],
    reading: &mut Reading,
) -> Result<Vec<String>, StoreError> {
    let mode = applying.settings.mode;
    let mut there = people(tx, rows, mode).await?;
    let mut writing = Writing::default();
    for read in rows {
        // Whoever has one of the numbers is meant, the first of them before others.
        let found = read.row.phones().find_map(|phone| Some((phone, there.get(phone.as_str())?)));
        let someone = found.map(|(_, someone)| someone);
        // Who stays as they are gets no new number either.
        let phone =
            found.map_or(&read.row.phone, |(at, _)| if mode == Mode::Skip { at } else { &read.row.phone }).as_str();
        let verdict = judge(&read.row, someone.map(|someone| &someone.known), read.seen, mode);
        let is_out = |phone: &E164| there.get(phone.as_str()).is_some_and(|someone| someone.opted_out);
        let opted_out = read.row.phones().any(is_out);
        let step = import::consent(&read.row, opted_out, applying.settings.attestation.as_ref());
        reading.tally.count(&verdict, opted_out || matches!(step, ConsentStep::OptOut { .. }));
        if applying.is_check {
            continue;
        }
        let contact = match (&verdict, someone) {
            (Verdict::Create, _) => writing.create(tx, ids, &read.row),
            (Verdict::Update(change), Some(someone)) => writing.change(someone, change),
            (_, Some(someone)) => someone.id,
            (_, None) => continue,
        };
        writing.everybody.push(contact);
        writing.consent(ids, contact, phone, &step, applying.now);
        let says_no = matches!(step, ConsentStep::OptOut { .. });
        let takes_numbers = matches!(verdict, Verdict::Create | Verdict::Update(_));
        for number in read.row.phones().map(E164::as_str) {
            let whose = there.get_mut(number);
            // A word against texts is about all their numbers, whosever they are; one for them is about where texts go.
            if says_no && number != phone {
                writing.consent(ids, whose.as_ref().map_or(contact, |whose| whose.id), number, &step, applying.now);
            }
            match whose {
                Some(whose) => whose.opted_out |= says_no,
                None if takes_numbers || says_no => {
                    if !takes_numbers {
                        // What was said of it is kept with it.
                        writing.others.push((contact, "phone", number.into()));
                    }
                    // The file may say more of them further on.
                    let someone = Someone { id: contact, opted_out: opted_out || says_no, known: Known::default() };
                    there.insert(number.to_owned(), someone);
                }
                None => {}
            }
        }
    }
    if applying.is_check {
        return Ok(Vec::new());
    }
    let out = writing.consents.iter().filter(|one| one.opted_out).map(|one| one.phone.to_owned()).collect();
    writing.write(tx, ids, applying, reading).await?;
    Ok(out)
}

/// Who of them we know, and as much of them as the mode asks for.
async fn people(tx: &mut TenantTx<'_>, rows: &[Read], mode: Mode) -> Result<HashMap<String, Someone>, StoreError> {
    let phones = list(rows.iter().flat_map(|read| read.row.phones()).map(E164::as_str));
    let found = tx
        .rows(
            "SELECT a.address, a.contact_id, a.opted_out_at_us, c.name, c.company, c.time_zone, c.language, c.note
             FROM contact_address a JOIN contact c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id
             WHERE a.tenant_id = $1 AND a.kind = 'phone' AND a.address {among $2}",
            args![phones],
        )
        .await?;
    let mut people = HashMap::with_capacity(found.len());
    for row in &found {
        let known = Known {
            name: row.get(3)?,
            company: row.get(4)?,
            time_zone: row.get::<Option<String>>(5)?.unwrap_or_default(),
            language: row.get::<Option<String>>(6)?.unwrap_or_default(),
            note: row.get(7)?,
            ..Known::default()
        };
        let opted_out = row.get::<Option<Timestamp>>(2)?.is_some();
        people.insert(row.get(0)?, Someone { id: row.get(1)?, opted_out, known });
    }
    if !people.is_empty() && mode != Mode::Skip {
        let has_several = |read: &Read| !(read.row.other_phones.is_empty() && read.row.other_emails.is_empty());
        more(tx, &mut people, rows.iter().any(has_several)).await?;
    }
    Ok(people)
}

/// What stands elsewhere. `all`: all their addresses, too.
async fn more(tx: &mut TenantTx<'_>, people: &mut HashMap<String, Someone>, all: bool) -> Result<(), StoreError> {
    let ids: Vec<ContactId> = people.values().map(|someone| someone.id).collect();
    let mut tags: HashMap<ContactId, Vec<String>> = HashMap::new();
    let sql = "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2}";
    for row in tx.rows(sql, args![list(&ids)]).await? {
        tags.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let mut fields: HashMap<ContactId, BTreeMap<String, String>> = HashMap::new();
    let sql = "SELECT contact_id, field, value FROM contact_field WHERE tenant_id = $1 AND contact_id {among $2}";
    for row in tx.rows(sql, args![list(&ids)]).await? {
        fields.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    let mut emails: HashMap<ContactId, String> = HashMap::new();
    let sql = "SELECT contact_id, address FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} AND kind = 'email' ORDER BY created_at_us DESC";
    for row in tx.rows(sql, args![list(&ids)]).await? {
        emails.insert(row.get(0)?, row.get(1)?);
    }
    let mut addresses: HashMap<ContactId, (Vec<String>, Vec<String>)> = HashMap::new();
    if all {
        let sql =
            "SELECT contact_id, kind, address FROM contact_address WHERE tenant_id = $1 AND contact_id {among $2}";
        for row in tx.rows(sql, args![list(&ids)]).await? {
            let (phones, emails) = addresses.entry(row.get(0)?).or_default();
            match row.text(1)? {
                "phone" => phones.push(row.get(2)?),
                "email" => emails.push(row.get(2)?),
                _ => {}
            }
        }
    }
    for someone in people.values_mut() {
        (someone.known.phones, someone.known.emails) = addresses.get(&someone.id).cloned().unwrap_or_default();
        someone.known.tags = tags.get(&someone.id).cloned().unwrap_or_default();
        someone.known.fields = fields.get(&someone.id).cloned().unwrap_or_default();
        someone.known.email = emails.get(&someone.id).cloned().unwrap_or_default();
    }
    Ok(())
}

/// What is written at the end, table by table.
#[derive(Default)]
struct Writing<'r> {
    people: Vec<(ContactId, &'r Row, String)>,
    changes: Vec<(ContactId, Change)>,
    tags: Vec<(ContactId, Cow<'r, str>)>,
    fields: Vec<(ContactId, Arc<str>, Cow<'r, str>)>,
    emails: Vec<(ContactId, Cow<'r, str>)>,
    /// Other addresses: their kinds, and what they are.
    others: Vec<(ContactId, &'static str, Cow<'r, str>)>,
    consents: Vec<Agreed<'r>>,
    everybody: Vec<ContactId>,
    step: Step,
}

/// A line for the ledger.
struct Agreed<'r> {
    id: Uuid,
    contact: ContactId,
    phone: &'r str,
    opted_out: bool,
    attested: bool,
    detail: Option<String>,
    at: Timestamp,
}

impl<'r> Writing<'r> {
    fn create(&mut self, tx: &TenantTx<'_>, ids: &mut Ids, row: &'r Row) -> ContactId {
        let id: ContactId = ids.next();
        let email = Some(row.email.as_str()).filter(|email| !email.is_empty());
        let emails = email.into_iter().chain(row.other_emails.iter().map(String::as_str));
        let words = words(tx.tenant(), &row.name, &row.company, row.phones().map(E164::as_str).chain(emails));
        self.others.extend(row.other_phones.iter().map(|phone| (id, "phone", phone.as_str().into())));
        self.others.extend(row.other_emails.iter().map(|email| (id, "email", email.into())));
        self.tags.extend(row.tags.iter().map(|tag| (id, tag.into())));
        self.fields.extend(row.fields.iter().map(|(key, value)| (id, Arc::clone(key), value.into())));
        self.emails.extend(email.map(|email| (id, email.into())));
        self.people.push((id, row, words));
        self.step.created.push(id);
        id
    }

    fn change(&mut self, someone: &Someone, change: &Change) -> ContactId {
        let id = someone.id;
        self.step.changed.push(undo::Before::of(id, &someone.known, change));
        self.tags.extend(change.tags.iter().map(|tag| (id, tag.clone().into())));
        self.fields.extend(change.fields.iter().map(|(key, value)| (id, Arc::clone(key), value.clone().into())));
        self.emails.extend(change.email.iter().map(|email| (id, email.clone().into())));
        self.others.extend(change.phones.iter().map(|phone| (id, "phone", phone.clone().into())));
        self.others.extend(change.emails.iter().map(|email| (id, "email", email.clone().into())));
        self.changes.push((id, change.clone()));
        id
    }

    fn consent(&mut self, ids: &mut Ids, contact: ContactId, phone: &'r str, step: &ConsentStep, now: Timestamp) {
        let (opted_out, at, source, attested) = match step {
            ConsentStep::Nothing => return,
            ConsentStep::OptIn { at, source, attested } => (false, at, source, *attested),
            ConsentStep::OptOut { at, source } => (true, at, source, false),
        };
        // Who vouches for them is kept with the import, once.
        let detail = if attested { None } else { source.clone() };
        let at = at.unwrap_or(now);
        self.consents.push(Agreed { id: ids.next(), contact, phone, opted_out, attested, detail, at });
    }

    async fn write(
        mut self,
        tx: &mut TenantTx<'_>,
        ids: &mut Ids,
        applying: Applying<'_>,
        reading: &Reading,
    ) -> Result<(), StoreError> {
        let Applying { import, settings, now, .. } = applying;
        let null = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        tx.push_together(
            "INSERT INTO contact (tenant_id, id, name, company, words, time_zone, language, note, blocked, created_at_us)",
            self.people.iter().map(|(id, one, words)| {
                let (zone, language) = (null(&one.time_zone), null(&one.language));
                row![*id, &one.name, &one.company, words, zone, language, &one.note, false, now]
            }),
        )
        .await?;
        tx.push_many(
            "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)",
            self.people.iter().map(|(id, one, _)| row!["phone", one.phone.as_str(), *id, now]),
        )
        .await?;
        // An address of somebody else's stays theirs.
        tx.push_many(
            "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
             VALUES {rows} ON CONFLICT (tenant_id, kind, address) DO NOTHING",
            self.emails.iter().map(|(id, email)| row!["email", &**email, *id, now]),
        )
        .await?;
        // They come after the first, which so stays the one that counts.
        let after = now.checked_add(SignedDuration::from_micros(1)).unwrap_or(now);
        tx.push_many(
            "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
             VALUES {rows} ON CONFLICT (tenant_id, kind, address) DO NOTHING",
            self.others.iter().map(|(id, kind, address)| row![*kind, &**address, *id, after]),
        )
        .await?;
        tx.push_each(
            "UPDATE contact SET name = COALESCE($3, name), company = COALESCE($4, company),
                 time_zone = COALESCE($5, time_zone), language = COALESCE($6, language), note = COALESCE($7, note)
             WHERE tenant_id = $1 AND id = $2",
            self.changes.iter().map(|(id, change)| {
                row![*id, &change.name, &change.company, &change.time_zone, &change.language, &change.note]
            }),
        )
        .await?;
        tx.push_many(
            "INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES {rows} ON CONFLICT DO NOTHING",
            self.tags.iter().map(|(id, tag)| row![*id, &**tag]),
        )
        .await?;
        tx.push_many(
            contact::SAVE_FIELD,
            self.fields.iter().map(|(id, key, value)| {
                let Compared { folded, number, day } = Compared::of(value);
                row![*id, &**key, &**value, folded, number, day, now]
            }),
        )
        .await?;
        let readdressed =
            |change: &Change| change.email.is_some() || !change.phones.is_empty() || !change.emails.is_empty();
        let renamed = |change: &Change| change.name.is_some() || change.company.is_some() || readdressed(change);
        let renamed = self.changes.iter().filter(|(_, change)| renamed(change));
        contact::search_anew(tx, &renamed.map(|(id, _)| *id).collect::<Vec<_>>()).await?;
        let mut hand = Hand { by: By::Import(import), at: now, ids };
        let lines: Vec<Noted<'_>> = self.step.changed.iter().flat_map(undo::Before::lines).collect();
        let new = self.of_the_new();
        fires::changed(tx, now, hand.ids, lines.iter().chain(&new).map(|line| (None, line))).await?;
        history::write(tx, &mut hand, lines).await?;
        self.everybody.sort_unstable();
        self.everybody.dedup();
        tx.push_many(
            "INSERT INTO contact_import_member (tenant_id, import_id, contact_id) VALUES {rows} ON CONFLICT DO NOTHING",
            self.everybody.iter().map(|id| row![import, *id]),
        )
        .await?;
        if let Some(to) = settings.list {
            let new = tx
                .insert_new(
                    "INSERT INTO contact_list_member (tenant_id, contact_id, list_id, added_at_us)
                     VALUES {rows} ON CONFLICT DO NOTHING {which contact_id}",
                    self.everybody.iter().map(|id| row![*id, to, now]),
                )
                .await?;
            self.step.listed = new.into_iter().filter_map(|place| self.everybody.get(place).copied()).collect();
            enrolment::listed(tx, now, hand.ids, self.step.listed.iter().map(|id| (*id, None))).await?;
        }
        self.agree(tx, hand.ids, applying).await?;
        undo::keep(tx, import, reading.rows, &self.step).await
    }

    /// What came with those who are new: nothing is told of it in their history.
    fn of_the_new(&self) -> Vec<Noted<'_>> {
        let new: HashSet<ContactId> = self.step.created.iter().copied().collect();
        let tags = self.tags.iter().map(|(id, tag)| Noted::added(*id, "tags", &**tag));
        let fields = self.fields.iter().map(|(id, key, value)| Noted::text(*id, format!("fields.{key}"), "", value));
        tags.chain(fields).filter(|line| new.contains(&line.contact)).collect()
    }

    async fn agree(&self, tx: &mut TenantTx<'_>, ids: &mut Ids, applying: Applying<'_>) -> Result<(), StoreError> {
        let by = applying.settings.attestation.as_ref().map(|attestation| attestation.by);
        let lines = self.consents.iter().map(|one| consent::Line {
            id: one.id,
            contact: one.contact,
            phone: one.phone,
            state: if one.opted_out { State::OptedOut } else { State::OptedIn },
            // Who is said to want texts wants what is sent to many; who wants none wants none of all.
            purpose: (!one.opted_out).then_some(Purpose::Marketing),
            sender: None,
            source: ConsentSource::Import,
            keyword: None,
            message: None,
            shown: None,
            how: one.detail.as_deref(),
            proof: None,
            jurisdiction: None,
            by: by.filter(|_| one.attested),
            import: Some(applying.import),
            at: one.at,
        });
        consent::append(tx, applying.now, ids, &lines.collect::<Vec<_>>()).await?;
        enrolment::consented(tx, applying.now, ids, self.consents.iter().map(|one| one.contact)).await
    }
}
