/** Short names for the schema's types; the only way the rest of the dashboard reaches them. */
import type { Document as WorkflowDocument } from "$lib/workflow/document";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Adoption = Schemas["AdoptedNumbers"];
export type AddedMember = Schemas["AddedMember"];
export type ApiKey = Schemas["ApiKey"];
export type Approval = Schemas["Approval"];
export type AskPreview = Schemas["AskPreview"];
export type Assistant = Schemas["Assistant"];
export type AssistantFigures = Schemas["AssistantFigures"];
export type AssistantPatch = Schemas["AssistantPatch"];
export type AssistantCase = Schemas["AssistantCase"];
export type AssistantProvider = Schemas["AssistantProvider"];
export type AssistantRoute = Schemas["AssistantRoute"];
export type AssistantsReport = Schemas["AssistantsReport"];
export type AssistantTool = Schemas["AssistantTool"];
export type AssistantVersion = Schemas["AssistantVersion"];
export type AssistantWork = Schemas["AssistantWork"];
export type CarrierAccount = Schemas["CarrierAccountView"];
export type CarrierAccountPatch = Schemas["ChangeCarrierAccount"];
export type CarrierCheck = Schemas["Checked"];
export type CarrierNumber = Schemas["OfferedNumber"];
export type CaseExpectation = Schemas["CaseExpectation"];
export type CasePatch = Schemas["CasePatch"];
export type CaseResult = Schemas["CaseResult"];
export type Condition = Schemas["Condition"];
export type ConditionFault = Schemas["ConditionFault"];
export type Consent = Schemas["Consent"];
export type ConsentRequest = Partial<Schemas["ConsentRequest"]>;
export type Contact = Schemas["Contact"];
export type ContactAddress = Schemas["Address"];
export type ContactChange = Schemas["ContactChange"];
export type ContactErased = Schemas["ContactErased"];
export type ContactField = Schemas["ContactField"];
export type ContactFieldPatch = Partial<Schemas["ContactFieldPatch"]>;
export type ContactTag = Schemas["ContactTag"];
export type ContactImport = Schemas["ContactImport"];
export type ContactList = Schemas["ContactList"];
export type ContactPatch = Schemas["ContactPatch"];
export type Conversation = Schemas["Conversation"];
export type ConversationCounts = Schemas["ConversationCounts"];
export type ConversationFilter = Schemas["ConversationFilter"];
export type FoundOfKind = Schemas["FoundOfKind"];
export type MessagePage = Schemas["MessagePage"];
/** Which part of a conversation is wanted. */
export interface MessagePart {
  cursor?: string;
  around?: string;
  newer_than?: string;
}
export type SearchHit = Schemas["SearchHit"];
export type SearchKind = Schemas["SearchKind"];
export type SearchResults = Schemas["SearchResults"];
export type SearchSnippet = Schemas["SearchSnippet"];
/** `null` empties a field; one that is never empty is changed or left out. */
export type ConversationPatch = Omit<Schemas["ConversationPatch"], "status" | "tags"> &
  Partial<Pick<Conversation, "status" | "tags">>;
export type CostOf = Schemas["CostOf"];
export type CostReport = Schemas["CostReport"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type CreatedWebhook = Schemas["CreatedWebhook"];
export type Day = Schemas["Day"];
export type DeliverabilityReport = Schemas["DeliverabilityReport"];
export type DeliveryCounts = Schemas["DeliveryCounts"];
export type DeliveryReason = Schemas["DeliveryReason"];
export type Difference = Schemas["Difference"];
export type Differences = Schemas["Differences"];
export type Draft = Schemas["Draft"];
export type Duplicate = Schemas["Duplicate"];
export type EmbeddingChange = Schemas["SetEmbedding"];
export type FieldValue = Schemas["FieldValue"];
export type FieldError = Schemas["FieldError"];
export type FoundKnowledge = Schemas["FoundKnowledge"];
export type FoundPassage = Schemas["FoundPassage"];
export type Handoff = Schemas["Handoff"];
export type Holder = Schemas["Holder"];
export type ImportColumn = Schemas["ImportColumn"];
export type ImportMode = Schemas["ImportMode"];
/** What is absent stays. */
export type ImportPatch = Partial<
  Pick<ContactImport, "mapping" | "dates" | "decimal_comma" | "mode" | "tags" | "list_id" | "attestation">
> &
  Pick<Schemas["ImportPatch"], "delimiter" | "encoding" | "sheet" | "header_row">;
export type ImportState = Schemas["ImportState"];
export type ImportTally = Schemas["ImportTally"];
export type KnowledgeChunk = Schemas["KnowledgeChunk"];
export type KnowledgeEmbedding = Schemas["KnowledgeEmbedding"];
export type KnowledgeSource = Schemas["KnowledgeSource"];
export type ListChanged = Schemas["ListChanged"];
export type ListedContacts = Partial<Schemas["ListedContacts"]>;
export type Measure = Schemas["Measure"];
export type Media = Schemas["Media"];
export type Member = Schemas["Member"];
export type Merge = Schemas["Merge"];
export type Merged = Schemas["Merged"];
export type Message = Schemas["Message"];
export type MessageStatus = Schemas["MessageStatus"];
export type Mode = Schemas["Mode"];
export type NewApiKey = Schemas["NewApiKey"];
export type NewCase = Schemas["NewCase"];
/** A field as it is made, and as much as most need to know of one. */
export type NewContactField = Schemas["NewContactField"];
export type NewCarrierAccount = Schemas["NewCarrierAccount"];
/** What is absent is not said. */
export type NewConsent = Partial<Schemas["NewConsent"]>;
export type NewContact = Schemas["NewContact"];
export type NewConversation = Schemas["NewConversation"];
export type NewMember = Schemas["NewMember"];
export type NewMessage = Schemas["NewMessage"];
export type NewSuppressions = Partial<Schemas["NewSuppressions"]>;
export type NewTeam = Schemas["NewTeam"];
export type NewSession = Schemas["SignIn"];
export type NewSource = Schemas["NewSource"];
export type NewWebhook = Schemas["NewWebhook"];
export type Number = Schemas["Number"];
export type NumberRegistration = Schemas["NumberRegistration"];
export type NumberPatch = Schemas["ChangeNumber"];
export type PasswordChange = Schemas["ChangePassword"];
export type Preview = Schemas["Preview"];
export type PreviewOutcome = Schemas["PreviewOutcome"];
export type ProblemDocument = Schemas["Problem"];
export type PublishedAssistant = Schemas["PublishedAssistant"];
export type QuestionAnswer = Schemas["QuestionAnswer"];
export type Receipt = Schemas["Receipt"];
export type ReceiptLine = Schemas["ReceiptLine"];
export type RehearsedMessage = Schemas["RehearsedMessage"];
export type Replay = Schemas["Replay"];
export type ReplayTurn = Schemas["ReplayTurn"];
export type ReportPeriod = Schemas["ReportPeriod"];
export type ResponsesReport = Schemas["ResponsesReport"];
export type ResponseTimes = Schemas["ResponseTimes"];
export type Role = Schemas["Role"];
export type Run = Schemas["Run"];
export type Sandbox = Schemas["SandboxView"];
export type SandboxText = Schemas["SandboxText"];
export type NewSandboxText = Schemas["PhoneText"];
export type Segment = Schemas["Segment"];
export type SegmentPatch = Schemas["SegmentPatch"];
export type SegmentPreview = Schemas["SegmentPreview"];
export type SegmentWhy = Schemas["SegmentWhy"];
export type SentMessage = Schemas["SentMessage"];
export type Session = Schemas["Session"];
export type Setup = Schemas["SetUp"];
export type Snippet = Schemas["Snippet"];
export type SnippetPatch = Schemas["SnippetPatch"];
export type Source = Schemas["Source"];
export type SourceDetail = Schemas["SourceDetail"];
export type SourcePatch = Schemas["SourcePatch"];
export type StartedConversation = Schemas["StartedConversation"];
export type Suppression = Schemas["Suppression"];
export type SuppressionsAdded = Schemas["SuppressionsAdded"];
export type Team = Schemas["Team"];
export type TeamPatch = Schemas["ChangeTeam"];
export type Tenant = Schemas["Tenant"];
/** What is absent stays. */
export type TenantPatch = Omit<Schemas["ChangeTenant"], "settings"> & {
  settings?: Partial<Schemas["ChangeSettings"]>;
};
export type TestReport = Schemas["TestReport"];
export type TextFinding = Schemas["TextFinding"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type ToolPatch = Schemas["ToolPatch"];
export type TryCondition = Partial<Schemas["TryCondition"]>;
export type Verdict = Schemas["Verdict"];
export type Volume = Schemas["Volume"];
export type VolumeReport = Schemas["VolumeReport"];
export type VolumeStep = Schemas["VolumeStep"];
export type WaitedBy = Schemas["WaitedBy"];
export type WaitedTime = Schemas["WaitedTime"];
export type WaitSpread = Schemas["WaitSpread"];
export type WeekHours = Schemas["WeekHours"];
/** Something that keeps a thing from working, in plain words, with what to do about it. */
export type Trouble = Schemas["NumberProblem"] & Partial<Pick<Schemas["CarrierProblem"], "e164">>;
export type Campaign = Schemas["Campaign"];
export type CampaignAudience = Schemas["CampaignAudience"];
export type CampaignPreview = Schemas["CampaignPreview"];
export type CampaignPatch = Partial<
  Pick<
    Campaign,
    | "name"
    | "purpose"
    | "body"
    | "variants"
    | "holdout_percent"
    | "links"
    | "numbers"
    | "audience"
    | "throttle"
    | "canary"
    | "outside_hours"
    | "over_cap"
    | "send_before"
    | "workflow_id"
  >
>;
/** When it is to go; nothing said: as soon as it may. */
export type CampaignLaunch = Partial<Schemas["Launch"]>;
export type CampaignLinks = Campaign["links"];
export type CampaignVariant = Schemas["CampaignVariant"];
export type CampaignCanary = NonNullable<Campaign["canary"]>;
export type CampaignCheck = Schemas["CampaignCheck"];
export type RetryAlso = Schemas["CampaignRetryAlso"];
export type CampaignState = Schemas["CampaignState"];
export type CheckCause = Schemas["CheckCause"];
export type CheckText = Schemas["CheckText"];
export type TestedText = Schemas["TestedText"];
export type CampaignDeed = Schemas["CampaignDeed"];
export type Phone = Schemas["Phone"];
export type Recipient = Schemas["Recipient"];
export type RecipientCounts = Schemas["RecipientCounts"];
/** Which of the recipients are wanted; what is absent does not matter. */
export interface SoughtRecipients {
  standing?: Standing;
  /** Why they stand there. */
  code?: string;
  phone?: string;
  replied?: boolean;
  clicked?: boolean;
  opted_out?: boolean;
}
export type RecipientWhy = Schemas["RecipientWhy"];
export type CampaignOutcomes = Schemas["CampaignOutcomes"];
export type CampaignVariantFigures = Schemas["CampaignVariantFigures"];
export type CampaignHalt = Schemas["CampaignHalt"];
export type HeldNumber = Schemas["HeldNumber"];
export type OutcomeFigures = Schemas["OutcomeFigures"];
export type OutcomeReason = Schemas["OutcomeReason"];
export type OutcomeStep = Schemas["OutcomeStep"];
export type Standing = Schemas["RecipientStanding"];
export type View = Schemas["View"];
export type ViewPatch = { name?: string; filter?: ConversationFilter };
export type Webhook = Schemas["Webhook"];
export type WebhookDelivery = Schemas["Delivery"];
export type WebhookPatch = Schemas["ChangeWebhook"];
export type Workflow = Schemas["Workflow"];
export type WorkflowDetail = Omit<Schemas["WorkflowDetail"], "document"> & { document: WorkflowDocument };
export type CheckedWorkflow = Schemas["CheckedWorkflow"];
export type DescribedWorkflow = Omit<Schemas["DescribedWorkflow"], "document"> & {
  document: WorkflowDocument;
};
export type WorkflowBound = Schemas["WorkflowBound"];
export type WorkflowTold = Schemas["WorkflowTold"];
export type WorkflowFigures = Schemas["WorkflowFigures"];
export type WorkflowFault = Schemas["WorkflowFault"];
export type WorkflowState = Workflow["state"];
export type WorkflowTemplate = Omit<Schemas["GalleryWorkflow"], "document"> & { document: WorkflowDocument };
export type WorkflowVersion = Schemas["WorkflowVersion"];
export type WorkflowVersionDetail = WorkflowVersion & { document: WorkflowDocument };
export type WorkflowSecret = Schemas["WorkflowSecret"];
export type NewWorkflowSecret = Schemas["SetWorkflowSecret"];
export type WorkflowPlay = Schemas["WorkflowPlay"];
export type WorkflowAnswer = Schemas["WorkflowAnswer"];
export type WorkflowAnswers = Schemas["WorkflowAnswers"];
export type WorkflowPlayed = Schemas["WorkflowPlayed"];
export type Enrolment = Schemas["Enrolment"];
export type EnrolmentStatus = Schemas["EnrolmentStatus"];
export type EnrolmentTrace = Schemas["EnrolmentTrace"];
export type EnrolmentTurn = Schemas["EnrolmentTurn"];
export type Entered = Schemas["Entered"];
/** Who is to enter a workflow together. */
export interface NewSelection {
  audience: { tags?: string[]; lists?: string[]; segments?: string[]; imports?: string[] };
  /** So many a minute are let in. */
  per_minute?: number;
  /** It is only counted who would enter. */
  dry_run: boolean;
}
/** People who are let into a workflow together, and what came of it so far. */
export interface Selection {
  id: string;
  dry_run: boolean;
  state: "running" | "done" | "cancelled";
  per_minute: number;
  /** So many were looked at, whether they are meant or not. */
  looked: number;
  /** Of so many; `null`: nobody has begun. */
  to_look: number | null;
  /** So many entered, or would. */
  entered: number;
  /** How many of those who are meant did not, by the reason. */
  refused: Record<string, number>;
  created_at: string;
  ended_at: string | null;
}
export type Migration = Schemas["MigrateEnrolments"];
export type Migrated = Schemas["Migrated"];
export type Retried = Schemas["Retried"];
export type StepCount = Schemas["StepCount"];
export type WorkflowFunnel = Schemas["WorkflowFunnel"];
/** Which ways are wanted; what is absent does not matter. */
export interface SoughtEnrolments {
  workflow_id?: string;
  contact_id?: string;
  status?: EnrolmentStatus;
  step?: string;
  q?: string;
}
/** What is guessed of people who are made up. */
export interface WorkflowGuess {
  people: number;
  days: number;
  /** So many of a hundred answer, half of them within `half_within`. */
  answer_percent: number;
  half_within: string;
  stop_percent: number;
  segments_per_second: number;
}
/** What is played, and with whom. What is absent is not said. */
export interface NewWorkflowPlay {
  document: WorkflowDocument;
  contact_id?: string;
  /** Somebody made up. */
  person?: Partial<Schemas["InventedPerson"]>;
  variables: Record<string, FieldValue>;
  plays: readonly WorkflowPlay[];
  /** What becomes of texts, and what systems and models answer. */
  answers?: WorkflowAnswers;
  /** When they enter. */
  at: string;
}

/** One page of a list; the last has no `next_cursor`. */
export interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

/** What the live stream says, by name. */
export type LiveEvent =
  | { type: "conversation.created" | "conversation.updated"; data: { conversation: Conversation } }
  | { type: "message.created" | "message.updated"; data: { message: Message } }
  | { type: "contact.updated"; data: { contact: Contact } }
  | { type: "draft.created" | "draft.updated"; data: { draft: Draft } }
  | { type: "number.updated" | "assistant.updated"; data: { id: string } }
  | { type: "approval.updated"; data: { approval: Approval } }
  | { type: "campaign.updated"; data: { campaign: Campaign; id?: never } | { campaign?: never; id: string } }
  /** Its launch is tried: its audience was counted further. */
  | { type: "campaign.checked"; data: { id: string } }
  /** Without the list: it is gone. */
  | { type: "list.updated"; data: { list: ContactList; id?: never } | { list?: never; id: string } }
  | { type: "segment.updated" | "import.updated"; data: { id: string } }
  /** Somebody went on. */
  | { type: "enrolment.updated"; data: { id: string } }
  /** Without the workflow: it is gone. */
  | { type: "workflow.updated"; data: { workflow: Workflow; id?: never } | { workflow?: never; id: string } }
  /** Only the id: it is gone. */
  | { type: "team.updated"; data: { team: Team; id?: never } | { team?: never; id: string } }
  | {
      type: "knowledge.updated";
      data: { knowledge: KnowledgeSource; id?: never } | { knowledge?: never; id: string };
    };

/** A signal outside the log: it has no number, is never replayed, and expires. */
export interface TypingSignal {
  conversation_id: string;
  user_id: string | null;
  author: "member" | "assistant";
  typing: boolean;
}

/** What an assistant has written so far of a reply: a signal as the one above. */
export interface WritingSignal {
  conversation_id: string;
  text: string;
}
