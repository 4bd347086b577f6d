// Measures what a pointer can hit. Called with the page's root, or a part of it, and which of the stage's cells count; returns
// a line for each target that is under 24 by 24 CSS pixels and has too near a neighbour (WCAG 2.5.8).
(root, cells) => {
  const LEAST = 24;
  const SELECTOR = "a[href], button, input, select, textarea, summary, [role=button], [role=tab], [tabindex], [data-entry], [data-cell]";
  // A label does what its field does: together they are one target.
  const region = (element) => element.closest("label") ?? element;
  // A cell's <g> takes in its text; what is seen and hit is its outline. Of a card likewise.
  const shape = (element) => (element.matches("[data-cell]") ? element.querySelector("path") : element.querySelector(":scope > .body")) ?? element;
  const box = (element) => shape(region(element)).getBoundingClientRect();

  /** What of a box its scrolling ancestors leave to be seen. */
  function seen(element) {
    let { left, top, right, bottom } = box(element);
    for (let up = element.parentElement; up; up = up.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(up);
      if (overflowX !== "visible" || overflowY !== "visible") {
        const around = up.getBoundingClientRect();
        [left, top] = [Math.max(left, around.left), Math.max(top, around.top)];
        [right, bottom] = [Math.min(right, around.right), Math.min(bottom, around.bottom)];
      }
      if (position === "fixed") break;
    }
    return { left, top, right, bottom };
  }
  /** Whether something that is no part of it lies over its middle. */
  function covered({ element, x, y, hidden }) {
    const hit = root.getRootNode().elementFromPoint(x, y);
    return !hidden && hit !== null && !region(element).contains(hit) && !hit.contains(element);
  }
  const modal = root.querySelector("dialog:modal");
  const targets = [...(modal ?? root).querySelectorAll(SELECTOR)]
    .filter((element) => !element.matches(":disabled") && (!element.matches("[data-cell]") || element.matches(cells)) && element.checkVisibility({ visibilityProperty: true }))
    .map((element) => {
      const { left, top, right, bottom, width, height } = box(element);
      const { left: l, top: t, right: r, bottom: b } = seen(element);
      return { element, left, top, right, bottom, small: width < LEAST || height < LEAST, width, height,
        x: (left + right) / 2, y: (top + bottom) / 2, hidden: r - l < 1 || b - t < 1 };
    })
    .filter((target) => !covered(target));
  const related = (a, b) => region(a).contains(b) || region(b).contains(a);
  const away = (at, { left, top, right, bottom }) => Math.hypot(
    Math.max(left - at.x, 0, at.x - right), Math.max(top - at.y, 0, at.y - bottom));
  const name = ({ element }) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} `
    + `${element.dataset.cell ? `${element.closest("[data-node]")?.dataset.node} ${element.dataset.cell}` : ""}`
    + `“${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}”`;

  const problems = [];
  for (const target of targets.filter(({ small }) => small)) {
    const crowd = targets.filter((other) => !related(target.element, other.element) && other.hidden === target.hidden
      && (away(target, other) < LEAST / 2 || (other.small && Math.hypot(target.x - other.x, target.y - other.y) < LEAST)));
    if (crowd.length) {
      problems.push(`${name(target)} is ${target.width.toFixed(1)} by ${target.height.toFixed(1)}, too near to ${crowd.slice(0, 2).map(name).join(" and ")}`);
    }
  }
  return problems;
}
