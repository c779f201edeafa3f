/** What the address of a page tells: campaign, click ids, our own tokens. Pure. */

export type Params = Record<string, string>;

/** UTM parameters, and the click ids of ad networks. */
const SOURCE = /^(utm_\w+|([gdy]|fb|t[tw])clid|msclkid|[gw]braid|li_fat_id|ldtag_cl)$/;
const OURS = /^ma_[cv]=/;
/** Longest URL or value that leaves the page. */
export const MAX_TEXT = 2000;

/** At most `length` characters, none of them halved: the collector refuses half a surrogate pair. */
export function cut(text: string, length: number): string {
  return [...text].slice(0, length).join("");
}

/** UTM and ad click parameters under the names they have in the address: `{utm_source, gclid, …}`. */
export function sourceParams(search: string): Params {
  const found: Params = {};
  new URLSearchParams(search).forEach((value, key) => {
    if (value && SOURCE.test(key)) found[key] = cut(value, 200);
  });
  return found;
}

/** Segment's shape of the UTM part: `utm_campaign` is `name`, others lose the prefix. Undefined when there is none. */
export function campaignOf(params: Params): Params | undefined {
  const keys = Object.keys(params).filter((key) => /^utm/.test(key));
  if (!keys.length) return undefined;
  return Object.fromEntries(keys.map((key) => [key === "utm_campaign" ? "name" : key.slice(4), params[key]]));
}

/** The address without `ma_c` and `ma_v`; every other byte stays as it was. */
export function withoutOurParams(href: string): string {
  const [, base, query, hash] = /^([^?#]*)\??([^#]*)(.*)$/.exec(href) as unknown as string[];
  const kept = query.split("&").filter((part) => part && !OURS.test(part));
  return base + (kept.length ? `?${kept.join("&")}` : "") + hash;
}

/** `href` with one more query parameter, before the fragment. */
export function withParam(href: string, pair: string): string {
  const [page, hash] = href.split("#");
  return page + (page.includes("?") ? "&" : "?") + pair + (hash === undefined ? "" : `#${hash}`);
}

/** True when `host` is one of `domains` or below one. */
export function isWithin(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}
