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

  // What the reader has opened or closed stays so when it is drawn anew.
  function put(place, html) {
    const opened = new Map([...place.querySelectorAll("details")].map((own, k) => [own.id || k, own]));
    const kinds = new Map([...opened].map(([key, own]) => [key, (own.querySelector(".kind") || own).textContent]));
    place.innerHTML = html;
    [...place.querySelectorAll("details")].forEach((own, k) => {
      const before = opened.get(own.id || k), kind = own.querySelector(".kind");
      if (before && (!kind || kind.textContent === kinds.get(own.id || k))) own.open = before.open;
    });
  }

  // The value at the size one points at is read out below the curve.
  document.addEventListener("pointermove", (event) => {
    const drawn = event.target.closest && event.target.closest("svg.chart");
    document.querySelectorAll("svg.chart.read").forEach((own) => { if (own !== drawn) read(own, null); });
    if (drawn) read(drawn, event.clientX);
  });

  function read(drawn, at) {
    const line = drawn.querySelector(".pointer"), said = drawn.nextElementSibling;
    drawn.classList.toggle("read", at !== null);
    if (at === null) { said.textContent = ""; return; }
    const box = drawn.getBoundingClientRect();
    const x = (at - box.left) * drawn.viewBox.baseVal.width / box.width;
    const rows = drawn.rows || (drawn.rows = JSON.parse(drawn.dataset.read));
    const [place, words] = rows.reduce((best, own) => Math.abs(own[0] - x) < Math.abs(best[0] - x) ? own : best);
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
    said.textContent = words;
  }

  function show(shows) {
    const focused = document.activeElement && document.activeElement.id;
    for (const [id, html] of Object.entries(shows.html)) {
      const place = byId(id);
      if (place && place.innerHTML !== html) put(place, html);
    }
    for (const [id, stale] of Object.entries(shows.stale)) byId(id).classList.toggle("stale", stale);
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
