import { beforeEach, describe, expect, it } from "vitest";
import type { Message } from "./messages";
import { type Hand, MAX_KEPT, Outbox } from "./outbox";

const NOW = Date.parse("2026-11-22T05:00:00Z");

class World {
  stored: Message[] = [];
  posts: string[] = [];
  beacons: string[] = [];
  status = 200;
  online = true;
  due: { run: () => void; ms: number } | undefined;

  outbox(): Outbox {
    return new Outbox("wk_1", this, {
      read: () => this.stored,
      write: (messages) => (this.stored = messages),
    });
  }
  post(body: string): Promise<number> {
    this.posts.push(body);
    return Promise.resolve(this.status);
  }
  beacon(body: string): boolean {
    if (this.online) this.beacons.push(body);
    return this.online;
  }
  ask(): Promise<Hand> {
    return Promise.resolve({});
  }
  now(): number {
    return NOW;
  }
  later(run: () => void, ms: number): number {
    this.due = { run, ms };
    return 1;
  }
  cancel(): void {
    this.due = undefined;
  }
  async ring(): Promise<void> {
    this.due?.run();
    await new Promise((done) => setTimeout(done));
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
  world = new World();
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
      sentAt: "2026-11-22T05:00:00.000Z",
    });
    expect(ids(world.posts[0])).toEqual(["a", "b"]);
    expect(world.stored).toEqual([]);
  });

  it("gathers what came during a sending as long as anything else: its title is not final yet", async () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    const ringing = world.ring();
    outbox.add(message("b"));
    await ringing;

    expect(world.posts.map(ids)).toEqual([["a"]]);
    await world.ring();
    expect(world.posts.map(ids)).toEqual([["a"], ["b"]]);
  });

  it("keeps what was not answered and tries again later and later", async () => {
    world.status = 0;
    world.outbox().add(message("a"));
    await world.ring();
    const first = world.due?.ms ?? 0;
    await world.ring();

    expect(world.stored.map((each) => each.messageId)).toEqual(["a"]);
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(world.due?.ms).toBeGreaterThanOrEqual(2000);
    world.status = 200;
    await world.ring();
    expect(world.stored).toEqual([]);
    expect(world.posts.map(ids)).toEqual([["a"], ["a"], ["a"]]);
  });

  it("does not repeat what the collector calls malformed", async () => {
    world.status = 400;
    world.outbox().add(message("a"));
    await world.ring();

    expect(world.stored).toEqual([]);
    expect(world.due?.run).toBeDefined();
    await world.ring();
    expect(world.posts).toHaveLength(1);
  });

  it("sends what an earlier page left behind, unless it is too old to be dated", async () => {
    world.stored = [message("old", { timestamp: "2026-11-18T00:00:00Z" }), message("kept")];
    world.outbox();
    await world.ring();

    expect(world.posts.map(ids)).toEqual([["kept"]]);
  });

  it("hands over to the browser when the page goes away", () => {
    const outbox = world.outbox();
    outbox.add(message("a"));
    outbox.handOver();

    expect(world.beacons.map(ids)).toEqual([["a"]]);
    expect(world.stored).toEqual([]);
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
