import { formatFragment, parseFragment } from "explorer/fragment.js";
import { createModel } from "explorer/model.js";
import { fitting } from "explorer/picture.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test } from "tests/harness.js";

const state = { ...createModel(() => {}).state, film: { case: "mlp/bce_mlp", sample: 0 }, step: 7, selected: "h", follow: false };
const read = (hash) => {
  const { values, troubles } = parseFragment(hash);
  return [values, troubles.map(({ key }) => key)];
};

test("what is written is read again", () => {
  const edits = [{ node: "W", index: [0, 1], sample: null, pass: 0, text: "0.9" }, { node: "x", index: [2], sample: 3, pass: 2, text: "-1e-3" },
    { node: "c", index: [], sample: null, pass: 0, text: "1 & ä" }];
  const hash = formatFragment({ ...state, edits: edits.slice(0, 2) });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&node=h&edits=W.0.1%3D0.9;x.2@3~2%3D-1e-3&lang=en");
  same(read(hash), [{ lesson: "mlp/bce_mlp", step: 7, sample: 0, node: "h", edits: edits.slice(0, 2), lang: "en" }, []]);
  same(read(formatFragment({ ...state, edits }))[0].edits, edits);
});

test("what was chosen is written, what is the handout's own is not", () => {
  const hash = formatFragment({ ...state, tab: "check", settings: { ...state.settings, gradients: "row", reduction: "sum", fuse: true },
    run: { pass: 4, losses: [], rates: [[0, "0.5"], [3, "0.1"]] } });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&pass=4&rate=0.5;0.1@3&gradients=row&reduction=sum&fuse=1&node=h&tab=check&lang=en");
  const { values, troubles } = parseFragment(`${hash}&tab=none`);
  same([values.pass, values.rate, values.tab, troubles.map(({ key }) => key)], [4, "0.5;0.1@3", "check", ["tab"]]);
});

test("everything that the page itself shows is written, and shown again", () => {
  const seen = { step: 7, selected: "W", follow: false, tab: "batch", stacked: true, entries: { s: [1], W: [0] }, digits: "all", gradients: false,
    inspector: false, wide: true, speed: 9, theme: "projector", moved: { s: [12.5, -30], loss: [0, 4e-7] }, zoom: [1.25, 300, -20.5] };
  const hash = formatFragment({ ...state, ...seen });
  same(hash, "#lesson=mlp/bce_mlp&step=7&sample=0&node=W&tab=batch&stack=1&entries=s.1;W.0&digits=all&hidden=gradients&inspector=hidden&wide=1"
    + "&speed=9&theme=projector&moved=s:12.5,-30;loss:0,4e-7&zoom=1.25,300,-20.5&lang=en");
  const told = [];
  same(fitting(read(hash)[0], smallFilm(), (key) => told.push(key)), seen);
  same(told, []);
  const usual = fitting({}, smallFilm(), () => {});
  const { selected, ...fresh } = createModel(() => {}).state;
  for (const [field, value] of Object.entries(usual)) same(value, fresh[field], field);
});

test("what this film does not have is told, and what it has is shown", () => {
  const told = [];
  const patch = fitting({ step: 99, node: "nobody", entries: { W: [0], s: [7], q: [] } }, smallFilm(), (key, reason) => told.push(`${key}: ${reason}`));
  same([patch.step, patch.follow, patch.selected, patch.entries], [99, true, undefined, { W: [0] }]);
  same(told, ["step: There is no step 99. This film has 9 steps.", "node: There is no node \"nobody\" here. Nodes: s, W, f1, f2, loss.",
    "entries: There is no entry s.7 here."]);
});

test("a selection that follows is not written", () => {
  same(formatFragment({ ...state, follow: true }), "#lesson=mlp/bce_mlp&step=7&sample=0&lang=en");
});

test("what is wrong is told by its key, and the rest holds", () => {
  same(read("#lesson=mlp/bce_mlp&step=x&sample=-1&colour=red&lang=xx&edits=W&node=%E0%A4%A"),
    [{ lesson: "mlp/bce_mlp", lang: "xx" }, ["step", "sample", "colour", "edits", "node"]]);
});

test("no broken value passes, and none hides another", () => {
  const broken = ["step=", "step=1e3", "step=99999999999999", "tab=Forward", "stack=0", "entries=W.x", "entries=.1", "digits=5", "hidden=all",
    "inspector=1", "wide=yes", "speed=0", "theme=neon", "moved=h", "moved=h:1", "moved=h:1,2,3", "moved=h:NaN,0", "moved=h:1e99,0", "moved=:1,2",
    "zoom=0,1,2", "zoom=-1,1,2", "zoom=1,2", "zoom=1,2,Infinity", "zoom=0x1,2,3", "edits=W.0.1", "edits==1", "edits=W.-1=0", "node=%", "%ff=1",
    "__proto__=1", "constructor=1", "toString", "=", "=5", `graph=${"A".repeat(100_001)}`, `edits=${"W.0=1;".repeat(20_000)}`, "W".repeat(5000)];
  for (const one of broken) {
    const [values, troubles] = read(`#${one}&tab=batch`.replace("tab=Forward&tab=batch", "tab=Forward"));
    same(troubles.length, 1, `troubles of ${one.slice(0, 40)}`);
    ok(one.startsWith(troubles[0].slice(0, 3)) && troubles[0].length <= 60, `the key of ${one.slice(0, 40)}`);
    if (!one.startsWith("tab")) same(values.tab, "batch", `what comes with ${one.slice(0, 40)}`);
  }
});

test("an address cut off anywhere is read as far as it goes", () => {
  const whole = "#lesson=mlp/bce_mlp&step=12&node=h&digits=8&moved=h:12,-30&zoom=1.5,300,200&edits=W.0.1%3D0.9&lang=en";
  for (let end = 0; end < whole.length; end += 1) {
    const [values, troubles] = read(whole.slice(0, end));
    ok(troubles.length <= 1, `one trouble at most at ${end}`);
    if (end > 27) same(values.step, 12);
  }
});

test("an empty fragment is no trouble, and the language is accepted", () => {
  same(read(""), [{}, []]);
  same(read("#lang=en"), [{ lang: "en" }, []]);
});
