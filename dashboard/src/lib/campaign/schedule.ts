/** When a campaign's texts go, as whoever launches it says. Pure. */
import type { Campaign, CampaignLaunch } from "$lib/api/types";

export type When = "now" | "ours" | "theirs";
export type Unit = "minutes" | "hours" | "days";

export interface ScheduleForm {
  /** At once, when our clock shows it, or when theirs does. */
  when: When;
  /** An instant, as our clock tells it. */
  at: string | null;
  /** What their own clocks show, as in `2026-12-01T10:00`. */
  local: string;
  isSpread: boolean;
  spread: number | null;
  unit: Unit;
}

const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3_600, days: 86_400 };
const SPREAD_MAX = 30 * SECONDS.days;

/** Over how long the texts are spread; none: zero. */
export const spreadOf = ({ isSpread, spread, unit }: ScheduleForm): number =>
  isSpread ? Math.round((spread ?? 0) * SECONDS[unit]) : 0;

/** Why it cannot go so. `now`: in milliseconds. */
export function timeFault({ when, at, local }: ScheduleForm, now: number): string | null {
  if (when === "theirs") return local ? null : "Choose a day and an hour.";
  if (when === "now") return null;
  if (at === null) return "Choose a day and an hour.";
  return Date.parse(at) <= now ? "This time has passed. Choose a later one." : null;
}

export function spreadFault(form: ScheduleForm): string | null {
  if (!form.isSpread) return null;
  const seconds = spreadOf(form);
  if (seconds <= 0) return "Say over how long.";
  return seconds > SPREAD_MAX ? "Spread it over thirty days at most." : null;
}

/** As it is asked of the server. `check`: the run of the check that was seen; `null`: none was. */
export function launchOf(form: ScheduleForm, check: number | null): CampaignLaunch {
  const spread_seconds = spreadOf(form);
  return {
    ...(form.when === "ours" && form.at !== null && { at: form.at }),
    ...(form.when === "theirs" && { at_local: form.local }),
    ...(spread_seconds > 0 && { spread_seconds }),
    ...(check !== null && { check }),
  };
}

/** `90 minutes`, `3 hours`, `2 days`: in the largest unit that leaves nothing over. */
export function lengthWords(seconds: number): string {
  const unit = (["days", "hours"] as const).find((one) => seconds % SECONDS[one] === 0) ?? "minutes";
  const many = Math.round(seconds / SECONDS[unit]);
  return `${many} ${many === 1 ? unit.slice(0, -1) : unit}`;
}

/** How a launched campaign was scheduled, beyond the instant at which it starts; `null`: it was not. */
export function scheduleWords({ at_local, spread_seconds }: Campaign["schedule"]): string | null {
  const parts = [
    at_local && `when everybody’s own clock shows ${at_local.slice(0, 16).replace("T", ", ")}`,
    spread_seconds > 0 && `spread over ${lengthWords(spread_seconds)}`,
  ].filter(Boolean);
  return parts.join(", ") || null;
}
