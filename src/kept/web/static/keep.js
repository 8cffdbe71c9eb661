// Copying and printing what is shown once: the buttons stay hidden where the browser cannot, and the page works without this file.
(() => {
  const say = document.getElementById("say");
  document.querySelectorAll("[data-copy]").forEach((b) => {
    if (!navigator.clipboard) return;
    b.hidden = false;
    b.addEventListener("click", async () => {
      const from = document.getElementById(b.dataset.copy);
      try {
        await navigator.clipboard.writeText(from.value ?? from.textContent);
        say.textContent = b.dataset.done;
      } catch {
        say.textContent = b.dataset.failed;
      }
    });
  });
  document.querySelectorAll("[data-print]").forEach((b) => {
    b.hidden = false;
    b.addEventListener("click", () => print());
  });
})();
