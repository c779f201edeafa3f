import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Json } from "./condition/model";
import { WORDS } from "./condition/samples";
import { defineConditionBuilder } from "./ma-condition-builder";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
defineConditionBuilder();

const SEGMENT = '{"all": [{"segment": "seg_1"}]}';
const kept = (): HTMLTextAreaElement | null => document.querySelector("textarea[name=condition]");
const box = (): HTMLTextAreaElement | null => document.querySelector('textarea[aria-label="JSON"]');

beforeEach(async () => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(WORDS)));
  document.body.innerHTML = `<form><ma-condition-builder words="https://acme.test/conditions/words">
    <textarea name="condition">${SEGMENT}</textarea><div class="cb-place"></div></ma-condition-builder></form>`;
  await act(() =>
    vi.waitFor(() => expect(document.querySelector("[data-drawn]")).not.toBeNull(), { timeout: 4000 }),
  );
  const json = [...document.querySelectorAll("button")].find((one) => one.textContent === "JSON");
  act(() => json?.click());
});

afterEach(() => {
  act(() => document.body.replaceChildren());
  vi.unstubAllGlobals();
});

function type(text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(box(), text);
    box()?.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

it("keeps what is typed as JSON, and stops the form while it is none", () => {
  const heard: Json[] = [];
  document.addEventListener("condition-changed", (event) =>
    heard.push((event as CustomEvent<{ condition: Json }>).detail.condition),
  );

  type('{"segment": ');
  const broken = [kept()?.value, document.querySelector("form")?.checkValidity()];
  type('{"segment": "seg_2", "sgement": 1}');

  expect(broken).toEqual(['{"segment": ', false]);
  expect([kept()?.value, document.querySelector("form")?.checkValidity()]).toEqual([
    '{"segment": "seg_2", "sgement": 1}',
    true,
  ]);
  expect(heard).toEqual([{ segment: "seg_2", sgement: 1 }]);
});
