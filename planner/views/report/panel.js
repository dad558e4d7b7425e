// The panel: one site's numbers, its hours, and where its work comes from.

const WORK_SHOWN = 15, STEPS_DRAWN = 400, MEANS_DRAWN = 366, WEEK = 168;
const SUPPLY = [["grid_power", "#8f8f8f"], ["green_power", "#45b1b5"], ["discharge", "#009e73"]];
const CHARGING = "#a3123a", PERIOD = "#ffffff";
const panel = { chart: null };

function chooseSite(at, isAsked) {
  state.site = at;
  for (const button of document.querySelectorAll("button.site"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.site) === at));
  hideTip();
  drawMap();
  drawPanel();
  if (isAsked && matchMedia("(max-width: 62rem)").matches) byId("panel-title").scrollIntoView();
}

function drawPanel() {
  if (panel.chart) panel.chart.dispose();
  panel.chart = null;
  if (state.site === null) return;
  const at = state.site, site = data.sites[at];
  byId("panel-title").textContent = named(site.name);
  byId("panel").replaceChildren(numbersOf(at), ...hoursOf(at), ...workOf(at));
  drawHours(at);
}

function numbersOf(at) {
  const site = data.sites[at], now = siteNow(at);
  const lines = [
    [say("hub"), site.hub === null ? UNKNOWN : named(site.hub)], [say("side"), named(data.sides[site.side])],
    [say("load"), quantity(now.load, "MW")], [say("capacity"), quantity(site.capacity, "MW")],
    [say("new"), quantity(site.new, "MW")], [say("utilisation"), perCent(now.utilisation)],
    [say(state.step === MEAN ? "green" : "green_now"), perCent(now.green)], [say("grid"), quantity(now.grid, "MW")],
    [say("pue"), plain(site.pue)], [say("emissions"), quantity(site.emissions, say("tonnes"))],
  ];
  return make("dl", { class: "numbers" }, ...lines.map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

/** Return the series that say something of a site. */
const seriesOf = (at) => Object.keys(data.hours).filter((name) => data.hours[name][at].some((value) => value > 0));

function hoursOf(at) {
  const title = make("h4", {}, say("hours"));
  const series = seriesOf(at);
  if (!series.length) return [title, make("p", {}, say(data.steps.names.length > 1 ? "idle" : "single"))];
  const weight = data.steps.hours, all = weight.reduce((sum, hours) => sum + hours, 0);
  const rows = series.map((name) => {
    const row = data.hours[name][at];
    const mean = row.reduce((sum, value, step) => sum + value * weight[step], 0) / all;
    const [low, high] = [row.reduce((a, b) => Math.min(a, b)), row.reduce((a, b) => Math.max(a, b))];
    const decimals = decimalsOf([mean, low, high]);
    return [say(name), ...[mean, low, high].map((value) => plain(value, decimals))];
  });
  return [title,
    make("div", { id: "hours", role: "img", "aria-label": say("chart", named(data.sites[at].name)) }),
    makeTable(say("hours_table"), [say("series"), say("mean"), say("lowest"), say("highest")], rows, 1)];
}

/** Return which timesteps the chart can show: all, the week around the one chosen, or means of several. */
function windowOf() {
  const count = data.steps.names.length;
  if (count <= STEPS_DRAWN) return { from: 0, to: count, together: 1 };
  if (state.step === MEAN) return { from: 0, to: count, together: Math.ceil(count / MEANS_DRAWN) };
  const from = Math.max(0, Math.min(state.step - WEEK / 2, count - WEEK));
  return { from, to: Math.min(count, from + WEEK), together: 1 };
}

/** Return what the window shows of a row: its numbers, or the means of several together. */
function within({ from, to, together }, row) {
  const found = [];
  for (let at = from; at < to; at += together) {
    const part = row.slice(at, Math.min(at + together, to)), hours = data.steps.hours.slice(at, at + part.length);
    found.push(part.reduce((sum, value, place) => sum + value * hours[place], 0) / hours.reduce((sum, h) => sum + h, 0));
  }
  return found;
}

function drawHours(at) {
  const box = byId("hours");
  if (!box) return;
  panel.chart = echarts.init(box, null, { renderer: "svg" });
  const shown = windowOf(), row = (name) => within(shown, data.hours[name][at]);
  const steps = data.steps.names.slice(shown.from, shown.to).filter((_, place) => place % shown.together === 0);
  const marks = data.steps.breaks.filter((step) => step > shown.from && step < shown.to).map((step) => ({ xAxis: step - shown.from }));
  if (state.step !== MEAN) marks.push({ xAxis: state.step - shown.from, lineStyle: { color: CHARGING, width: 1.5 } });
  const known = seriesOf(at), sources = SUPPLY.filter(([name]) => known.includes(name));
  const supply = sources.map(([name, colour]) => ({
    name: say(name), type: "line", stack: "supply", step: "middle", symbol: "none", data: row(name), silent: true,
    sampling: "lttb", lineStyle: { width: 0 }, areaStyle: { color: colour, opacity: 0.9 }, endLabel: { show: false },
  }));
  const load = data.hours.facility_load ? [{
    name: say("facility_load"), type: "line", step: "middle", symbol: "none", silent: true, data: row("facility_load"),
    lineStyle: { color: INK, width: 1.4 }, z: 5,
    markLine: {
      symbol: "none", silent: true, label: { show: false }, lineStyle: { color: PERIOD, type: "solid", width: 1 },
      data: shown.together > 1 ? [] : marks,
    },
  }] : [];
  const charged = known.includes("charge") ? row("charge") : [];
  const taken = known.includes("charge") ? [{
    name: say("taken"), type: "line", step: "middle", symbol: "none", silent: true, z: 4,
    data: row("facility_load").map((value, step) => value + charged[step]),
    lineStyle: { color: CHARGING, width: 1, type: "dashed" },
  }] : [];
  panel.chart.setOption({
    animation: false, textStyle: { fontFamily: FONT }, grid: { left: 52, right: 10, top: 26, bottom: 24 },
    xAxis: { type: "category", data: steps, axisLabel: { color: "#565656", hideOverlap: true } },
    yAxis: { type: "value", name: "MW", nameTextStyle: { color: "#565656" }, axisLabel: { color: "#565656", formatter: (value) => plain(value) } },
    series: [...supply, ...load, ...taken],
  });
  const key = sources.map(([name, colour]) => make("li", {}, swatch(colour), say(name)));
  if (load.length) key.push(make("li", {}, swatch(INK), say("facility_load")));
  if (taken.length) key.push(make("li", {}, swatch(CHARGING), say("taken")));
  box.after(make("ul", { class: "legend" }, ...key));
  if (shown.together > 1) box.after(make("p", { class: "note" }, say("together", shown.together)));
  if (shown.to - shown.from < data.steps.names.length) box.after(make("p", { class: "note" }, say("week", shown.to - shown.from)));
}

function swatch(colour) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "14", height: "14", fill: colour })) box.setAttribute(name, value);
  for (const [name, value] of Object.entries({ width: "14", height: "14", class: "swatch", "aria-hidden": "true" }))
    drawn.setAttribute(name, value);
  drawn.append(box);
  return drawn;
}

function workOf(at) {
  const title = make("h4", {}, say("work"));
  const flows = shownFlows().filter((flow) => flow.site === at).sort((one, other) => other.mw - one.mw);
  if (!flows.length) return [title, make("p", {}, say("none"))];
  const decimals = ["mw", "ms", "gbit"].map((name) => decimalsOf(flows.map((flow) => flow[name])));
  const row = (name, work, flow) =>
    [name, work, ...["mw", "ms", "gbit"].map((column, place) => plain(flow[column], decimals[place]))];
  const rows = flows.slice(0, WORK_SHOWN)
    .map((flow) => row(named(data.regions[flow.region].name), named(data.workloads[flow.workload]), flow));
  const rest = flows.slice(WORK_SHOWN);
  if (rest.length) rows.push(row(say("others", rest.length), "", grouped(rest, () => 0)[0]));
  const head = [say("region"), say("workload"), "MW", "ms", "Gbit/s"];
  return [title, makeTable(say("served"), head, rows, 2)];
}
