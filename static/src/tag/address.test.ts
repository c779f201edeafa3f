import { describe, expect, it } from "vitest";
import { campaignOf, isWithin, sourceParams, withoutOurParams, withParam } from "./address";

describe("campaign of an address", () => {
  it("reads UTM parameters in Segment's shape", () => {
    const params = sourceParams(
      "?utm_source=google&utm_medium=cpc&utm_campaign=%E5%B1%95%E7%A4%BA%E4%BC%9A&x=1",
    );

    expect(campaignOf(params)).toEqual({ source: "google", medium: "cpc", name: "展示会" });
  });

  it("cuts a long value between characters, not inside one", () => {
    const { utm_term } = sourceParams(`?utm_term=${encodeURIComponent("😀".repeat(300))}`);

    expect(utm_term).toBe("😀".repeat(200));
  });

  it("keeps ad click ids under their own names", () => {
    const params = sourceParams("?gclid=G1&yclid=Y1&fbclid=F1&msclkid=M1&notclid=no");

    expect(params).toEqual({ gclid: "G1", yclid: "Y1", fbclid: "F1", msclkid: "M1" });
    expect(campaignOf(params)).toBeUndefined();
  });

  it("says nothing where there is nothing", () => {
    expect(campaignOf(sourceParams("?q=1&utm_source="))).toBeUndefined();
  });
});

describe("our own parameters", () => {
  it.each([
    ["https://a.jp/x?ma_c=T", "https://a.jp/x"],
    ["https://a.jp/x?a=1+2&ma_c=T&b=%20#top", "https://a.jp/x?a=1+2&b=%20#top"],
    ["https://a.jp/x?ma_v=v.1&ma_c=T#top", "https://a.jp/x#top"],
    ["https://a.jp/x?alma_c=1", "https://a.jp/x?alma_c=1"],
    ["https://a.jp/x#?ma_c=T", "https://a.jp/x#?ma_c=T"],
  ])("leave nothing behind in %s", (before, after) => {
    expect(withoutOurParams(before)).toBe(after);
  });

  it("are added before the fragment", () => {
    expect(withParam("https://b.jp/?q=1#top", "ma_v=1")).toBe("https://b.jp/?q=1&ma_v=1#top");
    expect(withParam("https://b.jp/", "ma_v=1")).toBe("https://b.jp/?ma_v=1");
  });
});

it("a host is within its own domain and those above", () => {
  expect(isWithin("www.a.jp", ["a.jp"])).toBe(true);
  expect(isWithin("a.jp", ["a.jp"])).toBe(true);
  expect(isWithin("nota.jp", ["a.jp"])).toBe(false);
});
