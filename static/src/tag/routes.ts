/** How a single-page application's addresses count: by path, by path and fragment, or not at all. */
export type RouteMode = "path" | "hash" | "off";

/** `data-spa`: absent, empty or `path` → path; `hash`; `off`. */
export function routeMode(attribute: string | null): RouteMode {
  return attribute === "off" || attribute === "hash" ? attribute : "path";
}

/** The part of the address whose change makes a new page view. */
export function routeOf(location: Location, mode: RouteMode): string {
  return location.pathname + (mode === "hash" ? location.hash : "");
}

/** Calls `changed` after every move the history makes without loading a document. */
export function watchRoutes(win: Window, changed: () => void): void {
  const { history } = win;
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (this: History, ...args) {
      original.apply(this, args);
      changed();
    };
  }
  win.addEventListener("popstate", changed);
  win.addEventListener("hashchange", changed);
}
