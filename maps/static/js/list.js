// The list beside the map: everything the map shows, in words, for keyboard and screen reader.
"use strict";

Wangge.PAGE = 60;

Wangge.cell = function (value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "number" ? value.toLocaleString("zh-CN", { maximumFractionDigits: 1 }) : value;
};

Wangge.element = function (name, text, attributes) {
  const node = document.createElement(name);
  if (text !== undefined && text !== null) node.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  return node;
};

Wangge.twice = function (node, words) {
  node.append(words[0]);
  if (words[1]) node.append(" ", Wangge.element("span", words[1], { lang: "en", class: "en" }));
  return node;
};

// What one feature says of itself, for the popup; data only ever becomes text.
Wangge.card = function (sheet, i) {
  const card = Wangge.element("div", null, { class: "card" });
  card.append(Wangge.element("h3", Wangge.cell(sheet.rows[i][0])));
  const facts = Wangge.element("dl");
  sheet.fields.forEach((words, k) => {
    const value = sheet.rows[i][k];
    if (k === 0 || value === null || value === "") return;
    facts.append(Wangge.twice(Wangge.element("dt"), words), Wangge.element("dd", Wangge.cell(value)));
  });
  card.append(facts);
  return card;
};

Wangge.List = class {
  constructor(root, choose) {
    this.table = root.querySelector("table");
    this.caption = root.querySelector("caption");
    this.search = root.querySelector("input[type=search]");
    this.more = root.querySelector("button.more");
    this.status = root.querySelector("[role=status]");
    this.pick = root.querySelector("select");
    this.choose = choose;
    this.search.addEventListener("input", () => this.fill());
    this.search.addEventListener("compositionend", () => this.fill());
    this.more.addEventListener("click", () => this.extend());
    this.pick.addEventListener("change", () => this.show(this.sheets[this.pick.selectedIndex]));
  }

  // Offer the lists of the sheets that are shown; keep the one that is open if it still is.
  offer(sheets) {
    this.sheets = sheets;
    this.pick.replaceChildren(...sheets.map((s) => Wangge.element("option", s.words.join(" "))));
    this.pick.closest("label").hidden = sheets.length < 2;
    const open = sheets.includes(this.sheet) ? this.sheet : sheets[sheets.length - 1];
    if (open) {
      this.pick.selectedIndex = sheets.indexOf(open);
      if (open !== this.sheet) this.show(open);
    } else this.table.hidden = this.more.hidden = true;
  }

  show(sheet) {
    this.sheet = sheet;
    this.table.hidden = false;
    this.caption.replaceChildren();
    Wangge.twice(this.caption, sheet.words);
    const row = Wangge.element("tr");
    sheet.fields.slice(0, 3).forEach((words, k) => {
      const number = k > 0 && sheet.rows.some((r) => typeof r[k] === "number");
      row.append(Wangge.twice(Wangge.element("th", null, { scope: "col", class: number ? "number" : "" }), words));
    });
    this.table.tHead.replaceChildren(row);
    this.fill();
  }

  fill() {
    const wanted = this.search.value.trim().toLowerCase();
    this.found = [];
    this.sheet.rows.forEach((row, i) => {
      if (!wanted || row.some((v) => v !== null && String(v).toLowerCase().includes(wanted))) this.found.push(i);
    });
    this.table.tBodies[0].replaceChildren();
    this.extend();
    this.status.textContent = `${this.found.length.toLocaleString("zh-CN")} 条`;
  }

  extend() {
    const body = this.table.tBodies[0], from = body.rows.length;
    const rows = this.found.slice(from, from + Wangge.PAGE).map((i) => this.line(i));
    body.append(...rows);
    this.more.hidden = body.rows.length >= this.found.length;
    if (from) rows[0].querySelector("button").focus();
  }

  line(i) {
    const row = Wangge.element("tr"), head = Wangge.element("th", null, { scope: "row" });
    const button = Wangge.element("button", Wangge.cell(this.sheet.rows[i][0]), { type: "button" });
    button.addEventListener("click", () => this.choose(this.sheet, i));
    head.append(button);
    row.append(head);
    for (const value of this.sheet.rows[i].slice(1, Math.min(3, this.sheet.fields.length)))
      row.append(Wangge.element("td", Wangge.cell(value), { class: typeof value === "number" ? "number" : /^\d{9,}$/.test(value) ? "code" : "" }));
    return row;
  }
};
