// The controls: real form controls, buttons in the table for every site, and the language.

function redraw() {
  drawMap();
  drawPanel();
}

function readFilter() {
  state.workload = byId("workload").value;
  state.from = byId("from-side").value;
  state.to = byId("to-side").value;
  state.lines = byId("lines")?.value ?? "flows";
  const when = byId("when");
  if (!when) return;
  const isStep = when.value === "step", slider = byId("hour");
  slider.disabled = !isStep;
  state.step = isStep ? Number(slider.value) : MEAN;
  const name = data.steps.names[Number(slider.value)];
  byId("hour-name").textContent = isStep ? name : "";
  slider.setAttribute("aria-valuetext", name);
}

function switchLanguage(at) {
  speak(at);
  redraw();
}

function start() {
  startMap();
  const filters = byId("filters");
  filters.addEventListener("input", () => { readFilter(); redraw(); });
  filters.addEventListener("reset", () => setTimeout(() => { readFilter(); redraw(); }));
  filters.addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-language]"))
    button.addEventListener("click", () => switchLanguage(TAGS.indexOf(button.dataset.language)));
  for (const button of document.querySelectorAll("button.site")) {
    const at = Number(button.dataset.site);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => chooseSite(at, true));
    button.addEventListener("focus", () => tipAt(at));
    button.addEventListener("blur", hideTip);
  }
  byId("print").addEventListener("click", () => print());
  for (const [id, factor] of [["zoom-in", 1.5], ["zoom-out", 1 / 1.5], ["zoom-reset", 0]])
    byId(id).addEventListener("click", () => zoomBy(factor));
  new ResizeObserver(() => { map.chart.resize(); drawMap(); }).observe(byId("map"));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
  readFilter();
  switchLanguage(language);
}

start();
startYears();
