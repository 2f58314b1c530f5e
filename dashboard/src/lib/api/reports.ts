/** What came and went, how fast and at what cost. By itself: only its page fetches it. */
import { addressOf, get } from "./client";
import type * as T from "./types";

/** Either a period that ends today, or days. */
export type WantedPeriod = Partial<Record<"period" | "from" | "until", string | undefined>>;
export type ReportName = "volume" | "responses" | "deliverability" | "assistants" | "cost";

export const reports = {
  volume: (wanted: WantedPeriod) => get<T.VolumeReport>("/reports/volume", wanted),
  responses: (wanted: WantedPeriod) => get<T.ResponsesReport>("/reports/responses", wanted),
  deliverability: (wanted: WantedPeriod) => get<T.DeliverabilityReport>("/reports/deliverability", wanted),
  assistants: (wanted: WantedPeriod) => get<T.AssistantsReport>("/reports/assistants", wanted),
  cost: (wanted: WantedPeriod) => get<T.CostReport>("/reports/cost", wanted),
  /** The same as a file, for the browser to keep. */
  file: (name: ReportName, wanted: WantedPeriod) => addressOf(`/reports/${name}.csv`, wanted),
};
