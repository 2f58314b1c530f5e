import { describe, expect, it } from "vitest";
import { Problem } from "$lib/api";
import { PastedNumbers } from "./numbers.svelte";

const asked: string[] = [];
const us = async (input: string) => {
  asked.push(input);
  const digits = input.replace(/\D/g, "");
  if (digits.length < 10) throw new Problem(422, "too_short", "The number is too short.");
  return { e164: `+1${digits.slice(-10)}` };
};

describe("pasted numbers", () => {
  it("are counted, and whatever was not understood is named with its line", async () => {
    const numbers = new PastedNumbers(us);
    await numbers.take("Phone\n(212) 555-0101\n+1 212 555 0101\n555\n\n212-555-0102");
    expect(numbers.understood).toEqual(["+12125550101", "+12125550102"]);
    expect(numbers.again).toBe(1);
    expect(numbers.refused).toEqual([
      { nth: 1, text: "Phone", reason: "There is no telephone number in this line." },
      { nth: 4, text: "555", reason: "The number is too short." },
    ]);
    expect([numbers.isReading, numbers.read, numbers.total]).toEqual([false, 5, 5]);
  });

  it("are asked about once", async () => {
    const numbers = new PastedNumbers(us);
    asked.length = 0;
    await numbers.take("212 555 0177\n212 555 0177");
    expect(asked).toEqual(["212 555 0177"]);
    asked.length = 0;
    await numbers.take("212 555 0177\n212 555 0178");
    expect(asked).toEqual(["212 555 0178"]);
    expect(numbers.understood).toHaveLength(2);
  });

  it("that were being read are given up for what was pasted next", async () => {
    const held: (() => void)[] = [];
    const numbers = new PastedNumbers(async (input) => {
      if (input.endsWith("01")) await new Promise<void>((go) => held.push(go));
      return us(input);
    });
    const first = numbers.take("2125550101");
    await numbers.take("2125550102");
    held.forEach((go) => go());
    await first;
    expect(numbers.understood).toEqual(["+12125550102"]);
  });

  it("are not lost without a word when the server is out of reach", async () => {
    let calls = 0;
    const numbers = new PastedNumbers(async (input) => {
      if (++calls > 2) throw new Problem(0, "unreachable", "The server cannot be reached.");
      return us(input);
    });
    await numbers.take(Array.from({ length: 20 }, (_, i) => `21255501${10 + i}`).join("\n"));
    expect(numbers.error).toContain("The server cannot be reached.");
    expect(numbers.understood.length + numbers.refused.length).toBe(20);
    expect(numbers.isReading).toBe(false);
  });

  it("beyond what one campaign takes are said to be left out", async () => {
    const numbers = new PastedNumbers(async () => ({ e164: "+12125550101" }));
    await numbers.take("2125550101\n".repeat(10_001));
    expect(numbers.error).toContain("10,000");
    expect([numbers.total, numbers.again]).toEqual([10_000, 9_999]);
  });
});
