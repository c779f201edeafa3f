/** Messages as the collector takes them (Segment's shapes) and the product's own event names. */
import type { Params } from "./address";

export const PAGE_LEFT = "page_left";
export const LINK_CLICKED = "link_clicked";
export const ASSET_DOWNLOADED = "asset_downloaded";

export type Json = Record<string, unknown>;

export interface PageFacts {
  url: string;
  path: string;
  search: string;
  title: string;
  referrer: string;
}

export interface Context {
  page: PageFacts;
  campaign?: Params;
  /** From a link in a mail; proves which message was clicked. */
  clickToken?: string;
  /** "none" on page views that are only counted: no id, nothing stored; "measure" where personalising is refused. */
  consent?: "none" | "measure";
  /** Message id of the counted page view this one stands for, now with an id. */
  replaces?: string;
  locale: string;
  library: { name: string; version: string };
  [more: string]: unknown;
}

export interface Message {
  type: "page" | "track" | "identify" | "group";
  messageId: string;
  timestamp: string;
  anonymousId?: string;
  userId?: string;
  groupId?: string;
  name?: string;
  event?: string;
  properties?: Json;
  traits?: Json;
  context: Context;
}

/** UUID version 7: begins with the time, so that the log grows at its end. `crypto.randomUUID` makes others. */
export function uuid(): string {
  const digit = () => (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16);
  const random = "000-8000-000000000000".replace(/0/g, digit);
  return `0${Date.now().toString(16)}-7${random}`.replace(/.{8}/, "$&-");
}
