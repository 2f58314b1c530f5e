/** The parts of a workflow's page, by their addresses. */
export const PARTS: readonly { value: string; label: string }[] = [
  { value: "build", label: "Build" },
  { value: "forecast", label: "Forecast" },
  { value: "people", label: "People" },
  { value: "versions", label: "Versions" },
  { value: "document", label: "Document" },
];
