// The page of the wall: where its stream is, how large its letters are, and what to do when nothing comes any more.
// There is nobody to press a button, so it tries again by itself, for ever.
"use strict";
(() => {
  const SILENT = 15000; // the wall paints every second; nothing for so long (ms) means that it stands
  const AGAIN = 3000;
  const COLUMNS = 132; // letters are as large as leaves room for so many
  const Native = window.WebSocket;
  let heard = Date.now();

  window.WebSocket = class extends Native {
    constructor(...where) {
      super(...where);
      this.addEventListener("message", () => { heard = Date.now(); });
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const terminal = document.getElementById("terminal");
    const asked = Number(new URLSearchParams(location.search).get("fontsize"));
    const size = asked >= 6 && asked <= 120 ? asked : Math.max(8, Math.floor(window.innerWidth / COLUMNS / 0.602));
    const place = new URL("ws", location.href);
    place.search = "";
    place.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    terminal.dataset.fontSize = String(size);
    terminal.dataset.sessionWebsocketUrl = place.href;
  });

  setInterval(async () => {
    if (Date.now() - heard > SILENT) document.body.classList.add("-closed");
    if (!document.body.classList.contains("-closed")) return;
    try {
      const answer = await fetch("ready", { cache: "no-store" });
      if (answer.ok || answer.status === 401) location.reload();
    } catch {
      // not there yet
    }
  }, AGAIN);
})();
