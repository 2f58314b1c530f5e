/** What an assistant may do besides answering: as a form has it. Pure. */
import type { AssistantTool, ToolPatch } from "$lib/api/types";

export type ToolKind = AssistantTool["kind"];
export type OwnKind = Exclude<ToolKind, "http">;
export type ToolClass = AssistantTool["class"];
export type Method = NonNullable<ToolPatch["method"]>;

/** What is built in: its name in the API, and what people read of it. */
export const OWN: Record<OwnKind, { name: string; label: string; means: string }> = {
  look_up: {
    name: "look_up",
    label: "Look up the contact",
    means: "Reads what is known of who writes: name, company, fields, tags.",
  },
  save_field: {
    name: "save_field",
    label: "Keep what the contact says",
    means: "Fills in name, company and contact fields when somebody tells them.",
  },
  add_tag: { name: "add_tag", label: "Tag the conversation", means: "Marks it, so that people find it." },
  follow_up: {
    name: "schedule_follow_up",
    label: "Text again later",
    means: "Sends a text at a time that the contact asked for, unless they write first.",
  },
};
export const OWN_KINDS = Object.keys(OWN) as OwnKind[];

export const CLASS: Record<ToolClass, { label: string; means: string; tone: "plain" | "accent" | "note" }> = {
  read: { label: "Only reads", means: "It changes nothing, so it may be called at will.", tone: "plain" },
  write: {
    label: "Changes something",
    means: "What it changes can be put right, such as a booking.",
    tone: "accent",
  },
  irreversible: {
    label: "Cannot be undone",
    means:
      "It is done only when a person has approved it, or the contact has confirmed it, such as a refund.",
    tone: "note",
  },
};

export const METHODS: readonly Method[] = ["get", "post", "put", "patch", "delete"];

export interface HeaderForm {
  name: string;
  value: string;
  isSecret: boolean;
  /** Its value is kept by the server and never shown. */
  isKept: boolean;
}

export interface ToolForm {
  name: string;
  description: string;
  class: ToolClass;
  url: string;
  method: Method;
  headers: HeaderForm[];
  /** JSON; empty: it takes no arguments. */
  parameters: string;
  /** For what cannot be undone: the text with `{code}` in it that the contact is sent; empty: people approve. */
  confirmText: string;
}

export const newTool = (): ToolForm => ({
  name: "",
  description: "",
  class: "read",
  url: "",
  method: "get",
  headers: [],
  parameters: "",
  confirmText: "",
});

export function formOf(tool: AssistantTool): ToolForm {
  const { properties } = (tool.parameters ?? {}) as { properties?: object };
  return {
    name: tool.name,
    description: tool.description,
    class: tool.class,
    url: tool.url ?? "",
    method: tool.method ?? "get",
    headers: [
      ...(tool.headers ?? []).map((h) => ({ ...h, isSecret: false, isKept: false })),
      ...(tool.secret_headers ?? []).map(({ name }) => ({ name, value: "", isSecret: true, isKept: true })),
    ],
    parameters:
      properties && Object.keys(properties).length > 0 ? JSON.stringify(tool.parameters, null, 2) : "",
    confirmText: tool.confirm_text ?? "",
  };
}

/** Why the arguments are no JSON; `null`: they are. The server says whether they are a schema. */
export function faultOf(parameters: string): string | null {
  if (parameters.trim() === "") return null;
  try {
    const read: unknown = JSON.parse(parameters);
    const isObject = typeof read === "object" && read !== null && !Array.isArray(read);
    return isObject ? null : 'Write an object, as in {"type": "object", "properties": {…}}.';
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** As the server takes it. A secret that is kept and not given anew goes without a value. */
export function toolOf(form: ToolForm): ToolPatch {
  const parameters = form.parameters.trim();
  return {
    kind: "http",
    name: form.name.trim(),
    description: form.description.trim(),
    class: form.class,
    url: form.url.trim(),
    method: form.method,
    headers: form.headers.filter((h) => !h.isSecret).map(({ name, value }) => ({ name, value })),
    secret_headers: form.headers
      .filter((h) => h.isSecret)
      .map(({ name, value }) => (value === "" ? { name } : { name, value })),
    ...(form.class === "irreversible" &&
      form.confirmText.trim() && { confirm_text: form.confirmText.trim() }),
    ...(parameters && { parameters: JSON.parse(parameters) as ToolPatch["parameters"] }),
  };
}

/** The place of a header in what the server is sent, as its errors name it. */
export function headerField(headers: readonly HeaderForm[], at: number, of: "name" | "value"): string {
  const isSecret = headers[at]?.isSecret ?? false;
  const nth = headers.slice(0, at).filter((h) => h.isSecret === isSecret).length;
  return `${isSecret ? "secret_headers" : "headers"}[${nth}].${of}`;
}

/** A tool as it is, to be sent back with others that change. */
export function sameTool(tool: AssistantTool): ToolPatch {
  if (tool.kind === "http") return { ...toolOf(formOf(tool)), parameters: tool.parameters };
  return { kind: tool.kind, name: tool.name, description: tool.description };
}

/** All tools with one of the built in ones switched. */
export function switched(tools: readonly AssistantTool[], kind: OwnKind, on: boolean): ToolPatch[] {
  const others = tools.filter((t) => t.kind !== kind).map(sameTool);
  return on ? [...others, { kind, name: OWN[kind].name }] : others;
}

/** All tools with `form` in the place of the one called `before`, or behind them; and which one it is then. */
export function placed(
  tools: readonly AssistantTool[],
  before: string | null,
  form: ToolForm,
): { tools: ToolPatch[]; at: number } {
  const at = tools.findIndex((t) => t.name === before);
  const others = tools.map(sameTool);
  if (at === -1) return { tools: [...others, toolOf(form)], at: others.length };
  return { tools: others.map((other, i) => (i === at ? toolOf(form) : other)), at };
}

/** `id (string), note (string, may be left out)`; empty: none. */
export function argumentWords(parameters: unknown): string {
  const { properties, required } = (parameters ?? {}) as {
    properties?: Record<string, { type?: unknown }>;
    required?: unknown;
  };
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties ?? {})
    .map(([name, { type }]) => {
      const said = [
        ...(typeof type === "string" ? [type] : []),
        ...(needed.includes(name) ? [] : ["may be left out"]),
      ];
      return said.length ? `${name} (${said.join(", ")})` : name;
    })
    .join(", ");
}

export const EXAMPLE = `{
  "type": "object",
  "properties": {
    "order": { "type": "string", "description": "The order's number" }
  },
  "required": ["order"]
}`;
