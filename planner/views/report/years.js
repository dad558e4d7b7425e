// Several years: the land of their maps, which stands in the page's data already, and which of them are shown.

const SVG = "http://www.w3.org/2000/svg";
const ALL_STAGES = "";

function drawYearsLand() {
  const place = byId("years-land");
  const [left, , right] = data.land.bounds;
  const shape = (points) => `M${points.map((point) => point.join(" ")).join("L")}`;
  const add = (d, look) => {
    const path = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries({ d, "stroke-width": (right - left) / 900, ...look })) path.setAttribute(name, value);
    place.append(path);
  };
  for (const area of data.land.areas)
    add(area.flatMap((polygon) => polygon.map((ring) => `${shape(ring)}Z`)).join(""), { fill: LAND, stroke: BORDER });
  add(data.land.lines.map(shape).join(""), { fill: "none", stroke: INK, "stroke-width": (right - left) / 400 });
}

/** Show the years of a stage, or of all stages, in one future. */
function showYears(stage) {
  const future = byId("year-future")?.value;
  for (const button of document.querySelectorAll("#year-stage button"))
    button.setAttribute("aria-pressed", String(button.dataset.stage === stage));
  for (const year of document.querySelectorAll("figure.year"))
    year.hidden = (stage !== ALL_STAGES && year.dataset.stage !== stage)
      || (future !== undefined && year.dataset.future !== future);
}

function startYears() {
  if (!byId("years-land")) return;
  drawYearsLand();
  let chosen = ALL_STAGES;
  for (const button of document.querySelectorAll("#year-stage button"))
    button.addEventListener("click", () => { chosen = button.dataset.stage; showYears(chosen); });
  byId("year-future")?.addEventListener("change", () => showYears(chosen));
  showYears(chosen);
}
