/** One leaf of the condition as a line one can read: a field, an activity. */
import { useShared, useTexts } from "./context";
import { GroupView } from "./group";
import { Icon } from "./Icon";
import {
  type Did,
  type Duration,
  type Json,
  newDid,
  newGroup,
  newTest,
  type Order,
  RELATIONS,
  type Test,
} from "./model";
import { type Option, Picker } from "./Picker";
import { DurationInput, NumberInput, ValueInput } from "./values";
import { type Field, fieldOf, GONE, operatorOf, retyped, type Scope, type Words } from "./words";

export function TestLine({ test, scope, put }: { test: Test; scope: Scope; put: (test: Test) => void }) {
  const { words } = useShared();
  const field = fieldOf(words, scope, test.field);
  const row = operatorOf(words, field, test.op);
  if (test.field && field.kind === GONE) {
    return (
      <>
        <FieldPicker test={test} field={field} scope={scope} put={put} />
        <code className="cb-plain">{[test.op, JSON.stringify(test.value)].join(" ")}</code>
      </>
    );
  }
  const value = (
    <ValueInput
      key="value"
      test={test}
      field={field}
      row={row ?? { key: "", label: "", head: "", tail: "", shape: "none", negative: false }}
      scope={scope}
      onValue={(value) => put(valued(test, value))}
    />
  );
  return (
    <>
      <FieldPicker test={test} field={field} scope={scope} put={put} />
      {test.field && row?.tail ? <span className="cb-plain">{row.head}</span> : null}
      {test.field && row?.tail ? value : null}
      {test.field ? <OperatorPicker test={test} field={field} scope={scope} put={put} /> : null}
      {test.field && !row?.tail ? value : null}
      {test.field ? <Flags test={test} field={field} negative={Boolean(row?.negative)} put={put} /> : null}
    </>
  );
}

function valued(test: Test, value: Json): Test {
  const { value: _, ...rest } = test;
  return value === null || value === "" ? rest : { ...rest, value };
}

interface TestProps {
  test: Test;
  field: Field;
  scope: Scope;
  put: (test: Test) => void;
}

function FieldPicker({ test, field, scope, put }: TestProps) {
  const { words } = useShared();
  const texts = useTexts();
  const open = scope === "event" ? words.open_fields : [];
  const own = open.find((each) => test.field.startsWith(each.prefix));
  const fixed: Option[] = scope === "event" ? words.event_fields : about(words, scope);
  const options = [...fixed, ...open.map((each) => ({ key: each.prefix, label: each.label }))];
  return (
    <>
      <Picker
        tone="field"
        label={texts.add_field ?? ""}
        options={options}
        groups={words.groups}
        chosen={own ? [own.prefix] : test.field ? [test.field] : []}
        shown={test.field && !own ? field.label : undefined}
        onChoose={(key) => put(retyped(words, scope, test, { field: key }))}
      />
      {own ? (
        <input
          className="input cb-text"
          aria-label={texts.own_property}
          placeholder={texts.own_property}
          value={test.field.slice(own.prefix.length)}
          onChange={(event) => put({ ...test, field: own.prefix + event.target.value })}
        />
      ) : null}
    </>
  );
}

/** Colleagues are people: what only a browser has is not asked of them. */
function about(words: Words, scope: Scope): Field[] {
  return scope === "lead" ? words.fields : words.fields.filter((field) => !field.key.startsWith("visitor."));
}

function OperatorPicker({ test, field, scope, put }: TestProps) {
  const { words } = useShared();
  const texts = useTexts();
  const rows = words.operators[field.kind] ?? [];
  const row = rows.find((each) => each.key === test.op);
  return (
    <Picker
      tone="plain"
      label={texts.operator ?? ""}
      options={rows}
      chosen={[test.op]}
      shown={row ? row.tail || row.head : undefined}
      onChoose={(key) => put(retyped(words, scope, test, { op: key }))}
    />
  );
}

const SPELLED = new Set(["text", "folded", "set"]);

function Flags({ test, field, negative, put }: Omit<TestProps, "scope"> & { negative: boolean }) {
  const texts = useTexts();
  const spelled =
    (field.kind === "folded" || field.kind === "set") &&
    !field.choices &&
    test.op !== "matches" &&
    test.value !== undefined;
  return (
    <>
      {negative ? (
        <label className="cb-flag">
          <input
            type="checkbox"
            checked={test.unknown}
            onChange={(event) => put({ ...test, unknown: event.target.checked })}
          />
          {texts.unknown}
        </label>
      ) : null}
      {spelled && SPELLED.has(field.kind) ? (
        <label className="cb-flag">
          <input
            type="checkbox"
            checked={test.exact}
            onChange={(event) => put({ ...test, exact: event.target.checked })}
          />
          {texts.exact}
        </label>
      ) : null}
    </>
  );
}

// Activities

interface DidProps {
  did: Did;
  put: (did: Did) => void;
}

/** 過去30日間に［ページ閲覧］を2回以上 — in English the activity comes first. */
export function DidLine({ did, put, inner = false }: DidProps & { inner?: boolean }) {
  const { words } = useShared();
  const texts = useTexts();
  const parts = {
    event: <EventPicker key="event" did={did} put={put} />,
    count: inner ? null : <CountInput key="count" did={did} put={put} />,
    within: <WithinInput key="within" did={did} put={put} />,
  };
  const order =
    words.locale === "ja" ? (["within", "event", "count"] as const) : (["event", "count", "within"] as const);
  return (
    <>
      {order.map((part) => parts[part])}
      <button
        type="button"
        className="button button-quiet button-sm"
        hidden={did.where !== null || !did.event}
        onClick={() => put({ ...did, where: newGroup([firstTest(words)]) })}
      >
        <Icon name="filter" />
        {texts.add_where}
      </button>
      {inner ? null : <OrderPicker did={did} put={put} />}
    </>
  );
}

function firstTest(words: Words): Test {
  const field = words.event_fields[0]?.key;
  return field ? retyped(words, "event", newTest(), { field }) : newTest();
}

function EventPicker({ did, put }: DidProps) {
  const { words } = useShared();
  const texts = useTexts();
  return (
    <Picker
      tone="field"
      label={texts.add_event ?? ""}
      options={words.events}
      chosen={did.event ? [did.event] : []}
      onChoose={(key) => put({ ...did, event: key })}
    />
  );
}

function WithinInput({ did, put }: DidProps) {
  const { words } = useShared();
  const texts = useTexts();
  const options = [
    { key: "ever", label: texts.ever ?? "" },
    { key: "last", label: texts.last ?? "" },
  ];
  const choose = (key: string): void =>
    put({ ...did, within: key === "last" ? (did.within ?? { days: 30 }) : null });
  const keep = (within: Duration): void => put({ ...did, within });
  return (
    <>
      <Picker
        tone="plain"
        label={texts.period ?? ""}
        options={options}
        chosen={[did.within ? "last" : "ever"]}
        onChoose={choose}
      />
      {did.within ? <DurationInput value={did.within} onValue={keep} /> : null}
      {did.within && words.locale === "ja" ? <span className="cb-plain">{texts.within_after}</span> : null}
    </>
  );
}

const NEVER = "never";

function CountInput({ did, put }: DidProps) {
  const { words } = useShared();
  const texts = useTexts();
  const count = did.count ?? { op: "gte", value: 1 };
  const never = !did.sum && count.op === "eq" && count.value === 0;
  const options = ["gte", "lte", "eq", "gt", "lt", ...(did.sum ? [] : [NEVER])].map((key) => ({
    key,
    label: texts[`count_${key}`] ?? key,
  }));
  const choose = (key: string): void => {
    if (key === NEVER) put({ ...did, count: { op: "eq", value: 0 } });
    else put({ ...did, count: { op: key, value: never ? 1 : count.value } });
  };
  const op = (
    <Picker
      key="op"
      tone="plain"
      label={texts.count ?? ""}
      options={options}
      chosen={[never ? NEVER : count.op]}
      onChoose={choose}
    />
  );
  const number = (
    <NumberInput
      key="number"
      label={texts.count ?? ""}
      value={count.value}
      needed
      onValue={(value) => put({ ...did, count: { ...count, value: Number(value) } })}
    />
  );
  const total = words.totals.some((one) => one.key === did.sum);
  const unit = did.sum && !total ? null : <span key="unit">{texts.times}</span>;
  if (never) return op;
  return (
    <>
      <Measure did={did} put={put} />
      {words.locale === "ja" ? [number, unit, op] : [op, number, unit]}
    </>
  );
}

function numberOf(texts: Record<string, string>, what: string): string {
  return (texts.number_of ?? "{what}").replace("{what}", what);
}

/** How often, or the total of a number the activity carries: one of ours, or a property people name. */
function Measure({ did, put }: DidProps) {
  const { words } = useShared();
  const texts = useTexts();
  const open = words.open_fields.filter((each) => each.kind === "any");
  const own = open.find((each) => did.sum.startsWith(each.prefix));
  const sums = [
    ...words.event_fields.filter((field) => field.sum),
    ...open.map((each) => ({ key: each.prefix, label: each.label })),
  ];
  if (sums.length + words.totals.length === 0) return null;
  const options = [
    { key: "", label: texts.number_of_times ?? "" },
    ...words.totals.map((one) => ({ key: one.key, label: numberOf(texts, one.label) })),
    ...sums.map((field) => ({ key: field.key, label: `${texts.total_of} ${field.label}` })),
  ];
  return (
    <>
      <Picker
        tone="plain"
        label={texts.measure ?? ""}
        options={options}
        chosen={[own?.prefix ?? did.sum]}
        onChoose={(key) =>
          put({ ...did, sum: key, count: key ? (did.count ?? { op: "gte", value: 1 }) : did.count })
        }
      />
      {own ? (
        <input
          className="input cb-text"
          aria-label={texts.own_property}
          placeholder={texts.own_property}
          value={did.sum.slice(own.prefix.length)}
          maxLength={180}
          onChange={(event) => put({ ...did, sum: own.prefix + event.target.value })}
        />
      ) : null}
    </>
  );
}

function OrderPicker({ did, put }: DidProps) {
  const texts = useTexts();
  const options = ["", ...RELATIONS].map((key) => ({ key, label: texts[key || "no_order"] ?? "" }));
  const choose = (key: string): void => {
    const relation = RELATIONS.find((each) => each === key);
    const distance = did.order?.distance ?? (relation === "around" ? { days: 3 } : null);
    put({ ...did, order: relation ? { relation, did: did.order?.did ?? newDid(), distance } : null });
  };
  return (
    <Picker
      tone="plain"
      label={texts.order ?? ""}
      options={options}
      chosen={[did.order?.relation ?? ""]}
      onChoose={choose}
    />
  );
}

/** Below the line of an activity: its filter, and the other activity it comes after or before. */
export function DidParts({ did, put }: DidProps) {
  const texts = useTexts();
  const order = did.order;
  const keep = (other: Did): void => {
    if (order) put({ ...did, order: { ...order, did: other } });
  };
  return (
    <>
      {did.where ? <GroupView group={did.where} scope="event" depth={1} /> : null}
      {order ? (
        <div className="cb-other">
          <span className="cb-plain">{texts[order.relation]}</span>
          <DidLine did={order.did} inner put={keep} />
          <DistanceInput order={order} put={(order) => put({ ...did, order })} />
          {order.did.where ? <GroupView group={order.did.where} scope="event" depth={1} /> : null}
        </div>
      ) : null}
    </>
  );
}

/** How far from the other activity at most. */
function DistanceInput({ order, put }: { order: Order; put: (order: Order) => void }) {
  const texts = useTexts();
  const options = [
    { key: "any", label: texts.any_distance ?? "" },
    { key: "near", label: texts.near ?? "" },
  ];
  const choose = (key: string): void =>
    put({ ...order, distance: key === "near" ? (order.distance ?? { days: 3 }) : null });
  return (
    <>
      <Picker
        tone="plain"
        label={texts.distance ?? ""}
        options={order.relation === "around" ? options.slice(1) : options}
        chosen={[order.distance ? "near" : "any"]}
        onChoose={choose}
      />
      {order.distance ? (
        <DurationInput value={order.distance} onValue={(distance) => put({ ...order, distance })} />
      ) : null}
    </>
  );
}
