/** What is set in an assistant as a form has it, and what a form asks for. Pure. */
import type { Assistant, AssistantPatch, AssistantProvider, WeekHours } from "$lib/api/types";
import { usualHours } from "$lib/hours/hours";
import { DEFAULT_URL } from "./words";

const MICROS = 1_000_000;

export interface ProviderForm {
  kind: AssistantProvider["kind"];
  base_url: string;
  model: string;
  /** Empty: the kept one stays. */
  api_key: string;
  timeout_seconds: number | null;
  max_tokens: number | null;
  temperature: number | null;
  /** What a million tokens cost, in whole units of the currency; `null`: not known. */
  priceIn: number | null;
  priceOut: number | null;
  currency: string;
}

export interface SettingsForm {
  name: string;
  tone: string;
  isAlways: boolean;
  language: string;
  greeting: string;
  identity: string;
  instructions: string;
  mode: Assistant["mode"];
  hold_seconds: number | null;
  quiet_seconds: number | null;
  segments_max: number | null;
  floor: number | null;
  provider: ProviderForm;
  hasFallback: boolean;
  fallback: ProviderForm;
  hasHours: boolean;
  hours: WeekHours[];
  limits: {
    replies_in_a_row: number | null;
    replies_per_hour: number | null;
    replies_per_day: number | null;
    tenant_replies_per_day: number | null;
    tokens_per_day: number | null;
    /** In whole units of the price's currency. */
    cost_per_day: number | null;
  };
  hand_over: {
    team: string;
    assignee: string;
    while_open: string;
    while_closed: string;
    escalate_after_minutes: number | null;
    escalate_to: string;
    escalate_to_team: string;
    back: Assistant["hand_over"]["back"];
  };
  /** One on each line. */
  links: string;
}

export function formOf(a: Assistant): SettingsForm {
  return {
    name: a.name,
    tone: a.tone,
    isAlways: a.language.rule === "always",
    language: a.language.language ?? "",
    greeting: a.greeting,
    identity: a.identity,
    instructions: a.instructions,
    mode: a.mode,
    hold_seconds: a.hold_seconds,
    quiet_seconds: a.quiet_window_ms / 1_000,
    segments_max: a.segments_max,
    floor: a.floor,
    provider: providerForm(a.provider),
    hasFallback: a.fallback !== null,
    fallback: providerForm(a.fallback),
    hasHours: a.hours !== null,
    hours: a.hours ?? usualHours(),
    limits: {
      replies_in_a_row: a.limits.replies_in_a_row,
      replies_per_hour: a.limits.replies_per_hour,
      replies_per_day: a.limits.replies_per_day,
      tenant_replies_per_day: a.limits.tenant_replies_per_day,
      tokens_per_day: a.limits.tokens_per_day ?? null,
      cost_per_day: units(a.limits.cost_micros_per_day),
    },
    hand_over: {
      team: a.hand_over.team ?? "",
      assignee: a.hand_over.assignee ?? "",
      while_open: a.hand_over.while_open,
      while_closed: a.hand_over.while_closed,
      escalate_after_minutes: a.hand_over.escalate_after_minutes,
      escalate_to: a.hand_over.escalate_to ?? "",
      escalate_to_team: a.hand_over.escalate_to_team ?? "",
      back: a.hand_over.back,
    },
    links: a.links.join("\n"),
  };
}

function providerForm(p: AssistantProvider | null): ProviderForm {
  return {
    kind: p?.kind ?? "openai",
    base_url: p?.base_url ?? "",
    model: p?.model ?? "",
    api_key: "",
    timeout_seconds: p?.timeout_seconds ?? 30,
    max_tokens: p?.max_tokens ?? 600,
    temperature: p?.temperature ?? null,
    priceIn: units(p?.price?.input_micros),
    priceOut: units(p?.price?.output_micros),
    currency: p?.price?.currency ?? "USD",
  };
}

/** All that the form has, except what the server keeps and never shows. */
export function patchOf(form: SettingsForm): AssistantPatch {
  const { limits: l, hand_over: h } = form;
  return {
    name: form.name,
    tone: form.tone,
    language: form.isAlways ? { rule: "always", language: form.language } : { rule: "theirs" },
    greeting: form.greeting,
    identity: form.identity,
    instructions: form.instructions,
    mode: form.mode,
    hold_seconds: form.hold_seconds ?? 0,
    quiet_window_ms: Math.round((form.quiet_seconds ?? 0) * 1_000),
    segments_max: form.segments_max ?? 1,
    floor: form.floor ?? 0,
    provider: providerPatch(form.provider),
    fallback: form.hasFallback ? providerPatch(form.fallback) : null,
    hours: form.hasHours ? form.hours : null,
    limits: {
      replies_in_a_row: l.replies_in_a_row ?? 0,
      replies_per_hour: l.replies_per_hour ?? 0,
      replies_per_day: l.replies_per_day ?? 0,
      tenant_replies_per_day: l.tenant_replies_per_day ?? 0,
      tokens_per_day: l.tokens_per_day,
      cost_micros_per_day: micros(l.cost_per_day),
    },
    hand_over: {
      team: h.team || null,
      assignee: h.assignee || null,
      while_open: h.while_open,
      while_closed: h.while_closed,
      escalate_after_minutes: h.escalate_after_minutes ?? 0,
      escalate_to: h.escalate_to || null,
      escalate_to_team: h.escalate_to_team || null,
      back: h.back,
    },
    links: form.links
      .split("\n")
      .map((link) => link.trim())
      .filter(Boolean),
  };
}

function providerPatch(p: ProviderForm): NonNullable<AssistantPatch["provider"]> {
  const common = { kind: p.kind, timeout_seconds: p.timeout_seconds ?? 0, max_tokens: p.max_tokens ?? 0 };
  if (p.kind === "builtin") return common;
  const hasPrice = p.priceIn !== null || p.priceOut !== null;
  return {
    ...common,
    base_url: p.base_url || DEFAULT_URL[p.kind],
    model: p.model,
    temperature: p.temperature,
    price: hasPrice
      ? {
          input_micros: micros(p.priceIn) ?? 0,
          output_micros: micros(p.priceOut) ?? 0,
          currency: p.currency.trim().toUpperCase(),
        }
      : null,
    ...(p.api_key && { api_key: p.api_key }),
  };
}

const units = (value: number | null | undefined): number | null => (value == null ? null : value / MICROS);
const micros = (value: number | null): number | null => (value === null ? null : Math.round(value * MICROS));
