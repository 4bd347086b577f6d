import { renderBlocks } from "explorer/explanation.js";
import { ok, same, test } from "tests/harness.js";

const LINE = { left: ["mi", {}, "x"], chunks: [["mi", {}, "y"]], role: "symbols", text: "x = y" };
const JOINED = { left: ["(4,3)"], sign: "=", right: ["(4,", { join: ["B", "B"], sign: ")·(", fits: true }, ",3)"],
  text: "(4,3) = (4,B)·(B,3)" };
const CLASHING = { left: ["(3,1)"], sign: { clash: "≠" }, right: ["(4,", { join: ["3", "4"], sign: ")≠(", fits: false }, ",1)"],
  text: "(3,1) ≠ (4,3)≠(4,1)" };

/** A calculation with a ledger, in a narrow inspector. */
function shown(ledger) {
  const root = document.createElement("aside");
  root.className = "inspector explorer";
  root.style.width = "360px";
  const panel = document.createElement("div");
  panel.setAttribute("role", "tabpanel");
  root.append(panel);
  document.getElementById("root").append(root);
  panel.append(...renderBlocks([{ kind: "formula", caption: [], lines: [{ ...LINE, ledger }] }], { digits: 4 }));
  return panel;
}

test("inner sizes are joined, and the whole is read aloud", () => {
  const line = shown(JOINED).querySelector(".ledger");
  same([...line.children].map((part) => part.textContent), ["(4,3)", "=", "(4,B)·(B,3)"]);
  same([...line.querySelectorAll(".join b")].map((size) => size.textContent), ["B", "B"]);
  same([line.getAttribute("aria-label"), line.classList.contains("misfit")], ["shapes (4,3) = (4,B)·(B,3)", false]);
});

test("sizes that do not fit stand in the warning colour", () => {
  const panel = shown(CLASHING);
  const colour = (element) => getComputedStyle(element).color;
  const probe = document.createElement("span");
  probe.style.color = "var(--alert)";
  panel.append(probe);
  const clashes = [...panel.querySelectorAll(".misfit .clash")];
  same(clashes.map((clash) => clash.textContent.trim()), ["≠", "3)≠(4"]);
  ok(clashes.every((clash) => colour(clash) === colour(probe)), "the warning colour");
  ok(colour(panel.querySelector(".ledger .into")) !== colour(probe), "another colour for what fits");
});

test("a long ledger is broken between factors, never inside of one", () => {
  const right = Array.from({ length: 9 }, (_, place) => (place % 2 ? " ∘ " : "(128,1024)"));
  const panel = shown({ left: ["(128,1024)"], sign: "=", right, text: "" });
  ok(panel.scrollWidth <= panel.clientWidth, "room enough");
  const factors = [...panel.querySelectorAll(".factor")];
  ok(new Set(factors.map((factor) => factor.getBoundingClientRect().top)).size > 1, "more than one line");
  ok(factors.every((factor) => factor.getClientRects().length === 1), "factors in one piece");
});
