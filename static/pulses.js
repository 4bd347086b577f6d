/**
 * Everything that moves, on one canvas over the stage: values running along the arrows, contributions running back
 * beside them. A pulse carries its numbers, and its weight follows their magnitude; an exact zero stops half way.
 */

import { drawChip } from "explorer/chip.js";

/** @typedef {import("explorer/flights.js").Flight} Flight */

const TRAIL = 64;
const TRAIL_PARTS = 16;
const STOP_BAR = 9;

const eased = (t) => t * t * (3 - 2 * t);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ReturnType<typeof import("explorer/view.js").createView>} view
 */
export function createPulses(canvas, view) {
  const context = canvas.getContext("2d");
  /** @type {Record<string, string>} */
  let colours = {};
  let blank = true;
  /** How many times larger than on the page. */
  let large = 1;

  /** Themes change: the colours are read again for every step that flies. */
  function readColours() {
    const style = getComputedStyle(canvas);
    const names = ["forward", "backward", "card", "ink", "zero", "bad"];
    for (const side of ["n", "p"]) names.push(...[1, 2, 3, 4].map((place) => side + place));
    colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  function clear() {
    if (blank) return;
    blank = true;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
  }

  /** Draw in the drawing's own coordinates. */
  function prepare() {
    clear();
    blank = false;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(view.size().width * ratio), Math.round(view.size().height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const { x, y, k } = view.transform();
    context.setTransform(k * ratio, 0, 0, k * ratio, x * ratio, y * ratio);
  }

  function drawLine(from, to, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }

  function drawTrail({ path, width }, along, colour) {
    for (let part = 0; part < TRAIL_PARTS; part += 1) {
      const far = along - TRAIL * (1 - part / TRAIL_PARTS);
      if (far < 0) continue;
      context.globalAlpha = ((part + 1) / TRAIL_PARTS) ** 1.5 * 0.85;
      drawLine(path.at(far), path.at(far + TRAIL / TRAIL_PARTS), colour, width * (0.3 + (0.7 * part) / TRAIL_PARTS));
    }
    context.globalAlpha = 1;
  }

  function drawHead([x, y], radius, colour) {
    context.fillStyle = colour;
    context.strokeStyle = colours.card;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }

  /** @returns {[number, number]} the unit vector to the right hand of the way there */
  function rightHand(path, along) {
    const [[ax, ay], [bx, by]] = [path.at(along - 2), path.at(along + 2)];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    return [(ay - by) / length, (bx - ax) / length];
  }

  /** @param {Flight} flight @param {number} t  from 0, leaving, to 1, there */
  function drawFlight(flight, t) {
    const colour = colours[flight.backward ? "backward" : "forward"];
    const along = flight.path.length * (flight.stops ? 0.5 * eased(Math.min(2 * t, 1)) : eased(t));
    const head = flight.path.at(along);
    drawTrail(flight, along, colour);
    drawHead(head, (4 + flight.width * 0.65) * ((1 + large) / 2), colour);
    const [nx, ny] = rightHand(flight.path, along);
    // Values keep to the left hand of the arrow. Contributions fly against it, to its right: their own left hand, too.
    context.save();
    context.translate(...head);
    context.scale(large, large);
    drawChip(context, flight, [0, 0], [-nx, -ny], { ...colours, frame: colour });
    context.restore();
    if (flight.stops && t > 0.5) {
      const bar = (side) => [head[0] + side * nx * STOP_BAR, head[1] + side * ny * STOP_BAR];
      drawLine(bar(-1), bar(1), colours.ink, 4);
    }
  }

  /** @param {Flight[]} flights @param {number} elapsed  ms since the step began */
  function draw(flights, elapsed) {
    if (!flights.length) {
      clear();
      return;
    }
    prepare();
    for (const flight of flights) {
      const t = (elapsed - flight.delay) / flight.duration;
      if (t >= 0 && t < 1) drawFlight(flight, t);
    }
  }
  return { draw, clear, readColours, enlarge: (times) => { large = times; } };
}
