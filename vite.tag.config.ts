import { resolve } from "node:path";
import { defineConfig } from "vite";

/** One classic script without imports: it runs on other people's pages. */
function script(entry: string, file: string, name: string) {
  return {
    consumer: "client" as const,
    build: {
      outDir: resolve(import.meta.dirname, "static/dist/public"),
      emptyOutDir: false,
      copyPublicDir: false,
      target: "es2022",
      minify: "oxc" as const,
      lib: { entry: resolve(import.meta.dirname, entry), formats: ["iife" as const], name, fileName: () => file },
    },
  };
}

export default defineConfig({
  environments: {
    tag: script("static/src/tag/index.ts", "t.js", "maTag"),
    form: script("static/src/embed/index.ts", "form.js", "maForm"),
  },
  builder: {
    async buildApp(builder) {
      await builder.build(builder.environments.tag);
      await builder.build(builder.environments.form);
    },
  },
});
