/**
 * What a pulse carries, on a small card that flies beside it: its symbol, and one number as text or more as cells.
 */

import { formatNumber } from "explorer/format.js";
import { level } from "explorer/scale.js";
import { FONTS } from "explorer/text.js";

/** @typedef {import("explorer/flights.js").Flight} Flight */

const MINI = 10;
const MINI_GAP = 1.5;
const MINI_CUT = 4;
const MINI_MOST = 6;
const PAD = 5;
const AWAY = 13;
const LABEL_HEIGHT = 15;
const LABEL_FONT = 13;
const SCRIPT_SIZE = 0.7;
const SCRIPT_SHIFT = { "": 0, sub: 3, sup: -5 };
const NUMBER_FONT = 12;
const DIGITS = 3;

/** How many rows, or columns, of a tensor are drawn, and the room they take. */
const shown = (count) => Math.min(count, MINI_MOST);
const span = (count) => shown(count) * (MINI + MINI_GAP) - MINI_GAP;

/** Go through the symbol's parts with the font and the place of each. @returns {number} its width */
function spell(context, label, x, write) {
  const start = x;
  for (const [text, script] of label) {
    context.font = `italic ${LABEL_FONT * (script ? SCRIPT_SIZE : 1)}px ${FONTS.serif}`;
    write(text, x, SCRIPT_SHIFT[script]);
    x += context.measureText(text).width;
  }
  return x - start;
}

/** One cell; of a negative number with both left corners cut off, as on its card. */
function drawMini(context, x, y, negative) {
  const cut = negative ? MINI_CUT : 0;
  context.beginPath();
  context.moveTo(x + cut, y);
  for (const [right, down] of [[MINI, 0], [MINI, MINI], [cut, MINI], [0, MINI - cut], [0, cut]]) context.lineTo(x + right, y + down);
  context.fill();
}

/** The numbers as small coloured cells, in the rows and columns of their card. */
function drawMinis(context, { numbers, columns }, left, top, colours) {
  for (let row = 0; row < shown(numbers.length / columns); row += 1) {
    for (let column = 0; column < shown(columns); column += 1) {
      const number = numbers[row * columns + column];
      context.fillStyle = colours[level(number)];
      drawMini(context, left + column * (MINI + MINI_GAP), top + row * (MINI + MINI_GAP), number < 0);
    }
  }
}

/** How much room the numbers take. */
function measure(context, { numbers, columns }) {
  if (numbers.length !== 1) return { single: null, width: span(columns), height: span(numbers.length / columns) };
  const single = formatNumber(numbers[0], DIGITS);
  context.font = `${NUMBER_FONT}px ${FONTS.mono}`;
  return { single, width: context.measureText(single).width, height: NUMBER_FONT };
}

/**
 * @param {CanvasRenderingContext2D} context @param {Flight} flight
 * @param {[number, number]} at  the pulse @param {[number, number]} side  the unit vector to the chip's side of it
 * @param {Record<string, string>} colours
 */
export function drawChip(context, flight, at, side, colours) {
  const { label } = flight;
  const body = measure(context, flight);
  const labelWidth = spell(context, label, 0, () => {});
  const top = label.length ? LABEL_HEIGHT : 0;
  const width = Math.max(body.width, labelWidth) + 2 * PAD;
  const height = body.height + top + 2 * PAD;
  const x = at[0] + side[0] * (AWAY + width / 2);
  const ceiling = at[1] + side[1] * (AWAY + height / 2) - height / 2;
  context.fillStyle = colours.card;
  context.strokeStyle = colours.frame;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x - width / 2, ceiling, width, height, 6);
  context.fill();
  context.stroke();
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = colours.frame;
  const line = ceiling + PAD + top / 2 - 2;
  spell(context, label, x - labelWidth / 2, (text, place, shift) => context.fillText(text, place, line + shift));
  if (body.single === null) {
    drawMinis(context, flight, x - body.width / 2, ceiling + PAD + top, colours);
    return;
  }
  context.font = `${NUMBER_FONT}px ${FONTS.mono}`;
  context.fillStyle = colours.ink;
  context.fillText(body.single, x - body.width / 2, ceiling + PAD + top + body.height / 2);
}
