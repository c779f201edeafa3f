/** Inputs for the value of a test, by the operator's shape and the field's kind. */
import { useEffect, useId, useState } from "react";
import { useShared, useTexts } from "./context";
import { Icon } from "./Icon";
import type { Duration, Json, Test } from "./model";
import { Picker } from "./Picker";
import type { Choice, Field, Operator, Scope } from "./words";

interface Props {
  test: Test;
  field: Field;
  row: Operator;
  scope: Scope;
  onValue: (value: Json) => void;
}

export function ValueInput(props: Props) {
  const { row, test, onValue } = props;
  if (row.shape === "none") return null;
  if (row.shape === "duration") {
    return (
      <DurationInput
        value={(test.value ?? {}) as Duration}
        onValue={onValue}
        days={props.field.kind === "day"}
      />
    );
  }
  if (row.shape === "when") return <WhenInput value={String(test.value ?? "")} onValue={onValue} />;
  if (row.shape === "many") return <ManyInput {...props} />;
  if (row.shape === "pair") return <PairInput {...props} />;
  return <OneInput {...props} value={test.value} />;
}

type OneProps = Props & { value: Json | undefined; label?: string };

function OneInput({ field, row, scope, value, onValue, label }: OneProps) {
  const { words } = useShared();
  const texts = useTexts();
  const name = `${field.label}: ${label ?? texts.value}`;
  if (field.choices) {
    return (
      <Picker label={name} options={field.choices} chosen={value ? [String(value)] : []} onChoose={onValue} />
    );
  }
  if (field.kind === "boolean") {
    const options = [
      { key: "true", label: texts.yes ?? "" },
      { key: "false", label: texts.no ?? "" },
    ];
    return (
      <Picker
        label={name}
        options={options}
        chosen={[String(value)]}
        onChoose={(key) => onValue(key === "true")}
      />
    );
  }
  if (field.kind === "number" || (field.kind === "any" && sizes(words.operators.text ?? [], row))) {
    return <NumberInput label={name} value={value} onValue={onValue} />;
  }
  if (field.kind === "moment" || field.kind === "day")
    return <DayInput label={name} value={value} onValue={onValue} />;
  return <TextInput label={name} field={field} scope={scope} value={String(value ?? "")} onValue={onValue} />;
}

/** An operator no text has compares numbers. */
function sizes(ofText: readonly Operator[], row: Operator): boolean {
  return !ofText.some((each) => each.key === row.key);
}

interface PlainProps {
  label: string;
  value: Json | undefined;
  onValue: (value: Json) => void;
}

/** `needed`: emptied on the way to another number it says nothing, and shows the last one when it is left. */
export function NumberInput({ label, value, onValue, needed = false }: PlainProps & { needed?: boolean }) {
  const [emptied, setEmptied] = useState(false);
  const put = (input: HTMLInputElement): void => {
    const empty = input.value === "";
    setEmptied(empty);
    if (!(empty && needed)) onValue(empty ? null : input.valueAsNumber);
  };
  return (
    <input
      className="input cb-number"
      type="number"
      step="any"
      aria-label={label}
      value={emptied || value === undefined || value === null ? "" : String(value)}
      onChange={(event) => put(event.target)}
      onBlur={() => setEmptied(false)}
    />
  );
}

function DayInput({ label, value, onValue }: PlainProps) {
  const exact = typeof value === "string" && value.includes("T");
  return (
    <input
      className="input cb-day"
      type={exact ? "text" : "date"}
      aria-label={label}
      value={String(value ?? "")}
      onChange={(event) => onValue(event.target.value)}
    />
  );
}

interface TextProps {
  label: string;
  field: Field;
  scope: Scope;
  value: string;
  onValue: (value: string) => void;
  onEnter?: () => void;
}

function TextInput({ label, field, scope, value, onValue, onEnter }: TextProps) {
  const id = useId();
  const known = useHints(field, scope, value);
  const texts = useTexts();
  return (
    <>
      <input
        className="input cb-text"
        aria-label={label}
        placeholder={texts.value}
        list={known.length ? id : undefined}
        value={value}
        maxLength={1000}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          onEnter?.();
        }}
      />
      <datalist id={id}>
        {known.map((one) => (
          <option key={one.key} value={one.key}>
            {one.label}
          </option>
        ))}
      </datalist>
      {known.some((one) => one.key === value && one.label !== value) ? (
        <span className="cb-known">{known.find((one) => one.key === value)?.label}</span>
      ) : null}
    </>
  );
}

/** Known values of a field that fit what is typed, asked for a moment after the last letter. */
function useHints(field: Field, scope: Scope, typed: string): readonly Choice[] {
  const { server } = useShared();
  const [known, setKnown] = useState<readonly Choice[]>([]);
  useEffect(() => {
    if (!field.hints) return;
    const given = new AbortController();
    const timer = setTimeout(() => {
      server.values(field.key, scope === "event", typed, given.signal).then(setKnown, () => undefined);
    }, 200);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [server, field.key, field.hints, scope, typed]);
  return field.hints ? known : [];
}

function ManyInput({ field, scope, row, test, onValue }: Props) {
  const { words } = useShared();
  const texts = useTexts();
  const [typed, setTyped] = useState("");
  const values = (Array.isArray(test.value) ? test.value : []) as (string | number)[];
  if (field.choices) {
    const toggle = (key: string): void =>
      onValue(values.includes(key) ? values.filter((one) => one !== key) : [...values, key]);
    const name = `${field.label}: ${texts.value}`;
    return <Picker many label={name} options={field.choices} chosen={values.map(String)} onChoose={toggle} />;
  }
  const numbers = field.kind === "number";
  const add = (): void => {
    const added = typed
      .split(/[,、\n]/)
      .map((one) => one.trim())
      .filter(Boolean);
    const read = numbers ? added.map(Number).filter((one) => !Number.isNaN(one)) : added;
    if (read.length) onValue([...new Set([...values, ...read])]);
    setTyped("");
  };
  return (
    <span className="cb-many">
      {values.map((one) => (
        <span className="chip" key={String(one)}>
          {String(one)}
          <button
            type="button"
            className="chip-remove"
            aria-label={`${texts.remove}: ${one}`}
            onClick={() => onValue(values.filter((other) => other !== one))}
          >
            <Icon name="x" />
          </button>
        </span>
      ))}
      <TextInput
        label={`${field.label}: ${texts.add_value} ${words.locale === "ja" ? row.tail : row.head}`}
        field={field}
        scope={scope}
        value={typed}
        onValue={setTyped}
        onEnter={add}
      />
      <button type="button" className="button button-quiet button-sm" disabled={!typed.trim()} onClick={add}>
        {texts.add_value}
      </button>
    </span>
  );
}

function PairInput(props: Props) {
  const texts = useTexts();
  const given = Array.isArray(props.test.value) ? props.test.value : [];
  const put = (place: 0 | 1) => (value: Json) =>
    props.onValue(place === 0 ? [value, given[1] ?? null] : [given[0] ?? null, value]);
  return (
    <span className="cb-pair">
      <OneInput {...props} label={texts.from ?? ""} value={given[0]} onValue={put(0)} />
      <span aria-hidden="true">〜</span>
      <OneInput {...props} label={texts.to ?? ""} value={given[1]} onValue={put(1)} />
    </span>
  );
}

function WhenInput({ value, onValue }: { value: string; onValue: (value: Json) => void }) {
  const { words } = useShared();
  const texts = useTexts();
  const period = words.periods.some((one) => one.key === value);
  const options = [...words.periods, { key: "day", label: texts.day ?? "" }];
  const choose = (key: string): void => onValue(key === "day" ? "" : key);
  return (
    <>
      <Picker
        label={texts.period ?? ""}
        options={options}
        chosen={[period ? value : "day"]}
        onChoose={choose}
      />
      {period ? null : <DayInput label={texts.day ?? ""} value={value} onValue={onValue} />}
    </>
  );
}

const UNITS = ["days", "hours", "minutes"] as const;

interface DurationProps {
  value: Duration;
  onValue: (value: Duration) => void;
  days?: boolean;
}

/** 30 日, 48 時間 … */
export function DurationInput({ value, onValue, days = false }: DurationProps) {
  const texts = useTexts();
  const unit = UNITS.find((each) => each in value) ?? "days";
  const amount = value[unit];
  const options = (days ? UNITS.slice(0, 1) : UNITS).map((each) => ({
    key: each,
    label: texts[each] ?? each,
  }));
  const put = (amount: number, unit: string): void => onValue({ [unit]: amount });
  return (
    <span className="cb-pair">
      <input
        className="input cb-number"
        type="number"
        min={1}
        step={1}
        aria-label={texts.period}
        value={amount || ""}
        onChange={(event) => put(Math.trunc(event.target.valueAsNumber) || 0, unit)}
      />
      <Picker
        tone="plain"
        label={texts.period ?? ""}
        options={options}
        chosen={[unit]}
        onChoose={(key) => put(amount ?? 1, key)}
      />
    </span>
  );
}
