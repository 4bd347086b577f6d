/**
 * Nothing is wider than the inspector: lines of formulas break between their pieces, and a piece that is still too wide
 * for a line of its own is set in smaller type; so are wide tables, and a matrix at last turns its numbers upright.
 */

const SPARE = 0.98;
const SMALLEST = 0.55;

/** How much a line's widest piece must shrink. @param {HTMLElement} line @returns {number} 1 where all is well */
function share(line) {
  const widest = Math.max(0, ...Array.from(line.querySelectorAll(".chunk"), (piece) => /** @type {HTMLElement} */ (piece).offsetWidth));
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
  alignEquals(panel);
}

/** A further "= …" that starts a row stands in the column of the first "=", as it does on a line of its own. @param {HTMLElement} panel */
function alignEquals(panel) {
  const again = [.../** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(".term.again"))];
  for (const term of again) {
    term.classList.remove("moved");
    term.style.removeProperty("left");
  }
  const moves = again.map((term) => {
    const first = /** @type {HTMLElement} */ (term.parentElement?.firstElementChild);
    const sign = /** @type {HTMLElement} */ (term.parentElement?.previousElementSibling);
    const starts = term.offsetTop > first.offsetTop && term.offsetLeft <= first.offsetLeft;
    return starts ? sign.offsetLeft - term.offsetLeft : 0;
  });
  again.forEach((term, place) => {
    if (!moves[place]) return;
    term.classList.add("moved");
    term.style.left = `${moves[place]}px`;
  });
}

const TABLES = ".matrix, .samples, .sheets, .outer .scrolls";
/** Sizes of type that a wide table tries one after another, before a matrix turns its numbers upright. */
const TYPES = [11, 10.5, 10, 9.5, 9, 8.5];

/** Tables in groups that are drawn alike: the sheets of one pile, and any other for itself. @param {HTMLElement} panel */
function alike(panel) {
  /** @type {Map<Element, HTMLElement[]>} */
  const groups = new Map();
  for (const table of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(TABLES))) {
    const pile = table.closest(".pile") ?? table;
    groups.set(pile, [...(groups.get(pile) ?? []), table]);
  }
  return [...groups.values()];
}

/** @param {HTMLElement} panel */
export function fitTables(panel) {
  let wide = alike(panel);
  const remaining = () => {
    wide = wide.filter((tables) => tables.some((table) => table.scrollWidth > table.clientWidth));
    return wide.flat();
  };
  for (const table of wide.flat()) {
    table.classList.remove("tight", "upright");
    table.style.removeProperty("--type");
  }
  for (const type of TYPES) {
    for (const table of remaining()) {
      table.classList.add("tight");
      table.style.setProperty("--type", `${type}px`);
    }
  }
  for (const table of remaining()) table.classList.add("upright");
}
