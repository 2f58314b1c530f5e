/** Plain words for how far a number's registration with the US carriers has come. */
import type { Number, NumberRegistration } from "$lib/api/types";

type State = NumberRegistration["state"];

const TEN_DLC: Record<State, string> = {
  not_needed: "Needs no registration",
  unknown: "Registration not known",
  unregistered: "In no 10DLC campaign",
  pending: "10DLC under review",
  registered: "10DLC registered",
  rejected: "10DLC refused",
  suspended: "10DLC suspended",
};
const TOLL_FREE: Partial<Record<State, string>> = {
  unregistered: "Not verified",
  pending: "Verification under review",
  registered: "Verified",
  rejected: "Verification refused",
  suspended: "Verification withdrawn",
};

export type Tone = "good" | "bad" | "note" | "plain";

/** What stands on the badge; `null`: nobody asks this number for a registration. */
export function registrationBadge(number: Number): { words: string; tone: Tone } | null {
  const { state, needed, stops_texts } = number.registration;
  if (!needed) return null;
  const words = (number.kind === "toll_free" && TOLL_FREE[state]) || TEN_DLC[state];
  if (stops_texts) return { words, tone: state === "pending" ? "note" : "bad" };
  return { words, tone: state === "registered" ? "good" : "plain" };
}

/** What stops, in one sentence; empty: nothing does. */
export function stopped(number: Number): string {
  if (!number.registration.stops_texts) return "";
  return number.kind === "toll_free"
    ? "The carrier would refuse its texts, so they are stopped here before they cost."
    : "US carriers would refuse its texts, so those to US phones are stopped here before they cost.";
}
