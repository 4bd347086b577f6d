/**
 * Two matrices are seen multiplying: a row of the one and a column of the other light up, and the entry that they make
 * appears. Nothing moves for readers who asked for less motion.
 */

const LONGEST = 2600; // milliseconds for a whole product
const STEP = 620;

/** Sweeps that are under way, by what they were started in. @type {Map<Element, () => void>} */
const running = new Map();

/** @param {Element} table @returns {Element[][]} its rows of cells */
const rowsOf = (table) => [...table.children].map((row) => [...row.children]);

/** The entries of a line as groups of elements: cells of its table, or pieces of (a, b, c) up to each comma. */
function entriesOf(line) {
  const table = line.querySelector("mtable");
  if (table) return rowsOf(table).flat().map((cell) => [cell]);
  const groups = [[]];
  for (const piece of line.querySelectorAll(".chunk")) {
    groups[groups.length - 1].push(piece);
    if (piece.textContent?.trim().endsWith(",")) groups.push([]);
  }
  return groups;
}

/** Which cells of two factors make each entry of their product; null where they do not fit. */
function pairs(line) {
  const [left, right] = [...line.querySelectorAll("mtable")].map(rowsOf);
  if (!left || !right || left[0].length !== right.length) return null;
  return left.flatMap((row) => right[0].map((_, column) => [...row, ...right.map((cells) => cells[column])]));
}

/**
 * @param {Element} factors  the line with the two matrices
 * @param {Element} product  the line with what they make
 */
export function sweep(factors, product) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const made = entriesOf(product);
  const from = pairs(factors);
  if (!from || from.length !== made.length || made.length < 2) return;
  const pace = Math.min(STEP, LONGEST / made.length);
  for (const entry of made.flat()) entry.classList.add("unmade");
  let place = -1;
  const step = () => {
    from[place]?.forEach((cell) => cell.classList.remove("swept"));
    made[place]?.forEach((entry) => entry.classList.remove("unmade"));
    place += 1;
    if (place >= made.length) still(section);
    else from[place].forEach((cell) => cell.classList.add("swept"));
  };
  const section = factors.closest(".derivation") ?? factors;
  const timer = setInterval(step, pace);
  running.set(section, () => {
    clearInterval(timer);
    for (const cell of [...from.flat(), ...made.flat()]) cell.classList.remove("swept", "unmade");
  });
  step();
}

/** End what is under way in a derivation: everything stands as it will stand. @param {Element} section */
export function still(section) {
  running.get(section)?.();
  running.delete(section);
  section.querySelectorAll(".fresh").forEach((line) => line.classList.remove("fresh"));
}
