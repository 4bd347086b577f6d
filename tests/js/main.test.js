import { mount } from "explorer/main.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const LESSONS = [{ title: "Tests", cases: [{ value: "test/small", title: "Small" }, { value: "test/other", title: "Other" }] }];

/** The answer to any request: the small film, told its lesson and sample. */
function film({ type, request, fragment, lesson, sample }) {
  if (type === "explain") return null;
  const about = { case: fragment?.lesson ?? lesson ?? "test/small", sample: Number(fragment?.sample ?? sample ?? 0) };
  return { type: "film", request, film: smallFilm(about), lessons: LESSONS, edits: [] };
}

/** The whole page, opened at a fragment; `answer` stands in for the server. */
async function opened(hash, answer = film, held = undefined) {
  history.replaceState(null, "", hash || location.pathname);
  const sent = [];
  const root = document.getElementById("root");
  const send = (message) => {
    sent.push(message);
    const reply = answer(message);
    if (reply) queueMicrotask(() => page.receive(reply));
  };
  const page = mount({ root, send, held });
  const find = (selector) => root.querySelector(selector);
  const nameOf = (element) => element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? "";
  const named = (tag, name) => [...root.querySelectorAll(tag)].find((element) => nameOf(element).startsWith(name));
  const last = (type) => sent.findLast((message) => message.type === type);
  const stage = find(".stage");
  await until(() => stage.dataset.steps !== "0", "a film");
  return { page, sent, root, find, named, stage, last };
}

test("the fragment is sent first, and says where to go", async () => {
  const { sent, stage, find, page } = await opened("#lesson=test/other&step=5&node=W&sample=1&lang=en");
  same(sent[0], { type: "open", fragment: { lesson: "test/other", sample: "1", lang: "en" }, edits: [],
    preferred: [...navigator.languages], request: 1 });
  await until(() => stage.dataset.step === "5", "step 5");
  same([find(".card[data-selected]").dataset.node, find("[role=alert]")], ["W", null]);
  page.dispose();
});

test("bad keys are named, and the rest still loads", async () => {
  const { stage, root, page } = await opened("#step=3&node=nobody&colour=red");
  await until(() => stage.dataset.step === "3", "step 3");
  same([...root.querySelectorAll("[role=alert] b")].map(({ textContent }) => textContent), ["colour", "node"]);
  page.dispose();
});

test("the address follows what is done, and is followed when it is changed", async () => {
  const { find, stage, page } = await opened("");
  find("[data-action=next]").click();
  find('.card[data-node="s"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await until(() => location.hash === "#lesson=test/small&step=1&sample=0&node=s&lang=en", "the address");
  location.hash = "#lesson=test/small&step=4";
  await until(() => stage.dataset.step === "4", "step 4");
  page.dispose();
});

test("choosers ask for what is chosen and show what came", async () => {
  const { named, last, stage, page } = await opened("#step=2");
  const choose = (name, value) => {
    const select = named("select", name);
    select.value = value;
    select.dispatchEvent(new Event("change"));
    return select;
  };
  same([...named("select", "Sample").options].map(({ value, text }) => [value, text]), [["0", "1 of 2"], ["1", "2 of 2"]]);
  choose("Sample", "1");
  same(last("sample").sample, 1);
  await until(() => location.hash.includes("sample=1"), "the other sample");
  same([named("select", "Sample").value, stage.dataset.step], ["1", "2"]);
  const lesson = choose("Lesson", "test/other");
  await until(() => stage.dataset.step === "0", "the other lesson's start");
  same([lesson.value, last("lesson").lesson], ["test/other", "test/other"]);
  choose("Digits", "3");
  choose("Speed", "9");
  named("button", "Reset").click();
  ok(last("reset"), "a reset");
  page.dispose();
});

test("a refused choice is told and taken back", async () => {
  const refuse = (message) => (message.type === "lesson"
    ? { type: "refused", request: message.request, reason: "It is broken." } : film(message));
  const { named, find, page } = await opened("", refuse);
  const lesson = named("select", "Lesson");
  lesson.value = "test/other";
  lesson.dispatchEvent(new Event("change"));
  await until(() => find("[role=alert]"), "an alert");
  same(lesson.value, "test/small");
  find(".alert button").click();
  same(find("[role=alert]"), null);
  page.dispose();
});

test("a page that takes another's place has all that it held", async () => {
  const { page, root, sent, stage, find, named } = await opened("#lesson=test/other&sample=1&step=6&node=f2");
  await until(() => stage.dataset.step === "6", "step 6");
  named("button", "Gradients").click();
  page.lose();
  same([...root.querySelectorAll("[role=alert] b")].map(({ textContent }) => textContent), ["connection"]);
  const silent = sent.length;
  find("[data-action=next]").click();
  const held = page.hold();
  ok(location.hash.includes("step=7") && location.hash.includes("hidden=gradients"), "an address that is up to date");
  same([sent.length, held.undo.past.length, held.unanswered], [silent, 1, []]);
  page.dispose();
  const next = await opened(location.hash, film, held);
  await until(() => next.stage.dataset.step === "7", "step 7");
  same([next.sent[0].fragment, next.find(".card[data-selected]").dataset.node], [{ lesson: "test/other", sample: "1", lang: "en" }, "f2"]);
  next.named("button", "Undo").click();
  await until(() => !next.stage.classList.contains("no-gradients"), "the gradients");
  next.page.dispose();
});

test("help, gradients and the drawer", async () => {
  const { named, find, stage, page } = await opened("");
  named("button", "Help").click();
  ok(find("dialog.help").open, "an open dialog");
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
  same(stage.dataset.step, "0");
  find("dialog.help input").click();
  find("dialog.help button").click();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "g", bubbles: true }));
  same(named("button", "Gradients").getAttribute("aria-pressed"), "true");
  named("button", "Gradients").click();
  same([named("button", "Gradients").getAttribute("aria-pressed"), stage.classList.contains("no-gradients")], ["false", true]);
  const width = stage.clientWidth;
  named("button", "Inspector").click();
  ok(stage.clientWidth > width + 100, "a wider stage");
  find('.card[data-node="s"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
  same([stage.clientWidth, named("button", "Inspector").getAttribute("aria-pressed")], [width, "true"]);
  page.dispose();
});

test("what is disposed of hears nothing more", async () => {
  const { page, stage, root } = await opened("");
  page.dispose();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
  same([stage.dataset.step, root.childElementCount], ["0", 0]);
});
