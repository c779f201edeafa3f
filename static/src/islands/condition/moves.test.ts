import { describe, expect, it } from "vitest";
import { type Account, type Did, type Group, type Json, read, write } from "./model";
import { duplicate, edit, insert, move, remove, step } from "./moves";

const seg = (name: string): Json => ({ segment: name });
const tree = (): Group => read({ all: [seg("a"), seg("b"), { any: [seg("c"), seg("d")] }] });
const written = (root: Group): Json => write(root).document;

function at(root: Group, ...path: number[]): string {
  let item: Group["nodes"][number] = root;
  for (const place of path) item = (item as Group).nodes[place] as Group["nodes"][number];
  return item.id;
}

describe("moving conditions", () => {
  it("puts one between others of its own group", () => {
    const root = tree();

    expect(written(move(root, at(root, 0), root.id, 2))).toEqual({
      all: [seg("b"), seg("a"), { any: [seg("c"), seg("d")] }],
    });
  });

  it("carries one into another group and back out", () => {
    const root = tree();
    const inside = move(root, at(root, 1), at(root, 2), 1);

    expect(written(inside)).toEqual({ all: [seg("a"), { any: [seg("c"), seg("b"), seg("d")] }] });
    expect(written(step(inside, at(inside, 1, 1), "out"))).toEqual({
      all: [seg("a"), { any: [seg("c"), seg("d")] }, seg("b")],
    });
  });

  it("never puts a group into itself, nor anything into an event's filter", () => {
    const nested = tree();
    const event = read({
      all: [seg("a"), { event: "e", where: { all: [{ field: "path", op: "is_set" }] } }],
    });
    const where = (event.nodes[1] as Did).where as Group;

    expect(move(nested, at(nested, 2), at(nested, 2), 0)).toBe(nested);
    expect(move(event, at(event, 0), where.id, 0)).toBe(event);
    expect(move(event, where.nodes[0]?.id ?? "", event.id, 0)).toBe(event);
  });

  it("steps up, down, in and out by keys", () => {
    const root = tree();

    expect(written(step(root, at(root, 1), "up"))).toEqual({
      all: [seg("b"), seg("a"), { any: [seg("c"), seg("d")] }],
    });
    expect(written(step(root, at(root, 1), "in"))).toEqual({
      all: [seg("a"), { any: [seg("b"), seg("c"), seg("d")] }],
    });
    expect(written(step(root, at(root, 2, 0), "up"))).toEqual({
      all: [seg("a"), seg("b"), seg("c"), { any: [seg("d")] }],
    });
    expect(step(root, at(root, 0), "out")).toBe(root);
  });

  it("wraps one in a new group when there is none beside it", () => {
    const root = read({ all: [seg("a"), seg("b")] });

    expect(written(step(root, at(root, 0), "in"))).toEqual({ all: [{ any: [seg("a")] }, seg("b")] });
  });

  it("takes an emptied group away with its last condition", () => {
    const root = read({ all: [seg("a"), { any: [seg("b")] }] });

    expect(written(remove(root, at(root, 1, 0)))).toEqual({ all: [seg("a")] });
    expect(written(step(root, at(root, 1, 0), "out"))).toEqual({ all: [seg("a"), seg("b")] });
  });

  it("copies with new ids and leaves the old tree as it was", () => {
    const root = tree();
    const copied = duplicate(root, at(root, 2));

    expect(written(copied)).toEqual({
      all: [seg("a"), seg("b"), { any: [seg("c"), seg("d")] }, { any: [seg("c"), seg("d")] }],
    });
    expect(at(copied, 3, 0)).not.toBe(at(copied, 2, 0));
    expect(written(root)).toEqual({ all: [seg("a"), seg("b"), { any: [seg("c"), seg("d")] }] });
  });

  it("keeps what is asked about colleagues to them", () => {
    const root = read({ all: [seg("a"), { account: { all: [seg("b")] } }] });
    const group = (root.nodes[1] as Account).group;

    expect(move(root, at(root, 0), group.id, 0)).toBe(root);
    expect(move(root, group.nodes[0]?.id ?? "", root.id, 0)).toBe(root);
    const other = insert(root, group.id, 1, read(seg("c")).nodes[0] as Did);
    expect(written(other)).toEqual({ all: [seg("a"), { account: { all: [seg("b"), seg("c")] } }] });
    expect(written(remove(root, group.nodes[0]?.id ?? ""))).toEqual({ all: [seg("a")] });
  });

  it("changes what an event asks of itself", () => {
    const root = read({ all: [{ event: "e", where: { all: [{ field: "path", op: "is_set" }] } }] });
    const where = (root.nodes[0] as Did).where as Group;
    const without = edit(root, where.nodes[0]?.id ?? "", () => null);

    expect(written(without)).toEqual({ all: [{ event: "e" }] });
    expect(written(insert(root, where.id, 1, read(seg("x")).nodes[0] as Did))).toHaveProperty(
      "all.0.where.all.1",
    );
  });
});
