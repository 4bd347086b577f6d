import { beside, curve, measured, rounded } from "explorer/geometry.js";
import { indexOf, spokenCell, cellName, dependents, placeInPhase } from "explorer/film.js";
import { largest, level, weight } from "explorer/scale.js";
import { fittedNumbers, textWidth } from "explorer/text.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test } from "tests/harness.js";

test("cells are named and spoken of by their place", () => {
  same([indexOf([4, 3], 7), indexOf([3], 2), indexOf([], 0)], [[2, 1], [2], []]);
  same([cellName("gradient", [2, 1]), cellName("value", [])], ["gradient:2,1", "value:0"]);
  same([spokenCell("W", [0, 1]), spokenCell("b1", [2]), spokenCell("c", [])], ["W, row 1, column 2", "b1, entry 3", "c"]);
  same([spokenCell("W", [0, 1], ["to", "from"]), spokenCell("W", [0, 1], ["from", "to"])], ["W, from 2 to 1", "W, from 1 to 2"]);
});

test("dependents are all that is computed from a node", () => {
  same([...dependents(smallFilm(), ["W"])].sort(), ["f2", "loss"]);
});

test("a step knows its place in its phase", () => {
  same([placeInPhase(smallFilm(), 2), placeInPhase(smallFilm(), 7)], [
    { phase: "forward", at: 2, of: 2 }, { phase: "backward", at: 3, of: 4 }]);
});

test("levels are symmetric, and 0, NaN and infinities have their own", () => {
  same([0.01, 0.1, 0.5, 3].map(level), ["p1", "p2", "p3", "p4"]);
  same([-0.01, -0.1, -0.5, -3].map(level), ["n1", "n2", "n3", "n4"]);
  same([0, -0, Number.NaN, -Infinity].map(level), ["zero", "zero", "bad", "bad"]);
});

test("weights are logarithmic and bounded", () => {
  same([0, 1e-9, 1e-2, 1, 1e9, Infinity].map(weight), [0, 0, 0.5, 0.75, 1, 1]);
  same([largest([1, -3, 2]), largest([]), largest([0, Number.NaN])], [3, 0, Infinity]);
});

test("a way is walked at even pace, whatever its corners", () => {
  const path = rounded([[0, 0], [100, 0], [100, 100]]);
  const { length, at } = measured(path);
  ok(length > 185 && length < 200, "a rounded corner, shorter than the sharp one,");
  same([at(-5), at(1e9)], [[0, 0], [100, 100]]);
  const [x, y] = at(length / 2);
  ok(Math.abs(x - 100 + y) < 1e-6, "the middle on the diagonal");
});

test("a track runs beside its arrow, at its right hand", () => {
  same(beside([[0, 0], [10, 0]], 9), [[0, 9], [10, 9]]);
  same(beside([[0, 10], [0, 0]], 9), [[9, 10], [9, 0]]);
});

test("a curve leaves and enters at the sides that face each other", () => {
  const box = (x, y) => ({ x, y, width: 100, height: 50 });
  const ends = (path) => [path[0], path.at(-1)];
  same(ends(curve(box(0, 0), box(300, 10))), [[100, 25], [300, 35]]);
  same(ends(curve(box(0, 300), box(20, 0))), [[50, 300], [70, 50]]);
});

test("no number is wider than its cell, however many digits are asked for", () => {
  for (const digits of [3, 4, 8, "all"]) {
    for (const number of [-1.23456789e-300, -0.07475640258274256, 123456.789, -Infinity, 0]) {
      const { texts, size } = fittedNumbers([number, 0.5], digits, 50, 13);
      const widest = Math.max(...texts.map((text) => textWidth(text, size, "mono") - 0.04 * size * text.length));
      ok(widest <= 50.01, `${texts[0]} at ${size} within 50, not ${widest},`);
    }
  }
});

test("digits are given up before type gets too small to read", () => {
  same(fittedNumbers([-0.07475640258274256], "all", 50, 13).texts, ["−0.0747564"]);
  same(fittedNumbers([-0.000688354], 4, 59, 15).texts, ["−0.0006884"]);
  same(fittedNumbers([0.5, -1], "all", 50, 13), { texts: ["0.5", "−1"], size: 13 });
});
