import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { aMedia } from "../../../test/samples";
import MediaView from "./MediaView.svelte";

it("says of an attachment that could not be fetched why not, and offers nothing to open", () => {
  const reason = "It could not be fetched from the carrier: the carrier answered 404.";
  const { container } = render(MediaView, { media: [aMedia({ state: "failed", reason, bytes: 0 })] });
  expect(screen.getByText(reason)).toBeTruthy();
  expect(container.querySelector("img, a")).toBeNull();
});

it("says of one that has not come yet that it is on its way", () => {
  const { container } = render(MediaView, { media: [aMedia({ state: "waiting", bytes: 0 })] });
  expect(screen.getByText(/On its way/)).toBeTruthy();
  expect(container.querySelector("img, a")).toBeNull();
});

it("shows a picture that is here", () => {
  const { container } = render(MediaView, { media: [aMedia()] });
  expect(container.querySelector("img")?.getAttribute("src")).toBe("/api/v1/media/med_1");
});
