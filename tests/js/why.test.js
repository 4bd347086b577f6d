import { mount } from "explorer/main.js";
import { grouped, inWords } from "explorer/timings.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const MACHINE = { cores: 2, processor: "x86_64", python: "3.11.7", numpy: "2.4.6", device: null };
const STARTED = { kind: "started", machine: MACHINE, sizes: [1, 10, 1000], wanted: ["W"], checked: 1e-9,
  entrants: [{ name: "loops", absent: null }, { name: "numpy", absent: null },
    { name: "cupy", absent: "no GPU here" }] };
const TIMES = { loops: [2e-5, 2e-4, 0.123], numpy: [5e-5, 5e-5, 1e-4] };

/** The whole page with a plot of its own; `sent` is what it asked for, `tell` says something of the timings. */
async function opened(plots = { timings: async () => document.createElement("canvas") }) {
  history.replaceState(null, "", location.pathname);
  const sent = [];
  const root = document.getElementById("root");
  const film = (about = {}) => ({ type: "film", film: smallFilm(about), lessons: [], edits: [] });
  const send = (message) => {
    sent.push(message);
    if (message.type === "open") queueMicrotask(() => page.receive({ request: message.request, ...film() }));
  };
  const page = mount({ root, send, plots });
  const find = (selector) => root.querySelector(selector);
  await until(() => find(".stage").dataset.steps !== "0", "a film");
  const button = (name) => [...root.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  const tell = (message) => page.receive({ type: "timing", request: null, ...message });
  return { page, sent, root, find, button, tell, film, asked: () => sent.filter(({ type }) => type === "timing") };
}

function tellTimes(tell) {
  tell(STARTED);
  STARTED.sizes.forEach((size, place) => Object.entries(TIMES).forEach(([name, seconds]) =>
    tell({ kind: "timed", name, size, seconds: seconds[place], rounds: 3 })));
}

const rowsOf = (table) => [...table.rows].map((row) => [...row.cells].map(({ textContent }) => textContent));

test("times are told in the unit that fits them", async () => {
  const times = [[2, "2 s"], [0.9996, "1 s"], [0.0199, "19.9 ms"], [1.23456e-5, "12.3 µs"], [9.996e-4, "1 ms"],
    [3e-10, "0.3 ns"]];
  for (const [seconds, text] of times) same(inWords(seconds), text);
  same(grouped(100000), "100,000");
});

test("without a host that can measure there is no button", async () => {
  const { button, find, page } = await opened({});
  same([button("Why matrices?"), find("dialog.why")], [undefined, null]);
  page.dispose();
});

test("the plot is asked for when the dialog is first opened, and only then", async () => {
  let made = 0;
  const timings = async () => {
    made += 1;
    return document.createElement("canvas");
  };
  const { button, find, page } = await opened({ timings });
  same(made, 0);
  for (const _ of [1, 2]) {
    button("Why matrices?").click();
    ok(find("dialog.why").open, "an open dialog");
    find("dialog.why").close();
  }
  await until(() => find(".why .plot canvas"), "the plot");
  same(made, 1);
  page.dispose();
});

test("start asks for it; results fill a table, and the gain is the ratio of its numbers", async () => {
  const { button, find, tell, asked, page } = await opened();
  button("Why matrices?").click();
  button("Start").click();
  same(asked().map(({ action }) => action), ["start"]);
  ok(button("Start").hidden && !button("Cancel").hidden, "a button to cancel in place of the one to start");
  tell({ kind: "heard" });
  tell(STARTED);
  tell({ kind: "progress", done: 0.25, size: 10 });
  same([find(".why progress").value, find(".why .status").textContent], [0.25, "Batches of 10 …"]);
  tellTimes(tell);
  same(rowsOf(find(".why table")), [
    ["Samples", "Python loops", "NumPy", "× faster than loops"],
    ["1", "20 µs", "50 µs", "0.4 (slower)"], ["10", "200 µs", "50 µs", "4"], ["1,000", "123 ms", "100 µs", "1,200"]]);
  same([...find(".why tbody").rows[2].cells].slice(1).map(({ dataset }) => Number(dataset.number)), [0.123, 1e-4, 1230]);
  same(find(".why .machine").textContent, "Measured on 2 cores (x86_64), no GPU here; Python 3.11.7, NumPy 2.4.6.");
  tell({ kind: "finished" });
  const said = find(".why .status").textContent;
  ok(said.startsWith("For 1,000 samples the loops take 123 ms, NumPy 100 µs: 1,200 times faster. "), "a conclusion");
  ok(said.includes("For a single sample the loops are faster"), "what a call costs");
  ok(!button("Start").hidden && button("Cancel").hidden, "a button to start again");
  page.dispose();
});

test("a GPU has columns of its own, and who has no loops is told with the reason", async () => {
  const { find, tell, page } = await opened();
  tell({ ...STARTED, machine: { ...MACHINE, device: "H200" },
    entrants: STARTED.entrants.map(({ name }) => ({ name, absent: null })) });
  same(rowsOf(find(".why table"))[0],
    ["Samples", "Python loops", "NumPy", "× faster than loops", "CuPy", "× faster than loops"]);
  ok(find(".why .machine").textContent.includes("H200"), "the GPU's name");
  const loops = { name: "loops", absent: "no loop form of 'exp'" };
  tell({ ...STARTED, entrants: [loops, ...STARTED.entrants.slice(1)] });
  same(rowsOf(find(".why table"))[0], ["Samples", "NumPy"]);
  ok(find(".why .machine").textContent.endsWith("Python loops: no loop form of 'exp'."), "the reason");
  page.dispose();
});

test("who would take too long is told with the time that a pass would take", async () => {
  const { find, tell, page } = await opened();
  tell(STARTED);
  tell({ kind: "left", name: "loops", size: 10, expected: 12 });
  tell({ kind: "timed", name: "numpy", size: 10, seconds: 1e-3, rounds: 3 });
  same(rowsOf(find(".why table")).slice(2),
    [["10", "not run: about 12 s", "1 ms", "–"], ["1,000", "not run", "…", "–"]]);
  page.dispose();
});

test("cancelling, failing and being refused end the race; closing the dialog cancels it", async () => {
  const { button, find, tell, asked, page, sent } = await opened();
  const status = () => find(".why .status").textContent;
  button("Why matrices?").click();
  for (const [kind, text] of [["cancelled", "Cancelled"], ["failed", "It broke."]]) {
    button("Start").click();
    tell({ kind, reason: "It broke." });
    ok(status().startsWith(text) && !button("Start").hidden, `${text}, and the button to start`);
  }
  button("Start").click();
  page.receive({ type: "refused", request: sent.at(-1).request, node: "", reason: "timing: one is running already." });
  await until(() => status().includes("running already"), "the reason");
  button("Start").click();
  find("dialog.why").close();
  await until(() => asked().at(-1).action === "cancel", "a cancelled race");
  page.dispose();
});

test("another lesson takes the numbers away, the same one with other numbers does not", async () => {
  const { find, tell, page, film } = await opened();
  tellTimes(tell);
  page.receive(film());
  ok(find(".why table"), "the table");
  page.receive(film({ case: "test/other" }));
  same(find(".why table"), null);
  page.dispose();
});
