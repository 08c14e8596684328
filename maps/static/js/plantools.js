// The tools: what a click, a drag, Enter or a list does while one of them is chosen.
"use strict";

Wangge.Tool = class {
  constructor(desk) { this.desk = desk; }

  // What to do now, Chinese and English.
  words() { return ["", ""]; }

  begin() {}

  end() {}

  // A click at a place (map units) over an area of the level, or over none.
  click() {}

  finish() {}

  back() {}

  hover() {}

  // A drag that begins here: an object with `move` and `drop`; null lets the map be moved.
  grip() { return null; }

  paint() {}

  // Anything that Enter would finish?
  ready() { return Boolean(this.desk.trial || this.desk.previewing); }

  // The stroke was made: back to choosing, with what came of it chosen.
  done(told, operation) {
    const { desk } = this, fresh = told.upsert.map((f) => f.properties).find((p) => p.level === operation.level && p.touched);
    desk.choose("look");
    if (fresh) desk.select(fresh.code);
  }
};

// Tools with which one draws a line, point by point.
Wangge.Drawing = class extends Wangge.Tool {
  begin() { this.points = []; }

  ready() { return super.ready() || this.points.length > 0; }

  add(at) {
    const [last] = this.points.slice(-1), near = last && Math.hypot(at[0] - last[0], at[1] - last[1]) < 6 * this.desk.unit;
    if (near) return this.points.length > 1 ? this.finish() : undefined;
    this.points.push(at);
    const n = this.points.length;
    this.desk.say(`已有 ${n} 个点${n > 1 ? "，Enter 完成" : "，再点一下"}`, `${n} point${n > 1 ? "s, Enter to finish" : ", click on"}`);
  }

  back() { this.points.pop(); }

  paint(ink) { ink.drawn(this.points); }

  line(points = this.points) { return { type: "LineString", coordinates: points.map(Wangge.lonLat) }; }
};

Wangge.lonLat = ([x, y]) => Wangge.toLatLng(x, y).reverse();

Wangge.TOOLS = {};

Wangge.TOOLS.look = class extends Wangge.Tool {
  words() { return ["点网格选定它，或从列表中选", "Click an area, or choose it from the list"]; }

  click(at, ref) { if (ref) this.desk.select(ref); }
};

Wangge.TOOLS.split = class extends Wangge.Drawing {
  words() { return ["点两下或更多画线，Enter 完成；也可点亮起的街道", "Click a line, then Enter; or click a lit street"]; }

  begin() {
    super.begin();
    this.cuts = [];
    this.lit = this.asked = null;
    if (!this.desk.chosen) return;
    this.desk.forms.rims(this.desk.chosen);
    this.offer(this.desk.chosen);
  }

  end() { clearTimeout(this.rest); }

  click(at) {
    clearTimeout(this.rest);
    const street = this.points.length ? null : this.streetNear(at);
    if (street) return this.desk.do(street.operation);
    this.add(at);
    this.cuts = [];
  }

  finish() {
    if (this.points.length > 1) return this.desk.do({ op: "split", level: this.desk.level, line: this.line() });
  }

  // The streets that cross an area: lit on the map, and a list when the area is chosen.
  async offer(ref) {
    const { desk } = this, asked = `${ref} ${desk.plan.step} ${desk.level}`;
    if (this.asked === asked) return;
    this.asked = asked;
    await desk.guard(async () => {
      const cuts = await desk.plan.of(`/cuts?level=${desk.level}&code=${encodeURIComponent(ref)}`);
      if (this.asked !== asked || desk.tool !== this || this.points.length) return;
      this.cuts = cuts;
      desk.ink.redraw();
      if (ref === desk.chosen && cuts.length) desk.forms.streets(cuts);
    });
  }

  hover(at, hit) {
    if (this.points.length) return;
    clearTimeout(this.rest);
    if (hit && !this.desk.chosen) this.rest = setTimeout(() => this.offer(hit), 60);
    const lit = this.streetNear(at);
    if (lit !== this.lit) { this.lit = lit; this.desk.ink.redraw(); }
  }

  streetNear(at) {
    const far = (cut) => Math.min(...this.lines(cut).map((line) => Wangge.nearestOn(line, at).far));
    return this.cuts.find((cut) => far(cut) < 8 * this.desk.unit) || null;
  }

  lines(cut) { return cut.operation.street.coordinates.map((line) => line.map(Wangge.unitOf)); }

  paint(ink) {
    for (const cut of this.cuts) ink.lines(this.lines(cut), cut === this.lit ? 6 : 3);
    super.paint(ink);
  }
};

Wangge.TOOLS.even = class extends Wangge.Tool {
  words() { return ["点一个网格：预览均分，Enter 确认", "Click an area: both halves are shown, Enter to confirm"]; }

  begin() { if (this.desk.chosen) this.desk.preview({ op: "balanced_split", level: this.desk.level, code: this.desk.chosen }); }

  click(at, ref) {
    if (!ref) return;
    this.desk.select(ref);
    this.begin();
  }
};

Wangge.TOOLS.merge = class extends Wangge.Tool {
  words() { return ["依次点两个相邻的网格", "Click two neighbours"]; }

  begin() {
    this.first = this.desk.chosen;
    if (this.first) this.desk.forms.kin(this.first);
  }

  click(at, ref) {
    if (!ref) return;
    if (this.first && this.first !== ref) return this.with(ref);
    this.desk.select(ref);
    this.begin();
    this.desk.say("再点一个相邻的网格", "Now click a neighbour");
  }

  with(ref) { return this.desk.do({ op: "merge", level: this.desk.level, codes: [this.first, ref] }); }
};

Wangge.TOOLS.lock = class extends Wangge.Tool {
  words() { return ["点网格锁定或解锁：锁定的网格不会被改动", "Click to lock or unlock: locked areas stay as they are"]; }

  begin() {
    this.desk.forms.locks();
    if (this.desk.chosen) this.click(null, this.desk.chosen);
  }

  click(at, ref) {
    if (!ref) return;
    const { desk } = this, on = desk.locks.turn(desk.level, ref), name = desk.areas.get(ref).row[0];
    desk.say(on ? `已锁定 ${name}` : `已解锁 ${name}`, on ? "Locked" : "Unlocked");
    desk.forms.locks();
    desk.tell();
  }
};

// Locks of this browser, kept with the scenario; the server refuses what would move a locked area.
Wangge.Locks = class {
  constructor(plan) { this.plan = plan; this.of = {}; }

  load() { this.of = JSON.parse(localStorage.getItem("wangge.locks." + this.plan.link) || "{}"); }

  at(level) { return new Set(this.of[level] || []); }

  set(level, refs) {
    this.of[level] = [...refs];
    localStorage.setItem("wangge.locks." + this.plan.link, JSON.stringify(this.of));
  }

  turn(level, ref) {
    const now = this.at(level), on = !now.delete(ref);
    if (on) now.add(ref);
    this.set(level, now);
    return on;
  }
};
