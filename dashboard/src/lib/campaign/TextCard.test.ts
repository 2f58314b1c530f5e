import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { text } from "$lib/api";
import type { Contact, TextFinding } from "$lib/api/types";
import { aMeasure } from "../../../test/samples";
import { OWN_NAMES } from "./template";
import TextCard from "./TextCard.svelte";

const ann: Contact = {
  id: "con_1",
  name: "Ann Bell",
  company: null,
  phone: "+12125550101",
  phone_pretty: "(212) 555-0101",
  addresses: [],
  language: null,
  note: null,
  time_zone: null,
  zone: { source: "number", names: ["America/New_York"] },
  quiet_hours: null,
  blocked: false,
  opted_out_at: null,
  suppressed_at: null,
  consent: {
    marketing: { standing: null, since: null, numbers: [] },
    service: { standing: null, since: null, numbers: [] },
  },
  lists: [],
  tags: [],
  fields: { due: "2026-11-27" },
  created_at: "2026-11-23T10:00:00Z",
};
const jonas: Contact = { ...ann, id: "con_2", name: null, fields: {} };

const shown = (body: string, over: { error?: string; findings?: TextFinding[]; saved?: string } = {}) => {
  const onwrite = vi.fn();
  const own = [{ key: "due", label: "Due", kind: { type: "date" as const } }];
  const known = [...OWN_NAMES, "due"];
  render(TextCard, { body, own, known, contacts: [jonas, ann], from: "(212) 555-0199", onwrite, ...over });
  return onwrite;
};
const settled = () => vi.advanceTimersByTimeAsync(1_000);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(text, "measure").mockResolvedValue(aMeasure());
});
afterEach(() => vi.useRealTimers());

describe("the text of a campaign", () => {
  it("shows a fault at its place, once the writer has stopped, and mends it", async () => {
    const onwrite = shown("Hi {frist_name|there}!");
    expect(screen.queryByRole("alert")).toBeNull();
    await settled();
    expect(screen.getByRole("alert").querySelector("mark")?.textContent).toBe("{frist_name|there}");
    const box = screen.getByLabelText("Text");
    expect(box.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(box.getAttribute("aria-describedby") ?? "")?.textContent).toContain(
      "Do you mean first_name?",
    );
    await fireEvent.click(screen.getByRole("button", { name: "Write first_name" }));
    expect(onwrite).toHaveBeenCalledWith("Hi {first_name|there}!");
  });

  it("offers no mend that nobody knows", async () => {
    shown("Hi {horoscope}!");
    await settled();
    expect(screen.getByRole("alert").textContent).toContain("There is no field horoscope");
    expect(screen.queryByRole("button", { name: /^Write/ })).toBeNull();
  });

  it("shows what the server says where nothing is wrong to us", async () => {
    shown("Hi!", { error: "The server knows better." });
    await settled();
    expect(screen.getByText("The server knows better.")).toBeTruthy();
    expect(screen.getByLabelText("Text").getAttribute("aria-invalid")).toBe("true");
  });

  it("reads as somebody with a name gets it, until another is chosen", async () => {
    shown("Hi {first_name}, {due}");
    const phone = screen.getByRole("region", { name: "As it reads on a phone" });
    expect(phone.textContent).toContain("Hi Ann, November 27, 2026");
    await fireEvent.change(screen.getByLabelText("As it reads for"), { target: { value: "con_2" } });
    expect(phone.textContent).toContain("would be skipped: nothing is known of them as first_name");
  });

  it("puts a name where the caret is", async () => {
    const onwrite = shown("Hi !");
    (screen.getByLabelText("Text") as HTMLTextAreaElement).setSelectionRange(3, 3);
    await fireEvent.click(screen.getByRole("button", { name: "Due" }));
    expect(onwrite).toHaveBeenCalledWith("Hi {due}!");
  });

  describe("with something that speaks against it", () => {
    const found = (over: Partial<TextFinding> = {}): TextFinding => ({
      variant: null,
      code: "public_shortener",
      severity: "refuse",
      span: { from: 2, to: 8 },
      explanation: "Carriers block it.",
      mend: "Write the address.",
      ...over,
    });
    const warning = found({ severity: "warning", span: null, explanation: "It names no STOP." });

    it("tells what is refused first, and shows it where it stands", async () => {
      // One character that takes two units stands before it.
      shown("🙂 bit.ly/x", { findings: [warning, found()] });
      const items = screen.getAllByRole("listitem").map((item) => item.textContent);
      expect(items[0]).toContain("Cannot be launched so");
      expect(items[1]).toContain("It names no STOP. Write the address.");
      await fireEvent.click(screen.getByRole("button", { name: "Show me" }));
      const { selectionStart, selectionEnd, value } = screen.getByLabelText<HTMLTextAreaElement>("Text");
      expect(value.slice(selectionStart, selectionEnd)).toBe("bit.ly");
    });

    it("points nowhere in a text that has changed since", () => {
      shown("🙂 bit.ly/xyz", { findings: [found()], saved: "🙂 bit.ly/x" });
      expect(screen.queryByRole("button", { name: "Show me" })).toBeNull();
      expect(screen.getByText(/looked at once it is saved/)).toBeTruthy();
    });
  });
});
