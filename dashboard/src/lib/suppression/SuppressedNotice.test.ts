import { render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import { suppressions } from "$lib/api";
import { aSuppression } from "../../../test/samples";
import SuppressedNotice from "./SuppressedNotice.svelte";

it("says why a number is kept from texts, and nothing of one that is not", async () => {
  const list = vi.spyOn(suppressions, "list");
  list.mockResolvedValue({ data: [aSuppression({ reason: "Wrong person" })], next_cursor: null });
  const shown = render(SuppressedNotice, { phone: "+12125550188" });
  await screen.findByText("Wrong person");
  expect(list).toHaveBeenCalledWith({ phone: "+12125550188" });
  shown.unmount();
  list.mockResolvedValue({ data: [], next_cursor: null });
  render(SuppressedNotice, { phone: "+12125550101" });
  await vi.waitFor(() => expect(list).toHaveBeenCalledTimes(2));
  expect(screen.queryByRole("alert")).toBeNull();
  render(SuppressedNotice, { phone: "" });
  expect(list).toHaveBeenCalledTimes(2);
});
