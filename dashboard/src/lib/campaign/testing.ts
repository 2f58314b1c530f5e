/** The numbers that a test goes to. Pure. */

/** The server takes so many. */
export const TEST_NUMBERS_MAX = 5;

/** What was written, number by number: commas, semicolons and line breaks part them. */
export const phonesIn = (written: string): string[] => [
  ...new Set(
    written
      .split(/[,;\n]/u)
      .map((one) => one.trim())
      .filter(Boolean),
  ),
];
