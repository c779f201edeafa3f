/** The numbers the tag goes by, and the names it keeps things under. Exported, so that the build writes them out in place. */

/** Older than the collector believes a client clock: sending them would misdate them. */
export const MAX_AGE_MS = 259_200_000;
/** Characters of one batch: at three bytes each still below the 64 KB a beacon may carry. */
export const BATCH_CHARS = 18_000;
export const GATHER_MS = 200;
export const MAX_WAIT_MS = 300_000;

/** Visible milliseconds after which the first increment goes out while the page stays open; doubles up to the last. */
export const FIRST_PULSE_MS = 30_000;
export const LAST_PULSE_MS = 240_000;

/** Commands held while the visitor has not answered the consent question. */
export const MAX_HELD = 20;
/** Applications set the title a little after the route; shorter than the outbox gathers. */
export const TITLE_MS = 150;
export const COOKIE_SECONDS = 31_536_000;

/** The visitor's id, as a cookie and in storage. */
export const NAME = "_ma";
/** What the visitor answered. */
export const CHOICE = "_ma_c";
/** Messages on their way. */
export const QUEUE = "_ma_q";
/** Where this visit came from. */
export const SOURCE = "_ma_u";
