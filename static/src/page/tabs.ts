/** A row of tabs too long for the screen begins where the current one can be seen; nothing else moves. */
export function showCurrentTabs(page: ParentNode): void {
  for (const tab of page.querySelectorAll<HTMLElement>(".tabs [aria-current]")) {
    const row = tab.closest<HTMLElement>(".tabs");
    if (row)
      row.scrollLeft = Math.max(0, tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2);
  }
}
