// Draws the figures of the page from the data in it. Text of the user is data, never markup.
const data = JSON.parse(document.getElementById("report-data").textContent);
const options = { actions: false, renderer: "svg", defaultStyle: false };
// Vega-Lite has no other way not to warn of heights by step, which are meant
const warn = console.warn;
console.warn = (...said) => said.join(" ").includes('Dropping "fit-y"') || warn(...said);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
// rows of a table as Vega-Lite takes them; what a row has not got is left out
function withRows({ spec, keys, rows }) {
  const own = (row) => Object.fromEntries(keys.map((key, at) => [key, row[at]]).filter(([, value]) => value !== null));
  return rows.length ? { ...spec, data: { values: rows.map(own) } } : spec;
}
function embed(box, spec, theme) {
  const themed = { ...structuredClone(spec), config: data.configs[theme] };
  return window.vegaEmbed(box, themed, options);
}

// on paper figures are as wide as its text, so that their letters are not small
const paper = 660;
const lights = [];
window.addEventListener("beforeprint", () => lights.forEach((view) => view.width(paper).run()));
window.addEventListener("afterprint", () => window.dispatchEvent(new Event("resize")));

// light is always drawn, for it is what is printed; dark when it is wanted
function place(parent, theme) {
  const box = document.createElement("div");
  box.className = theme;
  parent.append(box);
  return box;
}
async function drawFigures(theme) {
  for (const own of document.querySelectorAll("[data-figure]")) {
    if (own.querySelector(`.${theme}`)) continue;
    const made = await embed(place(own, theme), withRows(data.figures[own.dataset.figure]), theme);
    if (theme === "light") lights.push(made.view);
  }
}

// all warnings where there is room, and on paper
const roomy = window.matchMedia("(min-width: 56rem), print");
function unfold() {
  for (const part of document.querySelectorAll("details.more")) part.open = roomy.matches;
}
roomy.addEventListener("change", unfold);
unfold();

// a table says that it is wider than the screen, and only then takes the keyboard
function hint() {
  for (const region of document.querySelectorAll(".scroll")) {
    const wide = region.scrollWidth > region.clientWidth + 1;
    region.parentElement.classList.toggle("wide", wide);
    if (wide) region.setAttribute("tabindex", "0");
    else region.removeAttribute("tabindex");
  }
}
window.addEventListener("resize", hint);
hint();

const choice = document.getElementById("curve-choice");
const slider = document.getElementById("curve-size");
const reading = document.getElementById("curve-reading");
let views = [];

function read() {
  const points = data.curve.curves[choice.value].points;
  const [size, power, error] = points[Math.min(slider.value, points.length - 1)];
  const about = error < 0.0005 ? "<0.001" : error.toFixed(3);
  const precision = error > 0 ? `Monte Carlo error ${about}` : "computed exactly";
  const words = `${data.curve.people[size]}: power ${power.toFixed(3)}, ${precision}`;
  reading.textContent = words;
  slider.setAttribute("aria-valuetext", words);
  for (const view of views) view.data("chosen", [{ size, value: power }]).runAsync();
}
async function show(at) {
  const own = data.curve.curves[choice.value];
  const rows = own.points.map(([size, value, mcse]) => ({ size, value, mcse }));
  slider.max = own.points.length - 1;
  if (at !== undefined) slider.value = own.points.findIndex(([size]) => size === at);
  for (const view of views) await view.data("curve", rows).data("answer", own.answer).resize().runAsync();
  read();
}
async function drawCurve(theme) {
  const parent = document.getElementById("curve");
  if (parent.querySelector(`.${theme}`)) return;
  const box = place(parent, theme);
  const made = await embed(box, data.curve.spec, theme);
  made.view.container().setAttribute("aria-hidden", "true");
  views.push(made.view);
  if (theme === "light") lights.push(made.view);
}

async function draw() {
  const themes = dark.matches ? ["light", "dark"] : ["light"];
  for (const theme of themes) {
    if (data.curve) await drawCurve(theme);
    await drawFigures(theme);
  }
  if (data.curve) {
    const first = data.curve.curves[0];
    await show(first.answer.length ? first.answer[0].size : first.points[first.points.length - 1][0]);
  }
  document.documentElement.dataset.drawn = "yes";
}
if (data.curve) {
  choice.addEventListener("change", () => show());
  slider.addEventListener("input", read);
}
dark.addEventListener("change", draw);
await draw();
