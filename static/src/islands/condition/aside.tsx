/** What the condition finds: how many, people for example, and why one person is in or out. */
import { useEffect, useState } from "react";
import { useShared, useTexts } from "./context";
import { number } from "./group";
import { Icon } from "./Icon";
import type { Json } from "./model";
import type { Counted, Person, Verdict } from "./server";

export type Count = Counted | "counting" | "failed" | null;

export function CountLine({ count, audience }: { count: Count; audience: string }) {
  const texts = useTexts();
  if (count === null) return <p className="cb-total muted">{texts.unfinished}</p>;
  if (count === "failed") return <p className="cb-total">{texts.failed}</p>;
  const counting = count === "counting";
  return (
    <div className="cb-total" aria-live="polite">
      <p>
        {counting ? (
          <span className="muted">{texts.counting}</span>
        ) : (
          <>
            {count.exact ? "" : `${texts.about} `}
            <b className="cb-number-big" data-total={count.total}>
              {number(count.total)}
            </b>{" "}
            {texts[audience === "visitors" ? "browsers" : "people"]}
          </>
        )}
      </p>
      {counting ? null : <p className="cb-sentence">{count.sentence}</p>}
      {counting || count.exact ? null : <p className="cb-warning">{texts.slow}</p>}
      {counting
        ? null
        : count.warnings.map((text) => (
            <p className="cb-warning" key={text}>
              {text}
            </p>
          ))}
    </div>
  );
}

/** A few people, asked for when opened and again when the condition changes. */
export function Samples({ condition }: { condition: Json }) {
  const { server } = useShared();
  const texts = useTexts();
  const [open, setOpen] = useState(false);
  const [people, setPeople] = useState<Person[] | null | "asking">("asking");
  useEffect(() => {
    if (!open) return;
    const given = new AbortController();
    setPeople("asking");
    server.sample(condition, given.signal).then(setPeople, () => undefined);
    return () => given.abort();
  }, [server, condition, open]);
  return (
    <details className="cb-fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.examples}</summary>
      {people === "asking" ? <p className="muted">{texts.counting}</p> : <People people={people} />}
    </details>
  );
}

function People({ people }: { people: Person[] | null }) {
  const texts = useTexts();
  if (people === null) return <p className="muted">{texts.slow_examples}</p>;
  if (people.length === 0) return <p className="muted">{texts.no_examples}</p>;
  return (
    <ul className="cb-people">
      {people.map((one) => (
        <li key={one.id}>
          <a href={one.url} target="_blank" rel="noopener">
            {one.name}
          </a>
          <span className="muted small">{one.about}</span>
        </li>
      ))}
    </ul>
  );
}

/** Find a person, and see every part of the condition with what was found there. */
export function Why({ condition }: { condition: Json }) {
  const { server } = useShared();
  const texts = useTexts();
  const [typed, setTyped] = useState("");
  const [people, setPeople] = useState<Person[]>([]);
  const [chosen, setChosen] = useState("");
  useEffect(() => {
    const given = new AbortController();
    const timer = setTimeout(() => {
      if (typed.trim()) server.people(typed, given.signal).then(setPeople, () => undefined);
      else setPeople([]);
    }, 250);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [server, typed]);
  return (
    <details className="cb-fold">
      <summary>{texts.why}</summary>
      <label className="search-box">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          placeholder={texts.why_search}
          aria-label={texts.why_search}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
      </label>
      <ul className="cb-people">
        {people.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="link-button"
              aria-pressed={one.id === chosen}
              onClick={() => setChosen(one.id)}
            >
              {one.name}
            </button>
            <span className="muted small">{one.about}</span>
          </li>
        ))}
      </ul>
      {chosen ? <Reasons condition={condition} lead={chosen} /> : null}
    </details>
  );
}

type Told = { person: Person; tree: Verdict } | "failed" | null;

function Reasons({ condition, lead }: { condition: Json; lead: string }) {
  const { server } = useShared();
  const texts = useTexts();
  const [told, setTold] = useState<Told>(null);
  useEffect(() => {
    let wanted = true;
    server.explain(condition, lead).then(
      (answer) => wanted && setTold(answer),
      () => wanted && setTold("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [server, condition, lead]);
  if (told === null) return <p className="muted">{texts.counting}</p>;
  if (told === "failed") return <p className="muted">{texts.failed}</p>;
  return (
    <div className="cb-reasons">
      <p>
        <a href={told.person.url} target="_blank" rel="noopener">
          {told.person.name}
        </a>{" "}
        <b>{texts[told.tree.result ? "is_in" : "is_out"]}</b>
      </p>
      <ul>
        <Reason verdict={told.tree} />
      </ul>
    </div>
  );
}

function Reason({ verdict }: { verdict: Verdict }) {
  const texts = useTexts();
  const leaf = verdict.children.length === 0;
  return (
    <li className="cb-reason" data-holds={verdict.result ? "" : undefined}>
      <span className={`cb-mark ${verdict.result ? "tone-success" : "tone-danger"}`}>
        <Icon name={verdict.result ? "check" : "x"} />
        <span className="visually-hidden">{texts[verdict.result ? "holds" : "fails"]}</span>
      </span>
      <span>{verdict.sentence}</span>
      {leaf && verdict.wanted ? (
        <span className="cb-found">
          {texts.found_value?.replace("{value}", verdict.found ?? texts.no_value ?? "")}
        </span>
      ) : null}
      {leaf && verdict.changes_at ? (
        <span className="cb-found">{texts.may_change?.replace("{time}", verdict.changes_at)}</span>
      ) : null}
      {leaf ? null : (
        <ul>
          {verdict.children.map((child) => (
            <Reason key={child.path} verdict={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
