import { campaignOf, MAX_TEXT, type Params, sourceParams, withoutOurParams } from "./address";
import { clickOf, linkOf } from "./clicks";
import { Handover } from "./handover";
import { type Answer, Identity, type Store, store, type Terms } from "./identity";
import { CHOICE, MAX_HELD, NAME, QUEUE, SOURCE, TITLE_MS } from "./limits";
import { type Context, type Json, type Message, PAGE_LEFT, type PageFacts, uuid } from "./messages";
import { Outbox, type Transport } from "./outbox";
import { type RouteMode, routeMode, routeOf, watchRoutes } from "./routes";
import { View } from "./view";

export const VERSION = "1.1.0";

/** What `data-…` attributes of the script line say. */
export interface Settings extends Terms {
  key: string;
  domains: string[];
  mode: RouteMode;
  /** The script comes from the site's own tracking host, which may set the visitor's cookie by HTTP. */
  firstParty: boolean;
}

export function settingsOf(script: HTMLScriptElement): Settings {
  const { key = "", consent = "", domains = "", spa = null } = script.dataset;
  return {
    key,
    required: /required|measure/.test(consent),
    reserved: /required|personalise/.test(consent),
    cookieless: "cookieless" in script.dataset,
    domains: domains.split(/[\s,]+/).filter(Boolean),
    mode: routeMode(spa),
    firstParty: "firstParty" in script.dataset,
  };
}

type Draft = Pick<Message, "type"> & Partial<Message>;

/** The tag of one page: what the visitor sees and does here becomes messages. */
export class Tag {
  #win: Window;
  #doc: Document;
  #settings: Settings;
  #store: Store;
  #identity: Identity;
  #outbox: Outbox;
  #view: View;
  #route: string;
  #held: Message[] = [];
  #clickToken: string | null;
  #handover: Handover;
  #pageMessage?: Message;

  constructor(win: Window, settings: Settings, transport: Transport) {
    this.#win = win;
    this.#doc = win.document;
    this.#settings = settings;
    this.#store = this.#place();
    this.#identity = new Identity(win, this.#store, settings);
    const query = new URLSearchParams(win.location.search);
    this.#clickToken = query.get("ma_c");
    const alone = settings.cookieless ? { domains: [], firstParty: false } : settings;
    this.#handover = new Handover(win, alone, transport, this.#identity, query.get("ma_v"));
    this.#cleanAddress();
    this.#outbox = new Outbox(settings.key, transport, {
      read: () => this.#unsent(),
      write: (kept) => this.#keep(kept),
    });
    if (!this.#identity.allowed) this.#forget();
    this.#route = routeOf(win.location, settings.mode);
    this.#view = new View(win, this.#facts(this.#doc.referrer));
  }

  /** Runs `begin` once it is known who this browser is: at once, or after a sister site's proof was looked at. */
  start(begin: () => void): void {
    this.#handover.adopt(begin);
  }

  // --- commands --------------------------------------------------------------------------------

  page(name?: unknown, properties?: Json): void {
    if (this.#view.id) this.#turn();
    this.#countPage(typeof name === "string" ? name : undefined, properties ?? (name as Json));
  }

  track(event: string, properties: Json = {}): void {
    if (event) this.#send({ type: "track", event, properties });
  }

  /** `who`: external id or traits. `proof`: `{userHash}` from the site's own server makes the identity believed. */
  identify(who: string | Json, traits?: Json, proof?: Json): void {
    const byId = typeof who === "string";
    const userId = byId ? who : undefined;
    this.#send({ type: "identify", userId, traits: byId ? (traits ?? {}) : who }, byId ? proof : traits);
  }

  group(groupId: string, traits: Json = {}): void {
    this.#send({ type: "group", groupId, traits });
  }

  consent(answer: Answer): void {
    const before = this.#identity.allowed;
    this.#identity.decide(answer);
    const { allowed, personal } = this.#identity;
    if (!allowed) this.#held = [];
    else if (!before && !this.#handover.waiting) this.#handover.adopt(() => this.#begin());
    if (before && !allowed) this.#forget();
    if (!personal) this.#handover.forget();
  }

  visitor(): string | undefined {
    return this.#identity.id(this.#handover.handed);
  }

  /** Where this visit came from, by address parameters; kept for the session where storage is allowed. */
  utm(): Params {
    const here = sourceParams(this.#win.location.search);
    if (Object.keys(here).length || !this.#identity.allowed) return here;
    return parsed(this.#session().get(SOURCE), {});
  }

  // --- what happens on the page ------------------------------------------------------------------

  watch(): void {
    const win = this.#win;
    const doc = this.#doc;
    const clock = () => this.#view.clock;
    on(doc, "pointermove pointerdown keydown wheel scroll", () => clock().active());
    on(doc, "scroll", () => this.#view.scrolled());
    on(doc, "click auxclick", (event) => this.#clicked(event));
    if (this.#settings.domains.length)
      on(doc, "pointerover pointerdown focusin", (event) => this.#handover.prepare(linkOf(event)));
    on(doc, "visibilitychange", () => (doc.visibilityState === "hidden" ? this.#away() : clock().show()));
    on(win, "pagehide", () => this.#away());
    on(win, "pageshow", (event) => (event as PageTransitionEvent).persisted && this.#again());
    on(win, "online", () => this.#outbox.retry());
    win.setInterval(
      safely(() => this.#view.pulsed() && this.#report()),
      5000,
    );
    if (this.#settings.mode !== "off")
      watchRoutes(
        win,
        safely(() => this.#moved()),
      );
  }

  #moved(): void {
    const route = routeOf(this.#win.location, this.#settings.mode);
    if (route === this.#route) return;
    this.#route = route;
    this.#again();
  }

  /** Another page, or the same one anew (the browser's back/forward cache). */
  #again(): void {
    this.#turn();
    this.#countPage();
  }

  #turn(): void {
    this.#report();
    this.#clickToken = null;
    const { url, referrer } = this.#view.facts;
    const next = this.#facts(url);
    if (next.url === url) next.referrer = referrer;
    this.#view = new View(this.#win, next);
  }

  #away(): void {
    this.#view.clock.hide();
    this.#report();
    this.#freshenTitle();
    this.#outbox.handOver();
  }

  #report(): void {
    const properties = this.#identity.allowed && this.#view.left();
    if (properties) this.#send({ type: "track", event: PAGE_LEFT, properties });
  }

  #clicked(event: Event): void {
    const link = linkOf(event);
    if (!link) return;
    const { host } = this.#win.location;
    const click = clickOf(link, host, this.#settings.domains);
    if (click) this.#send({ type: "track", ...click });
    else if (link.host !== host) this.#handover.decorate(link);
  }

  // --- pages ---------------------------------------------------------------------------------------

  #countPage(name?: string, properties?: Json): void {
    const { allowed } = this.#identity;
    const message = this.#message({ type: "page", name, properties: { ...this.#view.facts, ...properties } });
    const source = sourceParams(this.#view.facts.search);
    message.context.campaign = campaignOf(source);
    this.#view.id = message.messageId;
    this.#pageMessage = message;
    if (allowed) this.#withSource(message, source);
    else withoutPerson(message);
    this.#outbox.add(message);
    this.#win.setTimeout(
      safely(() => this.#freshenTitle()),
      TITLE_MS,
    );
  }

  #withSource(message: Message, source: Params): void {
    message.context.clickToken = this.#clickToken ?? undefined;
    if (!this.#identity.personal) message.context.consent = "measure";
    if (Object.keys(source).length) this.#session().set(SOURCE, JSON.stringify(source));
  }

  /** Consent came: the page counted without an id is told again with one, then what was held. */
  #begin(): void {
    const counted = this.#pageMessage;
    const held = this.#held.splice(0);
    if (counted) {
      this.#countPage(counted.name);
      (this.#pageMessage as Message).context.replaces = counted.messageId;
    }
    for (const message of held) this.#outbox.add({ ...message, anonymousId: this.visitor() });
  }

  /** A page view still waiting takes the latest title, unless the site named its own. */
  #freshenTitle(): void {
    const { properties, context } = this.#pageMessage ?? {};
    const { facts } = this.#view;
    if (!context || properties?.title !== facts.title) return;
    facts.title = context.page.title = properties.title = this.#doc.title;
  }

  #facts(referrer: string): PageFacts {
    const { href, pathname, search } = this.#win.location;
    const url = this.#settings.mode === "hash" ? href : href.split("#")[0];
    return {
      url: url.slice(0, MAX_TEXT),
      path: pathname,
      search: search.slice(0, MAX_TEXT),
      title: this.#doc.title,
      referrer: referrer.slice(0, MAX_TEXT),
    };
  }

  // --- messages --------------------------------------------------------------------------------------

  #send(draft: Draft, more?: Json): void {
    const { waiting } = this.#handover;
    const known = this.#identity.allowed && !waiting;
    const message = this.#message(draft, known, more);
    if (known) this.#outbox.add(message);
    else if (this.#settings.required || waiting) this.#held = this.#held.concat(message).slice(-MAX_HELD);
  }

  /** Copies what the page gave: what cannot be written as JSON throws here, before it lies among the others. */
  #message(given: Draft, known = true, more?: Json): Message {
    const [draft, context] = JSON.parse(JSON.stringify([given, more]));
    return {
      ...draft,
      messageId: uuid(),
      timestamp: new Date().toISOString(),
      anonymousId: known ? this.visitor() : undefined,
      context: { ...this.#context(), ...context },
    };
  }

  #context(): Context {
    return {
      page: this.#view.facts,
      locale: this.#win.navigator.language,
      library: { name: "ma.js", version: VERSION },
    };
  }

  // --- what is kept ------------------------------------------------------------------------------------

  /** For good, or in this tab alone: then what was kept before goes, but an answer that was given is heeded. */
  #place(): Store {
    const lasting = store(() => this.#win.localStorage);
    if (!this.#settings.cookieless) return lasting;
    const tab = this.#session();
    tab.set(CHOICE, tab.get(CHOICE) ?? lasting.get(CHOICE));
    lasting.set(NAME, null);
    lasting.set(QUEUE, null);
    return tab;
  }

  #unsent(): Message[] {
    return this.#identity.allowed ? parsed<Message[]>(this.#store.get(QUEUE), []) : [];
  }

  #keep(messages: Message[]): void {
    if (this.#identity.allowed) this.#store.set(QUEUE, messages.length ? JSON.stringify(messages) : null);
  }

  #forget(): void {
    this.#identity.forget();
    this.#outbox.clear();
    this.#store.set(QUEUE, null);
    this.#session().set(SOURCE, null);
  }

  #session(): Store {
    return store(() => this.#win.sessionStorage);
  }

  // --- tokens in addresses -----------------------------------------------------------------------------

  #cleanAddress(): void {
    const { history, location } = this.#win;
    const clean = withoutOurParams(location.href);
    if (clean !== location.href) history.replaceState(history.state, "", clean);
  }
}

/** Leaves what may be counted without a person: no id, no query strings, no title of a #search. */
function withoutPerson(message: Message): void {
  const page = message.context.page;
  message.context.page = {
    ...page,
    url: page.url.split("?")[0],
    search: "",
    referrer: page.referrer.split("?")[0],
  };
  message.properties = { ...message.context.page };
  message.anonymousId = undefined;
  message.context.consent = "none";
}

function on(target: EventTarget, names: string, run: (event: Event) => unknown): void {
  for (const name of names.split(" "))
    target.addEventListener(name, safely(run), { capture: true, passive: true });
}

/** `run` without ever throwing into the page. */
export function safely<A extends unknown[]>(run: (...given: A) => unknown): (...given: A) => void {
  return (...given) => {
    try {
      run(...given);
    } catch {
      // The customer's page comes first; a missed event is ours to bear.
    }
  };
}

/** JSON that another script may have overwritten; `otherwise` when it cannot be read. */
function parsed<T>(text: string | null, otherwise: T): T {
  try {
    return text ? JSON.parse(text) : otherwise;
  } catch {
    return otherwise;
  }
}
