import { BATCH_CHARS, GATHER_MS, MAX_AGE_MS, MAX_WAIT_MS } from "./limits";
import type { Message } from "./messages";

/** Most messages kept while nothing gets through; the oldest go first. */
export const MAX_KEPT = 100;

/** The collector's answer about a visitor: whose id, and the proof that hands it to a sister site. */
export interface Hand {
  visitor?: string | null;
  hand?: string;
}

export interface Transport {
  /** HTTP status of the answer; 0 when none came. */
  post(body: string): Promise<number>;
  /** True when the browser took the body over; no answer will come. */
  beacon(body: string): boolean;
  /** Asks the collector for a visitor (`query`: "v=…" or "t=…"); never rejects. `own`: with the site's cookies. */
  ask(query: string, own: boolean): Promise<Hand>;
}

/** What outlives the page. Both do nothing when the visitor has not agreed to storage. */
export interface Shelf {
  read(): Message[];
  write(messages: Message[]): void;
}

/**
 * Messages on their way out: kept on the shelf until the collector has answered for them.
 *
 * A beacon is no answer: what went by one is told again with the next batch, of this page or a later one.
 * So may two tabs: the collector counts a message id once.
 */
export class Outbox {
  #key: string;
  #transport: Transport;
  #shelf: Shelf;
  #waiting: Message[];
  /** Went by beacon. */
  #handed: Message[] = [];
  #flying: Message[] = [];
  /** Most messages of a batch: halved when one is refused for something in it, doubled by every other answer. */
  #most = MAX_KEPT;
  #failures = 0;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(key: string, transport: Transport, shelf: Shelf) {
    this.#key = key;
    this.#transport = transport;
    this.#shelf = shelf;
    this.#waiting = this.#fresh(shelf.read());
    shelf.write(this.#waiting);
    if (this.#waiting.length) this.#plan(GATHER_MS);
  }

  add(message: Message): void {
    this.#waiting = this.#waiting.concat(message).slice(-MAX_KEPT);
    this.#shelf.write(this.#shelf.read().concat(message).slice(-MAX_KEPT));
    if (!this.#failures) this.#plan(GATHER_MS);
  }

  /** Forgets everything unanswered; what is already on the wire is not tried again. */
  clear(): void {
    this.#waiting = [];
    this.#handed = [];
    this.#flying = [];
  }

  /** Sends one batch and looks at the answer; then the next one. */
  flush(): void {
    if (this.#flying.length || !this.#waiting.length) return;
    this.#waiting = this.#handed.concat(this.#waiting);
    this.#handed = [];
    const batch = this.#cut();
    this.#flying = batch;
    this.#transport.post(this.#body(batch)).then((status) => this.#answered(batch, status));
  }

  /** The page may go away now: hands everything to the browser, which tells no answer. */
  handOver(): void {
    let left: Message[] = [];
    while (this.#waiting.length) {
      const batch = this.#cut();
      if (this.#transport.beacon(this.#body(batch)))
        this.#handed = this.#handed.concat(batch).slice(-MAX_KEPT);
      else left = left.concat(batch);
    }
    this.#waiting = left;
    this.#failures = 0;
  }

  /** Connection is back: no reason to wait any longer. */
  retry(): void {
    this.#failures = 0;
    this.flush();
  }

  #answered(batch: Message[], status: number): void {
    if (this.#flying !== batch) return;
    this.#flying = [];
    const lost = isLost(status);
    const halve = status > 399 && batch.length > 1;
    if (lost || halve) this.#waiting = batch.concat(this.#waiting).slice(-MAX_KEPT);
    else this.#settle(batch);
    if (lost) {
      this.#failures++;
      this.#plan(Math.min(MAX_WAIT_MS, 1000 * 2 ** this.#failures) * (0.5 + Math.random() / 2));
      return;
    }
    this.#failures = 0;
    this.#most = halve ? batch.length >> 1 : this.#most * 2;
    if (this.#waiting.length) this.#plan(GATHER_MS);
  }

  #settle(batch: Message[]): void {
    const done = batch.map((message) => message.messageId);
    this.#shelf.write(this.#shelf.read().filter((message) => !done.includes(message.messageId)));
  }

  #cut(): Message[] {
    let chars = 0;
    const fits = this.#waiting.findIndex((message, index) => {
      chars += JSON.stringify(message).length;
      return index >= this.#most || (index && chars > BATCH_CHARS);
    });
    return this.#waiting.splice(0, fits < 0 ? MAX_KEPT : fits);
  }

  #body(batch: Message[]): string {
    const sentAt = new Date().toISOString();
    return JSON.stringify({ writeKey: this.#key, sentAt, batch });
  }

  #fresh(messages: Message[]): Message[] {
    const oldest = Date.now() - MAX_AGE_MS;
    return messages.filter((message) => Date.parse(message.timestamp) > oldest);
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), ms);
  }
}

/** No answer, a full queue or a failing server: worth another try. Other refusals would be repeated for ever. */
function isLost(status: number): boolean {
  return status < 200 || status >= 500 || status === 408 || status === 429;
}
