import type { Transport } from "./outbox";

/** Fetch that outlives the page, and beacons. Bodies go as text/plain, so that no preflight is needed. */
export function browserTransport(win: Window, host: string, key: string): Transport {
  const url = `${host}/v1/batch`;
  return {
    post: (body) =>
      win
        .fetch(url, {
          method: "POST",
          body,
          keepalive: body.length < 20_000,
          credentials: "omit",
        })
        .then(
          (answer) => answer.status,
          () => 0,
        ),
    beacon: (body) => win.navigator.onLine && win.navigator.sendBeacon(url, body),
    ask: (query, own) =>
      win
        .fetch(`${host}/v1/visitor?k=${key}&${query}`, {
          credentials: own ? "include" : "omit",
        })
        .then((answer) => answer.json())
        .catch(() => ({})),
  };
}
