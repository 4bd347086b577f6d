import { formatFragment, parseFragment } from "explorer/fragment.js";
import { same, test } from "tests/harness.js";

const state = { film: { case: "mlp/bce_mlp", sample: 0 }, step: 7, selected: "h", follow: false, edits: [] };

test("what is written is read again", () => {
  const edits = [{ node: "W", index: [0, 1], sample: null, text: "0.9" }, { node: "x", index: [2], sample: 3, text: "-1e-3" },
    { node: "c", index: [], sample: null, text: "1;2 & ä" }];
  const hash = formatFragment({ ...state, edits: edits.slice(0, 2) });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&node=h&edits=W.0.1%3D0.9%3Bx.2%403%3D-1e-3&lang=en");
  same(parseFragment(hash), { values: { lesson: "mlp/bce_mlp", step: 7, sample: 0, node: "h", edits: edits.slice(0, 2), lang: "en" }, troubles: [] });
});

test("a selection that follows is not written", () => {
  same(formatFragment({ ...state, follow: true }), "#lesson=mlp/bce_mlp&step=7&sample=0&lang=en");
});

test("what is wrong is told by its key, and the rest holds", () => {
  const { values, troubles } = parseFragment("#lesson=mlp/bce_mlp&step=x&sample=-1&colour=red&lang=xx&edits=W&node=%E0%A4%A");
  same(values, { lesson: "mlp/bce_mlp" });
  same(troubles.map(({ key }) => key), ["step", "sample", "colour", "lang", "edits", "node"]);
});

test("an empty fragment is no trouble, and the language is accepted", () => {
  same(parseFragment(""), { values: {}, troubles: [] });
  same(parseFragment("#lang=en"), { values: { lang: "en" }, troubles: [] });
});
