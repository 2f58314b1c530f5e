/** Several texts in the place of one, to see which does best. Pure. */
import type { CampaignVariant } from "$lib/api/types";
import type { DraftForm } from "./form";

export const VARIANTS_MAX = 8;
export const WEIGHT_MAX = 1_000;
export const HOLDOUT_MAX = 50;

type Texts = Pick<DraftForm, "body" | "variants">;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** The first letter that no text is called by. */
const freeName = (variants: readonly CampaignVariant[]): string =>
  [...LETTERS].find((letter) => !variants.some(({ name }) => name.trim() === letter)) ?? "Another";

/** One more text: what there is so far is the first. */
export function oneMore({ body, variants }: Texts): Texts {
  const first = variants.length ? variants : [{ name: "A", body, weight: 1 }];
  return { body: "", variants: [...first, { name: freeName(first), body: "", weight: 1 }] };
}

/** One text fewer: of two, the other is everybody’s. */
export function oneLess({ body, variants }: Texts, at: number): Partial<Texts> {
  const left = variants.filter((_, i) => i !== at);
  return left.length > 1 ? { variants: left } : { variants: [], body: left[0]?.body ?? body };
}

/** What of one text changes. */
export const changed = (
  variants: readonly CampaignVariant[],
  at: number,
  change: Partial<CampaignVariant>,
): Pick<DraftForm, "variants"> => ({
  variants: variants.map((one, i) => (i === at ? { ...one, ...change } : one)),
});

/** Of a hundred people, so many get this text, when some get nothing. */
export function shareOf(variants: readonly CampaignVariant[], at: number, holdout: number): number {
  const all = variants.reduce((sum, { weight }) => sum + weight, 0);
  return all > 0 ? ((variants[at]?.weight ?? 0) / all) * (100 - holdout) : 0;
}
