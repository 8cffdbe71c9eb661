// Passkeys: the buttons stay hidden where the browser cannot, and the forms below work without this file.
(() => {
  const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const written = (box) => Object.fromEntries([...box.querySelectorAll("input")].map((i) => [i.name, i.value]));
  const send = (url, fields) => fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  document.querySelectorAll("[data-passkey]").forEach((box) => {
    if (!window.PublicKeyCredential || location.hostname.match(/^[\d.]+$|:/)) return;
    box.hidden = false;
    const say = box.querySelector("[role=status]");
    box.querySelector("button").addEventListener("click", async () => {
      say.textContent = "";
      try {
        const more = written(box), begun = await (await send(box.dataset.passkey + "/begin", more)).json();
        const o = begun.options;
        o.challenge = bytes(o.challenge);
        for (const held of o.excludeCredentials || []) held.id = bytes(held.id);
        let made;
        if (o.user) {
          o.user.id = bytes(o.user.id);
          made = await navigator.credentials.create({ publicKey: o });
        } else made = await navigator.credentials.get({ publicKey: o });
        const r = made.response;
        const answer = { id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, response: { clientDataJSON: text(r.clientDataJSON) } };
        for (const k of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (r[k]) answer.response[k] = text(r[k]);
        const done = await send(box.dataset.passkey, { ...more, credential: JSON.stringify(answer), token: begun.token });
        if (!done.ok) throw new Error();
        location.href = (await done.json()).go;
      } catch {
        say.textContent = box.dataset.failed;
      }
    });
  });
})();
