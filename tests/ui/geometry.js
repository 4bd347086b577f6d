// Measures the stage's boxes as they are on the screen. Called with the stage; returns what is wrong, a line each.
(stage) => {
  const SLACK = 1;
  const problems = [];
  const box = (element) => element.getBoundingClientRect();
  const inside = (inner, outer, slack = SLACK) => inner.left >= outer.left - slack && inner.right <= outer.right + slack
    && inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
  const say = ({ left, top, right, bottom }) => [left, top, right, bottom].map((x) => x.toFixed(1)).join(" ");
  const frame = (element) => (element.matches("rect") ? element : element.querySelector("rect") ?? element);
  const texts = (element) => [...element.querySelectorAll("text")]
    .filter((text) => text.textContent.trim() && getComputedStyle(text).visibility !== "hidden" && box(text).width > 0);

  const cards = [...stage.querySelectorAll("[data-node]")]
    .map((element) => ({ name: element.dataset.node, element, box: box(frame(element)) }));
  const stageBox = box(stage);

  for (const [index, card] of cards.entries()) {
    if (!inside(card.box, stageBox)) problems.push(`card ${card.name} leaves the stage: ${say(card.box)} in ${say(stageBox)}`);
    for (const other of cards.slice(index + 1)) {
      if (overlap(card.box, other.box)) problems.push(`cards ${card.name} and ${other.name} overlap`);
    }
    for (const text of texts(card.element)) {
      if (!inside(box(text), card.box, 2)) problems.push(`"${text.textContent}" leaves card ${card.name}`);
    }
    const cells = [...card.element.querySelectorAll("[data-cell]")];
    for (const cell of cells) {
      const { left, right } = box(frame(cell));
      if (!inside(box(frame(cell)), card.box)) problems.push(`cell ${cell.dataset.cell} leaves card ${card.name}`);
      for (const text of texts(cell)) {
        const { left: from, right: to } = box(text);
        if (from < left - SLACK / 2 || to > right + SLACK / 2) {
          problems.push(`${card.name} ${cell.dataset.cell}: "${text.textContent}" ${(to - from).toFixed(1)} wide in ${(right - left).toFixed(1)}`);
        }
      }
    }
    const labels = texts(card.element).filter((text) => !text.closest("[data-cell]"));
    for (const [at, label] of labels.entries()) {
      const near = [...labels.slice(at + 1).map(box), ...cells.map((cell) => box(frame(cell)))];
      const b = box(label);
      // Letters rarely fill their line's box: the outer quarter of it may touch a neighbour.
      const core = { left: b.left + 1, right: b.right - 1, top: b.top + b.height / 4, bottom: b.bottom - b.height / 4 };
      if (near.some((other) => overlap(core, other))) problems.push(`label "${label.textContent}" on card ${card.name} is covered`);
    }
  }

  const distance = (point, { left, right, top, bottom }) => Math.hypot(
    Math.max(left - point.x, 0, point.x - right), Math.max(top - point.y, 0, point.y - bottom));
  for (const element of stage.querySelectorAll("[data-edge]")) {
    const name = element.dataset.edge;
    const [source, target] = name.split("->");
    const path = element.matches("path") ? element : element.querySelector("path");
    if (!path) { problems.push(`edge ${name} has no path`); continue; }
    const screen = path.getScreenCTM();
    const at = (length) => new DOMPoint(...Object.values(pair(path.getPointAtLength(length)))).matrixTransform(screen);
    const total = path.getTotalLength();
    const ends = [[source, at(0)], [target, at(total)]];
    for (const [end, point] of ends) {
      const card = cards.find((one) => one.name === end);
      if (!card) problems.push(`edge ${name}: no card ${end}`);
      else if (distance(point, card.box) > 10) problems.push(`edge ${name} misses ${end} by ${distance(point, card.box).toFixed(1)}`);
    }
    const foreign = cards.filter((card) => card.name !== source && card.name !== target);
    const crossed = new Set();
    for (let length = 0; length <= total; length += 2) {
      const point = at(length);
      for (const card of foreign) if (distance(point, card.box) === 0) crossed.add(card.name);
    }
    for (const card of crossed) problems.push(`edge ${name} runs through ${card}`);
    for (const text of texts(element)) {
      for (const card of cards) if (overlap(box(text), card.box)) problems.push(`label of ${name} covers ${card.name}`);
    }
  }

  /** @param {DOMPoint} point */
  function pair({ x, y }) { return { x, y }; }
  return problems;
}
