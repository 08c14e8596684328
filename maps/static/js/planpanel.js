// Beside the map: how the touched areas stand, what is still wrong, and the way out of it.
"use strict";

Wangge.REMEDIES = {
  assign: ["划给邻格", "give it to a neighbour"], balanced_split: ["均分为两个", "split it in halves"], even_out: ["与邻格拉平", "even it out with a neighbour"],
  fill: ["并入邻格", "fill it into a neighbour"], merge: ["与邻格合并", "merge it with a neighbour"], recode: ["换新编码", "give it a new code"],
  rename: ["改类型", "change its kind"], repair: ["修复图形", "repair its outline"], reparent: ["改归上级", "put it under its parent"],
  settle: ["只留给一个", "leave it to one"], snap: ["贴合边界", "snap the border"],
};

Wangge.Panel = class {
  constructor(desk) {
    this.desk = desk;
    this.found = [];
    this.at = -1;
    const on = (id, act) => desk.id(id).addEventListener("click", act);
    on("next", () => this.next());
    on("fix", () => this.fix());
    this.box = Wangge.element("div", null, { class: "live", "aria-hidden": "true", hidden: "" });
    desk.map.getContainer().parentElement.append(this.box);
  }

  // Names, households, a bar against the target band, and the distance from it with its sign.
  balance() {
    const { desk } = this, rows = desk.areas.touched(), table = desk.id("balance");
    desk.id("unchanged").hidden = rows.length > 0;
    table.hidden = !rows.length;
    table.tBodies[0].replaceChildren(...rows.slice(0, 40).map((it) => {
      const row = Wangge.element("tr"), head = Wangge.element("th", null, { scope: "row" }), go = Wangge.element("button", it.row[0], { type: "button", class: "go" });
      go.addEventListener("click", () => desk.go(it.ref));
      head.append(go);
      const bar = Wangge.element("td"), off = Wangge.element("td", null, { class: "number" }), many = Wangge.element("td", Wangge.cell(it.households), { class: "number" });
      if (desk.areas.norm) { bar.append(this.bar(it.households, it)); off.append(this.sign(it)); }
      if (it.was !== null && it.was !== it.households) many.append(Wangge.element("span", this.signed(it.households - it.was), { class: "delta" }));
      row.append(head, bar, many, off);
      return row;
    }));
  }

  signed(n) { return (n > 0 ? "+" : n < 0 ? "−" : "±") + Math.abs(n).toLocaleString("zh-CN"); }

  sign(it) {
    const { desk } = this, own = it.style === desk.values.dedicated, off = own ? 0 : desk.areas.off(it);
    return Wangge.element("span", own ? "专属" : off ? this.signed(off) : "✓ 合规", { class: off ? (off > 0 ? "over" : "under") : "fine" });
  }

  bar(households, it) {
    const [least, most] = this.desk.areas.norm, whole = most * 1.8, part = (n) => Math.max(0, Math.min(100, (100 * n) / whole)), ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg"), off = this.desk.areas.off({ ...it, households });
    for (const [k, v] of Object.entries({ viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(k, v);
    for (const [x, width, name, y, height] of [[part(least), part(most) - part(least), "band", 0, 10], [0, part(households), off ? (off > 0 ? "over" : "under") : "fine", 3, 4]]) {
      const rect = document.createElementNS(ns, "rect");
      for (const [k, v] of Object.entries({ x, y, width, height, class: name })) rect.setAttribute(k, v);
      svg.append(rect);
    }
    return svg;
  }

  // How many areas wear each style of the legend now.
  count() {
    const { styles, dedicated } = this.desk.values;
    for (const [level, areas] of Object.entries(this.desk.levels)) {
      const worn = {};
      for (const it of areas.items.values()) worn[it.style] = (worn[it.style] || 0) + 1;
      document.querySelector(`[data-sheet="${level}"]`).closest("label").querySelector(".count").textContent = areas.items.size.toLocaleString("en");
      if (!areas.norm) continue;
      document.querySelectorAll(`#keys-${level} .count`).forEach((node, k) => { node.textContent = (worn[styles[k] || dedicated] || 0).toLocaleString("en"); });
    }
  }

  // How areas would stand if the stroke ended here: counted from the homes on the page.
  live(rows) {
    this.box.hidden = !rows;
    if (!rows) return;
    this.box.replaceChildren(...rows.filter(([it]) => it).map(([it, delta]) => {
      const line = Wangge.element("p"), many = (it.households || 0) + delta;
      line.append(Wangge.element("b", it.row[0]), Wangge.element("span", `≈ ${many.toLocaleString("zh-CN")} 户`), Wangge.element("span", this.signed(delta), { class: "delta" }));
      if (this.desk.areas.norm) line.append(this.bar(many, it));
      return line;
    }));
  }

  // What is wrong on the level that is shown: the worst first, so many at a time.
  async problems(start = 0) {
    const { desk } = this, { plan, level } = desk, step = plan.step, asked = this.asking = {};
    if (!plan.link) return;
    clearTimeout(desk.last);
    await desk.guard(async () => {
      const [found, headers] = await plan.told(`/problems?level=${level}&start=${start}&most=40`);
      if (asked !== this.asking || step !== plan.step || level !== desk.level) return;
      Object.assign(this, { stale: false, found, start, total: Number(headers.get("X-Total-Count")), at: -1 });
      desk.id("problem-count").textContent = this.total ? `（${this.total.toLocaleString("zh-CN")}）` : "✓ 没有 none";
      desk.id("next").disabled = desk.id("fix").disabled = !this.total;
      desk.id("problems").replaceChildren(...found.map((f, k) => this.line(f, k)));
    });
  }

  // What a problem says: sizes in one word, for the bar tells the rest.
  words(f) {
    const it = this.area(f);
    return f.code === "SIZE_OUT_OF_NORM" && it ? [`${it.households} 户`, `${it.households} households`] : [f.zh, f.en];
  }

  // The first of the areas that a problem names and the map has.
  area(f) { return f.features.map((ref) => this.desk.areas.get(ref)).find(Boolean); }

  line(f, k) {
    const { desk } = this, it = this.area(f), line = Wangge.element("li"), acts = Wangge.element("span", null, { class: "acts" }), ref = it ? it.ref : f.features[0] || "";
    const off = it && f.code === "SIZE_OUT_OF_NORM" ? desk.areas.off(it) : 0;
    line.append(`${it ? it.row[0] : ref}：${this.words(f)[0]}`);
    if (off) line.append(" ", Wangge.element("span", this.signed(off), { class: off > 0 ? "over" : "under" }));
    acts.append(desk.forms.button(["前往", "Go"], () => this.show(k), { "aria-label": `前往 Go ${ref}` }));
    if (f.fixes.length) acts.append(desk.forms.button(["修复", "Fix"], () => this.show(k).then(() => this.fix()), { "aria-label": `修复 Fix ${ref}` }));
    line.append(acts);
    return line;
  }

  async next() {
    if (this.stale) await this.problems();
    if (!this.found.length) return this.desk.say("没有待处理的问题", "Nothing is wrong");
    const last = this.at + 1 === this.found.length, beyond = this.start + this.found.length;
    if (last && this.total > this.found.length) await this.problems(beyond < this.total ? beyond : 0);
    return this.show((this.at + 1) % this.found.length);
  }

  // Go to a problem; what would mend it is shown dashed.
  show(k) {
    const { desk } = this, f = this.found[k], it = this.area(f), [zh, en] = this.words(f);
    this.at = k;
    desk.choose("look");
    if (it) desk.go(it.ref);
    else if (f.place) desk.map.fitBounds(L.geoJSON(f.place).getBounds(), { maxZoom: 17, animate: false });
    const told = [`问题 ${this.start + k + 1}/${this.total}：${it ? it.row[0] : ""} ${zh}`, en];
    desk.say(...told);
    this.asked = this.propose(f, told);
    return this.asked;
  }

  // The first of the proposed operations that can be made.
  async propose(f, [zh, en]) {
    const { desk } = this;
    for (const operation of f.fixes) {
      const [name, english] = Wangge.REMEDIES[operation.op] || ["", ""];
      if (await desk.preview(operation, [`${zh}。建议${name}，F 应用`, `${en}. Proposed: ${english}; F to apply`], { quiet: true })) return;
      if (this.found[this.at] !== f) return;
    }
    desk.say(`${zh}。没有现成的改法，请用上面的工具`, `${en}. No ready way out: use the tools`);
  }

  async fix() {
    if (this.at < 0) await this.next();
    await this.asked;
    return this.desk.finish();
  }
};
