/** Register an element once; a second copy of this file on a page does nothing. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
