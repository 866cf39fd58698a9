// Passkeys: a form with data-passkey asks the browser to make ("create") or use ("get") one, and is sent with its answer.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const asked = ({ publicKey: o }) => ({
    ...o, challenge: bytes(o.challenge),
    ...(o.user && { user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: listed(o.excludeCredentials) }),
    ...(o.allowCredentials && { allowCredentials: listed(o.allowCredentials) }),
  });
  const answered = (key) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) response[name] = text(key.response[name]);
    }
    if (key.response.getTransports) response.transports = key.response.getTransports();
    return { id: key.id, rawId: text(key.rawId), type: key.type, authenticatorAttachment: key.authenticatorAttachment,
      clientExtensionResults: key.getClientExtensionResults(), response };
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const fault = form.querySelector(":scope > .fault");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.textContent = "";
      try {
        const key = await navigator.credentials[form.dataset.passkey]({ publicKey: asked(JSON.parse(form.dataset.options)) });
        form.elements.response.value = JSON.stringify(answered(key));
        form.submit();
      } catch {
        fault.textContent = form.dataset.failed;
      }
    });
  }
})();
