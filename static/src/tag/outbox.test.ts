import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "./messages";
import { type Hand, MAX_KEPT, Outbox } from "./outbox";

const NOW = Date.parse("2026-11-22T05:00:00Z");

class World {
  stored: Message[] = [];
  posts: string[] = [];
  beacons: string[] = [];
  status = 200;
  /** Message ids that the collector refuses, with everything beside them. */
  bad: string[] = [];
  online = true;

  outbox(): Outbox {
    return new Outbox("wk_1", this, {
      read: () => this.stored,
      write: (messages) => (this.stored = messages),
    });
  }
  post(body: string): Promise<number> {
    this.posts.push(body);
    return Promise.resolve(ids(body).some((id) => this.bad.includes(id)) ? 400 : this.status);
  }
  beacon(body: string): boolean {
    if (this.online) this.beacons.push(body);
    return this.online;
  }
  ask(): Promise<Hand> {
    return Promise.resolve({});
  }
  /** Runs the next timer and says how many milliseconds it was away. */
  async ring(): Promise<number> {
    const before = Date.now();
    await vi.advanceTimersToNextTimerAsync();
    return Date.now() - before;
  }
  /** Ids of everything the collector took, in order. */
  taken(): string[] {
    return this.posts
      .map(ids)
      .filter((batch) => !batch.some((id) => this.bad.includes(id)))
      .flat();
  }
  kept(): string[] {
    return this.stored.map((each) => each.messageId);
  }
}

function message(id: string, more = {}): Message {
  return {
    type: "track",
    messageId: id,
    timestamp: new Date(NOW).toISOString(),
    ...more,
  } as unknown as Message;
}

function ids(body: string): string[] {
  return JSON.parse(body).batch.map((each: Message) => each.messageId);
}

let world: World;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  world = new World();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("outbox", () => {
  it("gathers messages into one batch with key and sending time", async () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.add(message("b"));
    await world.ring();

    expect(world.posts).toHaveLength(1);
    expect(JSON.parse(world.posts[0])).toMatchObject({
      writeKey: "wk_1",
      sentAt: "2026-11-22T05:00:00.200Z",
    });
    expect(ids(world.posts[0])).toEqual(["a", "b"]);
    expect(world.stored).toEqual([]);
  });

  it("gathers what came during a sending as long as anything else: its title is not final yet", async () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    vi.advanceTimersToNextTimer();
    outbox.add(message("b"));
    await vi.advanceTimersByTimeAsync(0);

    expect(world.posts.map(ids)).toEqual([["a"]]);
    await world.ring();
    expect(world.posts.map(ids)).toEqual([["a"], ["b"]]);
  });

  it("keeps what was not answered and tries again later and later", async () => {
    world.status = 0;
    world.outbox().add(message("a"));
    await world.ring();
    const first = await world.ring();

    expect(world.kept()).toEqual(["a"]);
    expect(first).toBeGreaterThanOrEqual(1000);
    world.status = 200;
    expect(await world.ring()).toBeGreaterThanOrEqual(2000);
    expect(world.stored).toEqual([]);
    expect(world.posts.map(ids)).toEqual([["a"], ["a"], ["a"]]);
  });

  it("does not repeat what the collector calls malformed", async () => {
    world.status = 400;
    world.outbox().add(message("a"));
    await world.ring();

    expect(world.stored).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect(world.posts).toHaveLength(1);
  });

  it("loses nothing good beside what is refused, and gathers again afterwards", async () => {
    const names = [..."abcdefgh"];
    world.bad = ["c"];
    const outbox = world.outbox();
    for (const id of names) outbox.add(message(id));
    await vi.runAllTimersAsync();

    expect(world.taken()).toEqual([..."abdefgh"]);
    expect(world.kept()).toEqual([]);
    expect(world.posts.length).toBeLessThanOrEqual(10);
    expect(
      world.posts
        .map(ids)
        .filter((batch) => batch.includes("c"))
        .at(-1),
    ).toEqual(["c"]);
    for (const id of "ijkl") outbox.add(message(id));
    await world.ring();
    expect(ids(world.posts.at(-1) ?? "")).toEqual([..."ijkl"]);
  });

  it("drops what is refused alone, however many there are", async () => {
    world.bad = ["a", "d", "e"];
    const outbox = world.outbox();
    for (const id of "abcdef") outbox.add(message(id));
    await vi.runAllTimersAsync();

    expect(world.taken()).toEqual([..."bcf"]);
    expect(world.kept()).toEqual([]);
  });

  it("sends what an earlier page left behind, unless it is too old to be dated", async () => {
    world.stored = [message("old", { timestamp: "2026-11-18T00:00:00Z" }), message("kept")];
    world.outbox();
    expect(world.kept()).toEqual(["kept"]);
    await world.ring();

    expect(world.posts.map(ids)).toEqual([["kept"]]);
  });

  it("hands over to the browser when the page goes away, and keeps it: a beacon tells no answer", () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.handOver();
    outbox.handOver();

    expect(world.beacons.map(ids)).toEqual([["a"]]);
    expect(world.kept()).toEqual(["a"]);
  });

  it("has the next page ask for an answer to what went by beacon, until it gets one", async () => {
    const left = world.outbox();
    left.add(message("a"));
    left.handOver();
    left.clear();
    const next = world.outbox();
    next.add(message("b"));
    await world.ring();
    const last = world.outbox();
    last.add(message("c"));
    await vi.runAllTimersAsync();

    expect(world.posts.map(ids)).toEqual([["a", "b"], ["c"]]);
    expect(world.kept()).toEqual([]);
  });

  it("has the same page ask with its next batch, when it stays after all", async () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.handOver();
    await vi.runAllTimersAsync();
    expect(world.posts).toEqual([]);
    outbox.add(message("b"));
    await vi.runAllTimersAsync();

    expect(world.posts.map(ids)).toEqual([["a", "b"]]);
    expect(world.kept()).toEqual([]);
  });

  it("goes on after a failure that a beacon carried away", async () => {
    world.status = 503;
    const outbox = world.outbox();
    outbox.add(message("a"));
    await world.ring();
    outbox.handOver();
    world.status = 200;
    outbox.add(message("b"));
    await vi.runAllTimersAsync();

    expect(world.kept()).toEqual([]);
    expect(world.taken()).toContain("b");
  });

  it("forgets what went by beacon when the visitor withdraws", async () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.handOver();
    outbox.clear();
    outbox.add(message("b"));
    await vi.runAllTimersAsync();

    expect(world.posts.map(ids)).toEqual([["b"]]);
  });

  it("keeps everything when the page goes away offline", () => {
    world.online = false;
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.handOver();

    expect(world.stored.map((each) => each.messageId)).toEqual(["a"]);
  });

  it("splits batches below what a beacon may carry", () => {
    const outbox = world.outbox();
    for (const id of ["a", "b", "c"]) outbox.add(message(id, { properties: { text: "あ".repeat(8000) } }));
    outbox.handOver();

    expect(world.beacons.map(ids)).toEqual([["a", "b"], ["c"]]);
    expect(new Blob([world.beacons[0]]).size).toBeLessThan(64_000);
  });

  it("is bounded: the oldest go first", () => {
    world.online = false;
    const outbox = world.outbox();
    for (let n = 0; n < MAX_KEPT + 5; n++) outbox.add(message(`m${n}`));

    expect(world.stored).toHaveLength(MAX_KEPT);
    expect(world.stored[0].messageId).toBe("m5");
  });
});
