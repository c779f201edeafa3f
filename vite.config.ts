import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The dashboard's styles and islands; the public tag and the form embed are built apart. */
export default defineConfig({
  base: "./",
  publicDir: "static/src/public",
  plugins: [react()],
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { eval: false }, input: ["static/src/styles/main.css", "static/src/main.ts"] },
  },
});
