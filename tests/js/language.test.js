import { createCard } from "explorer/draw.js";
import { svg } from "explorer/dom.js";
import { speak, t, tn, withNodes } from "explorer/language.js";
import { mount } from "explorer/main.js";
import { halved, textWidth, wrapped } from "explorer/text.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const NOTE = "no gradient: never updated";
const LONG = "bez gradientu: nigdy nieaktualizowane";
const HAN = "没有梯度：从不更新";

/** Say something in a language, and English again. */
function speaking(code, messages, run) {
  speak(code, messages);
  try {
    return run();
  } finally {
    speak("en", {});
  }
}

test("a message is its own English, and its fields are filled in", () => {
  same([t("{n} of {all}", { n: 1, all: "{n}" }), t("Play"), tn("{n} sample", "{n} samples", 2)], ["1 of {n}", "Play", "2 samples"]);
  const forms = ["próbka", "{n} próbki", "{n} próbek"];
  const counted = speaking("pl", { "{n} sample": forms }, () => [1, 3, 5, 22].map((n) => tn("{n} sample", "{n} samples", n)));
  same(counted, ["próbka", "3 próbki", "5 próbek", "22 próbki"]);
});

test("elements stand for fields wherever the language wants them", () => {
  const label = svg("g");
  same(withNodes("Entry of {label}", { label }).indexOf(label), 1);
  same(withNodes("{label}的元素", { label: [label, label] }).length, 3);
});

test("words are broken where their script allows it", () => {
  const room = 63;
  same(wrapped(NOTE, 12, "sans", room), ["no", "gradient:", "never", "updated"]);
  ok(wrapped(HAN, 12, "sans", room).every((line) => line && !line.startsWith("：") && textWidth(line, 12, "sans") <= room + 12), "lines that fit");
  same(wrapped(HAN, 12, "sans", room).join(""), HAN);
  same([halved(NOTE, "sans"), halved("nigdy", "sans")], [["no gradient:", "never updated"], ["nigdy"]]);
});

test("a target's note stays on its card in any language, beside a column and below a number", () => {
  const film = smallFilm();
  const [target] = film.nodes.filter(({ kind }) => kind !== "param");
  const block = (caption, rows) => ({ ...target.value, caption, rows, columns: [0], x: 11, y: 53, cell_width: 63, cell_height: 30, strip: false });
  for (const [caption, rows, height] of [["above", [0, 1], 132], ["left", [0], 132]]) {
    const node = { ...target, kind: "target", gradient: null, mean_box: null, inside: null, x: 0, y: 0, width: 155, height,
      value: block(caption, rows) };
    for (const said of [NOTE, LONG, HAN]) {
      const card = speaking("pl", { [NOTE]: said }, () => createCard(node, film.geometry)).element;
      const picture = svg("svg", { width: 400, height: 300 }, card);
      document.getElementById("root").replaceChildren(picture);
      const { x, y, width: wide, height: tall } = /** @type {SVGGraphicsElement} */ (card.querySelector(".note")).getBBox();
      ok(x > 0 && x + wide <= 156 && y > 40 && y + tall <= height, `${said} inside the card, not at ${[x, y, wide, tall]},`);
    }
  }
});

test("a page that starts in another language is built in it before its first film", async () => {
  history.replaceState(null, "", location.pathname);
  const root = document.getElementById("root");
  const settings = { gradients: "", sign: "", weights: "", reduction: "mean", fuse: false, language: "pl" };
  const send = ({ type, request }) => {
    if (type !== "open") return;
    const film = { type: "film", request, film: smallFilm(), lessons: [], edits: [], settings, messages: { Play: "Odtwórz" } };
    queueMicrotask(() => page.receive(film));
  };
  const page = mount({ root, send });
  await until(() => root.querySelector(".card"), "a card");
  same([root.lang, root.querySelector("[data-action=play]").title], ["pl", "Odtwórz"]);
  page.dispose();
  speak("en", {});
});
