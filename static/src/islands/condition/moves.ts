/** Changing a tree without touching the old one. Items of an event's filter, or about colleagues, never leave it. */
import { type Did, freshId, type Group, type Item, newGroup } from "./model";

/** What stands right below an item, an event's filter and its other event included. */
function below(item: Item): Item[] {
  if (item.kind === "group") return item.nodes;
  if (item.kind === "account") return [item.group];
  if (item.kind !== "did") return [];
  return [item.where, item.order?.did].filter((one): one is Group | Did => Boolean(one));
}

export function find(root: Item, id: string): Item | null {
  if (root.id === id) return root;
  for (const one of below(root)) {
    const found = find(one, id);
    if (found) return found;
  }
  return null;
}

/** `root` with `change` made to one item; null takes it out of its group. */
export function edit(root: Group, id: string, change: (item: Item) => Item | null): Group {
  return (editItem(root, id, change) ?? newGroup()) as Group;
}

function editItem(item: Item, id: string, change: (item: Item) => Item | null): Item | null {
  if (item.id === id) return change(item);
  if (item.kind === "group") {
    const nodes = item.nodes
      .map((one) => editItem(one, id, change))
      .filter((one): one is Item => one !== null);
    return nodes.length === item.nodes.length && nodes.every((one, at) => one === item.nodes[at])
      ? item
      : { ...item, nodes };
  }
  if (item.kind === "account") {
    const group = editItem(item.group, id, change) as Group | null;
    return group === item.group ? item : { ...item, group: group ?? newGroup() };
  }
  if (item.kind !== "did" || !below(item).some((one) => find(one, id))) return item;
  const where = item.where && (editItem(item.where, id, change) as Group | null);
  const other = item.order && (editItem(item.order.did, id, change) as Did | null);
  const order = item.order && other ? { ...item.order, did: other } : null;
  return { ...item, where: where?.nodes.length ? where : null, order };
}

/** The group an item stands in and its place there; null for the root and for an event's parts. */
export function placeOf(root: Item, id: string): { group: Group; at: number } | null {
  if (root.kind === "group") {
    const at = root.nodes.findIndex((one) => one.id === id);
    if (at >= 0) return { group: root, at };
  }
  for (const one of below(root)) {
    const found = placeOf(one, id);
    if (found) return found;
  }
  return null;
}

/** Whose filter a group belongs to: the id of the event or the account, or "" for the condition itself. */
export function scopeOf(root: Item, id: string, scope = ""): string | null {
  if (root.id === id) return scope;
  for (const one of below(root)) {
    const inside = root.kind === "did" || root.kind === "account" ? root.id : scope;
    const found = scopeOf(one, id, inside);
    if (found !== null) return found;
  }
  return null;
}

export function insert(root: Group, group: string, at: number, item: Item): Group {
  return edit(root, group, (one) =>
    one.kind === "group" ? { ...one, nodes: one.nodes.toSpliced(at, 0, item) } : one,
  );
}

/** Take an item out; a group left empty goes with it. */
export function remove(root: Group, id: string): Group {
  const place = placeOf(root, id);
  if (!place) return root;
  const alone = place.group.nodes.length === 1 && place.group.id !== root.id;
  const above = alone ? placeOf(root, place.group.id) : null;
  return edit(root, above ? place.group.id : id, () => null);
}

/** Put an item at a place of a group, counted before it leaves its own. The same tree when it cannot go there. */
export function move(root: Group, id: string, group: string, at: number): Group {
  const item = find(root, id);
  const from = placeOf(root, id);
  const target = find(root, group);
  if (!item || !from || target?.kind !== "group" || find(item, group)) return root;
  if (scopeOf(root, id) !== scopeOf(root, group)) return root;
  const shifted = from.group.id === group && from.at < at ? at - 1 : at;
  if (from.group.id === group && shifted === from.at) return root;
  const inserted = insert(
    edit(root, id, () => null),
    group,
    shifted,
    item,
  );
  return from.group.nodes.length === 1 && from.group.id !== root.id && from.group.id !== group
    ? remove(inserted, from.group.id)
    : inserted;
}

export type Direction = "up" | "down" | "in" | "out";

/** Move by one step. In: into the group beside, or into a new one; out: behind its group. */
export function step(root: Group, id: string, direction: Direction): Group {
  const place = placeOf(root, id);
  if (!place) return root;
  const { group, at } = place;
  if (direction === "up" && at > 0) return move(root, id, group.id, at - 1);
  if (direction === "down" && at < group.nodes.length - 1) return move(root, id, group.id, at + 2);
  if (direction === "in") return inward(root, id, group, at);
  const above = placeOf(root, group.id);
  if (!above) return root;
  return move(root, id, above.group.id, above.at + (direction === "up" ? 0 : 1));
}

function inward(root: Group, id: string, group: Group, at: number): Group {
  const next = group.nodes[at + 1];
  const before = group.nodes[at - 1];
  if (next?.kind === "group") return move(root, id, next.id, 0);
  if (before?.kind === "group") return move(root, id, before.id, before.nodes.length);
  return edit(root, id, (item) => newGroup([item], group.mode === "all" ? "any" : "all"));
}

/** A copy of an item right behind it, with ids of its own. */
export function duplicate(root: Group, id: string): Group {
  const place = placeOf(root, id);
  const item = find(root, id);
  return place && item ? insert(root, place.group.id, place.at + 1, renewed(item)) : root;
}

function renewed(item: Item): Item {
  const copy = { ...item, id: freshId() };
  if (copy.kind === "group") return { ...copy, nodes: copy.nodes.map(renewed) };
  if (copy.kind === "account") return { ...copy, group: renewed(copy.group) as Group };
  if (copy.kind !== "did") return copy;
  const where = copy.where && (renewed(copy.where) as Group);
  const order = copy.order && { ...copy.order, did: renewed(copy.order.did) as Did };
  return { ...copy, where, order };
}
