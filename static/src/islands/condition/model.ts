/** A condition as the builder holds it: the same tree as the JSON, with ids, and "not" as a mark on what it reverses. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Duration = Partial<Record<"days" | "hours" | "minutes", number>>;

interface Part {
  id: string;
  not: boolean;
}

export interface Group extends Part {
  kind: "group";
  mode: "all" | "any";
  nodes: Item[];
}

export interface Test extends Part {
  kind: "test";
  field: string;
  op: string;
  value?: Json;
  unknown: boolean;
  exact: boolean;
}

export interface Did extends Part {
  kind: "did";
  event: string;
  where: Group | null;
  count: { op: string; value: number } | null;
  within: Duration | null;
  sum: string;
  order: Order | null;
}

export const RELATIONS = ["after", "before", "around"] as const;

/** Another activity that this one comes after, before or near to; `distance`: how far from it at most. */
export interface Order {
  relation: (typeof RELATIONS)[number];
  did: Did;
  distance: Duration | null;
}

export interface Member extends Part {
  kind: "member";
  of: "segment" | "flow";
  key: string;
  state: string;
  step: string;
  reason: string;
}

/** Somebody of the person's company is so. */
export interface Account extends Part {
  kind: "account";
  group: Group;
}

export type Item = Group | Test | Did | Member | Account;

let last = 0;
export const freshId = (): string => `c${++last}`;

export function newGroup(nodes: Item[] = [], mode: Group["mode"] = "all"): Group {
  return { kind: "group", id: freshId(), not: false, mode, nodes };
}

export function newTest(field = "", op = ""): Test {
  return { kind: "test", id: freshId(), not: false, field, op, unknown: false, exact: false };
}

export function newDid(event = ""): Did {
  return {
    kind: "did",
    id: freshId(),
    not: false,
    event,
    where: null,
    count: null,
    within: null,
    sum: "",
    order: null,
  };
}

export function newMember(of: Member["of"]): Member {
  return {
    kind: "member",
    id: freshId(),
    not: false,
    of,
    key: "",
    state: of === "flow" ? "in" : "",
    step: "",
    reason: "",
  };
}

export function newAccount(nodes: Item[] = [newTest()]): Account {
  return { kind: "account", id: freshId(), not: false, group: newGroup(nodes) };
}

/** The JSON is no condition the builder can show; `message` says where. */
export class NotACondition extends Error {}

type Document = { [key: string]: Json };

function objectAt(raw: Json | undefined, path: string): Document {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) throw new NotACondition(path || "/");
  return raw;
}

/** The tree of a document; none at all is an empty group. Throws NotACondition. */
export function read(document: Json): Group {
  if (document === null) return newGroup();
  return groupOf(readItem(document, ""));
}

function readItem(raw: Json | undefined, path: string): Item {
  const document = objectAt(raw, path);
  if ("not" in document) {
    const inner = readItem(document.not, `${path}/not`);
    return { ...inner, not: !inner.not };
  }
  for (const mode of ["all", "any"] as const) {
    if (mode in document) return readGroup(document[mode], mode, `${path}/${mode}`);
  }
  if ("field" in document) return readTest(document);
  if ("event" in document) return readDid(document, path);
  if ("segment" in document || "flow" in document) return readMember(document);
  if ("account" in document) {
    return { ...newAccount(), group: groupOf(readItem(document.account, `${path}/account`)) };
  }
  throw new NotACondition(path || "/");
}

function groupOf(item: Item): Group {
  return item.kind === "group" && !item.not ? item : newGroup([item]);
}

function readGroup(raw: Json | undefined, mode: Group["mode"], path: string): Group {
  if (!Array.isArray(raw)) throw new NotACondition(path);
  return newGroup(
    raw.map((one, at) => readItem(one, `${path}/${at}`)),
    mode,
  );
}

function readTest(document: Document): Test {
  const test = newTest(String(document.field), String(document.op ?? ""));
  if (document.value !== undefined) test.value = document.value;
  return { ...test, unknown: document.unknown === true, exact: document.exact === true };
}

function readDid(document: Document, path: string): Did {
  const did = newDid(String(document.event));
  if (document.where !== undefined) did.where = groupOf(readItem(document.where, `${path}/where`));
  if (document.count !== undefined) did.count = objectAt(document.count, `${path}/count`) as Did["count"];
  if (document.within !== undefined) did.within = objectAt(document.within, `${path}/within`) as Duration;
  if (document.sum !== undefined) did.sum = String(document.sum);
  for (const relation of RELATIONS) {
    if (document[relation] === undefined) continue;
    const place = `${path}/${relation}`;
    const { distance, ...other } = objectAt(document[relation], place);
    const far = distance === undefined ? null : (objectAt(distance, `${place}/distance`) as Duration);
    did.order = { relation, did: readDid(other, place), distance: far };
  }
  return did;
}

function readMember(document: Document): Member {
  const of = "segment" in document ? "segment" : "flow";
  const member = { ...newMember(of), key: String(document[of]) };
  if (of === "flow") member.state = String(document.state ?? "in");
  if (document.step !== undefined) member.step = String(document.step);
  if (document.reason !== undefined) member.reason = String(document.reason);
  return member;
}

/** A written tree: the document, and which item stands at which path of it. */
export interface Written {
  document: Json;
  places: Map<string, string>;
}

/** The document of a tree, null for an empty one. Empty groups inside are left out. */
export function write(root: Group): Written {
  const places = new Map<string, string>();
  const document = writeItem(root, "", places);
  return { document: document ?? null, places };
}

function writeItem(item: Item, path: string, places: Map<string, string>): Json | undefined {
  const inner = item.not ? `${path}/not` : path;
  const document = writeBare(item, inner, places);
  if (document === undefined) return undefined;
  places.set(path, item.id);
  if (item.not) places.set(inner, `${item.id}!`);
  return item.not ? { not: document } : document;
}

function writeBare(item: Item, path: string, places: Map<string, string>): Json | undefined {
  if (item.kind === "group") {
    const nodes: Json[] = [];
    for (const node of item.nodes) {
      const written = writeItem(node, `${path}/${item.mode}/${nodes.length}`, places);
      if (written !== undefined) nodes.push(written);
    }
    return nodes.length ? { [item.mode]: nodes } : undefined;
  }
  if (item.kind === "account") {
    const account = writeItem(item.group, `${path}/account`, places);
    return account === undefined ? undefined : { account };
  }
  if (item.kind === "test") return writeTest(item);
  return item.kind === "did" ? writeDid(item, path, places) : writeMember(item);
}

function writeTest(test: Test): Json {
  return {
    field: test.field,
    op: test.op,
    ...(test.value === undefined ? {} : { value: test.value }),
    ...(test.unknown ? { unknown: true } : {}),
    ...(test.exact ? { exact: true } : {}),
  };
}

function writeDid(did: Did, path: string, places: Map<string, string>): Json {
  const document: Document = { event: did.event };
  const where = did.where ? writeItem(did.where, `${path}/where`, places) : undefined;
  if (where !== undefined) document.where = where;
  if (did.count) document.count = did.count;
  if (did.within) document.within = did.within;
  if (did.sum) document.sum = did.sum;
  if (did.order) {
    const place = `${path}/${did.order.relation}`;
    const other = writeItem({ ...did.order.did, not: false }, place, places);
    const { distance } = did.order;
    if (other !== undefined)
      document[did.order.relation] = { ...objectAt(other, place), ...(distance ? { distance } : {}) };
  }
  return document;
}

function writeMember(member: Member): Json {
  if (member.of === "segment") return { segment: member.key };
  return {
    flow: member.key,
    state: member.state,
    ...(member.state === "waiting_at" ? { step: member.step } : {}),
    ...(member.state === "ended" && member.reason ? { reason: member.reason } : {}),
  };
}
