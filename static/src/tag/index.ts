import { startTag, whenShown } from "./main";
import { safely } from "./tag";

const script = (document.currentScript ??
  document.querySelector("script[data-key][src*='/t.js']")) as HTMLScriptElement;

whenShown(
  document,
  safely(() => startTag(window, script)),
);
