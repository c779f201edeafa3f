/** What the platform says about a form, and how an answer goes back. */
import type { Params } from "../tag/address";

export interface Choice {
  value: string;
  label: string;
}

export interface Field {
  key: string;
  type: "text" | "email" | "phone" | "select" | "checkbox" | "hidden" | "consent";
  label: string;
  required?: boolean;
  help?: string;
  placeholder?: string;
  /** A text of several lines. */
  multiline?: boolean;
  choices?: Choice[];
  default?: string | boolean;
}

export interface ConsentLine {
  topic: string;
  text: string;
  required?: boolean;
}

export interface Definition {
  form: string;
  token: string;
  version: number;
  locale: string;
  fields: Field[];
  consents: ConsentLine[];
  submit_label?: string;
  messages?: Record<string, string>;
  /** Name of the field no person sees; a robot fills it. */
  honeypot?: string;
}

export type Value = string | boolean | string[];

export interface Answer {
  token: string;
  fields: Record<string, Value>;
  consents: Record<string, boolean>;
  context: { url: string; referrer: string; visitor: string | null; utm: Params };
}

export interface After {
  message?: string;
  redirect?: string;
  asset?: { url: string; name: string };
}

export type Errors = Record<string, string>;

/** What came of a post: kept, refused with reasons, or no usable answer (try again with the same token). */
export type Outcome =
  | { kind: "kept"; submission: string; after: After }
  | { kind: "refused"; errors: Errors }
  | { kind: "busy" }
  | { kind: "lost" };

/** Raises when the form cannot be had. */
export async function fetchDefinition(address: string): Promise<Definition> {
  const response = await fetch(`${address}.json`, { credentials: "omit", cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

export async function post(address: string, answer: Answer): Promise<Outcome> {
  try {
    const response = await fetch(address, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(answer),
    });
    if (response.status === 429) return { kind: "busy" };
    const body = await response.json();
    if (response.ok && body.ok) return { kind: "kept", submission: body.submission, after: body.after ?? {} };
    if (body.errors) return { kind: "refused", errors: body.errors };
  } catch {
    // No network, or an answer that is not ours: the person may simply press again.
  }
  return { kind: "lost" };
}
