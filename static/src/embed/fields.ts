/** One question of the form as elements, and its answer as a value. */
import type { ConsentLine, Field, Value } from "./definition";
import type { Texts } from "./texts";

type Attributes = Record<string, string | boolean | undefined>;

/** Browsers fill in what they know when told what it is. */
const AUTOCOMPLETE: Record<string, string> = {
  email: "email",
  phone: "tel",
  last_name: "family-name",
  first_name: "given-name",
  name: "name",
  company: "organization",
  company_name: "organization",
  job_title: "organization-title",
};
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
/** Digits, signs and brackets, also in their full-width forms. */
const PHONE = /^[\d\s().+\-\u2010-\u2015\u30fc\uff08\uff09\uff0b\uff0d\uff10-\uff19]{6,24}$/;
const HALF = /^(last|first)_name(_kana)?$/;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** An element; true attributes are set empty, false and undefined left out. Text never becomes markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A question on the page. `check` gives the text of what is wrong before it is sent, "" when nothing is. */
export class Question {
  readonly key: string;
  readonly node: HTMLElement;
  readonly inputs: Control[];
  #field: Field;
  #texts: Texts;
  #error: HTMLElement;

  constructor(field: Field, texts: Texts) {
    this.key = field.key;
    this.#field = field;
    this.#texts = texts;
    this.#error = element("p", { class: "error", id: `e-${field.key}` });
    this.inputs = inputsFor(field, texts);
    this.node = this.#layOut();
  }

  get value(): Value {
    const { type, choices } = this.#field;
    const ticked = this.inputs.filter((input) => (input as HTMLInputElement).checked);
    if (isTick(type)) return choices?.length ? ticked.map((input) => input.value) : ticked.length > 0;
    return this.inputs[0].value.trim();
  }

  check(): string {
    const { type, required } = this.#field;
    const { value } = this;
    const isEmpty = value === false || value === "" || (Array.isArray(value) && !value.length);
    if (isEmpty) return required ? this.#missing() : "";
    if (type === "email" && !EMAIL.test(String(value))) return this.#texts.bad_email;
    if (type === "phone" && !PHONE.test(String(value))) return this.#texts.bad_phone;
    return "";
  }

  /** Shows `text` at the question; "" takes it away. */
  mark(text: string): void {
    this.#error.textContent = text;
    for (const input of this.inputs) {
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  focus(): void {
    this.inputs[0].focus();
  }

  #missing(): string {
    const { type } = this.#field;
    if (type === "consent") return this.#texts.missing_consent;
    return type === "select" || type === "checkbox" ? this.#texts.missing_choice : this.#texts.missing;
  }

  #layOut(): HTMLElement {
    const { type, key, help, label, choices } = this.#field;
    if (type === "hidden") return this.inputs[0];
    const hint = help ? [element("p", { class: "help", id: `h-${key}` }, help)] : [];
    if (isTick(type) && choices?.length) {
      const ticks = choices.map((choice, index) => tick(this.inputs[index], [choice.label]));
      return element(
        "fieldset",
        { class: "field" },
        this.#name("legend", {}),
        ...ticks,
        ...hint,
        this.#error,
      );
    }
    if (isTick(type)) {
      const text = this.#field.required ? [label, this.#requiredMark()] : [label];
      return element("div", { class: "field" }, tick(this.inputs[0], text), ...hint, this.#error);
    }
    const half = HALF.test(key) ? " half" : "";
    return element(
      "div",
      { class: `field${half}` },
      this.#name("label", { for: key }),
      this.inputs[0],
      ...hint,
      this.#error,
    );
  }

  #name(tag: "label" | "legend", attributes: Attributes): HTMLElement {
    const { label, required } = this.#field;
    const mark = required
      ? this.#requiredMark()
      : element("span", { class: "mark free" }, this.#texts.optional);
    return element(tag, attributes, element("span", { class: "name" }, element("span", {}, label), mark));
  }

  #requiredMark(): HTMLElement {
    return element("span", { class: "mark" }, this.#texts.required);
  }
}

/** A consent line is a question of type consent under its topic; never ticked beforehand. */
export function consentQuestion(line: ConsentLine, texts: Texts): Question {
  return new Question(
    { key: `consents.${line.topic}`, type: "consent", label: line.text, required: line.required },
    texts,
  );
}

function isTick(type: Field["type"]): boolean {
  return type === "checkbox" || type === "consent";
}

function tick(input: HTMLElement, text: (Node | string)[]): HTMLElement {
  return element("label", { class: "tick" }, input, element("span", { class: "text" }, ...text));
}

function inputsFor(field: Field, texts: Texts): Control[] {
  const described = `${field.help ? `h-${field.key} ` : ""}e-${field.key}`;
  const shared = { id: field.key, name: field.key, "aria-describedby": described };
  if (field.type === "hidden")
    return [element("input", { type: "hidden", value: String(field.default ?? "") })];
  if (field.type === "select") return [selectFor(field, shared, texts)];
  if (isTick(field.type)) return ticksFor(field, shared);
  return [textFor(field, shared)];
}

function textFor(field: Field, shared: Attributes): HTMLInputElement | HTMLTextAreaElement {
  const type = field.type === "phone" ? "tel" : field.type;
  const attributes = {
    ...shared,
    class: "box",
    "aria-required": field.required && "true",
    placeholder: field.placeholder,
    autocomplete: AUTOCOMPLETE[field.key] ?? AUTOCOMPLETE[field.type],
  };
  const input =
    field.multiline && type === "text"
      ? element("textarea", { ...attributes, rows: "5", maxlength: "10000" })
      : element("input", { ...attributes, type });
  input.value = String(field.default ?? "");
  return input;
}

function selectFor(field: Field, shared: Attributes, texts: Texts): HTMLSelectElement {
  const options = (field.choices ?? []).map(({ value, label }) => element("option", { value }, label));
  const first = element("option", { value: "" }, field.placeholder || texts.choose);
  const required = field.required && "true";
  const select = element("select", { ...shared, class: "box", "aria-required": required }, first, ...options);
  select.value = String(field.default ?? "");
  return select;
}

function ticksFor(field: Field, shared: Attributes): HTMLInputElement[] {
  const { choices, key, type } = field;
  if (choices?.length) {
    return choices.map(({ value }, index) =>
      element("input", { ...shared, id: `${key}-${index}`, type: "checkbox", value }),
    );
  }
  const required = field.required && "true";
  const checked = type === "checkbox" && field.default === true;
  return [element("input", { ...shared, type: "checkbox", "aria-required": required, checked })];
}
