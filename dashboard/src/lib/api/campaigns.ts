/** Texts to many. They stand by themselves: only the pages that need them fetch them. */
import { addressOf, get, newKey, patch, post, remove } from "./client";
import type * as T from "./types";

const at = encodeURIComponent;

export const campaigns = {
  list: (cursor?: string, limit = 25) => get<T.Page<T.Campaign>>("/campaigns", { cursor, limit }),
  get: (id: string) => get<T.Campaign>(`/campaigns/${at(id)}`),
  create: (body: T.CampaignPatch, key: string) => post<T.Campaign>("/campaigns", body, { key }),
  update: (id: string, body: T.CampaignPatch) => patch<T.Campaign>(`/campaigns/${at(id)}`, body),
  remove: (id: string) => remove(`/campaigns/${at(id)}`),
  launch: (id: string, launch: T.CampaignLaunch, key: string) =>
    post<T.Campaign>(`/campaigns/${at(id)}/launch`, launch, { key }),
  /** A draft of one that is over, to those who failed and may not fail again. */
  retry: (id: string, also: T.RetryAlso[], key: string) =>
    post<T.Campaign>(`/campaigns/${at(id)}/retry`, { also }, { key }),
  order: (id: string, order: "undo" | "pause" | "resume" | "cancel" | "approve") =>
    post<T.Campaign>(`/campaigns/${at(id)}/${order}`, {}, { key: newKey() }),
  /** Has its launch tried, as if it began at `when`; `null`: as soon as it may. */
  tryLaunch: (id: string, when: string | null) =>
    post<T.CampaignCheck>(`/campaigns/${at(id)}/check`, when === null ? {} : { at: when }, { key: newKey() }),
  check: (id: string) => get<T.CampaignCheck>(`/campaigns/${at(id)}/check`),
  preview: (id: string, contact: string) =>
    post<T.CampaignPreview>(`/campaigns/${at(id)}/preview`, { contact_id: contact }),
  test: (id: string, to: readonly string[], contact: string | null, key: string) =>
    post<{ data: T.TestedText[] }>(
      `/campaigns/${at(id)}/test`,
      { to, ...(contact && { contact_id: contact }) },
      { key },
    ),
  refuse: (id: string, note: string) =>
    post<T.Campaign>(`/campaigns/${at(id)}/refuse`, { note }, { key: newKey() }),
  history: (id: string, cursor?: string) =>
    get<T.Page<T.CampaignDeed>>(`/campaigns/${at(id)}/history`, { cursor, limit: 25 }),
  recipients: (id: string, query: T.SoughtRecipients & { cursor?: string; limit?: number }) =>
    get<T.Page<T.Recipient>>(`/campaigns/${at(id)}/recipients`, { ...query }),
  /** The same as a file, for the browser to keep. */
  recipientsAddress: (id: string, sought: T.SoughtRecipients) =>
    addressOf(`/campaigns/${at(id)}/recipients.csv`, { ...sought }),
  /** Why somebody got it, or did not. */
  why: (id: string, recipient: string) =>
    get<T.RecipientWhy>(`/campaigns/${at(id)}/recipients/${at(recipient)}`),
  outcomes: (id: string) => get<T.CampaignOutcomes>(`/campaigns/${at(id)}/outcomes`),
  /** What came of each of several texts. */
  variants: (id: string) => get<{ data: T.CampaignVariantFigures[] }>(`/campaigns/${at(id)}/variants`),
  /** Which limits hold it just now. */
  pace: (id: string) => get<{ held: T.HeldNumber[] }>(`/campaigns/${at(id)}/pace`),
};
