"""What runs in a scanned page before its own scripts: it tells of every call by which a page can keep or send something."""

from __future__ import annotations

TELL = "keptScanSaw"
"""Name of the function a page's frames find, by which the script tells the scan."""

WATCH = """
(() => {
  const tell = (kind, what) => { try { self.keptScanSaw(kind, String(what ?? "")) } catch (_) {} };
  const made = {
    WebSocket: "websocket", EventSource: "event source", WebTransport: "WebTransport", SharedWorker: "shared worker",
    BroadcastChannel: "broadcast channel", RTCPeerConnection: "WebRTC",
  };
  const at = (kind, what) => ["broadcast channel", "WebRTC"].includes(kind) ? what : new URL(what, location.href).href;
  for (const [name, kind] of Object.entries(made)) {
    if (!self[name]) continue;
    self[name] = new Proxy(self[name], {
      construct(of, said, as) { try { tell(kind, at(kind, kind === "WebRTC" ? "" : said[0])) } catch (_) {}
                                return Reflect.construct(of, said, as) },
    });
  }
  const before = (of, name, told) => {
    const own = of && of[name];
    if (!own) return;
    of[name] = function (...said) { try { told.call(this, ...said) } catch (_) {} return own.apply(this, said) };
    of[name].untold = own;
  };
  before(Navigator.prototype, "sendBeacon", (to) => tell("beacon", new URL(to, location.href).href));
  before(Storage.prototype, "setItem", function (key) {
    tell(this === self.localStorage ? "localStorage" : "sessionStorage", key) });
  before(self.IDBFactory?.prototype, "open", (name) => tell("indexedDB", name));
  before(self.CacheStorage?.prototype, "open", (name) => tell("cache", name));
  before(self.StorageManager?.prototype, "getDirectory", () => tell("file system", "opened"));
  before(self.ServiceWorkerContainer?.prototype, "register", (of) => tell("service worker", new URL(of, location.href).href));
})()
"""

LOOK = """
async () => {
  const found = [];
  const look = async (kind, names) => { try { for (const one of await names()) found.push([kind, String(one)]) } catch (_) {} };
  await look("localStorage", () => Object.keys(localStorage));
  await look("sessionStorage", () => Object.keys(sessionStorage));
  await look("window.name", () => self === self.top && name ? ["is set"] : []);
  await look("indexedDB", async () => (await indexedDB.databases()).map((one) => one.name));
  await look("cache", () => caches.keys());
  await look("service worker", async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope));
  await look("file system", async () => {
    const names = [];
    const open = navigator.storage.getDirectory;
    for await (const one of (await (open.untold ?? open).call(navigator.storage)).keys()) names.push(one);
    return names;
  });
  const ahead = document.querySelectorAll("link[rel~=preconnect],link[rel~=dns-prefetch]");
  await look("preconnect", () => [...ahead].map((one) => one.href));
  return found;
}
"""
"""What lies in a page's stores once it was looked at."""

SCROLL = """
async () => {
  for (let y = 0; y <= document.documentElement.scrollHeight && y < 30000; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 40));
  }
  scrollTo(0, document.documentElement.scrollHeight);
}
"""
