// What is shown: the flows that pass the filter, at one timestep or as the mean of the year.

const MEAN = -1;
const state = { workload: "", from: "", to: "", step: MEAN, site: null, lines: "flows" };

function passes(at) {
  const flows = data.flows;
  return (state.workload === "" || flows.workload[at] === Number(state.workload))
    && (state.from === "" || data.regions[flows.region[at]].side === Number(state.from))
    && (state.to === "" || data.sites[flows.site[at]].side === Number(state.to));
}

const isFiltered = () => state.workload !== "" || state.from !== "" || state.to !== "";

/** Return the flows shown: region, workload, site, mw, ms (one way), gbit. */
function shownFlows() {
  const { flows, hourly } = data;
  const known = state.step === MEAN ? flows.mw.length : hourly.mw.length;
  const found = [];
  for (let at = 0; at < known; at += 1) {
    if (!passes(at)) continue;
    const mw = state.step === MEAN ? flows.mw[at] : hourly.mw[at][state.step];
    if (mw <= 0) continue;
    const gbit = flows.gbit[at] === null ? null : (flows.gbit[at] * mw) / flows.mw[at];
    found.push({ region: flows.region[at], workload: flows.workload[at], site: flows.site[at], mw, ms: flows.ms[at], gbit });
  }
  return found;
}

/** Add flows up by a key: MW and Gbit/s are sums, ms the mean of the work. */
function grouped(flows, key) {
  const groups = new Map();
  for (const flow of flows) {
    const name = key(flow);
    const group = groups.get(name) ?? { ...flow, mw: 0, gbit: 0, work: 0 };
    group.mw += flow.mw;
    group.gbit = flow.gbit === null ? null : group.gbit + flow.gbit;
    group.work = flow.ms === null ? NaN : group.work + flow.ms * flow.mw;
    groups.set(name, group);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, ms: Number.isNaN(group.work) ? null : group.work / group.mw }))
    .sort((one, other) => other.mw - one.mw);
}

const pairs = (flows) => grouped(flows, (flow) => flow.region * data.sites.length + flow.site);

/** Return the IT load of every site [MW]: of what passes the filter, or all of it where nothing is filtered. */
function siteLoads(flows) {
  if (state.step !== MEAN && !isFiltered() && data.hours.it_load) return data.hours.it_load.map((row) => row[state.step]);
  const loads = data.sites.map(() => 0);
  for (const flow of flows) loads[flow.site] += flow.mw;
  return loads;
}

/** Whether all work of the mean year is shown, so that a region's whole demand is known. */
const isWhole = () => state.step === MEAN && !isFiltered();

/** Return the demand of every region [MW]; where a filter or a timestep is chosen, the work shown. */
function regionLoads(flows) {
  if (isWhole()) return data.regions.map((region) => region.demand ?? 0);
  const loads = data.regions.map(() => 0);
  for (const flow of flows) loads[flow.region] += flow.mw;
  return loads;
}

/** Return the numbers of a site at the time shown. */
function siteNow(at) {
  const site = data.sites[at];
  if (state.step === MEAN) return { load: site.load, grid: site.grid, utilisation: site.utilisation, green: site.green };
  const value = (name) => (data.hours[name] ? data.hours[name][at][state.step] : null);
  const [load, facility, grid] = [value("it_load"), value("facility_load"), value("grid_power")];
  // What is nowhere above zero is left out of the hours.
  const used = data.hours.green_used ? value("green_used") : data.supplied ? 0 : null;
  const green = used === null || !facility ? null : used / facility;
  return { load, grid, utilisation: load !== null && site.capacity ? load / site.capacity : null, green };
}
