//! An organisation and what it has set.

use serde::{Deserialize, Serialize};

use crate::assistant::Route;
use crate::consent::MarketingConsent;
use crate::consent::opt_in::OptIn;
use crate::field::Field;
use crate::hours::{QuietHours, WeekHours};
use crate::id::{AssistantId, TenantId};
use crate::keyword::OwnWords;

/// An organisation, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Which one.
    pub id: TenantId,
    /// What it has set.
    pub settings: Settings,
}

/// What a tenant can set. A stored document: new fields get a default, so that old rows still read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// ISO 3166 region that a national spelling of a phone number is read in.
    pub region: String,
    /// IANA time zone of the business, and of contacts whose own is not known.
    pub time_zone: String,
    /// A text within this many days of the last message resumes the conversation.
    pub resume_window_days: u32,
    /// How long a person's reply is held so that it can be undone, in seconds.
    pub undo_seconds: u32,
    /// When nothing is sent on the contact's own clock, save answers to someone who has just written.
    pub quiet_hours: Option<QuietHours>,
    /// How often campaigns may text one person; `None`: as often as the law lets them.
    pub campaign_cap: Option<CampaignCap>,
    /// A campaign to more people than this goes only if another member says so; `None`: none needs that.
    pub campaign_approval_above: Option<u32>,
    /// Where short links of campaigns go, as in `https://go.example.com`; `None`: to this installation.
    pub links_base: Option<String>,
    /// How fast campaigns go at most.
    pub sending_limits: SendingLimits,
    /// Who gets campaigns that are marketing.
    pub marketing_consent: MarketingConsent,
    /// Consent to marketing counts no more after so many months in which they neither agreed anew nor wrote, where it is required:
    /// 1 to [`Self::LAPSE_MONTHS_MAX`]; `None`: it counts until they take it back.
    pub consent_lapses_months: Option<u16>,
    /// How people come to marketing by text.
    pub opt_in: OptIn,
    /// What HELP is answered with where the carrier does not answer it itself.
    pub help_text: String,
    /// What STOP is confirmed with where the carrier does not confirm it itself.
    pub stop_confirmation: String,
    /// Words that stop, help and start besides the built-in ones.
    pub keywords: OwnWords,
    /// When somebody is there, on the tenant's clock; `None`: nobody said, and nothing is claimed.
    pub office_hours: Option<WeekHours>,
    /// What is kept of contacts besides name and company.
    pub fields: Vec<Field>,
    /// Fields that are used no more. Their keys are theirs still, and what is kept in them is shown again with them.
    pub archived_fields: Vec<Field>,
    /// Which assistant takes a new conversation, before its number's own.
    pub routes: Vec<Route>,
    /// Which assistant takes new conversations by text on numbers that have none of their own.
    pub sms_assistant: Option<AssistantId>,
    /// For how many days the record of an assistant's run is kept.
    pub run_record_days: u32,
}

/// At most so many texts of campaigns to one person within so many days; all campaigns of the tenant count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignCap {
    /// At most so many: 1 to [`Self::TEXTS_MAX`].
    pub texts: u16,
    /// Within so many times 24 hours: 1 to [`Self::DAYS_MAX`].
    pub days: u16,
    /// What becomes of a text that would be one too many, by this cap or by the law's.
    pub otherwise: Otherwise,
}

impl CampaignCap {
    /// More is no cap.
    pub const TEXTS_MAX: u16 = 100;
    /// As far back as is looked.
    pub const DAYS_MAX: u16 = 90;
}

/// How much campaigns send at most, in segments; `None`: no limit. Texts to one person never wait for these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendingLimits {
    /// All campaigns together, in a minute.
    pub campaigns_per_minute: Option<u32>,
    /// Campaigns through any one carrier account, in a minute.
    pub account_per_minute: Option<u32>,
    /// Any one carrier account on a day of the carriers ([`crate::campaign::throttle::Day`]); what goes to one person counts, too.
    pub account_per_day: Option<u32>,
    /// Any one number on such a day; what goes to one person counts, too.
    pub number_per_day: Option<u32>,
}

impl SendingLimits {
    /// A day must have room for the longest text.
    pub const PER_DAY_MIN: u32 = crate::segment::MAX_SEGMENTS;
    /// More is no limit.
    pub const MAX: u32 = 100_000_000;
}

/// What becomes of a campaign's text that may not go at its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It waits until it may.
    #[default]
    Defer,
    /// They do not get it.
    Skip,
}

impl Settings {
    /// Ten years: more is never.
    pub const LAPSE_MONTHS_MAX: u16 = 120;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "US".into(),
            time_zone: "America/New_York".into(),
            resume_window_days: 30,
            undo_seconds: 5,
            quiet_hours: None,
            campaign_cap: None,
            campaign_approval_above: None,
            links_base: None,
            sending_limits: SendingLimits::default(),
            marketing_consent: MarketingConsent::Implied,
            consent_lapses_months: None,
            opt_in: OptIn::default(),
            help_text: "Reply to this text and we will help. Reply STOP to get no more texts.".into(),
            stop_confirmation: "You are unsubscribed and will get no more texts from us. Reply START to resume.".into(),
            keywords: OwnWords::default(),
            office_hours: None,
            fields: Vec::new(),
            archived_fields: Vec::new(),
            routes: Vec::new(),
            sms_assistant: None,
            run_record_days: 90,
        }
    }
}
