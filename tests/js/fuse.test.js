import { actionButton, compareTable, listenToActions } from "explorer/compare.js";
import { createFuse } from "explorer/fuse.js";
import { createModel } from "explorer/model.js";
import { createStage } from "explorer/stage.js";
import { ok, same, test, until } from "tests/harness.js";
import { pairFilm, pairMessage } from "tests/pair.js";
import { smallFilm } from "tests/fixtures.js";

const STILL = "(prefers-reduced-motion: reduce)";

/** A stage with the switch, on the film of two lines. */
async function page() {
  const ending = new AbortController();
  const sent = [];
  const model = createModel((message) => sent.push(message));
  const stage = createStage(model, ending.signal);
  const button = createFuse(model, ending.signal);
  const root = document.getElementById("root");
  root.className = "explorer";
  root.replaceChildren(stage.element, button);
  stage.element.style.height = "400px";
  await until(() => stage.view.size().width > 0, "a size");
  model.receive(pairMessage(false));
  const picture = () => stage.element.querySelector("svg.drawing").outerHTML;
  const cell = (name) => stage.element.querySelector(`[data-node="loss"] [data-cell="${name}"]`);
  return { model, stage, button, sent, picture, cell, root, signal: ending.signal, end: () => ending.abort() };
}

/** Until nothing of the animation is left. */
const atRest = (stage) => until(() => !stage.element.querySelector(".ghosts"), "the animation's end");

test("the switch is there where there is a pair, says what it joins, and asks for it", async () => {
  const { model, button, sent, end } = await page();
  same([button.hidden, button.textContent, button.getAttribute("aria-pressed")], [false, "Fuse σ + BCE", "false"]);
  button.click();
  same(sent.at(-1).fuse, true);
  model.receive(pairMessage(true));
  same([button.textContent, button.getAttribute("aria-pressed")], ["Fuse σ + BCE", "true"]);
  button.click();
  same([sent.at(-1).type, sent.at(-1).fuse], ["settings", false]);
  model.receive({ type: "film", film: smallFilm(), fusible: null });
  same(button.hidden, true);
  end();
});

test("the fused card shows its loss and the probability inside it, which is no value of it", async () => {
  const { model, stage, cell, end } = await page();
  model.receive(pairMessage(true));
  model.set({ step: 1 });
  await atRest(stage);
  same([cell("value:0").dataset.number, cell("inside:0").dataset.number], ["40.000000000000000", "1.0000000000000000"]);
  same(stage.element.querySelectorAll('[data-node="loss"] [data-cell^="value"]').length, 1);
  model.set({ step: 0 });
  same("number" in cell("inside:0").dataset, false, "nothing inside before the step");
  end();
});

test("numbers that are not finite look like none of the scale", async () => {
  const { model, stage, cell, end } = await page();
  model.set({ step: 5 });
  same([cell("value:0").textContent, cell("value:0").dataset.level], ["∞", "bad"]);
  const logit = stage.element.querySelector('[data-node="z"] [data-cell="gradient:0"]');
  same([logit.textContent, logit.dataset.level, logit.dataset.number], ["NaN", "bad", "NaN"]);
  end();
});

test("cards move together and apart, and nothing of it stays", async () => {
  const { model, stage, picture, end } = await page();
  model.set({ step: 5, selected: "p", follow: false });
  const apart = picture();
  for (const fused of [true, false, true]) {
    model.receive(pairMessage(fused));
    if (!window.matchMedia(STILL).matches) {
      ok(stage.element.querySelector(".ghosts"), "something that moves");
      const names = [...stage.element.querySelectorAll("[data-node]")].map(({ dataset }) => dataset.node);
      same(names.sort(), fused ? ["loss", "y", "z"] : ["loss", "p", "y", "z"], "cards found by name while they move");
    }
    await atRest(stage);
    const after = picture();
    if (!fused) same(after, apart, "the picture after both ways");
    // The same film, as if it had been opened so.
    const opened = createModel(() => {});
    const other = createStage(opened, new AbortController().signal);
    other.element.style.height = "400px";
    stage.element.replaceWith(other.element);
    await until(() => other.view.size().width > 0, "a size");
    opened.receive(pairMessage(fused));
    const { step, selected, follow } = model.state;
    opened.set({ step, selected, follow });
    same(other.element.querySelector("svg.drawing").outerHTML, after, `fused: ${fused}`);
    other.element.replaceWith(stage.element);
  }
  end();
});

test("what comes while cards still move finishes it", async () => {
  const { model, stage, end } = await page();
  model.receive(pairMessage(true));
  model.receive(pairMessage(false));
  model.receive(pairMessage(true));
  ok(stage.element.querySelectorAll(".ghosts").length <= 1, "one animation at a time");
  model.receive({ type: "film", film: smallFilm(), fusible: null });
  same(stage.element.querySelectorAll(".ghosts, [opacity]").length, 0, "what is left of it");
  end();
});

test("step and selection go along, both ways", () => {
  const model = createModel(() => {});
  const turn = (fused) => {
    model.receive(pairMessage(fused));
    return [model.state.step, model.state.selected, model.state.follow];
  };
  turn(false);
  for (const [step, there, back] of [[0, 0, 0], [1, 1, 1], [2, 1, 2], [3, 2, 3], [4, 3, 4], [5, 3, 5], [6, 4, 6]]) {
    model.set({ step, follow: true });
    same(turn(true)[0], there, `step ${step} in one line`);
    same(turn(false)[0], back, `step ${step} again`);
  }
  model.set({ step: 4, selected: "p", follow: false });
  same(turn(true), [3, "loss", false]);
  same(turn(false), [4, "p", false], "the very place again");
  model.set({ step: 5, selected: "z" });
  turn(true);
  model.set({ step: 2, selected: "z" });
  same(turn(false), [3, "z", false], "after a step of its own: where the same is seen");
  turn(true);
  model.set({ step: 3, selected: "loss" });
  same(turn(false), [5, "loss", false], "the one line sends back what the activation does");
  model.receive({ ...pairMessage(false), film: pairFilm(false, { sample: 1 }) });
  same(model.state.step, 5, "another sample keeps the step");
});

test("two ways stand side by side, and what is not finite is marked", () => {
  const table = compareTable({ columns: ["in two lines", "fused"], rows: [
    { label: [["L", ""]], cells: [["mrow", {}, { number: "Infinity" }], ["mrow", {}, { number: 40 }]] },
    { label: [["s", ""], ["1", "sub"]], cells: [["mrow", {}, { number: "NaN" }], null] },
  ] }, 4);
  const cells = [...table.querySelectorAll("tbody td")].map((cell) => [cell.textContent, cell.className]);
  same(cells, [["∞", "bad"], ["40", ""], ["NaN", "bad"], ["not computed", "none"]]);
  same([...table.querySelectorAll("thead th")].map(({ textContent }) => textContent), ["in two lines", "fused"]);
});

test("a button asks for one thing after the other, and for nothing else", async () => {
  const { model, sent, root, signal, end } = await page();
  const panel = document.createElement("div");
  panel.tabIndex = 0;
  root.append(panel);
  listenToActions(panel, model, signal);
  const edits = [{ type: "edit", node: "z", index: [0], text: "40" }, { type: "settings", fuse: true }];
  panel.replaceChildren(actionButton({ text: "Try", messages: edits }));
  sent.length = 0;
  panel.querySelector("button").click();
  same([document.activeElement === panel, sent.length, sent[0].node], [true, 1, "z"]);
  model.receive({ type: "film", request: sent[0].request, ...pairMessage(false) });
  await until(() => sent.length === 2, "the next request");
  same([sent[1].type, sent[1].fuse], ["settings", true]);
  model.receive({ type: "refused", request: sent[1].request, reason: "No." });
  await until(() => model.state.alerts.some(({ reason }) => reason === "No."), "the reason");
  panel.replaceChildren(actionButton({ text: "Reset", messages: [{ type: "reset" }] }));
  sent.length = 0;
  panel.querySelector("button").click();
  same(sent.length, 0, "requests of other kinds");
  end();
});
