/**
 * Nothing is wider than the inspector: lines of formulas break between their pieces, and a piece that is still too wide
 * for a line of its own is set in smaller type; wide tables stand closer, and a matrix at last turns its numbers upright.
 */

const SPARE = 0.98;
const SMALLEST = 0.55;

/** How much a line's widest piece must shrink. @param {HTMLElement} line @returns {number} 1 where all is well */
function share(line) {
  const widest = Math.max(0, ...Array.from(line.children, (piece) => /** @type {HTMLElement} */ (piece).offsetWidth));
  const room = line.clientWidth - 4; // a piece that starts a further line keeps its margin
  return room > 0 && widest > room ? Math.max(SMALLEST, (SPARE * room) / widest) : 1;
}

/** @param {HTMLElement} panel */
export function fitFormulas(panel) {
  const lines = [.../** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(".chunks"))];
  for (const line of lines) line.style.removeProperty("--shrunk");
  const shares = lines.map(share); // all are measured before any is changed: one layout, not one each
  lines.forEach((line, place) => {
    if (shares[place] < 1) line.style.setProperty("--shrunk", shares[place].toFixed(3));
  });
}

const TABLES = ".matrix, .samples, .sheets, .outer .scrolls";
const CLOSER = ["tight", "upright"];

/** @param {HTMLElement} panel */
export function fitTables(panel) {
  let wide = [.../** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(TABLES))];
  for (const table of wide) table.classList.remove(...CLOSER);
  for (const name of CLOSER) {
    wide = wide.filter((table) => table.scrollWidth > table.clientWidth);
    for (const table of wide) table.classList.add(name);
  }
}
