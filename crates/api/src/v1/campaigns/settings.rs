//! What a campaign says, to whom and how, as it is asked for; and what must be there before a launch.

use domain::campaign::{Audience, Canary, Settings, Throttle, Variant};
use domain::consent::Purpose;
use domain::id::{ImportId, ListId, MediaId, NumberId, SegmentId, WorkflowId};
use domain::link::Links;
use domain::lint::{self, Severity};
use domain::phone::E164;
use domain::template::{OWN_NAMES, Template};
use domain::tenant::Otherwise;
use jiff::Timestamp;
use serde::Deserialize;
use store::campaign::{audience, retry};
use store::{TenantTx, number, segment, tenant, words};
use utoipa::ToSchema;

use super::attached;
use super::variants::{holdout_of, variants_of};
use crate::{
    error::{ApiError, FieldError},
    v1::{imports, lists, segments},
};

const NUMBERS_MAX: usize = 100;
const TAGS_MAX: usize = 50;
const GROUPS_MAX: usize = 20;
const PHONES_MAX: usize = 10_000;
/// So many numbers that are none are named at once.
const FAULTS_MAX: usize = 100;

/// A campaign to write, or what of a draft changes; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignPatch {
    /// What people call it; a new one needs it.
    pub(super) name: Option<String>,
    /// The text, with places such as `{first_name|there}`, `{due:date}` or the key of a field of yours.
    body: Option<String>,
    /// What it is for: `marketing`, if nobody says otherwise, or `service`.
    #[schema(value_type = Option<words::CampaignPurpose>)]
    purpose: Option<Purpose>,
    /// From which numbers; each recipient always gets theirs from the same one.
    #[schema(value_type = Option<Vec<String>>)]
    numbers: Option<Vec<NumberId>>,
    /// To whom.
    audience: Option<ChangeAudience>,
    /// Whoever has not got it by then does not get it any more; `null`: it has time.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, format = DateTime)]
    send_before: Option<Option<Timestamp>>,
    /// What becomes of a text whose turn comes in quiet hours, by whoever's word or law: it waits, if nobody says otherwise, or its
    /// recipient is skipped.
    #[schema(value_type = Option<words::Otherwise>)]
    outside_hours: Option<Otherwise>,
    /// What becomes of one that would be one too many, by your cap or the law's; `null`: what your settings say.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<words::Otherwise>)]
    over_cap: Option<Option<Otherwise>>,
    /// Who gets it first, and what must not come of it, or it pauses; `null`: nobody does.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<store::campaign::shown::Canary>)]
    canary: Option<Option<Canary>>,
    /// Several texts in the place of `body`, to see which does best: 2 to 8, or none.
    #[schema(value_type = Option<Vec<store::campaign::shown::Variant>>)]
    variants: Option<Vec<Variant>>,
    /// So many of a hundred get nothing, to compare with.
    #[schema(maximum = 50)]
    holdout_percent: Option<u8>,
    /// Whether its links become short ones, with a code of its own for everybody; if never said, they stay as written.
    #[schema(value_type = Option<store::words::CampaignLinks>)]
    links: Option<Links>,
    /// How fast it goes at most.
    #[schema(value_type = Option<store::campaign::shown::Throttle>)]
    throttle: Option<Throttle>,
    /// What is attached to each text, at most ten uploads that together weigh less than 1 MB; each text then goes, and costs, as
    /// one MMS.
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    media: Option<Vec<MediaId>>,
    /// Whoever gets it is enrolled in this workflow, once; `null`: in none. It must be active, and begin with campaigns.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    workflow_id: Option<Option<WorkflowId>>,
}

/// Who gets it: whoever one of the first six means, and none of the others does.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeAudience {
    /// All contacts.
    everyone: bool,
    /// Contacts with one of these labels.
    tags: Vec<String>,
    /// Contacts on one of these lists.
    #[schema(value_type = Vec<String>)]
    lists: Vec<ListId>,
    /// Contacts in one of these segments, at the moment at which everybody gets their row.
    #[schema(value_type = Vec<String>)]
    segments: Vec<SegmentId>,
    /// Contacts whom one of these imports added or found; each must have been read.
    #[schema(value_type = Vec<String>)]
    imports: Vec<ImportId>,
    /// These numbers, in E.164 form; who is not known becomes a contact.
    phones: Vec<String>,
    /// But nobody with one of these labels.
    without_tags: Vec<String>,
    /// Nor on one of these lists.
    #[schema(value_type = Vec<String>)]
    without_lists: Vec<ListId>,
    /// Nor in one of these segments.
    #[schema(value_type = Vec<String>)]
    without_segments: Vec<SegmentId>,
    /// Nor whom one of these imports added or found.
    #[schema(value_type = Vec<String>)]
    without_imports: Vec<ImportId>,
}

impl std::fmt::Debug for CampaignPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CampaignPatch").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ChangeAudience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeAudience").finish_non_exhaustive()
    }
}

/// What must be there before a launch.
pub(super) async fn ready(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    set: &Settings,
    starts_at: Option<Timestamp>,
) -> Result<(), ApiError> {
    sendable(tx, set).await?;
    attached::workflow_takes(tx, set.workflow_id).await?;
    if set.send_before.is_some_and(|before| starts_at.is_some_and(|at| before <= at)) {
        let mend = "It would be over before it begins. Choose a later time.";
        return Err(ApiError::invalid("send_before", "too_early", mend));
    }
    if let Some(again) = &set.retry {
        if !retry::anybody(tx, again).await? {
            return Err(ApiError::invalid("audience", "nobody", "Nobody is left who could get it."));
        }
        return Ok(());
    }
    groups_exist(tx, &set.audience).await?;
    segments_make_sense(tx, &set.audience).await?;
    if set.audience.phones.is_empty() && !audience::anybody(tx, now, &set.audience).await? {
        let mend = "Nobody would get it. Choose other labels, lists, segments or imports, or name some numbers.";
        return Err(ApiError::invalid("audience", "nobody", mend));
    }
    Ok(())
}

/// That there is something to send, and somewhere to send it from.
pub(super) async fn sendable(tx: &mut TenantTx<'_>, set: &Settings) -> Result<(), ApiError> {
    for (variant, body) in set.texts() {
        if body.trim().is_empty() {
            return Err(ApiError::invalid(field_of(variant), "empty", "It says nothing. Write its text first."));
        }
    }
    if set.numbers.is_empty() {
        return Err(ApiError::invalid("numbers", "empty", "Choose the numbers that it is sent from."));
    }
    for (variant, body) in set.texts() {
        names_exist(tx, &field_of(variant), body).await?;
        says_nothing_refused(tx, &field_of(variant), body).await?;
    }
    numbers_exist(tx, &set.numbers).await?;
    attached::numbers_can(tx, set).await
}

/// What it says, to whom and how, after what is asked for.
pub(super) async fn settings(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    before: Settings,
    asked: &CampaignPatch,
) -> Result<Settings, ApiError> {
    let mut set = before;
    if let Some(body) = &asked.body {
        names_exist(tx, "body", body).await?;
        set.body.clone_from(body);
    }
    if let Some(variants) = &asked.variants {
        set.variants = variants_of(variants)?;
        for (nth, variant) in set.variants.iter().enumerate() {
            names_exist(tx, &field_of(Some(nth)), &variant.body).await?;
        }
    }
    if let Some(percent) = asked.holdout_percent {
        set.holdout_percent = holdout_of(percent)?;
    }
    if let Some(purpose) = asked.purpose {
        set.purpose = purpose;
    }
    if let Some(numbers) = &asked.numbers {
        numbers_exist(tx, numbers).await?;
        set.numbers.clone_from(numbers);
        set.numbers.sort_unstable();
        set.numbers.dedup();
    }
    if asked.audience.is_some() && set.retry.is_some() {
        let mend = "It goes to those who did not get the campaign that it repeats. Write a new one for others.";
        return Err(ApiError::invalid("audience", "settled", mend));
    }
    if let Some(asked) = &asked.audience {
        set.audience = audience_of(asked, &tenant::settings(tx).await?.region)?;
        groups_exist(tx, &set.audience).await?;
    }
    if let Some(send_before) = asked.send_before {
        if send_before.is_some_and(|before| before <= now) {
            return Err(ApiError::invalid("send_before", "in_the_past", "This time has passed. Choose a later one."));
        }
        set.send_before = send_before;
    }
    if let Some(canary) = asked.canary {
        set.canary = canary.map(canary_of).transpose()?;
    }
    set.outside_hours = asked.outside_hours.unwrap_or(set.outside_hours);
    set.over_cap = asked.over_cap.unwrap_or(set.over_cap);
    set.links = asked.links.unwrap_or(set.links);
    if let Some(throttle) = asked.throttle {
        if throttle.segments_per_minute == Some(0) {
            let mend = "At least one segment a minute; leave it out for no limit.";
            return Err(ApiError::invalid("throttle.segments_per_minute", "out_of_range", mend));
        }
        set.throttle = throttle;
    }
    if let Some(media) = &asked.media {
        set.media = attached::media_of(tx, media).await?;
    }
    if let Some(workflow) = asked.workflow_id {
        attached::workflow_takes(tx, workflow).await?;
        set.workflow_id = workflow;
    }
    Ok(set)
}

/// Where a text stands in what is asked for.
fn field_of(variant: Option<usize>) -> String {
    variant.map_or_else(|| "body".into(), |nth| format!("variants[{nth}].body"))
}

pub(in crate::v1) async fn names_exist(tx: &mut TenantTx<'_>, field: &str, body: &str) -> Result<(), ApiError> {
    let fault = |fault: domain::template::Fault| ApiError::invalid(field, fault.kind.code(), fault.to_string());
    let template: Template = body.parse().map_err(fault)?;
    let own = tenant::settings(tx).await?.fields;
    template.check(OWN_NAMES.into_iter().chain(own.iter().map(|field| field.key.as_str()))).map_err(fault)
}

/// Warnings are for people to weigh; what carriers block as it is would only cost the number its good name.
async fn says_nothing_refused(tx: &mut TenantTx<'_>, field: &str, body: &str) -> Result<(), ApiError> {
    let tenant = tenant::read(tx).await?;
    let own_host = tenant.settings.links_base.as_deref().and_then(domain::link::host);
    let keywords = Some(&tenant.settings.keywords);
    let context = lint::Context { sender: &tenant.name, keywords, own_host: own_host.as_deref() };
    match lint::lint(body, context).into_iter().find(|finding| finding.severity == Severity::Refuse) {
        Some(found) => {
            Err(ApiError::invalid(field, found.code.as_str(), format!("{} {}", found.explanation, found.mend)))
        }
        None => Ok(()),
    }
}

async fn numbers_exist(tx: &mut TenantTx<'_>, numbers: &[NumberId]) -> Result<(), ApiError> {
    if numbers.len() > NUMBERS_MAX {
        return Err(ApiError::invalid("numbers", "too_many", format!("At most {NUMBERS_MAX} numbers.")));
    }
    for (nth, id) in numbers.iter().enumerate() {
        if number::read(tx, *id).await?.is_none() {
            let mend = "There is no such number. Choose some under Numbers.";
            return Err(ApiError::invalid(format!("numbers[{nth}]"), "no_such_number", mend));
        }
    }
    Ok(())
}

/// Contacts as they are asked for, in groups that are there and make sense. Numbers of people who may be none yet are refused.
pub(in crate::v1) async fn contacts_meant(tx: &mut TenantTx<'_>, asked: &ChangeAudience) -> Result<Audience, ApiError> {
    if !asked.phones.is_empty() {
        let mend = "Only contacts can be meant here. Add them as contacts first, or name contacts you have.";
        return Err(ApiError::invalid("audience.phones", "not_allowed", mend));
    }
    let meant = audience_of(asked, &tenant::settings(tx).await?.region)?;
    groups_exist(tx, &meant).await?;
    segments_make_sense(tx, &meant).await?;
    Ok(meant)
}

/// That there are the lists, segments and imports of an audience; they stay there until the transaction ends.
async fn groups_exist(tx: &mut TenantTx<'_>, to: &Audience) -> Result<(), ApiError> {
    for (field, ids) in [("lists", &to.lists), ("without_lists", &to.without_lists)] {
        for (nth, id) in ids.iter().enumerate() {
            lists::must_exist(tx, format!("audience.{field}[{nth}]"), *id).await?;
        }
    }
    for (field, ids) in [("segments", &to.segments), ("without_segments", &to.without_segments)] {
        for (nth, id) in ids.iter().enumerate() {
            segments::must_exist(tx, format!("audience.{field}[{nth}]"), *id).await?;
        }
    }
    for (field, ids) in [("imports", &to.imports), ("without_imports", &to.without_imports)] {
        for (nth, id) in ids.iter().enumerate() {
            imports::must_be_read(tx, format!("audience.{field}[{nth}]"), *id).await?;
        }
    }
    Ok(())
}

/// That it can be said who is in each segment: nobody is texted, or left out, by accident.
async fn segments_make_sense(tx: &mut TenantTx<'_>, to: &Audience) -> Result<(), ApiError> {
    for (field, ids) in [("segments", &to.segments), ("without_segments", &to.without_segments)] {
        let checked = segment::checked(tx, ids).await?;
        if let Some(nth) = ids.iter().position(|id| !checked.contains_key(id)) {
            let mend = "Its condition makes no sense any more, as a field is gone. Mend it under Segments.";
            return Err(ApiError::invalid(format!("audience.{field}[{nth}]"), "broken_segment", mend));
        }
    }
    Ok(())
}

fn each_once<T: Copy + Ord>(ids: &[T]) -> Vec<T> {
    let ids: std::collections::BTreeSet<T> = ids.iter().copied().collect();
    ids.into_iter().collect()
}

/// National spellings are read as those of `region`.
fn audience_of(asked: &ChangeAudience, region: &str) -> Result<Audience, ApiError> {
    let labels = |field: &str, tags: &[String]| {
        if tags.len() > TAGS_MAX {
            return Err(ApiError::invalid(field, "too_many", format!("At most {TAGS_MAX} labels.")));
        }
        let mut tags: Vec<String> =
            tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        tags.sort_unstable();
        tags.dedup();
        Ok(tags)
    };
    if asked.phones.len() > PHONES_MAX {
        let mend = format!("At most {PHONES_MAX} numbers. Import more of them as contacts with a label.");
        return Err(ApiError::invalid("audience.phones", "too_many", mend));
    }
    for (field, many) in [
        ("audience.lists", asked.lists.len()),
        ("audience.segments", asked.segments.len()),
        ("audience.imports", asked.imports.len()),
        ("audience.without_imports", asked.without_imports.len()),
        ("audience.without_lists", asked.without_lists.len()),
        ("audience.without_segments", asked.without_segments.len()),
    ] {
        if many > GROUPS_MAX {
            return Err(ApiError::invalid(field, "too_many", format!("At most {GROUPS_MAX}.")));
        }
    }
    let (mut phones, mut faults) = (Vec::with_capacity(asked.phones.len()), Vec::new());
    for (nth, phone) in asked.phones.iter().enumerate() {
        match E164::parse(phone, Some(region)) {
            Ok(phone) => phones.push(phone.as_str().to_owned()),
            Err(error) if faults.len() < FAULTS_MAX => {
                faults.push(FieldError::phone(format!("audience.phones[{nth}]"), error));
            }
            Err(_) => {}
        }
    }
    if !faults.is_empty() {
        return Err(ApiError::invalid_fields(faults));
    }
    phones.sort_unstable();
    phones.dedup();
    Ok(Audience {
        everyone: asked.everyone,
        tags: labels("audience.tags", &asked.tags)?,
        lists: each_once(&asked.lists),
        segments: each_once(&asked.segments),
        imports: each_once(&asked.imports),
        phones,
        without_tags: labels("audience.without_tags", &asked.without_tags)?,
        without_lists: each_once(&asked.without_lists),
        without_segments: each_once(&asked.without_segments),
        without_imports: each_once(&asked.without_imports),
    })
}

fn canary_of(canary: Canary) -> Result<Canary, ApiError> {
    for (field, value, least, most) in [
        ("percent", canary.percent.into(), 1, Canary::PERCENT_MAX.into()),
        ("at_least", canary.at_least, 1, Canary::AT_LEAST_MAX),
        ("wait_minutes", canary.wait_minutes, 1, Canary::WAIT_MAX),
        ("max_failed_percent", canary.max_failed_percent.into(), 0, 100),
        ("max_opted_out_percent", canary.max_opted_out_percent.into(), 0, 100),
        ("max_complained_percent", canary.max_complained_percent.into(), 0, 100),
    ] {
        if !(least..=most).contains(&value) {
            let mend = format!("Choose {least} to {most}.");
            return Err(ApiError::invalid(format!("canary.{field}"), "out_of_range", mend));
        }
    }
    Ok(canary)
}

/// `null` is said, too.
fn said<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
