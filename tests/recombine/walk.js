// Walks a whole film and every tab of every card, in the page itself: one round trip for all of it.
async ([stage, inspector, slider, tabs, read]) => {
  const PATIENCE = 60000;
  const frame = () => new Promise((done) => { requestAnimationFrame(done); });
  const until = async (what, holds) => {
    const start = performance.now();
    for (let found = holds(); ; found = holds()) {
      if (found) return found;
      if (performance.now() - start > PATIENCE) throw new Error(`waited in vain: ${what}`);
      await frame();
    }
  };
  const cards = () => [...stage.querySelectorAll("[data-node]")];
  const picture = () => ({
    phase: stage.dataset.phase,
    now: stage.querySelector("[data-node][data-now]")?.dataset.node ?? "",
    nodes: Object.fromEntries(cards().map((card) => [card.dataset.node, {
      kind: card.dataset.kind, value: card.dataset.stateValue, gradient: card.dataset.stateGradient ?? "",
      symbols: { contributions: card.dataset.contributions ?? "", ...Object.fromEntries(["value", "gradient"].map((kind) =>
        [kind, card.querySelector(`.block.${kind} .symbol`)?.textContent ?? ""])) },
      cells: Object.fromEntries([...card.querySelectorAll("[data-cell]")].map((cell) =>
        [cell.dataset.cell, [cell.textContent, cell.dataset.number ?? "", cell.dataset.sign ?? ""]])),
    }])),
    narration: inspector.getRootNode().querySelector("[data-testid=narration]").textContent,
  });
  const seek = async (step) => {
    slider.value = String(step);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await until(`step ${step}`, () => stage.dataset.step === String(step) && stage.dataset.playing === "false");
  };

  const pictures = [];
  for (let step = 0; step <= Number(stage.dataset.steps); step += 1) {
    await seek(step);
    pictures.push(picture());
  }
  const last = pictures.findLastIndex(({ phase }) => phase !== "update");
  await seek(last);
  const tabOf = (tab) => inspector.querySelector(`[role=tab][data-tab="${tab.toLowerCase()}"]`);
  const stack = [...inspector.querySelectorAll("button")].find(({ textContent }) => textContent === "Stack");
  const explained = {};
  for (const stacked of stack.hidden ? [false] : [false, true]) {
    if (stacked) stack.click();
    for (const name of cards().map((card) => card.dataset.node)) {
      stage.querySelector(`[data-node="${name}"]`).dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
      for (const tab of tabs) {
        tabOf(tab).click();
        const panel = inspector.querySelector("[role=tabpanel]");
        await until(`${tab} of ${name}`, () => inspector.dataset.node === name && !inspector.hasAttribute("aria-busy")
          && panel.dataset.tab === tab.toLowerCase());
        explained[`${name}, ${tab}${stacked ? ", stacked" : ""}`] = { node: name, tab, stacked, ...read(panel) };
      }
    }
  }
  return { pictures, last, explained };
}
