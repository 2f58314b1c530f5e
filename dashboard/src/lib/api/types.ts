/** Short names for the schema's types; the only way the rest of the dashboard reaches them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Adoption = Schemas["Adoption"];
export type ApiKey = Schemas["ApiKey"];
export type Assistant = Schemas["Assistant"];
export type AssistantPatch = Schemas["AssistantPatch"];
export type CarrierAccount = Schemas["CarrierAccount"];
export type CarrierAccountPatch = Schemas["CarrierAccountPatch"];
export type CarrierCheck = Schemas["CarrierCheck"];
export type CarrierNumber = Schemas["CarrierNumber"];
export type Contact = Schemas["Contact"];
export type ContactPatch = Schemas["ContactPatch"];
export type Conversation = Schemas["Conversation"];
export type ConversationPatch = Schemas["ConversationPatch"];
export type Draft = Schemas["Draft"];
export type FieldError = Schemas["FieldError"];
export type Handoff = Schemas["Handoff"];
export type Holder = Schemas["Holder"];
export type Knowledge = Schemas["Knowledge"];
export type Measure = Schemas["Measure"];
export type Media = Schemas["Media"];
export type Member = Schemas["Member"];
export type Message = Schemas["Message"];
export type MessageStatus = Schemas["MessageStatus"];
export type Mode = Schemas["Mode"];
export type NewApiKey = Schemas["NewApiKey"];
export type NewCarrierAccount = Schemas["NewCarrierAccount"];
export type NewConversation = Schemas["NewConversation"];
export type NewKnowledge = Schemas["NewKnowledge"];
export type NewMember = Schemas["NewMember"];
export type NewMessage = Schemas["NewMessage"];
export type NewSession = Schemas["NewSession"];
export type NewWebhook = Schemas["NewWebhook"];
export type Number = Schemas["Number"];
export type NumberPatch = Schemas["NumberPatch"];
export type Preview = Schemas["Preview"];
export type ProblemDocument = Schemas["Problem"];
export type Receipt = Schemas["Receipt"];
export type ReceiptLine = Schemas["ReceiptLine"];
export type Role = Schemas["Role"];
export type Sandbox = Schemas["Sandbox"];
export type SandboxText = Schemas["SandboxText"];
export type NewSandboxText = Schemas["NewSandboxText"];
export type SentMessage = Schemas["SentMessage"];
export type Session = Schemas["Session"];
export type Setup = Schemas["Setup"];
export type Source = Schemas["Source"];
export type StartedConversation = Schemas["StartedConversation"];
export type Tenant = Schemas["Tenant"];
export type TenantPatch = Schemas["TenantPatch"];
export type Trouble = Schemas["Trouble"];
export type Webhook = Schemas["Webhook"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookPatch = Schemas["WebhookPatch"];

/** One page of a list; `next_cursor` is `null` on the last. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** What the live stream says, by name. */
export type LiveEvent =
  | { type: "conversation.created" | "conversation.updated"; data: { conversation: Conversation } }
  | { type: "message.created" | "message.updated"; data: { message: Message } }
  | { type: "contact.updated"; data: { contact: Contact } }
  | { type: "draft.created" | "draft.updated"; data: { draft: Draft } }
  | { type: "number.updated" | "assistant.updated"; data: { id: string } };

/** A signal outside the log: it has no number, is never replayed, and expires. */
export interface TypingSignal {
  conversation_id: string;
  user_id: string | null;
  author: "member" | "assistant";
  typing: boolean;
}
