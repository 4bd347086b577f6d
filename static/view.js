/**
 * Where on the screen the graph is: fit, zoom about a point, pan. Pointers: drag the background to pan, a card to
 * move it, two fingers to pinch, the wheel to zoom.
 */

/** @typedef {{x: number, y: number, k: number}} Transform  screen = k · drawing + (x, y) */

/** @typedef {import("explorer/geometry.js").Box} Box */
/**
 * Room left around the drawing; at the bottom there are tools over it. How far a small graph is enlarged, and below which
 * scale only a part of a large one is shown: there is no use in a whole that nobody can read.
 * @typedef {{side: number, head: number, foot: number, largest: number, least: number}} Frame
 */

const PHONE = 600;
/** @type {Frame} */
const FRAME = { side: 22, head: 12, foot: 46, largest: 1.6, least: 0 };
/** Here the tools are at the top, too. @type {Frame} */
const SMALL = { side: 12, head: 46, foot: 46, largest: 1.6, least: 0.72 };
const LIMITS = [0.05, 8];
const WHEEL_RATE = 0.0016;
const DRAG_THRESHOLD = 4;
const LEAST_SHIFT = 1;

/** Scale, and the point of the drawing that is in the middle of the box. @typedef {[number, number, number]} Zoom */

/** Not finer than anyone sees: the address holds it. @param {Zoom} zoom @returns {Zoom} */
const rounded = ([k, x, y]) => [Number(k.toPrecision(5)), Math.round(x * 100) / 100, Math.round(y * 100) / 100];

/**
 * @param {HTMLElement} element  the box that the graph is seen through
 * @param {(transform: Transform) => void} apply
 * @param {(zoom: Zoom) => void} chosen  hears where someone zoomed or panned to
 * @param {AbortSignal} signal
 */
export function createView(element, apply, chosen, signal) {
  /** @type {Transform} */
  let transform = { x: 0, y: 0, k: 1 };
  let bounds = { x: 0, y: 0, width: 1, height: 1 };
  /** @type {Frame | undefined} */
  let frame;
  /** @type {Zoom | null} */
  let zoomed = null;
  /** What has to be seen where not all can be: the cards that the step is about. @type {Box | null} */
  let subject = null;
  /** Kept, not asked for: asking in the middle of a frame would make the browser lay everything out. */
  let size = { width: 0, height: 0 };

  const around = () => frame ?? (size.width < PHONE ? SMALL : FRAME);

  /** All of it, centred, or the subject alone where all would be too small. @returns {Transform} */
  function whole() {
    const { width, height } = size;
    const { side, head, foot, largest, least } = around();
    const free = { x: side, y: head, width: width - 2 * side, height: height - head - foot };
    const scale = (part) => Math.min(free.width / part.width, free.height / part.height, largest);
    if (scale(bounds) >= least || !subject) return shown(bounds, scale(bounds), free);
    return within(shown(subject, Math.min(least, scale(subject)), free), bounds, free);
  }

  /** Where a part of the drawing has its middle in the middle of the free room. @returns {Transform} */
  const shown = (part, k, free) => ({ k, x: free.x + (free.width - k * part.width) / 2 - k * part.x,
    y: free.y + (free.height - k * part.height) / 2 - k * part.y });

  /** No emptiness beside a drawing that goes on at the other side. @param {Transform} transform @returns {Transform} */
  function within({ k, x, y }, box, free) {
    const along = (at, start, length, from, room) => (k * length <= room ? from + (room - k * length) / 2 - k * start
      : Math.max(Math.min(at, from - k * start), from + room - k * (start + length)));
    return { k, x: along(x, box.x, box.width, free.x, free.width), y: along(y, box.y, box.height, free.y, free.height) };
  }

  function show() {
    if (!size.width || !size.height) return;
    const [k, x, y] = zoomed ?? [];
    const next = zoomed ? { k, x: size.width / 2 - k * x, y: size.height / 2 - k * y } : whole();
    if (next.k === transform.k && next.x === transform.x && next.y === transform.y) return;
    transform = next;
    apply(transform);
  }

  /** Be there, or show all of it, again whenever the box changes. @param {Zoom | null} zoom */
  function look(zoom) {
    zoomed = zoom;
    show();
  }

  /** Another drawing. @param {Box} box  of it @param {Frame | undefined} around  the page's own unless it is said @param {Zoom | null} zoom */
  function enframe(box, around, zoom) {
    bounds = box;
    frame = around;
    look(zoom);
  }

  /** @param {Transform} next */
  function go({ k, x, y }) {
    look(rounded([k, (size.width / 2 - x) / k, (size.height / 2 - y) / k]));
    chosen(zoomed);
  }

  /** @param {Box | null} part  what the step is about */
  function attend(part) {
    subject = part;
    if (!zoomed) show();
  }

  /** @param {number} factor @param {[number, number]} [about]  a point of the box, its middle by default */
  function zoom(factor, about = [size.width / 2, size.height / 2]) {
    const k = Math.min(Math.max(transform.k * factor, LIMITS[0]), LIMITS[1]);
    const ratio = k / transform.k;
    go({ k, x: about[0] - (about[0] - transform.x) * ratio, y: about[1] - (about[1] - transform.y) * ratio });
  }

  /** Bring a part that is not in sight there, for the moment: nobody has chosen it. @param {Box} part */
  function reveal({ x, y, width, height }) {
    const { side, head, foot } = around();
    const { k } = transform;
    const along = (at, start, length, from, to) => Math.max(Math.min(at, to - k * (start + length)), from - k * start);
    const next = { k, x: along(transform.x, x, width, side, size.width - side), y: along(transform.y, y, height, head, size.height - foot) };
    if (Math.hypot(next.x - transform.x, next.y - transform.y) < LEAST_SHIFT) return;
    transform = next;
    apply(transform);
  }

  function pan(dx, dy) {
    go({ ...transform, x: transform.x + dx, y: transform.y + dy });
  }

  const observer = new ResizeObserver(([entry]) => {
    size = entry.contentRect;
    show();
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  return { frame: enframe, look, attend, reveal, zoom, pan, transform: () => transform, size: () => size };
}

/**
 * @param {HTMLElement} element
 * @param {ReturnType<typeof createView>} view
 * @param {{card: (target: EventTarget) => string | null, move: (name: string, dx: number, dy: number) => void}} cards
 * @param {AbortSignal} signal
 */
export function listenToPointers(element, view, cards, signal) {
  /** @type {Map<number, [number, number]>} */
  const pointers = new Map();
  /** @type {string | null} */
  let grabbed = null;
  let travelled = 0;

  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  function pinch(id, to) {
    const from = pointers.get(id);
    const [other] = [...pointers].filter(([key]) => key !== id).map(([, point]) => point);
    const span = (a) => Math.max(Math.hypot(a[0] - other[0], a[1] - other[1]), 1);
    view.zoom(span(to) / span(from), other);
  }

  function down(event) {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, place(event));
    grabbed = pointers.size === 1 ? cards.card(event.target) : null;
    travelled = 0;
  }

  function move(event) {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = place(event);
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    travelled += Math.hypot(dx, dy);
    if (travelled < DRAG_THRESHOLD) return;
    // Captured only now: a captured pointer's click would go to the stage instead of the card.
    element.setPointerCapture(event.pointerId);
    if (pointers.size > 1) pinch(event.pointerId, to);
    else if (grabbed) cards.move(grabbed, dx / view.transform().k, dy / view.transform().k);
    else view.pan(dx, dy);
    pointers.set(event.pointerId, to);
  }

  function up(event) {
    pointers.delete(event.pointerId);
  }

  /** The click that ends a drag is not a choice. */
  function click(event) {
    if (travelled >= DRAG_THRESHOLD) event.stopPropagation();
  }

  function wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const rate = event.ctrlKey ? WHEEL_RATE * 6 : WHEEL_RATE;
    view.zoom(Math.exp(-event.deltaY * lines * rate), place(event));
  }

  element.addEventListener("pointerdown", down, { signal });
  element.addEventListener("pointermove", move, { signal });
  for (const type of ["pointerup", "pointercancel"]) element.addEventListener(type, up, { signal });
  element.addEventListener("click", click, { signal, capture: true });
  element.addEventListener("wheel", wheel, { signal, passive: false });
}
