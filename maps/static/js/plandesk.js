// The planner's desk: boundaries are moved by what is meant, by pointer, by list or by keyboard.
"use strict";

Wangge.KEYS = { v: "look", s: "split", x: "even", m: "merge", e: "border", a: "assign", l: "lock", c: "compare", p: "publish" };

Wangge.Desk = class {
  constructor(map, scene) {
    this.map = map;
    this.scene = scene;
    this.values = scene.desk;
    this.id = (id) => document.getElementById(id);
    this.plan = new Wangge.Plan(this.values.revision);
    this.levels = {};
    for (const sheet of scene.sheets) this.levels[sheet.key] = new Wangge.Redrawn(sheet, this.values, (code) => this.named(code));
    this.chosen = this.trial = this.told = this.homes = null;
    this.locks = new Wangge.Locks(this.plan);
    map.doubleClickZoom.disable();
    Wangge.desk = this;
    this.forms = new Wangge.Forms(this);
    this.panel = new Wangge.Panel(this);
    this.company = new Wangge.Company(this);
    this.tools = Object.fromEntries(Object.entries(Wangge.TOOLS).map(([name, Tool]) => [name, new Tool(this)]));
    this.tool = this.tools.look;
    this.hand = new Wangge.Hand(this);
    this.ink = new Wangge.Canvas((pen) => this.paint(new Wangge.Ink(this, pen)), { pane: "markerPane" });
    this.ink.addTo(map);
    this.ink._container.classList.add("light");
    this.listen();
    this.choose("look");
    this.start();
  }

  get level() { return this.scene.sheets.find((s) => s.shown).key; }

  get areas() { return this.levels[this.level]; }

  get open() { return Boolean(this.told) && this.told.state === "open"; }

  // Map units of a pixel.
  get unit() { return 2 ** (Wangge.UNIT_ZOOM - this.map.getZoom()); }

  // Metres of a map unit at a place.
  metre([, y]) { return (40075016.686 * Math.cos((Wangge.toLatLng(0, y)[0] * Math.PI) / 180)) / (256 * 2 ** Wangge.UNIT_ZOOM); }

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
    on("back-point", () => this.back());
    this.id("opening").addEventListener("submit", (e) => { e.preventDefault(); this.begin(this.id("plan-name").value); });
    this.id("plans").addEventListener("change", () => { if (this.id("plans").value) this.load(this.id("plans").value); });
    window.addEventListener("hashchange", () => this.start());
  }

  // Chinese first, English after it.
  say(zh, en) { this.id("hint").replaceChildren(); Wangge.twice(this.id("hint"), [zh, en]); }

  // Codes as the names that people know.
  plain(text) { return text.replace(/\d{9,17}/g, (code) => this.named(code) || code); }

  // Scenarios: kept in the address, so that a plan can be sent, and survives a reload.
  async start() {
    const link = new URLSearchParams(location.hash.slice(1)).get("plan");
    await this.guard(async () => {
      const options = (await this.plan.listed()).map((s) => Wangge.element("option", s.name, { value: s.link }));
      this.id("plans").replaceChildren(this.id("plans").options[0], ...options);
      if (link && link !== this.plan.link) await this.load(link);
      else if (!link) this.stand();
      if (!this.homes) this.homes = new Wangge.Homes(await this.plan.ask("/plan/homes"));
    });
    window.__deskReady = true;
  }

  async begin(name) {
    await this.guard(async () => {
      const made = await this.plan.create(name.trim());
      this.id("plans").append(Wangge.element("option", made.name, { value: made.link }));
      this.id("plan-name").value = "";
      await this.load(made.link);
      document.querySelector("[data-tool=look]").focus({ preventScroll: true });
    });
  }

  async load(link) {
    await this.guard(async () => {
      const seen = await this.plan.read(link);
      history.replaceState(null, "", "#plan=" + seen.link);
      this.locks.load();
      this.anew(seen);
      if (![...this.id("plans").options].some((o) => o.value === seen.link)) this.id("plans").append(Wangge.element("option", seen.name, { value: seen.link }));
      this.id("plans").value = seen.link;
      this.choose("look");
      this.company.enter();
    });
  }

  async guard(work, operation) {
    try {
      return await work();
    } catch (fault) {
      if (!("code" in fault)) throw fault;
      this.say([fault.message, fault.hint[0]].filter(Boolean).join("。"), [fault.en, fault.hint[1]].filter(Boolean).join("; "));
      if (fault.code === "conflict") await this.missed(fault, operation);
    }
  }

  // Others were quicker: their steps are taken in and told, and one's own can be done again.
  async missed(fault, operation) {
    const seen = await this.plan.read();
    this.anew(seen);
    this.choose("look");
    this.say(this.plain(`${fault.message}：${fault.where.join("；")}。已载入`), "Others were quicker: their steps are shown now");
    if (operation) this.forms.offer(["刚才的操作没有做", "Your stroke was not made"], ["再做一次", "Do it again"], operation);
  }

  anew(seen) {
    for (const areas of Object.values(this.levels)) areas.reset();
    this.absorb(seen, null);
  }

  // What a step changed, on every level; then what is beside the map.
  absorb(told, box) {
    let changed = null;
    for (const [level, areas] of Object.entries(this.levels)) {
      const dirty = areas.patch(told.upsert.filter((f) => f.properties.level === level), told.drop.filter(([l]) => l === level).map(([, ref]) => ref));
      changed = changed ? Wangge.widen(changed, dirty) : dirty;
    }
    if (this.chosen && !this.areas.get(this.chosen)) this.chosen = null;
    this.told = told;
    this.scene.repaint(box === null ? null : changed);
    this.ink.redraw();
    this.stand();
    clearTimeout(this.later);
    clearTimeout(this.last);
    this.later = setTimeout(() => { this.panel.balance(); this.tell(); this.scene.relist(); this.panel.count(); }, 30);
    this.panel.stale = true;
    this.id("next").disabled = this.id("fix").disabled = false;
    this.last = setTimeout(() => this.panel.problems(), 600); // once the hand rests
  }

  stand() {
    const { told } = this, state = told && { open: ["已保存", "saved"], published: ["已发布", "published"], dropped: ["已放弃", "dropped"] }[told.state];
    this.id("stand").replaceChildren();
    Wangge.twice(this.id("stand"), told ? [`${told.name} · 第 ${told.step} 步 · ${state[0]}`, state[1]] : ["请选择或新建一个方案。", "Choose or open a scenario."]);
    this.id("undo").disabled = !this.open || told.undo === null;
    this.id("redo").disabled = !this.open || told.redo === null;
    for (const button of document.querySelectorAll("[data-tool]")) button.disabled = button.dataset.tool !== "look" && !(this.open || (told && button.dataset.tool === "compare"));
  }

  async turn(path) {
    if (!this.open) return;
    await this.guard(async () => {
      const back = path === "/undo", asked = this.hand.pressed, told = await this.plan.make(path);
      this.absorb(told);
      this.timed("redraw " + path.slice(1), asked);
      this.choose("look");
      this.say(`${back ? "已撤销" : "已重做"}：${this.plain(told.label)}`, back ? "Undone" : "Done again");
    });
  }

  async do(operation) {
    const asked = this.hand.pressed, { tool } = this, inPanel = document.activeElement.closest("#ends, #ways");
    await this.guard(async () => {
      const told = await this.plan.make("/operations", { ...operation, keep: [...this.locks.at(operation.level)] }), was = this.plain(told.label);
      this.trial = null;
      this.absorb(told);
      this.timed("redraw " + operation.op, asked);
      tool.done(told, operation);
      if (inPanel) document.querySelector("[data-tool][aria-pressed=true]").focus({ preventScroll: true });
      this.say(`已完成：${this.plain(was)}${this.company.near(told)}`, "Done");
    }, operation);
  }

  // From the press of a key or button until it stands on the screen.
  timed(name, start) { requestAnimationFrame(() => setTimeout(() => performance.measure(name, { start, end: performance.now() }))); }

  choose(name) {
    if (name !== "look" && !this.plan.link) { this.say("请先选择或新建一个方案", "First choose or open a scenario"); name = "look"; }
    this.tool.end();
    this.trial = this.previewing = null;
    this.forms.clear();
    this.tool = this.tools[name];
    for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    this.map.getContainer().classList.toggle("aim", name !== "look");
    this.say(...this.tool.words());
    this.tool.begin();
    this.tell();
    this.ends();
    this.ink.redraw();
  }

  select(ref) {
    this.chosen = ref;
    this.company.hold();
    this.tell();
    this.ink.redraw();
  }

  tell() {
    const it = this.chosen && this.areas.get(this.chosen), root = this.id("chosen");
    root.replaceChildren();
    if (!it) return;
    root.append(Wangge.element("b", it.row[0]), ` ${it.ref}`, it.households === null ? "" : ` · ${it.households.toLocaleString("zh-CN")} 户 `);
    if (this.areas.norm) root.append(this.panel.sign(it));
    if (this.locks.at(this.level).has(it.ref)) root.append(" ", Wangge.element("span", "已锁定", { class: "locked" }));
  }

  ends() { this.id("ends").hidden = !this.tool.ready(); }

  back() {
    this.tool.back();
    this.ends();
    this.ink.redraw();
  }

  finish() {
    if (this.trial) return this.do(this.trial.operation);
    if (this.previewing) { this.eager = true; return undefined; }
    return this.tool.finish();
  }

  // What would come of it, dashed; who presses Enter meanwhile need not wait for it.
  async preview(operation, words, { quiet = false } = {}) {
    const mine = this.previewing = {};
    this.eager = false;
    this.id("ends").hidden = false;
    this.id("finish").focus({ preventScroll: true });
    if (!words) this.say("正在计算…", "Working it out");
    const work = async () => {
      const told = await this.plan.make("/operations", { ...operation, keep: [...this.locks.at(operation.level)] }, { dry: true });
      if (this.previewing !== mine) return;
      const pieces = told.upsert.filter((f) => f.properties.level === operation.level && f.properties.touched).map((f) => this.areas.made(f));
      this.trial = { operation, pieces };
      this.say(...(words || [`预览：${pieces.map((p) => `${p.households} 户`).join(" | ")}。Enter 确认，Esc 取消`, "Enter to confirm, Esc to cancel"]));
      this.ink.redraw();
    };
    await (quiet ? work().catch(() => {}) : this.guard(work));
    if (this.previewing !== mine) return true;
    this.previewing = null;
    this.ends();
    if (this.eager && this.trial) this.finish();
    return Boolean(this.trial);
  }

  // The buildings of an area with households, the nearest to another area first.
  async homesOf(ref, near) {
    const it = this.areas.get(ref), key = `${near} ${this.plan.step}`;
    if (!it.listed || it.listed.key !== key) {
      const found = await this.plan.of(`/homes?level=${this.level}&code=${encodeURIComponent(ref)}&near=${encodeURIComponent(near)}`);
      it.listed = { key, found: found.map((home) => ({ ...home, at: Wangge.unitOf([home.lon, home.lat]) })) };
    }
    return it.listed.found;
  }

  live(rows) { this.panel.live(rows); }

  go(ref) {
    Wangge.goTo(this.map, this.areas.sheet, this.areas.at(ref));
    this.select(ref);
  }

  // Another level is shown.
  turned() {
    this.chosen = null;
    this.choose("look");
    this.panel.balance();
    this.panel.problems();
  }

  offer(card, sheet, i) {
    const button = this.forms.button(["选定", "Select"], () => {
      this.map.closePopup();
      this.select(this.levels[sheet.key].ref(i));
      this.choose(Object.keys(this.tools).find((name) => this.tools[name] === this.tool));
      document.querySelector("[data-tool=split]").focus();
    }, { class: "act" });
    card.append(button);
  }

  // A click on the map, as the map tells it.
  take(latlng, hit) { return this.hand.click(latlng, hit); }

  paint(ink) {
    const { areas } = this, locked = this.locks.at(this.level);
    for (const ref of locked) { const it = areas.get(ref); if (it) ink.padlock(it); }
    for (const ref of new Set([this.chosen, this.tool.first])) { const it = ref && areas.get(ref); if (it) ink.area(it); }
    for (const piece of this.trial ? this.trial.pieces : []) ink.piece(piece);
    this.tool.paint(ink);
  }
};
