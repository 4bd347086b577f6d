/** The words of a long film: asked for before the player comes to them, and never those of other numbers. */

import { mount } from "explorer/main.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, runAll, same, test, until } from "tests/harness.js";

export { runAll };

const WORDS = ["tick", "place", "identity", "sentence"];

/** A film of many steps that brings none of their words. */
function longFilm(count, changes = {}) {
  const film = smallFilm(changes);
  const [first] = film.steps;
  film.steps = Array.from({ length: count }, () =>
    Object.fromEntries(Object.entries(first).filter(([key]) => !WORDS.includes(key))));
  return film;
}

const wordsOf = (first, last, what = "step") => Array.from({ length: last - first + 1 }, (_, place) =>
  ({ tick: [["s", ""]], place: "", identity: [], sentence: [`${what} ${first + place} is told`] }));

/** A page whose server is the test. */
function opened(film) {
  const root = document.getElementById("root");
  const asked = [];
  const page = mount({ root, send: (message) => { if (message.type === "words") asked.push(message); } });
  page.receive({ type: "film", film });
  const tell = ({ request, first, last }, what) => page.receive({ type: "words", request, first, words: wordsOf(first, last, what) });
  const slider = root.querySelector("[aria-label=Step]");
  const go = (step) => { slider.value = String(step); slider.dispatchEvent(new Event("input")); };
  return { page, asked, tell, go, slider, said: () => root.querySelector("[data-testid=narration]").textContent };
}

test("a film that brings its words asks for none", () => {
  const { page, asked, go, said } = opened(smallFilm());
  go(9);
  ok(said().includes("update W"), "the sentence");
  same(asked.length, 0, "requests");
  page.dispose();
});

test("words are asked for in pages, shown when they come, and more before they are needed", async () => {
  const { page, asked, tell, go, slider, said } = opened(longFilm(200));
  same(asked.map(({ first, last }) => [first, last]), [[1, 64]], "requests");
  go(3);
  same(said().trim(), "Forward 3 of 200", "narration while its words are on their way");
  same(slider.getAttribute("aria-valuetext"), "Step 3 of 200: Forward", "what the slider says");
  tell(asked[0]);
  await until(() => said().includes("step 3 is told"), "the sentence");
  same(slider.getAttribute("aria-valuetext"), "Step 3 of 200: Forward, s", "what the slider says");
  go(30);
  ok(said().includes("step 30 is told"), "a sentence that is there already");
  same(asked.length, 1, "requests");
  go(50);
  same(asked.slice(1).map(({ first, last }) => [first, last]), [[65, 128]], "requests");
  page.dispose();
});

test("whoever drags through a film asks for where it is then, one request at a time", async () => {
  const { page, asked, tell, go, said } = opened(longFilm(500));
  for (const step of [100, 200, 300, 490]) go(step);
  same(asked.length, 1, "requests");
  tell(asked[0]);
  await until(() => asked.length === 2, "another request");
  same([asked[1].first, asked[1].last], [449, 500], "the steps asked for");
  same(said().trim(), "Forward 490 of 500", "narration");
  tell(asked[1]);
  await until(() => said().includes("step 490 is told"), "the sentence");
  go(200);
  same(said().trim(), "Forward 200 of 500", "narration of a step between");
  page.dispose();
});

test("words that were asked of a film which has gone since are not put under another", async () => {
  const { page, asked, tell, go, said } = opened(longFilm(100));
  go(5);
  page.receive({ type: "film", film: longFilm(100) });
  tell(asked[0], "old step");
  await until(() => asked.length === 2, "another request");
  ok(!said().includes("old"), "no sentence of the film before");
  tell(asked[1], "new step");
  await until(() => said().includes("new step 5 is told"), "the sentence");
  page.dispose();
});
