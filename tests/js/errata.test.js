import { footnotes, slipMark } from "explorer/errata.js";
import { smallFilm } from "tests/fixtures.js";
import { same, test } from "tests/harness.js";

const SLIP = { steps: [5, 7], nodes: ["f2", "W"], parts: ["printed ", { label: [["z", ""], ["1", "sub"]] }, "; it is ", { label: [["z", ""], ["4", "sub"]] }, "."] };
const film = smallFilm({ errata: [SLIP, { ...SLIP, steps: [7], nodes: ["W"] }] });

test("a step is marked once, however many slips it meets", () => {
  same([4, 5, 7].map((step) => slipMark(film, step).map(({ title }) => title.split(" in ")[0])), [[], ["A slip"], ["2 slips"]]);
  same(slipMark(smallFilm(), 5), []);
});

test("a line has the footnotes that concern it, set as mathematics", () => {
  const [notes] = footnotes(film, "W", 4);
  same([...notes.querySelectorAll("p")].map(({ textContent }) => textContent), ["* printed z1; it is z4.", "* printed z1; it is z4."]);
  same([...notes.querySelectorAll("p:first-child sub")].map(({ textContent }) => textContent), ["1", "4"]);
  same([footnotes(film, "f2", 4)[0].childElementCount, footnotes(film, "s", 4), footnotes(null, "s", 4), footnotes(smallFilm(), "s", 4)], [1, [], [], []]);
});
