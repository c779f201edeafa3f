/** What the builder asks the server while somebody writes. Every question can be given up. */
import type { Json } from "./model";
import type { Choice, Field, Words } from "./words";

export interface Counted {
  total: number;
  exact: boolean;
  nodes: Record<string, number>;
  sentence: string;
  warnings: string[];
}

export interface Person {
  id: string;
  name: string;
  about: string;
  url: string;
}

export interface Verdict {
  path: string;
  sentence: string;
  result: boolean;
  found: string | null;
  wanted: string | null;
  changes_at: string | null;
  children: Verdict[];
}

/** The condition was refused: `path` is the bad part. */
export class Refused extends Error {
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super(reason);
  }
}

export interface Server {
  words(): Promise<Words>;
  /** Fields by key that `words` does not offer; those there are. */
  fields(keys: string[]): Promise<Field[]>;
  values(key: string, event: boolean, typed: string, signal: AbortSignal): Promise<Choice[]>;
  people(typed: string, signal: AbortSignal): Promise<Person[]>;
  count(condition: Json, signal: AbortSignal): Promise<Counted>;
  sample(condition: Json, signal: AbortSignal): Promise<Person[] | null>;
  explain(condition: Json, lead: string): Promise<{ person: Person; tree: Verdict }>;
}

/** The endpoints beside `words`, e.g. `/conditions/words`. */
export function serverAt(words: string, audience: string): Server {
  const place = (name: string): URL => new URL(name, new URL(words, document.baseURI));

  async function ask<T>(name: string, query: Record<string, string>, signal?: AbortSignal): Promise<T> {
    const url = place(name);
    for (const [key, value] of Object.entries({ audience, ...query })) url.searchParams.set(key, value);
    return answered<T>(await fetch(url, { headers: { Accept: "application/json" }, signal: signal ?? null }));
  }

  async function post<T>(name: string, body: Record<string, Json>, signal?: AbortSignal): Promise<T> {
    const sent = { method: "POST", headers: headers(), body: JSON.stringify({ audience, ...body }) };
    return answered<T>(await fetch(place(name), { ...sent, signal: signal ?? null }));
  }

  return {
    words: () => ask<Words>("words", {}),
    fields: async (keys) => (await post<{ fields: Field[] }>("fields", { keys })).fields,
    values: async (key, event, typed, signal) => {
      const asked = { key, q: typed, ...(event ? { of: "event" } : {}) };
      return (await ask<{ values: Choice[] }>("values", asked, signal)).values;
    },
    people: async (typed, signal) => (await ask<{ people: Person[] }>("people", { q: typed }, signal)).people,
    count: (condition, signal) => post<Counted>("count", { condition }, signal),
    sample: async (condition, signal) =>
      (await post<{ people: Person[] | null }>("sample", { condition }, signal)).people,
    explain: (condition, lead) => post("explain", { condition, lead }),
  };
}

async function answered<T>(response: Response): Promise<T> {
  if (response.status === 422) {
    const refused = (await response.json()) as { path: string; reason: string };
    throw new Refused(refused.path === "/" ? "" : refused.path, refused.reason);
  }
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as T;
}

/** The page gives htmx its token the same way. */
function headers(): Record<string, string> {
  const given = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  return { "Content-Type": "application/json", Accept: "application/json", ...given };
}
