/** The form at its place on somebody's page: rendered into a shadow root, posted once, answered in place. */
import { type Params, sourceParams } from "../tag/address";
import {
  type After,
  type Answer,
  type Definition,
  type Errors,
  fetchDefinition,
  type Outcome,
  post,
  type Value,
} from "./definition";
import { consentQuestion, element, Question } from "./fields";
import { STYLE } from "./style";
import { type Texts, textsFor } from "./texts";

type FormEvent = "form_viewed" | "form_started";

/** The page's side, as far as the form needs it: the tag when it is there. */
export interface Page {
  ma?: {
    (...command: unknown[]): void;
    q?: { push(command: unknown[]): void };
    visitor?(): string | undefined;
    utm?(): Params;
  };
  location: Location;
  document: Document;
}

export class EmbeddedForm {
  readonly host: HTMLElement;
  #page: Page;
  #address: string;
  #root: ShadowRoot;
  #definition!: Definition;
  #texts!: Texts;
  #fields: Question[] = [];
  #consents: Question[] = [];
  #trap!: HTMLInputElement;
  #status!: HTMLElement;
  #button!: HTMLButtonElement;
  #told = new Set<FormEvent>();

  /** `address`: where the form answers, `https://HOST/f/<form>`. */
  constructor(page: Page, address: string) {
    this.#page = page;
    this.#address = address;
    this.host = element("div", { "data-ma-form": address.split("/").pop() });
    this.#root = this.host.attachShadow({ mode: "open" });
  }

  /** Fetches and shows the form; a notice with a way out when it cannot be had. */
  async show(): Promise<void> {
    const language = this.#page.document.documentElement.lang || "ja";
    this.#texts = textsFor(language);
    this.#put(element("div", { class: "wait", role: "status", "aria-label": this.#texts.loading }));
    this.#adaptToTone();
    try {
      this.#definition = await fetchDefinition(this.#address);
    } catch {
      this.#put(this.#panel(this.#texts.unavailable, { href: this.#address, text: this.#texts.open_hosted }));
      return;
    }
    this.#texts = textsFor(this.#definition.locale || language, this.#definition.messages);
    this.#put(this.#build());
    this.#watchViewed();
  }

  // --- building --------------------------------------------------------------------------------

  #put(node: Node): void {
    this.#root.replaceChildren(element("style", {}, STYLE), node);
  }

  /** Light text around the form means a dark page: errors need a lighter red there. */
  #adaptToTone(): void {
    const colour = getComputedStyle(this.host.parentElement ?? this.host).color;
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    if (0.3 * red + 0.59 * green + 0.11 * blue > 150) this.host.dataset.tone = "light";
  }

  #build(): HTMLFormElement {
    const { fields, consents, honeypot, submit_label, locale } = this.#definition;
    this.#fields = fields.map((field) => new Question(field, this.#texts));
    this.#consents = (consents ?? []).map((line) => consentQuestion(line, this.#texts));
    this.#status = element("p", { class: "status", role: "alert" });
    this.#button = element("button", { type: "submit" }, submit_label || this.#texts.submit);
    this.#trap = element("input", { name: honeypot ?? "", tabindex: "-1", autocomplete: "off" });
    const trap = element("div", { class: "trap", "aria-hidden": "true" }, this.#trap);
    const nodes = [...this.#fields, ...this.#consents].map((question) => question.node);
    const form = element(
      "form",
      { novalidate: true, lang: locale },
      ...nodes,
      trap,
      this.#status,
      this.#button,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Not on change: an error that goes when the button takes the focus moves the button from under the pointer.
    form.addEventListener("input", () => {
      this.#start();
      this.#recheck();
    });
    return form;
  }

  #panel(text: string, link?: { href: string; text: string; download?: string }): HTMLElement {
    const panel = element("div", { class: "panel", role: "status", tabindex: "-1" }, element("p", {}, text));
    const href = link && safeUrl(link.href, this.#address);
    if (link && href) panel.append(element("a", { href, download: link.download }, link.text));
    return panel;
  }

  // --- tracking ----------------------------------------------------------------------------------

  #watchViewed(): void {
    if (typeof IntersectionObserver === "undefined") {
      this.#track("form_viewed");
      return;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.#track("form_viewed");
      },
      { threshold: 0.2 },
    );
    observer.observe(this.host);
  }

  /** Who begins has seen the form, also where little of it was on screen or the observer is late. */
  #start(): void {
    this.#track("form_viewed");
    this.#track("form_started");
  }

  /** Each once. A tag that comes later than the form finds it in the stub's queue. */
  #track(event: FormEvent): void {
    if (this.#told.has(event)) return;
    this.#told.add(event);
    this.#page.ma ??= queue();
    this.#page.ma("track", event, { form: this.#definition.form, version: this.#definition.version });
  }

  // --- sending -----------------------------------------------------------------------------------

  async #submit(): Promise<void> {
    if (this.#button.disabled) return;
    const wrong = this.#questions().find((question) => question.check());
    if (wrong) {
      for (const question of this.#questions()) question.mark(question.check());
      this.#tell(this.#texts.fix);
      wrong.focus();
      return;
    }
    this.#busy(true);
    const outcome = await post(this.#address, this.#answer());
    this.#busy(false);
    await this.#answered(outcome);
  }

  async #answered(outcome: Outcome): Promise<void> {
    if (outcome.kind === "kept") this.#finish(outcome.submission, outcome.after);
    else if (outcome.kind === "refused") await this.#refuse(outcome.errors);
    else this.#tell(this.#texts[outcome.kind]);
  }

  #questions(): Question[] {
    return [...this.#fields, ...this.#consents];
  }

  #answer(): Answer {
    const fields: Record<string, Value> = Object.fromEntries(
      this.#fields.map(({ key, value }) => [key, value]),
    );
    if (this.#trap.name) fields[this.#trap.name] = this.#trap.value;
    const consents = this.#consents.map(({ key, value }) => [key.slice("consents.".length), value === true]);
    const { location, document, ma } = this.#page;
    return {
      token: this.#definition.token,
      fields,
      consents: Object.fromEntries(consents),
      context: {
        url: location.href,
        referrer: document.referrer,
        visitor: ma?.visitor?.() ?? null,
        utm: ma?.utm?.() ?? sourceParams(location.search),
      },
    };
  }

  /** Errors of fields stand at the fields; others (token, whole form) stand above the button. */
  async #refuse(errors: Errors): Promise<void> {
    const textOf = (key: string) => errors[key] ?? errors[key.replace("consents.", "")] ?? "";
    for (const question of this.#questions()) question.mark(textOf(question.key));
    const first = this.#questions().find((question) => textOf(question.key));
    if (errors.token) await this.#renewToken();
    const known = new Set(this.#questions().flatMap(({ key }) => [key, key.replace("consents.", "")]));
    const other = Object.keys(errors).find((key) => !known.has(key) && key !== "token");
    this.#tell(errors.token ? this.#texts.expired : other ? errors[other] : this.#texts.fix);
    first?.focus();
  }

  async #renewToken(): Promise<void> {
    try {
      this.#definition.token = (await fetchDefinition(this.#address)).token;
    } catch {
      // The next press will say so.
    }
  }

  #finish(submission: string, after: After): void {
    const detail = { form: this.#definition.form, submission };
    this.host.dispatchEvent(new CustomEvent("ma:submitted", { bubbles: true, detail }));
    const redirect = after.redirect && safeUrl(after.redirect, this.#page.location.href);
    if (redirect) {
      this.#page.location.assign(redirect);
      return;
    }
    const { asset } = after;
    const link = asset && {
      href: asset.url,
      text: `${this.#texts.download}:${asset.name}`,
      download: asset.name,
    };
    const panel = this.#panel(after.message || this.#texts.done, link);
    this.#put(panel);
    panel.focus();
    panel.scrollIntoView?.({ block: "nearest" });
  }

  // --- state on screen -----------------------------------------------------------------------------

  /** Wrong answers are looked at again as soon as they change; right ones are left in peace. */
  #recheck(): void {
    for (const question of this.#questions()) {
      if (question.inputs[0].hasAttribute("aria-invalid")) question.mark(question.check());
    }
  }

  #busy(busy: boolean): void {
    this.#button.disabled = busy;
    this.#button.textContent = busy
      ? this.#texts.sending
      : this.#definition.submit_label || this.#texts.submit;
    if (busy) this.#tell("");
  }

  #tell(text: string): void {
    this.#status.textContent = text;
  }
}

/** Absolute http(s) address, or undefined: a definition must not run script on the customer's page. */
function safeUrl(href: string, base: string): string | undefined {
  try {
    const url = new URL(href, base);
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** What the page's own stub does until the tag is there. */
function queue(): NonNullable<Page["ma"]> {
  const ma: NonNullable<Page["ma"]> = (...command) => {
    ma.q ??= [];
    ma.q.push(command);
  };
  return ma;
}
