// The names on the map: each on the side of its circle where it covers least of other circles, and no other name.

const NAME_SIZE = 12, NAME_GAP = 3, NAMED_ALL = 12, SIDES = ["right", "left", "top", "bottom"];
const NAME_WEIGHT = 100, OUTSIDE = 1e6;
const pen = document.createElement("canvas").getContext("2d");

/** Return whether the map names a site: clusters of hubs, and where there are few sites all of them. */
const isNamed = (site) => site.hub !== null || data.sites.length <= NAMED_ALL;

/** Return the sides on which the names of some sites stand, by place in the list of sites; those first come first. */
function sidesOf(sites) {
  pen.font = `${NAME_SIZE}px ${FONT}`;
  const circles = sites.map(({ site, at }) => ({ at, middle: map.chart.convertToPixel("geo", site.at), half: outerHalf(site, at) }));
  const taken = [], sides = new Map();
  for (const circle of circles.filter(({ at }) => isNamed(data.sites[at]))) {
    const width = pen.measureText(named(data.sites[circle.at].name)).width;
    const others = circles.filter(({ at }) => at !== circle.at).map(boxOf);
    const covered = (box) => (isInMap(box) ? 0 : OUTSIDE) + overlap(box, taken) * NAME_WEIGHT + overlap(box, others);
    const tried = SIDES.map((side) => ({ side, box: nameBox(side, circle, width) }));
    const best = tried.reduce((least, next) => (covered(next.box) < covered(least.box) ? next : least));
    sides.set(circle.at, best.side);
    taken.push(best.box);
  }
  return sides;
}

/** Return half the width of a site's circle with its ring [px]. */
const outerHalf = (site, at) => circleSize(map.loads[at]) / 2 + ringOf(site);

/** Return how far the ring of a site with new halls lies outside of its circle [px]. */
const ringOf = (site) => (site.new > 0 ? RING : 0);

const boxOf = ({ middle: [x, y], half }) => [x - half, y - half, x + half, y + half];

function nameBox(side, { middle: [x, y], half }, width) {
  const away = half + NAME_GAP, high = NAME_SIZE / 2;
  if (side === "right") return [x + away, y - high, x + away + width, y + high];
  if (side === "left") return [x - away - width, y - high, x - away, y + high];
  const middle = side === "top" ? y - away - high : y + away + high;
  return [x - width / 2, middle - high, x + width / 2, middle + high];
}

const isInMap = ([left, , right]) => left >= 0 && right <= map.chart.getWidth();

/** Return the area of a box that others cover [px²]. */
const overlap = (box, others) => others.reduce((sum, other) => sum + shared(box, other, 0) * shared(box, other, 1), 0);

const shared = (one, other, axis) => Math.max(0, Math.min(one[axis + 2], other[axis + 2]) - Math.max(one[axis], other[axis]));
