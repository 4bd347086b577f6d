import { changesByStep, edgeState, nodeState } from "explorer/player.js";
import { createModel } from "explorer/model.js";
import { smallFilm } from "tests/fixtures.js";
import { same, test } from "tests/harness.js";

function film() {
  const model = createModel(() => {});
  model.receive({ type: "film", film: smallFilm() });
  return model.state.film;
}

const looks = (name) => {
  const one = film();
  const node = one.nodes.find((other) => other.name === name);
  return Array.from({ length: one.steps.length + 1 }, (_, step) => nodeState(one, node, step));
};

test("a value waits for its step, and goes stale with the update", () => {
  const states = looks("f2").map(({ value }) => value.state);
  same(states, ["waiting", "waiting", ...Array(7).fill("done"), "stale"]);
});

test("an exactly zero value and gradient say so", () => {
  same(looks("loss").map(({ value }) => value.state).slice(3), Array(7).fill("zero"));
  same(looks("W").map(({ gradient }) => gradient.state), [...Array(7).fill("waiting"), "zero", "zero", "stale"]);
});

test("a sum is made contribution by contribution", () => {
  const states = looks("s");
  same(states.map(({ gradient }) => gradient.state), [...Array(6).fill("waiting"), "partial", "partial", "done", "stale"]);
  same(states.map(({ contributions }) => contributions).slice(5), ["0/2", "1/2", "2/2", "2/2", "2/2"]);
  same(states.map(({ gradient }) => gradient.numbers).slice(6), [[1, 1], [1.5, -0.5], [1.5, -0.5], [1.5, -0.5]]);
});

test("a parameter shows its new value after its update", () => {
  same(looks("W").map(({ value }) => [...value.numbers]).slice(8), [[0.5], [0.25]]);
});

test("what nothing reaches has a zero gradient from the seed on", () => {
  const one = film();
  const node = { ...one.nodes[2], total: 0, arrivals: [], gradient_step: 4, zero_gradient: true };
  same([3, 4, 5].map((step) => nodeState(one, node, step).gradient.state), ["waiting", "zero", "zero"]);
});

test("an edit on its way makes what depends on it stale, but not what is not there yet", () => {
  const one = film();
  const outdated = { values: new Set(["f2", "loss"]), gradients: true };
  const at = (name, step) => nodeState(one, one.nodes.find((node) => node.name === name), step, outdated);
  same([at("f1", 2).value.state, at("f2", 2).value.state, at("loss", 2).value.state], ["done", "stale", "waiting"]);
  same([at("f1", 2).gradient.state, at("f1", 5).gradient.state], ["waiting", "stale"]);
});

test("an edge knows what has run along it", () => {
  const one = film();
  same([0, 1, 6, 7].map((step) => edgeState(one, 0, step)), [
    { forward: false, backward: false, now: null }, { forward: true, backward: false, now: "forward" },
    { forward: true, backward: true, now: "backward" }, { forward: true, backward: true, now: null }]);
});

test("a step changes nothing that its list of changes leaves out", () => {
  const one = film();
  const changes = changesByStep(one);
  for (let step = 1; step <= one.steps.length; step += 1) {
    one.nodes.forEach((node, index) => {
      if (!changes[step].nodes.has(index)) same(nodeState(one, node, step), nodeState(one, node, step - 1), `${node.name} at ${step}`);
    });
    one.edges.forEach((_, index) => {
      if (!changes[step].edges.has(index)) same(edgeState(one, index, step), edgeState(one, index, step - 1), `edge ${index} at ${step}`);
    });
  }
});
