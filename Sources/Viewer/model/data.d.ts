// What Swift hands in; `FlameGraphData` in `Sources/FlameGraphs` writes it and tells what each member means.

interface ProfileData extends WeightData {
  title: string;
  command: string;
  value: ValueType;
  facts: string[];
  notes: string[];
  icicle: boolean;
  legend: { title: string; entries: LegendEntry[] };
  drawing: Drawing;
  labels: (number | string)[];
  strings: string[];
  depth: number[];
  label: number[];
  line?: number[];
  lineSpan?: number[];
  scale?: number;
  chance?: boolean;
  unchanged?: number[];
  before?: WeightData;
}

/** What weights are amounts of; `unit` as pprof spells it. */
interface ValueType {
  name: string;
  unit: string;
}

interface WeightData {
  rest: number[];
  self: number[];
}

interface LegendEntry {
  swatches: string[];
  text: string;
  tip?: string;
}

// What the picture without script and the viewer have in common.
interface Drawing {
  rowHeight: number;
  baseline: number;
  gap: number;
  gapFrom: number;
  narrowShare: number;
  leastPiece: number;
  joinWithin: number;
  hatch: { size: number; stroke: number; angle: number };
  kinds: Record<string, { sliver: string; meaning: string }>;
  changes: { steps: number; sliver: number; least: number; errors: number };
}

// A frame is a number: its position in preorder.
type FrameIndex = number;

interface Place {
  x: number;
  y: number;
  width: number;
}
