/**
 * Everything that moves, on one canvas over the stage: values running along the arrows, contributions running back
 * beside them. A pulse carries its numbers, and its weight follows their magnitude; an exact zero stops half way.
 */

import { formatNumber } from "explorer/format.js";
import { level } from "explorer/scale.js";
import { FONTS } from "explorer/text.js";

/** @typedef {import("explorer/flights.js").Flight} Flight */

const TRAIL = 64;
const TRAIL_PARTS = 16;
const STOP_BAR = 9;
const MINI = 10;
const MINI_GAP = 1.5;
const MINI_MOST = 6;
const CHIP_PAD = 5;
const CHIP_AWAY = 13;
const LABEL_HEIGHT = 15;
const LABEL_FONT = 13;
const NUMBER_FONT = 12;
const CHIP_DIGITS = 3;

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

  /** Themes change: the colours are read again for every step that flies. */
  function readColours() {
    const style = getComputedStyle(canvas);
    const names = ["forward", "backward", "card", "ink", "zero", "bad", "control"];
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

  /** Write the symbol with its scripts, or only measure it. @returns {number} its width */
  function writeLabel(label, x, y, colour) {
    const start = x;
    context.textAlign = "left";
    context.fillStyle = colour ?? "";
    for (const [text, script] of label) {
      context.font = `italic ${script ? LABEL_FONT * 0.7 : LABEL_FONT}px ${FONTS.serif}`;
      if (colour) context.fillText(text, x, y + (script === "sub" ? 3 : script === "sup" ? -5 : 0));
      x += context.measureText(text).width;
    }
    return x - start;
  }

  /** The numbers as small coloured cells, in the rows and columns of their card. */
  function drawMinis({ numbers, columns }, left, top) {
    const across = Math.min(columns, MINI_MOST);
    const down = Math.min(numbers.length / columns, MINI_MOST);
    for (let row = 0; row < down; row += 1) {
      for (let column = 0; column < across; column += 1) {
        context.fillStyle = colours[level(numbers[row * columns + column])];
        context.fillRect(left + column * (MINI + MINI_GAP), top + row * (MINI + MINI_GAP), MINI, MINI);
      }
    }
  }

  /** How much room the pulse's numbers take. */
  function chipBody({ numbers, columns }) {
    context.font = `${NUMBER_FONT}px ${FONTS.mono}`;
    const single = numbers.length === 1 ? formatNumber(numbers[0], CHIP_DIGITS) : null;
    if (single) return { single, width: context.measureText(single).width, height: NUMBER_FONT };
    const span = (count) => Math.min(count, MINI_MOST) * (MINI + MINI_GAP) - MINI_GAP;
    return { single, width: span(columns), height: span(numbers.length / columns) };
  }

  /** What the pulse carries, on a small card beside it: its symbol, and one number as text or more as cells. */
  function drawChip(flight, [x, y], along, colour) {
    const body = chipBody(flight);
    const top = flight.label.length ? LABEL_HEIGHT : 0;
    const labelWidth = writeLabel(flight.label, 0, 0);
    const width = Math.max(body.width, labelWidth) + 2 * CHIP_PAD;
    const height = body.height + top + 2 * CHIP_PAD;
    // Values keep to the left hand of the arrow. Contributions fly against it, to its right: their own left hand, too.
    const [nx, ny] = rightHand(flight.path, along).map((part) => -part);
    const [cx, cy] = [x + nx * (CHIP_AWAY + width / 2), y + ny * (CHIP_AWAY + height / 2)];
    const [left, ceiling] = [cx - width / 2, cy - height / 2];
    context.fillStyle = colours.card;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(left, ceiling, width, height, 6);
    context.fill();
    context.stroke();
    context.textBaseline = "middle";
    writeLabel(flight.label, cx - labelWidth / 2, ceiling + CHIP_PAD + top / 2 - 2, colour);
    const bodyTop = ceiling + CHIP_PAD + top;
    if (!body.single) {
      drawMinis(flight, cx - body.width / 2, bodyTop);
      return;
    }
    context.font = `${NUMBER_FONT}px ${FONTS.mono}`;
    context.fillStyle = colours.ink;
    context.fillText(body.single, cx - body.width / 2, bodyTop + body.height / 2);
  }

  /** @param {Flight} flight @param {number} t  from 0, leaving, to 1, there */
  function drawFlight(flight, t) {
    const colour = colours[flight.backward ? "backward" : "forward"];
    const along = flight.path.length * (flight.stops ? 0.5 * eased(Math.min(2 * t, 1)) : eased(t));
    const head = flight.path.at(along);
    drawTrail(flight, along, colour);
    drawHead(head, 4 + flight.width * 0.65, colour);
    drawChip(flight, head, along, colour);
    if (flight.stops && t > 0.5) {
      const [nx, ny] = rightHand(flight.path, along).map((part) => part * STOP_BAR);
      drawLine([head[0] - nx, head[1] - ny], [head[0] + nx, head[1] + ny], colours.ink, 4);
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
  return { draw, clear, readColours };
}
