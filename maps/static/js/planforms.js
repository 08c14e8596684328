// Lists instead of drawing: every stroke can also be chosen by keyboard.
"use strict";

Wangge.Forms = class {
  constructor(desk) {
    this.desk = desk;
    this.root = desk.id("ways");
  }

  clear() {
    this.root.replaceChildren();
    this.root.hidden = true;
  }

  show(row) {
    this.root.append(row);
    this.root.hidden = false;
    return row;
  }

  select(words, list, more = {}) {
    const label = Wangge.twice(Wangge.element("label"), words), select = Wangge.element("select", null, more);
    select.append(...list.map(([value, text]) => Wangge.element("option", text, { value })));
    label.append(select);
    return label;
  }

  number(words, value, least, most) {
    const label = Wangge.twice(Wangge.element("label", null, { class: "short" }), words);
    label.append(Wangge.element("input", null, { type: "number", value, min: least, max: most, step: "any", inputmode: "decimal" }));
    return label;
  }

  button(verb, act, more = {}) {
    const button = Wangge.twice(Wangge.element("button", null, { type: "button", ...more }), verb);
    button.addEventListener("click", act);
    return button;
  }

  // One line: what to choose, and a button that does it with what was chosen.
  way(fields, verb, act) {
    const row = Wangge.element("div", null, { class: "way" });
    const values = () => fields.map((field) => field.querySelector("select, input").value);
    row.append(...fields, this.button(verb, () => act(...values())));
    return this.show(row);
  }

  named(it) { return `${it.row[0]}${it.households === null ? "" : ` ${it.households} 户`}`; }

  rims(ref) {
    const { desk } = this, rim = Wangge.COMPASS.map(([zh, en], k) => [String(k), `${zh} ${en}`]), other = [...rim.slice(4), ...rim.slice(0, 4)];
    this.way([this.select(["从", "From"], rim), this.select(["到", "to"], other)], ["分割", "Split"], (a, b) => {
      if (a === b) return desk.say("请选两个不同的方位", "Choose two directions");
      const it = desk.areas.get(ref), line = [Wangge.rim(it, Number(a)), it.spot, Wangge.rim(it, Number(b))].map(Wangge.lonLat);
      return desk.do({ op: "split", level: desk.level, code: ref, line: { type: "LineString", coordinates: line } });
    });
  }

  streets(cuts) {
    const options = cuts.map((c, k) => [String(k), `${c.name}：${c.households.join(" | ")} 户`]);
    this.way([this.select(["沿街道", "Along a street"], options)], ["沿街分割", "Split"], (k) => this.desk.do(cuts[Number(k)].operation));
  }

  kin(ref) {
    this.clear();
    const { desk } = this, me = desk.areas.get(ref), over = (it) => it.parent || it.ref.slice(0, desk.level === "microgrid" ? -2 : -3);
    const kin = Wangge.neighbours(desk.areas, ref).filter((it) => over(it) === over(me));
    if (!kin.length) return desk.say("没有同属一个上级的邻格可合并", "No neighbour under the same parent");
    return this.way([this.select(["与邻格合并", "Merge with"], kin.map((it) => [it.ref, this.named(it)]))], ["合并", "Merge"], (other) => desk.tools.merge.with(other));
  }

  neighboursMove(ref) {
    const { desk } = this, near = Wangge.neighbours(desk.areas, ref);
    const sides = [["1", "向外 out"], ["-1", "向内 in"]];
    this.way([this.select(["与邻格的边界", "Border with"], near.map((it) => [it.ref, this.named(it)])), this.select(["方向", "Way"], sides), this.number(["米", "metres"], 20, 1, 500)], ["预览移动", "Preview"],
      (other, side, metres) => desk.tools.border.shift(other, Number(side) * Number(metres)));
  }

  // Take over from a neighbour: about so many households that live nearest, or building by building.
  assign(tool) {
    const { desk } = this, near = Wangge.neighbours(desk.areas, desk.chosen), modes = Wangge.element("div", null, { class: "modes", role: "group", "aria-label": "方式 How" });
    for (const [single, zh, en] of [[false, "圈选", "Lasso"], [true, "逐栋", "Building by building"]])
      modes.append(this.button([zh, en], () => { tool.single = single; desk.choose("assign"); }, { "aria-pressed": String(tool.single === single) }));
    this.show(modes);
    const from = this.select(["从邻格", "From"], near.map((it) => [it.ref, this.named(it)])), many = this.number(["约几户", "households"], 40, 1, 2000);
    this.way([from, many], ["选上最近的", "Pick the nearest"], (ref, count) => desk.guard(() => this.nearest(tool, ref, Number(count))));
  }

  async nearest(tool, ref, count) {
    const { desk } = this, homes = await desk.homesOf(ref, desk.chosen);
    tool.picked.clear();
    let sum = 0;
    for (const home of homes) {
      if (sum + home.households > count && sum) break;
      sum += home.households;
      tool.turn(home, ref);
    }
    this.homes(tool, homes.slice(0, 40), ref);
    desk.say(`已选 ${tool.picked.size} 栋 ${sum} 户，Enter 划入`, `${tool.picked.size} buildings, ${sum} households: Enter to assign`);
  }

  homes(tool, homes, ref) {
    this.root.querySelector(".homes")?.remove();
    const set = Wangge.element("fieldset", null, { class: "homes" });
    set.append(Wangge.twice(Wangge.element("legend"), ["楼栋，近者在前", "Buildings, the nearest first"]));
    for (const home of homes) {
      const label = Wangge.element("label"), box = Wangge.element("input", null, { type: "checkbox" });
      box.checked = tool.picked.has(home.id);
      box.addEventListener("change", () => tool.turn(home, ref));
      label.append(box, ` ${home.name} · ${home.households} 户 · ${home.away_m} 米`);
      set.append(label);
    }
    this.show(set);
  }

  // What would finish what a stroke left open.
  fill(operation) {
    this.offer(["有楼栋或空地被隔断，可一并划入", "A pocket was cut off: take it along"], ["一并划入", "Fill"], operation);
  }

  offer(words, verb, operation) {
    const row = Wangge.element("div", null, { class: "way offered" });
    row.append(Wangge.twice(Wangge.element("p"), words), this.button(verb, () => this.desk.do(operation)));
    this.show(row);
  }

  locks() {
    this.clear();
    const { desk } = this, level = desk.level, all = () => [...desk.areas.items.keys()], row = Wangge.element("div", null, { class: "buttons" });
    const put = (refs) => { desk.locks.set(level, refs); desk.ink.redraw(); this.locks(); desk.tell(); };
    row.append(
      Wangge.twice(Wangge.element("p", `${desk.locks.at(level).size} / ${desk.areas.items.size} `), ["已锁定", "locked"]),
      this.button(["全锁", "All"], () => put(all())), this.button(["全解", "None"], () => put([])),
      this.button(["反选", "Invert"], () => { const now = desk.locks.at(level); put(all().filter((ref) => !now.has(ref))); }),
    );
    this.show(row);
  }
};
