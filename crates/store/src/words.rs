//! The closed sets of words in what the API shows, for its document. The values themselves are `domain`'s; a test holds the two
//! together.

use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($word:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
        #[schema(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the words speak for themselves")]
        pub enum $name { $($word),* }
    )*};
}

words! {
    /// By which way the two sides talk.
    Channel { Sms, Chat, Email, Voice }
    /// How far the registration of a number has come at the carrier.
    RegistrationState { NotNeeded, Unknown, Unregistered, Pending, Registered, Rejected, Suspended }
    /// Whether a conversation wants work.
    ConversationStatus { Open, Snoozed, Closed }
    /// Who answers.
    HolderKind { Nobody, Agents, Assistant, Workflow }
    /// What an assistant may do on its own: nothing, suggest, send.
    Mode { Off, Draft, Auto }
    /// From the contact, to the contact, or a note among ourselves.
    Direction { In, Out, Note }
    /// Who wrote it.
    AuthorKind { Contact, Member, Assistant, Workflow, Campaign, Api, OptIn, System }
    /// How a text is written on the air.
    Encoding { Gsm7, Ucs2 }
    /// Whether an attachment is here: it is on its way from the carrier, it is, or it could not be fetched.
    MediaState { Waiting, Kept, Failed }
    /// Where a message stands. It only moves forward.
    MessageStatus {
        Received, Noted, Held, Scheduled, Queued, Deferred, Sending, Sent, Unknown, Delivered, Unconfirmed, Failed,
        Skipped, Cancelled,
    }
    /// How it is known by which clocks somebody lives: somebody said so, their number's region has them, or by the tenant's.
    ZoneSource { Own, Number, Tenant }
    /// What two contacts have in common.
    Likeness { SameName, SimilarName, SameCompany, SimilarNumber, SimilarEmail }
    /// What happened with somebody.
    TimelineKind { Message, Campaign, Consent, Change }
    /// What a field of contacts holds.
    FieldType { Text, Number, Date, YesNo, Choice }
    /// What an address of a contact is.
    AddressKind { Phone, Email }
    /// Who changed something of a contact.
    ChangedBy { Member, Api, Assistant, Workflow, Campaign, Contact, System, Import }
    /// Where a campaign stands.
    CampaignState { Draft, AwaitingApproval, Scheduled, Running, Paused, Done, Cancelled }
    /// What stops a campaign by itself: the carrier says that something is set up wrongly, or takes its texts for spam;
    /// or too much came of the first texts that must not.
    CampaignGuard { Configuration, Spam, Canary }
    /// What becomes of a campaign's text that may not go at its time: it waits until it may, or its recipient is skipped.
    Otherwise { Defer, Skip }
    /// How it stands with a workflow: it was never published; people enter it; nobody enters it and nobody in it goes on; nobody
    /// enters it and whoever is in it goes on to their end.
    WorkflowState { Draft, Active, Paused, Archived }
    /// What begins somebody's way through a workflow.
    TriggerKind {
        Campaign, Keyword, Text, NewConversation, TagAdded, TagRemoved, FieldChanged, SegmentEntered, Date,
        ConversationResolved, NoReply, LinkClicked, DeliveryFailed, Api, ByHand,
    }
    /// How it stands with people who are let into a workflow together.
    SelectionState { Running, Done, Cancelled }
    /// What two versions of a workflow differ in, of one step or of what stands above the steps.
    WorkflowChange { Added, Removed, Moved, Changed }
    /// What is seen when a workflow is played: a text of ours, one of theirs, or what happens on their way.
    WorkflowScene { WeSay, TheySay, Happens }
    /// How it stands with somebody's way through a workflow.
    WayStatus { New, Live, Paused, Failed, Ended }
    /// How it stands with somebody's way through a workflow, as it is kept: it goes on; somebody paused it, or its workflow; a step
    /// waits for somebody to have it done again; it is over.
    EnrolmentStatus { Live, Paused, Failed, Ended }
    /// What somebody's way waits for: a time, a reply, a model's word on a reply, what is done elsewhere, another workflow.
    WayWaits { Time, Reply, Intent, Effect, Floor }
    /// What was done with a campaign.
    CampaignDeedKind {
        Created, Edited, Launched, Submitted, Approved, Refused, Undone, Started, Paused, Resumed, CanaryPassed, Cancelled,
        Done, Retried,
    }
    /// Who else gets the next try of a campaign: whoever was skipped, but for those who want nothing; whoever was left when it
    /// was ended.
    CampaignRetryAlso { Skipped, Cancelled }
    /// Where somebody stands who is to get a campaign. They only move forward.
    RecipientStanding {
        Pending, Deferred, Queued, Sending, Sent, Unknown, Delivered, Unconfirmed, Failed, Skipped, Cancelled,
    }
    /// Whether all whom a launch would reach are counted.
    CheckState { Counting, Done }
    /// What would become of somebody: they get their text now, later, or not at all.
    Foreseen { Now, Later, Skipped }
    /// Whether a campaign's links become short ones, with a code of its own for everybody.
    CampaignLinks { AsWritten, Short }
    /// Which kind of program followed a link.
    LinkAgent { Apple, Android, Desktop, Previewer, Scanner, Other }
    /// Who followed a link: a person, or what kind of machine.
    LinkVerdict { Person, Preview, Scanner, Burst, TooSoon }
    /// What happened to somebody's text of a campaign.
    RecipientStepKind { Launched, HandedOver, Sent, Delivered, Clicked, Replied, OptedOut }
    /// What the gate says: it may go, not now, or never.
    GateVerdict { Send, Defer, Skip }
    /// Where an import of contacts stands: people say what its columns are; it is read and nothing is changed; contacts are made
    /// and changed; or it is over, or taken back.
    ImportState { Draft, Checking, Checked, Running, Done, Failed, Cancelled, Undoing, Undone }
    /// How 03/04/2026 is read: as the third of April, or as the fourth of March.
    ImportDates { DayFirst, MonthFirst }
    /// What parts the values of a text.
    ImportDelimiter { Comma, Semicolon, Tab, Pipe }
    /// What becomes of contacts that are there already: they stay as they are, what is not known of them is filled in, or what
    /// the file says counts.
    ImportMode { Skip, Fill, Overwrite }
    /// What speaks against a campaign's text.
    FindingCode {
        NoOptOut, NoSender, PublicShortener, SuspiciousLink, AllCapitals, Repeated, Sex, Hate, Alcohol, Firearms, Tobacco,
        Exclamations, Emoji, CostlyCharacter, Placeholder,
    }
    /// How bad that is: it may be meant so, or cannot be launched so.
    FindingSeverity { Warning, Refuse }
    /// Where a draft stands.
    DraftState { Open, Accepted, Edited, Rejected, Superseded }
    /// What a contact said about getting texts.
    ConsentState { OptedIn, OptedOut, Pending }
    /// What counts of what a contact said.
    SaidState { OptedIn, OptedOut }
    /// Of which texts it speaks.
    ConsentPurpose { All, Marketing, Service }
    /// What a campaign is for: it sells something, or might; or it tells people what they need to know.
    CampaignPurpose { Marketing, Service }
    /// Who gets marketing: whoever has not said no, or only who has said yes.
    MarketingConsent { Implied, Required }
    /// Where an address comes from that gets no texts: a program or a member added it, it stood in a file, or whoever had it was
    /// erased.
    SuppressionSource { Api, Member, File, Erasure }
    /// What a line of a receipt tells.
    ReceiptKind { Queued, Gate, Attempt, Carrier, Settled, Cancelled }
    /// What came of what a model was asked for somebody's way.
    EnrolmentRunOutcome { Wrote, Chose, Found, Failed }
    /// What became of an assistant's run.
    RunOutcome { Replied, Suggested, Refused, HandedOff, Silent, Outdated, Approval }
    /// Where something stands that an assistant wants to do and people must approve.
    ApprovalState { Waiting, Approved, Rejected, Expired, Done, Failed, Unknown }
    /// What a tool may change: nothing, something that can be put right, something that cannot.
    ToolClass { Read, Write, Irreversible }
    /// What a tool does: calls an endpoint, or one of the things that are built in.
    ToolKind { Http, SaveField, AddTag, FollowUp, LookUp }
    /// How an endpoint is asked.
    ToolMethod { Get, Post, Put, Patch, Delete }
    /// When a conversation goes back to the assistant without a person's act.
    HandBack { Never, AfterClosing }
    /// In which language an assistant answers.
    LanguageRule { Theirs, Always }
    /// A day of the week.
    Day { Mon, Tue, Wed, Thu, Fri, Sat, Sun }
    /// What an assistant would do: answer, ask back, hand over, say nothing, or have its answer held back.
    PreviewOutcome { Answer, Clarify, HandOff, StaySilent, Refused, Approval }
    /// Who wrote a message of a rehearsal.
    RehearsedBy { Contact, Assistant, Member }
    /// Which expectation of a test case.
    CaseRule { Outcome, MustMention, MustNot, MustCite, SegmentsMax, Rubric, Time }
    /// How a replay stands.
    ReplayState { Waiting, Running, Done, Cancelled, Failed }
    /// In which dialect a model is asked.
    ProviderKind { Builtin, Openai, Anthropic }
    /// Who makes vectors of texts: the model that is built in, nobody, or an endpoint of the tenant's.
    EmbedderKind { Builtin, Words, Endpoint }
    /// Where a source of knowledge comes from.
    SourceKind { Text, QuestionAnswer, File, Page, Sitemap }
    /// How a source of knowledge stands.
    SourceStatus { Waiting, Fetching, Indexing, Ready, Failed }
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    use super::*;

    fn of<T: PartialSchema>() -> Vec<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        let words = schema["enum"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_document_says_the_domains_words() {
        use domain::registration::State as N;
        assert_eq!(of::<RegistrationState>(), N::ALL.map(N::as_str));
        let statuses = domain::message::Status::ALL.map(domain::message::Status::as_str);
        assert_eq!(of::<MessageStatus>(), statuses);
        use domain::conversation::{Mode as M, Status as S};
        assert_eq!(of::<Mode>(), [M::Off, M::Draft, M::Auto].map(M::as_str));
        assert_eq!(of::<ConversationStatus>(), [S::Open, S::Snoozed, S::Closed].map(S::as_str));
        use domain::segment::Encoding as E;
        assert_eq!(of::<Encoding>(), [E::Gsm7, E::Ucs2].map(E::as_str));
        use domain::message::Direction as D;
        assert_eq!(of::<Direction>(), [D::In, D::Out, D::Note].map(D::as_str));
        use domain::decision::DraftState as R;
        let states = [R::Open, R::Accepted, R::Edited, R::Rejected, R::Superseded];
        assert_eq!(of::<DraftState>(), states.map(R::as_str));
        use domain::workflow::Standing;
        assert_eq!(of::<WorkflowState>(), Standing::ALL.map(Standing::as_str));
        use domain::lint::{Code, Severity};
        assert_eq!(of::<FindingCode>(), Code::ALL.map(Code::as_str));
        let severities = [Severity::Warning, Severity::Refuse].map(|one| serde_json::to_value(one).unwrap());
        assert_eq!(serde_json::json!(of::<FindingSeverity>()), serde_json::json!(severities));
        assert_eq!(of::<LinkAgent>(), domain::link::Agent::ALL.map(domain::link::Agent::as_str));
        assert_eq!(of::<LinkVerdict>(), domain::link::Verdict::ALL.map(domain::link::Verdict::as_str));
        use domain::source::{Kind as K, Status as T};
        assert_eq!(of::<SourceKind>(), K::ALL.map(K::as_str));
        assert_eq!(of::<SourceStatus>(), T::ALL.map(T::as_str));
        use domain::assistant::approval::State as A;
        assert_eq!(of::<ApprovalState>(), A::ALL.map(A::as_str));
        use domain::assistant::tool::{Class as C, Method as V};
        let classes = [C::Read, C::Write, C::Irreversible].map(|class| serde_json::to_value(class).unwrap());
        assert_eq!(serde_json::json!(of::<ToolClass>()), serde_json::json!(classes));
        let methods =
            [V::Get, V::Post, V::Put, V::Patch, V::Delete].map(|method| serde_json::to_value(method).unwrap());
        assert_eq!(serde_json::json!(of::<ToolMethod>()), serde_json::json!(methods));
        use domain::assistant::{By, Conduct as Did, Rule as X};
        let conducts = [Did::Answer, Did::Clarify, Did::HandOff, Did::StaySilent, Did::Refused, Did::Approval];
        assert_eq!(of::<PreviewOutcome>(), conducts.map(Did::as_str));
        let rules = [X::Outcome, X::MustMention, X::MustNot, X::MustCite, X::SegmentsMax, X::Rubric, X::Time];
        assert_eq!(of::<CaseRule>(), rules.map(X::as_str));
        let speakers = [By::Contact, By::Assistant, By::Member].map(|by| serde_json::to_value(by).unwrap());
        assert_eq!(serde_json::json!(of::<RehearsedBy>()), serde_json::json!(speakers));
        use domain::assistant::ProviderKind as P;
        let kinds = [P::Builtin, P::Openai, P::Anthropic].map(|kind| serde_json::to_value(kind).unwrap());
        assert_eq!(serde_json::json!(of::<ProviderKind>()), serde_json::json!(kinds));
    }
}
