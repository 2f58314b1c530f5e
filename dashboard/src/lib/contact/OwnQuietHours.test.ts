import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import OwnQuietHours from "./OwnQuietHours.svelte";

it("are set, changed and taken away, and never half", async () => {
  const onsave = vi.fn();
  const shown = render(OwnQuietHours, { hours: null, onsave });
  await fireEvent.click(screen.getByTitle("Set quiet hours of their own"));
  expect(onsave).toHaveBeenLastCalledWith({ from: "21:00", until: "08:00" });
  await shown.rerender({ hours: { from: "21:00", until: "08:00" }, onsave });
  const from = screen.getByLabelText<HTMLInputElement>("Quiet from");
  await fireEvent.input(from, { target: { value: "" } });
  await fireEvent.change(from);
  expect(onsave).toHaveBeenCalledOnce();
  await fireEvent.input(from, { target: { value: "22:00" } });
  await fireEvent.change(from);
  expect(onsave).toHaveBeenLastCalledWith({ from: "22:00", until: "08:00" });
  await fireEvent.click(screen.getByTitle("No quiet hours of their own"));
  expect(onsave).toHaveBeenLastCalledWith(null);
});
