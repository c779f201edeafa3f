/** Keep a choice of this browser for a year; "" forgets it. The server reads it to draw without a flash. */
export function keepChoice(name: string, value: string): void {
  const age = value === "" ? 0 : 31_536_000;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${age}; SameSite=Lax`;
}
