import { CHOICE, COOKIE_SECONDS, NAME } from "./limits";
import { uuid } from "./messages";

/** Of both purposes at once, or of each by itself; what is left out stays as it is. */
export type Answer = "granted" | "denied" | "withdrawn" | { measure?: boolean; personalise?: boolean };

/** Who must be asked first, and whether the id may outlive the tab. */
export interface Terms {
  /** Measuring waits for an answer. */
  required: boolean;
  /** Personalising waits for one. */
  reserved: boolean;
  cookieless: boolean;
}

/** What may be done, by level: nothing, measuring, and personalising too (never without measuring). */
const LEVELS = ["denied", "measure", "granted"];
/** "undefined" and "null", which nothing reads as, are too short. */
const isId = (text: unknown): text is string => /^[\w-]{16,64}$/.test(text as string);

/** Key/value storage that may refuse: reads give null, writes are dropped, nothing throws. */
export interface Store {
  get(key: string): string | null;
  /** null removes. */
  set(key: string, value: string | null): void;
}

export function store(area: () => Storage): Store {
  return {
    get(key) {
      try {
        return area().getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        if (value === null) area().removeItem(key);
        else area().setItem(key, value);
      } catch {
        // Full, or forbidden by the browser: the tag goes on without.
      }
    },
  };
}

/**
 * Who this browser is, if it may be anybody.
 *
 * Without permission to measure there is no id and nothing is stored. A browser that sends
 * Global Privacy Control or Do Not Track never gets an id, whatever the page says.
 */
export class Identity {
  #doc: Document;
  #store: Store;
  #terms: Terms;
  #standing: number;
  #refusesByBrowser?: boolean;
  #agreed: number;
  #said?: string | null;
  #known = "";

  constructor(win: Window, store: Store, terms: Terms) {
    const nav = win.navigator as Navigator & { globalPrivacyControl?: boolean };
    this.#doc = win.document;
    this.#store = store;
    this.#terms = terms;
    this.#standing = terms.required ? 0 : terms.reserved ? 1 : 2;
    this.#hear();
    this.#refusesByBrowser = nav.globalPrivacyControl || nav.doNotTrack === "1";
    this.#agreed = this.#meant(this.#said);
  }

  /** This browser may have an id. */
  get allowed(): boolean {
    return this.#level() > 0;
  }

  /** Somebody may be asked who it is, and answer by it. */
  get personal(): boolean {
    return this.#level() > 1;
  }

  /**
   * The visitor's answer, remembered where it differs from what holds without one: so a refusal clears everything,
   * and leaves only itself where measuring is on by default (else the next page would start again).
   */
  decide(answer: Answer): void {
    const yes = answer === "granted";
    const level = this.#level();
    const both = { measure: yes, personalise: yes };
    const { measure = level > 0, personalise = level > 1 || !(this.#said || this.#terms.reserved) } =
      typeof answer === "object" ? answer : both;
    this.#agreed = measure === true ? (personalise === true ? 2 : 1) : 0;
    this.#hear();
    if (!this.allowed) this.forget();
    const isNews = this.#agreed !== this.#standing && !(this.#agreed && this.#refusesByBrowser);
    this.#store.set(CHOICE, isNews ? LEVELS[this.#agreed] : null);
    this.#hear();
  }

  /** What was refused in another tab since ends here as well; a new yes holds from the next page on. */
  #level(): number {
    const now = this.#store.get(CHOICE);
    if (this.#refusesByBrowser) return 0;
    return now === this.#said ? this.#agreed : Math.min(this.#agreed, this.#meant(now));
  }

  #meant(said?: string | null): number {
    return said ? LEVELS.indexOf(said) : this.#standing;
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

  /** Removes the id from every place it may be. */
  forget(): void {
    this.#known = "";
    this.#store.set(NAME, null);
    for (const domain of this.#domains()) this.#bake("", domain, -1);
  }

  /** Removes an id that came by HTTP; the one that this page goes by stays, if there may be one. */
  restore(): void {
    if (this.allowed && this.#known) this.#keep(this.#known);
    else this.forget();
  }

  #cookie(): string | false | undefined {
    return !this.#terms.cookieless && /(?:^|; )_ma=([^;]*)/.exec(this.#jar())?.[1];
  }

  /** Sets the cookie, if there may be one, on the widest domain the browser lets us: the registrable one, and there alone. */
  #keep(id: string): void {
    this.forget();
    this.#known = id;
    this.#store.set(NAME, id);
    if (!this.#terms.cookieless)
      this.#domains().some((domain) => {
        this.#bake(id, domain, COOKIE_SECONDS);
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
