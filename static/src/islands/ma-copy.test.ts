import { beforeEach, describe, expect, it, vi } from "vitest";
import { defineCopy } from "./ma-copy";

defineCopy();

describe("ma-copy", () => {
  const writeText = vi.fn(async () => undefined);

  beforeEach(() => {
    writeText.mockClear();
    Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  });

  it("copies its value and says so", async () => {
    document.body.innerHTML =
      '<ma-copy value="lead_1"><button data-copied="済"><span>Copy</span></button></ma-copy>';

    document.querySelector("button")?.click();
    await vi.waitFor(() => expect(document.querySelector("span")?.textContent).toBe("済"));

    expect(writeText).toHaveBeenCalledWith("lead_1");
  });

  it("copies the code of the figure it stands in, line breaks and all", async () => {
    document.body.innerHTML =
      "<figure><ma-copy><button>Copy</button></ma-copy><pre><code>a &lt; b\nc</code></pre></figure>";

    document.querySelector("button")?.click();
    await vi.waitFor(() => expect(writeText).toHaveBeenCalledWith("a < b\nc"));
  });
});
