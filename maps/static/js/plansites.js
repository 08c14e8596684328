// Trying sites: drop, move and close stations; what households gain and lose comes from the server.
"use strict";

Wangge.SIGN = { add: "+", close: "×" };

Wangge.Desk = class {
  constructor(map, scene) {
    this.map = map;
    this.values = scene.desk;
    this.sheets = Object.fromEntries(scene.sheets.map((s) => [s.key, s]));
    this.past = [];
    this.future = [];
    this.plan = { added: [], closed: [] };
    this.moving = null;
    this.asked = 0;
    this.at = (id) => document.getElementById(id);
    this.paper = new Wangge.Canvas((pen) => this.paint(pen));
    this.paper.addTo(map);
    this.paper._container.classList.add("light");
    this.listen();
    this.read();
    this.choose("look");
    this.ask();
  }

  listen() {
    const on = (id, act) => this.at(id).addEventListener("click", act);
    for (const input of document.querySelectorAll("input[name=tool]")) input.addEventListener("change", () => this.choose(input.value));
    for (const id of ["minutes", "walker", "service", "hours"]) this.at(id).addEventListener("change", () => this.ask());
    on("add-centre", () => this.add(this.map.getCenter()));
    on("undo", () => this.back());
    on("redo", () => this.forth());
    on("clear", () => this.change({ added: [], closed: [] }));
    document.addEventListener("keydown", (e) => this.key(e));
    window.addEventListener("hashchange", () => { this.read(); this.ask(); });
  }

  key(e) {
    const busy = e.target.matches("input[type=search], select, textarea");
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && !busy) {
      e.preventDefault();
      return e.shiftKey ? this.forth() : this.back();
    }
    if (busy || e.ctrlKey || e.altKey || e.metaKey) return;
    const tool = { a: "add", c: "close", m: "move", Escape: "look" }[e.key];
    if (tool) this.choose(tool);
  }

  choose(tool) {
    this.tool = tool;
    this.moving = null;
    document.querySelector(`input[name=tool][value=${tool}]`).checked = true;
    this.map.getContainer().classList.toggle("aim", tool !== "look");
    this.hint({
      look: "点选地图或列表查看；A 新增，C 关闭，M 移动，Ctrl+Z 撤销。",
      add: "点地图上任一处，或点候选点：在那里新增一个站。",
      close: "点一个站点：把它关闭；再点一次恢复。",
      move: "先点要移动的站点，再点它的新位置。",
    }[tool]);
  }

  hint(text) { this.at("hint").textContent = text; }

  // A click on the map: ours when a tool is chosen.
  take(latlng, hit) {
    if (this.tool === "look") return false;
    const key = hit && hit.sheet.key, point = key === "candidates" || key === "stations";
    if (this.tool === "add") {
      if (key === "candidates") this.addCandidate(hit.i);
      else this.add(latlng);
    } else if (this.tool === "close") {
      if (key === "stations") this.toggle(this.id(hit));
      else if (!this.drop(latlng)) this.hint("这里没有站点。请点站点的符号。");
    } else if (this.moving) {
      this.moveTo(latlng);
    } else {
      this.moving = point && key === "stations" ? { id: this.id(hit) } : this.near(latlng);
      this.hint(this.moving ? "现在点它的新位置；Esc 放弃。" : "这里没有站点。请点站点的符号。");
    }
    return true;
  }

  id(hit) { const row = hit.sheet.rows[hit.i]; return row[row.length - 1]; }

  name(sheet, id) {
    const row = this.sheets[sheet].rows.find((r) => r[r.length - 1] === id);
    return row ? row[0] : id;
  }

  // Buttons in the card of a place: every tool works from the list and the keyboard too.
  offer(card, sheet, i) {
    const act = (words, run) => {
      const button = Wangge.element("button", words, { type: "button", class: "act" });
      button.addEventListener("click", () => { this.map.closePopup(); run(); });
      card.append(button);
    };
    if (sheet.key === "candidates") act("在此新增 Add here", () => this.addCandidate(i));
    if (sheet.key === "stations") {
      const id = this.id({ sheet, i }), shut = this.plan.closed.includes(id);
      act(shut ? "恢复此站 Reopen" : "关闭此站 Close this", () => this.toggle(id));
      if (!shut) act("移动此站 Move this", () => { this.choose("move"); this.moving = { id }; this.hint("现在点它的新位置，或移动地图后按“在地图中心新增”。"); });
    }
  }

  round(latlng) { return { lon: Math.round(latlng.lng * 1e6) / 1e6, lat: Math.round(latlng.lat * 1e6) / 1e6 }; }

  add(latlng) {
    if (this.moving) return this.moveTo(latlng);
    const place = { ...this.round(latlng), hours: this.at("hours").value };
    this.change({ ...this.plan, added: [...this.plan.added, place] });
  }

  addCandidate(i) {
    const sheet = this.sheets.candidates, id = this.id({ sheet, i });
    if (this.moving) {
      const [lat, lon] = Wangge.toLatLng(sheet.spot.x[i], sheet.spot.y[i]);
      return this.moveTo({ lat, lng: lon });
    }
    if (this.plan.added.some((a) => a.candidate === id)) return this.hint("这个候选点已在方案中。");
    this.change({ ...this.plan, added: [...this.plan.added, { candidate: id, hours: this.at("hours").value }] });
  }

  toggle(id) {
    const closed = this.plan.closed.includes(id) ? this.plan.closed.filter((c) => c !== id) : [...this.plan.closed, id];
    this.change({ ...this.plan, closed });
  }

  moveTo(latlng) {
    const from = this.moving, to = this.round(latlng);
    this.moving = null;
    if (from.id !== undefined)
      this.change({ added: [...this.plan.added, { ...to, hours: this.values.hours[from.id] || "24/7", moved: from.id }], closed: [...new Set([...this.plan.closed, from.id])] });
    else
      this.change({ ...this.plan, added: this.plan.added.map((a, k) => (k === from.k ? { hours: a.hours, ...(a.moved ? { moved: a.moved } : {}), ...to } : a)) });
    this.choose("look");
  }

  where(place) {
    if (place.candidate === undefined) return L.latLng(place.lat, place.lon);
    const s = this.sheets.candidates, i = s.rows.findIndex((r) => r[r.length - 1] === place.candidate);
    return L.latLng(i < 0 ? [0, 0] : Wangge.toLatLng(s.spot.x[i], s.spot.y[i]));
  }

  near(latlng) {
    const at = this.map.latLngToContainerPoint(latlng);
    let best = null, least = 20;
    this.plan.added.forEach((place, k) => {
      const far = this.map.latLngToContainerPoint(this.where(place)).distanceTo(at);
      if (far < least) { best = { k }; least = far; }
    });
    return best;
  }

  drop(latlng) {
    const found = this.near(latlng);
    if (found) this.remove(found.k);
    return Boolean(found);
  }

  remove(k) {
    const gone = this.plan.added[k];
    this.change({
      added: this.plan.added.filter((_, n) => n !== k),
      closed: gone.moved ? this.plan.closed.filter((c) => c !== gone.moved) : this.plan.closed,
    });
  }

  change(plan) {
    this.past.push(this.plan);
    this.future = [];
    this.plan = plan;
    this.keep();
  }

  back() { if (this.past.length) { this.future.push(this.plan); this.plan = this.past.pop(); this.keep(); } }

  forth() { if (this.future.length) { this.past.push(this.plan); this.plan = this.future.pop(); this.keep(); } }

  // The plan stands in the address: it can be kept, sent and opened again.
  keep() {
    const empty = !this.plan.added.length && !this.plan.closed.length;
    history.replaceState(null, "", empty ? location.pathname : "#" + encodeURIComponent(JSON.stringify(this.plan)));
    this.ask();
  }

  read() {
    try {
      const kept = JSON.parse(decodeURIComponent(location.hash.slice(1)));
      if (Array.isArray(kept.added) && Array.isArray(kept.closed)) this.plan = kept;
    } catch { /* no plan in the address */ }
  }

  body() {
    return { ...this.plan, minutes: Number(this.at("minutes").value), walker: this.at("walker").value, service: this.at("service").value || null };
  }

  async ask() {
    const turn = ++this.asked, body = this.body();
    this.list();
    this.paper.redraw();
    for (const [id, on] of [["undo", this.past.length], ["redo", this.future.length], ["clear", this.plan.added.length + this.plan.closed.length]]) this.at(id).disabled = !on;
    let answer;
    try {
      answer = await this.post("/v1/sites/try", body);
    } catch (fault) {
      if (turn === this.asked) this.at("verdict").textContent = fault.message;
      return;
    }
    if (turn !== this.asked) return;
    this.answer = answer;
    this.show(answer);
    this.paper.redraw();
    window.__tried = turn;
    this.best(turn, body);
  }

  async best(turn, body) {
    this.at("bound").replaceChildren();
    if (!body.added.length) return;
    const { minutes, walker, service } = body;
    try {
      const best = await this.post("/v1/sites/best", { added: body.added, minutes, walker, service });
      if (turn === this.asked) this.showBest(best);
    } catch { if (turn === this.asked) this.at("bound").textContent = "上限暂时算不出。The bound is not at hand."; }
  }

  async post(path, body) {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.title || "服务暂时不可用，请重试。");
    return value;
  }

  number(n) { return Math.round(n).toLocaleString("zh-CN"); }

  show(answer) {
    const { total, before, after, gained, lost } = answer.households;
    const share = (n) => (total ? ((100 * n) / total).toFixed(1) + "%" : "–");
    const line = this.at("verdict");
    line.textContent = gained || lost
      ? `得到 ${this.number(gained)} 户，失去 ${this.number(lost)} 户；覆盖 ${share(before)} → ${share(after)}`
      : `${this.plan.added.length + this.plan.closed.length ? "不变" : "现状"}：覆盖 ${this.number(before)} 户，${share(before)}`;
    line.append(Wangge.element("span", (answer.estimated ? "估算（没有道路，直线×1.3）。 Estimated, no streets. " : "") + `+${this.number(gained)} −${this.number(lost)} households, ${share(after)} served`, { class: "more-words", lang: "en" }));
    this.groups(answer);
    this.week(answer);
  }

  groups(answer) {
    const rows = answer.groups.map((g) => {
      const row = Wangge.element("tr");
      row.append(Wangge.twice(Wangge.element("th", null, { scope: "row" }), [g.zh, g.en]));
      for (const n of [g.before, g.after, g.gained, g.lost]) row.append(Wangge.element("td", this.number(n), { class: "number" }));
      return row;
    });
    this.at("groups").tBodies[0].replaceChildren(...rows);
    this.at("groups").hidden = false;
  }

  // Seven days by 24 hours: sign and shade, the figures for whoever asks or hears.
  week(answer) {
    const { before, after } = answer.hours, days = ["一", "二", "三", "四", "五", "六", "日"];
    const change = after.map((n, h) => n - before[h]), most = Math.max(1, ...change.map(Math.abs));
    const table = this.at("week").querySelector("table"), head = Wangge.element("tr");
    head.append(Wangge.element("th", "时", { scope: "col" }));
    for (let h = 0; h < 24; h++) head.append(Wangge.element("th", h % 3 ? "" : String(h), h % 3 ? { "aria-label": h + "时" , scope: "col" } : { scope: "col" }));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...days.map((day, d) => {
      const row = Wangge.element("tr");
      row.append(Wangge.element("th", day, { scope: "row" }));
      for (let h = 0; h < 24; h++) {
        const n = change[24 * d + h], strong = Math.abs(n) > most / 2 ? "-2" : "";
        const cell = Wangge.element("td", n ? (n > 0 ? "+" : "−") : "", { class: n ? (n > 0 ? "up" : "down") + strong : "", title: `周${day} ${h}:30 ${this.number(before[24 * d + h])} → ${this.number(after[24 * d + h])} 户` });
        row.append(cell);
      }
      return row;
    }));
    this.at("week").hidden = !change.some(Boolean);
  }

  showBest(best) {
    const after = this.answer.households.after, share = best.bound ? Math.min(1, after / best.bound) : 1;
    const root = this.at("bound"), proof = { optimal: "已证明最优 proven", feasible: "上限 bound" }[best.status] || "上限 bound";
    const percent = (100 * share).toFixed(share > 0.9995 ? 0 : 1);
    root.replaceChildren(Wangge.element("p", `本方案达到任何 ${best.k} 个新站方案上限的 ${percent}%（上限 ${this.number(best.bound)} 户，${proof}）。`));
    root.append(Wangge.element("span", `This plan reaches ${percent} % of what any plan of ${best.k} new sites could.`, { lang: "en", class: "en" }));
    const scale = Wangge.element("div", null, { class: "scale", "aria-hidden": "true" });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 1");
    svg.setAttribute("preserveAspectRatio", "none");
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [k, v] of Object.entries({ width: 100 * share, height: 1, fill: "#14576b" })) bar.setAttribute(k, v);
    svg.append(bar);
    scale.append(svg);
    root.append(scale);
    const take = Wangge.element("button", "换成最好的方案 Take the best plan", { type: "button" });
    take.addEventListener("click", () => this.change({ added: [...best.sites.map((candidate) => ({ candidate })), ...best.places].map((site) => ({ ...site, hours: this.at("hours").value })), closed: [] }));
    if (best.households > after) root.append(take);
  }

  list() {
    const item = (text, words, act) => {
      const line = Wangge.element("li", text), button = Wangge.element("button", words, { type: "button", "aria-label": `${words} ${text}` });
      button.addEventListener("click", act);
      line.append(button);
      return line;
    };
    const moved = new Set(this.plan.added.map((a) => a.moved).filter(Boolean));
    const lines = this.plan.added.map((a, k) => item(
      a.moved ? `移动 ${this.name("stations", a.moved)}` : a.candidate !== undefined ? `新增 ${this.name("candidates", a.candidate)}` : `新增 ${a.lon.toFixed(5)}, ${a.lat.toFixed(5)}`,
      "去掉", () => this.remove(k),
    ));
    for (const id of this.plan.closed) if (!moved.has(id)) lines.push(item(`关闭 ${this.name("stations", id)}`, "恢复", () => this.toggle(id)));
    this.at("changes").replaceChildren(...lines);
    this.at("empty").hidden = lines.length > 0;
  }

  // Gained: green rings; lost: red crosses; new sites: a plus in a disc; closed ones struck out.
  paint(pen) {
    const { ctx } = pen;
    const place = (lat, lon) => {
      const p = this.map.project([lat, lon], Wangge.UNIT_ZOOM);
      return [p.x * pen.scale - pen.x0, p.y * pen.scale - pen.y0];
    };
    const answer = this.answer || { gained: [], lost: [] };
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#1d7a4c";
    for (const [lon, lat] of answer.gained) { const [x, y] = place(lat, lon); ctx.beginPath(); ctx.arc(x, y, 4, 0, 7); ctx.stroke(); }
    ctx.strokeStyle = "#a8320f";
    for (const [lon, lat] of answer.lost) { const [x, y] = place(lat, lon); ctx.beginPath(); ctx.moveTo(x - 4, y - 4); ctx.lineTo(x + 4, y + 4); ctx.moveTo(x - 4, y + 4); ctx.lineTo(x + 4, y - 4); ctx.stroke(); }
    const sign = (latlng, text, colour) => {
      const [x, y] = place(latlng.lat, latlng.lng);
      ctx.beginPath();
      ctx.arc(x, y, 13, 0, 7);
      ctx.fillStyle = colour;
      ctx.fill();
      ctx.strokeStyle = "#ffffff";
      ctx.stroke();
      ctx.fillStyle = "#ffffff";
      ctx.font = '700 18px "Wangge Sans", sans-serif';
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(text, x, y);
    };
    for (const a of this.plan.added) sign(this.where(a), Wangge.SIGN.add, "#1d7a4c");
    const s = this.sheets.stations;
    for (const id of this.plan.closed) {
      const i = s.rows.findIndex((r) => r[r.length - 1] === id);
      if (i >= 0) sign(L.latLng(Wangge.toLatLng(s.spot.x[i], s.spot.y[i])), Wangge.SIGN.close, "#a8320f");
    }
  }
};
