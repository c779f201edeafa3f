/**
 * The public tag.
 *
 *   <script>window.ma = window.ma || function () { (ma.q = ma.q || []).push(arguments) };</script>
 *   <script async src="https://HOST/t.js" data-key="WRITE_KEY"
 *           data-consent="required|measure|personalise" data-domains="a.jp,b.jp" data-spa="path|hash|off"
 *           data-first-party data-cookieless></script>
 *
 * Commands: ma('page', name?, properties?), ma('track', event, properties?),
 * ma('identify', id | traits, traits?, {userHash}?), ma('group', id, traits?),
 * ma('consent', 'granted' | 'denied' | 'withdrawn' | {measure: boolean, personalise: boolean}). For our own scripts: ma.visitor(), ma.utm().
 */
import type { Params } from "./address";
import { browserTransport } from "./browser";
import { safely, settingsOf, Tag } from "./tag";

type Command = ArrayLike<unknown>;

export interface Ma {
  (...command: unknown[]): void;
  /** Commands from before the tag came. */
  q?: { push(command: Command): unknown } & Partial<ArrayLike<Command>>;
  /** Visitor id; undefined when there may be none. */
  visitor?(): string | undefined;
  /** Campaign parameters of this visit, by their names in addresses. */
  utm?(): Params;
}

export type TagWindow = Window & { ma?: Ma };

const COMMANDS = ["page", "track", "identify", "group", "consent"] as const;

/** Puts the tag into `win` once; the commands of the queue are obeyed, consent first. */
export function startTag(win: TagWindow, script: HTMLScriptElement): void {
  const settings = settingsOf(script);
  if (!settings.key || win.ma?.visitor) return;
  const tag = new Tag(win, settings, browserTransport(win, new URL(script.src).origin, settings.key));
  const obey = safely(([name, ...given]: unknown[]) => {
    if (COMMANDS.includes(name as never)) (tag[name as never] as (...given: unknown[]) => void)(...given);
  });
  const stub = win.ma;
  const queued: unknown[][] = [];
  let begun = false;
  const ma: Ma = (...command) => {
    if (begun || command[0] === "consent") obey(command);
    else queued.push(command);
  };
  ma.visitor = () => tag.visitor();
  ma.utm = () => tag.utm();
  win.ma = ma;
  if (stub) {
    const push = (command: Command) => ma(...Array.from(command));
    Array.from((stub.q ?? []) as ArrayLike<Command>).forEach(push);
    // Scripts which took the stub before we came keep talking to us through its queue.
    stub.q = { push };
  }
  tag.start(() => {
    begun = true;
    // A page command in the queue names this page; otherwise it is counted as it is.
    if (!queued.some(([name]) => name === "page")) tag.page();
    queued.forEach(obey);
    tag.watch();
  });
}

/** Runs now, or once a page rendered ahead of time is really shown. */
export function whenShown(doc: Document, run: () => void): void {
  if ((doc as Document & { prerendering?: boolean }).prerendering) {
    doc.addEventListener("prerenderingchange", run, { once: true });
  } else run();
}
