/** A button that opens a searched list: one choice, or several with ticks. Arrows, Enter, Escape. */
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTexts } from "./context";
import { Icon } from "./Icon";
import type { Choice } from "./words";

export interface Option extends Choice {
  group?: string;
}

interface Props {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChoose: (key: string) => void;
  shown?: ReactNode;
  tone?: "field" | "plain" | "value";
  many?: boolean;
  bare?: boolean;
  groups?: readonly Choice[];
}

export function Picker(props: Props) {
  const [open, setOpen] = useState(false);
  const texts = useTexts();
  const place = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const labels = props.chosen.map((key) => props.options.find((one) => one.key === key)?.label ?? key);
  const shown = props.shown ?? (labels.join("、") || texts.pick);
  return (
    <span className="cb-picker" ref={place}>
      <button
        ref={button}
        type="button"
        className={`cb-word cb-${props.tone ?? "value"}`}
        data-blank={props.chosen.length === 0 || props.chosen[0] === "" ? "" : undefined}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={props.bare ? props.label : `${props.label}: ${labels.join("、") || texts.pick}`}
        onClick={() => setOpen(!open)}
      >
        {shown}
        {props.bare ? null : <Icon name="chevron-down" size={16} />}
      </button>
      {open ? <List {...props} close={close} /> : null}
    </span>
  );
}

function List(props: Props & { close: () => void }) {
  const texts = useTexts();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  useWithinWindow(box);
  const wanted = folded(typed);
  const found = props.options.filter((one) => folded(`${one.label} ${one.key}`).includes(wanted));
  const choose = (one: Option | undefined): void => {
    if (!one) return;
    props.onChoose(one.key);
    if (!props.many) props.close();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Escape" || event.key === "Tab") props.close();
    else if (event.key === "Enter") choose(found[at]);
    else if (event.key in steps) setAt(Math.max(0, Math.min(found.length - 1, at + (steps[event.key] ?? 0))));
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys come up from the search box inside
    <div className="cb-list" ref={box} onKeyDown={onKey} role="presentation">
      <input
        // biome-ignore lint/a11y/noAutofocus: the list was opened to be searched
        autoFocus
        className="input"
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label={`${props.label}: ${texts.search}`}
        placeholder={texts.search}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
      />
      <div
        className="cb-options"
        role="listbox"
        id={id}
        aria-label={props.label}
        aria-multiselectable={props.many}
      >
        {found.length === 0 ? <p className="cb-none">{texts.nothing_found}</p> : null}
        {found.map((one, place) => (
          <OptionLine
            key={one.key}
            one={one}
            id={`${id}-${place}`}
            title={one.group !== found[place - 1]?.group ? groupOf(props, one) : ""}
            active={place === at}
            chosen={props.chosen.includes(one.key)}
            onChoose={() => choose(one)}
          />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  one: Option;
  id: string;
  title: string;
  active: boolean;
  chosen: boolean;
  onChoose: () => void;
}

function OptionLine({ one, id, title, active, chosen, onChoose }: LineProps) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView?.({ block: "nearest" });
  }, [active]);
  return (
    <>
      {title ? (
        <p className="cb-options-title" role="presentation">
          {title}
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are the search box's, which keeps the focus */}
      <div
        ref={line}
        id={id}
        role="option"
        tabIndex={-1}
        className="cb-option"
        data-active={active ? "" : undefined}
        aria-selected={chosen}
        onClick={onChoose}
      >
        <span>{one.label}</span>
        {chosen ? <Icon name="check" size={16} /> : null}
      </div>
    </>
  );
}

function groupOf(props: Props, one: Option): string {
  return props.groups?.find((group) => group.key === one.group)?.label ?? "";
}

/** Width, case and kana do not matter: ｶﾞｲｼｬ finds ガイシャ. */
export function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/** A list that would leave the window is moved back into it. */
function useWithinWindow(box: React.RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const list = box.current;
    if (!list) return;
    const over = list.getBoundingClientRect().right - (document.documentElement.clientWidth - 12);
    if (over > 0) list.style.insetInlineStart = `${-over}px`;
  }, [box]);
}
