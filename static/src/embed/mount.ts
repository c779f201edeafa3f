/**
 * The form embed, one line where the form is to stand:
 *
 *   <script async src="https://HOST/f/frm_….js" data-target="#place"></script>
 *
 * Without `data-target` the form stands right after the script. When it was sent the element
 * emits `ma:submitted` with `{form, submission}`.
 */
import { EmbeddedForm, type Page } from "./form";

/** Where the form of a script line answers, `https://HOST/f/<form>`; null for another kind of address. */
export function addressOf(src: string): string | null {
  return /^(https?:\/\/[^?#]+\/f\/[^/?#]+)\.js([?#]|$)/.exec(src)?.[1] ?? null;
}

/** Puts the form of `script` on the page. Resolves when it is shown; undefined when the line is not usable. */
export async function mount(page: Page, script: HTMLScriptElement): Promise<EmbeddedForm | undefined> {
  const address = addressOf(script.src);
  if (!address || script.dataset.mounted) return undefined;
  script.dataset.mounted = "1";
  const form = new EmbeddedForm(page, address);
  const { target } = script.dataset;
  const place = target ? page.document.querySelector(target) : null;
  if (place) place.append(form.host);
  else if (script.parentElement === page.document.head) page.document.body.append(form.host);
  else script.after(form.host);
  await form.show();
  return form;
}

/** Runs once every place a script could name exists. */
export function whenParsed(doc: Document, needsPage: boolean, run: () => void): void {
  if (needsPage && doc.readyState === "loading")
    doc.addEventListener("DOMContentLoaded", run, { once: true });
  else run();
}
