import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "happy-dom", include: ["static/src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
