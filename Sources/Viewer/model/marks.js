import { counted, grouped } from "./figures.js";

/** What marks are of, by their numbers. */
export const MARK = Object.freeze({
  processBegan: 0, threadBegan: 1, exec: 2, threadEnded: 3, processEnded: 4, lost: 5,
});

const EVENTS = [["process begins", "processes begin"], ["thread begins", "threads begin"],
  ["program begins", "programs begin"], ["thread ends", "threads end"], ["process ends", "processes end"],
  ["sample lost", "samples lost"]];

/**
 * What happened to processes and threads, and which samples were lost: columns as they came, in order of time.
 *
 * Lanes have lists of them, whose entries are twice a mark's number, and one more where the lane is of whoever made the
 * process or thread.
 */
export class Marks {
  /**
   * @param {{ integers: (name: string) => Uint32Array, differences: (name: string) => Float64Array }} columns
   * @param {PageHead} head
   */
  constructor(columns, head) {
    this.head = head;
    this.time = columns.differences("markTime");
    this.kind = columns.integers("markKind");
    this.count = columns.integers("markCount");
    this.name = columns.integers("markName");
    this.pid = columns.integers("markPid");
    this.tid = columns.integers("markTid");
    this.maker = columns.integers("markMaker");
    this.thread = columns.integers("markThread");
    this.makers = columns.integers("markMakers");
    this.length = this.time.length;
    /** @type {Map<number, number[]> | null} */
    this.lists = null;
    /** How many events were too many to be told apart. */
    this.joined = 0;
    for (let mark = 0; mark < this.length; mark++) if (this.isJoined(mark)) this.joined += this.count[mark];
  }

  /** @param {number} mark */
  isJoined(mark) { return this.kind[mark] !== MARK.lost && this.pid[mark] === 0; }

  /**
   * What happened to a thread, its process, or what these made.
   *
   * @param {number} thread @returns {number[]}
   */
  ofThread(thread) {
    if (!this.lists) {
      const lists = (this.lists = new Map());
      /** @param {number} key @param {number} entry */
      const add = (key, entry) => {
        const list = lists.get(key);
        if (list) list.push(entry); else lists.set(key, [entry]);
      };
      for (let mark = 0; mark < this.length; mark++) {
        const own = this.thread[mark], maker = this.makers[mark];
        if (own > 0) add(own - 1, 2 * mark);
        if (maker > 0 && maker !== own) add(maker - 1, 2 * mark + 1);
      }
    }
    return this.lists.get(thread) ?? [];
  }

  /**
   * What happened to any of some threads, each once.
   *
   * @param {number[]} threads
   */
  ofThreads(threads) {
    const entries = threads.flatMap((thread) => this.ofThread(thread)).sort((one, other) => one - other);
    return entries.filter((entry, index) => index === 0 || entry >> 1 !== entries[index - 1] >> 1);
  }

  /**
   * What concerns more than a thread: processes, programs, lost samples.
   *
   * @param {PageSelection["side"]} side @param {Uint8Array | null} threads Chosen ones; null for all.
   */
  ofAll(side, threads) {
    const before = this.head.comparison?.marksBefore ?? 0;
    const first = side === "after" ? before : 0, end = side === "before" ? before : this.length;
    /** @type {number[]} */
    const result = [];
    /** @param {number} thread */
    const isChosen = (thread) => threads === null || (thread > 0 && threads[thread - 1] === 1);
    for (let mark = first; mark < end; mark++) {
      const kind = this.kind[mark], isOfThread = kind === MARK.threadBegan || kind === MARK.threadEnded;
      if (isOfThread && !this.isJoined(mark)) continue;
      if (kind === MARK.lost || isChosen(this.thread[mark]) || isChosen(this.makers[mark])) result.push(2 * mark);
    }
    return result;
  }

  /**
   * What an entry of a list says: `process 12 begins, made by 10 (make)`; the command line says the same.
   *
   * @param {number} entry
   */
  words(entry) {
    const mark = entry >> 1, kind = this.kind[mark], count = this.count[mark];
    if (kind === MARK.lost) return counted(count, "samples") + " lost";
    if (this.isJoined(mark)) return grouped(count) + " " + EVENTS[kind][count === 1 ? 0 : 1];
    const name = this.name[mark] === 0 ? "" : this.head.strings[this.name[mark] - 1];
    const called = name === "" ? "" : ` (${name})`;
    const by = this.maker[mark] === 0 ? "" : `, made by ${this.maker[mark]}${called}`;
    const process = "process " + this.pid[mark], thread = "thread " + this.tid[mark];
    if (entry & 1) return "makes " + (kind === MARK.processBegan ? process : thread);
    switch (kind) {
      case MARK.processBegan: return process + " begins" + by;
      case MARK.threadBegan: return thread + " begins" + by;
      case MARK.exec: return process + " runs " + (name === "" ? "another program" : name);
      case MARK.threadEnded: return thread + called + " ends";
      default: return process + called + " ends";
    }
  }

  /**
   * Entries that lie closer together than there is room for, gathered from left to right.
   *
   * @param {number[]} entries @param {number} scale Pixels a nanosecond. @param {number} room Pixels that each takes.
   * @param {number} width Pixels that there are.
   */
  gather(entries, scale, room, width) {
    /** @type {{ x: number, entries: number[] }[]} */
    const groups = [];
    for (const entry of entries) {
      // The last one's number must not leave the lane.
      const x = Math.min(this.time[entry >> 1] * scale, width - room), last = groups[groups.length - 1];
      if (last && x - last.x < room) last.entries.push(entry); else groups.push({ x, entries: [entry] });
    }
    return groups;
  }

  /**
   * What stands for entries where there is no room for words: a sign, and how many where there are more than one.
   *
   * @param {number[]} entries
   */
  sign(entries) {
    const kinds = new Set(entries.map((entry) => this.kind[entry >> 1]));
    const isLoss = kinds.has(MARK.lost), isOnlyLoss = isLoss && kinds.size === 1;
    const count = entries.reduce((sum, entry) => sum
      + (this.kind[entry >> 1] === MARK.lost && !isOnlyLoss ? 1 : this.count[entry >> 1]), 0);
    const sign = isLoss ? "!" : kinds.has(MARK.exec) ? "▶"
      : kinds.has(MARK.processBegan) || kinds.has(MARK.threadBegan) ? "○" : "■";
    return { isLoss, text: sign + (count > 1 ? short(count) : "") };
  }
}

/** @param {number} count */
function short(count) {
  return count < 1000 ? String(count) : count < 999_500 ? Math.round(count / 1000) + "k"
    : Math.round(count / 1e6) + "M";
}
