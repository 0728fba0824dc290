"use strict";
// What is typed goes to the server at once; what the server sends is put in its place.
(function () {
  document.documentElement.lang = "en";
  const PAUSE = 25;
  const byId = (id) => document.getElementById(id);
  const FIELD = "[data-field]";

  function tell(name, message) {
    if (window.Shiny && Shiny.setInputValue) Shiny.setInputValue(name, message, { priority: "event" });
  }

  // ---------------------------------------------------------------- what the reader changes
  // Changes are numbered. While the server works, later ones wait, the newest of each field.
  let number = 0, sent = 0, answered = 0, timer = 0;
  const waiting = new Map(), changed = new Map(); // by field: what is not sent; number of the last change

  document.addEventListener("input", (event) => {
    const field = event.target.closest(FIELD);
    if (event.target.id && event.target.id.endsWith("-yaml")) event.target.dataset.edited = "yes";
    if (!field) return;
    number += 1;
    changed.set(field.id, number);
    waiting.set(field.id, field);
    if (!timer && answered >= sent) timer = setTimeout(send, PAUSE);
  });

  function send() {
    clearTimeout(timer);
    timer = 0;
    if (!waiting.size) return;
    const changes = [...waiting.keys()].map((id) => byId(id) || waiting.get(id)).map((field) => (
      { scope: field.dataset.scope, name: field.dataset.field, text: field.type === "checkbox" ? String(field.checked) : field.value }));
    waiting.clear();
    sent = number;
    tell("change", { number: number, changes: changes });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    send(); // what was typed a moment ago is told first
    const told = (button.dataset.told || "").split(" ").filter(Boolean).map(byId);
    told.forEach((field) => { delete field.dataset.edited; });
    if (button.dataset.do === "forget") emptied(button.dataset.scope);
    const what = button.dataset.edit ? "edit:" + button.dataset.edit : button.dataset.do;
    tell("act", { scope: button.dataset.scope, what: what, text: texts(told.map((field) => field.value)) });
  });

  // Rows of a spreadsheet fill cells and go on in items of their own.
  document.addEventListener("paste", (event) => {
    const field = event.target.closest && event.target.closest(".cells " + FIELD);
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!field || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    send();
    tell("act", { scope: field.dataset.scope, what: "edit:" + field.dataset.field + ".paste", text: text });
  });

  document.addEventListener("toggle", (event) => {
    const part = event.target;
    if (part.open && part.dataset.opens) tell("act", { scope: part.dataset.scope, what: part.dataset.opens });
  }, true);

  // A file is read here, and told as text: nothing is uploaded.
  document.addEventListener("change", (event) => {
    const input = event.target, scope = input.dataset.opened, file = scope && input.files[0];
    if (input.id === "names") document.documentElement.classList.toggle("names", input.checked);
    if (!file) return;
    if (file.size > 900000) { byId(input.id + "-error").textContent = "The file is larger than a study's."; return; }
    file.text().then((text) => { tell("act", { scope: scope, what: "file", text: file.name + "\n" + text }); input.value = ""; });
  });

  const texts = (all) => all.length > 1 ? JSON.stringify(all) : all.join("");

  // Files of answers are sent whole, both whenever one is chosen; the page's server is on this computer.
  const answers = (scope) => [0, 1].map((number) => byId(scope + "-data-" + number));
  const emptied = (scope) => answers(scope).forEach((input) => { input.value = ""; });

  document.addEventListener("change", (event) => {
    const scope = event.target.dataset.answers;
    if (!scope) return;
    const chosen = answers(scope).flatMap((input) => [...input.files]);
    const large = chosen.filter((file) => file.size > Number(event.target.dataset.most));
    byId(scope + "-data-error").textContent = large.map((file) => file.name + ": is larger than the page reads").join("\n");
    if (large.length) { event.target.value = ""; return; }
    byId(scope + "-data-status").textContent = chosen.length ? "Reading…" : "";
    Promise.all(chosen.map(whole)).then((files) => (
      tell("act", { scope: scope, what: files.length ? "answers" : "forget", text: JSON.stringify(files) })));
  });

  function whole(file) {
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done({ name: file.name, content: reader.result.slice(reader.result.indexOf(",") + 1) });
      reader.onerror = () => done({ name: file.name, content: "" });
      reader.readAsDataURL(file);
    });
  }

  // A reloaded tab is where it was.
  let left = ["a", "b"].map((scope) => [scope, sessionStorage.getItem("mentorsim-" + scope)]);
  function restore() {
    for (const [scope, text] of left) {
      if (text && scope === "b") tell("act", { scope: "", what: "second", text: "" });
      if (text) tell("act", { scope: scope, what: "restore", text: text });
    }
    left = [];
  }

  document.addEventListener("submit", (event) => event.preventDefault());

  // ------------------------------------------------------------------- what the server sends
  const shown = new Map(); // by element: what was put there

  // What the reader has typed since, opened, closed or points at stays so when it is drawn anew.
  function put(place, html) {
    if (shown.get(place.id) === html) return;
    for (const id of shown.keys()) if (id !== place.id && place.contains(byId(id))) shown.delete(id);
    shown.set(place.id, html);
    const parts = [...place.querySelectorAll("details")].map((part) => (
      { id: part.id, open: part.open, kind: (part.querySelector(".kind") || {}).textContent }));
    const typed = [...place.querySelectorAll(FIELD)].filter((field) => changed.get(field.id) > answered);
    const held = document.activeElement, inside = place.contains(held) && held.id;
    const fresh = document.createElement("div");
    fresh.innerHTML = html;
    const partner = inside && fresh.querySelector("#" + CSS.escape(inside));
    if (partner && held.matches(FIELD) && held.tagName === partner.tagName) {
      around(place, fresh, held, partner);
    } else {
      place.replaceChildren(...fresh.childNodes);
      if (partner) partner.focus({ preventScroll: true });
    }
    for (const old of typed) { const field = byId(old.id); if (field && field !== old) { field.value = old.value; field.checked = old.checked; } }
    [...place.querySelectorAll("details")].forEach((part, k) => {
      const before = part.id ? parts.find((old) => old.id === part.id) : parts[k];
      const kind = (part.querySelector(".kind") || {}).textContent;
      if (before && before.kind === kind) part.open = before.open;
    });
  }

  // The field in use is not replaced: a choice by its first letters would begin again at the next one.
  function around(old, fresh, held, partner) {
    const stays = [...old.childNodes].find((node) => node.contains(held));
    const goes = [...fresh.childNodes].find((node) => node.contains(partner));
    for (const node of [...old.childNodes]) if (node !== stays) node.remove();
    const nodes = [...fresh.childNodes], place = nodes.indexOf(goes);
    stays.before(...nodes.slice(0, place));
    stays.after(...nodes.slice(place + 1));
    if (stays === held || goes === partner) return renew(held, partner);
    for (const { name, value } of goes.attributes) stays.setAttribute(name, value);
    around(stays, goes, held, partner);
  }

  function renew(held, partner) {
    if (!held.options) return; // it is being typed
    const words = (field) => [...field.options].map((option) => option.value + option.text).join();
    const chosen = changed.get(held.id) > answered ? held.value : partner.value;
    if (words(held) !== words(partner)) held.replaceChildren(...partner.childNodes);
    if (held.value !== chosen) held.value = chosen;
  }

  function value(id, text) {
    const place = byId(id), note = byId(id + "-note");
    if (!place || place === document.activeElement || changed.get(id) > answered) return;
    const kept = place.dataset.edited && place.value !== text;
    if (!kept) place.value = text;
    if (note) note.textContent = kept ? "What stands above is yours and not in use; the form has other settings." : "";
  }

  function mark(scope, lines) {
    byId(scope).querySelectorAll(FIELD).forEach((field) => {
      const line = lines[field.dataset.field] || "";
      const said = byId(field.id + "-error");
      if (!said) return;
      if (said.dataset.line !== line) { said.dataset.line = line; said.replaceChildren(...words(line)); }
      if (line) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    });
  }

  // Each line is words, then the setting's name, which is shown on demand.
  function words(lines) {
    return lines.split("\n").filter(Boolean).map((line) => {
      const [text, place] = line.split("\t"), part = document.createElement("span"), name = document.createElement("code");
      name.textContent = place || "";
      part.append(text, " ", name);
      return part;
    });
  }

  const comingFirst = (parts) => Object.entries(parts).sort((one, other) => one[1] - other[1]);

  // A button that goes while it is held hands on to the one that is there instead.
  function disable(id, disabled) {
    const button = byId(id), held = document.activeElement === button;
    button.disabled = disabled;
    if (!disabled || !held) return;
    const other = button.parentElement.querySelector("button:enabled") || byId(button.dataset.scope + "-status");
    other.focus();
  }

  function hide(id, hidden) {
    const part = byId(id), held = part.contains(document.activeElement);
    part.hidden = hidden;
    if (hidden && held) (byId(part.dataset.then) || (byId("b").hidden ? byId("-second") : byId("b-heading"))).focus();
  }

  function update(updates) {
    answered = Math.max(answered, updates.number);
    for (const [id, html] of Object.entries(updates.html)) { const place = byId(id); if (place) put(place, html); }
    for (const [id, text] of Object.entries(updates.value)) value(id, text);
    for (const [id, stale] of Object.entries(updates.stale)) byId(id).classList.toggle("stale", stale);
    for (const [id, gone] of comingFirst(updates.hidden)) hide(id, gone);
    for (const [id, gone] of comingFirst(updates.disabled)) disable(id, gone);
    if (updates.hidden.b) sessionStorage.removeItem("mentorsim-b");
    for (const [scope, text] of Object.entries(updates.kept)) sessionStorage.setItem("mentorsim-" + scope, text);
    restore();
    for (const [scope, lines] of Object.entries(updates.errors)) mark(scope, lines);
    byId("scenarios").classList.toggle("two", !byId("b").hidden);
    document.documentElement.dataset.drawn = "yes";
    if (waiting.size && !timer && answered >= sent) timer = setTimeout(send, PAUSE);
  }

  document.addEventListener("DOMContentLoaded", () => {
    Shiny.addCustomMessageHandler("updates", update);
    window.jQuery(document).on("shiny:disconnected", () => {
      byId("gone").hidden = false;
      document.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      scrollTo(0, 0);
    });
  });

  // ------------------------------------------------- the value at the size that one points at
  document.addEventListener("pointermove", (event) => {
    const drawn = event.target.closest && event.target.closest("svg.chart");
    document.querySelectorAll("svg.chart.read").forEach((other) => { if (other !== drawn) read(other, null); });
    if (drawn) read(drawn, event.clientX);
  });

  function read(drawn, at) {
    const line = drawn.querySelector(".pointer"), said = drawn.nextElementSibling;
    drawn.classList.toggle("read", at !== null);
    if (at === null) { said.textContent = ""; return; }
    const box = drawn.getBoundingClientRect();
    const x = (at - box.left) * drawn.viewBox.baseVal.width / box.width;
    const rows = drawn.rows || (drawn.rows = JSON.parse(drawn.dataset.read));
    const [place, words] = rows.reduce((best, row) => Math.abs(row[0] - x) < Math.abs(best[0] - x) ? row : best);
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
    said.textContent = words;
  }
})();
