// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Definition } from "./definition";
import { EmbeddedForm, type Page } from "./form";
import { addressOf, mount } from "./mount";

const ADDRESS = "https://t.example/f/frm_1";

const DEFINITION: Definition = {
  form: "frm_1",
  token: "tok_1",
  version: 3,
  locale: "ja",
  fields: [
    { key: "last_name", type: "text", label: "姓", required: true },
    { key: "email", type: "email", label: "メールアドレス", required: true, help: "会社のアドレス" },
    { key: "size", type: "select", label: "規模", choices: [{ value: "s", label: "<b>小</b>" }] },
    { key: "call", type: "checkbox", label: "電話を希望" },
    { key: "source", type: "hidden", label: "", default: "wp" },
    { key: "message", type: "text", label: "ご相談内容", multiline: true, default: "一\n二" },
  ],
  consents: [{ topic: "newsletter", text: "案内を受け取る", required: true }],
  submit_label: "資料を受け取る",
  honeypot: "company_url_confirm",
};

let posts: { url: string; body: Record<string, unknown> }[];
let answers: { status: number; body: unknown }[];
let commands: unknown[][];

function reply(status: number, body: unknown): Response {
  return { ok: status < 300, status, json: () => Promise.resolve(body) } as Response;
}

beforeEach(() => {
  posts = [];
  answers = [];
  commands = [];
  document.body.innerHTML = "<main></main>";
  vi.stubGlobal("IntersectionObserver", undefined);
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (init.method !== "POST") return Promise.resolve(reply(200, structuredClone(DEFINITION)));
    posts.push({ url, body: JSON.parse(String(init.body)) });
    const answer = answers.shift();
    return answer ? Promise.resolve(reply(answer.status, answer.body)) : Promise.reject(new Error("offline"));
  });
});

afterEach(() => vi.unstubAllGlobals());

/** Of an element too tall for the window, or that scrolled by too fast. */
class NeverSeen {
  observe(): void {}
}

function tag(): Page["ma"] {
  return Object.assign((...command: unknown[]) => void commands.push(command), {
    visitor: () => "visitor-1",
    utm: () => ({ utm_source: "mail" }),
  });
}

function shown(): Promise<{ form: EmbeddedForm; root: ShadowRoot }> {
  return shownOn({ ma: tag(), location: window.location, document } as unknown as Page);
}

async function shownOn(page: Page): Promise<{ form: EmbeddedForm; root: ShadowRoot }> {
  const form = new EmbeddedForm(page, ADDRESS);
  document.querySelector("main")?.append(form.host);
  await form.show();
  return { form, root: form.host.shadowRoot as ShadowRoot };
}

function input(root: ShadowRoot, id: string): HTMLInputElement {
  return root.getElementById(id) as HTMLInputElement;
}

function fillIn(root: ShadowRoot): void {
  input(root, "last_name").value = " 山田 ";
  input(root, "email").value = "yamada@example.co.jp";
  input(root, "consents.newsletter").checked = true;
}

async function send(root: ShadowRoot): Promise<void> {
  root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await new Promise((done) => setTimeout(done));
}

describe("the embedded form", () => {
  it("labels every question and never reads text as markup", async () => {
    const { root } = await shown();

    expect(root.querySelector("label[for=last_name]")?.textContent).toBe("姓必須");
    expect(input(root, "email").getAttribute("aria-describedby")).toBe("h-email e-email");
    expect(root.querySelector("select b")).toBeNull();
    expect(root.querySelector("option[value=s]")?.textContent).toBe("<b>小</b>");
    expect(input(root, "consents.newsletter").checked).toBe(false);
    expect(input(root, "message").tagName).toBe("TEXTAREA");
    expect(input(root, "last_name").tagName).toBe("INPUT");
    expect(root.querySelector("button")?.textContent).toBe("資料を受け取る");
  });

  it("posts answers, consents and where the visitor came from", async () => {
    const { root } = await shown();
    answers.push({
      status: 200,
      body: { ok: true, submission: "sub_1", after: { message: "ありがとうございます" } },
    });
    fillIn(root);
    await send(root);

    expect(posts).toHaveLength(1);
    expect(posts[0].url).toBe(ADDRESS);
    expect(posts[0].body).toMatchObject({
      token: "tok_1",
      fields: {
        last_name: "山田",
        email: "yamada@example.co.jp",
        size: "",
        call: false,
        source: "wp",
        message: "一\n二",
        company_url_confirm: "",
      },
      consents: { newsletter: true },
      context: { visitor: "visitor-1", utm: { utm_source: "mail" }, url: window.location.href },
    });
    expect(root.querySelector(".panel")?.textContent).toBe("ありがとうございます");
    expect(root.activeElement).toBe(root.querySelector(".panel"));
  });

  it("says what is missing before sending, and looks at the first of it", async () => {
    const { root } = await shown();
    input(root, "email").value = "yamada";
    await send(root);

    expect(posts).toEqual([]);
    expect(root.getElementById("e-last_name")?.textContent).toBe("入力してください。");
    expect(root.getElementById("e-email")?.textContent).toContain("メールアドレスの形式");
    expect(root.getElementById("e-consents.newsletter")?.textContent).toBe("同意が必要です。");
    expect(input(root, "last_name").getAttribute("aria-invalid")).toBe("true");
    expect(root.activeElement).toBe(input(root, "last_name"));
  });

  it("shows the server's errors at their questions and keeps the answers", async () => {
    const { root } = await shown();
    answers.push({ status: 422, body: { errors: { email: "フリーメールは使えません。" } } });
    fillIn(root);
    await send(root);

    expect(root.getElementById("e-email")?.textContent).toBe("フリーメールは使えません。");
    expect(input(root, "email").value).toBe("yamada@example.co.jp");
    expect(root.activeElement).toBe(input(root, "email"));
    expect(root.querySelector("button")?.disabled).toBe(false);
  });

  it("sends once for a double press, and again with the same token after a lost answer", async () => {
    const { root } = await shown();
    fillIn(root);
    const form = root.querySelector("form") as HTMLFormElement;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    await send(root);
    expect(posts).toHaveLength(1);
    expect(root.querySelector("[role=alert]")?.textContent).toContain("送信できませんでした");

    await send(root);
    expect(posts.map(({ body }) => body.token)).toEqual(["tok_1", "tok_1"]);
  });

  it("offers the file, and refuses a script for an address", async () => {
    const { root } = await shown();
    answers.push({ status: 200, body: { ok: true, after: { asset: { url: "/d/abc", name: "資料.pdf" } } } });
    fillIn(root);
    await send(root);
    expect(root.querySelector("a")?.href).toBe("https://t.example/d/abc");

    const other = await shown();
    answers.push({
      status: 200,
      body: { ok: true, after: { asset: { url: "javascript:alert(1)", name: "x" } } },
    });
    fillIn(other.root);
    await send(other.root);
    expect(other.root.querySelector("a")).toBeNull();
  });

  it("tells the tag that it was seen and, once, that somebody began", async () => {
    const { root } = await shown();
    root.querySelector("form")?.dispatchEvent(new Event("input"));
    root.querySelector("form")?.dispatchEvent(new Event("input"));

    expect(commands).toEqual([
      ["track", "form_viewed", { form: "frm_1", version: 3 }],
      ["track", "form_started", { form: "frm_1", version: 3 }],
    ]);
  });

  it("waits in the queue for a tag that comes later", async () => {
    const page = { location: window.location, document } as unknown as Page;
    await shownOn(page);

    expect(page.ma?.q).toEqual([["track", "form_viewed", { form: "frm_1", version: 3 }]]);
  });

  it("counts a form that somebody began as seen, however little of it was on screen", async () => {
    vi.stubGlobal("IntersectionObserver", NeverSeen);
    const { root } = await shown();
    root.querySelector("form")?.dispatchEvent(new Event("input"));

    expect(commands.map(([, event]) => event)).toEqual(["form_viewed", "form_started"]);
  });

  it("gives a way out when it cannot be had", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(reply(503, {})));
    const { root } = await shown();

    expect(root.querySelector("a")?.href).toBe(ADDRESS);
  });
});

describe("the script line", () => {
  it("says where its form answers", () => {
    expect(addressOf("https://t.example/f/frm_1.js?x=1")).toBe("https://t.example/f/frm_1");
    expect(addressOf("https://t.example/t.js")).toBeNull();
  });

  it("puts the form after itself or into its target, once", async () => {
    document.body.innerHTML = "<p id=here></p><i></i>";
    const script = document.createElement("i") as unknown as HTMLScriptElement;
    Object.assign(script, { src: `${ADDRESS}.js` });
    document.body.append(script as unknown as Node);
    await mount(window as unknown as Page, script);
    await mount(window as unknown as Page, script);
    expect((script.nextSibling as HTMLElement).dataset.maForm).toBe("frm_1");
    expect(document.querySelectorAll("[data-ma-form]")).toHaveLength(1);

    const aimed = document.createElement("i") as unknown as HTMLScriptElement;
    Object.assign(aimed, { src: `${ADDRESS}.js` });
    aimed.dataset.target = "#here";
    await mount(window as unknown as Page, aimed);
    expect(document.querySelector("#here [data-ma-form]")).not.toBeNull();
  });
});
