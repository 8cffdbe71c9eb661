// Verifies one proof in this browser with WebCrypto: the same steps as `kept-verify`. Nothing is stored.
const verify = async () => {
  const box = document.getElementById("proof");
  if (!box) return;
  const out = document.getElementById("result");
  const enc = new TextEncoder(), dec = new TextDecoder();
  const un64 = (t) => Uint8Array.from(atob(t), (c) => c.charCodeAt(0));
  const join = (...p) => { const r = new Uint8Array(p.reduce((n, x) => n + x.length, 0)); let at = 0; for (const x of p) { r.set(x, at); at += x.length; } return r; };
  const sha = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
  const frame = (...p) => join(...p.flatMap((x) => { const n = new Uint8Array(4); new DataView(n.buffer).setUint32(0, x.length); return [n, x]; }));
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
  const hex = (b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  let next = 1;
  const step = (ok, n) => { next = n + 1; const li = document.querySelector(`[data-step="${n}"]`); li.className = ok ? "kept" : "refused"; li.firstElementChild.className = "state"; if (!ok) throw new Error(n); };
  const readNote = async (note) => {
    const [name, id, ...k] = key.split("+"); // base64 has a + of its own
    const pub = un64(k.join("+")), cut = note.lastIndexOf("\n\n"), said = note.slice(0, cut + 1);
    const line = note.slice(cut + 2).trim().split("\n").map((l) => l.split(" ")).find((l) => l[1] === name && hex(un64(l[2]).slice(0, 4)) === id);
    const ed = await crypto.subtle.importKey("raw", pub.slice(1), "Ed25519", false, ["verify"]);
    const ok = !!line && (await crypto.subtle.verify("Ed25519", ed, un64(line[2]).slice(4), enc.encode(said)));
    const [origin, size, root] = said.split("\n");
    return { ok: ok && origin === name, size: BigInt(size), root: un64(root) };
  };
  const walk = async (pos, last, start, path, both) => {
    let a = start, b = start;
    for (const s of path) {
      if (last === 0n) return null;
      if (pos & 1n || pos === last) {
        a = await sha(join(one, s, a)); if (both) b = await sha(join(one, s, b));
        while (!(pos & 1n) && pos) { pos >>= 1n; last >>= 1n; }
      } else if (both) b = await sha(join(one, b, s)); else a = await sha(join(one, a, s));
      pos >>= 1n; last >>= 1n;
    }
    return last === 0n ? [a, b] : null;
  };
  const grown = async (old, now) => {
    if (now.size === old.size) return same(now.root, old.root);
    if (old.size === 0n) return same(old.root, await sha(new Uint8Array())); // of nothing anything grows
    const got = await fetch(`${box.dataset.consistency}${old.size}/${now.size}`);
    let path = (await got.text()).split("\n").filter(Boolean).map(un64);
    if (!(old.size & (old.size - 1n))) path = [old.root, ...path];
    let pos = old.size - 1n, last = now.size - 1n;
    while (pos & 1n) { pos >>= 1n; last >>= 1n; }
    const r = path.length ? await walk(pos, last, path[0], path.slice(1), true) : null;
    return !!r && same(r[0], old.root) && same(r[1], now.root);
  };
  const key = box.dataset.key, one = new Uint8Array([1]);
  try {
    const [head, ...rest] = box.textContent.split("\n\n"), note = rest.join("\n\n"), lines = head.split("\n");
    const raw = un64(lines[1].slice(6)), parts = [];
    for (let at = 0; at < raw.length;) { const n = new DataView(raw.buffer, at).getUint32(0); parts.push(raw.slice(at + 4, at + 4 + n)); at += 4 + n; }
    step(lines[0] === "c2sp.org/tlog-proof@v1" && parts.length === 4, 1);
    const tree = await readNote(note);
    step(tree.ok, 2);
    const index = BigInt(lines[2].slice(6));
    step(index < tree.size, 3);
    const account = await sha(frame(enc.encode("kept/account/v1"), parts[0], parts[1]));
    const person = parts[2].length ? await sha(frame(enc.encode("kept/person/v1"), parts[2], parts[3])) : parts[3];
    const leaf = await sha(join(new Uint8Array([0]), frame(enc.encode("kept/entry/v1"), account, person)));
    step(hex(leaf) === box.dataset.entry, 4);
    const up = await walk(index, tree.size - 1n, leaf, lines.slice(3).map(un64), false);
    step(!!up && same(up[0], tree.root), 5);
    const older = document.getElementById("older").value.replace(/\r/g, "");
    if (older.trim()) {
      const old = await readNote(older);
      step(old.ok && old.size <= tree.size && (await grown(old, tree)), 6);
    } else step(true, 6);
    out.textContent = out.dataset.yes;
    out.className = "sheet fine";
    document.getElementById("said").textContent = JSON.stringify(JSON.parse(dec.decode(parts[1])), null, 1);
  } catch (e) {
    if (next < 7 && !(e.message > 0)) try { step(false, next); } catch { /* what could not be read is the step that failed */ }
    out.textContent = out.dataset.no;
    out.className = "sheet alert";
  }
};
verify();
document.getElementById("again")?.addEventListener("click", verify);
