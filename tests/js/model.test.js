import { createModel } from "explorer/model.js";
import { smallFilm } from "tests/fixtures.js";
import { same, test } from "tests/harness.js";

function loaded(send = () => {}) {
  const model = createModel(send);
  model.receive({ type: "film", film: smallFilm() });
  return model;
}

test("steps stay inside the film", () => {
  const model = loaded();
  for (const [asked, step] of [[99, 9], [-4, 0], [3.7, 3], [Number.NaN, 0]]) {
    model.set({ step: asked });
    same(model.state.step, step);
  }
});

test("play ends with the film", () => {
  const model = loaded();
  model.set({ playing: true, step: 8 });
  same(model.state.playing, true);
  model.set({ step: 9 });
  same(model.state.playing, false);
});

test("the selection follows the step until a node is picked", () => {
  const model = loaded();
  model.set({ step: 3 });
  same(model.state.selected, "loss");
  model.set({ selected: "W", follow: false });
  model.set({ step: 1 });
  same(model.state.selected, "W");
  model.set({ follow: true });
  same(model.state.selected, "f1");
});

test("listeners hear of their keys once, after all of them changed", () => {
  const model = loaded();
  const heard = [];
  const off = model.on(["step", "digits"], (state, changed) => heard.push([state.step, state.digits, changed]));
  model.set({ step: 2, digits: 6 });
  model.set({ step: 2 });
  model.set({ speed: 9 });
  off();
  model.set({ step: 0 });
  same(heard, [[2, 6, ["step", "digits", "selected"]]]);
});

test("a reply finds its own request", async () => {
  const sent = [];
  const model = loaded((message) => sent.push(message));
  const [first, second] = [model.send({ type: "explain", node: "s" }), model.send({ type: "explain", node: "W" })];
  model.receive({ type: "explanation", request: sent[1].request, node: "W" });
  model.receive({ type: "explanation", request: sent[0].request, node: "s" });
  same([(await first).node, (await second).node], ["s", "W"]);
});

test("a film of the same case keeps the step, another starts at 0", () => {
  const model = loaded();
  model.set({ step: 5, selected: "W", follow: false });
  model.receive({ type: "film", film: smallFilm({ sample: 1 }) });
  same([model.state.step, model.state.selected, model.state.film.sample], [5, "W", 1]);
  model.receive({ type: "film", film: smallFilm({ case: "test/other" }) });
  same([model.state.step, model.state.follow], [0, true]);
});

test("numbers may come as a view into a larger buffer", () => {
  const model = createModel(() => {});
  const film = smallFilm();
  const buffer = new Float64Array([1234, ...film.numbers]);
  model.receive({ type: "film", film: { ...film, numbers: buffer.subarray(1) } });
  same(model.state.film.numbers, film.numbers);
});

test("one alert a key", () => {
  const model = loaded();
  model.alert("node", "first");
  model.alert("step", "other");
  model.alert("node", "second");
  same(model.state.alerts, [{ key: "step", reason: "other" }, { key: "node", reason: "second" }]);
});
