/** A workflow in plain words: what each step does, what each way is for, what begins it. Pure. */
import { apart } from "$lib/ui/apart";
import { holdsOf, labelOf, type Named } from "./catalogue";
import { whenWords } from "./condition";
import {
  kindOf,
  type Again,
  type Assistant,
  type At,
  type Delay,
  type Heard,
  type Step,
  type Trigger,
  type Trouble,
  type UpdateContact,
  type Way,
  type When,
} from "./document";
import { spanWords } from "./span";
import { daysWords, hoursWords } from "$lib/hours/hours";

/** What things are called that documents name by their ids. */
export interface Names {
  names: readonly Named[];
  number(id: string): string;
  list(id: string): string;
  segment(id: string): string;
  team(id: string): string;
  member(id: string): string;
  assistant(id: string): string;
  workflow(id: string): string;
  campaign(id: string): string;
}

export const STATE: Record<
  "draft" | "active" | "paused" | "archived",
  { label: string; tone: "plain" | "good" | "note"; means: string }
> = {
  draft: { label: "Draft", tone: "plain", means: "It was never published. Nobody enters it." },
  active: { label: "Active", tone: "good", means: "People enter it, and go on." },
  paused: { label: "Paused", tone: "note", means: "Nobody enters it, and nobody in it goes on." },
  archived: { label: "Archived", tone: "plain", means: "Nobody enters it; who is in it goes on to the end." },
};

export const TROUBLE: readonly { value: Trouble; label: string }[] = [
  { value: "skip", label: "Go on without it" },
  { value: "exit", label: "End their way" },
  { value: "stop", label: "Stop until somebody retries it" },
];

export const conditionWords = (when: When, names: Names): string =>
  whenWords(
    when,
    (name) => labelOf(names.names, name),
    (name) => holdsOf(names.names, name),
  );

/** One sentence on a step, without its kind; empty: it says nothing yet. */
export function summaryOf(step: Step, names: Names): string {
  const label = (name: string) => labelOf(names.names, name);
  switch (kindOf(step)) {
    case "send":
      return step.send?.text ?? "";
    case "schedule_send":
      return step.schedule_send?.send.text ?? "";
    case "filter":
      return step.filter === undefined || step.filter === ""
        ? ""
        : `Only if ${conditionWords(step.filter, names)}`;
    case "delay":
      return step.delay ? delayWords(step.delay, label) : "";
    case "branch": {
      const count = step.branch?.cases.length ?? 0;
      return count === 1 ? "One case, or else" : `The first of ${count} cases that is true, or else`;
    }
    case "save": {
      const { to = "", from = "reply" } = step.save ?? {};
      if (!to) return "";
      if (from === "reply") return `Their reply into ${label(to)}`;
      if ("text" in from) return `${from.text ? `“${apart(from.text)}”` : "Nothing"} into ${label(to)}`;
      return `The sum of ${joined(from.sum.map(label), "and") || "nothing"} into ${label(to)}`;
    }
    case "wait_for_reply":
      return `Up to ${spanWords(step.wait_for_reply?.timeout ?? "")}`;
    case "assistant":
      return step.assistant ? assistantWords(step.assistant, names, label) : "";
    case "http": {
      const { method = "POST", url = "" } = step.http ?? {};
      return url === "https://" ? "" : `${method} ${url}`;
    }
    case "update_contact":
      return updateWords(step.update_contact ?? {}, names, label);
    case "assign": {
      const { team, person } = step.assign ?? {};
      const to = joined([team && names.team(team), person && names.member(person)].filter(isText), "and");
      return to ? `To ${to}` : "To everybody";
    }
    case "note":
      return step.note ?? "";
    case "notify":
      return step.notify?.text ?? "";
    case "split":
      return sharesOf(step)
        .map(({ name, percent }) => `${name} ${percent} %`)
        .join(" · ");
    case "enter":
      return step.enter?.workflow
        ? `${names.workflow(step.enter.workflow)}${step.enter.wait ? ", and wait until they are out" : ""}`
        : "";
    case "go_to":
      return step.go_to ?? "";
    case "end":
      return step.end ?? "";
    case null:
      return "";
  }
}

/** What stands beside it, if anything: when it goes out, to whom it is told. */
export function besidesOf(step: Step, names: Names): string {
  const label = (name: string) => labelOf(names.names, name);
  if (step.schedule_send) return capital(atWords(step.schedule_send.at, label));
  if (step.notify) {
    const { team, people = [] } = step.notify;
    const to = joined(
      [team && names.team(team), ...people.map((id) => names.member(id))].filter(isText),
      "and",
    );
    return to ? `To ${to}` : "To whoever looks after the conversation";
  }
  if (step.send?.from) return `From ${names.number(step.send.from)}`;
  return "";
}

const isText = (text: string | undefined): text is string => !!text;
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function joined(all: readonly string[], word: "and" | "or"): string {
  if (all.length < 2) return all.join("");
  return `${all.slice(0, -1).join(", ")} ${word} ${all.at(-1)}`;
}

/** `Wednesday at 10:00 on their clock`, as the end of a sentence. */
export function atWords(at: At, label: (name: string) => string): string {
  if ("moment" in at) return `on ${at.moment.replace("T", " ").slice(0, 16)} UTC`;
  if ("hours" in at) return `when open: ${hoursWords(at.hours) || "never"}`;
  if ("local" in at) {
    const { time, days = [] } = at.local;
    return `${days.length ? `next ${daysWords(days)} ` : ""}at ${time} on their clock`;
  }
  const { field, days = 0, time } = at.date;
  const away = Math.abs(days) === 1 ? "1 day" : `${Math.abs(days)} days`;
  const which = days === 0 ? "on" : days < 0 ? `${away} before` : `${away} after`;
  return `${which} ${field ? label(field) : "a date"} at ${time}`;
}

export function delayWords(
  { for: lasts, until, hours, jitter }: Delay,
  label: (name: string) => string,
): string {
  const first = lasts ? spanWords(lasts) : until ? `Until ${atWords(until, label)}` : "";
  const open = hours?.length ? `${first ? "then until open" : "Until open"}: ${hoursWords(hours)}` : "";
  const spread = jitter ? `spread over ${spanWords(jitter)}` : "";
  return [first, open, spread].filter(Boolean).join(", ");
}

function assistantWords(
  { task, assistant }: Assistant,
  names: Names,
  label: (name: string) => string,
): string {
  const who = assistant ? names.assistant(assistant) : "The assistant";
  if (task === "hand_over" || "hand_over" in task) return `${who} takes the conversation over`;
  if ("draft" in task) return `${who} writes ${task.draft.into ? label(task.draft.into) : "a text"}`;
  if ("classify" in task)
    return `${who} sorts their reply${task.classify.into ? ` into ${label(task.classify.into)}` : ""}`;
  return `${who} looks for ${joined(task.extract.into.map(label), "and") || "facts"}`;
}

function updateWords(update: UpdateContact, names: Names, label: (name: string) => string): string {
  const quoted = (all: readonly string[]) => all.map((one) => `“${apart(one)}”`);
  const parts = [
    saying("Tag", quoted(update.add_tags ?? [])),
    saying("Untag", quoted(update.remove_tags ?? [])),
    saying(
      "Put on",
      (update.add_to_lists ?? []).map((id) => names.list(id)),
    ),
    saying(
      "Take off",
      (update.remove_from_lists ?? []).map((id) => names.list(id)),
    ),
    saying(
      "Set",
      Object.entries(update.set ?? {}).map(([key, text]) => `${label(key)} to “${apart(text)}”`),
    ),
    saying("Clear", (update.clear ?? []).map(label)),
  ];
  return parts.filter(Boolean).join(" · ");
}

const saying = (word: string, all: readonly string[]): string =>
  all.length ? `${word} ${joined(all, "and")}` : "";

/** What share of people takes each path, in whole percents. */
export function sharesOf(step: Step): { name: string; percent: number }[] {
  const paths = step.split?.paths ?? [];
  const all = paths.reduce((sum, { weight = 1 }) => sum + weight, 0) || 1;
  return paths.map(({ name, weight = 1 }) => ({ name, percent: Math.round((weight / all) * 100) }));
}

/** What a way is for: `Yes`, `Score is at least 9`, `No reply in 1 day`. */
export function wayWords(step: Step, way: Way, names: Names): string {
  switch (way.what) {
    case "otherwise":
      return "Everybody else";
    case "no_match":
      return "Anything else";
    case "timeout":
      return `No reply in ${spanWords(step.wait_for_reply?.timeout ?? "")}`;
    case "path": {
      const share = sharesOf(step)[way.nth];
      return share ? `${share.name} · ${share.percent} %` : "";
    }
    case "case": {
      const reply = step.wait_for_reply?.cases?.[way.nth];
      if (reply) return heardWords(reply.when);
      const own = step.branch?.cases[way.nth];
      return own && own.when !== "" ? conditionWords(own.when, names) : "If …";
    }
  }
}

/** Which replies a case is for. */
export function heardWords(when: Heard): string {
  if (typeof when === "string")
    return { any: "Any reply", yes: "Yes", no: "No", date: "A date", number: "A number" }[when] ?? when;
  if ("keywords" in when)
    return (
      joined(
        when.keywords.map((word) => `“${apart(word)}”`),
        "or",
      ) || "A word"
    );
  if ("choice" in when) return when.choice.length ? joined(when.choice, "or") : "A choice";
  if ("intent" in when) return when.intent ? `Means: ${when.intent}` : "They mean …";
  if ("number" in when) {
    const { min, max } = when.number;
    if (min !== undefined && max !== undefined) return `A number, ${min} to ${max}`;
    if (min !== undefined) return `A number, ${min} or more`;
    return max !== undefined ? `A number, ${max} or less` : "A number";
  }
  return heardWords(Object.keys(when)[0] as Heard);
}

/** What begins it. */
export function triggerWords(trigger: Trigger, names: Names): string {
  const on = (numbers?: readonly string[]) =>
    numbers?.length
      ? ` to ${joined(
          numbers.map((id) => names.number(id)),
          "or",
        )}`
      : "";
  if (typeof trigger === "string")
    return {
      campaign: "They got a campaign",
      text: "They text anything",
      new_conversation: "A conversation begins",
      conversation_resolved: "A conversation is closed",
      link_clicked: "They follow a link",
      delivery_failed: "A text is not delivered",
      api: "An API or webhook call",
      by_hand: "A person lets them in",
    }[trigger];
  if ("keyword" in trigger) {
    const words = joined(
      trigger.keyword.words.map((word) => word.toUpperCase()),
      "or",
    );
    return `They text ${words || "a word"}${on(trigger.keyword.numbers)}`;
  }
  if ("text" in trigger) return `They text anything${on(trigger.text.numbers)}`;
  if ("new_conversation" in trigger) return `A conversation begins${on(trigger.new_conversation.numbers)}`;
  if ("tag_added" in trigger) return `They get the tag “${apart(trigger.tag_added)}”`;
  if ("tag_removed" in trigger) return `They lose the tag “${apart(trigger.tag_removed)}”`;
  if ("field_changed" in trigger) return `${labelOf(names.names, trigger.field_changed)} changes`;
  if ("segment_entered" in trigger) return `They come into ${names.segment(trigger.segment_entered)}`;
  if ("no_reply" in trigger) return `No answer for ${spanWords(trigger.no_reply)}`;
  if ("link_clicked" in trigger)
    return `They follow a link${trigger.link_clicked.campaign ? ` of ${names.campaign(trigger.link_clicked.campaign)}` : ""}`;
  const { yearly, ...date } = trigger.date;
  return `${capital(atWords({ date }, (name) => labelOf(names.names, name)))}${yearly ? ", every year" : ""}`;
}

export function againWords(again: Again | undefined, label: (name: string) => string): string {
  if (again === undefined || again === "never") return "Once and never again";
  if (again === "always") return "Again as soon as they are out";
  if ("after_days" in again) return `Again after ${again.after_days} days`;
  return `Once for each ${again.by_key ? label(again.by_key) : "key"}`;
}
