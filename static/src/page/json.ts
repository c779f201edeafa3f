/** The JSON an island was given in its own `<script type="application/json">`; null when there is none or it is broken. */
export function readJson<T>(island: Element): T | null {
  return parseJson<T>(island.querySelector('script[type="application/json"]'));
}

/** The JSON a script element holds; null when there is none or it is broken. */
export function parseJson<T>(script: Element | null): T | null {
  try {
    return JSON.parse(script?.textContent ?? "") as T;
  } catch {
    return null;
  }
}
