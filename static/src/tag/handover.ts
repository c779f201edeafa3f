import { isWithin, withParam } from "./address";
import type { Identity } from "./identity";
import type { Hand, Transport } from "./outbox";

/** A proof is good for 120 s; one that is older than this is fetched anew before it is given on. */
const FRESH_MS = 60_000;
/** How long the first page view waits to learn whose browser this is. */
const PATIENCE_MS = 1500;

interface Settings {
  domains: string[];
  firstParty: boolean;
}

/**
 * One visitor on several sites of one owner (`data-domains`).
 *
 * The site that is left asks the collector for a signed proof of its visitor's id when a link to a sister site is
 * about to be used, and adds it to that link (`ma_v`). The site that is entered has the proof checked and takes the id,
 * if it comes from a sister site and this browser has none of its own. A forged or old proof is nothing.
 * Nobody is asked anything about a visitor who does not want to be personal with us.
 */
export class Handover {
  /** The id a sister site handed over. */
  handed: string | null | undefined;
  /** Nothing has begun yet, or a proof is being looked at: nobody should ask for an id. */
  waiting = true;
  #win: Window;
  #settings: Settings;
  #transport: Transport;
  #identity: Identity;
  #proof: string | null;
  #hand: string | undefined;
  #handAt = 0;
  /** Answers to what was asked in another era are not wanted any more. */
  #era = 0;

  constructor(
    win: Window,
    settings: Settings,
    transport: Transport,
    identity: Identity,
    proof: string | null,
  ) {
    const from = win.document.referrer.split(/[/:]+/)[1];
    this.#win = win;
    this.#settings = settings;
    this.#transport = transport;
    this.#identity = identity;
    this.#proof = from && isWithin(from, settings.domains) ? proof : null;
  }

  /** Goes on with `then`: at once, or when the proof in the address has been looked at; not asked again meanwhile. */
  adopt(then: () => void): void {
    const proof = this.#identity.personal && !this.#identity.held() && this.#proof;
    this.waiting = !!proof;
    if (!proof) {
      then();
      this.#renew();
      return;
    }
    this.#proof = null;
    const goOn = () => {
      if (this.waiting) {
        this.waiting = false;
        then();
      }
    };
    this.#win.setTimeout(goOn, PATIENCE_MS);
    this.#ask(`t=${encodeURIComponent(proof)}`).then(({ visitor }) => {
      this.handed = visitor;
      goOn();
    });
  }

  /** A link is about to be used: has a proof at hand when it leads to a sister site. */
  prepare(link: HTMLAnchorElement | undefined): void {
    const age = Date.now() - this.#handAt;
    const asks = link && age > FRESH_MS && this.#identity.personal && this.#isSister(link);
    const id = asks && this.#identity.id(this.handed);
    if (!id) return;
    this.#handAt = Date.now();
    this.#ask(`v=${id}`).then(({ hand }) => {
      this.#hand = hand;
    });
  }

  /** Lets the sister site know the visitor, for the length of the click. */
  decorate(link: HTMLAnchorElement): void {
    if (!this.#hand || !this.#identity.personal || !this.#isSister(link)) return;
    const before = link.href;
    link.href = withParam(before, `ma_v=${this.#hand}`);
    this.#win.setTimeout(() => {
      link.href = before;
    });
  }

  /** The visitor may be nobody any more: what was handed over, or is being asked for, must not come back. */
  forget(): void {
    this.handed = this.#hand = undefined;
    this.#handAt = 0;
    this.#era++;
  }

  /** Browsers forget ids that scripts have stored within days; the site's own host bakes it anew by HTTP. */
  #renew(): void {
    const id = this.#settings.firstParty && this.#identity.personal && this.#identity.held();
    if (id) this.#ask(`v=${id}`);
  }

  /**
   * An answer that comes when it is not wanted any more may have baked the cookie by HTTP, again or with the sister
   * site's id: it is waited for, since a question that is taken back may be answered, and its cookie baked, all the same.
   */
  #ask(query: string): Promise<Hand> {
    const era = this.#era;
    return this.#transport.ask(query, this.#settings.firstParty).then((answer) => {
      if (era === this.#era && this.#identity.personal) return answer;
      if (query[0] === "t" || !this.#identity.allowed) this.#identity.restore();
      return {};
    });
  }

  #isSister(link: HTMLAnchorElement): boolean {
    return link.host !== this.#win.location.host && isWithin(link.hostname, this.#settings.domains);
  }
}
