/** The heavy half of <ma-condition-builder>: React and everything one sees, loaded when a builder is first met. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Count, CountLine, Samples, Why } from "./aside";
import { type Shared, SharedContext } from "./context";
import { Expert, opened, type Typed, typed } from "./expert";
import { GroupView } from "./group";
import { freshId, type Group, type Json, newGroup, write } from "./model";
import { Refused, type Server } from "./server";
import { complete, type Field, fieldOf, fieldsIn, GONE, type Words } from "./words";

const PAUSE_MS = 350;

interface Props {
  audience: string;
  initial: Json;
  server: Server;
  words: Words;
  onChange: Change;
}

/** `text` is what is kept; `condition` what it says, undefined while it is no JSON. */
export type Change = (text: string, condition: Json | undefined) => void;

/** Show the builder in `place`; `onChange` hears every change. Returns how to take it away. */
export function draw(place: HTMLElement, props: Props): () => void {
  // Several builders may stand on one page.
  const root = createRoot(place, { identifierPrefix: freshId() });
  root.render(<Builder {...props} />);
  return () => root.unmount();
}

export function Builder({ audience, initial, server, words: offered, onChange }: Props) {
  const start = useMemo(() => opened(initial), [initial]);
  const [root, setRoot] = useState<Group>(() => start.root ?? newGroup());
  const [expert, setExpert] = useState<Typed | null>(start.root ? null : start);
  const [said, setSaid] = useState("");
  const [focus, setFocus] = useState("");
  const words = useNamed(server, offered, root);
  const written = useMemo(() => write(root), [root]);
  const condition = expert ? expert.document : written.document;
  const frame = useRef<HTMLDivElement>(null);
  useTold(onChange, expert, condition);
  useFocus(frame, focus, root);
  const whole = expert ? (condition ?? null) !== null : complete(words, root);
  const answer = useAnswer(server, condition ?? null, whole);
  const change = useCallback((next: (root: Group) => Group, wanted = ""): void => {
    setRoot(next);
    setFocus(wanted);
  }, []);
  const shared: Shared = {
    words,
    server,
    root,
    counts: byItem(answer.nodes, written.places),
    problems: problemOf(answer.refused, written.places),
    change,
    say: setSaid,
  };
  const { texts } = words;
  const draw = (): void => {
    if (!expert?.root) return;
    if (expert.changed) setRoot(expert.root);
    setExpert(null);
  };
  return (
    <SharedContext.Provider value={shared}>
      <div className="cb" ref={frame}>
        <div className="cb-bar">
          <div className="segmented">
            <button
              type="button"
              aria-pressed={!expert}
              disabled={expert !== null && !expert.root}
              onClick={draw}
            >
              {texts.sentence}
            </button>
            <button
              type="button"
              aria-pressed={expert !== null}
              onClick={() => setExpert(expert ?? { ...opened(written.document), root })}
            >
              {texts.json}
            </button>
          </div>
        </div>
        {expert ? (
          <Expert typed={expert} onText={(text) => setExpert(typed(text))} refused={answer.refused} />
        ) : (
          <>
            {root.nodes.length === 0 ? <p className="cb-empty">{texts.empty}</p> : null}
            <GroupView group={root} scope="lead" depth={0} />
          </>
        )}
        <CountLine count={answer.refused ? null : answer.count} audience={audience} />
        {condition !== undefined && answer.whole && audience === "leads" ? (
          <div className="cb-folds">
            <Samples condition={condition} />
            <Why condition={condition} />
          </div>
        ) : null}
        <p className="visually-hidden" aria-live="polite">
          {said}
        </p>
      </div>
    </SharedContext.Provider>
  );
}

/** Every change of what is kept, but not what there was at first. */
function useTold(onChange: Change, expert: Typed | null, condition: Json | undefined): void {
  const text = expert?.changed ? expert.text : JSON.stringify(condition);
  const kept = condition === null ? "" : text;
  const last = useRef(kept);
  useEffect(() => {
    if (last.current === kept) return;
    last.current = kept;
    onChange(kept, condition);
  }, [onChange, kept, condition]);
}

/** The words, and the fields a condition names that nobody is offered: kept in an archive, or typed by hand. */
function useNamed(server: Server, offered: Words, root: Group): Words {
  const [named, setNamed] = useState<readonly Field[]>([]);
  const words = useMemo(() => ({ ...offered, named }), [offered, named]);
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const missing = fieldsIn(root).filter((key) => key && fieldOf(offered, "lead", key).kind === GONE);
    const fresh = missing.filter((key) => !asked.current.has(key));
    if (fresh.length === 0) return;
    for (const key of fresh) asked.current.add(key);
    server.fields(fresh).then(
      (found) => setNamed((known) => [...known, ...found]),
      () => undefined,
    );
  }, [server, offered, root]);
  return words;
}

interface Answer {
  count: Count;
  nodes: Record<string, number>;
  refused: Refused | null;
  whole: boolean;
}

/** Counts a little after the last change; a question that is no longer asked is given up. */
function useAnswer(server: Server, document: Json, whole: boolean): Answer {
  const [count, setCount] = useState<Count>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const asked = JSON.stringify(document);
  useEffect(() => {
    setRefused(null);
    if (!whole) {
      setCount(null);
      return;
    }
    setCount("counting");
    const given = new AbortController();
    const fail = (error: unknown): void => {
      if (given.signal.aborted) return;
      if (error instanceof Refused) setRefused(error);
      else setCount("failed");
    };
    const timer = setTimeout(() => {
      server.count(JSON.parse(asked) as Json, given.signal).then(setCount, fail);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [server, asked, whole]);
  const nodes = count !== null && typeof count === "object" ? count.nodes : {};
  return { count, nodes, refused, whole: whole && refused === null };
}

function byItem(nodes: Record<string, number>, places: Map<string, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [path, count] of Object.entries(nodes)) {
    const id = places.get(path);
    if (id) counts[id] = count;
  }
  return counts;
}

/** The problem beside the item it belongs to: the one written at the longest beginning of the path. */
function problemOf(refused: Refused | null, places: Map<string, string>): Record<string, string> {
  if (!refused) return {};
  const path = [...places.keys()]
    .filter((place) => `${refused.path}/`.startsWith(`${place}/`))
    .sort((one, other) => other.length - one.length)[0];
  const id = places.get(path ?? "");
  return id ? { [id.replace("!", "")]: refused.message } : {};
}

/** After a move the same handle keeps the focus; a new item gets it on its first control. */
function useFocus(frame: React.RefObject<HTMLDivElement | null>, wanted: string, root: Group): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tree decides when the item is drawn
  useLayoutEffect(() => {
    const [id, first] = wanted.split(":");
    if (!id) return;
    const item = frame.current?.querySelector<HTMLElement>(`[data-item="${id}"]`);
    item?.querySelector<HTMLElement>(first ? ".cb-body .cb-word" : ".cb-handle")?.focus();
  }, [wanted, root, frame]);
}
