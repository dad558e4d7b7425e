// The map: land and sites lie in the plane already (units of 100 m), so that ECharts has nothing to project.

const GREY = "#d0d0d0", LAND = "#f6f5f1", BORDER = "#a9a59b", FLOW = "#4a3a63", INK = "#1c1c1c", PAPER = "#ffffff";
const FLOWS_DRAWN = 200, CURVE = 0.14, ARROW_AT = 0.62, CIRCLE = 34, CIRCLE_LEAST = 4, RING = 3, WIDTH = 6, WIDTH_LEAST = 0.8;
const LINK_WIDTH = 7, LINK_LEAST = 1, CASING = 1.6, BESIDE = 0.07, ROUNDED = 1e-4, MARK = 8;
const FONT = getComputedStyle(document.body).fontFamily;
const ISLANDS = [14000, 9000];
const map = { chart: null, zoom: 1, loads: [], drawn: [], curves: curvesOf(data.links.list) };

function startMap() {
  const { land } = data;
  echarts.registerMap("land", {
    type: "FeatureCollection",
    features: land.areas.map((coordinates, at) => ({
      type: "Feature", properties: { name: String(at) }, geometry: { type: "MultiPolygon", coordinates },
    })),
  });
  map.chart = echarts.init(byId("map"), null, { renderer: "svg" });
  map.chart.on("mouseover", (event) => showTip(event, event.event));
  map.chart.on("mouseout", hideTip);
  map.chart.on("click", (event) => { if (event.seriesId === "sites") chooseSite(event.data.at, true); });
  map.chart.on("georoam", () => { map.zoom = map.chart.getOption().geo[0].zoom; hideTip(); });
  map.chart.setOption({ animation: false, geo: geo(), series: [], textStyle: { fontFamily: FONT } });
}

function geo() {
  const [left, bottom, right, top] = data.land.bounds;
  return {
    map: "land", aspectScale: 1, boundingCoords: [[left, top], [right, bottom]], left: 4, right: 4, top: 4, bottom: 4,
    roam: matchMedia("(pointer: fine)").matches || map.zoom > 1 ? "move" : false, zoom: map.zoom,
    scaleLimit: { min: 1, max: 12 }, selectedMode: false, emphasis: { disabled: true }, label: { show: false },
    itemStyle: { areaColor: LAND, borderColor: BORDER, borderWidth: 0.6 }, regions: shading(),
  };
}

/** Return the demand of every area of the base map [MW]. */
function areaDemand(loads) {
  const demand = new Map();
  loads.forEach((mw, region) => {
    const area = data.land.of_region[region];
    if (area !== null && mw > 0) demand.set(area, (demand.get(area) ?? 0) + mw);
  });
  return demand;
}

function shading() {
  const demand = areaDemand(map.regions ?? data.regions.map((region) => region.demand));
  const most = Math.max(...demand.values(), 0);
  const colours = data.colours.demand;
  return [...demand].map(([area, mw]) => ({
    name: String(area),
    itemStyle: { areaColor: colours[Math.min(colours.length - 1, Math.floor((mw / most) * colours.length))] },
  }));
}

function greenColour(share) {
  if (share === null) return GREY;
  const at = data.breaks.findIndex((limit, place) => place && share < limit - 1e-6);
  return data.colours.green[at < 0 ? data.colours.green.length - 1 : at - 1];
}

/** Draw what passes the filter, and say how much that is. */
function drawMap() {
  const flows = shownFlows();
  map.loads = siteLoads(flows);
  map.regions = regionLoads(flows);
  const far = pairs(flows).filter((flow) => isFar(flow));
  map.drawn = state.lines === "links" ? [] : far.slice(0, FLOWS_DRAWN);
  const most = map.drawn.length ? map.drawn[0].mw : 1;
  const width = (mw) => Math.max(WIDTH_LEAST, scale() * WIDTH * (mw / most));
  const series = [dashes(), ...links(), arcs(width), arrows(width), squares(), rings(), circles(), islands()];
  map.chart.setOption({ geo: geo(), series }, { replaceMerge: ["series"] });
  const total = flows.reduce((sum, flow) => sum + flow.mw, 0);
  byId("map-status").textContent = state.lines === "links" ? linksStatus()
    : say(far.length > map.drawn.length ? "status" : "status_all", plain(total), far.length, map.drawn.length);
  const decimals = decimalsOf(map.loads);
  for (const cell of document.querySelectorAll("[data-load]"))
    cell.textContent = plain(map.loads[Number(cell.dataset.load)], decimals);
  const svg = byId("map").querySelector("svg"); // so that print can scale what was drawn for the screen
  if (svg) svg.setAttribute("viewBox", `0 0 ${map.chart.getWidth()} ${map.chart.getHeight()}`);
}

function isFar(flow) {
  const [start, end] = [data.regions[flow.region].at, data.sites[flow.site].at];
  return start !== null && end !== null && (start[0] !== end[0] || start[1] !== end[1]);
}

const ends = (flow) => [data.regions[flow.region].at, data.sites[flow.site].at];

const dashes = () => ({
  id: "lines", type: "lines", coordinateSystem: "geo", polyline: true, silent: true, z: 2,
  lineStyle: { color: "#4d4d4d", width: 1.4, opacity: 1 }, data: data.land.lines.map((coords) => ({ coords })),
});

/** Return how far each link bends, so that those between the same two nodes lie side by side. */
function curvesOf(list) {
  const seen = new Map();
  return list.map(({ at }) => {
    if (at === null) return 0;
    const key = at.map(String).sort().join(" "), number = seen.get(key) ?? 0;
    seen.set(key, number + 1);
    const turned = String(at[0]) > String(at[1]) ? -1 : 1;
    return turned * BESIDE * Math.ceil(number / 2) * (number % 2 ? 1 : -1) || 0;
  });
}

/** Return what a link carries both ways, and how full it is, at the time shown. */
function linkNow(at) {
  const link = data.links.list[at];
  if (state.step === MEAN) return { traffic: link.there + link.back, full: link.full };
  return { traffic: data.links.traffic[at][state.step], full: data.links.full[at][state.step] };
}

function linkColour(full) {
  const at = data.breaks.findIndex((limit, place) => place && full < limit - 1e-6);
  return data.links.colours[at < 0 ? data.links.colours.length - 1 : at - 1];
}

/** Links that stand, the widest on top: a dark line under each, so that a pale one is seen; squares where one is widened. */
function links() {
  if (state.lines === "flows") return [];
  const shown = data.links.list.map((link, at) => ({ link, at, ...linkNow(at) }))
    .filter(({ link }) => link.at !== null && link.full !== null).sort((one, other) => one.traffic - other.traffic);
  const most = Math.max(...shown.map(({ traffic }) => traffic), 1e-9);
  const width = ({ traffic }) => Math.max(LINK_LEAST, scale() * LINK_WIDTH * (traffic / most));
  const line = (of, look) => ({ coords: of.link.at, link: of.at, lineStyle: { curveness: map.curves[of.at], opacity: 1, ...look } });
  const marks = shown.filter(({ link }) => link.modules > 0).map(({ link, at }) => ({ value: bentMiddle(link.at, map.curves[at]) }));
  const common = { type: "lines", coordinateSystem: "geo" };
  return [
    { ...common, id: "casings", z: 3, silent: true, data: shown.map((of) => line(of, { color: INK, width: width(of) + CASING })) },
    { ...common, id: "links", z: 3, emphasis: { lineStyle: { color: "#a3123a" } },
      data: shown.map((of) => line(of, { color: linkColour(of.full), width: width(of) })) },
    { id: "widened", type: "scatter", coordinateSystem: "geo", z: 4, silent: true, symbol: "rect", symbolSize: MARK,
      itemStyle: { color: PAPER, borderColor: INK, borderWidth: 1.4 }, data: marks },
  ];
}

function bentMiddle([[x0, y0], [x1, y1]], curve) {
  return [(x0 + x1) / 2 + ((y0 - y1) * curve) / 2, (y0 + y1) / 2 + ((x1 - x0) * curve) / 2];
}

function linksStatus() {
  const shown = data.links.list.map(({ limit }, at) => ({ limit, full: linkNow(at).full })).filter(({ full }) => full !== null);
  return say("links_status", shown.length, shown.filter(({ full, limit }) => full >= limit - ROUNDED).length);
}

function linkTip(at) {
  const link = data.links.list[at], now = linkNow(at), isMean = state.step === MEAN;
  const traffic = isMean ? [[say("there"), quantity(link.there, "Gbit/s")], [say("back"), quantity(link.back, "Gbit/s")]]
    : [[say("both_ways"), quantity(now.traffic, "Gbit/s")]];
  const added = link.added > 0 ? [[say("widened"), quantity(link.added, "Gbit/s")]] : [];
  return [`${named(link.name)}: ${link.ends.map(named).join(" – ")}`, ...traffic,
    [say("bandwidth"), quantity(link.room, "Gbit/s")], [say("bandwidth_back"), quantity(link.room_back, "Gbit/s")],
    [say(isMean ? "full" : "full_now"), perCent(now.full)],
    [say("may_be_full"), perCent(link.limit)], ...added, [say("saves"), quantity(link.saves, say("yearly"))]];
}

const arcs = (width) => ({
  id: "flows", type: "lines", coordinateSystem: "geo", z: 3, emphasis: { lineStyle: { color: "#a3123a", opacity: 1 } },
  data: map.drawn.map((flow, at) => ({
    coords: ends(flow), flow: at, lineStyle: { color: FLOW, opacity: 0.6, curveness: CURVE, width: width(flow.mw) },
  })),
});

/** Arrows past the middle of the arcs, clear of the circles; the curve is the one ECharts draws. */
function arrows(width) {
  const heads = map.drawn.map((flow) => {
    const [[x0, y0], [x1, y1]] = ends(flow);
    const bend = [(x0 + x1) / 2 + (y0 - y1) * CURVE, (y0 + y1) / 2 + (x1 - x0) * CURVE];
    const t = ARROW_AT, u = 1 - t;
    const at = [0, 1].map((axis) => u * u * [x0, y0][axis] + 2 * u * t * bend[axis] + t * t * [x1, y1][axis]);
    const along = [0, 1].map((axis) => 2 * u * (bend[axis] - [x0, y0][axis]) + 2 * t * ([x1, y1][axis] - bend[axis]));
    const turn = (Math.atan2(along[1], along[0]) * 180) / Math.PI - 90;
    return { value: at, symbolRotate: turn, symbolSize: 5 * scale() + 1.3 * width(flow.mw) };
  });
  return {
    id: "arrows", type: "scatter", coordinateSystem: "geo", z: 4, silent: true, symbol: "triangle", data: heads,
    itemStyle: { color: FLOW, borderColor: PAPER, borderWidth: 0.5 },
  };
}

/** Return how large signs are: on a narrow map smaller than on a wide one. */
const scale = () => Math.min(1, Math.max(0.5, map.chart.getWidth() / 640));

function circleSize(mw) {
  const most = Math.max(...map.loads, 1e-9);
  return mw > 0 ? Math.max(CIRCLE_LEAST, scale() * CIRCLE * Math.sqrt(mw / most)) : CIRCLE_LEAST;
}

const placed = () => data.sites.map((site, at) => ({ site, at })).filter(({ site }) => site.at !== null)
  .sort((one, other) => map.loads[other.at] - map.loads[one.at]);

/** Regions that lie in no area of the base map, which so cannot be shaded. */
const squares = () => ({
  id: "regions", type: "scatter", coordinateSystem: "geo", z: 4, symbol: "rect", symbolSize: 9,
  itemStyle: { color: data.colours.demand[2], borderColor: INK, borderWidth: 0.8 },
  data: data.regions.map((region, at) => ({ value: region.at, at }))
    .filter(({ value, at }) => value !== null && data.land.of_region[at] === null),
});

const rings = () => ({
  id: "rings", type: "scatter", coordinateSystem: "geo", z: 5, silent: true,
  itemStyle: { color: "transparent", borderColor: "#a3123a", borderWidth: 1.6 },
  data: placed().filter(({ site }) => site.new > 0)
    .map(({ site, at }) => ({ value: site.at, symbolSize: 2 * outerHalf(site, at) })),
});

const circles = (sides = sidesOf(placed())) => ({
  id: "sites", type: "scatter", coordinateSystem: "geo", z: 6, cursor: "pointer", labelLayout: { hideOverlap: true },
  emphasis: { itemStyle: { borderWidth: 2.5 } },
  data: placed().map(({ site, at }) => ({
    value: site.at, at, symbolSize: circleSize(map.loads[at]),
    itemStyle: {
      color: map.loads[at] > 0 ? greenColour(siteNow(at).green) : PAPER,
      borderColor: at === state.site ? "#a3123a" : INK, borderWidth: at === state.site ? 3 : 0.8,
    },
    label: {
      show: isNamed(site), position: sides.get(at), distance: ringOf(site) + NAME_GAP, color: INK, fontSize: NAME_SIZE,
      textBorderColor: PAPER, textBorderWidth: 3, formatter: () => named(site.name),
    },
  })),
});

/** The name of the islands, where the map shows them. */
const islands = () => ({
  id: "islands", type: "scatter", coordinateSystem: "geo", z: 2, silent: true, symbolSize: 0,
  data: data.land.is_own ? [] : [{ value: ISLANDS }],
  label: { show: true, color: "#565656", fontSize: 11, formatter: () => say("island") },
});

function zoomBy(factor) {
  map.zoom = factor === 0 ? 1 : Math.min(12, Math.max(1, map.zoom * factor));
  const [left, bottom, right, top] = data.land.bounds;
  const change = factor === 0 ? { center: [(left + right) / 2, (bottom + top) / 2] } : {};
  map.chart.setOption({ geo: { ...geo(), ...change } });
}

/** Return what is said of what the pointer is on: a title and lines. */
function tipOf(event) {
  if (event.seriesId === "sites") return siteTip(event.data.at);
  if (event.seriesId === "links") return linkTip(event.data.link);
  if (event.seriesId === "flows") {
    const flow = map.drawn[event.data.flow];
    return [`${named(data.regions[flow.region].name)} → ${named(data.sites[flow.site].name)}`,
      [say("served"), quantity(flow.mw, "MW")], [say("latency"), quantity(flow.ms, "ms")],
      [say("traffic"), quantity(flow.gbit, "Gbit/s")]];
  }
  if (event.seriesId === "regions") return regionTip([event.data.at]);
  if (event.componentType !== "geo") return null;
  return regionTip(data.regions.map((region, at) => at).filter((at) => data.land.of_region[at] === Number(event.name)));
}

function regionTip(here) {
  if (!here.length) return null;
  return [here.map((at) => named(data.regions[at].name)).join(say("comma")),
    [say(isWhole() ? "demand" : "served"), quantity(here.reduce((sum, at) => sum + map.regions[at], 0), "MW")]];
}

function siteTip(at) {
  const now = siteNow(at);
  return [named(data.sites[at].name), [say("load"), quantity(map.loads[at], "MW")],
    [say("utilisation"), perCent(now.utilisation)], [say(state.step === MEAN ? "green" : "green_now"), perCent(now.green)],
    [say("grid"), quantity(now.grid, "MW")], [say("pue"), plain(data.sites[at].pue)]];
}

function showTip(event, pointer) {
  const said = tipOf(event);
  if (said) placeTip(said, pointer.offsetX, pointer.offsetY);
}

function placeTip([title, ...lines], x, y) {
  const tip = byId("tip");
  tip.replaceChildren(make("strong", {}, title),
    make("dl", {}, ...lines.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
  tip.hidden = false;
  const room = byId("map").getBoundingClientRect();
  tip.style.left = `${Math.max(0, Math.min(x + 14, room.width - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(0, y + 14 + tip.offsetHeight > room.height ? y - tip.offsetHeight - 14 : y + 14)}px`;
}

/** Show on the map the site of the row that has the focus. */
function tipAt(at) {
  const place = data.sites[at].at;
  if (place === null) return;
  const [x, y] = map.chart.convertToPixel("geo", place);
  placeTip(siteTip(at), x, y);
}

function hideTip() { byId("tip").hidden = true; }
