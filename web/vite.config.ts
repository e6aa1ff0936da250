import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const repository = fileURLToPath(new URL("..", import.meta.url));

/** Everything that decides what the bundle is: a gateway's tests compare its digest with that of the sources. */
const SOURCES = ["web/src", "web/public", "web/index.html", "web/package.json", "web/package-lock.json", "web/tsconfig.json", "web/vite.config.ts", "src/portico/client/words", "schemas/typescript/boundary.d.ts"];

function files(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function listed(source: string): string[] {
  const path = join(repository, source);
  try {
    return files(path);
  } catch {
    return [path];
  }
}

/** SHA-256 over `name NUL content NUL` of each source by its path, the paths in order of their characters. */
export function digest(): string {
  const hash = createHash("sha256");
  const names = SOURCES.flatMap(listed).map((path) => relative(repository, path).replaceAll("\\", "/"));
  const counted = names.filter((name) => !name.endsWith(".py") && !name.endsWith(".pyc"));
  for (const name of counted.sort()) {
    hash.update(name).update("\0").update(readFileSync(join(repository, name))).update("\0");
  }
  return hash.digest("hex");
}

/** `sw.js` knows the files of this build by name, and is another one when they are. */
function serviceWorker(): Plugin {
  return {
    name: "portico-service-worker",
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).map((name) => `/${name}`);
      const names = [...built.filter((name) => name.startsWith("/assets/")), "/manifest.webmanifest", "/icons/icon.svg", "/icons/icon-192.png"].sort();
      const worker = readFileSync(join(root, "src/offline/worker.js"), "utf8");
      const filled = worker.replace("/* files */ []", JSON.stringify(names)).replace('/* digest */ "none"', JSON.stringify(digest().slice(0, 16)));
      this.emitFile({ type: "asset", fileName: "sw.js", source: filled });
    },
  };
}

/** `build.json`: of which sources this bundle was built. */
function stamp(): Plugin {
  return {
    name: "portico-stamp",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "build.json", source: JSON.stringify({ sources: digest() }) + "\n" });
    },
  };
}

export default defineConfig({
  root,
  base: "/",
  plugins: [serviceWorker(), stamp()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    fs: { allow: [repository] },
    proxy: {
      "/boundary": { target: "http://127.0.0.1:17878", ws: true },
      "/auth": { target: "http://127.0.0.1:17878" },
    },
  },
  build: {
    outDir: join(repository, "src/portico/shells/web/static"),
    emptyOutDir: true,
    target: "es2022",
    // older browsers get the two colours of `light-dark()` written out
    cssTarget: ["chrome111", "safari16.4", "firefox114"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
});
