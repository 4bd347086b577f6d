import { createClicker } from "explorer/clicker.js";
import { createEditor } from "explorer/edit.js";
import { listenToKeys } from "explorer/keys.js";
import { createModel } from "explorer/model.js";
import { createPasses } from "explorer/passes.js";
import { createPlayback } from "explorer/playback.js";
import { createStage } from "explorer/stage.js";
import { createTransport } from "explorer/transport.js";
import { createWalk } from "explorer/walk.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

/** The page without header and inspector, and a server that changes numbers as it is told. */
async function page() {
  const ending = new AbortController();
  const { signal } = ending;
  const sent = [];
  const model = createModel((message) => sent.push(message));
  const stage = createStage(model, signal);
  const playback = createPlayback(model, stage, signal);
  const editor = createEditor(model, stage, signal);
  const walk = createWalk(model, stage, editor, signal);
  const passes = createPasses(model, {}, signal);
  const transport = createTransport(model, playback, passes.element, signal);
  listenToKeys(playback, { model, walk, passes, undo: {}, clicker: createClicker(model, playback), help: () => {}, fullScreen: () => {} }, () => false, signal);
  const root = document.getElementById("root");
  root.className = "explorer";
  root.replaceChildren(stage.element, transport);
  stage.element.style.height = "500px";
  model.receive({ type: "film", film: smallFilm() });
  const find = (selector) => root.querySelector(selector);
  const press = (target, key, more = {}) => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...more }));
  };
  const picture = () => [...find("svg.drawing").querySelectorAll("*")].map((element) => {
    const attributes = [...element.attributes].filter(({ name }) => name !== "tabindex").map(({ name, value }) => `${name}=${value}`);
    return [element.tagName, ...attributes.sort(), element.children.length ? "" : element.textContent].join(" ");
  });
  const reply = (message) => model.receive({ request: sent.at(-1).request, ...message });
  await until(() => stage.view.size().width > 0, "a size");
  return { model, stage, playback, sent, find, press, picture, reply, end: () => ending.abort() };
}

function samePicture(actual, expected, when) {
  const other = actual.findIndex((line, index) => line !== expected[index]);
  same(actual[other], expected[other], `${when}: element ${other}`);
  same(actual.length, expected.length, `${when}: the number of elements`);
}

const cell = (find, node, name) => find(`.stage [data-node="${node}"] [data-cell="${name}"]`);

test("the stage says where it stands", async () => {
  const { stage, playback, model, end } = await page();
  const said = () => ["phase", "step", "steps", "playing"].map((key) => stage.element.dataset[key]);
  same(said(), ["idle", "0", "9", "false"]);
  const phases = [1, 3, 4, 5, 8, 9].map((step) => {
    model.set({ step });
    return stage.element.dataset.phase;
  });
  same(phases, ["forward", "loss", "loss", "backward", "backward", "update"]);
  same(said(), ["update", "9", "9", "false"]);
  playback.first();
  same(said(), ["idle", "0", "9", "false"]);
  end();
});

test("a card and its cells say all of the contract", async () => {
  const { find, model, end } = await page();
  model.set({ step: 6 });
  const card = find('[data-node="s"]');
  same(["node", "kind", "stateValue", "stateGradient", "contributions"].map((key) => card.dataset[key]), ["s", "input", "done", "partial", "1/2"]);
  same([card.getAttribute("aria-label"), card.tabIndex], ["s, input, shape 2", 0]);
  same([cell(find, "s", "gradient:0").dataset.number, cell(find, "s", "value:1").textContent], ["1.0000000000000000", "−2"]);
  same([cell(find, "loss", "value:0").dataset.number, cell(find, "loss", "mean:0").dataset.number], ["0.0000000000000000", "7.0000000000000000"]);
  ok(find('[data-edge="s->f1"]'), "an edge by its name");
  ok(!("number" in cell(find, "W", "gradient:0").dataset), "no number before it is there");
  end();
});

test("stepping on, back and seeking show the same pictures", async () => {
  const { model, playback, picture, end } = await page();
  const pictures = [picture()];
  for (let step = 1; step <= 9; step += 1) {
    playback.next();
    model.set({ playing: false });
    playback.seek(0);
    playback.seek(step);
    pictures.push(picture());
  }
  for (let step = 8; step >= 0; step -= 1) {
    playback.previous();
    samePicture(picture(), pictures[step], `going back to step ${step}`);
  }
  for (let step = 1; step <= 9; step += 1) {
    playback.next();
    playback.next();
    playback.previous();
    samePicture(picture(), pictures[step === 9 ? 8 : step], `going on to step ${step}`);
  }
  end();
});

test("what a pulse carries is seen when it arrives, and another step finishes it at once", async () => {
  const { find, playback, model, end } = await page();
  model.set({ step: 1, speed: 9 });
  playback.next();
  const block = () => find('[data-node="f2"] .value').classList.contains("arriving");
  same([block(), cell(find, "f2", "value:0").dataset.number], [true, "0.50000000000000000"]);
  await until(() => !block(), "the value's arrival");
  playback.next();
  ok(find(".arriving"), "a pulse on its way");
  playback.next();
  ok(!find(".arriving"), "the pulses' end");
  end();
});

test("play goes to the end and stops, and begins anew from there", async () => {
  const { find, model, playback, stage, end } = await page();
  model.set({ speed: 9 });
  playback.toggle();
  same([stage.element.dataset.playing, find("[data-action=play]").getAttribute("aria-label")], ["true", "Pause"]);
  await until(() => stage.element.dataset.playing === "false", "the end", 20);
  same([model.state.step, find("[data-action=play]").getAttribute("aria-label")], [9, "Play"]);
  playback.toggle();
  same([model.state.step, model.state.playing], [1, true]);
  playback.previous();
  same([model.state.step, model.state.playing], [0, false]);
  end();
});

test("a film of the same graph changes numbers, not cards; focus and drags stay", async () => {
  const { find, model, end } = await page();
  const first = cell(find, "s", "value:0");
  first.focus();
  const film = smallFilm({ sample: 1 });
  film.numbers[film.nodes[0].value.at[0]] = 42;
  model.receive({ type: "film", film });
  same([cell(find, "s", "value:0") === first, document.activeElement === first, first.textContent], [true, true, "42"]);
  const other = smallFilm({ case: "test/other" });
  other.nodes[0].x += 10;
  model.receive({ type: "film", film: other });
  same([cell(find, "s", "value:0") === first, cell(find, "s", "value:0").textContent], [false, "1"]);
  end();
});

test("arrows mean what has the focus", async () => {
  const { find, press, model, sent, end } = await page();
  press(document.body, "ArrowRight");
  press(document.body, "PageDown");
  press(document.body, "PageUp");
  same(model.state.step, 1);
  find('[data-node="s"]').focus();
  press(document.activeElement, "ArrowRight");
  same([document.activeElement.dataset.node, model.state.step], ["f1", 1]);
  press(document.activeElement, "PageDown");
  same(model.state.step, 2);
  press(document.activeElement, "ArrowDown");
  press(document.activeElement, "ArrowDown");
  press(document.activeElement, "Enter");
  same([document.activeElement.dataset.node, model.state.selected, model.state.follow], ["W", "W", false]);
  cell(find, "s", "value:0").focus();
  press(document.activeElement, "ArrowRight");
  same(document.activeElement.dataset.cell, "value:1");
  press(document.activeElement, "ArrowUp", { shiftKey: true });
  same(sent.at(-1), { type: "edit", node: "s", index: [1], text: "-1", sample: 0, request: 1 });
  const slider = find("input[type=range]");
  press(slider, "ArrowRight");
  same(model.state.step, 2, "the step: the slider moves by itself, and");
  press(slider, "PageDown");
  same(model.state.step, 3);
  end();
});

test("space presses a focused button and nothing else; single keys can be switched off", async () => {
  const { find, press, model, end } = await page();
  press(find("[data-action=next]"), " ");
  same(model.state.playing, false);
  press(document.body, " ");
  same(model.state.playing, true);
  press(document.body, " ");
  press(document.body, "7");
  press(document.body, "g");
  same([model.state.speed, model.state.gradients], [7, false]);
  model.set({ shortcuts: false });
  press(document.body, "3");
  press(document.body, "G");
  same([model.state.speed, model.state.gradients], [7, false]);
  press(document.body, "3", { ctrlKey: true });
  press(document.body, "End");
  same(model.state.step, 9);
  end();
});

test("an edit makes stale what depends on it, is refused in place, and comes back to its cell", async () => {
  const { find, press, model, sent, reply, end } = await page();
  model.set({ step: 5 });
  cell(find, "W", "value:0").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  const field = find(".editor input");
  same([field.getAttribute("aria-label"), field.value, document.activeElement === field], ["W, entry 1", "0.5", true]);
  field.value = "half";
  press(field, "ArrowLeft");
  press(field, "Enter");
  same([sent.at(-1).text, model.state.step], ["half", 5]);
  const state = (node) => find(`[data-node="${node}"]`).dataset.stateValue;
  same([state("f2"), state("loss"), state("f1"), state("W")], ["stale", "stale", "done", "done"]);
  reply({ type: "refused", node: "W", index: [0], reason: "\"half\" is not a number." });
  await until(() => find(".editor [role=alert]").textContent, "the reason");
  same([field.value, state("f2"), field.readOnly], ["half", "done", false]);
  field.value = "0.75";
  press(field, "Enter");
  const film = smallFilm();
  film.numbers[film.nodes[1].value.at[0]] = 0.75;
  reply({ type: "film", film });
  await until(() => !find(".editor"), "the field's end");
  same([document.activeElement.dataset.cell, document.activeElement.textContent, model.state.step], ["value:0", "0.75", 5]);
  press(document.activeElement, "Enter");
  press(find(".editor input"), "Escape");
  same([find(".editor"), document.activeElement.dataset.cell], [null, "value:0"]);
  end();
});

test("nudges that come faster than films are sent as their latest", async () => {
  const { find, press, sent, reply, end } = await page();
  cell(find, "s", "value:0").focus();
  for (let count = 0; count < 4; count += 1) press(document.activeElement, "ArrowUp");
  same(sent.map(({ text }) => text), ["1.1"]);
  reply({ type: "film", film: smallFilm() });
  await until(() => sent.length === 2, "the second request");
  same(sent.map(({ text }) => text), ["1.1", "1.4"]);
  end();
});

test("a moved card takes its edges along, and tidy brings all back", async () => {
  const { stage, picture, model, find, end } = await page();
  model.set({ step: 7 });
  const before = picture();
  const scene = find('[data-edge="s->f1"] .arrow').getAttribute("d");
  const at = find('[data-node="s"]').getBoundingClientRect();
  const pointer = (type, x, y) => find('[data-node="s"]').dispatchEvent(
    new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0, clientX: at.x + x, clientY: at.y + y }));
  const capture = stage.element.setPointerCapture;
  stage.element.setPointerCapture = () => {}; // a pointer that does not exist cannot be captured
  pointer("pointerdown", 20, 8);
  pointer("pointermove", 40, 80);
  pointer("pointerup", 40, 80);
  stage.element.setPointerCapture = capture;
  ok(find('[data-node="s"]').getBoundingClientRect().y > at.y + 60, "a moved card");
  ok(find('[data-edge="s->f1"] .arrow').getAttribute("d") !== scene, "another way");
  stage.tidy();
  samePicture(picture(), before, "tidy");
  end();
});
