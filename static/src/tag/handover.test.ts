import { beforeEach, describe, expect, it, vi } from "vitest";
import { Handover } from "./handover";
import type { Identity } from "./identity";
import type { Hand, Transport } from "./outbox";

const OWN = "11111111-1111-4111-8111-111111111111";
const SISTERS = "22222222-2222-4222-8222-222222222222";

interface World {
  referrer?: string;
  proof?: string;
  id?: string;
  allowed?: boolean;
  personal?: boolean;
  firstParty?: boolean;
  answer?: Promise<Hand>;
}

let asked: [string, boolean][] = [];
let forgotten = vi.fn();

function handover(world: World): Handover {
  const { referrer = "https://www.a.jp/", proof = null, id, firstParty = false } = world;
  const win = {
    document: { referrer },
    location: { host: "b.jp" },
    setTimeout: globalThis.setTimeout.bind(globalThis),
  } as unknown as Window;
  const identity = {
    get allowed() {
      return world.allowed ?? true;
    },
    get personal() {
      return (world.allowed ?? true) && (world.personal ?? true);
    },
    held: () => id,
    id: () => id ?? OWN,
    restore: forgotten,
  } as unknown as Identity;
  const transport = {
    ask: (query: string, own: boolean) => {
      asked.push([query, own]);
      return world.answer ?? Promise.resolve({ visitor: SISTERS, hand: "proof.1.x" });
    },
  } as unknown as Transport;
  return new Handover(win, { domains: ["a.jp", "b.jp"], firstParty }, transport, identity, proof);
}

function link(href: string): HTMLAnchorElement {
  const { host, hostname } = new URL(href);
  return { href, host, hostname } as HTMLAnchorElement;
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-22T05:00:00Z") });
  asked = [];
  forgotten = vi.fn();
});

describe("the site that is entered", () => {
  it("takes the id of a proof from a sister site before it begins", async () => {
    const begin = vi.fn();
    const entered = handover({ proof: "p.1.s" });

    entered.adopt(begin);
    expect(begin).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);

    expect(asked).toEqual([["t=p.1.s", false]]);
    expect(entered.handed).toBe(SISTERS);
    expect(begin).toHaveBeenCalledOnce();
  });

  it("begins on its own when no answer comes, once", async () => {
    const begin = vi.fn();
    const entered = handover({
      proof: "p.1.s",
      answer: new Promise((resolve) => setTimeout(() => resolve({ visitor: SISTERS }), 9000)),
    });

    entered.adopt(begin);
    await vi.advanceTimersByTimeAsync(1500);
    expect(begin).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(9000);

    expect(begin).toHaveBeenCalledOnce();
  });

  it.each([
    ["this browser has an id already", { id: OWN }],
    ["the visitor has not agreed", { allowed: false }],
    ["the link came from a stranger", { referrer: "https://evil.example/" }],
    ["the link came from nowhere", { referrer: "" }],
    ["a stranger's name only ends like ours", { referrer: "https://nota.jp/" }],
  ])("asks nobody when %s", (_, world) => {
    const begin = vi.fn();

    handover({ proof: "p.1.s", ...world }).adopt(begin);

    expect(asked).toEqual([]);
    expect(begin).toHaveBeenCalledOnce();
  });
});

describe("the site that is left", () => {
  it("adds the proof to a link to a sister site for the length of the click", async () => {
    const left = handover({ id: OWN });
    const sister = link("https://shop.a.jp/x#top");

    left.prepare(sister);
    await vi.advanceTimersByTimeAsync(0);
    left.decorate(sister);

    expect(asked).toEqual([[`v=${OWN}`, false]]);
    expect(sister.href).toBe("https://shop.a.jp/x?ma_v=proof.1.x#top");
    await vi.advanceTimersByTimeAsync(0);
    expect(sister.href).toBe("https://shop.a.jp/x#top");
  });

  it("asks again only when the proof is a minute old", async () => {
    const left = handover({ id: OWN });

    left.prepare(link("https://a.jp/"));
    await vi.advanceTimersByTimeAsync(59_000);
    left.prepare(link("https://a.jp/"));
    await vi.advanceTimersByTimeAsync(2_000);
    left.prepare(link("https://a.jp/"));

    expect(asked).toHaveLength(2);
  });

  it("leaves other links alone", async () => {
    const left = handover({ id: OWN });
    const stranger = link("https://other.example/");
    const here = link("https://b.jp/next");

    for (const each of [stranger, here]) left.prepare(each);
    left.prepare(undefined);
    left.decorate(stranger);

    expect(asked).toEqual([]);
    expect(stranger.href).toBe("https://other.example/");
  });
});

describe("the site's own tracking host", () => {
  it("is asked with cookies to bake the id anew", () => {
    handover({ id: OWN, firstParty: true }).adopt(() => {});

    expect(asked).toEqual([[`v=${OWN}`, true]]);
  });
});

describe("a visitor who withdraws", () => {
  it("is forgotten once more when a late answer has baked the cookie again", async () => {
    const world: World = {
      id: OWN,
      firstParty: true,
      answer: new Promise((resolve) => setTimeout(() => resolve({ visitor: OWN, hand: "late.1.x" }), 1000)),
    };
    const left = handover(world);
    const sister = link("https://a.jp/");
    left.adopt(() => {});
    left.prepare(sister);
    world.allowed = false;
    left.forget();
    expect(forgotten).not.toHaveBeenCalled();

    await vi.advanceTimersByTimeAsync(1000);

    expect(forgotten).toHaveBeenCalledTimes(2);
    world.allowed = true;
    left.decorate(sister);
    expect(sister.href).toBe("https://a.jp/");
  });

  it("is not handed over by an answer from before, when they have agreed anew meanwhile", async () => {
    const answer = new Promise<Hand>((resolve) => setTimeout(() => resolve({ hand: "late.1.x" }), 1000));
    const left = handover({ id: OWN, answer });
    const sister = link("https://a.jp/");
    left.prepare(sister);
    left.forget();

    await vi.advanceTimersByTimeAsync(1000);

    left.decorate(sister);
    expect(sister.href).toBe("https://a.jp/");
    expect(forgotten).not.toHaveBeenCalled();
  });

  it("takes along the id and the proof that were at hand", async () => {
    const left = handover({ proof: "p.1.s" });
    const sister = link("https://a.jp/");
    left.adopt(() => {});
    left.prepare(sister);
    await vi.advanceTimersByTimeAsync(0);
    expect(left.handed).toBe(SISTERS);

    left.forget();

    expect(left.handed).toBeUndefined();
    left.decorate(sister);
    expect(sister.href).toBe("https://a.jp/");
  });
});

describe("a visitor who wants to be measured and no more", () => {
  it("is asked about by nobody, and begins at once", async () => {
    const begin = vi.fn();
    const sister = link("https://www.a.jp/x");
    const entered = handover({ proof: "p.1.s", personal: false, firstParty: true });

    entered.adopt(begin);
    entered.prepare(sister);
    entered.decorate(sister);
    await vi.advanceTimersByTimeAsync(2000);

    expect(begin).toHaveBeenCalledOnce();
    expect(asked).toEqual([]);
    expect(sister.href).toBe("https://www.a.jp/x");
  });

  it("keeps the id when an answer comes that is not wanted any more", async () => {
    const world: World = { id: OWN, firstParty: true };
    handover(world).adopt(() => {});
    world.personal = false;
    await vi.advanceTimersByTimeAsync(0);

    expect(asked).toEqual([[`v=${OWN}`, true]]);
    expect(forgotten).not.toHaveBeenCalled();
  });
});
