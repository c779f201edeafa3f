import { addressOf, mount, whenParsed } from "./mount";

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  [...document.scripts].find((candidate) => addressOf(candidate.src) && !candidate.dataset.mounted);

if (script) {
  const needsPage = Boolean(script.dataset.target) || script.parentElement === document.head;
  whenParsed(document, needsPage, () => void mount(window, script).catch(() => undefined));
}
