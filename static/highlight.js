/**
 * Cells of the stage that the inspector's symbols stand for: pointing at one lights up the other, both ways.
 */

/** @typedef {import("explorer/links.js").Highlight} Highlight */

/** @param {{node: string, cell: string}} place @returns {string} */
function selector({ node, cell }) {
  const card = `[data-node="${CSS.escape(node)}"]`;
  return cell ? `${card} [data-cell="${CSS.escape(cell)}"]` : card;
}

/**
 * @param {HTMLElement} element  the stage @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function linkCells(element, model, signal) {
  /** @type {Element[]} */
  let lit = [];

  model.on(["highlight", "film", "step"], ({ highlight }) => {
    for (const cell of lit) cell.classList.remove("lit");
    lit = (highlight ? [highlight, ...highlight.also] : []).map((place) => element.querySelector(selector(place)))
      .filter((found) => found !== null);
    for (const cell of lit) cell.classList.add("lit");
  });

  /** @param {Event} event */
  function point({ target }) {
    const cell = target.closest?.("[data-cell]");
    const node = cell?.closest("[data-node]")?.dataset.node;
    model.set({ highlight: node ? { node, cell: cell.dataset.cell, also: [] } : null });
  }
  for (const type of ["pointerover", "focusin"]) element.addEventListener(type, point, { signal });
  for (const type of ["pointerleave", "focusout"]) {
    element.addEventListener(type, () => model.set({ highlight: null }), { signal });
  }
}
