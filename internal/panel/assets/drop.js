// What scripts add to the form of uploads: dropping a file, how much of it was sent, and a way to stop. Without them the form
// works as it is.
(() => {
  "use strict";
  const formOf = (node) => node instanceof Element && node.closest("form[data-upload]");
  const fault = (form, text) => {
    const line = form.querySelector("#field-file-fault");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
    form.querySelector(".drop").classList.toggle("wrong", !!text);
    form.querySelector("#field-file").toggleAttribute("aria-invalid", !!text);
  };
  const fits = (form) => {
    const file = form.querySelector("#field-file").files[0];
    const ok = !file || file.size <= Number(form.dataset.limit);
    fault(form, ok ? "" : form.dataset.tooLarge);
    return ok;
  };

  const over = (form, on) => form.querySelector(".drop").classList.toggle("over", on);
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => {
    const form = formOf(event.target);
    if (form) { event.preventDefault(); over(form, true); }
  }));
  document.addEventListener("dragleave", (event) => {
    const form = formOf(event.target);
    if (form && !form.contains(event.relatedTarget)) over(form, false);
  });
  document.addEventListener("drop", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    event.preventDefault();
    over(form, false);
    if (event.dataTransfer.files.length) {
      form.querySelector("#field-file").files = event.dataTransfer.files;
      fits(form);
    }
  });
  document.addEventListener("change", (event) => { if (event.target.id === "field-file") fits(formOf(event.target)); });

  // The answer is a page: the address of the file's own, or this one with what is wrong.
  const answered = (form, request) => {
    const to = request.getResponseHeader("HX-Redirect");
    if (to) { location.href = to; return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("#main");
    if (!page) { fault(form, form.dataset.broken); return; }
    const main = document.getElementById("main");
    main.replaceWith(document.adoptNode(page));
    htmx.process(page);
    (page.querySelector("[aria-invalid], [role=alert] a") || page).focus();
    shown();
  };
  const send = (form) => {
    const request = new XMLHttpRequest(), sending = form.querySelector(".sending");
    const bar = sending.querySelector("progress"), text = sending.querySelector(".sending-text");
    const done = () => { sending.hidden = true; form.querySelector("button[type=submit]").disabled = false; };
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = 100 * event.loaded / event.total;
      text.textContent = form.dataset.sent.replace("{n}", Math.floor(bar.value));
    });
    request.addEventListener("load", () => { done(); answered(form, request); });
    request.addEventListener("error", () => { done(); fault(form, form.dataset.broken); });
    request.addEventListener("abort", done);
    sending.querySelector("[data-abort]").onclick = () => request.abort();
    sending.hidden = false;
    form.querySelector("button[type=submit]").disabled = true;
    request.send(new FormData(form));
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-upload]")) return;
    event.preventDefault();
    if (fits(event.target)) send(event.target);
  });

  const shown = () => document.querySelectorAll("[data-scripted]").forEach((node) => { node.hidden = false; });
  shown();
})();
