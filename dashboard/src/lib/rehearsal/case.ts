/** A test case as a form has it. Pure. */
import type {
  AssistantCase,
  CaseExpectation,
  NewCase,
  PreviewOutcome,
  PublishedAssistant,
  RehearsedMessage,
} from "$lib/api/types";

export interface CaseForm {
  name: string;
  messages: RehearsedMessage[];
  guide: string;
  contact_name: string;
  /** Empty: any. */
  outcome: PreviewOutcome | "";
  /** One on each line. */
  must_mention: string;
  must_not: string;
  must_cite: string;
  segments_max: number | null;
  rubric: string;
  required: boolean;
}

type Made = Pick<AssistantCase, "name" | "messages" | "guide" | "contact_name" | "expect">;

export const nothingExpected = (): CaseExpectation => ({
  must_mention: [],
  must_not: [],
  must_cite: [],
  outcome: null,
  segments_max: null,
  rubric: null,
  required: false,
});

export const formOf = (of: Made): CaseForm => ({
  name: of.name,
  messages: of.messages.map((message) => ({ ...message })),
  guide: of.guide,
  contact_name: of.contact_name,
  outcome: of.expect.outcome ?? "",
  must_mention: of.expect.must_mention.join("\n"),
  must_not: of.expect.must_not.join("\n"),
  must_cite: of.expect.must_cite.join("\n"),
  segments_max: of.expect.segments_max ?? null,
  rubric: of.expect.rubric ?? "",
  required: of.expect.required,
});

export const caseOf = (form: CaseForm): NewCase => ({
  name: form.name,
  messages: form.messages,
  guide: form.guide,
  contact_name: form.contact_name,
  expect: {
    must_mention: lines(form.must_mention),
    must_not: lines(form.must_not),
    must_cite: lines(form.must_cite),
    outcome: form.outcome || null,
    segments_max: form.segments_max,
    rubric: form.rubric.trim() || null,
    required: form.required,
  },
});

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** `Mentions “Saturday”, hands over to people, at most 2 segments.` */
export function expectWords(expect: CaseExpectation, outcome: (of: PreviewOutcome) => string): string {
  const quoted = (words: readonly string[]) => words.map((w) => `“${w}”`).join(", ");
  const said = [
    expect.outcome ? outcome(expect.outcome).toLowerCase() : "",
    expect.must_mention.length ? `mentions ${quoted(expect.must_mention)}` : "",
    expect.must_not.length ? `never says ${quoted(expect.must_not)}` : "",
    expect.must_cite.length ? `cites ${quoted(expect.must_cite)}` : "",
    expect.segments_max != null
      ? `at most ${expect.segments_max} segment${expect.segments_max === 1 ? "" : "s"}`
      : "",
    expect.rubric ? "keeps to its rubric" : "",
  ].filter(Boolean);
  const words = said.join("; ");
  return words === "" ? "Nothing is expected yet." : `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}

/** What to say of a version that came into force, with the tests that it breaks all the same. */
export function savedWords({ version, warnings }: Pick<PublishedAssistant, "version" | "warnings">): string {
  const broken = warnings?.length ?? 0;
  const but = broken === 0 ? "" : `, but it breaks ${broken} ${broken === 1 ? "test" : "tests"}`;
  return `Version ${version} is in force${but}`;
}
