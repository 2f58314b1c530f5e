/** Conversations that must go as they are written: made of what was played, and played again. Pure. */
import type { Contact, FieldValue, WorkflowAnswers, WorkflowPlay, WorkflowPlayed } from "$lib/api/types";
import { plain } from "$lib/campaign/template";
import type { Document } from "./document";

/** As `crates/domain/src/workflow/golden.rs` reads it; what somebody wrote by hand may have more. */
export interface Golden {
  name: string;
  at: string;
  person?: {
    name?: string;
    company?: string;
    time_zone?: string;
    language?: string;
    tags?: string[];
    fields?: Record<string, string>;
  };
  variables?: Record<string, string>;
  /** What becomes of texts, and what systems and models answer. */
  answers?: WorkflowAnswers;
  plays?: WorkflowPlay[];
  expect: { texts?: string[]; outcome?: string; stands_at?: string; saved?: Record<string, string> };
}

export interface Conversation {
  at: string;
  contact: Contact | null;
  variables: Readonly<Record<string, FieldValue>>;
  plays: readonly WorkflowPlay[];
  answers: WorkflowAnswers;
  played: WorkflowPlayed;
}

/** What was played, with all that came of it as what must come of it. */
export function goldenOf(name: string, conversation: Conversation): Golden {
  const { at, contact, variables, plays, answers, played } = conversation;
  const person = contact && personOf(contact);
  const texts = played.seen.filter(({ what }) => what === "we_say").map(({ text }) => text);
  const end =
    played.outcome !== null
      ? { outcome: played.outcome }
      : played.stands_at !== null
        ? { stands_at: played.stands_at }
        : {};
  return {
    name,
    at,
    ...(person && Object.keys(person).length && { person }),
    ...said("variables", written(variables)),
    ...(Object.keys(answers).length && { answers }),
    ...(plays.length && { plays: [...plays] }),
    expect: { texts, ...end, ...said("saved", played.variables) },
  };
}

const said = <K extends string>(
  key: K,
  of: Record<string, string>,
): Partial<Record<K, Record<string, string>>> =>
  Object.keys(of).length ? ({ [key]: of } as Record<K, Record<string, string>>) : {};

const written = (values: Readonly<Record<string, FieldValue>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value)]));

function personOf(contact: Contact): NonNullable<Golden["person"]> {
  const { name, company, time_zone, language, tags, fields } = contact;
  return {
    ...(name && { name }),
    ...(company && { company }),
    ...(time_zone && { time_zone }),
    ...(language && { language }),
    ...(tags.length && { tags: [...tags] }),
    ...said("fields", written(fields)),
  };
}

/** Those that a document has, as far as they can be shown. */
export const goldensOf = (document: Pick<Document, "goldens">): Golden[] =>
  (document.goldens ?? []).filter(
    (one): one is Golden =>
      typeof one === "object" && one !== null && typeof (one as Golden).name === "string" && "expect" in one,
  );

/** What must come of one, in one sentence. */
export function expectWords({ expect: { texts, outcome, stands_at } }: Golden): string {
  const sent = texts === undefined ? "" : texts.length === 1 ? "1 text" : `${texts.length} texts`;
  const end =
    outcome !== undefined ? `ends as ${outcome}` : stands_at !== undefined ? `stands at ${stands_at}` : "";
  return [sent, end].filter(Boolean).join(", ") || "Something is expected of it";
}
