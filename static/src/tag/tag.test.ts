import { Window } from "happy-dom";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTag, type TagWindow } from "./main";
import type { Message } from "./messages";

interface Sent {
  url: string;
  body: { writeKey: string; batch: Message[] };
}

let sent: Sent[] = [];
let windows: Window[] = [];

interface Options {
  url?: string;
  attributes?: Record<string, string>;
  /** A page of the same tab before this one: what it stored is there. */
  after?: TagWindow;
  before?: (win: TagWindow) => void;
}

function browser({
  url = "https://www.mirai.example/products/",
  attributes = {},
  after,
  before,
}: Options = {}): TagWindow {
  const happy = new Window({ url });
  windows.push(happy);
  const win = happy as unknown as TagWindow;
  Object.assign(win, {
    fetch: (address: string, init: { body: string }) => {
      sent.push({ url: address, body: JSON.parse(init.body) });
      return Promise.resolve({ status: 200 });
    },
  });
  Object.defineProperty(win.navigator, "sendBeacon", {
    value: (address: string, body: string) => sent.push({ url: address, body: JSON.parse(body) }) > 0,
  });
  for (const area of ["localStorage", "sessionStorage"] as const)
    for (const [name, value] of Object.entries(after?.[area] ?? {})) win[area].setItem(name, value);
  before?.(win);
  const script = win.document.createElement("script");
  Object.defineProperty(script, "src", { value: "https://t.example/t.js" });
  for (const [name, value] of Object.entries({ "data-key": "wk_1", ...attributes }))
    script.setAttribute(name, value);
  startTag(win, script);
  return win;
}

function leave(win: TagWindow): Message[] {
  win.dispatchEvent(new (win as unknown as Window).Event("pagehide") as unknown as Event);
  return sent.flatMap(({ body }) => body.batch);
}

function ofType(messages: Message[], name: string): Message[] {
  return messages.filter((each) => each.type === name || each.event === name);
}

const required = { "data-consent": "required" };

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-22T05:00:00Z") });
  sent = [];
  windows = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(windows.map((happy) => happy.happyDOM.abort()));
});

describe("a page view", () => {
  it("goes to the batch address of the host the script came from", () => {
    const win = browser({ url: "https://www.mirai.example/products/?utm_source=x&gclid=G#top" });
    win.document.title = "製品";

    const [page] = ofType(leave(win), "page");

    expect(sent[0].url).toBe("https://t.example/v1/batch");
    expect(sent[0].body.writeKey).toBe("wk_1");
    expect(page.properties).toMatchObject({
      url: "https://www.mirai.example/products/?utm_source=x&gclid=G",
      title: "製品",
    });
    expect(page.context).toMatchObject({
      campaign: { source: "x" },
      library: { name: "ma.js" },
    });
    expect(page.anonymousId).toBe(win.localStorage.getItem("_ma"));
    expect(page.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const made = Number.parseInt(page.messageId.replace("-", "").slice(0, 12), 16);
    expect(Math.abs(made - Date.parse(page.timestamp))).toBeLessThan(1_000);
  });

  it("carries the token of a mail click and takes it out of the address", () => {
    const win = browser({ url: "https://www.mirai.example/lp?a=1&ma_c=TOKEN" });

    const [page] = ofType(leave(win), "page");

    expect(page.context.clickToken).toBe("TOKEN");
    expect(page.properties?.url).toBe("https://www.mirai.example/lp?a=1");
    expect(win.location.href).toBe("https://www.mirai.example/lp?a=1");
  });

  it("is counted again when an application changes the path, not when it changes the query", () => {
    const win = browser();
    win.history.pushState({}, "", "/products/?tab=2");
    win.history.pushState({}, "", "/pricing/");
    win.history.replaceState({}, "", "/pricing/#plans");

    const pages = ofType(leave(win), "page");

    expect(pages.map((page) => page.properties?.path)).toEqual(["/products/", "/pricing/"]);
    expect(pages[1].properties?.referrer).toBe("https://www.mirai.example/products/");
  });

  it("counts fragments with data-spa=hash and nothing by itself with data-spa=off", () => {
    const byHash = browser({ attributes: { "data-spa": "hash" } });
    byHash.history.pushState({}, "", "#/a");
    expect(ofType(leave(byHash), "page")).toHaveLength(2);

    sent = [];
    const off = browser({ attributes: { "data-spa": "off" } });
    off.history.pushState({}, "", "/b");
    expect(ofType(leave(off), "page")).toHaveLength(1);
  });

  it("is left with its visible time, its depth and its id", () => {
    const win = browser();
    vi.spyOn(win.performance, "now").mockReturnValue(win.performance.now() + 5000);

    const messages = leave(win);
    const [left] = ofType(messages, "page_left");

    expect(left.properties?.visible_ms).toBeGreaterThanOrEqual(5000);
    expect(left.properties?.visible_ms).toBeLessThan(6000);
    expect(left.properties?.scroll).toBe(100);
    expect(left.properties?.view).toBe(ofType(messages, "page")[0].messageId);
  });
});

describe("commands", () => {
  it("from before the tag came are obeyed in order", () => {
    const win = browser({
      before: (page) => (page.ma = { q: [["track", "demo_opened", { plan: "A" }]] } as never),
    });
    win.ma?.("identify", "user-1", { email: "a@b.example" }, { userHash: "h" });
    win.ma?.("group", "org-1", { name: "みらい" });
    win.ma?.("nonsense");

    const messages = leave(win);

    expect(messages.map((each) => each.type)).toEqual(["page", "track", "identify", "group"]);
    expect(messages[1]).toMatchObject({ event: "demo_opened", properties: { plan: "A" } });
    expect(messages[2]).toMatchObject({
      userId: "user-1",
      traits: { email: "a@b.example" },
      context: { userHash: "h" },
    });
    expect(messages[3]).toMatchObject({ groupId: "org-1", traits: { name: "みらい" } });
  });

  it("a queued page command names the page instead of adding one", () => {
    const win = browser({
      before: (page) => (page.ma = { q: [["page", "トップ", { kind: "lp" }]] } as never),
    });

    const pages = ofType(leave(win), "page");

    expect(pages).toHaveLength(1);
    expect(pages[0]).toMatchObject({ name: "トップ", properties: { kind: "lp", path: "/products/" } });
  });

  it("that nobody can read are left out, and the others are not", () => {
    const win = browser();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    win.ma?.("track");
    win.ma?.("track", "");
    win.ma?.("track", "around", circle);
    win.ma?.("track", "big", { id: 1n });
    win.ma?.("track", "good", { plan: "A" });

    expect(leave(win).map((each) => each.event ?? each.type)).toEqual(["page", "good"]);
  });

  it("say what their values were when they were called", () => {
    const win = browser();
    const cart = { items: 1 };
    win.ma?.("track", "cart", cart);
    cart.items = 2;

    expect(ofType(leave(win), "cart")[0].properties).toEqual({ items: 1 });
  });

  it("never throw into the page", () => {
    const win = browser();

    expect(() => win.ma?.("identify", null)).not.toThrow();
    expect(() => win.ma?.(undefined as never)).not.toThrow();
  });
});

describe("clicks", () => {
  function click(win: TagWindow, html: string): void {
    win.document.body.innerHTML = html;
    const link = win.document.querySelector("a") as HTMLAnchorElement;
    link.addEventListener("click", (event) => event.preventDefault());
    link.click();
  }

  it("tell files, ways out and telephone numbers, not the site's own pages", () => {
    const win = browser({ attributes: { "data-domains": "mirai.example sister.example" } });
    click(win, '<a href="/files/catalog.pdf">カタログ <b>PDF</b></a>');
    click(win, '<a href="https://other.example/x">よそ</a>');
    click(win, '<a href="tel:0312345678">電話</a>');
    click(win, '<a href="/pricing/">価格</a>');
    click(win, '<a href="https://shop.sister.example/">姉妹</a>');

    const tracked = ofType(leave(win), "track").filter((each) => each.event !== "page_left");

    expect(tracked.map(({ event, properties }) => [event, properties?.href, properties?.text])).toEqual([
      ["asset_downloaded", "https://www.mirai.example/files/catalog.pdf", "カタログ PDF"],
      ["link_clicked", "https://other.example/x", "よそ"],
      ["link_clicked", "tel:0312345678", "電話"],
    ]);
  });
});

describe("consent", () => {
  const stored = (win: TagWindow) => [
    win.localStorage.length,
    win.sessionStorage.length,
    win.document.cookie,
  ];

  it("is awaited: only a page view without id, nothing stored", () => {
    const win = browser({
      url: "https://www.mirai.example/lp?email=x&ma_c=T&gclid=G&utm_source=u",
      attributes: required,
    });
    win.ma?.("track", "too_early");

    const messages = leave(win);

    expect(messages).toHaveLength(1);
    expect(messages[0].anonymousId).toBeUndefined();
    expect(messages[0].properties?.url).toBe("https://www.mirai.example/lp");
    expect(messages[0].context).toMatchObject({ consent: "none", campaign: { source: "u" } });
    expect(JSON.stringify(messages)).not.toMatch(/email=x|clickToken|gclid/);
    expect(stored(win)).toEqual([0, 0, ""]);
    expect(win.ma?.visitor?.()).toBeUndefined();
  });

  it("granted tells the page again with an id, and what was held", () => {
    const win = browser({ url: "https://www.mirai.example/lp?ma_c=T", attributes: required });
    win.ma?.("track", "too_early");
    win.ma?.("consent", "granted");

    const [counted, page, early] = leave(win);

    expect(page.context).toMatchObject({ replaces: counted.messageId, clickToken: "T" });
    expect(page.anonymousId).toBe(win.ma?.visitor?.());
    expect(early).toMatchObject({ event: "too_early", anonymousId: page.anonymousId });
    expect(win.localStorage.getItem("_ma_c")).toBe("granted");
    expect(win.document.cookie).toContain(`_ma=${page.anonymousId}`);
  });

  it("in the queue counts before the first page view", () => {
    const win = browser({
      attributes: required,
      before: (page) => (page.ma = { q: [["consent", "granted"]] } as never),
    });

    const pages = ofType(leave(win), "page");

    expect(pages).toHaveLength(1);
    expect(pages[0].anonymousId).toBe(win.ma?.visitor?.());
  });

  it("withdrawn clears id, storage and what was still to be sent", () => {
    const win = browser({ attributes: required });
    win.ma?.("consent", "granted");
    win.ma?.("track", "unsent");
    win.ma?.("consent", "withdrawn");

    expect(leave(win)).toEqual([]);
    expect(stored(win)).toEqual([0, 0, ""]);
  });

  it("denied where measuring is the default leaves only the refusal", () => {
    const win = browser();
    win.ma?.("consent", "denied");

    expect(win.localStorage.length).toBe(1);
    expect(win.localStorage.getItem("_ma_c")).toBe("denied");
    expect(win.document.cookie).toBe("");
  });

  it.each([
    ["globalPrivacyControl", true],
    ["doNotTrack", "1"],
  ])("is not asked from a browser that says no by %s", (name, value) => {
    const win = browser({ before: (page) => Object.defineProperty(page.navigator, name, { value }) });
    win.ma?.("consent", "granted");
    win.ma?.("track", "x");

    const messages = leave(win);

    expect(messages.map((each) => [each.type, each.anonymousId])).toEqual([["page", undefined]]);
    expect(stored(win)).toEqual([0, 0, ""]);
  });
});

describe("purposes", () => {
  const personalises = { "data-consent": "personalise" };
  const limits = (messages: Message[]) => ofType(messages, "page").map((page) => page.context.consent);

  it("are told apart: measuring goes on where personalising is refused", () => {
    const win = browser();
    const id = win.ma?.visitor?.();
    win.ma?.("consent", { personalise: false });
    win.ma?.("track", "read");
    win.ma?.("page");

    const messages = leave(win);

    expect(limits(messages)).toEqual([undefined, "measure"]);
    expect(messages.map((each) => each.anonymousId)).toEqual(messages.map(() => id));
    expect(win.localStorage.getItem("_ma_c")).toBe("measure");
  });

  it("are kept for the next page, and a yes to all puts the refusal away", () => {
    const first = browser();
    first.ma?.("consent", { measure: true, personalise: false });
    leave(first);
    sent = [];
    const second = browser({ after: first });
    second.ma?.("consent", "granted");
    second.ma?.("page");

    expect(limits(leave(second)).slice(-2)).toEqual(["measure", undefined]);
    expect(second.localStorage.getItem("_ma_c")).toBe(null);
  });

  it("can be granted one by one where all is asked first", () => {
    const win = browser({ attributes: required });
    win.ma?.("consent", { personalise: true });
    win.ma?.("track", "too_early");
    expect(win.localStorage.length).toBe(0);
    win.ma?.("consent", { measure: true });

    const [counted, page, early] = leave(win);

    expect([counted.anonymousId, counted.context.consent]).toEqual([undefined, "none"]);
    expect([page.context.consent, early.event]).toEqual(["measure", "too_early"]);
    expect(win.localStorage.getItem("_ma_c")).toBe("measure");
  });

  it("default to what the workspace chose for each", () => {
    const measured = browser({ attributes: personalises });
    expect(limits(leave(measured))).toEqual(["measure"]);
    expect(measured.localStorage.getItem("_ma_c")).toBe(null);

    sent = [];
    const asked = browser({ attributes: { "data-consent": "measure" } });
    asked.ma?.("consent", { measure: true });
    expect(limits(leave(asked))).toEqual(["none", undefined]);
    expect(asked.localStorage.getItem("_ma_c")).toBe("granted");
  });

  it("end with measuring, whatever was said of the other", () => {
    const win = browser();
    win.ma?.("consent", { measure: false, personalise: true });
    win.ma?.("page");

    const messages = leave(win);

    expect(messages.map((each) => [each.type, each.anonymousId])).toEqual([["page", undefined]]);
    expect([win.localStorage.getItem("_ma_c"), win.document.cookie]).toEqual(["denied", ""]);
  });

  it("only take true for a yes", () => {
    const win = browser({ attributes: required });
    win.ma?.("consent", { measure: "denied", personalise: "no" });

    expect(win.ma?.visitor?.()).toBeUndefined();
  });

  it("follow what another tab refuses, and no more than that", () => {
    const win = browser();
    win.localStorage.setItem("_ma_c", "measure");
    win.ma?.("page");
    win.localStorage.setItem("_ma_c", "denied");
    win.ma?.("track", "unwanted");
    win.localStorage.setItem("_ma_c", "something else");

    expect(win.ma?.visitor?.()).toBeUndefined();
    win.localStorage.removeItem("_ma_c");
    expect(limits(leave(win))).toEqual([undefined, "measure"]);
  });
});

describe("a visitor from a sister site", () => {
  const SISTERS = "22222222-2222-4222-8222-222222222222";

  /** A page with a proof in its address, and the collector's answer, which bakes the cookie and comes when it is let. */
  function landed(attributes: Record<string, string>, queue: unknown[] = []) {
    let answer = () => {};
    const win = browser({
      url: "https://www.mirai.example/lp?ma_v=p.1.s",
      attributes: { "data-domains": "mirai.example,sister.example", ...attributes },
      before: (page) => {
        page.ma = { q: queue } as never;
        Object.defineProperty(page.document, "referrer", { value: "https://www.sister.example/" });
        const post = page.fetch;
        const ask = () =>
          new Promise((resolve) => {
            answer = () => {
              if ("data-first-party" in attributes)
                page.document.cookie = `_ma=${SISTERS};path=/;domain=mirai.example`;
              resolve({ json: () => Promise.resolve({ visitor: SISTERS }) });
            };
          });
        page.fetch = ((address: string, init: RequestInit) =>
          address.includes("/v1/visitor") ? ask() : post(address, init)) as typeof page.fetch;
      },
    });
    const answered = async () => {
      answer();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { win, answered };
  }

  it("who agreed before the tag came is theirs, and seen once", async () => {
    const { win, answered } = landed(required, [["consent", "granted"]]);
    win.ma?.("track", "early");
    await answered();

    const messages = leave(win);

    expect(messages.map((each) => each.event ?? each.type)).toEqual(["page", "early"]);
    expect(messages.map((each) => each.anonymousId)).toEqual([SISTERS, SISTERS]);
    expect(messages[0].context.replaces).toBeUndefined();
  });

  it("who changes their mind twice meanwhile is seen once", async () => {
    const { win, answered } = landed(required);
    for (const said of ["granted", "denied", "granted"]) win.ma?.("consent", said);
    await answered();

    const pages = ofType(leave(win), "page");

    expect(pages.map((page) => page.anonymousId)).toEqual([win.ma?.visitor?.()]);
    expect(pages[0].anonymousId).not.toBe(SISTERS);
  });

  it("who refuses to be personal meanwhile is not theirs, whatever the answer has baked", async () => {
    const { win, answered } = landed({ "data-first-party": "" });
    win.ma?.("consent", { measure: true, personalise: false });
    await answered();

    const [page] = ofType(leave(win), "page");

    expect(page.anonymousId).not.toBe(SISTERS);
    expect(win.document.cookie).toBe(`_ma=${page.anonymousId}`);
  });

  it("who refused that keeps the id they began with when the answer is late", async () => {
    const { win, answered } = landed({ "data-first-party": "" });
    win.ma?.("consent", { measure: true, personalise: false });
    const own = win.ma?.visitor?.();
    await answered();

    expect(win.ma?.visitor?.()).toBe(own);
    expect(win.document.cookie).toBe(`_ma=${own}`);
  });
});

describe("without cookies", () => {
  const cookieless = { "data-cookieless": "" };

  it("the id lives in the tab's session and nowhere else", () => {
    const win = browser({
      attributes: { ...cookieless, "data-first-party": "", "data-domains": "b.example" },
    });
    win.ma?.("track", "x");
    const id = win.ma?.visitor?.();

    expect([win.document.cookie, win.localStorage.length]).toEqual(["", 0]);
    expect(win.sessionStorage.getItem("_ma")).toBe(id);
    const next = browser({ attributes: cookieless, after: win });
    expect([next.ma?.visitor?.(), browser({ attributes: cookieless }).ma?.visitor?.() === id]).toEqual([
      id,
      false,
    ]);
  });

  it("what an earlier tag kept goes, but not a refusal", () => {
    const before = (win: TagWindow) => {
      win.document.cookie = "_ma=11111111-1111-4111-8111-111111111111;path=/;domain=mirai.example";
      win.localStorage.setItem("_ma", "11111111-1111-4111-8111-111111111111");
      win.localStorage.setItem("_ma_q", "[]");
    };
    const win = browser({ attributes: cookieless, before });
    expect(win.ma?.visitor?.()).not.toMatch(/^1111/);
    expect([win.document.cookie, win.localStorage.length]).toEqual(["", 0]);

    const refused = browser({
      attributes: cookieless,
      before: (page) => page.localStorage.setItem("_ma_c", "denied"),
    });
    expect(refused.ma?.visitor?.()).toBeUndefined();
  });
});
