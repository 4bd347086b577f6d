import { formatFragment, parseFragment } from "explorer/fragment.js";
import { same, test } from "tests/harness.js";

const state = { film: { case: "mlp/bce_mlp", sample: 0 }, step: 7, selected: "h", follow: false, edits: [], tab: "forward",
  settings: { gradients: "", sign: "", weights: "", reduction: "mean", fuse: false, language: "en" }, run: { pass: 0, losses: [], rates: [] } };

test("what is written is read again", () => {
  const edits = [{ node: "W", index: [0, 1], sample: null, pass: 0, text: "0.9" }, { node: "x", index: [2], sample: 3, pass: 2, text: "-1e-3" },
    { node: "c", index: [], sample: null, pass: 0, text: "1;2 & ä" }];
  const hash = formatFragment({ ...state, edits: edits.slice(0, 2) });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&node=h&edits=W.0.1%3D0.9;x.2@3~2%3D-1e-3&lang=en");
  same(parseFragment(hash), { values: { lesson: "mlp/bce_mlp", step: 7, sample: 0, node: "h", edits: edits.slice(0, 2), lang: "en" }, troubles: [] });
});

test("what was chosen is written, what is the handout's own is not", () => {
  const hash = formatFragment({ ...state, tab: "check", settings: { ...state.settings, gradients: "row", reduction: "sum", fuse: true },
    run: { pass: 4, losses: [], rates: [[0, "0.5"], [3, "0.1"]] } });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&pass=4&rate=0.5;0.1@3&gradients=row&reduction=sum&fuse=1&node=h&tab=check&lang=en");
  const { values, troubles } = parseFragment(`${hash}&tab=none`);
  same([values.pass, values.rate, values.tab, troubles.map(({ key }) => key)], [4, "0.5;0.1@3", "check", ["tab"]]);
});

test("a selection that follows is not written", () => {
  same(formatFragment({ ...state, follow: true }), "#lesson=mlp/bce_mlp&step=7&sample=0&lang=en");
});

test("what is wrong is told by its key, and the rest holds", () => {
  const { values, troubles } = parseFragment("#lesson=mlp/bce_mlp&step=x&sample=-1&colour=red&lang=xx&edits=W&node=%E0%A4%A");
  same(values, { lesson: "mlp/bce_mlp", lang: "xx" });
  same(troubles.map(({ key }) => key), ["step", "sample", "colour", "edits", "node"]);
});

test("an empty fragment is no trouble, and the language is accepted", () => {
  same(parseFragment(""), { values: {}, troubles: [] });
  same(parseFragment("#lang=en"), { values: { lang: "en" }, troubles: [] });
});
