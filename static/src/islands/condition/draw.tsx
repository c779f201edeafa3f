/** The heavy half of <ma-condition-builder>: React and everything one sees, loaded when a builder is first met. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Count, CountLine, Samples, Why } from "./aside";
import { type Shared, SharedContext } from "./context";
import { GroupView } from "./group";
import { freshId, type Group, type Json, NotACondition, newGroup, read, write } from "./model";
import { Refused, type Server } from "./server";
import { complete, type Words } from "./words";

const PAUSE_MS = 350;

interface Props {
  audience: string;
  initial: Json;
  server: Server;
  words: Words;
  onChange: (document: Json) => void;
}

/** Show the builder in `place`; `onChange` hears every new document. Returns how to take it away. */
export function draw(place: HTMLElement, props: Props): () => void {
  // Several builders may stand on one page.
  const root = createRoot(place, { identifierPrefix: freshId() });
  root.render(<Builder {...props} />);
  return () => root.unmount();
}

export function Builder({ audience, initial, server, words, onChange }: Props) {
  const start = useMemo(() => readable(initial), [initial]);
  const [root, setRoot] = useState<Group>(start.root);
  const [said, setSaid] = useState("");
  const [focus, setFocus] = useState("");
  const [broken, setBroken] = useState(start.broken);
  const [expert, setExpert] = useState(start.broken);
  const [text, setText] = useState(start.broken ? JSON.stringify(initial, null, 2) : "");
  const written = useMemo(() => write(root), [root]);
  const frame = useRef<HTMLDivElement>(null);
  const tell = useRef(onChange);
  tell.current = onChange;
  const fresh = useRef(true);
  useEffect(() => {
    if (!fresh.current) tell.current(written.document);
    fresh.current = false;
  }, [written]);
  useFocus(frame, focus, root);
  const answer = useAnswer(server, written.document, complete(words, root));
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
  const toggle = (): void => {
    if (!expert) setText(JSON.stringify(written.document, null, 2));
    setExpert(!expert);
  };
  const accept = (document: Json): void => {
    setRoot(readable(document).root);
    setBroken(false);
  };
  return (
    <SharedContext.Provider value={shared}>
      <div className="cb" ref={frame}>
        <div className="cb-bar">
          <div className="segmented">
            <button type="button" aria-pressed={!expert} disabled={broken} onClick={() => expert && toggle()}>
              {texts.sentence}
            </button>
            <button type="button" aria-pressed={expert} onClick={() => !expert && toggle()}>
              {texts.json}
            </button>
          </div>
        </div>
        {expert ? (
          <Expert
            text={text}
            onText={setText}
            onDocument={accept}
            onWrong={() => setBroken(true)}
            refused={answer.refused}
          />
        ) : (
          <>
            {root.nodes.length === 0 ? <p className="cb-empty">{texts.empty}</p> : null}
            <GroupView group={root} scope="lead" depth={0} />
          </>
        )}
        <CountLine count={answer.refused ? null : answer.count} audience={audience} />
        {answer.whole && audience === "leads" ? (
          <div className="cb-folds">
            <Samples condition={written.document} />
            <Why condition={written.document} />
          </div>
        ) : null}
        <p className="visually-hidden" aria-live="polite">
          {said}
        </p>
      </div>
    </SharedContext.Provider>
  );
}

function readable(document: Json): { root: Group; broken: boolean } {
  try {
    return { root: read(document), broken: false };
  } catch (error) {
    if (!(error instanceof NotACondition)) throw error;
    return { root: newGroup(), broken: true };
  }
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

interface ExpertProps {
  text: string;
  onText: (text: string) => void;
  onDocument: (document: Json) => void;
  onWrong: () => void;
  refused: Refused | null;
}

/** The same condition as JSON; what is wrong is named with its path. */
function Expert({ text, onText, onDocument, onWrong, refused }: ExpertProps) {
  const [wrong, setWrong] = useState("");
  const put = (typed: string): void => {
    onText(typed);
    try {
      const document = JSON.parse(typed.trim() || "null") as Json;
      read(document);
      setWrong("");
      onDocument(document);
    } catch (error) {
      onWrong();
      setWrong(error instanceof NotACondition ? `${error.message}: ?` : (error as Error).message);
    }
  };
  const problem = wrong || (refused ? `${refused.path || "/"}: ${refused.message}` : "");
  return (
    <>
      <textarea
        className="input input-area cb-json"
        aria-label="JSON"
        spellCheck={false}
        value={text}
        onChange={(event) => put(event.target.value)}
      />
      {problem ? (
        <p className="cb-problem" role="alert">
          {problem}
        </p>
      ) : null}
    </>
  );
}
