/** The same condition as JSON: what is written there is what is counted and saved, letter by letter. */
import { useEffect, useRef } from "react";
import { useTexts } from "./context";
import { type Group, type Json, NotACondition, read } from "./model";
import type { Refused } from "./server";

/** What stands in the box. */
export interface Typed {
  text: string;
  /** undefined: no JSON, for the reason in `wrong`. */
  document: Json | undefined;
  wrong: string;
  /** null: no tree the builder could show without leaving something out. */
  root: Group | null;
  /** Whether somebody wrote in it since it was opened. */
  changed: boolean;
}

/** A document opened as text. */
export function opened(document: Json): Typed {
  const text = document === null ? "" : JSON.stringify(document, null, 2);
  return { text, document, wrong: "", root: drawable(document), changed: false };
}

/** A text somebody wrote. */
export function typed(text: string): Typed {
  try {
    const document = JSON.parse(text.trim() || "null") as Json;
    return { text, document, wrong: "", root: drawable(document), changed: true };
  } catch (error) {
    return { text, document: undefined, wrong: (error as Error).message, root: null, changed: true };
  }
}

function drawable(document: Json): Group | null {
  try {
    return read(document);
  } catch (error) {
    if (!(error instanceof NotACondition)) throw error;
    return null;
  }
}

interface Props {
  typed: Typed;
  onText: (text: string) => void;
  refused: Refused | null;
}

/** What is wrong is named with its path; while it is no JSON, the form around it is not sent. */
export function Expert({ typed, onText, refused }: Props) {
  const texts = useTexts();
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.setCustomValidity(typed.wrong), [typed.wrong]);
  const problem = typed.wrong || (refused ? `${refused.path || "/"}: ${refused.message}` : "");
  return (
    <>
      <textarea
        ref={box}
        className="input input-area cb-json"
        aria-label="JSON"
        spellCheck={false}
        value={typed.text}
        onChange={(event) => onText(event.target.value)}
      />
      {problem ? (
        <p className="cb-problem" role="alert">
          {problem}
        </p>
      ) : null}
      {typed.root || problem ? null : <p className="muted small">{texts.only_json}</p>}
    </>
  );
}
