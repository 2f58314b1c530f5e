import { describe, expect, it } from "vitest";
import { keptAs } from "./rules";

const HERE = "https://text.example.com";
const asked = (path: string, over = {}) =>
  keptAs({ method: "GET", isPage: false, url: new URL(path, HERE).href, origin: HERE, ...over });

describe("the worker", () => {
  it.each([
    "/assets/index-1a2b.js",
    "/assets/index-3c4d.css",
    "/icon.svg",
    "/icon-192.png",
    "/look.js",
    "/manifest.webmanifest",
  ])("keeps %s", (path) => expect(asked(path)).toBe("file"));

  it.each([
    "/api/v1/conversations",
    "/api/v1/conversations/cnv_1/messages?limit=50",
    "/api/v1/events",
    "/api/v1/media/med_1/picture.png",
    "/api/docs",
    "/api",
    "/hooks/telnyx/acc_1",
    "/l/abc",
    "/healthz",
    "/worker.js",
    "/media/x.png",
  ])("never keeps %s", (path) => expect(asked(path)).toBeNull());

  it("shows the page for any address of the dashboard", () => {
    for (const path of ["/", "/inbox", "/inbox/cnv_1?x=1", "/settings/keys", "/index.html"])
      expect(asked(path, { isPage: true }), path).toBe("page");
    for (const path of ["/api/docs", "/l/abc", "/hooks/x", "/api/v1/contacts/export.csv", "/report.pdf"])
      expect(asked(path, { isPage: true }), path).toBeNull();
  });

  it("leaves alone what is written, and what is somebody else's", () => {
    expect(asked("/assets/x.js", { method: "POST" })).toBeNull();
    expect(asked("https://elsewhere.example/assets/x.js")).toBeNull();
    expect(asked("https://elsewhere.example/", { isPage: true })).toBeNull();
  });
});
