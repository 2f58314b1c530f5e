import { afterEach, describe, expect, it } from "vitest";
import { Router, find } from "./router.svelte";

const routes = [
  { path: "/inbox", page: "list" },
  { path: "/inbox/:id", page: "thread" },
  { path: "/settings/:section", page: "settings" },
];

describe("a path", () => {
  it.each([
    ["/inbox", "list", {}],
    ["/inbox/", "list", {}],
    ["/inbox/cnv_1", "thread", { id: "cnv_1" }],
    ["/inbox/a%20b", "thread", { id: "a b" }],
    ["/inbox/%E0%A4%A", "thread", { id: "%E0%A4%A" }],
  ])("%s is the page %s", (path, page, params) => {
    expect(find(routes, path)).toEqual({ page, params });
  });

  it.each(["/", "/inbox/a/b", "/nowhere"])("%s has no page", (path) => {
    expect(find(routes, path)).toBeNull();
  });
});

describe("the router", () => {
  afterEach(() => {
    document.body.replaceChildren();
    history.replaceState(null, "", "/");
  });

  const click = (html: string, init: MouseEventInit = {}) => {
    document.body.innerHTML = html;
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, ...init });
    document.querySelector("a")!.dispatchEvent(event);
    return event;
  };

  it("follows our own links without a reload", () => {
    const router = new Router(routes);
    const event = click(`<a href="/inbox/cnv_2"><b>open</b></a>`);
    expect([event.defaultPrevented, router.path, location.pathname]).toEqual([
      true,
      "/inbox/cnv_2",
      "/inbox/cnv_2",
    ]);
    expect(router.current?.params).toEqual({ id: "cnv_2" });
  });

  it.each([
    [`<a href="/inbox">new tab</a>`, { metaKey: true }],
    [`<a href="https://example.com/inbox">elsewhere</a>`, {}],
    [`<a href="/api/docs">no page of ours</a>`, {}],
    [`<a href="#main">further down</a>`, {}],
  ])("leaves %s to the browser", (html, init) => {
    history.replaceState(null, "", "/inbox");
    const router = new Router(routes);
    const before = router.path;
    let wasTaken = true;
    const last = (e: Event) => {
      wasTaken = e.defaultPrevented;
      e.preventDefault();
    };
    document.addEventListener("click", last, { once: true });
    click(html, init);
    expect([router.path, wasTaken]).toEqual([before, false]);
  });

  it("hears the back button", () => {
    const router = new Router(routes);
    router.go("/inbox");
    router.go("/inbox/cnv_1");
    history.replaceState(null, "", "/inbox");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(router.current?.page).toBe("list");
  });
});
