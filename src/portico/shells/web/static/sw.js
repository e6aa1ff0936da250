/* The service worker: the page opens without the gateway, with the files of one build. The build fills in the names. */
const FILES = ["/assets/de-B2GI_8ec.js","/assets/highlight-EbaqIVLl.js","/assets/index-Ca1LHGq0.css","/assets/index-DhGXcy5Z.js","/icons/icon-192.png","/icons/icon.svg","/manifest.webmanifest"];
const CACHE = "portico-" + "e5944b3558ee0ab6";
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/") event.respondWith(page(request));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((name) => new Request(name, { cache: "reload" })));
  await keepPage(cache, await fetch("/", { cache: "reload" }));
}

/** The page is the same with and without a session: its answer is kept as one that went well. */
async function keepPage(cache, answer) {
  if (!answer.ok && answer.status !== 401) throw new Error(`the page answered ${answer.status}`);
  await cache.put("/", new Response(await answer.blob(), { headers: answer.headers }));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("portico-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** The gateway's own answer while it comes soon, since it may be a newer page; else the kept one. */
async function page(request) {
  const kept = await (await caches.open(CACHE)).match("/");
  if (kept === undefined) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  // a proxy before a gateway that is away answers, too
  return answer?.ok || answer?.status === 401 ? answer : kept;
}

async function file(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreSearch: true })) ?? fetch(request);
}
