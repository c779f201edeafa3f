import { resolve } from "node:path";
import { defineConfig } from "vite";

/**
 * Properties of the tag's own objects that nobody outside reads: they become one letter each.
 * Never a name that goes out as JSON, that the page calls (ma.visitor), or that the browser's own objects have.
 */
const OURS =
  /^(active|adopt|allowed|ask|beacon|clear|clock|cookieless|decide|decorate|facts|firstParty|flush|forget|handOver|handed|held|hide|hush|mode|peek|personal|post|prepare|pulsed|read|required|reserved|retry|scrolled|show|start|take|waiting|watch|write)$/;

/** One classic script without imports: it runs on other people's pages. `inner`: its own properties' names. */
function script(entry: string, file: string, name: string, inner?: RegExp) {
  return {
    consumer: "client" as const,
    build: {
      outDir: resolve(import.meta.dirname, "static/dist/public"),
      emptyOutDir: false,
      copyPublicDir: false,
      target: "es2022",
      minify: "oxc" as const,
      rolldownOptions: inner && {
        optimization: { inlineConst: { mode: "all" as const } },
        output: { minify: { mangleProps: { include: inner } } },
      },
      lib: { entry: resolve(import.meta.dirname, entry), formats: ["iife" as const], name, fileName: () => file },
    },
  };
}

export default defineConfig({
  environments: {
    tag: script("static/src/tag/index.ts", "t.js", "maTag", OURS),
    form: script("static/src/embed/index.ts", "form.js", "maForm"),
  },
  builder: {
    async buildApp(builder) {
      await builder.build(builder.environments.tag);
      await builder.build(builder.environments.form);
    },
  },
});
