// What scripts add to pages that work without them: keys, dialogs, copying, and polling where events do not come.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (node) => node.closest("input, select, textarea, [contenteditable]");
  const announce = (text) => { document.getElementById("announce").textContent = text; };

  // Dialogs: a link with data-dialog shows the page it leads to, without its frame.
  const dialog = document.getElementById("dialog");
  const open = async (link) => {
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const ask = answer.ok && page.querySelector(".ask");
      if (!ask) throw new Error("no dialog");
      dialog.replaceChildren(document.adoptNode(ask));
      dialog.showModal();
      (dialog.querySelector("[autofocus], input:not([type=hidden]), textarea, button") || dialog).focus();
    } catch {
      location.href = link.href;
    }
  };
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-dialog]");
    if (link) { event.preventDefault(); open(link); }
    const close = event.target.closest("[data-close-dialog]");
    if (close && dialog.open || event.target === dialog) { event.preventDefault(); dialog.close(); }
    if (event.target.closest("button[data-print]")) print();
    const copy = event.target.closest("button[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => {
      announce(copy.dataset.copied);
      copy.classList.add("copied");
      setTimeout(() => { copy.classList.remove("copied"); announce(""); }, 2000);
    });
  });

  // A form of filters sends only the fields that say something, so that its address can be read.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-clean]")) return;
    const silent = all("input, select", event.target).filter((field) => !field.disabled && !field.value);
    silent.forEach((field) => { field.disabled = true; });
    setTimeout(() => silent.forEach((field) => { field.disabled = false; }));
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form[data-clean]")) return;
    const parameters = event.detail.parameters;
    Object.keys(parameters).forEach((name) => { if (parameters[name] === "") delete parameters[name]; });
  });

  // Keys: / to search, g and a letter to go, j and k for rows, ? for help. Enter and Esc are the browser's own.
  const step = (by) => {
    const rows = all("#main a.row");
    if (!rows.length) return;
    const here = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by))].focus();
  };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.id === "find") { event.target.blur(); return; }
    if (dialog.open || typing(event.target)) return;
    const went = event.timeStamp - going < 1500 && all("a[data-letter]").find((link) => link.dataset.letter === event.key);
    going = 0;
    if (went) { event.preventDefault(); went.click(); return; }
    switch (event.key) {
      case "g": going = event.timeStamp; return;
      case "j": step(1); break;
      case "k": step(-1); break;
      case "/": document.getElementById("find")?.focus(); break;
      case "?": { const help = document.querySelector("a[data-hotkey='?']"); if (help) open(help); break; }
      default: return;
    }
    event.preventDefault();
  });

  // Live regions: where events do not come, ask.
  const pace = 10000;
  document.addEventListener("htmx:sseError", (event) => {
    const region = event.target.closest("[data-poll]");
    if (!region || region.dataset.polls) return;
    region.dataset.polls = "yes";
    const ask = () => {
      if (!region.isConnected) return;
      if (!document.hidden) htmx.ajax("GET", region.dataset.poll, { target: region, swap: "innerHTML" });
      setTimeout(ask, pace);
    };
    setTimeout(ask, pace);
  });

  // Buttons that need scripts are hidden until there are some.
  const reveal = (root) => all("[data-copy], [data-print]", root).forEach((button) => { button.hidden = false; });
  reveal(document);
  document.addEventListener("htmx:afterSettle", (event) => reveal(event.target));
})();
