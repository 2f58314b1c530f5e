/** Where a secret goes, and which steps send it. Pure. */
import type { WorkflowSecret } from "$lib/api/types";
import type { Document, Step } from "../document";
import { allSteps } from "../tree";

const NAME_CHARS_MAX = 40;

/** A workflow that would miss a secret: its draft, its live version, or both. */
export interface Use {
  id: string;
  name: string;
  isLive: boolean;
  isDraft: boolean;
}

/** The steps that send it. */
export const stepsWith = (document: Pick<Document, "steps">, secret: string): Step[] =>
  allSteps(document)
    .map(({ step }) => step)
    .filter(({ http }) => Object.values(http?.secrets ?? {}).includes(secret));

export const isUsedIn = (document: Pick<Document, "steps">, secret: string): boolean =>
  stepsWith(document, secret).length > 0;

/** The host of an address; `""`: it has none yet. What a person fills in is never a part of it. */
export function hostOf(address: string): string {
  const found = /^https?:\/\/([^/?#]*)/i.exec(address.trim())?.[1] ?? "";
  const host = found.replace(/^.*@/, "").replace(/:\d*$/, "");
  return /^[a-z0-9.-]+$/i.test(host) ? host.toLowerCase() : "";
}

/** A request to this address does not carry the secret, which is for another host. */
export const isElsewhere = (secret: Pick<WorkflowSecret, "host">, address: string): boolean => {
  const host = hostOf(address);
  return host !== "" && host !== secret.host.toLowerCase();
};

/** A host out of what somebody pastes, which may be a whole address. */
export const hostWritten = (typed: string): string => hostOf(typed) || typed.trim().toLowerCase();

/** What people call it, made to fit: documents know it by lower-case letters, digits and underscores. */
export const secretName = (typed: string): string =>
  typed
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, NAME_CHARS_MAX);

/** How a workflow uses it, in a few words. */
export const useWords = ({ isLive, isDraft }: Use): string =>
  isLive && isDraft ? "live, and in its draft" : isLive ? "live" : "in its draft";
