// Measures a projector's picture as it is on the screen. Called with the page's root; returns what is wrong, a line each.
(root) => {
  const LEAST = 28;
  const problems = [];
  const stage = root.querySelector('[data-testid="stage"]');
  const step = Number(stage.dataset.step);
  const shown = (element) => element.getBoundingClientRect().width > 0 && getComputedStyle(element).visibility !== "hidden";
  const size = (element) => parseFloat(getComputedStyle(element).fontSize) * (element.getScreenCTM?.()?.a ?? 1);
  const say = (what, element) => {
    if (size(element) < LEAST - 0.05) problems.push(`${what} "${element.textContent}" is ${size(element).toFixed(1)} high`);
  };
  const pulsed = [...stage.querySelectorAll('[data-edge]:not([data-now="no"])')].flatMap((edge) => edge.dataset.edge.split("->"));
  const current = stage.querySelector("[data-now]:not([data-edge])")?.dataset.node;
  const near = new Set([...pulsed, ...(current ? [current] : [])]);
  if (step && !near.size) problems.push("no card is current");

  for (const card of stage.querySelectorAll("[data-node]")) {
    const name = card.dataset.node;
    const heading = card.querySelector(".title");
    if (!heading || !shown(heading)) problems.push(`${name} has no symbol`);
    else say(`${name}: heading`, heading);
    for (const text of card.querySelectorAll("text:not(.transposed)")) if (text.textContent.trim()) say(`${name}:`, text);
    if (!near.has(name)) continue;
    for (const cell of card.querySelectorAll("[data-cell][data-number]")) {
      if (!cell.querySelector("text")?.textContent) problems.push(`${name} ${cell.dataset.cell}: no number on a card that the step is about`);
    }
    if (!card.querySelector(".symbol")) problems.push(`${name}: no symbol at its cells`);
  }

  const narration = root.querySelector('[data-testid="narration"]');
  say("narration", narration);
  for (const part of narration.querySelectorAll("strong, i, .figure, .place, .count")) say("narration:", part);
  if (narration.scrollHeight > narration.clientHeight + 1) problems.push("the sentence is cut off");
  if (narration.getBoundingClientRect().width < 0.95 * innerWidth) problems.push("the sentence has not the full width");
  const formulas = root.querySelector(".formulas");
  if (step && !formulas.querySelector("math")) problems.push("no formula");
  if (formulas.scrollWidth > formulas.clientWidth) problems.push("the formulas are cut off");
  const box = formulas.parentElement.getBoundingClientRect();
  for (const part of formulas.querySelectorAll("mi, mn, mo")) {
    const script = part.closest("msub, msup, msubsup");
    if (script && !script.firstElementChild.contains(part)) continue;
    say("formula:", part);
    const { top, bottom } = part.getBoundingClientRect();
    if (top < box.top - 1 || bottom > box.bottom + 1) problems.push(`formula: "${part.textContent}" leaves its line`);
  }
  for (const hidden of [".header", ".inspector", ".tools", ".transport .buttons", ".passes"]) {
    if (shown(root.querySelector(hidden))) problems.push(`${hidden} is on the screen`);
  }
  return problems;
}
