/** Whom a campaign is to: the parts of an audience. Pure. */
import type { CampaignAudience, Condition, Segment } from "$lib/api/types";

/** Nobody, but for what is named. */
export const anAudience = (over: Partial<CampaignAudience> = {}): CampaignAudience => ({
  everyone: false,
  tags: [],
  lists: [],
  segments: [],
  imports: [],
  phones: [],
  without_tags: [],
  without_lists: [],
  without_segments: [],
  without_imports: [],
  ...over,
});

/** In the one order in which two that mean the same are the same. */
export const tidy = (a: CampaignAudience): CampaignAudience => ({
  everyone: a.everyone,
  tags: [...a.tags].sort(),
  lists: [...a.lists].sort(),
  segments: [...a.segments].sort(),
  imports: [...a.imports].sort(),
  phones: [...a.phones].sort(),
  without_tags: [...a.without_tags].sort(),
  without_lists: [...a.without_lists].sort(),
  without_segments: [...a.without_segments].sort(),
  without_imports: [...a.without_imports].sort(),
});

/** Nobody can get it. */
export const isNobody = ({ everyone, tags, lists, segments, imports, phones }: CampaignAudience): boolean =>
  !everyone && [tags, lists, segments, imports, phones].every((some) => some.length === 0);

/** More numbers than this would be too many values for one condition. */
export const PHONES_ASKED_MAX = 300;

/** The segments that an audience names, to send to or to leave out. */
export const segmentsOf = (a: CampaignAudience): string[] => [...a.segments, ...a.without_segments];

/**
 * The contacts whom an audience means, as a condition that the server can count; `null`: none. Numbers are among them only if
 * they are few. `segments`: at least all that it names.
 */
export function conditionOf(audience: CampaignAudience, segments: readonly Segment[]): Condition | null {
  const { phones } = audience;
  const named = phones.length > 0 && phones.length <= PHONES_ASKED_MAX ? [whose(phones)] : [];
  const meant = partsOf(audience.tags, audience.lists, audience.segments, segments);
  const out = partsOf(audience.without_tags, audience.without_lists, audience.without_segments, segments);
  const anybody: Condition = { field: "created_at", op: "is_set" };
  const any = audience.everyone ? [anybody] : [...meant, ...named];
  if (any.length === 0) return null;
  return { all: [{ any }, ...out.map((condition) => ({ not: condition }))] };
}

/** Contacts with one of these numbers. */
export const whose = (phones: readonly string[]): Condition => ({
  field: "phone",
  op: "in",
  value: [...phones],
});

/** Those among them who are skipped: they opted out, or are blocked. */
export const skippedOf = (condition: Condition): Condition => ({
  all: [
    condition,
    {
      any: [
        { field: "opted_out", op: "eq", value: true },
        { field: "blocked", op: "eq", value: true },
      ],
    },
  ],
});

function partsOf(
  tags: readonly string[],
  lists: readonly string[],
  ids: readonly string[],
  segments: readonly Segment[],
): Condition[] {
  return [
    ...(tags.length ? [{ field: "tag", op: "in" as const, value: [...tags] }] : []),
    ...(lists.length ? [{ field: "list", op: "in" as const, value: [...lists] }] : []),
    ...ids.flatMap((id) => segments.find((segment) => segment.id === id)?.condition ?? []),
  ];
}
