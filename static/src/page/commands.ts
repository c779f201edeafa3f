/**
 * Buttons with `commandfor` and `command` open and close dialogs by themselves in current browsers;
 * for those that do not know them yet, this does the same.
 */
export function installCommands(page: Document): void {
  if ("commandForElement" in HTMLButtonElement.prototype) return;
  page.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[commandfor]") : null;
    const dialog = button ? page.getElementById(button.getAttribute("commandfor") ?? "") : null;
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button?.getAttribute("command") === "show-modal") dialog.showModal();
    if (button?.getAttribute("command") === "close") dialog.close();
  });
}
