import { footnotes, slipMark } from "explorer/errata.js";
import { smallFilm } from "tests/fixtures.js";
import { same, test } from "tests/harness.js";

const SLIP = { steps: [5, 7], nodes: ["f2", "W"], tabs: ["backward", "derivation"], parts: ["printed ", { label: [["z", ""], ["1", "sub"]] }, "; it is ", { label: [["z", ""], ["4", "sub"]] }, "."] };
const film = smallFilm({ errata: [SLIP, { ...SLIP, steps: [7], nodes: ["W"] }] });

test("a step is marked once, however many slips it meets", () => {
  same([4, 5, 7].map((step) => slipMark(film, step).map(({ title }) => title.split(" in ")[0])), [[], ["A slip"], ["2 slips"]]);
  same(slipMark(smallFilm(), 5), []);
});

test("a line has the footnotes that concern it, set as mathematics", () => {
  const [notes] = footnotes(film, "W", "backward", 4);
  same([...notes.querySelectorAll("p")].map(({ textContent }) => textContent), ["* printed z1; it is z4.", "* printed z1; it is z4."]);
  same([...notes.querySelectorAll("p:first-child sub")].map(({ textContent }) => textContent), ["1", "4"]);
  same(footnotes(film, "f2", "derivation", 4)[0].childElementCount, 1);
  same([footnotes(film, "s", "backward", 4), footnotes(null, "s", "backward", 4), footnotes(smallFilm(), "s", "backward", 4)], [[], [], []]);
  same([footnotes(film, "W", "check", 4), footnotes(film, "W", undefined, 4)], [[], []]);
});
