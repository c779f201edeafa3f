/** ⌘K or Ctrl+K goes to the search box; ⌘Enter or Ctrl+Enter saves the form one is writing in. */
export function installShortcuts(page: Document): void {
  page.addEventListener("keydown", (event) => {
    if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() === "k" && focusSearch(page)) event.preventDefault();
    if (event.key === "Enter" && saveForm(event.target)) event.preventDefault();
  });
}

function focusSearch(page: Document): boolean {
  const box = page.querySelector<HTMLInputElement>('[data-shortcut="search"]');
  box?.focus();
  box?.select();
  return box !== null;
}

function saveForm(target: EventTarget | null): boolean {
  const form = target instanceof Element ? target.closest<HTMLFormElement>("form.form") : null;
  if (!form) return false;
  form.requestSubmit(form.querySelector<HTMLButtonElement>("[data-submit]"));
  return true;
}
