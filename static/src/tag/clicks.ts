import { cut, isWithin, MAX_TEXT } from "./address";
import { ASSET_DOWNLOADED, type Json, LINK_CLICKED } from "./messages";

const FILE =
  /\.(pdf|zip|(doc|xls|ppt)x?|csv|txt|rtf|epub|key|numbers|pages|dwg|dxf|step|stp|stl|exe|msi|dmg|pkg|7z|rar|gz|mp[34]|mov|wav)$/i;

export interface Click {
  event: string;
  properties: Json;
}

/** The link under a click, also through open shadow roots. */
export function linkOf(event: Event): HTMLAnchorElement | undefined {
  return event
    .composedPath()
    .find((node) => /^a$/i.test((node as Element).tagName ?? "") && (node as HTMLAnchorElement).href) as
    | HTMLAnchorElement
    | undefined;
}

/** What a click on `link` says: a file, a way out (also tel: and mailto:), or null for the site's own pages. */
export function clickOf(link: HTMLAnchorElement, host: string, domains: readonly string[]): Click | null {
  const href = String(link.href).slice(0, MAX_TEXT);
  const text = cut((link.textContent ?? "").replace(/\s+/g, " ").trim(), 100);
  const isWeb = /^https?:/.test(link.protocol);
  if (isWeb && (link.hasAttribute("download") || FILE.test(link.pathname))) {
    const name = link.pathname.split("/").pop();
    return { event: ASSET_DOWNLOADED, properties: { href, text, name } };
  }
  const isOut = isWeb
    ? link.host !== host && !isWithin(link.hostname, domains)
    : /^(tel|mailto):/.test(link.protocol);
  return isOut ? { event: LINK_CLICKED, properties: { href, text } } : null;
}
