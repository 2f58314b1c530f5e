/** Every call the dashboard makes, by resource. */
import {
  addressOf,
  beginning,
  get,
  newKey,
  patch,
  post,
  put,
  remove,
  request,
  upload,
  type Sending,
} from "./client";
import type * as T from "./types";

export { Problem, newKey, onSignedOut, newestPage, openEventStream, reasonOf } from "./client";

const at = encodeURIComponent;

/** A model may take two minutes, and the one behind it as long. */
const MODEL_TIMEOUT_MS = 250_000;
/** 25 MB over a slow line. */
const UPLOAD_TIMEOUT_MS = 300_000;
/** Where the first rejected rows stand; there may be millions behind them. */
const REJECTED_BYTES = 200_000;
/** A longer name of a file is not taken. */
const FILE_NAME_MAX = 100;

export const session = {
  get: () => get<T.Session>("/session"),
  create: (body: T.NewSession) => post<T.Session>("/session", body),
  remove: () => remove("/session"),
  changePassword: (body: T.PasswordChange) => put<void>("/session/password", body),
  switchTenant: (tenant_id: string) => post<T.Session>("/session/tenant", { tenant_id }),
};

export const setup = {
  check: (token: string) => get<{ valid: boolean }>(`/setup/${at(token)}`),
  finish: (token: string, body: T.Setup) => post<T.Session>(`/setup/${at(token)}`, body),
};

export const tenant = {
  get: () => get<T.Tenant>("/tenant"),
  update: (body: T.TenantPatch) => patch<T.Tenant>("/tenant", body),
};

export const members = {
  list: () => get<T.Page<T.Member>>("/members", { limit: 100 }),
  create: (body: T.NewMember) => post<T.AddedMember>("/members", body),
  update: (id: string, role: T.Role) => patch<T.Member>(`/members/${at(id)}`, { role }),
  remove: (id: string) => remove(`/members/${at(id)}`),
};

export const teams = {
  list: () => get<T.Page<T.Team>>("/teams", { limit: 100 }),
  create: (body: T.NewTeam) => post<T.Team>("/teams", body),
  update: (id: string, body: T.TeamPatch) => patch<T.Team>(`/teams/${at(id)}`, body),
  remove: (id: string) => remove(`/teams/${at(id)}`),
};

export const apiKeys = {
  list: () => get<T.Page<T.ApiKey>>("/api-keys", { limit: 100 }),
  create: (body: T.NewApiKey) => post<T.CreatedApiKey>("/api-keys", body),
  remove: (id: string) => remove(`/api-keys/${at(id)}`),
};

export const carrierAccounts = {
  list: () => get<T.Page<T.CarrierAccount>>("/carrier-accounts", { limit: 100 }),
  create: (body: T.NewCarrierAccount) => post<T.CarrierAccount>("/carrier-accounts", body),
  update: (id: string, body: T.CarrierAccountPatch) =>
    patch<T.CarrierAccount>(`/carrier-accounts/${at(id)}`, body),
  remove: (id: string) => remove(`/carrier-accounts/${at(id)}`),
  numbers: (id: string) => get<{ data: T.CarrierNumber[] }>(`/carrier-accounts/${at(id)}/numbers`),
  adopt: (id: string, numbers: string[]) =>
    post<T.Adoption>(`/carrier-accounts/${at(id)}/adopt`, { numbers }),
  check: (id: string) => post<T.CarrierCheck>(`/carrier-accounts/${at(id)}/check`),
};

export const numbers = {
  list: () => get<T.Page<T.Number>>("/numbers", { limit: 100 }),
  update: (id: string, body: T.NumberPatch) => patch<T.Number>(`/numbers/${at(id)}`, body),
  remove: (id: string) => remove(`/numbers/${at(id)}`),
  check: (id: string) => post<T.Number>(`/numbers/${at(id)}/check`),
};

export const search = {
  find: (query: { q: string; kinds?: T.SearchKind; cursor?: string; limit: number }, signal?: AbortSignal) =>
    get<T.SearchResults>("/search", query, signal),
};

export const contacts = {
  list: (
    query: { q?: string; tag?: string; list?: string; cursor?: string; limit?: number },
    signal?: AbortSignal,
  ) => get<T.Page<T.Contact>>("/contacts", { ...query }, signal),
  /** The labels that somebody has, each with how many have it. */
  tags: (cursor?: string) => get<T.Page<T.ContactTag>>("/contact-tags", { cursor, limit: 100 }),
  get: (id: string) => get<T.Contact>(`/contacts/${at(id)}`),
  create: (body: T.NewContact, key: string) => post<T.Contact>("/contacts", body, { key }),
  update: (id: string, body: T.ContactPatch) => patch<T.Contact>(`/contacts/${at(id)}`, body),
  consents: (id: string, cursor?: string) =>
    get<T.Page<T.Consent>>(`/contacts/${at(id)}/consents`, { cursor, limit: 20 }),
  timeline: (id: string, cursor?: string) =>
    get<T.Page<T.TimelineEntry>>(`/contacts/${at(id)}/timeline`, { cursor, limit: 20 }),
  addAddress: (id: string, body: { phone: string } | { email: string }) =>
    post<T.Contact>(`/contacts/${at(id)}/addresses`, body),
  preferAddress: (id: string, address: string) =>
    patch<T.Contact>(`/contacts/${at(id)}/addresses/${at(address)}`, { primary: true }),
  removeAddress: (id: string, address: string) => remove(`/contacts/${at(id)}/addresses/${at(address)}`),
  duplicates: (id: string) => get<{ data: T.Duplicate[] }>(`/contacts/${at(id)}/duplicates`),
  merges: (id: string, cursor?: string) =>
    get<T.Page<T.Merge>>(`/contacts/${at(id)}/merges`, { cursor, limit: 20 }),
  merge: (id: string, from: string) => post<T.Merged>(`/contacts/${at(id)}/merge`, { from }),
  unmerge: (id: string, merge_id: string) => post<unknown>(`/contacts/${at(id)}/unmerge`, { merge_id }),
  recordConsent: (id: string, body: T.NewConsent, key: string) =>
    post<T.Consent>(`/contacts/${at(id)}/consents`, body, { key }),
  /** Asks them by text to confirm. */
  askConsent: (id: string, body: T.ConsentRequest, key: string) =>
    post<T.SentMessage>(`/contacts/${at(id)}/consents/request`, body, { key }),
  /** `confirm`: their id, as somebody typed it. `suppress`: none of their addresses gets texts if it comes back. */
  erase: (id: string, confirm: string, suppress: boolean) =>
    post<T.ContactErased>(`/contacts/${at(id)}/erase`, { confirm, suppress }),
  /** A file to download. */
  exportUrl: (id: string) => `/api/v1/contacts/${at(id)}/export`,
};

/** What is kept of contacts besides name and company. */
export const contactFields = {
  list: (archived = false) => get<T.Page<T.ContactField>>("/contact-fields", archived ? { archived } : {}),
  create: (body: T.NewContactField) => post<T.ContactField>("/contact-fields", body),
  update: (key: string, body: T.ContactFieldPatch) =>
    patch<T.ContactField>(`/contact-fields/${at(key)}`, body),
};

/** Contacts from files. */
export const imports = {
  list: (cursor?: string) => get<T.Page<T.ContactImport>>("/contacts/imports", { cursor, limit: 25 }),
  get: (id: string) => get<T.ContactImport>(`/contacts/imports/${at(id)}`),
  upload: (file: File, sending: Omit<Sending, "query">) =>
    upload<T.ContactImport>("/contacts/imports", file, {
      query: { file_name: file.name.slice(-FILE_NAME_MAX) },
      ...sending,
    }),
  update: (id: string, body: T.ImportPatch) => patch<T.ContactImport>(`/contacts/imports/${at(id)}`, body),
  order: (id: string, order: "check" | "start" | "cancel" | "undo") =>
    post<T.ContactImport>(`/contacts/imports/${at(id)}/${order}`, {}, { key: newKey() }),
  /** The first of the rejected rows, as CSV; its last row may be cut off. */
  rejected: (id: string, signal?: AbortSignal) =>
    beginning(`/contacts/imports/${at(id)}/rejected`, REJECTED_BYTES, signal),
  /** All of them, for the browser to keep. */
  rejectedAddress: (id: string) => addressOf(`/contacts/imports/${at(id)}/rejected`),
  templateAddress: addressOf("/contacts/imports/template"),
};

export const lists = {
  list: (cursor?: string) => get<T.Page<T.ContactList>>("/lists", { cursor, limit: 100 }),
  get: (id: string) => get<T.ContactList>(`/lists/${at(id)}`),
  create: (name: string, key: string) => post<T.ContactList>("/lists", { name }, { key }),
  rename: (id: string, name: string) => patch<T.ContactList>(`/lists/${at(id)}`, { name }),
  remove: (id: string) => remove(`/lists/${at(id)}`),
  contacts: (id: string, cursor?: string) =>
    get<T.Page<T.Contact>>(`/lists/${at(id)}/contacts`, { cursor, limit: 50 }),
  add: (id: string, body: T.ListedContacts) => post<T.ListChanged>(`/lists/${at(id)}/contacts`, body),
  takeOff: (id: string, body: T.ListedContacts) =>
    post<T.ListChanged>(`/lists/${at(id)}/contacts/remove`, body),
};

export const segments = {
  list: (cursor?: string) => get<T.Page<T.Segment>>("/segments", { cursor, limit: 100 }),
  get: (id: string) => get<T.Segment>(`/segments/${at(id)}`),
  create: (body: T.SegmentPatch, key: string) => post<T.Segment>("/segments", body, { key }),
  update: (id: string, body: T.SegmentPatch) => patch<T.Segment>(`/segments/${at(id)}`, body),
  remove: (id: string) => remove(`/segments/${at(id)}`),
  /** Keeps nothing. */
  preview: (body: T.TryCondition, signal?: AbortSignal) =>
    post<T.SegmentPreview>("/segments/preview", body, { signal }),
  why: (id: string, contact: string) => get<T.SegmentWhy>(`/segments/${at(id)}/contacts/${at(contact)}/why`),
};

/** Numbers that get no texts. */
export const suppressions = {
  list: (query: { phone?: string; past?: boolean; cursor?: string }) =>
    get<T.Page<T.Suppression>>("/suppressions", { ...query, limit: 50 }),
  add: (body: T.NewSuppressions, key: string) => post<T.SuppressionsAdded>("/suppressions", body, { key }),
  addFile: (file: File, reason: string, until: string | null) =>
    post<T.SuppressionsAdded>("/suppressions/file", file, {
      query: { reason, until },
      timeoutMs: UPLOAD_TIMEOUT_MS,
    }),
  takeOff: (id: string, why: string, key: string) =>
    post<T.Suppression>(`/suppressions/${at(id)}/remove`, { why }, { key }),
};

/** Texts that are used again and again. */
export const snippets = {
  list: (cursor?: string) => get<T.Page<T.Snippet>>("/snippets", { cursor, limit: 100 }),
  create: (body: T.SnippetPatch, key: string) => post<T.Snippet>("/snippets", body, { key }),
  update: (id: string, body: T.SnippetPatch) => patch<T.Snippet>(`/snippets/${at(id)}`, body),
  remove: (id: string) => remove(`/snippets/${at(id)}`),
};

export const phones = { parse: (input: string) => post<T.Phone>("/phones/parse", { input }) };

export type ConversationQuery = T.ConversationFilter & { cursor?: string; limit?: number };

export const conversations = {
  list: (query: ConversationQuery, signal?: AbortSignal) =>
    get<T.Page<T.Conversation>>("/conversations", { ...query }, signal),
  /** How many each view has. */
  counts: () => get<T.ConversationCounts>("/conversations/counts"),
  get: (id: string) => get<T.Conversation>(`/conversations/${at(id)}`),
  start: (body: T.NewConversation, key: string) =>
    post<T.StartedConversation>("/conversations", body, { key }),
  update: (id: string, body: T.ConversationPatch) => patch<T.Conversation>(`/conversations/${at(id)}`, body),
  /** Its end, if no part is named. */
  messages: (id: string, part: T.MessagePart = {}) =>
    get<T.MessagePage>(`/conversations/${at(id)}/messages`, { ...part, limit: 50 }),
  send: (id: string, body: T.NewMessage, key: string) =>
    post<T.SentMessage>(`/conversations/${at(id)}/messages`, body, { key }),
  note: (id: string, body: string, key: string) =>
    post<T.SentMessage>(`/conversations/${at(id)}/notes`, { body }, { key }),
  setGuide: (id: string, guide: string) => put<T.Conversation>(`/conversations/${at(id)}/guide`, { guide }),
  handOff: (id: string, body: T.Handoff) => post<T.Conversation>(`/conversations/${at(id)}/handoff`, body),
  markRead: (id: string) => post<{ unread: number }>(`/conversations/${at(id)}/read`),
  typing: (id: string, typing: boolean) => post<void>(`/conversations/${at(id)}/typing`, { typing }),
  drafts: (id: string) => get<T.Page<T.Draft>>(`/conversations/${at(id)}/drafts`),
};

export const drafts = {
  accept: (id: string, body: string | undefined, key: string) =>
    post<T.SentMessage>(`/drafts/${at(id)}/accept`, body === undefined ? {} : { body }, { key }),
  reject: (id: string, reason?: string) => post<void>(`/drafts/${at(id)}/reject`, reason ? { reason } : {}),
};

export const approvals = {
  list: (state: T.Approval["state"] | undefined, limit: number) =>
    get<T.Page<T.Approval>>("/approvals", { state, limit }),
  ofConversation: (id: string) =>
    get<T.Page<T.Approval>>(`/conversations/${at(id)}/approvals`, { limit: 20 }),
  approve: (id: string, key: string) => post<T.Approval>(`/approvals/${at(id)}/approve`, {}, { key }),
  reject: (id: string, reason: string, key: string) =>
    post<T.Approval>(`/approvals/${at(id)}/reject`, reason ? { reason } : {}, { key }),
};

export const messages = {
  cancel: (id: string) => post<T.SentMessage>(`/messages/${at(id)}/cancel`),
  receipt: (id: string) => get<T.Receipt>(`/messages/${at(id)}/receipt`),
};

export const media = { upload: (file: Blob) => post<T.Media>("/media", file) };

export const text = {
  measure: (body: string, signal?: AbortSignal) =>
    post<T.Measure>("/text/measure", { body, smart: true }, { signal }),
};

export const assistants = {
  list: () => get<T.Page<T.Assistant>>("/assistants", { limit: 100 }),
  create: (body: T.AssistantPatch) => post<T.Assistant>("/assistants", body),
  /** The cases of an assistant are tried before a version comes into force, so this may take a while. */
  update: (id: string, body: T.AssistantPatch) =>
    request<T.PublishedAssistant>("PATCH", `/assistants/${at(id)}`, { body, timeoutMs: MODEL_TIMEOUT_MS }),
  remove: (id: string) => remove(`/assistants/${at(id)}`),
  versions: (id: string) => get<{ data: T.AssistantVersion[] }>(`/assistants/${at(id)}/versions`),
  diff: (id: string, version: number, against?: number) =>
    get<T.Differences>(`/assistants/${at(id)}/versions/${version}/diff`, { against }),
  publish: (id: string, version: number, force = false) =>
    post<T.PublishedAssistant>(
      `/assistants/${at(id)}/versions/${version}/publish`,
      { force },
      { timeoutMs: MODEL_TIMEOUT_MS },
    ),
  figures: (id: string, since: string) => get<T.AssistantFigures>(`/assistants/${at(id)}/figures`, { since }),
  preview: (id: string, body: T.AskPreview, signal?: AbortSignal) =>
    post<T.Preview>(`/assistants/${at(id)}/preview`, body, { signal, timeoutMs: MODEL_TIMEOUT_MS }),
};

export const cases = {
  list: (of: string) => get<T.Page<T.AssistantCase>>(`/assistants/${at(of)}/cases`, { limit: 100 }),
  create: (of: string, body: T.NewCase) => post<T.AssistantCase>(`/assistants/${at(of)}/cases`, body),
  fromConversation: (of: string, conversation_id: string, upto_message_id?: string) =>
    post<T.AssistantCase>(`/assistants/${at(of)}/cases/from-conversation`, {
      conversation_id,
      upto_message_id,
    }),
  update: (of: string, id: string, body: T.CasePatch) =>
    patch<T.AssistantCase>(`/assistants/${at(of)}/cases/${at(id)}`, body),
  remove: (of: string, id: string) => remove(`/assistants/${at(of)}/cases/${at(id)}`),
  /** All of them, against the version in force or another. */
  test: (of: string, version?: number) =>
    post<T.TestReport>(`/assistants/${at(of)}/test`, { version }, { timeoutMs: MODEL_TIMEOUT_MS }),
};

export const replays = {
  list: (of: string) => get<T.Page<T.Replay>>(`/assistants/${at(of)}/replays`, { limit: 10 }),
  start: (of: string, version: number, limit: number) =>
    post<T.Replay>(`/assistants/${at(of)}/replay`, { version, limit }),
  get: (id: string) => get<T.Replay>(`/replays/${at(id)}`),
  cancel: (id: string) => post<T.Replay>(`/replays/${at(id)}/cancel`),
  turns: (id: string, cursor?: string) =>
    get<T.Page<T.ReplayTurn>>(`/replays/${at(id)}/turns`, { cursor, limit: 50 }),
};

export const runs = {
  ofMessage: (id: string) => get<T.Run>(`/messages/${at(id)}/run`),
  ofDraft: (id: string) => get<T.Run>(`/drafts/${at(id)}/run`),
};

export const webhooks = {
  list: () => get<T.Page<T.Webhook>>("/webhooks", { limit: 100 }),
  create: (body: T.NewWebhook) => post<T.CreatedWebhook>("/webhooks", body),
  update: (id: string, body: T.WebhookPatch) => patch<T.Webhook>(`/webhooks/${at(id)}`, body),
  remove: (id: string) => remove(`/webhooks/${at(id)}`),
  deliveries: (id: string, cursor?: string) =>
    get<T.Page<T.WebhookDelivery>>(`/webhooks/${at(id)}/deliveries`, { cursor }),
  replay: (id: string, delivery: string) =>
    post<unknown>(`/webhooks/${at(id)}/deliveries/${at(delivery)}/replay`),
};

export const sandbox = {
  get: () => get<T.Sandbox>("/sandbox"),
  texts: (phone: string, number: string) =>
    get<T.SandboxText[]>(`/sandbox/phones/${at(phone)}/messages`, { with: number }),
  send: (phone: string, body: T.NewSandboxText) =>
    post<unknown>(`/sandbox/phones/${at(phone)}/messages`, body),
};
