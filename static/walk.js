/**
 * Keys on the graph: arrows go from card to card along the edges, or from cell to cell, or change a number.
 */

const NUDGE = 0.1;
const NUDGE_SHIFT = 1;

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {ReturnType<typeof import("explorer/edit.js").createEditor>} editor
 * @param {AbortSignal} signal
 */
export function createWalk(model, stage, editor, signal) {
  const { state } = model;
  /** The cell that Tab reaches from the card that has the focus. @type {Element | null} */
  let stop = null;

  function makeStop(cell) {
    stop?.setAttribute("tabindex", "-1");
    stop = cell;
    stop?.setAttribute("tabindex", "0");
  }

  stage.element.addEventListener("focusin", (event) => {
    const card = event.target.closest?.("[data-node]");
    if (card) makeStop(event.target.closest("[data-index]") ?? card.querySelector("[data-index]"));
  }, { signal });

  const centre = (name) => {
    const { x, y, width, height } = stage.box(name);
    return [x + width / 2, y + height / 2];
  };

  /** The nearest of these cards; what lies askew counts as farther. */
  function nearest(names, from, askew) {
    const [x, y] = centre(from);
    const far = (name) => {
      const [cx, cy] = centre(name);
      return askew ? Math.abs(cy - y) + 2 * Math.abs(cx - x) : Math.abs(cx - x) + 2 * Math.abs(cy - y);
    };
    return names.sort((a, b) => far(a) - far(b))[0];
  }

  /** @returns {string | undefined} the card that an arrow leads to */
  function neighbour(name, key) {
    const { edges, nodes } = state.film;
    if (key === "ArrowRight") return nearest(edges.filter((e) => e.source === name).map((e) => e.target), name, false);
    if (key === "ArrowLeft") return nearest(edges.filter((e) => e.target === name).map((e) => e.source), name, false);
    const side = key === "ArrowUp" ? -1 : 1;
    const y = centre(name)[1];
    return nearest(nodes.map((node) => node.name).filter((other) => (centre(other)[1] - y) * side > 1), name, true);
  }

  function onCell(event, cell) {
    const { key, shiftKey } = event;
    if (key === "Enter" || key === " ") editor.edit(cell);
    else if (key === "ArrowUp" || key === "ArrowDown") {
      editor.nudge(cell, (shiftKey ? NUDGE_SHIFT : NUDGE) * (key === "ArrowUp" ? 1 : -1));
    } else if (key === "ArrowLeft" || key === "ArrowRight") {
      const cells = [...cell.closest("[data-node]").querySelectorAll("[data-index]")];
      cells[cells.indexOf(cell) + (key === "ArrowRight" ? 1 : -1)]?.focus();
    } else if (key === "Escape") cell.closest("[data-node]").focus();
    else return false;
    return true;
  }

  function onCard(event, card) {
    const name = card.dataset.node;
    if (event.key === "Enter") model.set({ selected: name, follow: false, inspector: true });
    else if (event.key.startsWith("Arrow")) {
      const next = neighbour(name, event.key);
      if (next) stage.card(next).focus();
    } else return false;
    return true;
  }

  /** @param {KeyboardEvent} event @param {Element} target @returns {boolean} whether the key meant something here */
  return function walk(event, target) {
    if (!stage.element.contains(target)) return false;
    const cell = target.closest("[data-index]");
    if (cell) return onCell(event, cell);
    const card = target.closest("[data-node]");
    return card ? onCard(event, card) : false;
  };
}
