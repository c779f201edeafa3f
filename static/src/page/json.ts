/** The JSON an island was given in its own `<script type="application/json">`; null when there is none or it is broken. */
export function readJson<T>(island: Element): T | null {
  const script = island.querySelector('script[type="application/json"]');
  try {
    return JSON.parse(script?.textContent ?? "") as T;
  } catch {
    return null;
  }
}
