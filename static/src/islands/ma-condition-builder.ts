/**
 * <ma-condition-builder audience="leads" words="/conditions/words">
 *   <textarea name="condition">{"field": "lead.job_rank", "op": "gte", "value": "manager"}</textarea>
 *   <div class="cb-place"></div>
 * </ma-condition-builder>
 *
 * The textarea keeps the condition as JSON, empty for none; without this file it is the builder. `words` lists the
 * vocabulary, its neighbours answer `fields`, `count`, `sample`, `people`, `explain`, `values`. Emits `condition-changed`
 * with {condition}, but not while it is no JSON: then the textarea keeps what was typed, and the form is invalid.
 */
import { define } from "../page/define";
import type { Json } from "./condition/model";

class MaConditionBuilder extends HTMLElement {
  private takeAway: (() => void) | null = null;

  connectedCallback(): void {
    void this.start();
  }

  disconnectedCallback(): void {
    this.takeAway?.();
    this.takeAway = null;
    this.removeAttribute("data-drawn");
  }

  private async start(): Promise<void> {
    const [{ draw }, { serverAt }] = await Promise.all([
      import("./condition/draw"),
      import("./condition/server"),
    ]);
    const place = this.querySelector<HTMLElement>(".cb-place");
    const field = this.querySelector("textarea");
    const audience = this.getAttribute("audience") ?? "leads";
    const server = serverAt(this.getAttribute("words") ?? "", audience);
    const initial = written(field?.value ?? "");
    const words = initial === undefined ? null : await server.words().catch(() => null);
    // JSON nobody can read, or no words: the textarea stays what one writes in.
    if (!place || !field || !words || initial === undefined || !this.isConnected || this.takeAway) return;
    this.dataset.drawn = "";
    this.takeAway = draw(place, {
      audience,
      initial,
      server,
      words,
      onChange: (text, condition) => this.keep(field, text, condition),
    });
  }

  private keep(field: HTMLTextAreaElement, text: string, condition: Json | undefined): void {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (condition === undefined) return;
    this.dispatchEvent(new CustomEvent("condition-changed", { detail: { condition }, bubbles: true }));
  }
}

/** undefined: not JSON. */
function written(text: string): Json | undefined {
  try {
    return JSON.parse(text.trim() || "null") as Json;
  } catch {
    return undefined;
  }
}

export function defineConditionBuilder(): void {
  define("ma-condition-builder", MaConditionBuilder);
}
