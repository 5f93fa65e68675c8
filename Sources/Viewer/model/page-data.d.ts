// The head of what `PageData` in `Sources/FlameGraphs` writes, where it says what each member means.

interface PageHead {
  title: string;
  command: string;
  facts: string[];
  notes: string[];
  lost: number | null;
  isRecorded: boolean;
  /** Seconds; 0 where unknown. */
  duration: number;
  values: { name: string; unit: string; period: number }[];
  value: number;
  isReversed: boolean;
  isIcicle: boolean;
  processes: [pid: number, name: string][];
  threads: [process: number, tid: number, name: string][];
  modules: string[];
  strings: string[];
  kinds: PageKind[];
  /** Stand-ins' ground and stripes, light and dark. */
  grain: string[];
  sources: [path: string, lines: string[]][];
  /** Functions' instructions, where they were asked for; files as strings, by index plus one. */
  code?: [module: number, isCut: boolean, start: string,
    rows: [distance: number, text: string, file: number, line: number][]][];
  comparison?: PageComparison;
  columns: [name: string, count: number, bytes: number][];
}

interface PageKind {
  letter: string;
  name: string;
  meaning: string;
  light: string[];
  dark: string[];
}

/** What a comparison found of an amount. */
type Finding = [verdict: string, before: number, after: number, low: number, high: number, isDiluted: boolean];

/** Of two sides, whose samples and threads come one after the other. */
interface PageComparison {
  names: [before: string, after: string];
  sentence: string;
  per: "share" | "second" | "work";
  lost: [before: number | null, after: number | null];
  isRecorded: [before: boolean, after: boolean];
  samplesBefore: number;
  threadsBefore: number;
  marksBefore: number;
  steps: number;
  least: number;
  errors: number;
  leastScale: number;
  grew: { light: string[]; dark: string[] };
  shrank: { light: string[]; dark: string[] };
  plain: { light: string[]; dark: string[] };
  functions: [fn: number, own: Finding, total: Finding][];
  modules: [name: string, own: Finding][];
}

/** Which samples are looked at, and what of their stacks: the command line's options of the same names. */
interface PageSelection {
  value: number;
  /** Seconds; null for no bound. */
  from: number | null;
  to: number | null;
  threads: string[];
  processes: string[];
  focus: string[];
  ignore: string[];
  hide: string[];
  /** Whether a function that calls itself is one frame. */
  mergesRecursion: boolean;
  /** Of two sides the earlier one, the later one or both; without meaning where there is one only. */
  side: "both" | "before" | "after";
}
