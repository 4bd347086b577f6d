/**
 * Paths of edges: polylines with rounded corners, curves for nodes that were dragged, and points along either.
 */

/** @typedef {[number, number]} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const CORNER = 16;
const CORNER_POINTS = 6;
const CURVE_POINTS = 24;

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** @param {Point} a @param {Point} b @param {number} t @returns {Point} */
const between = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

/**
 * Replace each corner by a short arc of points.
 * @param {Point[]} points @param {number} [radius] @returns {Point[]}
 */
export function rounded(points, radius = CORNER) {
  const path = [points[0]];
  for (let index = 1; index < points.length - 1; index += 1) {
    const [before, corner, after] = points.slice(index - 1, index + 2);
    const reach = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    if (reach < 0.5) {
      path.push(corner);
      continue;
    }
    const start = between(corner, before, reach / distance(corner, before));
    const end = between(corner, after, reach / distance(corner, after));
    for (let part = 0; part <= CORNER_POINTS; part += 1) {
      const t = part / CORNER_POINTS;
      path.push(between(between(start, corner, t), between(corner, end, t), t));
    }
  }
  path.push(points.at(-1));
  return path;
}

/**
 * A curve from one card to another, leaving and entering at the sides that face each other.
 * @param {Box} from @param {Box} to @returns {Point[]}
 */
export function curve(from, to) {
  const centre = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [fx, fy] = centre(from);
  const [tx, ty] = centre(to);
  const gapX = Math.abs(tx - fx) - (from.width + to.width) / 2;
  const gapY = Math.abs(ty - fy) - (from.height + to.height) / 2;
  const level = gapX >= gapY;
  const side = Math.sign(level ? tx - fx : ty - fy) || 1;
  const start = level ? [fx + (side * from.width) / 2, fy] : [fx, fy + (side * from.height) / 2];
  const end = level ? [tx - (side * to.width) / 2, ty] : [tx, ty - (side * to.height) / 2];
  const bend = Math.max(Math.abs(level ? end[0] - start[0] : end[1] - start[1]) / 2, 20) * side;
  const pull = (point, amount) => (level ? [point[0] + amount, point[1]] : [point[0], point[1] + amount]);
  const [c1, c2] = [pull(start, bend), pull(end, -bend)];
  return Array.from({ length: CURVE_POINTS + 1 }, (_, index) => {
    const t = index / CURVE_POINTS;
    const [a, b, c] = [between(start, c1, t), between(c1, c2, t), between(c2, end, t)];
    return between(between(a, b, t), between(b, c, t), t);
  });
}

/**
 * The same way, a little to its right hand side.
 * @param {Point[]} path @param {number} by @returns {Point[]}
 */
export function beside(path, by) {
  return path.map((point, index) => {
    const before = path[Math.max(index - 1, 0)];
    const after = path[Math.min(index + 1, path.length - 1)];
    const length = distance(before, after) || 1;
    return [point[0] - ((after[1] - before[1]) / length) * by, point[1] + ((after[0] - before[0]) / length) * by];
  });
}

/** @param {Point[]} path @returns {string} an SVG path */
export function pathData(path) {
  return `M${path.map(([x, y]) => `${+x.toFixed(2)} ${+y.toFixed(2)}`).join("L")}`;
}

/**
 * @param {Point[]} path
 * @returns {{length: number, at: (along: number) => Point}}  the point so many units along, clamped to the ends
 */
export function measured(path) {
  const marks = [0];
  for (let index = 1; index < path.length; index += 1) {
    marks.push(marks[index - 1] + distance(path[index - 1], path[index]));
  }
  const length = marks.at(-1);
  const at = (along) => {
    const place = Math.min(Math.max(along, 0), length);
    const index = Math.max(marks.findIndex((mark) => mark >= place), 1);
    const span = marks[index] - marks[index - 1] || 1;
    return between(path[index - 1], path[index], (place - marks[index - 1]) / span);
  };
  return { length, at };
}
