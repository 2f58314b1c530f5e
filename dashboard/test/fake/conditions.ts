/** Conditions as far as the dashboard shows them: a few fields and operators, joined with `and`. */
import { plain } from "../../src/lib/campaign/template";
import type * as T from "../../src/lib/api/types";
import type { FakeDesk } from "./desk";

type Leaf = Extract<T.Condition, { field: string }>;

const OPS: Record<string, Leaf["op"]> = {
  "=": "eq",
  "!=": "ne",
  in: "in",
  contains: "contains",
  "starts with": "starts",
  "is set": "is_set",
  "is missing": "is_missing",
};
const OWN = ["name", "company", "phone", "tag", "list", "opted_out", "blocked", "created_at"];

export function holds(d: FakeDesk, c: T.Contact, condition: T.Condition): boolean {
  if ("all" in condition) return condition.all.every((one) => holds(d, c, one));
  if ("any" in condition) return condition.any.some((one) => holds(d, c, one));
  if ("not" in condition) return !holds(d, c, condition.not);
  const known = valuesOf(d, c, condition.field).map((value) => value.toLowerCase());
  const wanted = [condition.value].flat().map((value) => String(value).toLowerCase());
  switch (condition.op) {
    case "eq":
    case "in":
      return known.some((value) => wanted.includes(value));
    case "ne":
      return !known.some((value) => wanted.includes(value));
    case "contains":
      return known.some((value) => value.includes(wanted[0] ?? ""));
    case "starts":
      return known.some((value) => value.startsWith(wanted[0] ?? ""));
    case "is_set":
      return known.length > 0;
    default:
      return known.length === 0;
  }
}

function valuesOf(d: FakeDesk, c: T.Contact, field: string): string[] {
  if (field === "tag") return c.tags;
  if (field === "list")
    return d.lists.filter((l) => d.listed.get(l.id)?.has(c.id)).flatMap((l) => [l.id, l.name]);
  if (field === "opted_out") return [String(c.opted_out_at !== null), c.opted_out_at ? "yes" : "no"];
  if (field === "blocked") return [String(c.blocked), c.blocked ? "yes" : "no"];
  const value = field.startsWith("fields.") ? c.fields[field.slice(7)] : c[field as "name"];
  return value ? [plain(value)] : [];
}

/** A text as a condition, or what is wrong with it. */
export function parsed(
  d: FakeDesk,
  text: string,
): { condition: T.Condition } | { faults: T.ConditionFault[] } {
  let at = 1;
  const all: T.Condition[] = [];
  for (const part of text.split(" and ")) {
    const found = /^\s*(\S+)\s+(=|!=|in|contains|starts with|is set|is missing)\s*(.*?)\s*$/.exec(part);
    const [, name = part.trim(), op = "", said = ""] = found ?? [];
    const own = d.contactFields.some((f) => f.key === name);
    if (!own && !OWN.includes(name)) {
      const explanation = `There is nothing called ${name || "that"}.`;
      const mend = "Write a field such as name, tag or list, or one of yours.";
      const fault = { path: "", at, length: Math.max(1, name.length), code: "unknown_field" };
      return { faults: [{ ...fault, explanation, mend }] };
    }
    const texts = [...said.matchAll(/"([^"]*)"/g)].map(([, inside = ""]) => inside);
    const value = op === "in" ? texts : (texts[0] ?? said);
    all.push({ field: own ? `fields.${name}` : name, op: OPS[op] ?? "is_set", value });
    at += [...part].length + " and ".length;
  }
  return { condition: all.length === 1 && all[0] ? all[0] : { all } };
}

export function textOf(condition: T.Condition): string {
  if ("all" in condition) return condition.all.map(textOf).join(" and ");
  if ("any" in condition) return `(${condition.any.map(textOf).join(" or ")})`;
  if ("not" in condition) return `not ${textOf(condition.not)}`;
  const op = Object.keys(OPS).find((one) => OPS[one] === condition.op) ?? "=";
  const value = Array.isArray(condition.value)
    ? `(${condition.value.map((one) => `"${one}"`).join(", ")})`
    : /^(yes|no|true|false)$/.test(String(condition.value))
      ? String(condition.value)
      : `"${String(condition.value)}"`;
  const field = condition.field.replace(/^fields\./, "");
  return /^is /.test(op) ? `${field} ${op}` : `${field} ${op} ${value}`;
}

export function verdictOf(d: FakeDesk, c: T.Contact, condition: T.Condition): T.Verdict {
  const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : [];
  return {
    holds: holds(d, c, condition),
    says: textOf(condition),
    known: "field" in condition ? valuesOf(d, c, condition.field).join(", ") || null : null,
    parts: parts.map((one) => verdictOf(d, c, one)),
  };
}
