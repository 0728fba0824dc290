"use strict";
// What is typed goes to the server at once; what the server finds is put in its place.
(function () {
  document.documentElement.lang = "en";
  const PAUSE = 25;
  const waiting = new Map();
  const byId = (id) => document.getElementById(id);

  function tell(name, message) {
    if (window.Shiny && Shiny.setInputValue) Shiny.setInputValue(name, message, { priority: "event" });
  }

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-field]");
    if (!field) return;
    clearTimeout(waiting.get(field.id));
    const message = () => tell("change", { scope: field.dataset.scope, name: field.dataset.field, text: field.value });
    waiting.set(field.id, setTimeout(message, PAUSE));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const scope = button.dataset.scope, what = button.dataset.do;
    const text = what === "yaml" ? byId(scope + "-yaml").value : "";
    // what was typed a moment ago is told first
    setTimeout(() => tell("act", { scope: scope, what: what, text: text }), PAUSE);
  });

  document.addEventListener("toggle", (event) => {
    const part = event.target;
    if (part.open && part.dataset.opens) tell("act", { scope: part.dataset.scope, what: part.dataset.opens });
  }, true);

  document.addEventListener("submit", (event) => event.preventDefault());

  function mark(scope, lines) {
    byId(scope).querySelectorAll("[data-field]").forEach((field) => {
      const line = lines[field.dataset.field] || "";
      const said = byId(field.id + "-error");
      if (!said) return;
      if (said.textContent !== line) said.textContent = line;
      if (line) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    });
  }

  function show(shows) {
    const focused = document.activeElement && document.activeElement.id;
    for (const [id, html] of Object.entries(shows.html)) {
      const place = byId(id);
      if (place && place.innerHTML !== html) place.innerHTML = html;
    }
    for (const [id, value] of Object.entries(shows.value)) byId(id).value = value;
    for (const [id, hidden] of Object.entries(shows.hidden)) byId(id).hidden = hidden;
    for (const [id, disabled] of Object.entries(shows.disabled)) byId(id).disabled = disabled;
    for (const [scope, lines] of Object.entries(shows.errors)) mark(scope, lines);
    if (focused && document.activeElement.id !== focused && byId(focused)) byId(focused).focus();
    byId("scenarios").classList.toggle("two", !byId("b").hidden);
    document.documentElement.dataset.drawn = "yes";
  }

  document.addEventListener("DOMContentLoaded", () => Shiny.addCustomMessageHandler("shows", show));
})();
