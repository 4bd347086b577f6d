// Reads what the inspector's open tab shows, all in one go: formulas as MathML in lists, tables as texts.
(panel) => {
  const tree = (node) => {
    if (node.nodeType === 3) return node.data;
    const attributes = {};
    if (node.dataset?.link) attributes.link = node.dataset.link;
    if (node.dataset?.number !== undefined) attributes.number = node.dataset.number;
    if (node.dataset?.sign) attributes.sign = node.dataset.sign;
    if (node.getAttribute("class")) attributes.class = node.getAttribute("class");
    return [node.localName, attributes, ...[...node.childNodes].map(tree)];
  };
  const one = (line) => ({
    role: ["symbols", "numbers", "result"].find((role) => line.classList.contains(role)) ?? "",
    left: line.querySelector(".left math") ? tree(line.querySelector(".left math")) : null,
    sign: line.querySelector(".sign")?.textContent ?? "=",
    chunks: [...line.querySelectorAll(".chunks math")].map(tree),
  });
  const entries = (root, which) => [...root.querySelectorAll(which)].map((cell) =>
    [cell.textContent, cell.dataset.number, cell.dataset.link ?? "", cell.dataset.sign ?? ""]);
  const cells = (row) => entries(row, "td[data-number]");
  const rows = (table) => [...table.querySelectorAll("tbody tr")].map((row) => ({
    head: row.querySelector("th")?.textContent ?? "", cells: cells(row),
  }));
  const heading = (element) => {
    const titles = [];
    for (let at = element.parentElement; at && at !== panel; at = at.parentElement) {
      const title = at.querySelector(":scope > h3, :scope > .caption");
      if (title) titles.unshift(title.textContent);
    }
    return titles.join(" / ");
  };
  return {
    formulas: [...panel.querySelectorAll(".formula")].map((formula) => ({
      title: heading(formula), wrt: formula.closest("[data-wrt]")?.dataset.wrt ?? "", way: Boolean(formula.closest(".way")),
      lines: [...formula.querySelectorAll(".line")].map(one),
    })),
    maths: panel.querySelectorAll("math").length,
    read: panel.querySelectorAll(".formula .line math").length,
    jacobians: [...panel.querySelectorAll("[data-wrt]")].map((block) => ({
      wrt: block.dataset.wrt,
      rows: [...block.querySelectorAll(":scope > .matrix tbody tr")].map((row) => entries(row, "[data-jacobian]")),
      sheets: [...block.querySelectorAll(".sheet[data-sample]")].map((sheet) => ({ sample: Number(sheet.dataset.sample),
        rows: [...sheet.querySelectorAll(".matrix tbody tr")].map((row) => entries(row, "td[data-number]")) })),
    })),
    tables: [...panel.querySelectorAll(".samples table")].map((table) => ({
      title: heading(table), rows: rows(table),
      sums: table.querySelector("thead th.sum") ? "column" : table.querySelector("tbody th.sum") ? "row" : "",
    })),
    outers: [...panel.querySelectorAll(".outer")].map((outer) => ({
      sign: outer.dataset.sign ?? "1", left: entries(outer, "[data-left]"), top: entries(outer, "[data-top]"),
      products: [...outer.querySelectorAll("tbody tr")].map((row) => entries(row, "[data-product]")),
    })),
    checks: [...panel.querySelectorAll(".checked tbody tr")].filter((row) => !row.closest(".mistake")).map((row) => ({
      analytic: cells(row)[0], verdict: row.querySelector(".verdict").className,
      found: [...row.querySelectorAll("[data-method]:not([data-method=analytic])")].map((cell) =>
        [cell.firstChild.data, cell.dataset.number, cell.querySelector(".off").textContent]),
    })),
    products: [...panel.querySelectorAll(".rowwise[data-sample]")].map((line) => {
      const boxes = [...line.querySelectorAll(".box")].map((box) => rows(box).map(({ cells: row }) => row));
      return { sample: Number(line.dataset.sample), minus: line.querySelector(".dot").textContent === "−", boxes };
    }),
    stacks: [...panel.querySelectorAll(".stack figure")].map((figure) => ({
      title: heading(figure), sample: figure.querySelector("figcaption")?.textContent ?? "", rows: rows(figure).map(({ cells }) => cells),
    })),
  };
}
