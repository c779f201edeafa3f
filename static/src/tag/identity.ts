import { uuid } from "./messages";

export type Consent = "granted" | "denied" | "withdrawn";

const NAME = "_ma";
const CHOICE = "_ma_c";
const YEAR = 31_536_000;
/** "undefined" and "null", which nothing reads as, are too short. */
const isId = (text: unknown): text is string => /^[\w-]{16,64}$/.test(text as string);

/** Key/value storage that may refuse: reads give null, writes are dropped, nothing throws. */
export class Store {
  #area: () => Storage;

  constructor(area: () => Storage) {
    this.#area = area;
  }

  get(key: string): string | null {
    try {
      return this.#area().getItem(key);
    } catch {
      return null;
    }
  }

  /** null removes. */
  set(key: string, value: string | null): void {
    try {
      if (value === null) this.#area().removeItem(key);
      else this.#area().setItem(key, value);
    } catch {
      // Full, or forbidden by the browser: the tag goes on without.
    }
  }
}

/**
 * Who this browser is, if it may be anybody.
 *
 * Without permission there is no id and nothing is stored. A browser that sends
 * Global Privacy Control or Do Not Track never gets an id, whatever the page says.
 */
export class Identity {
  #doc: Document;
  #store: Store;
  #refusesByBrowser?: boolean;
  #agreed: boolean;
  #said?: string | null;
  #known = "";

  constructor(win: Window, store: Store, required: boolean) {
    const nav = win.navigator as Navigator & { globalPrivacyControl?: boolean };
    this.#doc = win.document;
    this.#store = store;
    this.#hear();
    this.#refusesByBrowser = nav.globalPrivacyControl || nav.doNotTrack === "1";
    this.#agreed = required ? this.#said === "granted" : this.#said !== "denied";
  }

  /** What was answered in another tab since ends it here as well; a new yes holds from the next page on. */
  get allowed(): boolean {
    return this.#agreed && !this.#refusesByBrowser && this.#store.get(CHOICE) === this.#said;
  }

  /**
   * The visitor's answer. A grant is remembered; a refusal clears everything, and leaves only
   * itself where measuring is on by default (else the next page would start again).
   */
  decide(consent: Consent, required: boolean): void {
    this.#agreed = consent === "granted";
    this.#hear();
    if (!this.allowed) this.forget();
    this.#store.set(CHOICE, this.#choice(required));
    this.#hear();
  }

  #hear(): void {
    this.#said = this.#store.get(CHOICE);
  }

  /** The id this browser already has; undefined when it has none, or may have none. */
  held(): string | undefined {
    if (!this.allowed) return undefined;
    return [this.#known, this.#cookie(), this.#store.get(NAME)].find(isId);
  }

  /** The visitor id, made and stored when first asked; undefined when not allowed. `handed`: id from a sister site. */
  id(handed?: string | null): string | undefined {
    if (!this.allowed) return undefined;
    if (!this.#known) {
      this.#keep(this.held() || (isId(handed) ? handed : uuid()));
    }
    return this.#known;
  }

  #choice(required: boolean): string | null {
    if (required) return this.allowed ? "granted" : null;
    return this.#agreed ? null : "denied";
  }

  /** Removes the id from every place it may be. */
  forget(): void {
    this.#known = "";
    this.#store.set(NAME, null);
    for (const domain of this.#domains()) this.#bake("", domain, -1);
  }

  #cookie(): string | undefined {
    return /(?:^|; )_ma=([^;]*)/.exec(this.#jar())?.[1];
  }

  /** Sets the cookie on the widest domain the browser lets us: the registrable one, and there alone. */
  #keep(id: string): void {
    this.forget();
    this.#known = id;
    this.#store.set(NAME, id);
    this.#domains().some((domain) => {
      this.#bake(id, domain, YEAR);
      return this.#cookie() === id;
    });
  }

  /** Candidates from wide to narrow; "" is the host itself. */
  #domains(): string[] {
    const labels = this.#doc.location.hostname.split(".");
    const wide = labels.slice(1).map((_, index) => labels.slice(-2 - index).join("."));
    return wide.concat("");
  }

  #bake(value: string, domain: string, seconds: number): void {
    const scope = domain && `;domain=${domain}`;
    const secure = this.#doc.location.protocol === "https:" ? ";secure" : "";
    this.#jar(`${NAME}=${value};path=/;max-age=${seconds};samesite=lax${scope}${secure}`);
  }

  /** The cookies, after adding one; "" where the page may have none (a sandboxed frame throws). */
  #jar(added?: string): string {
    try {
      if (added) this.#doc.cookie = added;
      return this.#doc.cookie;
    } catch {
      return "";
    }
  }
}
