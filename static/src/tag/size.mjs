/** Fails when the built tag is larger than its visitors were promised. Usage: node static/src/tag/size.mjs */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMITS = { "t.js": 5 * 1024, "form.js": 10 * 1024 };
const folder = new URL("../../dist/public/", import.meta.url);

for (const [name, limit] of Object.entries(LIMITS)) {
  const bytes = gzipSync(readFileSync(fileURLToPath(new URL(name, folder))), { level: 9 }).length;
  console.log(`${name}: ${bytes} bytes gzipped (limit ${limit})`);
  if (bytes > limit) process.exitCode = 1;
}
