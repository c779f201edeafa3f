/** The words of an audience as the server offers them, and what is still missing from a condition. */
import type { Did, Duration, Item, Json, Test } from "./model";

export interface Choice {
  key: string;
  label: string;
  parts?: Choice[];
  reasons?: Choice[];
}

export interface Field {
  key: string;
  label: string;
  group?: string;
  kind: string;
  hints: boolean;
  sum: boolean;
  choices?: Choice[];
}

/** The kind of a field that is not there (any more), or not yet asked about: no comparison, and its value as it stands. */
export const GONE = "gone";

export interface Operator {
  key: string;
  label: string;
  head: string;
  tail: string;
  shape: "none" | "one" | "many" | "pair" | "when" | "duration";
  negative: boolean;
}

/** Fields whose keys people type: `properties.…`. */
export interface OpenField {
  prefix: string;
  label: string;
  kind: string;
}

export interface Words {
  locale: "ja" | "en";
  groups: Choice[];
  fields: Field[];
  event_fields: Field[];
  /** What a number of activities comes to together: the visits they belong to. */
  totals: Choice[];
  open_fields: OpenField[];
  /** Fields that are not offered, but stand in the condition. */
  named?: readonly Field[];
  operators: Record<string, Operator[]>;
  events: (Choice & { verb: string })[];
  segments: Choice[];
  flows: Choice[];
  periods: Choice[];
  texts: Record<string, string>;
}

/** Whom a part is about: the person (or browser), one of their events, or a colleague. */
export type Scope = "lead" | "event" | "colleague";

/** A field by key; one people named themselves is of any kind. */
export function fieldOf(words: Words, scope: Scope, key: string): Field {
  const known = scope === "event" ? words.event_fields : [...words.fields, ...(words.named ?? [])];
  const found = known.find((field) => field.key === key);
  if (found) return found;
  const open = words.open_fields.find((each) => key.startsWith(each.prefix));
  const label = open ? key.slice(open.prefix.length) : key;
  return { key, label, kind: open?.kind ?? GONE, hints: false, sum: false };
}

export function operatorOf(words: Words, field: Field, op: string): Operator | undefined {
  return words.operators[field.kind]?.find((row) => row.key === op);
}

/** The test after its field or operator has been changed: a value of another shape is forgotten. */
export function retyped(
  words: Words,
  scope: Scope,
  test: Test,
  change: { field?: string; op?: string },
): Test {
  const field = fieldOf(words, scope, change.field ?? test.field);
  const rows = words.operators[field.kind] ?? [];
  const row = rows.find((each) => each.key === (change.op ?? test.op)) ?? rows[0];
  const before = operatorOf(words, fieldOf(words, scope, test.field), test.op);
  const keep = (change.field === undefined || change.field === test.field) && before?.shape === row?.shape;
  const { value, ...rest } = test;
  return {
    ...rest,
    field: field.key,
    op: row?.key ?? "",
    ...(keep && value !== undefined ? { value } : starting(field, row)),
    unknown: test.unknown && Boolean(row?.negative),
    exact: keep && test.exact,
  };
}

function starting(field: Field, row: Operator | undefined): { value?: Json } {
  if (row?.shape === "duration") return { value: { days: 30 } };
  if (row?.shape === "when") return { value: "today" };
  if (row?.shape === "many") return { value: [] };
  if (field.kind === "boolean" && row?.shape === "one") return { value: true };
  return {};
}

/** The keys of the fields asked of people (or browsers) themselves and of their colleagues. */
export function fieldsIn(item: Item): string[] {
  if (item.kind === "test") return [item.field];
  if (item.kind === "account") return fieldsIn(item.group);
  return item.kind === "group" ? item.nodes.flatMap(fieldsIn) : [];
}

/** Whether nothing is left to fill in. What nobody knows is complete: the server says what is wrong with it. */
export function complete(words: Words, item: Item, scope: Scope = "lead"): boolean {
  if (item.kind === "group")
    return item.nodes.length > 0 && item.nodes.every((one) => complete(words, one, scope));
  if (item.kind === "account") return complete(words, item.group, "colleague");
  if (item.kind === "member") return Boolean(item.key) && (item.state !== "waiting_at" || Boolean(item.step));
  return item.kind === "did" ? completeDid(words, item) : completeTest(words, item, scope);
}

function completeDid(words: Words, did: Did): boolean {
  const parts = [
    did.where ? complete(words, did.where, "event") : true,
    did.order ? completeDid(words, did.order.did) && long(did.order.distance) : true,
  ];
  return Boolean(did.event) && parts.every(Boolean) && long(did.within) && !did.sum.endsWith(".");
}

function long(duration: Duration | null): boolean {
  return Object.values(duration ?? { days: 1 }).every((n) => n > 0);
}

function completeTest(words: Words, test: Test, scope: Scope): boolean {
  const field = fieldOf(words, scope, test.field);
  const row = operatorOf(words, field, test.op);
  if (!test.field || test.field.endsWith(".")) return false;
  if (field.kind === GONE) return Boolean(test.op);
  if (!row) return false;
  const { value } = test;
  if (row.shape === "none") return true;
  if (row.shape === "many") return Array.isArray(value) && value.length > 0;
  if (row.shape === "pair") return Array.isArray(value) && value.length === 2 && value.every(given);
  if (row.shape === "duration") return Object.values((value ?? {}) as object).some((n) => n > 0);
  return given(value);
}

function given(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
