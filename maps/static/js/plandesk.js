// The planner's desk: boundaries are moved by what is meant, by pointer, by list or by keyboard.
"use strict";

Wangge.Desk = class {
  constructor(map, scene) {
    this.map = map;
    this.scene = scene;
    this.values = scene.desk;
    this.plan = new Wangge.Plan(this.values.revision);
    this.levels = {};
    for (const sheet of scene.sheets) this.levels[sheet.key] = new Wangge.Redrawn(sheet, this.values, (code) => this.named(code));
    this.tool = "look";
    this.chosen = this.first = this.trial = this.aim = this.previewing = this.told = null;
    this.points = [];
    this.cuts = [];
    this.id = (id) => document.getElementById(id);
    this.paper = new Wangge.Canvas((pen) => this.paint(pen), { pane: "markerPane" });
    this.paper.addTo(map);
    this.paper._container.classList.add("light");
    map.doubleClickZoom.disable();
    Wangge.desk = this;
    this.listen();
    this.choose("look");
    this.start();
  }

  get level() { return this.scene.sheets.find((s) => s.shown).key; }

  get areas() { return this.levels[this.level]; }

  named(code) {
    for (const areas of Object.values(this.levels || {})) { const it = areas.items && areas.get(code); if (it) return it.row[0]; }
    return "";
  }

  listen() {
    const on = (id, act) => this.id(id).addEventListener("click", act);
    for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => this.choose(button.dataset.tool));
    on("undo", () => this.turn("/undo"));
    on("redo", () => this.turn("/redo"));
    on("help", () => this.id("help-box").showModal());
    on("finish", () => this.finish());
    on("cancel", () => this.choose("look"));
    on("back-point", () => this.backPoint());
    on("next", () => this.nextProblem());
    this.id("opening").addEventListener("submit", (e) => { e.preventDefault(); this.open(this.id("plan-name").value); });
    this.id("plans").addEventListener("change", () => { if (this.id("plans").value) this.load(this.id("plans").value); });
    document.addEventListener("keydown", (e) => this.key(e));
    window.addEventListener("hashchange", () => this.start());
    this.map.on("mousemove", (e) => this.hover(e.latlng));
  }

  key(e) {
    if (e.isComposing || this.id("help-box").open || e.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea")) return;
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") { e.preventDefault(); return this.turn(e.shiftKey ? "/redo" : "/undo"); }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key === "Escape") return this.choose("look");
    if (e.key === "Enter" && !e.target.closest("button, a, summary, label")) return this.finish();
    if (!this.id("keys-on").checked) return;
    if (e.key === "Backspace") { e.preventDefault(); return this.backPoint(); }
    const tool = { v: "look", s: "split", x: "even", m: "merge" }[e.key.toLowerCase()];
    if (tool) this.choose(tool);
    else if (e.key.toLowerCase() === "n") this.nextProblem();
    else if (e.key === "?") this.id("help-box").showModal();
  }

  hint(text) { this.id("hint").textContent = text; }

  // Scenarios: kept in the address, so that a plan can be sent, and survives a reload.
  async start() {
    const link = new URLSearchParams(location.hash.slice(1)).get("plan");
    await this.guard(async () => {
      const all = await this.plan.listed();
      const options = all.map((s) => Wangge.element("option", s.name, { value: s.link }));
      this.id("plans").replaceChildren(this.id("plans").options[0], ...options);
      if (link && link !== this.plan.link) await this.load(link);
      else if (!link) this.stand();
    });
    window.__deskReady = true;
  }

  async open(name) {
    await this.guard(async () => {
      const made = await this.plan.create(name.trim());
      this.id("plans").append(Wangge.element("option", made.name, { value: made.link }));
      this.id("plan-name").value = "";
      await this.load(made.link);
    });
  }

  async load(link) {
    await this.guard(async () => {
      const seen = await this.plan.read(link);
      for (const areas of Object.values(this.levels)) areas.reset();
      this.take_in(seen);
      history.replaceState(null, "", "#plan=" + seen.link);
      this.id("plans").value = seen.link;
      this.choose("look");
    });
  }

  async guard(work) {
    try {
      return await work();
    } catch (fault) {
      this.hint(fault.message);
      if (fault.code === "conflict") await this.missed(fault);
    }
  }

  async missed(fault) {
    const seen = await this.plan.read();
    for (const areas of Object.values(this.levels)) areas.reset();
    this.take_in(seen);
    this.hint(`${fault.message}：${fault.where.join("；")}。已载入，请再试。`);
  }

  // What a step changed, on every level; then what is beside the map.
  take_in(told) {
    for (const [level, areas] of Object.entries(this.levels))
      areas.patch(told.upsert.filter((f) => f.properties.level === level), told.drop.filter(([l]) => l === level).map(([, ref]) => ref));
    if (this.chosen && !this.areas.get(this.chosen)) this.chosen = null;
    this.told = told;
    this.scene.repaint();
    this.paper.redraw();
    this.stand();
    this.balance();
    this.tell();
    clearTimeout(this.later);
    this.later = setTimeout(() => { this.scene.relist(); this.count(); this.problems(); }, 60);
  }

  // How many areas wear each style of the legend now.
  count() {
    const { styles, dedicated } = this.values;
    for (const [level, areas] of Object.entries(this.levels)) {
      const worn = [...areas.items.values()].map((it) => it.style);
      document.querySelector(`[data-sheet="${level}"]`).closest("label").querySelector(".count").textContent = worn.length.toLocaleString("en");
      if (!areas.norm) continue;
      document.querySelectorAll(`#keys-${level} .count`).forEach((node, k) => { node.textContent = worn.filter((w) => w === (styles[k] || dedicated)).length.toLocaleString("en"); });
    }
  }

  stand() {
    const told = this.told;
    this.id("stand").textContent = told ? `${told.name} · 第 ${told.step} 步 · 已保存 saved` : "请选择或新建一个方案。Choose or open a scenario.";
    this.id("undo").disabled = !told || told.undo === null;
    this.id("redo").disabled = !told || told.redo === null;
    for (const button of document.querySelectorAll("[data-tool]")) button.disabled = !told && button.dataset.tool !== "look";
  }

  async turn(path) {
    if (!this.plan.link) return;
    await this.guard(async () => {
      const back = path === "/undo", told = await this.plan.make(path);
      this.take_in(told);
      this.choose("look");
      this.hint(`${back ? "已撤销" : "已重做"}：${told.label}`);
    });
  }

  async do(operation) {
    const asked = performance.now(), inPanel = document.activeElement.closest("#ends, #ways");
    await this.guard(async () => {
      const told = await this.plan.make("/operations", operation);
      this.points = [];
      this.trial = null;
      this.take_in(told);
      requestAnimationFrame(() => performance.measure("redraw " + operation.op, { start: asked }));
      const fresh = told.upsert.map((f) => f.properties).find((p) => p.level === operation.level && p.touched);
      this.choose("look");
      if (fresh) this.select(fresh.code);
      if (inPanel) document.querySelector("[data-tool=look]").focus({ preventScroll: true });
      this.hint(`已完成：${told.label}`);
    });
  }

  // Tools.
  choose(tool) {
    if (tool !== "look" && !this.plan.link) { this.hint("请先选择或新建一个方案。"); tool = "look"; }
    this.tool = tool;
    this.points = [];
    this.trial = this.aim = this.first = this.previewing = null;
    this.cuts = [];
    this.id("ways").hidden = this.id("ends").hidden = true;
    this.id("ways").replaceChildren();
    for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    this.map.getContainer().classList.toggle("aim", tool !== "look");
    this.hint({
      look: "点网格选定它，或从列表中选。",
      split: "点两下或更多画线，Enter 完成；也可点亮起的街道。",
      even: "点一个网格：预览均分，Enter 确认。",
      merge: "依次点两个相邻的网格。",
    }[tool]);
    this.tell();
    if (this.chosen) this.prepare();
    this.paper.redraw();
  }

  // With an area chosen, every tool also works from lists.
  prepare() {
    if (this.tool === "even") this.preview({ op: "balanced_split", level: this.level, code: this.chosen });
    if (this.tool === "merge") { this.first = this.chosen; this.offerNeighbours(); }
    if (this.tool === "split") { this.offerPoints(); this.offerStreets(this.chosen); }
  }

  select(ref) {
    this.chosen = ref;
    this.tell();
    this.paper.redraw();
  }

  tell() {
    const it = this.chosen && this.areas.get(this.chosen), root = this.id("chosen");
    root.replaceChildren();
    if (!it) return;
    root.append(Wangge.element("b", it.row[0]), ` ${it.ref}`, it.households === null ? "" : ` · ${it.households.toLocaleString("zh-CN")} 户 `);
    if (this.areas.norm) root.append(this.sign(it));
  }

  sign(it) {
    const off = this.areas.off(it), many = off.toLocaleString("zh-CN").replace("-", "−");
    return Wangge.element("span", it.style === this.values.dedicated ? "专属" : off ? (off > 0 ? "+" : "") + many : "✓ 合规", { class: off && it.style !== this.values.dedicated ? (off > 0 ? "over" : "under") : "fine" });
  }

  // A click on the map.
  take(latlng, hit) {
    const ref = hit && hit.sheet.key === this.level ? this.areas.ref(hit.i) : null;
    if (this.tool === "look") { if (ref) this.select(ref); return Boolean(ref); }
    if (this.tool === "even" && ref) { this.chosen = ref; this.tell(); this.prepare(); }
    if (this.tool === "merge" && ref) this.mergeWith(ref);
    if (this.tool === "split") this.point(latlng);
    this.paper.redraw();
    return true;
  }

  offer(card, sheet, i) {
    const button = Wangge.element("button", "选定 Select", { type: "button", class: "act" });
    button.addEventListener("click", () => { this.map.closePopup(); this.select(this.levels[sheet.key].ref(i)); this.choose(this.tool); document.querySelector("[data-tool=split]").focus(); });
    card.append(button);
  }

  point(latlng) {
    const street = this.points.length ? null : this.streetNear(latlng);
    if (street) return this.do(street.operation);
    const [last] = this.points.slice(-1), near = last && this.map.latLngToContainerPoint(last).distanceTo(this.map.latLngToContainerPoint(latlng)) < 6;
    if (near) { if (this.points.length > 1) this.finish(); return; }
    this.points.push(latlng);
    this.aim = null;
    this.id("ends").hidden = false;
    this.hint(`已有 ${this.points.length} 个点${this.points.length > 1 ? "，Enter 完成" : "，再点一下"}。`);
  }

  backPoint() {
    this.points.pop();
    this.id("ends").hidden = !this.points.length;
    this.paper.redraw();
  }

  finish() {
    if (this.trial) return this.do(this.trial.operation);
    if (this.previewing) { this.eager = true; return; }
    if (this.tool !== "split" || this.points.length < 2) return;
    const line = { type: "LineString", coordinates: this.points.map((p) => [p.lng, p.lat]) };
    return this.do({ op: "split", level: this.level, line });
  }

  // What would come of it, dashed; who presses Enter meanwhile need not wait for it.
  async preview(operation) {
    this.id("ends").hidden = false;
    this.id("finish").focus({ preventScroll: true });
    this.hint("正在计算…");
    const mine = this.previewing = {};
    this.eager = false;
    await this.guard(async () => {
      const told = await this.plan.make("/operations", operation, true);
      if (this.previewing !== mine) return;
      const pieces = told.upsert.filter((f) => f.properties.level === operation.level && f.properties.touched);
      this.trial = { operation, pieces: pieces.map((f) => this.areas.made(f)) };
      this.hint(`预览：${this.trial.pieces.map((p) => p.households + " 户").join(" | ")}。Enter 确认，Esc 取消。`);
      this.paper.redraw();
    });
    if (this.previewing !== mine) return;
    this.previewing = null;
    if (this.eager && this.trial) this.finish();
  }

  mergeWith(ref) {
    if (!this.first || this.first === ref) { this.first = this.chosen = ref; this.tell(); this.offerNeighbours(); return this.hint("再点一个相邻的网格。"); }
    return this.do({ op: "merge", level: this.level, codes: [this.first, ref] });
  }

  // Lists: choose instead of drawing.
  way(words, options, act, verb) {
    const label = Wangge.twice(Wangge.element("label"), words), button = Wangge.element("button", verb, { type: "button" });
    const selects = options.map((list, k) => {
      const select = Wangge.element("select", null, k ? { "aria-label": words[0] + " " + (k + 1) } : {});
      select.append(...list.map(([value, text]) => Wangge.element("option", text, { value })));
      return select;
    });
    button.addEventListener("click", () => act(selects.map((s) => s.value)));
    label.append(selects[0]);
    const row = Wangge.element("div", null, { class: "way" });
    row.append(label, ...selects.slice(1), button);
    this.id("ways").append(row);
    this.id("ways").hidden = false;
  }

  offerNeighbours() {
    this.id("ways").replaceChildren();
    const me = this.areas.get(this.first), near = Wangge.neighbours(this.areas, this.first);
    const over = (it) => it.parent || it.ref.slice(0, this.level === "microgrid" ? -2 : -3);
    const kin = near.filter((it) => over(it) === over(me));
    if (!kin.length) return this.hint("没有同属一个上级的邻格可合并。");
    this.way(["与邻格合并", "Merge with"], [kin.map((it) => [it.ref, `${it.row[0]}${it.households === null ? "" : ` ${it.households} 户`}`])], ([ref]) => this.mergeWith(ref), "合并 Merge");
  }

  offerPoints() {
    const rim = Wangge.COMPASS.map(([zh, en], k) => [String(k), `${zh} ${en}`]), other = [...rim.slice(4), ...rim.slice(0, 4)];
    this.way(["从边界到边界", "Border to border"], [rim, other], ([a, b]) => {
      const it = this.areas.get(this.chosen), line = [Wangge.rim(it, Number(a)), it.spot, Wangge.rim(it, Number(b))].map(([x, y]) => Wangge.toLatLng(x, y).reverse());
      if (a === b) return this.hint("请选两个不同的方位。");
      this.do({ op: "split", level: this.level, code: this.chosen, line: { type: "LineString", coordinates: line } });
    }, "分割 Split");
  }

  async offerStreets(ref) {
    const asked = `${ref} ${this.plan.step} ${this.level}`;
    if (this.aim === asked) return;
    this.aim = asked;
    await this.guard(async () => {
      const cuts = await this.plan.call(this.plan.at(`/cuts?level=${this.level}&code=${encodeURIComponent(ref)}`));
      if (this.aim !== asked || this.tool !== "split" || this.points.length) return;
      this.cuts = cuts;
      this.paper.redraw();
      if (ref !== this.chosen || !cuts.length) return;
      this.way(["沿街道", "Along a street"], [cuts.map((c, k) => [String(k), `${c.name || "无名路"}：${c.households.join(" | ")} 户`])], ([k]) => this.do(cuts[Number(k)].operation), "沿街分割 Split");
    });
  }

  hover(latlng) {
    if (this.tool !== "split" || this.points.length > 1) return;
    if (this.points.length) return;
    const hit = Wangge.hit(this.map, [this.areas.sheet], this.scene.palette, latlng);
    clearTimeout(this.rest);
    if (hit && !this.chosen) this.rest = setTimeout(() => this.offerStreets(this.areas.ref(hit.i)), 60);
    const lit = this.streetNear(latlng);
    if (lit !== this.lit) { this.lit = lit; this.paper.redraw(); }
  }

  streetNear(latlng) {
    const at = this.map.latLngToLayerPoint(latlng);
    const far = (cut) => Math.min(...cut.operation.street.coordinates.map((line) => {
      const ps = line.map(([lng, lat]) => this.map.latLngToLayerPoint([lat, lng]));
      return Math.min(...ps.slice(1).map((p, k) => L.LineUtil.pointToSegmentDistance(at, ps[k], p)));
    }));
    return this.cuts.find((cut) => far(cut) < 8) || null;
  }

  // Beside the map.
  balance() {
    const rows = this.areas.touched(), table = this.id("balance");
    this.id("unchanged").hidden = rows.length > 0;
    table.hidden = !rows.length;
    table.tBodies[0].replaceChildren(...rows.slice(0, 40).map((it) => {
      const row = Wangge.element("tr"), head = Wangge.element("th", null, { scope: "row" }), go = Wangge.element("button", it.row[0], { type: "button", class: "go" });
      go.addEventListener("click", () => this.go(it.ref));
      head.append(go);
      const bar = Wangge.element("td"), off = Wangge.element("td", null, { class: "number" });
      if (this.areas.norm) { bar.append(this.bar(it)); off.append(this.sign(it)); }
      row.append(head, bar, Wangge.element("td", Wangge.cell(it.households), { class: "number" }), off);
      return row;
    }));
  }

  bar(it) {
    const [least, most] = this.areas.norm, whole = most * 1.8, part = (n) => Math.min(100, (100 * n) / whole), ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 100 10");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const rect = (x, width, name, y, height) => {
      const r = document.createElementNS(ns, "rect");
      for (const [k, v] of Object.entries({ x, y, width, height, class: name })) r.setAttribute(k, v);
      svg.append(r);
    };
    rect(part(least), part(most) - part(least), "band", 0, 10);
    const off = this.areas.off(it);
    rect(0, part(it.households), off ? (off > 0 ? "over" : "under") : "fine", 3, 4);
    return svg;
  }

  go(ref) {
    Wangge.goTo(this.map, this.areas.sheet, this.areas.at(ref));
    this.select(ref);
  }

  async problems() {
    if (!this.plan.link) return;
    const level = this.level, step = this.plan.step;
    await this.guard(async () => {
      const found = await this.plan.call(this.plan.at("/problems?level=" + level));
      if (level !== this.level || step !== this.plan.step) return;
      this.found = found;
      this.passed = -1;
      this.id("problem-count").textContent = found.length;
      this.id("problems").replaceChildren(...found.slice(0, 30).map((f, k) => {
        const it = this.areas.get(f.code), line = Wangge.element("li", `${it ? it.row[0] : f.code}：${f.zh}`), go = Wangge.element("button", "前往 Go", { type: "button", "aria-label": `前往 Go ${f.code}` });
        if (f.off) line.append(" ", Wangge.element("span", (f.off > 0 ? "+" : "−") + Math.abs(f.off), { class: f.off > 0 ? "over" : "under" }));
        go.addEventListener("click", () => { this.passed = k; this.go(f.code); });
        line.append(go);
        return line;
      }));
    });
  }

  nextProblem() {
    if (!this.found || !this.found.length) return this.hint("没有待处理的问题。");
    this.passed = (this.passed + 1) % this.found.length;
    const f = this.found[this.passed];
    this.go(f.code);
    this.hint(`问题 ${this.passed + 1}/${this.found.length}：${f.zh} ${f.en}`);
  }

  // Another level is shown.
  turned() {
    this.chosen = null;
    this.choose("look");
    this.balance();
    this.problems();
  }

  // Chosen: a strong line; drawn: a dashed one with its points; offered streets and the preview.
  paint(pen) {
    const { ctx } = pen, place = ([lat, lng]) => {
      const p = this.map.project([lat, lng], Wangge.UNIT_ZOOM);
      return [p.x * pen.scale - pen.x0, p.y * pen.scale - pen.y0];
    };
    const stroke = (width, colour, dash = []) => {
      ctx.setLineDash([]);
      ctx.lineWidth = width + 2.4;
      ctx.strokeStyle = "#ffffff";
      ctx.stroke();
      ctx.setLineDash(dash);
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.stroke();
      ctx.setLineDash([]);
    };
    for (const ref of new Set([this.chosen, this.first])) {
      const i = ref ? this.areas.at(ref) : undefined;
      if (i === undefined) continue;
      ctx.beginPath();
      Wangge.trace(pen, this.areas.sheet.shapes, i, true);
      stroke(3.4, "#16324a");
    }
    const along = (lines) => { ctx.beginPath(); for (const line of lines) line.forEach((at, k) => ctx[k ? "lineTo" : "moveTo"](...place(at))); };
    for (const cut of this.cuts) {
      along(cut.operation.street.coordinates.map((line) => line.map(([lng, lat]) => [lat, lng])));
      stroke(cut === this.lit ? 6 : 3, "#b3470b");
    }
    for (const piece of this.trial ? this.trial.pieces : []) {
      ctx.beginPath();
      let from = 0;
      for (const size of piece.rings) {
        for (let k = from; k < from + size; k++) ctx[k === from ? "moveTo" : "lineTo"](piece.xs[k] * pen.scale - pen.x0, piece.ys[k] * pen.scale - pen.y0);
        ctx.closePath();
        from += size;
      }
      stroke(2.6, "#b3470b", [9, 6]);
    }
    if (!this.points.length) return;
    const spots = this.points.map((p) => [p.lat, p.lng]);
    along([spots]);
    stroke(2.6, "#b3470b", [9, 6]);
    for (const spot of spots) { ctx.beginPath(); ctx.arc(...place(spot), 5, 0, 7); ctx.fillStyle = "#ffffff"; ctx.fill(); ctx.lineWidth = 2; ctx.strokeStyle = "#b3470b"; ctx.stroke(); }
  }
};
