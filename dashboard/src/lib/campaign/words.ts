/** Plain words for campaigns: where they stand, where their people stand, and why not. Pure. */
import { apart } from "$lib/ui/apart";
import type {
  Campaign,
  CampaignAudience,
  CampaignDeed,
  CampaignState,
  Recipient,
  RecipientWhy,
  Standing,
} from "$lib/api/types";
import type { Tone } from "$lib/figures/figures";
import { plural } from "$lib/ui/format";

export const STATE: Record<
  CampaignState,
  { label: string; tone: "plain" | "accent" | "note" | "good"; means: string }
> = {
  draft: { label: "Draft", tone: "plain", means: "It is being written. Nothing goes out." },
  awaiting_approval: {
    label: "To be approved",
    tone: "note",
    means: "It is launched, and another member has to say that it goes.",
  },
  scheduled: { label: "Scheduled", tone: "accent", means: "It is launched, and its time has not come." },
  running: { label: "Running", tone: "accent", means: "Its texts go out." },
  paused: { label: "Paused", tone: "note", means: "Nothing more goes out until somebody resumes it." },
  done: { label: "Done", tone: "good", means: "Nobody waits for it any more." },
  cancelled: { label: "Ended", tone: "plain", means: "Somebody ended it; whoever waited gets nothing." },
};

/** What was done with a campaign. */
export const DEED: Record<CampaignDeed["deed"], string> = {
  created: "Written",
  edited: "Changed",
  launched: "Launched",
  submitted: "Launched, to be approved",
  approved: "Approved",
  refused: "Refused",
  undone: "Launch taken back",
  started: "Its texts begin to go out",
  paused: "Paused",
  resumed: "Resumed",
  canary_passed: "The first texts did well: the others follow",
  cancelled: "Ended",
  done: "Done",
  retried: "Tried again, to those who did not get it",
};

/** By whom it was done; what happened by itself is nobody’s doing. */
export function doerOf(line: CampaignDeed, memberName: (id: string) => string): string {
  if (line.by) return `by ${memberName(line.by)}`;
  return line.by_kind === "api" ? "by a program" : line.halt ? "by itself" : "";
}

/** What happened first comes last: a bar begins with what is settled. */
export const STANDINGS: readonly Standing[] = [
  "delivered",
  "unconfirmed",
  "sent",
  "sending",
  "queued",
  "pending",
  "deferred",
  "unknown",
  "failed",
  "skipped",
  "cancelled",
];

export const STANDING: Record<Standing, { label: string; means: string; tone: Tone }> = {
  pending: { label: "Waiting", means: "Their turn has not come.", tone: "plain" },
  deferred: {
    label: "Put off",
    means: "It is no hour to text them, or they have had enough for now.",
    tone: "plain",
  },
  queued: {
    label: "To be tried again",
    means: "The carrier did not take it, and is asked again.",
    tone: "note",
  },
  sending: { label: "Being sent", means: "With the carrier, whose answer is not here.", tone: "accent" },
  sent: { label: "Sent", means: "The carrier took it; no word yet whether it arrived.", tone: "accent" },
  delivered: { label: "Delivered", means: "It arrived.", tone: "good" },
  unconfirmed: {
    label: "Sent, no receipt",
    means: "It went out, and nobody will tell whether it arrived.",
    tone: "assistant",
  },
  unknown: {
    label: "Unknown",
    means: "The carrier’s answer was lost. It is never sent twice.",
    tone: "note",
  },
  failed: { label: "Failed", means: "It did not arrive.", tone: "bad" },
  skipped: { label: "Skipped", means: "It was not sent, for a reason.", tone: "note" },
  cancelled: { label: "Not sent", means: "The campaign was ended before their turn.", tone: "plain" },
};

/** The badge's tones are those of figures, save one. */
export const badgeTone = (standing: Standing) => STANDING[standing].tone;

/** What lists and segments are called, by their ids. */
export interface Names {
  listName(id: string): string;
  segmentName(id: string): string;
}

/** Whom an audience means, in one sentence's end: `contacts tagged “vip” or on “Guests”, without those in “Minors”`. */
export function audienceWords(audience: CampaignAudience, names: Names): string {
  const { everyone, phones } = audience;
  const groups = groupWords(audience.tags, audience.lists, audience.segments, audience.imports, names);
  const out = groupWords(
    audience.without_tags,
    audience.without_lists,
    audience.without_segments,
    audience.without_imports,
    names,
  );
  const meant = [
    everyone ? "all contacts" : groups ? `contacts ${groups}` : "",
    phones.length ? plural(phones.length, "pasted number") : "",
  ].filter(Boolean);
  if (meant.length === 0) return "nobody yet";
  return `${meant.join(", and ")}${out && `, without those ${out}`}`;
}

function groupWords(
  tags: readonly string[],
  lists: readonly string[],
  segments: readonly string[],
  imports: readonly string[],
  names: Names,
): string {
  const said = (how: string, all: readonly string[]) =>
    all.length ? `${how} ${all.map((one) => `“${apart(one)}”`).join(" or ")}` : "";
  return [
    said("tagged", tags),
    said(
      "on",
      lists.map((id) => names.listName(id)),
    ),
    said(
      "in",
      segments.map((id) => names.segmentName(id)),
    ),
    imports.length ? `from ${plural(imports.length, "import")}` : "",
  ]
    .filter(Boolean)
    .join(" or ");
}

/** To whom the next try of a campaign goes, in one sentence’s end. */
export const retryWords = ({ also }: NonNullable<Campaign["retry"]>): string =>
  ["those who failed and may not fail again"]
    .concat(also.includes("skipped") ? "who was skipped" : [])
    .concat(also.includes("cancelled") ? "who was left when it was ended" : [])
    .join(", and ");

/** Whom a campaign is to, whichever way that is said. */
export const whomWords = ({ audience, retry }: Pick<Campaign, "audience" | "retry">, names: Names): string =>
  retry ? retryWords(retry) : audienceWords(audience, names);

/** What happened to somebody’s text. */
export const STEP: Record<RecipientWhy["history"][number]["kind"], string> = {
  launched: "They were put on the list when it was launched.",
  handed_over: "It was handed to the carrier.",
  sent: "The carrier took it.",
  delivered: "It arrived on their phone.",
  clicked: "They followed a link.",
  replied: "They answered.",
  opted_out: "They said STOP.",
};

/** What kind of machine followed a link. */
export const CLICKED: Record<NonNullable<RecipientWhy["clicks"][number]["verdict"]>, string> = {
  person: "They followed it",
  preview: "A preview fetched it",
  scanner: "A scanner fetched it",
  burst: "A machine fetched many at once",
  too_soon: "A machine was too quick for a person",
};

/** Where somebody is and what their clocks show, as in `New York: 14:05, told by their number`. */
export function whereWords({ places, local_times, told_by }: RecipientWhy["whereabouts"]): string {
  const by = {
    contact: "as you said of them",
    number: "told by their number",
    tenant: "as it is with you",
  }[told_by ?? ""];
  const where = [places.join(" or "), local_times.join(" or ")].filter(Boolean).join(": ");
  return [where || "Not known", by].filter(Boolean).join(", ");
}

/** The moment that says most of where somebody stands; of one that waits, only where they wait for it. */
export const lastHeardOf = (r: Recipient): string | null =>
  r.replied_at ?? r.delivered_at ?? r.sent_at ?? (r.standing === "pending" ? null : r.not_before);
