/** Plain words for campaigns: where they stand, where their people stand, and why not. Pure. */
import type {
  Campaign,
  CampaignAudience,
  CampaignDeed,
  CampaignState,
  Recipient,
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
  const groups = groupWords(audience.tags, audience.lists, audience.segments, names);
  const out = groupWords(audience.without_tags, audience.without_lists, audience.without_segments, names);
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
  names: Names,
): string {
  const said = (how: string, all: readonly string[]) =>
    all.length ? `${how} ${all.map((one) => `“${one}”`).join(" or ")}` : "";
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

export interface Happening {
  at: string | null;
  what: string;
  isBad?: boolean;
}

/** Why this person got it, or did not: what happened, in its order. */
export function storyOf(campaign: Campaign, recipient: Recipient): Happening[] {
  const { standing, failure, sent_at, delivered_at, replied_at, not_before } = recipient;
  const story: Happening[] = [];
  const tell = (at: string | null, what: string, isBad = false) => story.push({ at, what, isBad });
  if (campaign.launched_at)
    tell(campaign.launched_at, "They were put on the list when the campaign was launched.");
  if (recipient.body) tell(null, "Their turn came: nothing spoke against it, and their text was made.");
  if (sent_at) tell(sent_at, "The carrier took it.");
  if (delivered_at) tell(delivered_at, "It arrived on their phone.");
  const why = failure ? ` ${failure.explanation}` : "";
  switch (standing) {
    case "pending":
      tell(
        campaign.state === "scheduled" ? campaign.starts_at : null,
        campaign.state === "paused"
          ? "Their turn has not come: the campaign is paused."
          : campaign.state === "scheduled"
            ? "Their turn comes when the campaign starts."
            : "Their turn has not come yet.",
      );
      break;
    case "deferred":
      tell(
        not_before,
        `It is no hour to text them, or they have had enough for now.${why} Their turn comes then.`,
      );
      break;
    case "queued":
      tell(not_before, "The carrier did not take it. It is asked again then.");
      break;
    case "sending":
      tell(null, "It is with the carrier, whose answer is not here yet.");
      break;
    case "unconfirmed":
      tell(null, "The carrier sends no receipt for it, so nobody can tell whether it arrived.");
      break;
    case "unknown":
      tell(null, `Nobody knows whether it went out, and it is never sent twice.${why}`, true);
      break;
    case "failed":
      tell(null, `It did not arrive.${why}`, true);
      break;
    case "skipped":
      tell(null, `It was not sent to them.${why}`, true);
      break;
    case "cancelled":
      tell(campaign.ended_at, "The campaign was ended before their turn.", true);
      break;
    case "sent":
      tell(null, "No receipt has come yet.");
      break;
    case "delivered":
      break;
  }
  if (replied_at) tell(replied_at, "They answered.");
  return story;
}

/** The moment that says most of where somebody stands; of one that waits, only where they wait for it. */
export const lastHeardOf = (r: Recipient): string | null =>
  r.replied_at ?? r.delivered_at ?? r.sent_at ?? (r.standing === "pending" ? null : r.not_before);
