// Looks at what has the focus, in each of the themes. Called with the page's root and the themes; returns what it is and
// what is wrong with how it is seen, a line each.
([root, themes]) => {
  const THIN = 2;
  const FAINT = 3;
  const focused = root.getRootNode().activeElement;
  if (!focused || !root.contains(focused)) return { name: null, problems: [] };
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  /** Red, green and blue of colours, one painted over the other. */
  function painted(...colours) {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data];
  }
  function luminance(colour) {
    const [r, g, b] = colour.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(colour, ground) {
    const [light, dark] = [luminance(painted(ground, colour)), luminance(painted(ground))].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }
  /** The colour behind an element, or behind what stands on it. */
  function ground(element) {
    const layers = [];
    for (let up = element; up; up = up.parentElement) {
      layers.unshift(getComputedStyle(up).backgroundColor);
      if (painted(layers[0])[3] === 255) break;
    }
    const [r, g, b] = painted(...layers);
    return `rgb(${r} ${g} ${b})`;
  }
  /** How the focus is drawn: by the line of a card or a cell on the stage, the outline of the ticks under the slider, else its
      own; and how the cell that the arrow keys have come to is, in a table that is walked by them. */
  function rings() {
    const card = focused.closest(".card");
    if (card) {
      const drawn = focused.querySelector(focused === card ? ".body" : "path");
      const { stroke, strokeWidth, vectorEffect, strokeDasharray } = getComputedStyle(drawn);
      const width = parseFloat(strokeWidth) * (vectorEffect === "non-scaling-stroke" ? 1 : drawn.getScreenCTM().a);
      const grounds = [getComputedStyle(card.querySelector(".body")).fill, ...(focused === card ? [ground(card.closest(".stage"))] : [])];
      return [{ element: drawn, colour: stroke, width: strokeDasharray === "none" ? width : 0, outside: width / 2, grounds }];
    }
    const walked = focused.querySelector(":scope.scrolls [data-product].current");
    const element = focused.matches("[type=range]") ? focused.parentElement.querySelector(".ticks") : focused;
    return [element, ...(walked ? [walked] : [])].map(outlined);
  }
  function outlined(element) {
    const { outlineColor, outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element);
    const [width, offset] = [parseFloat(outlineWidth), parseFloat(outlineOffset)];
    return { element, colour: outlineColor, width: ["none", "auto"].includes(outlineStyle) ? 0 : width, outside: offset + width,
      grounds: [ground(offset < 0 ? element : element.parentElement)] };
  }
  /** How much of the ring's upright and level sides its scrolling ancestors cut off. */
  function cut({ element, outside }) {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const lost = new Set();
    for (let up = element.parentElement; up && !element.closest(".stage"); up = up.parentElement) {
      const { overflowX, overflowY, display } = getComputedStyle(up);
      if (display === "contents" || (overflowX === "visible" && overflowY === "visible")) continue;
      const around = up.getBoundingClientRect();
      if (left - outside < around.left - 1) lost.add("left");
      if (right + outside > around.right + 1) lost.add("right");
      if (top - outside < around.top - 1) lost.add("top");
      if (bottom + outside > around.bottom + 1) lost.add("bottom");
    }
    return lost;
  }
  /** Whether a point of a grid over it belongs to it: nothing lies over all of it. */
  function reached() {
    const { left, top, width, height } = focused.getBoundingClientRect();
    const at = [0.05, 0.3, 0.5, 0.7, 0.95];
    return at.some((x) => at.some((y) => {
      const hit = root.getRootNode().elementFromPoint(left + x * width, top + y * height);
      return hit && (focused.contains(hit) || hit.contains(focused) && hit.matches("label, svg, math"));
    }));
  }

  const select = root.querySelector("#choose-theme");
  const before = select.value;
  const problems = reached() ? [] : ["covered"];
  for (const theme of themes) {
    select.value = theme;
    select.dispatchEvent(new Event("change"));
    const say = (what) => problems.push(`${theme}: ${what}`);
    for (const ring of rings()) {
      if (ring.width < THIN) say(`${ring.width.toFixed(1)} px thin`);
      for (const behind of ring.grounds) {
        const ratio = contrast(ring.colour, behind);
        if (!(ratio >= FAINT)) say(`${ring.colour} on ${behind}: a contrast of ${ratio.toFixed(1)}`);
      }
      const lost = cut(ring);
      if (lost.size > 2) say(`cut off at ${[...lost].join(", ")}`);
    }
    if (root.getRootNode().activeElement !== focused) say("lost");
  }
  select.value = before;
  select.dispatchEvent(new Event("change"));
  const label = focused.getAttribute("aria-label") ?? focused.closest("label, .field")?.textContent ?? focused.textContent;
  return { name: `${focused.tagName.toLowerCase()}.${focused.getAttribute("class") ?? ""} ${focused.id} “${(label ?? "").trim().slice(0, 40)}”`, problems };
}
