// Several planners on one plan: who works where, and what the others just did.
"use strict";

Wangge.LOOK_MS = 3000;
Wangge.SEEN_MS = 20000;

Wangge.Company = class {
  constructor(desk) {
    this.desk = desk;
    this.others = [];
    this.held = this.at = "";
    this.since = 0;
    const name = desk.id("planner");
    name.value = desk.plan.who;
    name.addEventListener("change", () => { this.leave(); desk.plan.called(name.value); this.enter(); });
    window.addEventListener("pagehide", () => this.leave());
    setInterval(() => this.look(), Wangge.LOOK_MS);
  }

  // The community one works in: that of the chosen area, else the one in the middle of the map.
  where() {
    const { desk } = this, { community } = desk.levels;
    if (!community) return "";
    const it = desk.chosen && desk.areas.get(desk.chosen);
    if (it && it.ref.length >= 12) return it.ref.slice(0, 12);
    const hit = Wangge.hit(desk.map, [community.sheet], desk.scene.palette, desk.map.getCenter());
    return hit ? community.ref(hit.i) : "";
  }

  async enter() {
    this.others = [];
    this.at = "";
    await this.hold();
    await this.look();
  }

  async hold() {
    const { plan, open } = this.desk, at = this.where(), now = Date.now();
    if (!plan.link || !open || !at || (at === this.at && now - this.since < Wangge.SEEN_MS)) return;
    [this.at, this.since] = [at, now];
    await this.quietly(() => plan.of(`/presence/${encodeURIComponent(at)}`, { method: "PUT" }));
  }

  leave() {
    if (this.desk.plan.link) this.quietly(() => this.desk.plan.of("/presence", { method: "DELETE", keepalive: true }));
  }

  // What happens beside one's own work never disturbs it.
  async quietly(work) {
    try {
      return await work();
    } catch {
      return null;
    }
  }

  async look() {
    const { desk } = this, { plan } = desk;
    if (!plan.link || document.hidden || plan.waiting || !desk.told) return;
    await this.hold();
    const [step, steps, present] = [plan.step, await this.quietly(() => plan.of(`/steps?after=${plan.step}`)), await this.quietly(() => plan.of("/presence"))];
    if (present) this.tell(present.filter((one) => one.who !== plan.who));
    if (!steps || !steps.length || plan.step !== step || plan.waiting) return;
    const seen = await this.quietly(() => plan.read());
    if (!seen) return;
    desk.anew(seen);
    const told = steps.slice(-3).map((s) => `${s.who} ${{ do: "", undo: "撤销 ", redo: "重做 ", rebase: "变基 " }[s.deed] || ""}${s.label}`);
    desk.say(desk.plain(told.join("；")), "by another planner");
  }

  tell(others) {
    const root = this.desk.id("company");
    this.others = others;
    root.hidden = !others.length;
    root.replaceChildren(...others.slice(0, 6).map((one) => Wangge.twice(Wangge.element("li"), [`${one.who} 正在编辑 ${this.desk.named(one.community) || one.community}`, "is working there"])));
  }

  // Who else works where a step has just changed something.
  near(told) {
    const who = [...new Set((told.held || []).map((one) => one.who))];
    return who.length ? `（${who.join("、")} 也在此处编辑）` : "";
  }
};
