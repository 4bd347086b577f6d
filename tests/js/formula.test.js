import { partNodes, renderBlocks } from "explorer/explanation.js";
import { formulaLine, mathElement } from "explorer/formula.js";
import { morph } from "explorer/morph.js";
import { ok, same, test } from "tests/harness.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** @param {() => unknown} run */
function complaint(run) {
  try {
    run();
  } catch (error) {
    return String(error.message);
  }
  return "";
}

test("a formula becomes MathML with links and numbers", () => {
  const made = mathElement(["mrow", {}, ["mi", { link: "h|", class: "value" }, "h"], ["mo", { form: "infix" }, "="],
    { number: -0.07475640258, link: "z|gradient:0", kind: "gradient" }], 4);
  same([made.namespaceURI, made.localName, made.textContent], [MATHML, "math", "h=−0.07476"]);
  const [h, number] = [made.querySelector("mi"), made.querySelector("mn")];
  same([h.dataset.link, h.getAttribute("class")], ["h|", "value"]);
  same([number.dataset.link, Number(number.dataset.number), number.getAttribute("class")], ["z|gradient:0", -0.07475640258, "gradient"]);
  same(made.querySelector("mo").getAttribute("form"), "infix");
});

test("a name for minus a gradient shows minus its number and keeps the number", () => {
  const leaf = mathElement({ number: -0.25, link: "s|gradient:0", negated: true }, 4).querySelector("mn");
  same([leaf.textContent, Number(leaf.dataset.number), leaf.dataset.sign], ["0.25", -0.25, "-1"]);
  same(mathElement({ number: -0.25 }, 4).querySelector("mn").dataset.sign, undefined);
  const [part] = partNodes([{ number: 0, negated: true }], 4);
  same([part.textContent, part.dataset.sign], ["0", "-1"]);
  const group = { node: "s", kind: "gradient", label: [["δ", ""]], negated: true, hidden: 0, columns: [[["δ", ""]]], cells: ["gradient:0"],
    numbers: [2, -3] };
  const [table] = renderBlocks([{ kind: "samples", chosen: 0, samples: [0, 1], groups: [group], caption: [] }], { digits: 4, way: "full" });
  same([...table.querySelectorAll("td[data-number]")].map((cell) => [cell.textContent, Number(cell.dataset.number), cell.dataset.level]),
    [["−2", 2, "n4"], ["3", -3, "p4"]]);
});

test("digits are the reader's", () => {
  same(mathElement({ number: Math.PI }, 3).textContent, "3.14");
  same(mathElement({ number: "NaN" }, 3).textContent, "NaN");
  same(mathElement({ number: 0.1 }, "all").textContent, "0.1");
});

test("what is not on the short list is never made", () => {
  for (const tree of [["script", {}, "alert(1)"], ["mrow", { onclick: "alert(1)" }], ["mi", { class: "alert" }, "x"],
    ["mi", { style: "color: red" }, "x"], ["mo", { form: "prefix" }, "+"], ["maction", {}], ["semantics", {}], ["a", { href: "#" }], null, 7]) {
    ok(complaint(() => mathElement(tree, 4)).startsWith("formula:") || complaint(() => mathElement(tree, 4)), `a refusal of ${JSON.stringify(tree)}`);
  }
  same(mathElement(["mtext", {}, "<img src=x onerror=alert(1)>"], 4).querySelector("img"), null);
});

test("brackets stretch", () => {
  same(mathElement(["mo", {}, "["], 4).querySelector("mo").getAttribute("stretchy"), "true");
});

test("parentheses that close in a later piece are as tall as they open", () => {
  const sum = ["mrow", {}, ["mo", {}, "("], ["munder", {}, ["mo", {}, "∑"], ["mi", {}, "b"]]];
  const closed = ["mrow", {}, ["mo", {}, "("], ["mi", {}, "z"], ["mo", {}, ")"], ["mi", {}, "x"], ["mo", {}, ")"]];
  const sizes = (chunks) => [...formulaLine({ left: null, chunks, role: "symbols", text: "" }, 4).querySelectorAll("mo")]
    .filter((one) => "()".includes(one.textContent)).map((one) => one.getAttribute("minsize"));
  same(sizes([sum, closed]), ["3em", null, null, "3em"]);
  same(sizes([["mrow", {}, ["mo", {}, "("], ["mi", {}, "x"]], closed]), [null, null, null, null]);
});

test("a line of a calculation is one formula to a screen reader", () => {
  const line = formulaLine({ left: ["mi", {}, "h"], chunks: [["mi", {}, "σ"], ["mi", {}, "z"]], role: "symbols", text: "h = σ(z)" }, 4);
  same([line.getAttribute("role"), line.getAttribute("aria-label"), line.querySelectorAll("math").length], ["math", "h = σ(z)", 4]);
  ok([...line.children].every((child) => child.getAttribute("aria-hidden") === "true"), "hidden pieces");
  same(formulaLine({ left: null, sign: "←", chunks: [], role: "numbers", text: "" }, 4).textContent, "←");
});

test("sentence parts link to their nodes", () => {
  const root = document.createElement("p");
  root.append(...partNodes(["The unit ", { label: [["h", ""], ["1", "sub"]], node: "h" }, { strong: [" is ", { number: 0.25 }] }], 4));
  same(root.textContent, "The unit h1 is 0.25");
  same([root.querySelector("[data-link]").dataset.link, root.querySelector("sub").textContent], ["h|", "1"]);
  same(root.querySelector("strong .number").dataset.number, (0.25).toPrecision(17));
});

test("a part that cannot be shown says so and leaves the others alone", () => {
  const [bad, unknown, good] = renderBlocks([{ kind: "formula", caption: [], lines: [{ left: null, chunks: [["script", {}]], text: "" }] },
    { kind: "hologram" }, { kind: "note", parts: ["still here"] }], { digits: 4, way: "full" });
  ok(bad.textContent.startsWith("This part cannot be shown") && unknown.textContent.startsWith("This part cannot"), "a remark");
  same(good.textContent, "still here");
});

test("morphing keeps what is still right", () => {
  const made = (number, more = []) => {
    const table = document.createElement("table");
    for (const text of [number, "same", ...more]) table.insertRow().insertCell().textContent = text;
    table.className = number;
    return table;
  };
  const old = made("1");
  const [changed, kept] = old.querySelectorAll("td");
  morph(old, made("2", ["new"]));
  same([...old.querySelectorAll("td")].map((cell) => cell.textContent), ["2", "same", "new"]);
  ok(old.querySelectorAll("td")[0] === changed && old.querySelectorAll("td")[1] === kept, "the same cells");
  same(old.className, "2");
  morph(old, made("3"));
  same(old.rows.length, 2);
});
