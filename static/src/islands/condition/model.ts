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

/** A key the builder would not write again must not be dropped in silence. */
function only(document: Document, path: string, ...keys: string[]): void {
  const other = Object.keys(document).find((key) => !keys.includes(key));
  if (other !== undefined) throw new NotACondition(`${path}/${other}`);
}

function textAt(document: Document, key: string, path: string, otherwise = ""): string {
  const given = document[key] ?? otherwise;
  if (typeof given !== "string") throw new NotACondition(`${path}/${key}`);
  return given;
}

function flagAt(document: Document, key: string, path: string): boolean {
  const given = document[key] ?? false;
  if (typeof given !== "boolean") throw new NotACondition(`${path}/${key}`);
  return given;
}

function durationAt(raw: Json | undefined, path: string): Duration | null {
  if (raw === undefined) return null;
  const duration = objectAt(raw, path);
  only(duration, path, "days", "hours", "minutes");
  const given = Object.values(duration);
  if (given.length !== 1 || typeof given[0] !== "number") throw new NotACondition(path);
  return duration as Duration;
}

/** The tree of a document; none at all is an empty group. Throws NotACondition for what it could not show whole. */
export function read(document: Json): Group {
  if (document === null) return newGroup();
  return groupOf(readItem(document, ""));
}

function readItem(raw: Json | undefined, path: string): Item {
  const document = objectAt(raw, path);
  if ("not" in document) {
    only(document, path, "not");
    const inner = readItem(document.not, `${path}/not`);
    return { ...inner, not: !inner.not };
  }
  for (const mode of ["all", "any"] as const) {
    if (mode in document) return readGroup(document, mode, path);
  }
  if ("field" in document) return readTest(document, path);
  if ("event" in document) return readDid(document, path);
  if ("segment" in document || "flow" in document) return readMember(document, path);
  only(document, path, "account");
  return { ...newAccount(), group: groupOf(readItem(document.account, `${path}/account`)) };
}

function groupOf(item: Item): Group {
  return item.kind === "group" && !item.not ? item : newGroup([item]);
}

function readGroup(document: Document, mode: Group["mode"], path: string): Group {
  only(document, path, mode);
  const raw = document[mode];
  if (!Array.isArray(raw)) throw new NotACondition(`${path}/${mode}`);
  return newGroup(
    raw.map((one, at) => readItem(one, `${path}/${mode}/${at}`)),
    mode,
  );
}

function readTest(document: Document, path: string): Test {
  only(document, path, "field", "op", "value", "unknown", "exact");
  const test = newTest(textAt(document, "field", path), textAt(document, "op", path));
  if (document.value !== undefined) test.value = document.value;
  return { ...test, unknown: flagAt(document, "unknown", path), exact: flagAt(document, "exact", path) };
}

function readDid(document: Document, path: string): Did {
  const { count, sum, ...narrowed } = document;
  const given = RELATIONS.filter((relation) => relation in narrowed);
  only(narrowed, path, "event", "where", "within", ...given.slice(0, 1));
  const did = { ...readBare(narrowed, path), count: countAt(count, `${path}/count`) };
  if (sum !== undefined) did.sum = textAt(document, "sum", path);
  const [relation] = given;
  if (!relation) return did;
  const place = `${path}/${relation}`;
  const { distance, ...other } = objectAt(document[relation], place);
  only(other, place, "event", "where", "within");
  return {
    ...did,
    order: { relation, did: readBare(other, place), distance: durationAt(distance, `${place}/distance`) },
  };
}

/** Which activity, narrowed how: all there is to the one that another comes after. */
function readBare(document: Document, path: string): Did {
  const did = newDid(textAt(document, "event", path));
  if (document.where !== undefined) did.where = groupOf(readItem(document.where, `${path}/where`));
  return { ...did, within: durationAt(document.within, `${path}/within`) };
}

function countAt(raw: Json | undefined, path: string): Did["count"] {
  if (raw === undefined) return null;
  const count = objectAt(raw, path);
  only(count, path, "op", "value");
  if (typeof count.value !== "number") throw new NotACondition(`${path}/value`);
  return { op: textAt(count, "op", path), value: count.value };
}

function readMember(document: Document, path: string): Member {
  const of = "segment" in document ? "segment" : "flow";
  only(document, path, of, ...(of === "flow" ? ["state", "step", "reason"] : []));
  const member = { ...newMember(of), key: textAt(document, of, path) };
  if (of === "segment") return member;
  const state = textAt(document, "state", path, "in");
  // A step belongs to waiting, a reason to having ended: anywhere else they would not be written again.
  only(document, path, "flow", "state", ...({ waiting_at: ["step"], ended: ["reason"] }[state] ?? []));
  return { ...member, state, step: textAt(document, "step", path), reason: textAt(document, "reason", path) };
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
