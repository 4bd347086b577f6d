import { createModel } from "explorer/model.js";
import { createPasses, nudged } from "explorer/passes.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

/** The passes of a film, and a server that answers when it is told to. */
function passes({ plots = {}, film = smallFilm() } = {}) {
  const ending = new AbortController();
  const sent = [];
  const model = createModel((message) => sent.push(message));
  const made = createPasses(model, plots, ending.signal);
  const root = document.getElementById("root");
  root.className = "explorer";
  root.replaceChildren(made.element, made.panel);
  const come = (pass, { request, losses = [2, 1, 0.5, "NaN"].slice(0, pass + 1), rate = 0.5, most = 1000 } = {}) => model.receive({
    type: "film", request, film: { ...film, learning_rate: rate }, run: { pass, losses, most, rates: [] } });
  come(0);
  const find = (selector) => root.querySelector(selector);
  const press = (action) => find(`[data-action="${action}"]`).click();
  return { model, sent, find, press, come, root, made, end: () => ending.abort() };
}

test("a later pass comes at its start, an earlier one as it was left", () => {
  const { model, find, press, sent, come } = passes();
  model.set({ step: 6, playing: true });
  press("next-pass");
  same([sent.at(-1).type, sent.at(-1).pass, model.state.playing], ["pass", 1, false]);
  come(1, { request: sent.at(-1).request });
  same([model.state.step, find(".pass").textContent], [0, "Pass 2"]);
  model.set({ step: 3 });
  come(0);
  same(model.state.step, 6);
  come(1);
  come(3);
  same(model.state.step, 0);
  come(2);
  same(model.state.step, 9, "an earlier pass that was never seen stands at its end");
});

test("presses that come faster than films count", () => {
  const { press, sent, come } = passes();
  press("next-pass");
  press("next-pass");
  same(sent.map(({ pass }) => pass), [1, 2]);
  come(1, { request: 1 });
  press("next-pass");
  press("previous-pass");
  same(sent.map(({ pass }) => pass), [1, 2, 3, 2]);
});

test("a run has a first and a last pass", () => {
  const { press, sent, come, find } = passes();
  press("previous-pass");
  come(2, { most: 2 });
  press("next-pass");
  same([sent.length, find("[data-action=next-pass]").hasAttribute("data-spent")], [0, true]);
});

test("the next pass is invited at the end of a film", () => {
  const { model, find } = passes();
  const invited = () => find("[data-action=next-pass]").hasAttribute("data-invited");
  same(invited(), false);
  model.set({ step: 9 });
  same(invited(), true);
});

test("without parameters there are no passes", () => {
  const film = smallFilm();
  const { made, press, sent, come } = passes({ film: { ...film, nodes: film.nodes.filter(({ kind }) => kind !== "param") } });
  same(made.element.hidden, true);
  press("next-pass");
  come(0);
  same(sent, []);
});

test("the learning rate is sent as typed, once; a refusal stands beside it and nowhere else", async () => {
  const { model, sent, find } = passes();
  const field = find("input");
  const type = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("change"));
  };
  same([field.value, find("label").textContent, field.getAttribute("aria-label")], ["0.5", "η", "Learning rate"]);
  type("0.5");
  same(sent, []);
  type("fast");
  same([sent.at(-1).type, sent.at(-1).text], ["rate", "fast"]);
  model.receive({ type: "refused", request: sent.at(-1).request, reason: "No number." });
  await until(() => find("[role=alert]"), "a reason");
  same([find("[role=alert]").textContent, field.getAttribute("aria-invalid"), field.value, model.state.alerts], ["No number.", "true", "fast", []]);
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  same([field.value, find("[role=alert]"), field.hasAttribute("aria-invalid")], ["0.5", null, false]);
});

test("a rate that is accepted is shown as the film has it", async () => {
  const { sent, find, come } = passes();
  const field = find("input");
  field.value = "1e-3";
  field.dispatchEvent(new Event("change"));
  come(0, { request: sent.at(-1).request, rate: 0.001 });
  await until(() => field.value === "0.001", "the rate");
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
  same([sent.at(-1).type, sent.at(-1).text], ["rate", "0.002"]);
});

test("arrows move the first digit, and never to 0", () => {
  same([[0.1, 1], [0.9, 1], [1, 1], [2, -1], [1, -1], [0.1, -1], [0.25, -1], [0.001, -1]].map(([rate, by]) => nudged(rate, by)),
    [0.2, 1, 2, 1, 0.9, 0.09, 0.15, 0.0009]);
});

test("losses are listed, the pass on show is marked, and each leads to its pass", () => {
  const { root, find, press, come, sent } = passes();
  come(3);
  const panel = find(".losses");
  same(panel.hidden, true);
  press("losses");
  same([panel.hidden, find("[data-action=losses]").getAttribute("aria-expanded")], [false, "true"]);
  const numbers = () => [...panel.querySelectorAll("td")].map((cell) => [cell.dataset.number, cell.textContent]);
  same(numbers(), [["2.0000000000000000", "2"], ["1.0000000000000000", "1"], ["0.50000000000000000", "0.5"], ["NaN", "NaN"]]);
  same([...panel.querySelectorAll("[aria-current]")].map(({ textContent }) => textContent), ["4"]);
  const first = panel.querySelector("[data-pass]");
  come(1, { losses: [2, 0.25] });
  same([numbers().map(([, text]) => text), panel.querySelector("[aria-current]").textContent], [["2", "0.25"], "2"]);
  ok(first.isConnected, "the first row, kept");
  first.click();
  same([sent.at(-1).type, sent.at(-1).pass], ["pass", 0]);
  first.focus();
  first.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  same([panel.hidden, document.activeElement === find("[data-action=losses]")], [true, true]);
  same(root.querySelector(".plot").hidden, true, "without a host's plots there is none");
});

test("the plot is asked for once, when the losses are first shown", async () => {
  let asked = 0;
  const plots = { losses: async () => { asked += 1; return document.createElement("canvas"); } };
  const { find, press } = passes({ plots });
  same(asked, 0);
  for (let presses = 0; presses < 3; presses += 1) press("losses");
  await until(() => find(".plot canvas"), "the plot");
  same([asked, find(".plot").hidden], [1, false]);
});
