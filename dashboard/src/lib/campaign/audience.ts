/** Whom a campaign is to: the parts of an audience. Pure. */
import type { CampaignAudience } from "$lib/api/types";

/** Nobody, but for what is named. */
export const anAudience = (over: Partial<CampaignAudience> = {}): CampaignAudience => ({
  everyone: false,
  tags: [],
  lists: [],
  segments: [],
  phones: [],
  without_tags: [],
  without_lists: [],
  without_segments: [],
  ...over,
});

/** In the one order in which two that mean the same are the same. */
export const tidy = (a: CampaignAudience): CampaignAudience => ({
  everyone: a.everyone,
  tags: [...a.tags].sort(),
  lists: [...a.lists].sort(),
  segments: [...a.segments].sort(),
  phones: [...a.phones].sort(),
  without_tags: [...a.without_tags].sort(),
  without_lists: [...a.without_lists].sort(),
  without_segments: [...a.without_segments].sort(),
});
