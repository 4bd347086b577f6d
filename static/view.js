/**
 * Where on the screen the graph is: fit, zoom about a point, pan. Pointers: drag the background to pan, a card to
 * move it, two fingers to pinch, the wheel to zoom.
 */

/** @typedef {{x: number, y: number, k: number}} Transform  screen = k · drawing + (x, y) */

/** Room left around the drawing; at the bottom there are tools over it. */
const ROOM = { side: 22, head: 12, foot: 46 };
const LARGEST_FIT = 1.6;
const LIMITS = [0.05, 8];
const WHEEL_RATE = 0.0016;
const DRAG_THRESHOLD = 4;

/** Scale, and the point of the drawing that is in the middle of the box. @typedef {[number, number, number]} Zoom */

/** Not finer than anyone sees: the address holds it. @param {Zoom} zoom @returns {Zoom} */
const rounded = ([k, x, y]) => [Number(k.toPrecision(5)), Math.round(x * 100) / 100, Math.round(y * 100) / 100];

/**
 * @param {HTMLElement} element  the box that the graph is seen through
 * @param {(transform: Transform) => void} apply
 * @param {(zoom: Zoom | null) => void} chosen  hears where someone zoomed or panned to; null: all of it is wanted
 * @param {AbortSignal} signal
 */
export function createView(element, apply, chosen, signal) {
  /** @type {Transform} */
  let transform = { x: 0, y: 0, k: 1 };
  let bounds = { x: 0, y: 0, width: 1, height: 1 };
  /** @type {Zoom | null} */
  let zoomed = null;
  /** Kept, not asked for: asking in the middle of a frame would make the browser lay everything out. */
  let size = { width: 0, height: 0 };

  /** All of it, centred. @returns {Transform} */
  function whole() {
    const { width, height } = size;
    const free = height - ROOM.head - ROOM.foot;
    const k = Math.min((width - 2 * ROOM.side) / bounds.width, free / bounds.height, LARGEST_FIT);
    return { k, x: (width - k * bounds.width) / 2 - k * bounds.x, y: ROOM.head + (free - k * bounds.height) / 2 - k * bounds.y };
  }

  function show() {
    if (!size.width || !size.height) return;
    const [k, x, y] = zoomed ?? [];
    transform = zoomed ? { k, x: size.width / 2 - k * x, y: size.height / 2 - k * y } : whole();
    apply(transform);
  }

  /** Be there, whatever size the box comes to have. @param {Zoom | null} zoom */
  function look(zoom) {
    zoomed = zoom;
    show();
  }

  /** Another drawing. @param {typeof bounds} box @param {Zoom | null} zoom */
  function frame(box, zoom) {
    bounds = box;
    look(zoom);
  }

  /** @param {Transform} next */
  function go({ k, x, y }) {
    look(rounded([k, (size.width / 2 - x) / k, (size.height / 2 - y) / k]));
    chosen(zoomed);
  }

  /** @param {number} factor @param {[number, number]} [about]  a point of the box, its middle by default */
  function zoom(factor, about = [size.width / 2, size.height / 2]) {
    const k = Math.min(Math.max(transform.k * factor, LIMITS[0]), LIMITS[1]);
    const ratio = k / transform.k;
    go({ k, x: about[0] - (about[0] - transform.x) * ratio, y: about[1] - (about[1] - transform.y) * ratio });
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
  return { frame, look, zoom, pan, transform: () => transform, size: () => size };
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
